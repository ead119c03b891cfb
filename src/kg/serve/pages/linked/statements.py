"""What is said of one resource: statements about it, statements with it, and names of the rest.

Blank nodes that hang on the resource belong to it (Concise Bounded Description, section 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from kg.namespaces import DCT, OWL, RDF, RDFS, SKOS
from kg.serve.pages.site import Site
from kg.serve.pages.terms import Row, Term, iri
from kg.serve.pages.visit import Visit
from kg.serve.problems import RequestError

MOST_OUT, MOST_BACK = 5000, 500
_MOST_BLANK, _DEPTH = 5000, 8
_MOST_NAMED = 2000
NAMES = (
    f"{RDFS}label",
    f"{SKOS}prefLabel",
    f"{DCT}title",
    "http://xmlns.com/foaf/0.1/name",
    "https://schema.org/name",
)
"""The properties that are given of what a document mentions: the first that it has."""


class Statement(NamedTuple):
    """A statement with the graph that it stands in; "" is the default graph of a plain store."""

    graph: str
    subject: Term
    predicate: str
    object: Term


@dataclass(frozen=True)
class Description:
    """What a document says of `iri`; `names` are the names of what `statements` mention.

    `cut` says whether there may be more statements about the resource or with it.
    """

    iri: str
    statements: tuple[Statement, ...]
    names: tuple[Statement, ...]
    cut: bool = False

    @property
    def graphs(self) -> list[str]:
        """The graphs that the statements stand in, by name."""
        return sorted({one.graph for one in self.statements} - {""})

    def values(self, predicate: str) -> list[Term]:
        """Return the values of a property of the resource."""
        return [
            one.object
            for one in self.statements
            if one.predicate == predicate and one.subject.value == self.iri
        ]


class Found(NamedTuple):
    """A resource that is known, and what has taken its place."""

    iri: str
    is_deprecated: bool = False
    successors: tuple[str, ...] = ()


async def find(site: Site, visit: Visit, candidates: Iterable[str]) -> Found | None:
    """Return the first of `candidates` of which anything is known, None without one."""
    asked = list(dict.fromkeys(candidates))
    rows = await site.rows(visit, _known_query(asked)) if asked else []
    known, graphs = {row["x"].value for row in rows}, visit.version.graphs
    name = next((one for one in asked if one in known or one in graphs), None)
    if name is None:
        return None
    about = [row for row in rows if row["x"].value == name]
    replaced = [row["next"].value for row in about if "next" in row and row["next"].is_iri]
    old = any(row["old"].value in ("true", "1") for row in about if "old" in row)
    return Found(name, old or bool(replaced), tuple(sorted(set(replaced))))


async def describe(site: Site, visit: Visit, name: str) -> Description:
    """Return what is said of a resource, by at most three queries."""
    plain = visit.version.plain
    rows = await site.rows(visit, _statements_query(name, plain=plain))
    told = [_statement(row, name) for row in rows]
    cut = sum(one.subject.value != name for one in told) > MOST_BACK
    back = [one for one in told if one.subject.value != name][:MOST_BACK]
    own = [one for one in told if one.subject.value == name]
    cut = cut or len(own) >= MOST_OUT
    if any(one.object.kind == "bnode" for one in own):
        rows = await site.rows(visit, _blank_query(name, plain=plain))
        own += [_statement(row, name) for row in rows]
    statements = tuple(_without_copies([*own, *back]))
    return Description(name, statements, await _names(site, visit, name, statements), cut)


def is_iri(text: str) -> bool:
    """Return whether a text can be put into a query as an IRI."""
    try:
        iri(text)
    except RequestError:
        return False
    return True


async def _names(
    site: Site, visit: Visit, name: str, statements: Iterable[Statement]
) -> tuple[Statement, ...]:
    mentioned: dict[str, None] = {}
    for one in statements:
        terms = (one.subject.value, one.predicate, one.object.value if one.object.is_iri else name)
        mentioned |= dict.fromkeys(terms if one.subject.is_iri else terms[1:])
        mentioned |= {one.graph: None} if one.graph else {}
    mentioned.pop(name, None)
    if not mentioned:
        return ()
    rows = await site.rows(visit, _names_query(list(mentioned)[:_MOST_NAMED]))
    return tuple(_first_names(rows))


def _first_names(rows: Iterable[Row]) -> Iterator[Statement]:
    found: dict[str, dict[int, list[Term]]] = {}
    for row in rows:
        for number in range(len(NAMES)):
            value = row.get(f"n{number}")
            if value is not None and value.kind == "literal":
                values = found.setdefault(row["x"].value, {}).setdefault(number, [])
                values += [value] if value not in values else []
    for name, by_property in found.items():
        best = min(by_property)
        subject = Term("iri", name)
        for value in by_property[best]:
            yield Statement("", subject, NAMES[best], value)


def _statement(row: Row, name: str) -> Statement:
    graph = row["g"].value if "g" in row else ""
    own = Term("iri", name)
    return Statement(graph, row.get("s", own), row["p"].value, row.get("o", own))


def _without_copies(statements: Iterable[Statement]) -> list[Statement]:
    """Return statements once; one without a graph only if no graph has it."""
    unique = list(dict.fromkeys(statements))
    in_graphs = {one[1:] for one in unique if one.graph}
    return [one for one in unique if one.graph or one[1:] not in in_graphs]


def _known_query(names: Iterable[str]) -> str:
    return f"""SELECT ?x ?old ?next WHERE {{
  VALUES ?x {{ {" ".join(map(iri, names))} }}
  FILTER (EXISTS {{ ?x ?p ?o }} || EXISTS {{ ?s ?q ?x }})
  OPTIONAL {{ ?x <{OWL}deprecated> ?old }}
  OPTIONAL {{ ?x <{DCT}isReplacedBy> ?next }}
}}"""


def _statements_query(name: str, *, plain: bool) -> str:
    node = iri(name)
    out = _somewhere(f"{node} ?p ?o", plain=plain)
    back = _somewhere(f"?s ?p {node} FILTER (isIRI(?s) && ?s != {node})", plain=plain)
    return f"""SELECT ?g ?s ?p ?o WHERE {{
  {{ SELECT ?g ?p ?o WHERE {{ {out} }} LIMIT {MOST_OUT} }}
  UNION {{ SELECT ?g ?s ?p WHERE {{ {back} }} LIMIT {MOST_BACK + 1} }}
}}"""


def _somewhere(pattern: str, *, plain: bool) -> str:
    """Return a pattern in each named graph; in a plain store also in its default graph."""
    return f"{{ GRAPH ?g {{ {pattern} }} }}" + (f" UNION {{ {pattern} }}" if plain else "")


def _blank_query(name: str, *, plain: bool) -> str:
    """Return the query for what hangs on blank nodes; a list is one step, however long."""
    branches = " UNION ".join(f"{{ {_chain(name, depth)} }}" for depth in range(1, _DEPTH + 1))
    somewhere = _somewhere(branches, plain=plain)
    return f"SELECT DISTINCT ?g ?s ?p ?o WHERE {{ {somewhere} }} LIMIT {_MOST_BLANK}"


def _chain(name: str, depth: int) -> str:
    steps = []
    before = iri(name)
    for number in range(1, depth + 1):
        after = "?s" if number == depth else f"?c{number}"
        steps.append(f"{before} ?a{number} ?b{number} . FILTER isBlank(?b{number})")
        steps.append(f"?b{number} <{RDF}rest>* {after} .")
        before = after
    return " ".join(chain(steps, ["?s ?p ?o"]))


def _names_query(names: Iterable[str]) -> str:
    branches = " UNION ".join(f"{{ ?x <{name}> ?n{number} }}" for number, name in enumerate(NAMES))
    return f"SELECT * WHERE {{ VALUES ?x {{ {' '.join(map(iri, names))} }} {branches} }}"
