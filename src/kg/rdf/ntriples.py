"""Rows of ids become N-Triples or N-Quads, in chunks, so that memory stays bounded."""

from __future__ import annotations

from typing import IO

import numpy as np

from kg.rdf.columns import Columns, Ids
from kg.rdf.dictionary import Dictionary

_CHUNK = 1 << 16


def write_ntriples(
    rows: Columns | tuple[Ids, Ids, Ids],
    dictionary: Dictionary,
    file: IO[bytes],
    *,
    graph: str = "",
) -> None:
    """Write the triples `rows`, (s, p, o) of the same length, to `file` as N-Triples.

    Of columns the union of all graphs is written. With `graph`, a name in N-Triples form, they are
    N-Quads of that graph. Rows whose subject is a literal, which
    reasoning may give, must be left out by the caller.
    """
    s, p, o = rows.triples() if isinstance(rows, Columns) else rows
    rank = np.zeros(len(dictionary), np.int32)
    end = f" {graph} .\n".encode() if graph else b" .\n"
    for start in range(0, len(s), _CHUNK):
        part = slice(start, start + _CHUNK)
        file.write(_text(dictionary, (s[part], p[part], o[part]), rank, end))


def _text(dictionary: Dictionary, columns: tuple[Ids, Ids, Ids], rank: Ids, end: bytes) -> bytes:
    """Return the lines of a chunk, each with its `end`; `rank` is room to work in.

    It has the length of the dictionary.
    """
    used = np.zeros(len(rank), bool)
    for column in columns:
        used[column] = True
    ids = np.flatnonzero(used)
    rank[ids] = np.arange(len(ids))
    terms = dictionary.write(ids).split(b"\n")
    tokens = (map(terms.__getitem__, rank[column].tolist()) for column in columns)
    lines = map(b" ".join, zip(*tokens, strict=True))
    return end.join([*lines, b""])
