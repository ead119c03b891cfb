"""The transitive closure of a long or dense relation, where joining it with itself would not end.

Nodes that reach each other are treated as one; sets of nodes are the bits of integers, so that
only what is reached is counted, not the ways to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kg.reason.arrays import Ints, distinct, firsts, pack, seconds
from kg.reason.instance import Instance
from kg.reason.relation import Ranks, Relation

ENOUGH = 20_000_000
"""From so many rows of a join on, the closure is found here."""


@dataclass(frozen=True)
class Closed:
    """The pairs that a relation lacks to be transitive, sorted, with ranks above `rank`."""

    pairs: Ints
    ranks: Ranks


class TooMany(Exception):
    """More pairs follow than allowed."""


def is_transitive(instance: Instance) -> bool:
    """Return whether `instance` says of one predicate that it is transitive, and no more."""
    body, head = instance.body, instance.head
    if len(body.atoms) != 2 or len(head) != 1 or body.conditions or body.bindings or body.unless:
        return False
    (one, x, y), (other, z, w) = body.atoms
    if y != z:
        (other, z, w), (one, x, y) = body.atoms
    return one == other == head[0][0] and min(-x, -y, -w) > 0 and y == z and head[0][1:] == (x, w)


def cost(relation: Relation, pairs: Ints | None) -> int:
    """Return how many rows it takes to join `pairs`, or all, with the relation on both sides."""
    some = relation.pairs() if pairs is None else pairs
    after = int(relation.counts(seconds(some), by_object=False).sum())
    return (
        after if pairs is None else after + int(relation.counts(firsts(some), by_object=True).sum())
    )


def close(relation: Relation, *, rank: int, limit: int) -> Closed:
    """Return what `relation` lacks to be transitive; raises TooMany beyond `limit` pairs.

    The ranks are such that each pair follows from two of lower rank.
    """
    pairs = relation.pairs()
    names = distinct(np.concatenate((firsts(pairs), seconds(pairs))))
    source = names.searchsorted(firsts(pairs))
    target = names.searchsorted(seconds(pairs))
    starts = source.searchsorted(np.arange(len(names) + 1)).tolist()
    follow = target.tolist()
    components = _components(len(names), starts, follow)
    made = _Maker(names, starts, follow, rank, limit)
    for component in components:
        made.add(component)
    found, ranks = made.result()
    missing = ~relation.contains(found)
    return Closed(found[missing], ranks[missing])


class _Maker:
    """Adds one component after the other, each after all that it reaches."""

    def __init__(
        self, names: Ints, starts: list[int], follow: list[int], rank: int, limit: int
    ) -> None:
        self.names = names
        self.starts = starts
        self.follow = follow
        self.rank = rank
        self.left = limit
        self.reach: dict[int, int] = {}
        self.height: dict[int, int] = {}
        self.base = 0
        self.parts: list[tuple[Ints, Ranks]] = []

    def add(self, component: list[int]) -> None:
        """Find what the nodes of `component` reach."""
        members = set(component)
        direct: dict[int, int] = {}
        height = 0
        for node in component:
            bits = 0
            onward = self.follow[self.starts[node] : self.starts[node + 1]]
            onward = [each for each in onward if each not in members]
            for each in sorted(onward, key=self.height.__getitem__, reverse=True):
                if not bits >> each & 1:
                    bits |= self.reach[each] | 1 << each
                    height = max(height, self.height[each] + 1)
            direct[node] = bits
        outside = 0
        for bits in direct.values():
            outside |= bits
        everything = outside
        if len(component) > 1 or component[0] in self._after(component[0]):
            for node in component:
                everything |= 1 << node
        self.left -= everything.bit_count() * len(component)
        if self.left < 0:
            raise TooMany
        for node in component:
            self.reach[node] = everything
            self.height[node] = height
            self._note(node, direct[node], 2 * height)
            self._note(node, outside & ~direct[node], 2 * height + 1)
        if everything != outside:
            self._note_inner(component)

    def _after(self, node: int) -> list[int]:
        return self.follow[self.starts[node] : self.starts[node + 1]]

    def _note(self, node: int, bits: int, step: int) -> None:
        if bits:
            reached = self.names[_places(bits, len(self.names))]
            ranks = np.full(len(reached), step, np.int32)
            self.parts.append((pack(int(self.names[node]), reached), ranks))

    def _note_inner(self, component: list[int]) -> None:
        """Pairs within a component: to its first node, from it, then all by way of it."""
        hub, ids = component[0], np.array(component, np.int64)
        members = set(component)
        there = self._distances(hub, members, backward=False)
        back = self._distances(hub, members, backward=True)
        far = max(*there.values(), *back.values()) + 1
        self.base = max(self.base, far + 1)
        for node in component:
            steps = np.full(len(ids), far, np.int32)
            if node == hub:
                steps = np.array([there[one] for one in component], np.int32)
            else:
                steps[0] = back[node]
            self.parts.append((pack(int(self.names[node]), self.names[ids]), -1 - steps))

    def _distances(self, hub: int, members: set[int], *, backward: bool) -> dict[int, int]:
        """Return the number of steps from (or to) `hub` within its component; to itself, more."""
        edges: dict[int, list[int]] = {}
        for node in members:
            for each in self._after(node):
                if each in members:
                    one, other = (each, node) if backward else (node, each)
                    edges.setdefault(one, []).append(other)
        found: dict[int, int] = {}
        current, steps = [hub], 0
        while current:
            steps += 1
            onward = {each for node in current for each in edges.get(node, ())}
            current = [each for each in onward if each not in found]
            found.update(dict.fromkeys(current, steps))
        return found

    def result(self) -> tuple[Ints, Ranks]:
        """Return all pairs with their ranks, sorted."""
        if not self.parts:
            return np.empty(0, np.int64), np.empty(0, np.int32)
        pairs = np.concatenate([pairs for pairs, _ in self.parts])
        steps = np.concatenate([ranks for _, ranks in self.parts])
        ranks = np.where(steps < 0, -1 - steps, steps + self.base).astype(np.int32) + self.rank + 1
        order = np.argsort(pairs, kind="stable")
        return pairs[order], ranks[order]


def _places(bits: int, size: int) -> Ints:
    """Return which of the `size` lowest bits are set."""
    raw = np.frombuffer(bits.to_bytes(size // 8 + 1, "little"), np.uint8)
    return np.flatnonzero(np.unpackbits(raw, bitorder="little", count=size))


def _components(size: int, starts: list[int], follow: list[int]) -> list[list[int]]:
    """Return the strongly connected components, each after those it leads to (Tarjan 1972)."""
    index = [-1] * size
    low = [0] * size
    waiting: list[int] = []
    on_stack = bytearray(size)
    found: list[list[int]] = []
    counter = 0
    for root in range(size):
        if index[root] >= 0:
            continue
        work = [(root, starts[root])]
        while work:
            node, place = work.pop()
            if index[node] < 0:
                index[node] = low[node] = counter
                counter += 1
                waiting.append(node)
                on_stack[node] = 1
            deeper = False
            while place < starts[node + 1]:
                each = follow[place]
                place += 1
                if index[each] < 0:
                    work += [(node, place - 1), (each, starts[each])]
                    deeper = True
                    break
                if on_stack[each]:
                    low[node] = min(low[node], low[each])
            if deeper:
                continue
            if low[node] == index[node]:
                component = []
                while True:
                    each = waiting.pop()
                    on_stack[each] = 0
                    component.append(each)
                    if each == node:
                        break
                found.append(component)
    return found
