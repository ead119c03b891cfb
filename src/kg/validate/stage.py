"""The validation stage: a project, or data and shapes that stand alone, become a Report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from kg.errors import Place
from kg.namespaces import WELL_KNOWN
from kg.rdf.bulk import columns_of
from kg.rdf.dataset import MEANINGFUL, Dataset, Source
from kg.rdf.places import Finder
from kg.reason.closure import Closure
from kg.validate.engine import validate
from kg.validate.graph import graph_of
from kg.validate.places import with_places
from kg.validate.proposals import with_proposals
from kg.validate.proposals_known import Known
from kg.validate.report import Report
from kg.validate.shape_graph import Finding
from kg.validate.shape_reader import read_shapes
from kg.validate.shapes import Plan
from kg.validate.terms import declared, undeclared
from kg.validate.watched import data_graph


def validate_dataset(dataset: Dataset, closure: Closure) -> Report:
    """Validate all data of `dataset`, with its ontology and what follows, against its shapes.

    `closure` is what follows from ontology and data. Raises ShapesError when the shapes cannot
    be used.
    """
    triples = dataset.triples(*MEANINGFUL)
    plan = plan_of(dataset.in_room("shapes"), dataset.project.prefixes)
    terms = declared(dataset.triples("ontology"))
    report = Report(
        tuple(undeclared(triples, terms, dataset.project.prefixes)),
        {"triples": len(triples), "shapes": len(plan.targeted)},
    )
    graph = data_graph(closure.engine, closure.dictionary)
    report = with_places(report.plus(validate(graph, plan)), dataset.sources).sorted()
    prefixes = dataset.project.prefixes
    return with_proposals(report, Known(graph, prefixes=prefixes, declared=terms, plan=plan))


def validate_alone(data: tuple[Source, ...], shapes: tuple[Source, ...]) -> Report:
    """Validate `data` against `shapes`, with nothing else: neither ontology nor inference.

    Raises ShapesError, with file and line, when the shapes cannot be used.
    """
    plan = plan_of(shapes)
    quads = chain.from_iterable(source.quads for source in data)
    graph = graph_of(columns_of(quads))
    report = Report(checked={"triples": len(graph), "shapes": len(plan.targeted)})
    report = with_places(report.plus(validate(graph, plan)), data).sorted()
    return with_proposals(report, Known(graph, prefixes=WELL_KNOWN, plan=plan))


def plan_of(sources: Iterable[Source], prefixes: Mapping[str, str] = WELL_KNOWN) -> Plan:
    """Read the shapes in `sources`; raises ShapesError with file and line."""
    read = tuple(sources)
    triples = chain.from_iterable(source.triples() for source in read)
    return read_shapes(triples, prefixes, finding=_finding(read))


def _finding(sources: tuple[Source, ...]) -> Finding:
    finder = Finder(sources)

    def find(node: str, predicate: str | None, value: str | None) -> Place | None:
        return next(iter(finder.find(node, predicate, value)), None)

    return find
