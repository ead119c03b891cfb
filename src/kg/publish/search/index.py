"""Entries become a full-text index: one SQLite file, or one in memory for what changed since.

entry   what is shown of a subject: labels, further names, parents; the numbers are ranks:
        what is found by default comes first, the weightiest ahead
name    names as they are compared: whole, and without the words to pass over
key     keys as they are compared
found   FTS5: words of names (also joined), words of kind, regions and parents
word    the words of names; gram: FTS5 of their trigrams, against typing errors
kind    classes with their superclasses; fact holds the numbers of kinds and regions by entry
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from kg.publish.search.entries import Entry, Gathering, last_part
from kg.publish.search.settings import SearchSettings
from kg.publish.search.words import core, forms, key, words
from kg.publish.statements import Statements

NAME = "search.sqlite"
MAIN, OTHER, CORE, FORMAL = 0, 1, 2, 3
"""Grades of names: a label, another name, either without the words to pass over; another name
with such words, which is compared only as a whole."""
_JOINED = 4
"""Names of so many words at most are also found written as one."""
_AT_ONCE = 2000
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE entry (id INTEGER PRIMARY KEY, iri TEXT, labels TEXT, others TEXT, folded TEXT,
  parents TEXT, weight REAL);
CREATE TABLE name (text TEXT, grade INTEGER, entry INTEGER, PRIMARY KEY (text, grade, entry))
  WITHOUT ROWID;
CREATE TABLE key (text TEXT, entry INTEGER, written TEXT, PRIMARY KEY (text, entry))
  WITHOUT ROWID;
CREATE VIRTUAL TABLE found USING fts5 (names, context, content='', detail=column,
  tokenize='ascii', prefix='1 2 3');
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT);
CREATE VIRTUAL TABLE gram USING fts5 (text, content='', tokenize='trigram case_sensitive 1');
CREATE TABLE kind (id INTEGER PRIMARY KEY, iri TEXT, labels TEXT, above TEXT, hidden INTEGER);
CREATE TABLE region (id INTEGER PRIMARY KEY, iri TEXT, labels TEXT);
CREATE TABLE fact (name TEXT PRIMARY KEY, value BLOB);
"""
_INDEX = "CREATE UNIQUE INDEX entry_iri ON entry (iri)"

Classes = Mapping[str, frozenset[str]]
Labels = Mapping[str, str]


def save_search(statements: Statements, settings: SearchSettings, folder: Path) -> None:
    """Write the index of `statements` into the folder of a version; raises OSError."""
    gathering = Gathering(statements, settings)
    save_index(gathering.entries(), gathering.classes(), settings, folder)


def save_index(
    entries: Iterable[Entry], classes: Classes, settings: SearchSettings, folder: Path
) -> None:
    """Write NAME into the folder of a version; `classes` has superclasses. Raises OSError."""
    try:
        with closing(sqlite3.connect(folder / NAME)) as connection:
            fill(connection, entries, classes, settings)
    except sqlite3.Error as error:
        raise OSError(str(error)) from error


def fill(
    connection: sqlite3.Connection,
    entries: Iterable[Entry],
    classes: Classes,
    settings: SearchSettings,
    labels: Mapping[str, Labels] | None = None,
) -> None:
    """Put `entries` into an empty database.

    `labels` name kinds, regions and parents that are not among the entries.
    """
    connection.executescript(_SCHEMA)
    found = list(entries)
    hides = {
        kind: settings.hides(kind, classes.get(kind, frozenset()))
        for kind in {one.kind for one in found}
    }
    found.sort(key=lambda one: _order(one, hides=hides[one.kind]))
    shown = sum(not hides[one.kind] for one in found)
    _Filling(connection, settings, _labels(found, labels or {})).run(found, shown)
    _save_numbers(connection, _Numbers.of(found), _labels(found, labels or {}), classes, hides)
    connection.execute("INSERT INTO fact VALUES ('shown', ?)", (str(shown).encode(),))
    connection.commit()


def _order(entry: Entry, *, hides: bool) -> tuple[bool, str, float, str]:
    """What is hidden comes last, kind by kind; within, what most points to is first."""
    label = next(iter(entry.labels.values()), "")
    return hides, entry.kind if hides else "", -entry.weight, label


def _labels(entries: list[Entry], labels: Mapping[str, Labels]) -> dict[str, Labels]:
    """Return the labels of kinds, regions and parents, as far as known."""
    needed = {iri for one in entries for iri in (one.kind, *one.regions, *one.parents)}
    return {**labels, **{one.iri: one.labels for one in entries if one.iri in needed}}


