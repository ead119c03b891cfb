"""Terms that are used but not declared become findings that name the nearest declared one."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from pyoxigraph import NamedNode, Triple

from kg.errors import Text
from kg.namespaces import OWL, RDF, RDF_TYPE, RDFS, SH, XSD, shorten
from kg.validate.report import Result

RULE = "undeclared-term"
_BUILT_IN = (RDF, RDFS, OWL, XSD, SH)
_DECLARING = frozenset(
    {
        OWL + "Class",
        RDFS + "Class",
        RDF + "Property",
        RDFS + "Datatype",
        OWL + "ObjectProperty",
        OWL + "DatatypeProperty",
        OWL + "AnnotationProperty",
        OWL + "OntologyProperty",
    }
)


def declared(ontology: Iterable[Triple]) -> frozenset[str]:
    """Return the IRIs that `ontology` declares as class, property or datatype."""
    return frozenset(
        triple.subject.value
        for triple in ontology
        if triple.predicate.value == RDF_TYPE
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, NamedNode)
        and triple.object.value in _DECLARING
    )


def undeclared(
    triples: Iterable[Triple], terms: frozenset[str], prefixes: Mapping[str, str]
) -> list[Result]:
    """Return a finding for each predicate or class in `triples` that is not in `terms`.

    The vocabularies of RDF, RDFS, OWL, XSD and SHACL need no declaration. When nothing is
    declared at all there is nothing to hold the data against, and nothing is found.
    """
    if not terms:
        return []
    nearest = _nearest(terms, prefixes)
    found: dict[tuple[str, str], Result] = {}
    for triple in triples:
        for term, is_class in _used(triple):
            if term not in terms and not term.startswith(_BUILT_IN):
                subject = str(triple.subject)
                if (term, subject) not in found:
                    found[term, subject] = _finding(term, is_class, triple, nearest)
    return list(found.values())


def _used(triple: Triple) -> Iterator[tuple[str, bool]]:
    yield triple.predicate.value, False
    if triple.predicate.value == RDF_TYPE and isinstance(triple.object, NamedNode):
        yield triple.object.value, True


def _nearest(
    terms: frozenset[str], prefixes: Mapping[str, str]
) -> Callable[[str], tuple[str, str | None]]:
    """Return a function from a term to its short name and that of the nearest declared term."""
    known = sorted(shorten(term, prefixes) for term in terms)

    @cache
    def nearest(term: str) -> tuple[str, str | None]:
        used = shorten(term, prefixes)
        return used, next(iter(difflib.get_close_matches(used, known, 1, 0.6)), None)

    return nearest


def _finding(
    term: str,
    is_class: bool,
    triple: Triple,
    nearest: Callable[[str], tuple[str, str | None]],
) -> Result:
    used, near = nearest(term)
    kind = ("Klasse", "class") if is_class else ("Eigenschaft", "property")
    hint = (f" Meinten Sie {near}?", f" Did you mean {near}?") if near else ("", "")
    return Result(
        severity="Violation",
        message=Text(
            de=f"Die {kind[0]} {used} ist nirgends deklariert.{hint[0]}",
            en=f"The {kind[1]} {used} is not declared anywhere.{hint[1]}",
        ),
        focus=str(triple.subject),
        path=str(triple.predicate),
        value=str(triple.object) if is_class else None,
        rule=RULE,
    )
