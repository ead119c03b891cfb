"""Which triples of the data graph a query can depend on, and how they hang on the focus node.

A triple matters to the answer for a focus node only if it fits a triple pattern together with
triples for the patterns that lead from there to $this: those of the same group, of the group
around it where the variable is surely bound there too, and so on outwards.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.validate.paths import Path, inverse_of
from kg.validate.sparql_paths import may_be_empty, path_of
from kg.validate.sparql_syntax import (
    Bind,
    Element,
    Filter,
    GraphGroup,
    Group,
    OptionalGroup,
    Pattern,
    Query,
    Tokens,
    nested_groups,
)
from kg.validate.sparql_tokens import iri_of


@dataclass(frozen=True)
class Way:
    """The `steps` that lead from the variable `row` to one end of a pattern."""

    row: str
    steps: tuple[Path, ...]
    at_object: bool


@dataclass(frozen=True)
class Site:
    """A triple pattern: `path` is None when it takes any predicate.

    `subject` and `object` are IRIs, if they are constant. `grounded` says that no other triples
    decide whether it holds: an empty path holds for the nodes of the graph only. Without a `way`
    nothing is known about the focus nodes that it concerns.
    """

    path: Path | None
    subject: str | None
    object: str | None
    grounded: bool
    way: Way | None


@dataclass(frozen=True)
class _Edge:
    """A pattern with its ends: the name of a variable, or None."""

    start: str | None
    end: str | None
    path: Path | None
    pattern: Pattern

    @property
    def variables(self) -> set[str]:
        return {each for each in (self.start, self.end) if each is not None}


_Edges = tuple[_Edge, ...]


@dataclass(frozen=True)
class _Layer:
    """The patterns of a group; `by_exists` tells that EXISTS leads from there to what is within.

    EXISTS puts values in place of variables at any depth, other groups are joined from within.
    """

    edges: _Edges
    by_exists: bool = False

    def binds(self, name: str) -> bool:
        """Return whether a variable is surely bound."""
        return any(name in edge.variables for edge in self.edges)


def sites_of(query: Query, prefixes: Mapping[str, str], rows: tuple[str, ...]) -> tuple[Site, ...]:
    """Return the triple patterns of a query that concern the data graph.

    `rows` are the variables whose values are given.
    """
    names = dict(prefixes)
    found = []
    for edge, layers in _placed(query, names):
        start, end = (
            iri_of(part[0], names) if len(part) == 1 else None
            for part in (edge.pattern.s, edge.pattern.o)
        )
        way = _way(edge, layers, rows)
        found.append(Site(edge.path, start, end, _is_grounded(edge, layers[0].edges), way))
    return tuple(found)


def _placed(query: Query, names: dict[str, str]) -> Iterator[tuple[_Edge, tuple[_Layer, ...]]]:
    """Yield each pattern with its own layer and those around it."""
    for part in (*query.items, *query.modifiers.values()):
        for group in part.groups:
            yield from _in_group(group, (), names)
    yield from _in_group(query.group, (), names)


def _in_group(
    group: Group, around: tuple[_Layer, ...], names: dict[str, str]
) -> Iterator[tuple[_Edge, tuple[_Layer, ...]]]:
    if group.select is not None:
        yield from _placed(group.select, names)
    own = _edges(group.elements, names)
    for edge in own:
        yield edge, (_Layer(own), *around)
    for number, element in enumerate(group.elements):
        if isinstance(element, GraphGroup):
            continue
        edges = own
        if isinstance(element, OptionalGroup | Bind):
            # what stands behind may bind a variable that is not bound here yet
            edges = _edges(group.elements[:number], names)
        outer = _Layer(edges, isinstance(element, Filter | Bind))
        for inner in nested_groups(element):
            yield from _in_group(inner, (outer, *around), names)


def _edges(elements: tuple[Element, ...], names: dict[str, str]) -> _Edges:
    return tuple(
        _Edge(_variable(each.s), _variable(each.o), path_of(each.p, names), each)
        for each in elements
        if isinstance(each, Pattern)
    )


def _variable(tokens: Tokens) -> str | None:
    if len(tokens) != 1:
        return None
    return tokens[0].text if tokens[0].kind == "blank" else tokens[0].variable


def _is_grounded(edge: _Edge, own: _Edges) -> bool:
    if edge.path is None or not may_be_empty(edge.path):
        return True
    return any(
        other is not edge
        and not edge.variables.isdisjoint(other.variables)
        and (other.path is None or not may_be_empty(other.path))
        for other in own
    )


def _way(edge: _Edge, layers: tuple[_Layer, ...], rows: tuple[str, ...]) -> Way | None:
    """Return the shortest way from a row to an end of `edge`; it is sought from that end."""
    waiting: deque[tuple[int, str, tuple[Path, ...], bool]] = deque()
    if edge.start is not None:
        waiting.append((0, edge.start, (), False))
    if edge.end is not None:
        waiting.append((0, edge.end, (), True))
    seen: set[tuple[int, str]] = set()
    while waiting:
        layer, name, steps, at_object = waiting.popleft()
        if name in rows:
            return Way(name, steps, at_object)
        if (layer, name) in seen:
            continue
        seen.add((layer, name))
        for other in layers[layer].edges:
            if other is edge or other.path is None:
                continue
            if other.end == name and other.start is not None:
                waiting.append((layer, other.start, (other.path, *steps), at_object))
            if other.start == name and other.end is not None:
                waiting.append((layer, other.end, (inverse_of(other.path), *steps), at_object))
        for number in range(layer + 1, len(layers)):
            joined = number == layer + 1 or layers[number].by_exists
            if joined and layers[number].binds(name):
                waiting.append((number, name, steps, at_object))
    return None
