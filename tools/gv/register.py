"""The text of GV100AD becomes a Register: records by key, each below one that is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tools.gv.record import (
    BEZIRK,
    GEMEINDE,
    KREIS,
    LAND,
    REGION,
    VERBAND,
    Record,
    fault,
    read_record,
)

from kg.errors import Place, ReadError
from kg.rdf.read import read_text

Records = Mapping[str, Record]
NO_KREIS = "000"
"""Digits 3 to 5 of areas, such as waters, that lie in no Regierungsbezirk and no Kreis."""
CITY_MARKS = ("41", "42")
"""Text marks of a Kreis that is one city: its only Gemeinde has its key and three zeros."""


@dataclass(frozen=True)
class Register:
    """The register by kind of record and key, of one territorial status."""

    status: date
    states: Records
    bezirke: Records
    regions: Records
    kreise: Records
    unions: Records
    municipalities: Records

    def kreis_above(self, record: Record) -> Record | None:
        """Return the Kreis in which a Gemeinde or Gemeindeverband lies, None if it is in none."""
        return self.kreise.get(record.key[:5])

    def city_of(self, kreis: Record) -> Record | None:
        """Return the Gemeinde that is `kreis`, None for a Kreis of several Gemeinden."""
        return self.municipalities[kreis.key + "000"] if kreis.mark in CITY_MARKS else None

    def city_state(self, state: Record) -> Record | None:
        """Return the Gemeinde that is the whole Land, None for the other Länder."""
        return self.municipalities.get(state.key + "000000")

    def below(self, start: str) -> Iterator[Record]:
        """Yield the Gemeinden whose key begins with `start`."""
        return (one for key, one in self.municipalities.items() if key.startswith(start))


def read_register(path: Path) -> Register:
    """Read the register; raises ReadError, with line and column, for anything that is amiss."""
    shown = str(path)
    text = read_text(path, shown=shown)
    found: dict[str, dict[str, Record]] = {
        kind: {} for kind in (LAND, BEZIRK, REGION, KREIS, VERBAND, GEMEINDE)
    }
    status: date | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        record = read_record(line, number, shown)
        status = status or record.status
        _accept(record, found[record.kind], status, shown)
    if status is None or not found[GEMEINDE]:
        raise fault(
            "Die Datei enthält keine Gemeinde; erwartet wird das Gemeindeverzeichnis GV100AD.",
            "The file contains no municipality; expected is the register GV100AD.",
            Place(shown),
        )
    register = Register(
        status=status,
        states=found[LAND],
        bezirke=found[BEZIRK],
        regions=found[REGION],
        kreise=found[KREIS],
        unions=found[VERBAND],
        municipalities=found[GEMEINDE],
    )
    _check_parents(register, shown)
    return register


def _accept(record: Record, known: dict[str, Record], status: date, shown: str) -> None:
    other = known.setdefault(record.key, record)
    if other is not record:
        raise fault(
            f"Der Schlüssel {record.key} ist doppelt: Er steht schon in Zeile {other.line}.",
            f"The key {record.key} is doubled: it stands in line {other.line} already.",
            Place(shown, record.line, 11),
        )
    if record.status != status:
        raise fault(
            f"Der Gebietsstand {record.status} ist ein anderer als {status} zuvor.",
            f"The territorial status {record.status} is another one than {status} before.",
            Place(shown, record.line, 3),
        )


def _check_parents(register: Register, shown: str) -> None:
    for records in (register.bezirke, register.regions, register.kreise, register.unions):
        for record in records.values():
            _check_parent(register, record, shown)
    for record in register.municipalities.values():
        _check_parent(register, record, shown)
        if record.union not in register.unions:
            raise _missing(record, record.union, VERBAND, shown)
        kreis = register.kreis_above(record)
        if kreis and kreis.mark in CITY_MARKS and not record.key.endswith("000"):
            raise fault(
                f"{kreis.key} ist nach Zeile {kreis.line} eine einzige Stadt; {record.key} kann "
                "nicht darin liegen.",
                f"{kreis.key} is a single city by line {kreis.line}; {record.key} cannot lie "
                "within it.",
                Place(shown, record.line, 16),
            )
    for kreis in register.kreise.values():
        if kreis.mark in CITY_MARKS and kreis.key + "000" not in register.municipalities:
            raise _missing(kreis, kreis.key + "000", GEMEINDE, shown)


def _check_parent(register: Register, record: Record, shown: str) -> None:
    key = record.key
    if key[:2] not in register.states:
        raise _missing(record, key[:2], LAND, shown)
    if record.kind in (BEZIRK,) or key[2:5] == NO_KREIS:
        return
    if key[2] != "0" and key[:3] not in register.bezirke:
        raise _missing(record, key[:3], BEZIRK, shown)
    if record.kind in (VERBAND, GEMEINDE) and key[:5] not in register.kreise:
        raise _missing(record, key[:5], KREIS, shown)


def _missing(record: Record, key: str, kind: str, shown: str) -> ReadError:
    return fault(
        f"Zu {record.key} fehlt {key}: Erwartet wird ein Satz der Art {kind} mit diesem Schlüssel.",
        f"{record.key} lacks {key}: expected is a record of kind {kind} with this key.",
        Place(shown, record.line, 11),
    )
