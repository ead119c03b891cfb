"""The validation stage: a dataset, or a contribution to it, becomes a Report."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple

from kg.rdf.dataset import MEANINGFUL, Dataset, Source
from kg.validate import reference
from kg.validate.places import with_places
from kg.validate.report import Report
from kg.validate.terms import declared, undeclared


def validate_dataset(dataset: Dataset) -> Report:
    """Validate all data of `dataset`, with its ontology, against its shapes."""
    triples, shapes = dataset.triples(*MEANINGFUL), dataset.triples("shapes")
    terms = declared(dataset.triples("ontology"))
    report = Report(
        tuple(undeclared(triples, terms, dataset.project.prefixes)),
        {"triples": len(triples), "shapes": len(shapes)},
    )
    if shapes:
        report = report.plus(reference.check(triples, shapes))
    return with_places(report, dataset.sources).sorted()


def validate_files(
    dataset: Dataset,
    sources: tuple[Source, ...],
    *,
    shapes: Iterable[Triple] | None = None,
    alone: bool = False,
) -> Report:
    """Validate `sources` as contributions: their subjects are the focus nodes.

    They are seen together with the ontology and, unless `alone`, with the data of `dataset`.
    `shapes` replace the shapes of the project.
    """
    rooms = ("ontology",) if alone else MEANINGFUL
    own = {triple for source in sources for triple in source.triples()}
    focus = {triple.subject.value for triple in own if isinstance(triple.subject, NamedNode)}
    held = set(shapes) if shapes is not None else dataset.triples("shapes")
    terms = undeclared(own, declared(dataset.triples("ontology") | own), dataset.project.prefixes)
    checked = {"triples": len(own)}
    report = Report(tuple(terms), checked)
    if held and own:
        report = report.plus(reference.check(own | dataset.triples(*rooms), held, focus=focus))
    return with_places(report, sources).sorted()
