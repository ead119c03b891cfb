"""What a page of answers cites, and which graphs hold the statements that its rows stand for.

Both are one query. Of a document its title, number, date, publisher and address are read, by the
properties of Dublin Core, schema.org and FOAF.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.namespaces import DCT
from kg.serve.pages.answer.table import Triple
from kg.serve.pages.labels import best
from kg.serve.pages.terms import Row, Term, iri
from kg.serve.pages.words import Lang

_SCHEMA = ("https://schema.org/", "http://schema.org/")
_FOAF = "http://xmlns.com/foaf/0.1/"
_DCAT = "http://www.w3.org/ns/dcat#"
TITLES = (f"{DCT}title",)
NUMBERS = (f"{DCT}identifier",)
DATES = (f"{DCT}issued", f"{DCT}date", *(f"{one}datePublished" for one in _SCHEMA))
PUBLISHERS = (f"{DCT}publisher", *(f"{one}publisher" for one in _SCHEMA), f"{DCT}creator")
PAGES = (*(f"{one}url" for one in _SCHEMA), f"{_FOAF}page", f"{_FOAF}homepage")
PAGES += (f"{_DCAT}landingPage",)
_ASKED = (*TITLES, *NUMBERS, *DATES, *PUBLISHERS, *PAGES)


@dataclass(frozen=True)
class Cited:
    """What is known of a document, by property."""

    values: Mapping[str, list[Term]] = field(default_factory=dict)

    def first(self, names: Iterable[str], lang: Lang) -> Term | None:
        """Return the value of the first of `names` that has one."""
        found = next((self.values[name] for name in names if name in self.values), None)
        return best(found, lang) if found else None

    @property
    def publishers(self) -> list[Term]:
        """Who published it, else who made it."""
        return next((self.values[name] for name in PUBLISHERS if name in self.values), [])

    @property
    def page(self) -> str:
        """Its address in the web, empty if it is not known."""
        found = [term for name in PAGES for term in self.values.get(name, [])]
        return next((one.value for one in found if _is_address(one.value)), "")


@dataclass(frozen=True)
class Background:
    """What the rows of a page stand on."""

    documents: Mapping[str, Cited] = field(default_factory=dict)
    graphs: Mapping[Triple, set[str]] = field(default_factory=dict)

    def cited(self, document: str) -> Cited:
        """Return what is known of a document."""
        return self.documents.get(document) or Cited()

    def basis(self, triple: Triple | None, inferred: str) -> str:
        """Return "derived" if only `inferred` has a statement, "stated" if a source has it."""
        graphs = self.graphs.get(triple, set()) if triple else set()
        if not graphs:
            return ""
        return "derived" if graphs == {inferred} else "stated"


def background_query(documents: Iterable[str], triples: Iterable[Triple]) -> str:
    """Return the query for `background_of`, empty if there is nothing to ask."""
    parts = []
    asked = " ".join(map(iri, documents))
    if asked:
        properties = " ".join(f"<{name}>" for name in _ASKED)
        parts.append(f"{{ VALUES ?x {{ {asked} }} VALUES ?y {{ {properties} }} ?x ?y ?z }}")
    stood = " ".join(f"({iri(s)} {iri(p)} {iri(o)})" for s, p, o in triples)
    if stood:
        parts.append(f"{{ VALUES (?x ?y ?z) {{ {stood} }} GRAPH ?g {{ ?x ?y ?z }} }}")
    return f"SELECT ?g ?x ?y ?z WHERE {{ {' UNION '.join(parts)} }}" if parts else ""


def background_of(rows: Iterable[Row]) -> Background:
    """Return what the rows of `background_query` tell."""
    documents: dict[str, dict[str, list[Term]]] = {}
    graphs: dict[Triple, set[str]] = {}
    for row in rows:
        subject, predicate, value = row["x"].value, row["y"].value, row["z"]
        if "g" in row:
            graphs.setdefault((subject, predicate, value.value), set()).add(row["g"].value)
        else:
            documents.setdefault(subject, {}).setdefault(predicate, []).append(value)
    return Background({name: Cited(values) for name, values in documents.items()}, graphs)


def _is_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))
