"""What the ontology of a version declares: classes and properties, with their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from kg.errors import Text
from kg.namespaces import DCT, OWL, RDF, RDFS, SKOS
from kg.serve.pages.terms import Row, iri, one_of

Kind = Literal["class", "property"]
CLASSES = (f"{OWL}Class", f"{RDFS}Class")
PROPERTIES = (
    f"{OWL}ObjectProperty",
    f"{OWL}DatatypeProperty",
    f"{OWL}AnnotationProperty",
    f"{RDF}Property",
)
_LABELS = (f"{SKOS}prefLabel", f"{RDFS}label")
_DEFINITIONS = (f"{SKOS}definition", f"{RDFS}comment", f"{DCT}description")
_ABOVE = (f"{RDFS}subClassOf", f"{RDFS}subPropertyOf")
_INVERSE = f"{OWL}inverseOf"
_ASKED = (f"{RDF}type", *_LABELS, *_DEFINITIONS, *_ABOVE, _INVERSE, f"{OWL}deprecated")


@dataclass(frozen=True)
class VocabularyTerm:
    """A class or property; `above` are the IRIs of what it is declared to be a kind of."""

    iri: str
    kind: Kind
    label: Text
    definition: Text
    graph: str
    above: tuple[str, ...] = ()
    inverses: tuple[str, ...] = ()
    deprecated: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """All terms of a version by their IRI, in the order of the ontology's files."""

    terms: Mapping[str, VocabularyTerm]

    def label(self, iri: str) -> Text | None:
        """Return the name of a term, None if it is not declared or has none."""
        term = self.terms.get(iri)
        return term.label if term and term.label.en else None

    def above(self, iri: str) -> set[str]:
        """Return all that a term is a kind of, directly or not, without itself."""
        found: set[str] = set()
        waiting = [iri]
        while waiting:
            term = self.terms.get(waiting.pop())
            new = [one for one in (term.above if term else ()) if one not in found]
            found.update(new)
            waiting += new
        return found - {iri}

    def inverses(self, iri: str) -> set[str]:
        """Return the properties that are declared as the inverse of one, on either side."""
        term = self.terms.get(iri)
        found = set(term.inverses) if term else set()
        return found | {one.iri for one in self.terms.values() if iri in one.inverses}

    def most_special(self, classes: Iterable[str]) -> list[str]:
        """Return those of `classes` that no other of them is a kind of, declared ones first."""
        given = list(dict.fromkeys(classes))
        general = {above for one in given for above in self.above(one)}
        left = [one for one in given if one not in general]
        return sorted(left, key=lambda one: one not in self.terms)


def vocabulary_query(graphs: Iterable[str]) -> str:
    """Return the query for `vocabulary_of`; `graphs` are those of the ontology."""
    named = " ".join(map(iri, graphs))
    kinds, asked = one_of("kind", CLASSES + PROPERTIES), one_of("p", _ASKED)
    return f"""SELECT DISTINCT ?g ?term ?p ?o WHERE {{
  VALUES ?g {{ {named} }} GRAPH ?g {{
    ?term a ?kind {kinds}
    ?term ?p ?o {asked}
  }}
  FILTER (isIRI(?term))
}}"""


def vocabulary_of(rows: Iterable[Row]) -> Vocabulary:
    """Return the terms that the rows of `vocabulary_query` tell of."""
    told: dict[str, list[Row]] = {}
    for row in rows:
        told.setdefault(row["term"].value, []).append(row)
    terms = [_term(name, rows) for name, rows in told.items()]
    terms.sort(key=lambda term: (term.graph, term.kind, term.iri))
    return Vocabulary(MappingProxyType({term.iri: term for term in terms}))


def _term(name: str, rows: list[Row]) -> VocabularyTerm:
    values: dict[str, list[Row]] = {}
    for row in rows:
        values.setdefault(row["p"].value, []).append(row)
    kinds = {row["o"].value for row in values.get(f"{RDF}type", [])}
    above = [row["o"] for key in _ABOVE for row in values.get(key, []) if row["o"].is_iri]
    deprecated = any(row["o"].value in ("true", "1") for row in values.get(f"{OWL}deprecated", []))
    return VocabularyTerm(
        name,
        "class" if kinds.intersection(CLASSES) else "property",
        _text(values, _LABELS),
        _text(values, _DEFINITIONS),
        rows[0]["g"].value,
        tuple(dict.fromkeys(term.value for term in above)),
        tuple(row["o"].value for row in values.get(_INVERSE, []) if row["o"].is_iri),
        deprecated,
    )


def _text(values: Mapping[str, list[Row]], names: Iterable[str]) -> Text:
    by_lang: dict[str, str] = {}
    for name in names:
        for row in values.get(name, []):
            by_lang.setdefault(row["o"].lang.partition("-")[0], row["o"].value)
    other = by_lang.get("", next(iter(by_lang.values()), ""))
    english = by_lang.get("en", other)
    return Text(de=by_lang.get("de", english), en=english)
