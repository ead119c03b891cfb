"""Answers in RDF are read and compared."""

from __future__ import annotations

from collections.abc import Iterable

from httpx import Response
from pyoxigraph import NamedNode, Quad, QuerySolution, QuerySolutions, RdfFormat, Store, parse

from kg.namespaces import DCT, RDF_TYPE, SD, VOID

FORMATS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}
PREFIXES = {
    "sd": SD,
    "void": VOID,
    "dct": DCT,
    "ent": "http://www.w3.org/ns/entailment/",
    "fmt": "http://www.w3.org/ns/formats/",
}


def graph_of(response: Response) -> Store:
    """Return what the body of a response says, in the format that it names."""
    assert response.status_code == 200, response.text
    media_type = response.headers["content-type"].partition(";")[0]
    return store_of(parse(response.content, FORMATS[media_type]))


def store_of(quads: Iterable[Quad]) -> Store:
    """Return a store of statements."""
    store = Store()
    store.extend(quads)
    return store


def ask(store: Store, pattern: str) -> bool:
    """Return whether `pattern` is there."""
    return bool(store.query(f"ASK {{ {pattern} }}", prefixes=PREFIXES))


def rows(store: Store, query: str) -> list[QuerySolution]:
    """Return the rows of a SELECT query."""
    found = store.query(query, prefixes=PREFIXES)
    assert isinstance(found, QuerySolutions)
    return list(found)


def count(store: Store, select: str, pattern: str = "?s ?p ?o") -> int:
    """Return the number that `select` gives."""
    ((found,),) = rows(store, f"SELECT ({select} AS ?n) {{ {pattern} }}")
    return int(getattr(found, "value", "-1"))


def values(store: Store, pattern: str) -> list[str]:
    """Return the values of ?x, sorted."""
    found = (row["x"] for row in rows(store, f"SELECT ?x {{ {pattern} }}"))
    return sorted(getattr(value, "value", str(value)) for value in found)


def mapping(store: Store, pattern: str, select: str = "?x ?n") -> dict[str, int]:
    """Return the values of ?x with the numbers ?n."""
    found = rows(store, f"SELECT {select} {{ {pattern} }} {'GROUP BY ?x' * ('(' in select)}")
    return {getattr(row["x"], "value", ""): int(getattr(row["n"], "value", "")) for row in found}


COUNTED = "?x (COUNT(*) AS ?n)"
"""For `mapping`: how often each ?x is there."""


def typed(store: Store, kind: str) -> set[str]:
    """Return what is of the class `kind`, an IRI, as text."""
    found = store.quads_for_pattern(None, NamedNode(RDF_TYPE), NamedNode(kind))
    return {str(quad.subject) for quad in found}