@dataclass
class _Filling:
    """The rows of one database, gathered entry by entry."""

    connection: sqlite3.Connection
    settings: SearchSettings
    labels: Mapping[str, Labels]
    names: set[tuple[str, int, int]] = field(default_factory=set)
    keys: dict[tuple[str, int], str] = field(default_factory=dict)
    vocabulary: set[str] = field(default_factory=set)
    contexts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    parents: dict[tuple[str, ...], str] = field(default_factory=dict)

    def run(self, entries: list[Entry], shown: int) -> None:
        put = self.connection.executemany
        numbered = enumerate(entries, start=1)
        while part := [self._rows(id, one, shown) for id, one in islice(numbered, _AT_ONCE)]:
            put("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", (row[0] for row in part))
            put(
                "INSERT INTO found (rowid, names, context) VALUES (?, ?, ?)",
                (row[1] for row in part),
            )
        put("INSERT INTO name VALUES (?, ?, ?)", sorted(self.names))
        put("INSERT INTO key VALUES (?, ?, ?)", ((*at, self.keys[at]) for at in sorted(self.keys)))
        put("INSERT INTO word (text) VALUES (?)", ((word,) for word in sorted(self.vocabulary)))
        self.connection.execute(
            "INSERT INTO gram (rowid, text) SELECT id, '^' || text || '$' FROM word"
        )
        self.connection.execute(_INDEX)

    def _rows(self, id: int, one: Entry, shown: int) -> tuple[tuple[object, ...], ...]:
        """Return the rows for `entry` and `found`; what is hidden has no names, keys, context."""
        labels = labels_text(one.labels)
        parents = self._parents(one.parents)
        if id > shown:
            found = " ".join(words(" ".join(one.labels.values())))
            return (id, one.iri, labels, None, "", parents, one.weight), (id, found, "")
        texts = tuple(dict.fromkeys(one.labels.values()))
        graded = [(MAIN, text) for text in texts] + [(OTHER, text) for text in one.others]
        written = [(grade, form) for grade, text in graded for form in forms(text)]
        tokens, passed = self._tokens(id, written)
        last = last_part(one.iri)
        if all(form != words(last) for _, form in written):
            self.keys[key(last), id] = last
        self.keys.update({(key(text), id): text for text in one.keys})
        others = "\n".join(" ".join(text.split()) for text in one.others) or None
        folded = "\n".join(dict.fromkeys(" ".join(form) for _, form in written))
        context = " ".join((*passed, *self._context(one)))
        shape = (id, one.iri, labels, others, folded, parents, one.weight)
        return shape, (id, " ".join(tokens), context)

    def _tokens(
        self, id: int, written: list[tuple[int, list[str]]]
    ) -> tuple[dict[str, None], dict[str, None]]:
        """Note names; return the words under which they are found, and those to pass over."""
        tokens: dict[str, None] = {}
        passed: dict[str, None] = {}
        for grade, form in written:
            bare = core(form, self.settings.pass_over)
            formal = grade == OTHER and len(bare) != len(form)
            self.names.add((" ".join(form), FORMAL if formal else grade, id))
            if len(bare) != len(form):
                self.names.add((" ".join(bare), CORE, id))
                passed |= dict.fromkeys(form)
            tokens |= dict.fromkeys(bare)
            self.vocabulary.update(bare)
            if 1 < len(bare) <= _JOINED:
                tokens["".join(bare)] = None
        return tokens, passed

    def _parents(self, iris: tuple[str, ...]) -> str:
        if iris not in self.parents:
            self.parents[iris] = _json([self.labels.get(iri, {}) for iri in iris])
        return self.parents[iris]

    def _context(self, one: Entry) -> dict[str, None]:
        """Return the words of kind, regions and parents, with which a name can be told apart."""
        found: dict[str, None] = {}
        for iri in (one.kind, *one.regions, *one.parents):
            if iri not in self.contexts:
                texts = self.labels.get(iri, {}).values()
                folded = (word for text in texts for form in forms(text) for word in form)
                self.contexts[iri] = tuple(dict.fromkeys(folded))
            found |= dict.fromkeys(self.contexts[iri])
        return found


@dataclass(frozen=True)
class _Numbers:
    """The kinds and the sets of regions of entries, as numbers in their order."""

    kinds: dict[str, int]
    sets: dict[tuple[str, ...], int]
    kind_of: array[int]
    set_of: array[int]

    @classmethod
    def of(cls, entries: list[Entry]) -> _Numbers:
        kinds: dict[str, int] = {}
        sets: dict[tuple[str, ...], int] = {}
        kind_of = array("I", (kinds.setdefault(one.kind, len(kinds)) for one in entries))
        set_of = array("I", (sets.setdefault(one.regions, len(sets)) for one in entries))
        return cls(kinds, sets, kind_of, set_of)


def _save_numbers(
    connection: sqlite3.Connection,
    numbers: _Numbers,
    labels: Mapping[str, Labels],
    classes: Classes,
    hides: Mapping[str, bool],
) -> None:
    regions = {iri: id for id, iri in enumerate(sorted({i for one in numbers.sets for i in one}))}
    connection.executemany(
        "INSERT INTO kind VALUES (?, ?, ?, ?, ?)",
        [
            (
                id,
                iri,
                labels_text(labels.get(iri, {})),
                _json(sorted(classes.get(iri, ()))),
                hides[iri],
            )
            for iri, id in numbers.kinds.items()
        ],
    )
    connection.executemany(
        "INSERT INTO region VALUES (?, ?, ?)",
        [(id, iri, labels_text(labels.get(iri, {}))) for iri, id in regions.items()],
    )
    sets = _json([[regions[iri] for iri in each] for each in numbers.sets])
    facts = {
        "kinds": numbers.kind_of.tobytes(),
        "sets": numbers.set_of.tobytes(),
        "regions": sets.encode(),
    }
    connection.executemany("INSERT INTO fact VALUES (?, ?)", facts.items())


def labels_text(labels: Labels) -> str:
    """Return labels as text: a line for each, language and label with a tabulator between."""
    return "\n".join(f"{lang}\t{' '.join(text.split())}" for lang, text in labels.items())


def labels_read(text: str) -> dict[str, str]:
    """Return the labels of `labels_text`."""
    parts = (line.partition("\t") for line in text.split("\n") if line)
    return {lang: label for lang, _, label in parts}


def _json(value: object) -> str:
    return _encode(value) if value else ""


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=list).encode
