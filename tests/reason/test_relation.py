"""A relation against a plain dict from pairs to ranks, also when its small part grows large."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.reason.arrays import Ints
from kg.reason.relation import ABSENT, Relation

Pair = tuple[int, int]
WIDTH = 120
"""Subjects and objects are below this, so that many pairs share one."""
FAR = 0x7FFF_FF00
"""Some identifiers are near the largest that columns of int32 have."""
ACTIONS = ("insert", "insert", "remove", "again", "read", "copy")
Action = tuple[str, int, int]
"""What to do, with the random pairs of which seed, and how many."""


def packed(pairs: set[Pair] | list[Pair]) -> Ints:
    return np.array(sorted((one << 32) | other for one, other in pairs), np.int64)


def unpacked(pairs: Ints) -> list[Pair]:
    return [(pair >> 32, pair & 0xFFFFFFFF) for pair in pairs.tolist()]


def some_pairs(seed: int, size: int) -> set[Pair]:
    random = Random(seed)
    base = (0, 0, 0, FAR)
    return {
        (
            random.choice(base) + random.randrange(WIDTH),
            random.choice(base) + random.randrange(WIDTH),
        )
        for _ in range(size)
    }


class Twin:
    """A relation and the dict that it should be."""

    def __init__(self) -> None:
        self.relation = Relation()
        self.model: dict[Pair, int] = {}

    def apply(self, action: Action, rank: int) -> None:
        kind, seed, size = action
        if kind == "insert":
            self.insert(some_pairs(seed, size) - self.model.keys(), rank)
        elif kind == "remove":
            self.remove(set(Random(seed).sample(sorted(self.model), min(size, len(self.model)))))
        elif kind == "again":
            back = set(Random(seed).sample(sorted(self.model), min(size, len(self.model))))
            self.remove(back)
            self.insert(back, rank)
        elif kind == "read":
            self.check()
        else:
            old, self.relation = self.relation, self.relation.copy()
            old.remove(old.pairs())
            assert len(old) == 0

    def insert(self, pairs: set[Pair], rank: int) -> None:
        self.relation.insert(packed(pairs), rank)
        self.model.update(dict.fromkeys(pairs, rank))

    def remove(self, pairs: set[Pair]) -> None:
        self.relation.remove(packed(pairs))
        for pair in pairs:
            del self.model[pair]

    def check(self) -> None:
        """Compare look-ups, which must not depend on what settled, before reading all pairs."""
        assert len(self.relation) == len(self.model)
        asked = [
            *some_pairs(1, 300),
            *Random(2).sample(sorted(self.model), min(50, len(self.model))),
        ]
        keys = packed(asked)
        held = [pair in self.model for pair in unpacked(keys)]
        assert self.relation.contains(keys).tolist() == held
        for one, other in asked:
            assert self.relation.rank(one, other) == self.model.get((one, other), ABSENT)
        for by_object in (False, True):
            self.check_partners(sorted({pair[by_object] for pair in asked}), by_object=by_object)

    def check_partners(self, keys: list[int], *, by_object: bool) -> None:
        expected: dict[int, list[int]] = {key: [] for key in keys}
        for pair in self.model:
            expected.get(pair[by_object], []).append(pair[not by_object])
        for key in keys:
            found = self.relation.partners(key, by_object=by_object).tolist()
            assert sorted(found) == sorted(expected[key])
        ids = np.array(keys, np.int64)
        counts = self.relation.counts(ids, by_object=by_object).tolist()
        assert all(count >= len(expected[key]) for key, count in zip(keys, counts, strict=True))
        which, partners = self.relation.expand(ids, by_object=by_object)
        found_pairs = sorted(zip(which.tolist(), partners.tolist(), strict=True))
        assert found_pairs == sorted(
            (number, partner) for number, key in enumerate(keys) for partner in expected[key]
        )

    def check_all(self) -> None:
        """Compare all pairs, in order, with their ranks, and the keys."""
        self.check()
        for by_object in (False, True):
            expected = sorted({pair[by_object] for pair in self.model})
            assert self.relation.keys(by_object=by_object).tolist() == expected
        assert unpacked(self.relation.pairs()) == sorted(self.model)
        assert self.relation.ranks().tolist() == [self.model[pair] for pair in sorted(self.model)]
        self.check()


ACTION = st.tuples(
    st.sampled_from(ACTIONS),
    st.integers(0, 1000),
    st.one_of(st.integers(0, 4), st.integers(0, 6000)),
)


@settings(max_examples=60, deadline=None)
@given(actions=st.lists(ACTION, max_size=8))
def test_relation_is_a_dict(actions: list[Action]) -> None:
    """Whatever goes in and out, in large or small batches, a dict would say the same."""
    twin = Twin()
    for rank, action in enumerate(actions):
        twin.apply(action, rank)
    twin.check_all()


@pytest.mark.parametrize("first", [0, 20_000])
def test_small_changes_settle(first: int) -> None:
    """Thousands of single changes, past the size at which the small part is merged."""
    twin = Twin()
    twin.insert(some_pairs(0, first), 0)
    pool = sorted(some_pairs(7, 14_000))
    for number in range(0, len(pool), 7):
        some = set(pool[number : number + 7])
        twin.insert(some - twin.model.keys(), number)
        twin.remove({min(some)})
    twin.check_all()


def test_removed_pair_comes_back_with_its_new_rank() -> None:
    """A pair of the large part that went and came again has the rank of its second coming."""
    relation = Relation(packed([(1, 2), (1, 3)]))
    relation.remove(packed([(1, 2)]))
    assert relation.rank(1, 2) == ABSENT
    relation.insert(packed([(1, 2)]), 5)
    assert (relation.rank(1, 2), relation.rank(1, 3)) == (5, 0)
    assert unpacked(relation.pairs()) == [(1, 2), (1, 3)]


def test_parts_outlive_changes() -> None:
    """What `parts` returned still says how things were before later changes."""
    relation = Relation(packed([(1, 2), (3, 4)]))
    relation.insert(packed([(5, 6)]), 1)
    main, front, dead = relation.parts()
    relation.remove(packed([(1, 2), (5, 6)]))
    relation.insert(packed([(7, 8)]), 2)
    assert unpacked(relation.pairs()) == [(3, 4), (7, 8)]
    assert [unpacked(part) for part in (main, front, dead)] == [[(1, 2), (3, 4)], [(5, 6)], []]
