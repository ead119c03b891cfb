"""What the tables say beside the register: positions, NUTS codes and Wikidata items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode
from tools.gv.record import Record, fault
from tools.gv.register import Register
from tools.gv.sources import Source, Sources
from tools.gv.statements import decimal
from tools.gv.tables import Row, Rows

from kg.rdf.read import read_quads

MATCHES = {"exact": "skos:exactMatch", "close": "skos:closeMatch"}
ENOUGH = 2
"""In so many independent extracts an item must be seen for skos:exactMatch."""
Said = tuple[str, str, tuple[str | Literal, ...]]


@dataclass(frozen=True)
class Beside:
    """The tables with the register they belong to, and IRIs of which others say the same."""

    register: Register
    rows: Rows
    sources: Sources
    positioned: frozenset[str]
    linked: frozenset[str]

    def entries(self, state: str) -> Iterator[tuple[str, str, Row]]:
        """Yield body, territory and row of each Kreis and Gemeinde of a Land.

        A Kreis that is one city is the city: the rows of both are seen as one.
        """
        register = self.register
        for record in [*register.kreise.values(), *register.municipalities.values()]:
            row = self.rows.get(record.key)
            if not record.key.startswith(state) or row is None:
                continue
            if len(record.key) == 5 and register.city_of(record):
                continue
            kind = "district" if len(record.key) == 5 else "municipality"
            yield (
                f"{kind}:{record.key}",
                f"territory:{record.key}",
                self._with_kreis(record, row),
            )

    def _with_kreis(self, record: Record, row: Row) -> Row:
        """Return the row of a Gemeinde with the extracts that show the same item for its Kreis."""
        kreis = self.register.kreis_above(record) if len(record.key) == 8 else None
        other = self.rows.get(kreis.key) if kreis and self.register.city_of(kreis) else None
        if other is None or other.item != row.item:
            return row
        return replace(row, extracts=row.extracts | other.extracts)


def already_said(prefixes: Mapping[str, str], root: Path, files: Iterable[str]) -> frozenset[str]:
    """Return the subjects, with prefixes, of the files that are kept by hand; missing ones none.

    Raises ReadError when a file cannot be read.
    """
    spaces = {space: prefix for prefix, space in prefixes.items()}
    found = set()
    for name in files:
        if not (root / name).is_file():
            continue
        for quad in read_quads(root / name):
            if isinstance(quad.subject, NamedNode):
                space, slash, local = quad.subject.value.rpartition("/")
                found.add(f"{spaces.get(space + slash, '')}:{local}")
    return frozenset(found)


def refuse_strangers(register: Register, rows: Rows) -> list[str]:
    """Return the keys of the tables that the register no longer has, with what they were."""
    known = register.kreise.keys() | register.municipalities.keys()
    return sorted(key for key in rows if key not in known)


def refuse_items_twice(beside: Beside) -> None:
    """Raise ReadError when two bodies have one Wikidata item."""
    seen: dict[str, str] = {}
    for body, _, row in beside.entries(""):
        if not row.item:
            continue
        other = seen.setdefault(row.item, body)
        if other != body:
            raise fault(
                f"Das Objekt {row.item} gehört schon zu {other}, nicht auch zu {body}.",
                f"The item {row.item} belongs to {other} already, not to {body} as well.",
                row.place,
            )


def positions(beside: Beside, state: str, source: Source) -> Iterator[Said]:
    """Yield the positions of one source in the Land `state`."""
    for _, territory, row in beside.entries(state):
        if row.position is None or territory in beside.positioned:
            continue
        if beside.sources.of_position(row.position_source, row.place) is not source:
            continue
        yield territory, "wgs84:lat", (decimal(row.position[0]),)
        yield territory, "wgs84:long", (decimal(row.position[1]),)
        if row.position_former_key:
            yield territory, "skos:editorialNote", (_former(row.position_former_key),)


def nuts(beside: Beside, state: str) -> Iterator[Said]:
    """Yield the NUTS codes of the Land `state`."""
    for _, territory, row in beside.entries(state):
        if row.nuts:
            yield territory, "kgo:nuts3", (Literal(row.nuts),)


def items(beside: Beside, state: str, match: str) -> Iterator[Said]:
    """Yield the Wikidata items of the Land `state` that are a `match`, "exact" or "close"."""
    for body, _, row in beside.entries(state):
        sure = len(row.extracts) >= ENOUGH and not row.item_former_key
        if not row.item or body in beside.linked or sure != (match == "exact"):
            continue
        yield body, MATCHES[match], (f"wd:{row.item}",)
        if row.item_former_key:
            yield body, "skos:editorialNote", (_former(row.item_former_key),)


def _former(key: str) -> Literal:
    return Literal(f"Zugeordnet über den früheren Schlüssel {key}.", language="de")


def unknown_position_sources(beside: Beside) -> None:
    """Raise ReadError when a position has a source that is not described."""
    for _, _, row in beside.entries(""):
        if row.position:
            beside.sources.of_position(row.position_source, row.place)
