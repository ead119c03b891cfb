"""Sorted integer arrays: pairs of 32-bit identifiers packed into 64 bits, and how they join.

A pair (a, b) is the number a * 2**32 + b, so that a sorted array of pairs is sorted by a, then b.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

MANY = 1 << 15
_FEW = 1 << 10
LOW = np.int64((1 << 32) - 1)
SHIFT = np.int64(32)
_NEXT = np.int64(1 << 32)
EMPTY: Ints = np.empty(0, np.int64)
EMPTY.setflags(write=False)


def pack(first: Ints | int, second: Ints | int) -> Ints:
    """Return the pairs of `first` and `second`; one of them may be a single number."""
    packed: Ints = (np.asarray(first, np.int64) << SHIFT) | second
    return packed


def firsts(pairs: Ints) -> Ints:
    """Return the first parts of `pairs`."""
    return pairs >> SHIFT


def seconds(pairs: Ints) -> Ints:
    """Return the second parts of `pairs`."""
    return pairs & LOW


def swap(pairs: Ints) -> Ints:
    """Return `pairs` with their parts exchanged; the result is not sorted."""
    return ((pairs & LOW) << SHIFT) | (pairs >> SHIFT)


def distinct(values: Ints) -> Ints:
    """Return `values` sorted, each once."""
    if len(values) < 2:
        return values
    ordered = values.copy()
    ordered.sort()
    keep = np.empty(len(ordered), bool)
    keep[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=keep[1:])
    return ordered if keep.all() else ordered[keep]


def gather(parts: list[Ints]) -> Ints:
    """Return the values of all `parts`, sorted, each once."""
    if not parts:
        return EMPTY
    return distinct(parts[0] if len(parts) == 1 else np.concatenate(parts))


def contained(values: Ints, ordered: Ints) -> Mask:
    """Return which of `values` occur in the sorted array `ordered`."""
    if not len(ordered) or not len(values):
        return np.zeros(len(values), bool)
    found: Mask = ordered.take(ordered.searchsorted(values), mode="clip") == values
    return found


def merge(one: Ints, other: Ints) -> Ints:
    """Return the values of two sorted arrays without common values, sorted."""
    if not len(one):
        return other
    if not len(other):
        return one
    if len(other) * 4 < len(one):
        size = len(one) + len(other)
        places = one.searchsorted(other) + np.arange(len(other))
        rest = np.ones(size, bool)
        rest[places] = False
        joined = np.empty(size, np.int64)
        joined[places], joined[rest] = other, one
        return joined
    both = np.concatenate((one, other))
    both.sort(kind="stable")
    return both


def ranges(keys: Ints, ordered: Ints) -> tuple[Ints, Ints]:
    """Return where the pairs that begin with each of `keys` start and how many there are."""
    if not len(ordered) or not len(keys):
        none = np.zeros(len(keys), np.int64)
        return none, none
    top = int(ordered[-1] >> SHIFT) + 1
    if len(keys) > MANY and top < 8 * len(keys):
        # counting once is quicker than searching for each of so many
        number = np.bincount(ordered >> SHIFT, minlength=top + 1)
        start = np.cumsum(number) - number
        known = np.minimum(keys, top)
        return start[known], number[known]
    low = ordered.searchsorted(keys << SHIFT)
    counts = np.zeros(len(keys), np.int64)
    there = ordered[np.minimum(low, len(ordered) - 1)] >> SHIFT == keys
    counts[there] = ordered.searchsorted((keys[there] + 1) << SHIFT) - low[there]
    return low, counts


def among(values: Ints, wanted: Ints) -> Mask:
    """Return which of `values`, identifiers, are one of `wanted`, in any order."""
    if not len(values) or not len(wanted):
        return np.zeros(len(values), bool)
    top = int(wanted.max()) + 1
    if len(values) > MANY and top < 64 * len(values):
        marked = np.zeros(top + 1, bool)
        marked[wanted] = True
        found: Mask = marked[np.minimum(values, top)]
        return found
    return contained(values, np.sort(wanted))


def spread(low: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Return for each place of the ranges the number of its range, and the place."""
    total = int(counts.sum())
    if not total:
        return EMPTY, EMPTY
    ends = np.cumsum(counts)
    which = np.repeat(np.arange(len(counts)), counts)
    places = np.repeat(low - (ends - counts), counts) + np.arange(total)
    return which, places


def located(keys: Ints, ordered: Ints) -> tuple[Ints, Ints]:
    """Return the pairs that begin with each of `keys`: the number of the key, and the place."""
    count = len(keys)
    if not count or not len(ordered):
        return EMPTY, EMPTY
    if count > _FEW:
        return spread(*ranges(keys, ordered))
    starts = keys << SHIFT
    bounds = ordered.searchsorted(np.concatenate((starts, starts + _NEXT)))
    low = bounds[:count]
    number = bounds[count:] - low
    which = number.nonzero()[0]
    if not len(which):
        return EMPTY, EMPTY
    low, number = low[which], number[which]
    if number.max() == 1:
        return which, low
    rows, places = spread(low, number)
    return which[rows], places
