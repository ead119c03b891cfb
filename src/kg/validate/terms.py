"""Terms that are used but not declared become findings; what was meant is proposed later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import NamedNode, Triple

from kg.errors import Text
from kg.namespaces import DCT, OWL, PROV, RDF, RDF_TYPE, RDFS, SH, VOID, XSD, shorten
from kg.validate.report import Result

RULE = "undeclared-term"
_BUILT_IN = (RDF, RDFS, OWL, XSD, SH)
_ORIGIN = frozenset(
    (
        *(DCT + name for name in ("description", "license", "publisher", "source", "title")),
        *(PROV + name for name in ("Agent", "Entity")),
        *(PROV + name for name in ("generatedAtTime", "wasAttributedTo", "wasDerivedFrom")),
        VOID + "Dataset",
    )
)
"""With these it is said of an accepted contribution where it comes from."""
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

    The vocabularies of RDF, RDFS, OWL, XSD and SHACL need no declaration, nor do the terms that
    say where a contribution comes from. When nothing is declared at all there is nothing to hold
    the data against, and nothing is found.
    """
    if not terms:
        return []
    found: dict[tuple[str, str], Result] = {}
    for triple in triples:
        for term, is_class in _used(triple):
            if term not in terms and term not in _ORIGIN and not term.startswith(_BUILT_IN):
                key = (term, str(triple.subject))
                if key not in found:
                    found[key] = _finding(shorten(term, prefixes), is_class, triple)
    return list(found.values())


def _used(triple: Triple) -> Iterator[tuple[str, bool]]:
    yield triple.predicate.value, False
    if triple.predicate.value == RDF_TYPE and isinstance(triple.object, NamedNode):
        yield triple.object.value, True


def _finding(used: str, is_class: bool, triple: Triple) -> Result:
    kind = ("Klasse", "class") if is_class else ("Eigenschaft", "property")
    return Result(
        severity="Violation",
        message=Text(
            de=f"Die {kind[0]} {used} ist nirgends deklariert.",
            en=f"The {kind[1]} {used} is not declared anywhere.",
        ),
        focus=str(triple.subject),
        path=str(triple.predicate),
        value=str(triple.object) if is_class else None,
        rule=RULE,
    )
