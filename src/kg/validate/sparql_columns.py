"""Queries that are triple patterns and filters are joined on the columns; Oxigraph only judges the
filters, once for each distinct combination of the values that they look at.

No triple has to be put into a store for that, and literals keep the form that the data has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kg.rdf.dictionary import BLANK
from kg.reason.arrays import EMPTY, Ints, pack
from kg.validate.graph import Graph
from kg.validate.paths import Step
from kg.validate.sparql_paths import path_of
from kg.validate.sparql_query import SparqlQuery
from kg.validate.sparql_syntax import Expression, Filter, Pattern, Query, Tokens
from kg.validate.sparql_tokens import iri_of

_MOST = 5_000_000
"""So many solutions are held at once."""
Columns = dict[str, Ints]
"""Identifiers by variable, one a solution."""
Judge = Callable[[SparqlQuery, list[Ints]], set[int]]
"""From a query and the values of its rows to the numbers of the rows that have a solution."""


@dataclass(frozen=True)
class _Edge:
    """A triple pattern of one predicate; the ends are variables, with ?, or terms."""

    subject: str
    predicate: str
    object: str


@dataclass(frozen=True)
class Joinable:
    """A query of this simple kind: patterns, filters and what SELECT lists."""

    edges: tuple[_Edge, ...]
    filters: SparqlQuery | None
    items: Mapping[str, str]
    distinct: bool


def joinable(query: SparqlQuery, constants: Mapping[str, str]) -> Joinable | None:
    """Return the parts of a SELECT query that is simple enough, None for others."""
    tree, prefixes = query.tree
    elements = tree.group.elements
    if query.ask or tree.modifiers.keys() - {"ORDER"} or tree.group.select or tree.grouped:
        return None
    if not all(isinstance(each, Pattern | Filter) for each in elements):
        return None
    patterns = [each for each in elements if isinstance(each, Pattern)]
    edges = [_edge(each, prefixes, constants) for each in patterns]
    filters = [each for each in elements if isinstance(each, Filter)]
    items = _items(tree, prefixes)
    if items is None or not edges or any(each.expression.groups for each in filters):
        return None
    known = tuple(each for each in edges if each is not None)
    if len(known) < len(edges):
        return None
    return Joinable(
        known, _filters(query, prefixes, filters, known), items, _is_distinct(query, tree)
    )


def _is_distinct(query: SparqlQuery, tree: Query) -> bool:
    return "DISTINCT" in query.runnable[tree.word.end : tree.head].upper().split()


def _edge(pattern: Pattern, prefixes: dict[str, str], constants: Mapping[str, str]) -> _Edge | None:
    path = path_of(pattern.p, prefixes)
    ends = [_end(part, prefixes, constants) for part in (pattern.s, pattern.o)]
    if not isinstance(path, Step) or None in ends:
        return None
    start, end = (str(each) for each in ends)
    return _Edge(end, path.predicate, start) if path.inverse else _Edge(start, path.predicate, end)


def _end(tokens: Tokens, prefixes: dict[str, str], constants: Mapping[str, str]) -> str | None:
    if len(tokens) != 1:
        return None
    name = tokens[0].variable
    if name is not None:
        found = constants.get(name, f"?{name}")
        return None if found.startswith(('"', "_:")) else found
    return iri_of(tokens[0], prefixes)


def _items(tree: Query, prefixes: dict[str, str]) -> dict[str, str] | None:
    """Return what SELECT lists, variables or IRIs by name, None for what must be computed."""
    if tree.star is not None:
        return {}
    found = {}
    for item in tree.items:
        pair = _item(item, prefixes)
        if pair is None:
            return None
        found[pair[0]] = pair[1]
    return found


def _item(item: Expression, prefixes: dict[str, str]) -> tuple[str, str] | None:
    if item.alias is None:
        name = item.tokens[0].variable
        return None if name is None else (name, f"?{name}")
    if len(item.tokens) != 5:
        return None  # more than ( term AS ?name )
    term = item.tokens[1]
    value = f"?{term.variable}" if term.variable else iri_of(term, prefixes)
    return None if value is None else (str(item.alias.variable), value)


def _filters(
    query: SparqlQuery, prefixes: dict[str, str], filters: list[Filter], edges: tuple[_Edge, ...]
) -> SparqlQuery | None:
    """Return a query for the filters alone, with the variables that they look at as its rows."""
    if not filters:
        return None
    bound = {end[1:] for each in edges for end in (each.subject, each.object) if end[0] == "?"}
    used = {
        name for each in filters for token in each.expression.tokens if (name := token.variable)
    }
    text = " ".join(query.runnable[each.start : each.end] for each in filters)
    rows = tuple(sorted((used & (bound | {"this"})) - set(query.constants)))
    return SparqlQuery(f"SELECT $this WHERE {{ {text} }}", prefixes, False, query.constants, rows)


def joined(plan: Joinable, graph: Graph, nodes: Ints) -> Columns | None:
    """Return all solutions of the patterns for focus nodes, None when that would be too many."""
    columns: Columns = {"this": nodes}
    waiting = list(plan.edges)
    while waiting:
        edge = max(waiting, key=lambda each: _known(each, columns))
        if not _known(edge, columns):
            return None
        waiting.remove(edge)
        found = _extended(edge, graph, columns)
        if found is None:
            return None
        columns = found
    return columns


def _known(edge: _Edge, columns: Columns) -> int:
    """Return how much of an edge is known; a constant alone does not tie it to the others."""
    ends = (edge.subject, edge.object)
    tied = sum(end[1:] in columns for end in ends if end[0] == "?")
    return 2 * tied + sum(end[0] != "?" for end in ends) if tied else 0


def _extended(edge: _Edge, graph: Graph, columns: Columns) -> Columns | None:
    relation = graph.of(edge.predicate)
    size = len(columns["this"])
    subject, value = (_ids(end, graph, columns, size) for end in (edge.subject, edge.object))
    if subject is not None and value is not None:
        keep = relation.contains(pack(subject, value))
        return {name: column[keep] for name, column in columns.items()}
    keys, by_object = (subject, False) if subject is not None else (value, True)
    if keys is None or int(relation.counts(keys, by_object=by_object).sum()) > _MOST:
        return None
    which, partners = relation.expand(keys, by_object=by_object)
    found = {name: column[which] for name, column in columns.items()}
    found[(edge.subject if by_object else edge.object)[1:]] = partners
    return found


def _ids(end: str, graph: Graph, columns: Columns, size: int) -> Ints | None:
    if end[0] == "?":
        return columns.get(end[1:])
    return np.full(size, max(graph.id(end), -1), np.int64)


def passing(plan: Joinable, graph: Graph, columns: Columns, judge: Judge) -> Ints | None:
    """Return the numbers of the solutions that pass the filters, None for blank nodes in them."""
    if plan.filters is None:
        return np.arange(len(columns["this"]))
    used = [columns[name] for name in plan.filters.rows]
    kinds = graph.dictionary.kinds
    if any((kinds[column] == BLANK).any() for column in used):
        return None
    if not len(columns["this"]):
        return EMPTY
    firsts, codes = _combinations(used, len(columns["this"]))
    held = judge(plan.filters, [column[firsts] for column in used])
    fits = np.zeros(len(firsts), bool)
    fits[sorted(held)] = True
    return np.flatnonzero(fits[codes])


def _combinations(columns: list[Ints], size: int) -> tuple[Ints, Ints]:
    """Return a place for each distinct combination of values, and the combination of each row."""
    codes = np.zeros(size, np.int64)
    firsts = np.zeros(1, np.int64)
    for column in columns:
        _, firsts, codes = np.unique(pack(codes, column), return_index=True, return_inverse=True)
    return firsts, codes


def selected(
    plan: Joinable, graph: Graph, columns: Columns, rows: Ints
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the focus node and the solution for the numbers of some solutions."""
    items = plan.items or {name: f"?{name}" for name in columns}
    terms = graph.dictionary
    lists = {
        name: terms.terms(columns[value[1:]][rows]) if value[0] == "?" else [value] * len(rows)
        for name, value in items.items()
        if value[0] != "?" or value[1:] in columns
    }
    seen: set[tuple[str, ...]] = set()
    focus = columns["this"][rows].tolist()
    for place, node in enumerate(focus):
        solution = {name: values[place] for name, values in lists.items()}
        key = (str(node), *solution.values())
        if not plan.distinct or key not in seen:
            seen.add(key)
            yield node, solution
