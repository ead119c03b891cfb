"""Terms become numbers: a hash table in arrays that finds and inserts many terms at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.rdf.spans import PADDING, Hashes, Spans, same_across, words_of

Ids = NDArray[np.int32]
_START = 1 << 12


class TermTable:
    """Terms with ids from 0 in the order of insertion; their bytes stand in one blob.

    Of several terms with one hash, only the first is in the slots; the others are in `_odd`.
    """

    def __init__(self) -> None:
        """Start without terms."""
        self.count = 0
        self._blob = bytearray(PADDING)
        self._ends = np.zeros(_START, np.int64)
        self._hashes = np.zeros(_START, np.uint64)
        self._slots = np.full(4 * _START, -1, np.int32)
        self._odd: dict[bytes, int] = {}

    def find(self, terms: Spans, found: Hashes) -> tuple[Ids, NDArray[np.bool_]]:
        """Return the id of each term, -1 if it is not there, and which terms are odd.

        `found` are the hashes. An odd term has the hash of another term of the table.
        """
        ids, odd = self._probe(terms, found)
        for index in np.flatnonzero(odd).tolist():
            ids[index] = self._odd.get(terms.bytes_at(index), -1)
        return ids, odd

    def insert(self, terms: Spans, found: Hashes) -> Ids:
        """Return the id of each term; new ones are added, once each. `found` are the hashes."""
        ids, odd = self.find(terms, found)
        new = np.flatnonzero(ids < 0)
        _, where, counts = np.unique(found[new], return_inverse=True, return_counts=True)
        alone = (counts[where] == 1) & ~odd[new]
        first = terms.take(new[alone])
        ids[new[alone]] = self.append(first, found[new[alone]], first.joined())
        for index in new[~alone].tolist():
            ids[index] = self._insert_one(terms.take(np.array([index])), found[index])
        return ids

    def append(self, terms: Spans, found: Hashes, joined: bytes, *, odd: bool = False) -> Ids:
        """Add terms that are not in the table and return their ids; faster than `insert`.

        `joined` are their bytes as `Spans.joined` gives them. Unless they are `odd`, no two of
        them have one hash and none has that of a term of the table.
        """
        ids = np.arange(self.count, self.count + len(terms), dtype=np.int32)
        self._reserve(len(terms))
        size = len(self._blob) - len(PADDING)
        self._blob[size:] = joined + PADDING
        self._ends[ids] = size + np.cumsum(terms.lengths + 1)
        self._hashes[ids] = found
        self.count += len(terms)
        if not odd:
            self._place(ids)
        return ids

    def parts(self) -> tuple[bytearray, NDArray[np.int64]]:
        """Return the blob, a newline after each term and PADDING at the end, and the offsets.

        Term i is blob[offsets[i] : offsets[i + 1] - 1]; there is one offset more than terms.
        """
        offsets = np.zeros(self.count + 1, np.int64)
        offsets[1:] = self._ends[: self.count]
        return self._blob, offsets

    def term(self, id: int) -> str:
        """Return the term of `id`."""
        start = int(self._ends[id - 1]) if id else 0
        return self._blob[start : int(self._ends[id]) - 1].decode()

    def _probe(self, terms: Spans, found: Hashes) -> tuple[Ids, NDArray[np.bool_]]:
        """Return the ids of the terms with these hashes, and whether they are other terms."""
        mask = len(self._slots) - 1
        slots = (found >> np.uint64(20)).astype(np.int64) & mask
        ids = self._slots[slots]
        astray = np.flatnonzero((ids >= 0) & (self._hashes[ids] != found))
        while len(astray):
            slots[astray] = (slots[astray] + 1) & mask
            ids[astray] = self._slots[slots[astray]]
            there = ids[astray]
            astray = astray[(there >= 0) & (self._hashes[there] != found[astray])]
        odd = np.zeros(len(terms), bool)
        known = np.flatnonzero(ids >= 0)
        if len(known):
            odd[known] = ~same_across(words_of(terms.take(known)), self._spans(ids[known]))
        return ids, odd

    def _starts(self, ids: NDArray[Any]) -> NDArray[np.int64]:
        return np.where(ids > 0, self._ends[ids - 1], 0)

    def _spans(self, ids: Ids) -> Spans:
        starts = self._starts(ids)
        lengths = self._ends[ids] - starts - 1
        return Spans(np.frombuffer(self._blob, np.uint8), starts, lengths)

    def _insert_one(self, term: Spans, mark: np.uint64) -> int:
        found = np.array([mark], np.uint64)
        ids, odd = self.find(term, found)
        if ids[0] >= 0:
            return int(ids[0])
        id = int(self.append(term, found, term.joined(), odd=bool(odd[0]))[0])
        if odd[0]:
            self._odd[term.bytes_at(0)] = id
        return id

    def _reserve(self, more: int) -> None:
        """Make room for `more` terms; at most a half of the slots is ever taken."""
        need = self.count + more
        if need > len(self._ends):
            room = max(need, len(self._ends) * 3 // 2)
            self._ends, self._hashes = (_grown(self._ends, room), _grown(self._hashes, room))
        if 2 * need > len(self._slots):
            size = len(self._slots)
            while size < 3 * need:
                size *= 2
            self._slots = np.full(size, -1, np.int32)
            odd = np.fromiter(self._odd.values(), np.int64, len(self._odd))
            self._place(np.delete(np.arange(self.count, dtype=np.int32), odd))

    def _place(self, waiting: Ids) -> None:
        """Put ids with hashes that differ from all others into free slots."""
        mask = len(self._slots) - 1
        place = (self._hashes[waiting] >> np.uint64(20)).astype(np.int64) & mask
        while len(waiting):
            free = self._slots[place] < 0
            # Of several that meet in a free slot, the last one written has it.
            self._slots[place[free]] = waiting[free]
            left = self._slots[place] != waiting
            waiting, place = waiting[left], (place[left] + 1) & mask


def _grown(array: NDArray[Any], room: int) -> NDArray[Any]:
    grown = np.zeros(room, array.dtype)
    grown[: len(array)] = array
    return grown
