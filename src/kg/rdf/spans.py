"""Terms as spans of a buffer become 64-bit hashes, are compared and joined, all without objects.

A term is hashed by its words of eight bytes. The words of many terms are taken together, word by
word, so that the work is done in numpy. A long term is hashed and compared by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from struct import unpack
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.signedinteger[Any]]
Bytes = NDArray[np.uint8]
Hashes = NDArray[np.uint64]

PADDING = b"\n" * 8
"""What stands after the last term of every buffer, so that whole words can be taken."""
_LONG = 256
_FIRST, _LAST, _FULL = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, (1 << 64) - 1
_LOW = np.array([(1 << (8 * count)) - 1 for count in range(8)], np.uint64)


@dataclass(frozen=True)
class Spans:
    """Terms in `buffer` at `starts` with `lengths` in bytes; one more byte follows each of them.

    The buffer ends with PADDING.
    """

    buffer: Bytes
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of terms."""
        return len(self.starts)

    def take(self, which: NDArray[Any]) -> Spans:
        """Return the terms of an index or a mask."""
        return Spans(self.buffer, self.starts[which], self.lengths[which])

    def first_bytes(self) -> Bytes:
        """Return the first byte of each term."""
        return self.buffer[self.starts]

    def bytes_at(self, index: int) -> bytes:
        """Return one term."""
        start = int(self.starts[index])
        return self.buffer[start : start + int(self.lengths[index])].tobytes()

    def joined(self) -> bytes:
        """Return all terms, a newline after each."""
        sizes = self.lengths + 1
        ends = np.cumsum(sizes)
        if not len(ends):
            return b""
        source = np.repeat(self.starts - (ends - sizes), sizes)
        source += np.arange(len(source))
        found: Bytes = self.buffer[source]
        found[ends - 1] = 10
        return found.tobytes()


def spans_of(terms: list[bytes]) -> Spans:
    """Return `terms` as spans of a new buffer."""
    lengths = np.fromiter(map(len, terms), np.int64, len(terms))
    text = b"\n".join([*terms, PADDING])
    starts = np.cumsum(lengths + 1) - (lengths + 1)
    return Spans(np.frombuffer(text, np.uint8), starts, lengths)


@dataclass(frozen=True)
class Words:
    """The words of terms. `order` has the terms by their number of whole words.

    Step k is (first, words): word k of the terms order[first:]. `last` holds the bytes after the
    whole words, in `order`.
    """

    spans: Spans
    order: NDArray[np.intp]
    steps: tuple[tuple[int, Hashes], ...]
    last: Hashes
    long: tuple[int, ...]


def words_of(spans: Spans) -> Words:
    """Take the words of all terms that are not long."""
    view = _word_view(spans.buffer)
    is_long = spans.lengths > _LONG
    lengths = np.where(is_long, 0, spans.lengths)
    whole = (lengths >> 3).astype(np.uint16)
    order = np.argsort(whole, kind="stable")
    starts, whole, lengths = spans.starts[order], whole[order], lengths[order]
    most = int(whole[-1]) if len(whole) else 0
    firsts = np.searchsorted(whole, np.arange(1, most + 1, dtype=np.uint16)).tolist()
    steps = tuple((first, view[starts[first:] + 8 * k]) for k, first in enumerate(firsts))
    last = view[starts + (lengths & ~7)] & _LOW[lengths & 7]
    return Words(spans, order, steps, last, tuple(np.flatnonzero(is_long).tolist()))


def hashes(words: Words) -> Hashes:
    """Return the hash of each term: the same number as `hash_of` gives for its bytes."""
    first, last = np.uint64(_FIRST), np.uint64(_LAST)
    found = words.spans.lengths[words.order].astype(np.uint64) * first
    for start, word in words.steps:
        part = found[start:]
        part ^= word
        part *= first
        part ^= part >> np.uint64(29)
    found ^= words.last
    found *= last
    found ^= found >> np.uint64(32)
    found *= first
    result = np.empty_like(found)
    result[words.order] = found
    for index in words.long:
        result[index] = _long_hash(words.spans.bytes_at(index))
    return result


def hash_of(term: bytes) -> int:
    """Return the hash of one term, from 0 to 2**64 - 1; stable, it is kept in files."""
    if len(term) > _LONG:
        return _long_hash(term)
    found = len(term) * _FIRST & _FULL
    whole = len(term) >> 3
    for word in unpack(f"<{whole}Q", term[: whole * 8]):
        found = (found ^ word) * _FIRST & _FULL
        found ^= found >> 29
    found = (found ^ int.from_bytes(term[whole * 8 :], "little")) * _LAST & _FULL
    return (found ^ found >> 32) * _FIRST & _FULL


def same_within(words: Words, other: Ints) -> NDArray[np.bool_]:
    """Return for each term whether it equals the term number other[i] of the same words."""
    spans, order = words.spans, words.order
    same: NDArray[np.bool_] = spans.lengths == spans.lengths[other]
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    partner = place[np.where(same, other, np.arange(len(order)))][order]
    equal = words.last == words.last[partner]
    for first, word in words.steps:
        equal[first:] &= word == word[partner[first:] - first]
    same[order] &= equal
    for index in words.long:
        same[index] = spans.bytes_at(index) == spans.bytes_at(int(other[index]))
    return same


def same_across(words: Words, others: Spans) -> NDArray[np.bool_]:
    """Return for each term whether it equals the term of `others` at the same index."""
    spans, order = words.spans, words.order
    view = _word_view(others.buffer)
    same: NDArray[np.bool_] = spans.lengths == others.lengths
    # Where the lengths differ the words do not matter; the start of the buffer is safe to read.
    starts = np.where(same, others.starts, 0)[order]
    lengths = spans.lengths[order]
    equal = np.ones(len(order), bool)
    limit = len(view) - 1
    for k, (first, word) in enumerate(words.steps):
        equal[first:] &= word == view[np.minimum(starts[first:] + 8 * k, limit)]
    short = np.where(lengths > _LONG, 0, lengths)
    tail = view[np.minimum(starts + (short & ~7), limit)] & _LOW[short & 7]
    equal &= words.last == tail
    same[order] &= equal
    for index in words.long:
        same[index] = spans.bytes_at(index) == others.bytes_at(index)
    return same


def _word_view(buffer: Bytes) -> Hashes:
    """Return the word that starts at each byte of `buffer`."""
    return np.ndarray((len(buffer) - 7,), np.dtype("<u8"), buffer, 0, (1,))


def _long_hash(term: bytes) -> int:
    return int.from_bytes(blake2b(term, digest_size=8).digest(), "little")
