"""One index that is opened: what it has for keys, names, words, and by number."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kg.errors import Place, StageError, Text
from kg.publish.search.index import FORMAL, NAME, labels_read

_SECOND = 0x10FFFF
_MOST_KEYS = 2000
Labels = Mapping[str, str]

_MAPPED, _CACHED = 256 << 20, 32 << 10
"""Bytes of an index that are mapped into memory, and KiB of its pages that are kept."""


@dataclass(frozen=True)
class Kind:
    """A class with its labels by language and superclasses; `hidden` are its subjects."""

    iri: str
    labels: Labels
    above: frozenset[str]
    hidden: bool


@dataclass(frozen=True)
class Region:
    """A region with its labels by language."""

    iri: str
    labels: Labels


@dataclass(frozen=True)
class Row:
    """What is kept of an entry: labels by language, further names, labels of its parents."""

    iri: str
    labels: Labels
    others: tuple[str, ...]
    parents: tuple[Labels, ...]
    weight: float
    kind: Kind
    regions: tuple[Region, ...]


@dataclass(frozen=True)
class Layer:
    """An opened index. Entries up to the number `shown` are found by default.

    Those behind are in order of their kinds: `spans` has the first and last of each kind.
    `kind_of` and `set_of` have the numbers of the kind and the set of regions of each entry, from
    1 on. Entries of the numbers `gone` are no more.
    """

    connection: sqlite3.Connection
    kinds: tuple[Kind, ...]
    regions: tuple[Region, ...]
    sets: tuple[tuple[int, ...], ...]
    kind_of: array[int]
    set_of: array[int]
    shown: int
    spans: Mapping[int, tuple[int, int]]
    gone: frozenset[int] = field(default=frozenset())

    def __len__(self) -> int:
        """Return the number of entries, those that are gone included."""
        return len(self.kind_of) - 1

    def without(self, iris: Iterable[str]) -> Layer:
        """Return the layer in which subjects of `iris` are not found."""
        gone = frozenset(self.number(iri) for iri in iris) - {0}
        return replace(self, gone=gone)

    def number(self, iri: str) -> int:
        """Return the number of the entry of a subject, 0 if there is none."""
        found = self._ids("SELECT id FROM entry WHERE iri = ?", iri)
        return found[0] if found else 0

    def with_key(self, key: str) -> list[tuple[int, str]]:
        """Return the entries that have a key, folded, and how it is written."""
        return self._rows("SELECT entry, written FROM key WHERE text = ?", key)

    def with_key_from(self, start: str) -> list[tuple[int, str]]:
        """Return entries, not too many, with a key that begins so, and how it is written."""
        return self._rows(
            "SELECT entry, written FROM key WHERE text > ? AND text < ? LIMIT ?",
            start, _after(start), _MOST_KEYS,
        )  # fmt: skip

    def named(self, text: str) -> list[tuple[int, int]]:
        """Return grade and entry of the names that are `text`, folded."""
        return self._rows("SELECT grade, entry FROM name WHERE text = ?", text)

    def named_from(self, start: str) -> list[tuple[int, int]]:
        """Return grade and entry of the names that begin so, formal ones left out."""
        return self._rows(
            "SELECT grade, entry FROM name WHERE text > ? AND text < ? AND grade < ?",
            start, _after(start), FORMAL,
        )  # fmt: skip

    def matching(self, expression: str, first: int, last: int, limit: int) -> list[int]:
        """Return the entries from `first` to `last` that a query of FTS5 finds, in their order."""
        return self._ids(
            "SELECT rowid FROM found WHERE found MATCH ? AND rowid BETWEEN ? AND ? "
            "ORDER BY rowid LIMIT ?",
            expression, first, last, limit,
        )  # fmt: skip

    def words_with(self, expression: str, limit: int) -> list[str]:
        """Return words of names whose trigrams fit a query of FTS5 best, the best first."""
        found = self._rows(
            "SELECT word.text FROM gram JOIN word ON word.id = gram.rowid "
            "WHERE gram MATCH ? ORDER BY gram.rank LIMIT ?",
            expression, limit,
        )  # fmt: skip
        return [text for (text,) in found]

    def folded(self, ids: Iterable[int]) -> dict[int, list[str]]:
        """Return the names of entries as they are compared."""
        listed = ",".join(str(int(id)) for id in ids)
        rows = self._rows(f"SELECT id, folded FROM entry WHERE id IN ({listed})")
        return {id: text.split("\n") for id, text in rows}

    def weights(self, ids: Iterable[int]) -> dict[int, float]:
        """Return how much points to each of some entries."""
        listed = ",".join(str(int(id)) for id in ids)
        return dict(self._rows(f"SELECT id, weight FROM entry WHERE id IN ({listed})"))

    def row(self, id: int) -> Row:
        """Return what is kept of an entry."""
        ((iri, labels, others, parents, weight),) = self._rows(
            "SELECT iri, labels, others, parents, weight FROM entry WHERE id = ?", id
        )
        return Row(
            iri,
            labels_read(labels),
            tuple(others.split("\n")) if others else (),
            tuple(_read(parents, [])),
            weight,
            self.kinds[self.kind_of[id]],
            tuple(self.regions[number] for number in self.sets[self.set_of[id]]),
        )

    def examples(self, kind: int, limit: int) -> list[int]:
        """Return the weightiest entries of a kind."""
        found = (
            id for id in range(1, len(self) + 1) if self.kind_of[id] == kind and id not in self.gone
        )
        return [id for id, _ in zip(found, range(limit), strict=False)]

    def _ids(self, query: str, *values: object) -> list[int]:
        return [id for (id,) in self.connection.execute(query, values)]

    def _rows(self, query: str, *values: object) -> list[Any]:
        return self.connection.execute(query, values).fetchall()


def open_layer(version: Path) -> Layer:
    """Open the index of the version in that folder; raises StageError."""
    path = version / NAME
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    try:
        opened = sqlite3.connect(address, uri=True, check_same_thread=False)
        opened.execute(f"PRAGMA mmap_size = {_MAPPED}")
        opened.execute(f"PRAGMA cache_size = -{_CACHED}")
        return layer_of(opened)
    except (sqlite3.Error, OSError, ValueError, TypeError, KeyError) as error:
        raise StageError(
            Text(
                de="Das Verzeichnis für die Suche fehlt oder ist beschädigt. Bauen Sie neu: "
                "kg build --force",
                en="The index for the search is missing or damaged. Build anew: kg build --force",
            ),
            place=Place(str(path)),
        ) from error


def layer_of(connection: sqlite3.Connection) -> Layer:
    """Return the layer of a database that was filled; raises sqlite3.Error."""
    facts = dict(connection.execute("SELECT name, value FROM fact").fetchall())
    kinds = connection.execute("SELECT iri, labels, above, hidden FROM kind ORDER BY id")
    regions = connection.execute("SELECT iri, labels FROM region ORDER BY id")
    kind_of, shown = _numbers(facts["kinds"]), int(facts["shown"])
    return Layer(
        connection,
        tuple(
            Kind(iri, labels_read(labels), frozenset(_read(above, [])), bool(hidden))
            for iri, labels, above, hidden in kinds
        ),
        tuple(Region(iri, labels_read(labels)) for iri, labels in regions),
        tuple(tuple(each) for each in _read(facts["regions"], [])),
        kind_of,
        _numbers(facts["sets"]),
        shown,
        _spans(kind_of, shown),
    )


def _spans(kind_of: array[int], shown: int) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    at = shown + 1
    for kind, group in groupby(kind_of[shown + 1 :]):
        end = at + sum(1 for _ in group)
        found[kind] = at, end - 1
        at = end
    return found


def _numbers(value: bytes) -> array[int]:
    """Return the numbers of the entries, from 1 on."""
    return array("I", [0]) + array("I", value)


def _read(text: str | bytes, otherwise: Any) -> Any:
    return json.loads(text) if text else otherwise


def _after(start: str) -> str:
    """Return a text behind all that begin with `start`, in the order of SQLite."""
    return start + chr(_SECOND)
