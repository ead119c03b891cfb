"""The triples of one predicate as sorted pairs, each with the round in which it was found.

A relation is a large sorted part and a small one in front of it, so that a change of fifty pairs
does not move a million. Both orders, by subject and by object, are there when asked for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kg.reason.arrays import (
    EMPTY,
    Ints,
    Mask,
    contained,
    distinct,
    firsts,
    located,
    merge,
    pack,
    ranges,
    seconds,
    swap,
)

Ranks = NDArray[np.int32]
NO_RANKS: Ranks = np.empty(0, np.int32)
ABSENT = -1
_FRONT = 4096


class Relation:
    """A set of pairs (subject, object) of identifiers.

    `rank` of a pair is 0 when it is stated, otherwise the round in which it was inferred: what it
    was inferred from has lower ranks.
    """

    __slots__ = ("_dead", "_front", "_front_os", "_front_rank", "_main", "_main_os", "_main_rank")

    def __init__(self, pairs: Ints = EMPTY, ranks: Ranks | None = None) -> None:
        """Take `pairs`, sorted and each once, with their `ranks`, all 0 when not given."""
        self._main = pairs
        self._main_rank = np.zeros(len(pairs), np.int32) if ranks is None else ranks
        self._main_os: Ints | None = None
        self._front = EMPTY
        self._front_rank = NO_RANKS
        self._front_os: Ints | None = None
        self._dead = EMPTY

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self._main) + len(self._front) - len(self._dead)

    def pairs(self) -> Ints:
        """Return all pairs, sorted."""
        self._settle(force=True)
        return self._main

    def parts(self) -> tuple[Ints, Ints, Ints]:
        """Return the large part, the small one and what is removed; later changes spare them."""
        return self._main, self._front, self._dead

    def ranks(self) -> Ranks:
        """Return the rank of each of `pairs`."""
        self._settle(force=True)
        return self._main_rank

    def contains(self, pairs: Ints) -> Mask:
        """Return which of `pairs` are in the relation."""
        found = contained(pairs, self._main)
        if len(self._dead):
            found &= ~contained(pairs, self._dead)
        if len(self._front):
            found |= contained(pairs, self._front)
        return found

    def rank(self, subject: int, value: int) -> int:
        """Return the rank of one pair, ABSENT when it is not there."""
        pair = (subject << 32) | value
        at = int(self._main.searchsorted(pair))
        if at < len(self._main) and self._main[at] == pair and not self._is_dead(pair):
            return int(self._main_rank[at])
        at = int(self._front.searchsorted(pair))
        if at < len(self._front) and self._front[at] == pair:
            return int(self._front_rank[at])
        return ABSENT

    def _is_dead(self, pair: int) -> bool:
        at = int(self._dead.searchsorted(pair))
        return at < len(self._dead) and bool(self._dead[at] == pair)

    def counts(self, keys: Ints, *, by_object: bool) -> Ints:
        """Return about how many pairs begin (or, `by_object`, end) with each of `keys`."""
        main, front = self._order(by_object=by_object)
        _, number = ranges(keys, main)
        if len(front):
            number = number + ranges(keys, front)[1]
        return number

    def expand(self, keys: Ints, *, by_object: bool = False) -> tuple[Ints, Ints]:
        """Return the partners of `keys`: the number of the key in `keys`, and the partner."""
        main, front = self._order(by_object=by_object)
        which, places = located(keys, main)
        partners = seconds(main[places])
        if len(self._dead) and len(which):
            mine = keys[which]
            pairs = pack(partners, mine) if by_object else pack(mine, partners)
            alive = ~contained(pairs, self._dead)
            which, partners = which[alive], partners[alive]
        if len(front):
            more, places = located(keys, front)
            if len(more):
                which = np.concatenate((which, more))
                partners = np.concatenate((partners, seconds(front[places])))
        return which, partners

    def partners(self, key: int, *, by_object: bool = False) -> Ints:
        """Return the objects of the subject `key`, or, `by_object`, its subjects."""
        main, front = self._order(by_object=by_object)
        low, high = key << 32, (key + 1) << 32
        found = seconds(main[main.searchsorted(low) : main.searchsorted(high)])
        if len(self._dead) and len(found):
            pairs = pack(found, key) if by_object else pack(key, found)
            found = found[~contained(pairs, self._dead)]
        if len(front):
            more = front[front.searchsorted(low) : front.searchsorted(high)]
            if len(more):
                found = np.concatenate((found, seconds(more)))
        return found

    def keys(self, *, by_object: bool) -> Ints:
        """Return the distinct subjects, or objects."""
        main, _ = self._order(by_object=by_object, force=True)
        return distinct(firsts(main))

    def insert(self, pairs: Ints, rank: int | Ranks) -> None:
        """Add `pairs`, sorted, each once, none of them in the relation."""
        if not len(pairs):
            return
        ranks = np.full(len(pairs), rank, np.int32) if isinstance(rank, int) else rank
        if len(self._dead):
            pairs, ranks = self._revive(pairs, ranks)
        self._front, self._front_rank = _merged(self._front, self._front_rank, pairs, ranks)
        self._front_os = None
        self._settle()

    def remove(self, pairs: Ints) -> None:
        """Take `pairs`, sorted, each once, all of them in the relation, out of it."""
        if not len(pairs):
            return
        if len(self._front):
            gone = contained(self._front, pairs)
            if gone.any():
                pairs = pairs[~contained(pairs, self._front[gone])]
                self._front, self._front_rank = self._front[~gone], self._front_rank[~gone]
                self._front_os = None
        self._dead = merge(self._dead, pairs)
        self._settle()

    def copy(self) -> Relation:
        """Return a relation with the same pairs that changes apart from this one."""
        self._settle(force=True)
        twin = Relation(self._main, self._main_rank.copy())
        twin._main_os = self._main_os
        return twin

    def branch(self) -> Relation:
        """Return a relation with the same pairs that changes apart, without moving them.

        The order by object is made here, once for all branches.
        """
        self._order(by_object=True)
        twin = Relation(self._main, self._main_rank.copy())
        twin._main_os = self._main_os
        twin._front, twin._front_rank = self._front, self._front_rank
        twin._front_os, twin._dead = self._front_os, self._dead
        return twin

    def _revive(self, pairs: Ints, ranks: Ranks) -> tuple[Ints, Ranks]:
        """Bring back those of `pairs` that were removed; return the others."""
        back = contained(pairs, self._dead)
        if back.any():
            revived = pairs[back]
            self._main_rank[self._main.searchsorted(revived)] = ranks[back]
            self._dead = self._dead[~contained(self._dead, revived)]
            pairs, ranks = pairs[~back], ranks[~back]
        return pairs, ranks

    def _order(self, *, by_object: bool, force: bool = False) -> tuple[Ints, Ints]:
        """Return the large and the small part in the order wanted."""
        if force:
            self._settle(force=True)
        if not by_object:
            return self._main, self._front
        if self._main_os is None:
            self._main_os = np.sort(swap(self._main))
        if self._front_os is None:
            self._front_os = np.sort(swap(self._front))
        return self._main_os, self._front_os

    def _settle(self, *, force: bool = False) -> None:
        """Move the small part into the large one when it has grown, or when told to."""
        pending = len(self._front) + len(self._dead)
        if not pending or (not force and pending <= max(_FRONT, len(self._main) >> 4)):
            return
        if len(self._dead):
            keep = ~contained(self._main, self._dead)
            self._main, self._main_rank = self._main[keep], self._main_rank[keep]
            if self._main_os is not None:
                dead = np.sort(swap(self._dead))
                self._main_os = self._main_os[~contained(self._main_os, dead)]
            self._dead = EMPTY
        if len(self._front):
            if self._main_os is not None:
                self._main_os = merge(self._main_os, np.sort(swap(self._front)))
            self._main, self._main_rank = _merged(
                self._main, self._main_rank, self._front, self._front_rank
            )
            self._front, self._front_rank, self._front_os = EMPTY, NO_RANKS, None


def _merged(pairs: Ints, ranks: Ranks, more: Ints, more_ranks: Ranks) -> tuple[Ints, Ranks]:
    """Return two sorted arrays without common pairs as one, with the ranks in the same order."""
    if not len(pairs):
        return more, more_ranks
    places = pairs.searchsorted(more) + np.arange(len(more))
    size = len(pairs) + len(more)
    others = np.ones(size, bool)
    others[places] = False
    both, ranked = np.empty(size, np.int64), np.empty(size, np.int32)
    both[places], both[others] = more, pairs
    ranked[places], ranked[others] = more_ranks, ranks
    return both, ranked
