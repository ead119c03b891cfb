"""The statements of a graph in files that are mapped into memory, by subject and by object.

terms, offsets, index   the dictionary, as in `kg.rdf.column_files`
forward    int32: where the statements of each subject start, and where the last end
p, o       int32: their predicates and objects, sorted by both
backward   int32: where the statements about each object start, and where the last end
of, by     int32: their subjects and predicates, sorted by both
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import repeat
from pathlib import Path

import numpy as np
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.namespaces import RDF, XSD
from kg.publish.look_ups.statements import LONGEST, MOST, Id, TooMany, Triple
from kg.publish.look_ups.terms import blank_json, csv_field, literal_json
from kg.publish.statements import Statements
from kg.rdf.array_files import open_arrays, save_arrays
from kg.rdf.columns import Ids, sorted_order
from kg.rdf.dictionary import Dictionary
from kg.rdf.literals import split

FOLDER = "look_ups"
LAYOUT = 1
_COLUMNS = ("forward", "p", "o", "backward", "of", "by")
_TYPES = {"terms": "u1", "offsets": "<i8", "index": "<u8", **dict.fromkeys(_COLUMNS, "<i4")}
_NONE = -1
_FAR = 20_000
"""Statements about one thing; who asks for some of more goes through them otherwise."""
_ANY = NamedNode("urn:any")
_AS_WRITTEN = (f"{XSD}string", f"{RDF}langString")
"""The datatypes of which a store keeps what is written."""


def save_mapped(statements: Statements, folder: Path) -> None:
    """Write all statements of a version, each once, into its folder.

    The terms are as the store writes them, which keeps the values of numbers, not their forms.
    Raises StageError when they cannot be written.
    """
    dictionary, s, p, o = _written(statements)
    by_object = np.argsort(o, kind="stable")  # they are sorted by the other two
    save_arrays(
        folder / FOLDER,
        {
            "terms": dictionary.blob,
            "offsets": dictionary.offsets,
            "index": dictionary.index(),
            "forward": _starts(s, len(dictionary)),
            "p": p,
            "o": o,
            "backward": _starts(o, len(dictionary)),
            "of": s[by_object],
            "by": p[by_object],
        },
        _TYPES,
        layout=LAYOUT,
    )


def open_mapped(folder: Path) -> MappedStatements | None:
    """Open what `save_mapped` wrote into the folder of a version, None if it wrote nothing.

    Raises StageError when something is missing, cut off or altered.
    """
    if not (folder / FOLDER).exists():
        return None
    arrays = open_arrays(folder / FOLDER, _TYPES, layout=LAYOUT)
    dictionary = Dictionary(arrays["terms"], arrays["offsets"], arrays["index"])
    return MappedStatements(dictionary, [arrays[name] for name in _COLUMNS])


def _written(statements: Statements) -> tuple[Dictionary, Ids, Ids, Ids]:
    """Return the triples by subject, predicate, object, with a dictionary of stored terms."""
    given = statements.dictionary.settled()
    dictionary = Dictionary(given.blob, given.offsets, given.index())
    ids = np.arange(len(given), dtype=np.int32)
    for id, term in statements.written.items():
        ids[id] = dictionary.add(term)
    first = statements.first
    rows = [statements.s[first], statements.p[first], ids[statements.o[first]]]
    order = sorted_order(rows)
    s, p, o = (row[order] for row in rows)
    return dictionary.settled(), s, p, o


def _starts(ids: Ids, count: int) -> Ids:
    """Return where the rows of each of `count` ids start when they are sorted, and their number."""
    starts = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(ids, minlength=count), out=starts[1:])
    return starts


class MappedStatements:
    """Statements by the numbers of a dictionary."""

    def __init__(self, dictionary: Dictionary, columns: Sequence[Ids]) -> None:
        """Take the six columns: forward, p, o and backward, of, by."""
        self._dictionary = dictionary
        self._text = dictionary.blob.data
        self._offsets = dictionary.offsets.data
        self._forward, self._p, self._o, self._backward, self._of, self._by = (
            each.data for each in columns
        )
        self._predicates = columns[-1]

    def id_of(self, node: NamedNode | Literal) -> int:
        """Return the number of a term, _NONE if no statement has it; ValueError for doubtful ones.

        Those are literals of signs that are written in several ways.
        """
        if isinstance(node, Literal):
            if not node.value.isprintable():
                raise ValueError(node)
            if node.datatype.value not in _AS_WRITTEN:
                node = _as_stored(node)
        found = self._dictionary.find(str(node))
        return _NONE if found is None else found

    def find(self, subject: Id, predicate: Id, thing: Id) -> Iterable[Triple]:
        """Return the statements with these terms; subject or object is known."""
        if _NONE in (subject, predicate, thing):
            return ()
        if subject is None:
            return self._of_object(predicate, thing)
        if predicate is None and thing is not None:
            low, high = self._backward[thing], self._backward[thing + 1]
            low, high = _range(self._of, subject, low, high)
            return zip(repeat(subject), self._by[low:high].tolist(), repeat(thing))
        low, high = self._forward[subject], self._forward[subject + 1]
        if predicate is None:
            predicates = self._p[low : _checked(low, high)].tolist()
            return zip(repeat(subject), predicates, self._o[low:high].tolist())
        low, high = _range(self._p, predicate, low, high)
        if thing is not None:
            low, high = _range(self._o, thing, low, high)
        objects = self._o[low : _checked(low, high)].tolist()
        return zip(repeat(subject), repeat(predicate), objects)

    def has(self, subject: Id, predicate: Id, thing: Id) -> bool:
        """Return whether there is a statement of these terms."""
        return any(True for _ in self.find(subject, predicate, thing))

    def language(self, term: Id) -> str | None:
        """Return the language of a literal, "" if it has none, or None for another term."""
        text = self._term(term)
        return split(text).language if text[0] == '"' else None

    def as_json(self, term: Id) -> str:
        """Return a term for JSON."""
        text = self._term(term)
        if text[0] == "<":
            return f'{{"type":"uri","value":"{text[1:-1]}"}}'  # no sign of it is escaped there
        if text[0] == "_":
            return blank_json(text[2:])
        if "\\" in text:
            value, datatype, language = split(text)
            return literal_json(value, language, datatype)
        end = text.rindex('"') + 1
        value, tail = text[:end], text[end:]
        if not tail:
            return f'{{"type":"literal","value":{value}}}'
        if tail[0] == "@":
            return f'{{"type":"literal","value":{value},"xml:lang":"{tail[1:]}"}}'
        return f'{{"type":"literal","value":{value},"datatype":"{tail[3:-1]}"}}'

    def as_csv(self, term: Id) -> str:
        """Return a term for CSV."""
        text = self._term(term)
        if text[0] == "<":
            return text[1:-1]
        return text if text[0] == "_" else csv_field(split(text).lexical)

    def _term(self, term: int) -> str:
        start, end = self._offsets[term], self._offsets[term + 1]
        if end - start > LONGEST:
            raise TooMany
        return str(self._text[start : end - 1], "utf-8")

    def _of_object(self, predicate: Id, thing: Id) -> Iterable[Triple]:
        low, high = self._backward[thing], self._backward[thing + 1]
        if predicate is None or high - low <= MOST:
            subjects = self._of[low : _checked(low, high)].tolist()
            predicates = self._by[low:high].tolist()
            found = zip(subjects, predicates, repeat(thing))
            return (each for each in found if predicate is None or each[1] == predicate)
        if high - low > _FAR:
            raise TooMany
        places = np.flatnonzero(self._predicates[low:high] == predicate) + low
        _checked(0, len(places))
        return [(self._of[place], predicate, thing) for place in places.tolist()]


def _range(column: memoryview, value: int, low: int, high: int) -> tuple[int, int]:
    """Return from where to where a sorted part of a column has a value."""
    low = bisect_left(column, value, low, high)
    return low, bisect_right(column, value, low, high)


def _checked(low: int, high: int) -> int:
    """Return `high`; raises TooMany when it is far from `low`."""
    if high - low > MOST:
        raise TooMany
    return high


def _as_stored(literal: Literal) -> Literal:
    """Return a literal in the form in which a store gives it back."""
    store = Store()  # one that is used again grows, and becomes slow
    store.add(Quad(_ANY, _ANY, literal))
    (quad,) = store
    assert isinstance(quad.object, Literal)
    return quad.object
