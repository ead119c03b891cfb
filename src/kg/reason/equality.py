"""Which identifiers denote one thing (eq-sym, eq-trans), each class with a representative.

Every union remembers why, so that an equality can be explained by the path between two members.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from kg.reason.arrays import EMPTY, Ints
from kg.reason.matching import Atom

Priority = Callable[[int], tuple[int, str]]


@dataclass(frozen=True)
class Reason:
    """Why two identifiers are equal: the rule, what it needed, the round, the lists it read."""

    rule: str
    premises: tuple[Atom, ...]
    rank: int
    lists: tuple[tuple[int, tuple[int, ...]], ...] = ()


Pair = tuple[int, int, Reason]
"""Two identifiers of one thing, and why."""


class Equality:
    """Classes of equal identifiers; most identifiers are alone and stand for themselves."""

    def __init__(self, priority: Priority) -> None:
        """Make no classes yet; of a class the member of the least `priority` represents it."""
        self._priority = priority
        self._representative: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._edges: dict[int, list[tuple[int, Reason]]] = {}
        self._old: Ints | None = EMPTY
        self._new: Ints = EMPTY
        self._several: Ints | None = EMPTY

    def __bool__(self) -> bool:
        """Return whether any two identifiers are equal."""
        return bool(self._members)

    def find(self, one: int) -> int:
        """Return the representative of `one`."""
        return self._representative.get(one, one)

    def members(self, representative: int) -> list[int]:
        """Return the class of `representative`."""
        return self._members.get(representative, [representative])

    def classes(self) -> Iterator[tuple[int, list[int]]]:
        """Yield the representative and the members of each class with several."""
        yield from self._members.items()

    def replaced(self) -> Ints:
        """Return the identifiers that another one represents, sorted."""
        if self._old is None:
            old = sorted(one for one, rep in self._representative.items() if one != rep)
            self._old = np.array(old, np.int64)
            self._new = np.array([self._representative[one] for one in old], np.int64)
        return self._old

    def representatives(self) -> Ints:
        """Return the representatives of classes with several members, sorted."""
        if self._several is None:
            self._several = np.array(sorted(self._members), np.int64)
        return self._several

    def map(self, ids: Ints) -> Ints:
        """Return the representatives of `ids`."""
        old = self.replaced()
        if not len(old):
            return ids
        at = old.searchsorted(ids)
        at[at == len(old)] = 0
        return np.where(old[at] == ids, self._new[at], ids)

    def unite(self, pairs: Iterable[Pair], differ: Callable[[int, int], bool]) -> list[Reason]:
        """Make the two things of each pair equal, all pairs at once.

        Two representatives that `differ` are not united; the reasons to do so are returned.
        """
        parent: dict[int, int] = {}
        shown: dict[int, int] = {}
        refused = []

        def root(one: int) -> int:
            while (up := parent.get(one, one)) != one:
                parent[one] = parent.get(up, up)
                one = up
            return one

        for one, other, reason in pairs:
            first, second = root(self.find(one)), root(self.find(other))
            if first == second:
                continue
            if differ(shown.get(first, first), shown.get(second, second)):
                refused.append(reason)
                continue
            parent[second] = first
            parent.setdefault(first, first)
            shown[first] = min(
                shown.get(first, first), shown.get(second, second), key=self._priority
            )
            self._edges.setdefault(one, []).append((other, reason))
            self._edges.setdefault(other, []).append((one, reason))
        groups: dict[int, list[int]] = {}
        for one in parent:
            groups.setdefault(root(one), []).append(one)
        for found in groups.values():
            self._join(found)
        return refused

    def _join(self, representatives: list[int]) -> None:
        """Make one class of several."""
        best = min(representatives, key=self._priority)
        members = [each for one in representatives for each in self.members(one)]
        for one in representatives:
            self._members.pop(one, None)
        self._members[best] = members
        self._representative.update(dict.fromkeys(members, best))
        self._old = self._several = None

    def split(self, representatives: Iterable[int]) -> list[int]:
        """Take the classes of `representatives` apart; return their members."""
        loose: list[int] = []
        for representative in representatives:
            for member in self._members.pop(representative, []):
                loose.append(member)
                self._representative.pop(member, None)
                self._edges.pop(member, None)
        self._old = self._several = None
        return loose

    def path(self, one: int, other: int) -> list[tuple[int, int, Reason]]:
        """Return the unions that lead from `one` to `other`, both of one class."""
        came: dict[int, tuple[int, Reason] | None] = {one: None}
        queue = deque([one])
        while queue and other not in came:
            here = queue.popleft()
            for there, reason in self._edges.get(here, ()):
                if there not in came:
                    came[there] = (here, reason)
                    queue.append(there)
        steps = []
        while (step := came.get(other)) is not None:
            steps.append((step[0], other, step[1]))
            other = step[0]
        return steps[::-1]
