"""Tables (CSV) beside the register: Wikidata items, coordinates and NUTS codes by official key."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tools.gv.record import fault
from tools.gv.register import Register

from kg.errors import Place, ReadError
from kg.rdf.read import read_text

FILES = ("gemeinden_de.csv", "kreise_de.csv")
COLUMNS = (
    "ags",
    "population",
    "population_date",
    "wikidata",
    "wikidata_sources",
    "lat",
    "lon",
    "coord_source",
    "nuts3",
)
_ITEM = re.compile(r"Q[1-9][0-9]*")
_EXTRACTS = re.compile(r"([A-Z](?:\+[A-Z])*)\s*(?:\(old AGS ([0-9]{8})\))?")
_SOURCE = re.compile(r"(.*?)\s*(?:\(old AGS ([0-9]{8})\))?")
_NUTS = re.compile(r"DE[1-9A-G][0-9][0-9A-Z]")
NOWHERE = ("0.0", "0.0")
"""How a source writes that it has no position: the sea off Africa lies in no Land."""
NORTH, EAST = (47.0, 55.2), (5.8, 15.1)


@dataclass(frozen=True)
class Row:
    """What the tables say of one Kreis or Gemeinde; empty where they say nothing.

    `extracts` are the letters of the independent extracts that show the item; the former keys
    are set where a table goes by the key before a change of territory.
    """

    place: Place
    people: int
    counted: date
    item: str = ""
    extracts: frozenset[str] = frozenset()
    item_former_key: str = ""
    position: tuple[str, str] | None = None
    position_source: str = ""
    position_former_key: str = ""
    nuts: str = ""


Rows = Mapping[str, Row]


def read_tables(folder: Path) -> Rows:
    """Read the tables of `folder` by key; raises ReadError with file and line for what is amiss."""
    rows: dict[str, Row] = {}
    for name in FILES:
        path = folder / name
        lines = read_text(path, shown=str(path)).splitlines()
        table = csv.DictReader(lines)
        missing = [column for column in COLUMNS if column not in (table.fieldnames or ())]
        if missing:
            raise fault(
                f"Es fehlen die Spalten {', '.join(missing)}.",
                f"The columns {', '.join(missing)} are missing.",
                Place(str(path), 1),
            )
        for entry in table:
            place = Place(str(path), table.line_num)
            key = entry["ags"]
            if key in rows:
                raise fault(f"{key} ist doppelt.", f"{key} is doubled.", place)
            rows[key] = _row(entry, place)
    return rows


def counting_day(register: Register, rows: Rows, given: date | None) -> date:
    """Return the day of the populations: the one given, else that of the tables if they fit.

    The register does not name it. Raises ReadError when the tables count otherwise.
    """
    if given:
        return given
    days = set()
    for key, record in register.municipalities.items():
        row = rows.get(key)
        if row is None or row.people != record.people:
            what = "fehlt" if row is None else f"hat {row.people} Einwohner"
            seen = "is missing" if row is None else f"has {row.people} inhabitants"
            raise fault(
                "Der Stichtag der Bevölkerung ist unbekannt, denn die Tabellen passen nicht zum "
                f"Verzeichnis: {key} {what}. Nennen Sie ihn mit --population-date.",
                "The date of the populations is not known, for the tables do not fit the "
                f"register: {key} {seen}. Give it with --population-date.",
                row.place if row else Place(FILES[0]),
            )
        days.add(row.counted)
    if len(days) > 1:
        raise fault(
            "Die Tabellen nennen mehrere Stichtage. Nennen Sie einen mit --population-date.",
            "The tables have several dates. Give one with --population-date.",
            Place(FILES[0]),
        )
    return days.pop()


def _row(entry: Mapping[str, str], place: Place) -> Row:
    try:
        people, counted = int(entry["population"]), date.fromisoformat(entry["population_date"])
    except ValueError as error:
        raise _wrong("population", entry["population"], place) from error
    item, item_key, extracts = entry["wikidata"], "", frozenset[str]()
    if item:
        match = _EXTRACTS.fullmatch(entry["wikidata_sources"])
        if not _ITEM.fullmatch(item) or match is None:
            raise _wrong("wikidata", f"{item} {entry['wikidata_sources']}", place)
        extracts, item_key = frozenset(match[1].split("+")), match[2] or ""
    source = _SOURCE.fullmatch(entry["coord_source"])
    if entry["nuts3"] and not _NUTS.fullmatch(entry["nuts3"]):
        raise _wrong("nuts3", entry["nuts3"], place)
    return Row(
        place=place,
        people=people,
        counted=counted,
        item=item,
        extracts=extracts,
        item_former_key=item_key,
        position=_position(entry["lat"], entry["lon"], place),
        position_source=source[1] if source else "",
        position_former_key=(source[2] or "") if source else "",
        nuts=entry["nuts3"],
    )


def _position(lat: str, lon: str, place: Place) -> tuple[str, str] | None:
    if (not lat and not lon) or (lat, lon) == NOWHERE:
        return None
    try:
        inside = NORTH[0] <= float(lat) <= NORTH[1] and EAST[0] <= float(lon) <= EAST[1]
    except ValueError as error:
        raise _wrong("lat, lon", f"{lat}, {lon}", place) from error
    if not inside:
        raise fault(
            f"Die Lage {lat}, {lon} ist nicht in Deutschland.",
            f"The position {lat}, {lon} is not in Germany.",
            place,
        )
    return lat, lon


def _wrong(column: str, value: str, place: Place) -> ReadError:
    return fault(
        f"{column}: {value!r} hat nicht die erwartete Form.",
        f"{column}: {value!r} does not have the expected form.",
        place,
    )
