"""Terms that are used but not declared become findings that name the nearest declared one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from pyoxigraph import NamedNode, Triple

from kg.errors import Text
from kg.namespaces import OWL, RDF, RDF_TYPE, RDFS, SH, XSD, shorten
from kg.validate.report import Proposal, Result

RULE = "undeclared-term"
_NEAR = 60
"""The least similarity of a term that is proposed, in per cent."""
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
                    near = nearest(term)
                    names = (shorten(term, prefixes), near and shorten(near, prefixes))
                    finding = _finding(names, is_class, triple)
                    if near:
                        finding = replace(finding, proposal=_proposal(names, (term, near)))
                    found[term, subject] = finding
    return list(found.values())


def _used(triple: Triple) -> Iterator[tuple[str, bool]]:
    yield triple.predicate.value, False
    if triple.predicate.value == RDF_TYPE and isinstance(triple.object, NamedNode):
        yield triple.object.value, True


def _nearest(terms: frozenset[str], prefixes: Mapping[str, str]) -> Callable[[str], str | None]:
    """Return a function from a term to the nearest declared term, None if none is near."""
    known = {term: shorten(term, prefixes) for term in sorted(terms)}

    @cache
    def nearest(term: str) -> str | None:
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - only what is wrong needs it

        used = shorten(term, prefixes)
        found = process.extractOne(used, known, scorer=fuzz.ratio, score_cutoff=_NEAR)
        return found[2] if found else None

    return nearest


def _proposal(names: tuple[str, str | None], terms: tuple[str, str]) -> Proposal:
    used, near = names
    return Proposal(
        Text(de=f"Schreiben Sie {near} statt {used}.", en=f"Write {near} instead of {used}."),
        replace=(f"<{terms[0]}>", f"<{terms[1]}>"),
    )


def _finding(names: tuple[str, str | None], is_class: bool, triple: Triple) -> Result:
    used, near = names
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
