"""RDF as integer columns: one row a statement, with the ids of a dictionary of terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.errors import Text, UsageError
from kg.rdf.dictionary import Dictionary

Ids = NDArray[np.int32]
ORDERS = ("spo", "pos", "osp")


@dataclass(frozen=True)
class Columns:
    """Statements: `s`, `p` and `o` are ids of the dictionary, `g` numbers of `graphs`.

    All four have the shape (n,) and the dtype int32. The rows are sorted by g, s, p, o; no row
    stands twice. A graph's name is the N-Triples form of an IRI or blank node, "" for the default
    graph. `orders` holds permutations that were saved.
    """

    dictionary: Dictionary
    graphs: tuple[str, ...]
    s: Ids
    p: Ids
    o: Ids
    g: Ids
    orders: Mapping[str, Ids] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of statements."""
        return len(self.s)

    def triples(self, *graphs: str) -> tuple[Ids, Ids, Ids]:
        """Return the distinct triples of `graphs`, of all when none is given, sorted by s, p, o.

        A name that is not among `graphs` has no triples.
        """
        s, p, o = self.s, self.p, self.o
        if graphs:
            wanted = np.array([name in graphs for name in self.graphs], bool)
            rows = wanted[self.g]
            s, p, o = s[rows], p[rows], o[rows]
        if len(set(graphs) or self.graphs) == 1:
            return s, p, o
        s, p, o = distinct_rows([s, p, o])
        return s, p, o

    def order(self, name: str) -> Ids:
        """Return the permutation that sorts the rows by `name`: "spo", "pos" or "osp".

        It is that of the file if one was saved, else it is computed. Raises UsageError for
        another name.
        """
        if name not in ORDERS:
            raise UsageError(
                Text(
                    de=f"Es gibt keine Ordnung {name!r}. Bekannt sind spo, pos und osp.",
                    en=f"There is no order {name!r}. Known are spo, pos and osp.",
                )
            )
        if name in self.orders:
            return self.orders[name]
        columns = {"s": self.s, "p": self.p, "o": self.o}
        return sorted_order([columns[letter] for letter in name])


def distinct_rows(columns: Sequence[Ids]) -> list[Ids]:
    """Return the rows of `columns`, ids from 0 up, sorted by the first, second ..., each once."""
    if not len(columns[0]):
        return list(columns)
    ranked, values = _ranked(columns)
    widths = _widths(ranked)
    if sum(widths) > 64:
        order = np.lexsort(tuple(reversed(columns)))
        return _without_repetition([column[order] for column in columns])
    key = _packed(ranked, widths)
    del ranked
    key.sort()
    fresh = np.ones(len(key), bool)
    np.not_equal(key[1:], key[:-1], out=fresh[1:])
    if not fresh.all():
        key = key[fresh]
    found: list[Ids] = []
    for width, value in zip(reversed(widths), reversed(values), strict=True):
        part = (key & np.uint64((1 << width) - 1)).astype(np.int32)
        found.append(part if value is None else value[part])
        key >>= np.uint64(width)
    return found[::-1]


def sorted_order(columns: Sequence[Ids]) -> Ids:
    """Return the permutation that sorts the rows by the first column, then the second ..."""
    count = len(columns[0])
    if not count:
        return np.empty(0, np.int32)
    ranked, _ = _ranked(columns)
    widths = _widths(ranked)
    if sum(widths) > 64:
        return np.lexsort(tuple(reversed(columns))).astype(np.int32)
    key = _packed(ranked, widths)
    room = (count - 1).bit_length()
    if sum(widths) + room > 64:
        return np.argsort(key, kind="stable").astype(np.int32)
    key <<= np.uint64(room)
    key |= np.arange(count, dtype=np.uint64)
    key.sort()
    key &= np.uint64((1 << room) - 1)
    return key.astype(np.int32)


def _ranked(columns: Sequence[Ids]) -> tuple[list[Ids], list[Ids | None]]:
    """Return columns of few values as ranks with their values, the others unchanged."""
    ranked: list[Ids] = []
    values: list[Ids | None] = []
    for column in columns:
        present = np.zeros(int(column.max()) + 1, bool)
        present[column] = True
        found = np.flatnonzero(present).astype(np.int32)
        if len(found).bit_length() + 4 > len(present).bit_length():
            ranked.append(column)
            values.append(None)
        else:
            rank = np.zeros(len(present), np.int32)
            rank[found] = np.arange(len(found))
            ranked.append(rank[column])
            values.append(found)
    return ranked, values


def _widths(columns: Sequence[Ids]) -> list[int]:
    return [int(column.max()).bit_length() for column in columns]


def _packed(columns: Sequence[Ids], widths: Sequence[int]) -> NDArray[np.uint64]:
    key = columns[0].astype(np.uint64)
    for column, width in zip(columns[1:], widths[1:], strict=True):
        key <<= np.uint64(width)
        key |= column.view(np.uint32)
    return key


def _without_repetition(columns: list[Any]) -> list[Ids]:
    changes = [column[1:] != column[:-1] for column in columns]
    fresh = np.ones(len(columns[0]), bool)
    fresh[1:] = reduce(np.logical_or, changes)
    return [column[fresh] for column in columns]
