"""A block of lines of N-Triples or N-Quads becomes the spans of its tokens, without objects.

Only lines of the plain shape are understood, "s p o ." or "s p o g ." with single spaces; whether
the tokens are terms is for others to decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.rdf.spans import PADDING, Bytes, Spans

_SPACE, _NEWLINE, _DOT, _QUOTE = b' \n."'


@dataclass(frozen=True)
class Lines:
    """The tokens of a block: three a line, then those of `with_graph`, the lines that name one."""

    tokens: Spans
    count: int
    with_graph: NDArray[np.intp]


@dataclass(frozen=True)
class _Separators:
    """Where bytes up to the space stand, and for each line the number of its first and last."""

    places: NDArray[np.int64]
    first: NDArray[np.intp]
    last: NDArray[np.intp]


def split_lines(block: bytes, *, quads: bool) -> Lines | None:
    """Return the tokens of `block`, which ends with a newline; None if it has other lines."""
    text = np.frombuffer(block + PADDING, np.uint8)
    body = text[: len(block)]
    found = _separators(body)
    if found is None:
        return None
    places, first, last = found.places, found.first, found.last
    ends = np.empty((len(last), 3), np.int64)
    starts = np.empty((len(last), 3), np.int64)
    starts[0, 0] = 0
    starts[1:, 0] = places[last[:-1]] + 1
    ends[:, 0], ends[:, 1], ends[:, 2] = places[first], places[first + 1], places[last] - 2
    starts[:, 1:] = ends[:, :2] + 1
    graph_starts = np.empty(0, np.int64)
    with_graph = np.empty(0, np.intp)
    graph_ends = ends[:0, 2]
    if quads:
        cut = _graph_cut(body, found, starts[:, 2])
        with_graph = np.flatnonzero(cut)
        graph_starts, graph_ends = cut[with_graph] + 1, ends[with_graph, 2].copy()
        ends[with_graph, 2] = cut[with_graph]
    all_starts = np.concatenate((starts.ravel(), graph_starts))
    lengths = np.concatenate((ends.ravel(), graph_ends)) - all_starts
    if lengths.min() <= 0:
        return None
    return Lines(Spans(text, all_starts, lengths), len(last), with_graph)


def _separators(body: Bytes) -> _Separators | None:
    places = np.flatnonzero(body <= _SPACE)
    kinds = body[places]
    last = np.flatnonzero(kinds == _NEWLINE)
    if not len(last):
        return None
    first = np.empty_like(last)
    first[0] = 0
    first[1:] = last[:-1] + 1
    if (last - first).min() < 3:
        return None
    ends = places[last]
    plain = (kinds[first] == _SPACE) & (kinds[first + 1] == _SPACE) & (kinds[last - 1] == _SPACE)
    plain &= (places[last - 1] == ends - 2) & (body[ends - 1] == _DOT)
    return _Separators(places, first, last) if plain.all() else None


def _graph_cut(body: Bytes, found: _Separators, objects: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where the space before the graph's name stands in each line, 0 if there is none."""
    places, first, last = found.places, found.first, found.last
    literal = body[objects] == _QUOTE
    which = np.where(literal, last - 2, first + 2)
    cut = places[which]
    # What follows the last space of a literal has its closing quotation mark, a graph has none.
    quotes = np.flatnonzero(body == _QUOTE)
    quoted = np.searchsorted(quotes, cut) < np.searchsorted(quotes, places[last])
    is_graph = np.where(literal, (which > first + 1) & ~quoted, which < last - 1)
    return np.where(is_graph, cut, 0)
