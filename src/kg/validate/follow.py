"""Property paths are followed on a graph from many nodes at once: SHACL section 2.3.1."""

from __future__ import annotations

import numpy as np

from kg.errors import StageError, Text
from kg.reason.arrays import EMPTY, Ints, contained, distinct, firsts, gather, pack, seconds, spread
from kg.validate.graph import Graph, Pairs
from kg.validate.paths import Alternative, Path, Repeat, Sequence, Step, inverse_of, plain

MOST = 100_000_000
"""So many pairs of a start and an end may one path give."""


def follow(graph: Graph, path: Path, nodes: Ints) -> tuple[Ints, Ints]:
    """Return what `path` leads to: the number of the start in `nodes`, and the end.

    No pair stands twice. Raises StageError when there are more than MOST.
    """
    match plain(path):
        case Step(predicate, inverse):
            return graph.of(predicate).expand(nodes, by_object=inverse)
        case other:
            starts = pack(np.arange(len(nodes)), nodes)
            found = _from(graph, other, starts)
            return firsts(found), seconds(found)


def _from(graph: Graph, path: Path, pairs: Ints) -> Ints:
    """Return the pairs of start and end for pairs of start and node, sorted, each once."""
    match path:
        case Step():
            return _step(graph, path, pairs)
        case Sequence(parts):
            for part in parts:
                pairs = _from(graph, part, pairs)
            return pairs
        case Alternative(parts):
            return gather([_from(graph, part, pairs) for part in parts])
        case Repeat(part, least, many):
            return _repeat(graph, part, pairs, least=least, many=many)
        case other:
            return _from(graph, plain(other), pairs)


def _step(graph: Graph, step: Step, pairs: Ints) -> Ints:
    relation = graph.of(step.predicate)
    nodes = seconds(pairs)
    if len(pairs) > 1:
        _bounded(int(relation.counts(nodes, by_object=step.inverse).sum()))
    which, values = relation.expand(nodes, by_object=step.inverse)
    return distinct(pack(firsts(pairs)[which], values))


def _repeat(graph: Graph, part: Path, pairs: Ints, *, least: int, many: bool) -> Ints:
    found = pairs if not least else EMPTY
    edge = pairs
    while len(edge):
        edge = _from(graph, part, edge)
        edge = edge[~contained(edge, found)]
        found = gather([found, edge])
        _bounded(len(found))
        if not many:
            break
    return distinct(found)


def _bounded(size: int) -> None:
    if size > MOST:
        raise StageError(
            Text(
                de=f"Ein Pfad führt zu mehr als {MOST:,} Werten; die Prüfung wurde abgebrochen.",
                en=f"A path leads to more than {MOST:,} values; the validation was stopped.",
            )
        )


def touched(graph: Graph, path: Path, changed: Pairs) -> Ints:
    """Return the nodes from which `path` may lead through one of the pairs `changed`, sorted.

    The steps before the pair are followed back on `graph`.
    """
    return _touched(graph, plain(path), changed)


def _touched(graph: Graph, path: Path, changed: Pairs) -> Ints:
    match path:
        case Step(predicate, inverse):
            pairs = changed.get(graph.id(predicate), EMPTY)
            return distinct(seconds(pairs) if inverse else firsts(pairs))
        case Sequence(parts):
            found = EMPTY
            for part in reversed(parts):
                before = back(graph, part, found)
                found = gather([before, _touched(graph, part, changed)])
            return found
        case Alternative(parts):
            return gather([_touched(graph, part, changed) for part in parts])
        case Repeat(part, _, many):
            near = _touched(graph, part, changed)
            return back(graph, Repeat(part, 0, many=True), near) if many else near
        case other:
            return _touched(graph, plain(other), changed)


def back(graph: Graph, path: Path, nodes: Ints) -> Ints:
    """Return the nodes from which `path` leads to one of `nodes`, sorted."""
    if not len(nodes):
        return nodes
    return distinct(follow(graph, inverse_of(path), nodes)[1])


def joined(which: Ints, groups: Ints, values: Ints) -> tuple[Ints, Ints]:
    """Return for each number in `which` the `values` whose group has that number."""
    order = np.argsort(groups, kind="stable")
    size = int(max(which.max(initial=-1), groups.max(initial=-1))) + 1
    counts = np.bincount(groups, minlength=size)
    starts = np.cumsum(counts) - counts
    rows, places = spread(starts[which], counts[which])
    return rows, values[order][places]
