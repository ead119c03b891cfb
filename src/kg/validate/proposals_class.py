"""What the files under check describe without saying its class becomes a finding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kg.errors import Text
from kg.namespaces import OWL, RDF, RDF_TYPE, RDFS
from kg.rdf.dictionary import IRI
from kg.validate.graph import TYPE
from kg.validate.paths import Step
from kg.validate.proposals_known import Known, local
from kg.validate.proposals_missing import turtle, written
from kg.validate.proposals_value import instead
from kg.validate.report import Proposal, Result

RULE = "no-class"
_BUILT_IN = tuple(f"<{space}" for space in (OWL, RDF, RDFS))
_SHARE = 0.9
"""So large a part of the things with one kind of address has the class that is expected."""


def without_class(known: Known) -> Iterator[Result]:
    """Yield a finding for each subject of the files under check that has no class anywhere.

    The class is expected that others with the same beginning of the address have; where there
    are no others, there is no finding.
    """
    for subject in _untyped(known):
        expected = _usual(subject.removesuffix(">").removesuffix(local(subject)), known)
        if expected:
            yield _finding(subject, expected, known)


def _untyped(known: Known) -> list[str]:
    """Return the subjects of the files under check that lack a class of the data's own."""
    subjects = sorted(each for each in known.given.subjects if each.startswith("<"))
    ids = np.array([known.graph.id(each) for each in subjects], np.int64)
    which, kinds = known.graph.of(TYPE).expand(ids)
    distinct = np.unique(kinds)
    names = known.graph.dictionary.terms(distinct)
    telling = distinct[np.array([_counts(each) for each in names], bool)]
    typed = set(which[np.isin(kinds, telling)].tolist())
    return [each for at, each in enumerate(subjects) if at not in typed]


def _counts(term: str) -> bool:
    return term.startswith("<") and not term.startswith(_BUILT_IN)


def _usual(start: str, known: Known) -> str | None:
    """Return the most special class that nearly all things have whose IRI begins with `start`."""
    graph = known.published
    typed = graph.of(TYPE).keys(by_object=False)
    typed = typed[graph.dictionary.kinds[typed] == IRI]
    names = graph.dictionary.terms(typed)
    here = [at for at, name in enumerate(names) if name.startswith(start)]
    kinds = graph.kinds_of(np.sort(typed[here])).kinds
    classes, counts = np.unique(kinds, return_counts=True)
    usual = classes[counts >= _SHARE * len(here)]
    sizes = {graph.dictionary.term(each): len(graph.members(each)) for each in usual.tolist()}
    fitting = sorted((size, term) for term, size in sizes.items() if _counts(term))
    return fitting[0][1] if fitting else None


def _finding(subject: str, expected: str, known: Known) -> Result:
    name, cls = known.short(subject), written(expected, known)
    text = next((each for each in known.objects(subject, TYPE) if each.startswith('"')), None)
    if text:
        proposal = instead(text, expected, known)
    else:
        statement = turtle(subject, TYPE, cls, known)
        add = Text(de="Ergänzen Sie diese Aussage:", en="Add this statement:")
        proposal = Proposal(add, turtle=statement)
    return Result(
        severity="Violation",
        message=Text(
            de=f"{name} hat keine Klasse; erwartet wird: a {cls}",
            en=f"{name} has no class; expected is: a {cls}",
        ),
        focus=subject,
        path=f"<{RDF_TYPE}>",
        tree=Step(f"<{RDF_TYPE}>"),
        rule=RULE,
        value=text,
        proposal=proposal,
    )
