"""Constraints that look at all value nodes of a focus node: SHACL sections 4.2, 4.4.5, 4.5, 4.8.

Each test returns what fails: the number of the focus node and, where there is one, the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from kg.rdf.literals import compare
from kg.reason.arrays import EMPTY, Ints, contained, distinct, firsts, pack, seconds
from kg.validate.constraint_reader import component
from kg.validate.follow import joined
from kg.validate.graph import Graph
from kg.validate.literal_columns import languages
from kg.validate.shapes import Constraint


@dataclass(frozen=True)
class Values:
    """Focus nodes, each once, and their value nodes: the number of the focus node, the value."""

    nodes: Ints
    which: Ints
    values: Ints

    def pairs(self) -> Ints:
        """Return the pairs of number and value, sorted."""
        return distinct(pack(self.which, self.values))


@dataclass(frozen=True)
class Hits:
    """What fails: numbers of focus nodes, with values and predicates if there are any."""

    which: Ints
    values: Ints | None = None
    predicates: Ints | None = None


Test = Callable[[Graph, Constraint, Values], Hits]


def _min_count(_: Graph, constraint: Constraint, given: Values) -> Hits:
    counts = np.bincount(given.which, minlength=len(given.nodes))
    return Hits(np.flatnonzero(counts < constraint.number))


def _max_count(_: Graph, constraint: Constraint, given: Values) -> Hits:
    counts = np.bincount(given.which, minlength=len(given.nodes))
    return Hits(np.flatnonzero(counts > constraint.number))


def _has_value(graph: Graph, constraint: Constraint, given: Values) -> Hits:
    having = given.which[given.values == graph.id(constraint.terms[0])]
    missing = np.ones(len(given.nodes), bool)
    missing[having] = False
    return Hits(np.flatnonzero(missing))


def _others(graph: Graph, constraint: Constraint, given: Values) -> Ints:
    """Return the pairs of number and object of the predicate that the constraint names."""
    which, values = graph.of(constraint.terms[0]).expand(given.nodes)
    return np.sort(pack(which, values))


def _equals(graph: Graph, constraint: Constraint, given: Values) -> Hits:
    mine, others = given.pairs(), _others(graph, constraint, given)
    odd = np.sort(
        np.concatenate((mine[~contained(mine, others)], others[~contained(others, mine)]))
    )
    return Hits(firsts(odd), seconds(odd))


def _disjoint(graph: Graph, constraint: Constraint, given: Values) -> Hits:
    mine, others = given.pairs(), _others(graph, constraint, given)
    both = mine[contained(mine, others)]
    return Hits(firsts(both), seconds(both))


def _less_than(allowed: tuple[int, ...]) -> Test:
    def test(graph: Graph, constraint: Constraint, given: Values) -> Hits:
        others = _others(graph, constraint, given)
        rows, right = joined(given.which, firsts(others), seconds(others))
        left, which = given.values[rows], given.which[rows]
        if not len(rows):
            return Hits(EMPTY, EMPTY)
        pairs = distinct(pack(left, right))
        terms = zip(
            graph.dictionary.terms(firsts(pairs)),
            graph.dictionary.terms(seconds(pairs)),
            strict=True,
        )
        holds = np.array([compare(one, other) in allowed for one, other in terms], bool)
        fails = ~holds[pairs.searchsorted(pack(left, right))]
        return Hits(which[fails], left[fails])

    return test


def _unique_lang(graph: Graph, _: Constraint, given: Values) -> Hits:
    ids, places = np.unique(given.values, return_inverse=True)
    tags = languages(graph.dictionary, ids)
    numbers = {tag: number for number, tag in enumerate(sorted(set(tags)))}
    codes = np.array([numbers[tag] for tag in tags], np.int64)[places]
    tagged = codes != numbers.get("", -1)
    pairs, counts = np.unique(pack(given.which[tagged], codes[tagged]), return_counts=True)
    return Hits(firsts(pairs[counts > 1]))


def _closed(graph: Graph, constraint: Constraint, given: Values) -> Hits:
    allowed = {graph.id(term) for term in constraint.terms}
    parts: list[tuple[Ints, Ints, Ints]] = []
    for predicate in graph.predicates():
        if predicate not in allowed:
            rows, values = graph.relation(predicate).expand(given.values)
            if len(rows):
                parts.append((given.which[rows], values, np.full(len(rows), predicate)))
    if not parts:
        return Hits(EMPTY, EMPTY, EMPTY)
    which, values, predicates = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Hits(which, values, predicates)


PAIR_TESTS: Mapping[str, Test] = MappingProxyType(
    {
        component(name): test
        for name, test in (
            ("MinCount", _min_count),
            ("MaxCount", _max_count),
            ("HasValue", _has_value),
            ("Equals", _equals),
            ("Disjoint", _disjoint),
            ("LessThan", _less_than((-1,))),
            ("LessThanOrEquals", _less_than((-1, 0))),
            ("UniqueLang", _unique_lang),
            ("Closed", _closed),
        )
    }
)
