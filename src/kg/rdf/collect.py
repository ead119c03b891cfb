"""Blocks of N-Triples or N-Quads are gathered into one dictionary and integer columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kg.rdf.columns import Columns, Ids, distinct_rows
from kg.rdf.dictionary import Dictionary
from kg.rdf.lines import Lines, split_lines
from kg.rdf.spans import Hashes, Spans, Words, hashes, same_within, spans_of, words_of
from kg.rdf.term_syntax import canonical, is_one, is_plain_blank, is_rdf_1_2, uncertain
from kg.rdf.term_table import TermTable

_MADE_UP = re.compile(rb"[0-9a-f]{24,32}")
_LESS, _UNDERSCORE, _QUOTE = b'<_"'


@dataclass
class Scope:
    """Where blank nodes have one meaning, a file: its prefix, its graph, the nodes so far.

    With `made_up`, labels that the parser made for nodes without one become numbers. Without a
    prefix, labels stay as they are.
    """

    prefix: bytes
    graph: str = ""
    made_up: bool = False
    numbered: int = 0
    blanks: dict[bytes, int] = field(default_factory=dict)


@dataclass
class Collector:
    """What was read so far. `special` has tokens that are not in canonical form, by their text."""

    table: TermTable = field(default_factory=TermTable)
    special: dict[bytes, int] = field(default_factory=dict)
    graphs: dict[str, int] = field(default_factory=dict)
    parts: list[tuple[Ids, Ids, Ids, Ids]] = field(default_factory=list)

    def add(self, block: bytes, scope: Scope, *, quads: bool, trusted: bool = False) -> bool:
        """Take all lines of `block`, or none and return False if one is not surely understood.

        A `trusted` block was written by the parser's library: all its terms are canonical, and
        False means that a term is of RDF 1.2.
        """
        lines = split_lines(block, quads=quads)
        if lines is None:
            return False
        words = words_of(lines.tokens)
        found = hashes(words)
        first, code = _distinct(words, found)
        distinct = _Distinct(lines.tokens.take(first), found[first])
        if not _well_placed(lines, distinct.terms.first_bytes(), code):
            return False
        ids = self._ids(distinct, scope, trusted=trusted)
        if ids is None:
            return False
        rows = ids[code]
        s, p, o = (np.ascontiguousarray(rows[i : 3 * lines.count : 3]) for i in range(3))
        self.parts.append((s, p, o, self._graphs(lines, rows[3 * lines.count :], scope)))
        return True

    def columns(self) -> Columns:
        """Return all rows; the collector is used up."""
        blob, offsets = self.table.parts()
        dictionary = Dictionary(np.frombuffer(blob, np.uint8), offsets)
        self.table = TermTable()
        none = np.empty(0, np.int32)
        if not self.parts:
            return Columns(dictionary, tuple(self.graphs), none, none, none, none)
        s, p, o, g = (np.concatenate(column) for column in zip(*self.parts, strict=True))
        self.parts = []
        g, s, p, o = distinct_rows([g, s, p, o])
        return Columns(dictionary, tuple(self.graphs), s, p, o, g)

    def _graphs(self, lines: Lines, named: Ids, scope: Scope) -> Ids:
        found = np.empty(lines.count, np.int32)
        if len(named) < lines.count:
            found[:] = self.graphs.setdefault(scope.graph, len(self.graphs))
        if len(named):
            ids, inverse = np.unique(named, return_inverse=True)
            names = [self.table.term(id) for id in ids.tolist()]
            numbers = [self.graphs.setdefault(name, len(self.graphs)) for name in names]
            found[lines.with_graph] = np.array(numbers, np.int32)[inverse]
        return found

    def _ids(self, distinct: _Distinct, scope: Scope, *, trusted: bool) -> Ids | None:
        """Return the ids of distinct tokens; None if one of them is not a term of RDF 1.1."""
        terms, marks = distinct.terms, distinct.marks
        ids = np.full(len(terms), -1, np.int32)
        odd = np.zeros(len(terms), bool)
        blank = terms.first_bytes() == _UNDERSCORE
        named = np.flatnonzero(~blank)
        ids[named], odd[named] = self.table.find(terms.take(named), marks[named])
        missing = named[ids[named] < 0]
        joined = terms.take(missing).joined()
        if not _is_utf8(joined):
            return None
        doubtful = np.array(uncertain(joined), np.intp)
        special = np.concatenate((np.flatnonzero(blank), missing[doubtful]))
        if len(special):
            found = self._special(terms, special, scope, trusted=trusted)
            if found is None:
                return None
            ids[special] = found
        if len(special) or odd.any() or distinct.some_agree():
            sure = np.delete(missing, doubtful)
            ids[sure] = self.table.insert(terms.take(sure), marks[sure])
        else:
            ids[missing] = self.table.append(terms.take(missing), marks[missing], joined)
        return ids

    def _special(
        self, terms: Spans, which: NDArray[np.intp], scope: Scope, *, trusted: bool
    ) -> list[int] | None:
        tokens = [terms.bytes_at(index) for index in which.tolist()]
        ids = {
            token: id for token in tokens if (id := self._known(token, scope).get(token, -1)) >= 0
        }
        new = [token for token in dict.fromkeys(tokens) if token not in ids]
        written = _trusted(new) if trusted else _untrusted(new)
        if written is None:
            return None
        renamed = [_renamed(term, scope) for term in written]
        spans = spans_of(renamed)
        found = self.table.insert(spans, hashes(words_of(spans))).tolist()
        for token, term, id in zip(new, renamed, found, strict=True):
            ids[token] = id
            if token != term:
                self._known(token, scope)[token] = id
        return [ids[token] for token in tokens]

    def _known(self, token: bytes, scope: Scope) -> dict[bytes, int]:
        return scope.blanks if token[0] == _UNDERSCORE else self.special


@dataclass(frozen=True)
class _Distinct:
    """The distinct terms of a block and their hashes, `marks`."""

    terms: Spans
    marks: Hashes

    def some_agree(self) -> bool:
        """Return whether two terms have one hash."""
        marks = np.sort(self.marks)
        return bool((marks[1:] == marks[:-1]).any())


def _distinct(words: Words, found: Hashes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which terms are the first of their kind, and for each term which of those it is.

    Two terms whose hashes agree by chance are compared byte by byte; one of them then may be
    among the first more than once.
    """
    count = len(found)
    width = np.uint64(count.bit_length())
    low = (np.uint64(1) << width) - np.uint64(1)
    key = (found & ~low) | np.arange(count, dtype=np.uint64)
    key.sort()
    place = (key & low).astype(np.intp)
    key >>= width
    fresh = np.ones(count, bool)
    np.not_equal(key[1:], key[:-1], out=fresh[1:])
    starts = np.flatnonzero(fresh)
    first = place[starts]
    code = np.empty(count, np.intp)
    code[place] = np.repeat(np.arange(len(first)), np.diff(np.append(starts, count)))
    other = np.flatnonzero(~same_within(words, first[code]))
    code[other] = len(first) + np.arange(len(other))
    first = np.concatenate((first, other))
    by_place = np.argsort(first)
    rank = np.empty(len(first), np.intp)
    rank[by_place] = np.arange(len(first))
    return first[by_place], rank[code]


