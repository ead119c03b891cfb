"""The dictionary of terms: N-Triples forms with the ids 0, 1, 2 ..., in memory or mapped.

What was read or mapped is the fixed part: one blob of text, a term a line, offsets, kinds and an
index of hashes. Terms added later stand in memory behind it.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.errors import StageError, Text
from kg.rdf.spans import PADDING, Bytes, Hashes, Spans, hash_of, hashes, words_of

IRI, BLANK, LITERAL = 0, 1, 2
_FIRST_BYTES = {ord("<"): IRI, ord("_"): BLANK, ord('"'): LITERAL}
_HIGH = 0xFFFFFFFF_00000000
_AT_ONCE = 1 << 15


class Dictionary:
    """Terms by id and ids by term. Terms are N-Triples forms: `<...>`, `_:b` or a literal."""

    def __init__(self, blob: Bytes, offsets: NDArray[np.int64], index: Hashes | None = None):
        """Take the fixed part: term i is blob[offsets[i] : offsets[i + 1] - 1].

        `blob` ends with PADDING. `index` is what `index()` returned for these terms.
        """
        self.blob = blob
        self.offsets = offsets
        self.fixed = len(offsets) - 1
        self._index = index
        self._views: tuple[memoryview, memoryview, memoryview] | None = None
        self._kinds = _kinds_of(blob[offsets[:-1]])
        self._added: list[str] = []
        self._added_ids: dict[str, int] = {}

    def __len__(self) -> int:
        """Return the number of terms."""
        return self.fixed + len(self._added)

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """The kind of each term: 0 an IRI, 1 a blank node, 2 a literal. Read-only in spirit."""
        return self._kinds[: len(self)]

    def term(self, id: int) -> str:
        """Return the term of `id`; raises IndexError when there is none."""
        if not 0 <= id < len(self):
            raise IndexError(id)
        if id >= self.fixed:
            return self._added[id - self.fixed]
        blob, offsets, _ = self._viewed()
        return str(blob[offsets[id] : offsets[id + 1] - 1], "utf-8")

    def terms(self, ids: NDArray[Any]) -> list[str]:
        """Return the terms of `ids`, in their order."""
        if not len(ids):
            return []
        return self.write(ids)[:-1].decode().split("\n")

    def starting(self, ids: NDArray[Any], start: bytes) -> NDArray[np.bool_]:
        """Return which of `ids` begin with `start`, UTF-8."""
        ids = np.asarray(ids, np.int64)
        rows = np.flatnonzero(ids < self.fixed)
        for place, byte in enumerate(start):
            if place + 1 < len(start) and place % 4 and len(rows) > 1000:
                continue
            rows = rows[self.blob[self.offsets[ids[rows]] + place] == byte]
        found = np.zeros(len(ids), bool)
        found[rows] = True
        later = np.flatnonzero(ids >= self.fixed)
        text = start.decode()
        found[later] = [self.term(id).startswith(text) for id in ids[later].tolist()]
        return found

    def are_typed(self, ids: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which of `ids` end as IRIs and literals with a datatype do."""
        ids = np.asarray(ids, np.int64)
        typed = np.zeros(len(ids), bool)
        fixed = ids < self.fixed
        typed[fixed] = self.blob[self.offsets[ids[fixed] + 1] - 2] == ord(">")
        typed[~fixed] = [self.term(id).endswith(">") for id in ids[~fixed].tolist()]
        return typed

    def write(self, ids: NDArray[Any]) -> bytes:
        """Return the terms of `ids` as UTF-8, a newline after each."""
        ids = np.asarray(ids, np.int64)
        if not len(ids):
            return b""
        added = ids >= self.fixed
        if not added.any():
            return self._spans(ids).joined()
        lines = np.empty(len(ids), object)
        lines[added] = [self._added[id - self.fixed].encode() for id in ids[added].tolist()]
        lines[~added] = self._spans(ids[~added]).joined().split(b"\n")[:-1]
        return b"\n".join(lines.tolist()) + b"\n"

    def find(self, term: str) -> int | None:
        """Return the id of `term`, None if it is not there. The first call may build the index."""
        blob, offsets, index = self._viewed()
        sought = term.encode()
        high = hash_of(sought) & _HIGH
        for place in range(bisect_left(index, high), self.fixed):
            key = index[place]
            if key & _HIGH != high:
                break
            id = int(key & ~_HIGH)
            if blob[offsets[id] : offsets[id + 1] - 1] == sought:
                return id
        return self._added_ids.get(term)

    def add(self, term: str) -> int:
        """Return the id of `term`, a canonical N-Triples form; adds it in memory if it is new."""
        found = self.find(term)
        if found is not None:
            return found
        id = len(self)
        if id >= len(self._kinds):
            more = np.zeros(max(256, id // 4), np.uint8)
            self._kinds = np.concatenate((self._kinds, more))
        self._kinds[id] = _FIRST_BYTES[ord(term[0])]
        self._added.append(term)
        self._added_ids[term] = id
        return id

    def settled(self) -> Dictionary:
        """Return a dictionary with the same ids whose fixed part holds the added terms too."""
        if not self._added:
            return self
        lines = [term.encode() for term in self._added]
        body = self.blob[: int(self.offsets[-1])]
        more = np.frombuffer(b"\n".join([*lines, PADDING]), np.uint8)
        sizes = np.fromiter((len(line) + 1 for line in lines), np.int64, len(lines))
        offsets = np.concatenate((self.offsets, self.offsets[-1] + np.cumsum(sizes)))
        return Dictionary(np.concatenate((body, more)), offsets)

    def index(self) -> Hashes:
        """Return the index of the fixed part: sorted, high half of the hash and id in one."""
        if self._index is None:
            self._index = np.empty(self.fixed, np.uint64)
            for start in range(0, self.fixed, _AT_ONCE):
                ids = np.arange(start, min(start + _AT_ONCE, self.fixed))
                found = hashes(words_of(self._spans(ids))) & np.uint64(_HIGH)
                self._index[ids] = found | ids.astype(np.uint64)
            self._index.sort()
        return self._index

    def _spans(self, ids: NDArray[np.int64]) -> Spans:
        starts = self.offsets[ids]
        return Spans(self.blob, starts, self.offsets[ids + 1] - starts - 1)

    def _viewed(self) -> tuple[memoryview, memoryview, memoryview]:
        """Return blob, offsets and index as views: they give Python's numbers faster."""
        if self._views is None:
            self._views = (
                self.blob.data,
                self.offsets.data,
                self.index().data,
            )
        return self._views


def _kinds_of(first: Bytes) -> NDArray[np.uint8]:
    table = np.full(256, 255, np.uint8)
    for byte, kind in _FIRST_BYTES.items():
        table[byte] = kind
    kinds = table[first]
    if len(kinds) and kinds.max() == 255:
        raise StageError(
            Text(
                de="Ein Term des Wörterbuchs beginnt weder mit <, _ noch mit Anführungszeichen.",
                en="A term of the dictionary starts neither with <, _ nor with a quotation mark.",
            )
        )
    return kinds