def _well_placed(lines: Lines, first_bytes: NDArray[np.uint8], code: NDArray[np.intp]) -> bool:
    """Return whether subjects and graphs look like nodes, predicates like IRIs."""
    kinds = first_bytes[code]
    s, p, g = kinds[: 3 * lines.count : 3], kinds[1 : 3 * lines.count : 3], kinds[3 * lines.count :]
    nodes = all(bool(((kind == _LESS) | (kind == _UNDERSCORE)).all()) for kind in (s, g))
    return nodes and bool((p == _LESS).all())


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _trusted(tokens: list[bytes]) -> list[bytes] | None:
    return tokens if all(map(is_one, tokens)) and not any(map(is_rdf_1_2, tokens)) else None


def _untrusted(tokens: list[bytes]) -> list[bytes] | None:
    asked = [token for token in tokens if not is_plain_blank(token)]
    answer = canonical(asked)
    if answer is None:
        return None
    written = dict(zip(asked, answer, strict=True))
    return [written.get(token, token) for token in tokens]


def _renamed(term: bytes, scope: Scope) -> bytes:
    if term[0] != _UNDERSCORE or not scope.prefix:
        return term
    if scope.made_up and _MADE_UP.fullmatch(term, 2):
        scope.numbered += 1
        return b"_:%b-%d" % (scope.prefix, scope.numbered)
    return b"_:%b_%b" % (scope.prefix, term[2:])
