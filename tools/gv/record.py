"""One line of GV100AD becomes a Record; a line that is not one is an error with its column.

Columns, from 1, of the records of fixed width; what other columns hold is not used.

    1-2      kind of record: 10 Land, 20 Regierungsbezirk, 30 Region, 40 Kreis,
             50 Gemeindeverband, 60 Gemeinde
    3-10     territorial status, YYYYMMDD
    11-18    key: Land 2, Regierungsbezirk 1, Kreis 2 (the first of them the Region), Gemeinde 3
    19-22    number of the Gemeindeverband within its Kreis (50 and 60)
    23-72    name
    73-122   seat of administration
    123-124  text mark: the kind of Kreis, Gemeindeverband or Gemeinde
    129-139  area in hectares (60)
    140-150  inhabitants (60)
    166-170  postcode of the seat of administration (60)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from kg.errors import Place, ReadError, Text

WIDTH = 220
LAND, BEZIRK, REGION, KREIS, VERBAND, GEMEINDE = "10", "20", "30", "40", "50", "60"
KEY_LENGTHS = {LAND: 2, BEZIRK: 3, REGION: 4, KREIS: 5, VERBAND: 5, GEMEINDE: 8}
MARKS = {
    KREIS: ("41", "42", "43", "44", "45"),
    VERBAND: ("50", "51", "52", "53", "54", "55", "56", "57", "58", ""),
    GEMEINDE: ("60", "61", "62", "63", "64", "65", "66", "67"),
}
_TWICE_ENCODED = re.compile("[ÃÂ][\x80-\xbf]|\ufffd")


@dataclass(frozen=True)
class Record:
    """One entry of the register.

    `key` has 2, 3, 4, 5, 9 (Gemeindeverband) or 8 digits; `union` is the key of the
    Gemeindeverband of a Gemeinde. `area` is in hectares.
    """

    kind: str
    line: int
    status: date
    key: str
    name: str
    mark: str = ""
    union: str = ""
    area: int = 0
    people: int = 0
    postcode: str = ""

    @property
    def ars(self) -> str:
        """The regional key (ARS): that of the Gemeindeverband goes before the Gemeinde's own."""
        return self.union + self.key[5:] if self.kind == GEMEINDE else self.key


def read_record(text: str, line: int, shown: str) -> Record:
    """Read one line, without its line end; raises ReadError with line and column."""
    if len(text) > WIDTH:
        raise fault(
            f"Die Zeile hat {len(text)} Zeichen, erwartet werden höchstens {WIDTH}.",
            f"The line has {len(text)} characters, expected are at most {WIDTH}.",
            Place(shown, line, WIDTH + 1),
        )
    return _Line(text.ljust(WIDTH), Place(shown, line)).record()


def fault(de: str, en: str, place: Place) -> ReadError:
    """Return the error with both texts."""
    return ReadError(Text(de=de, en=en), place=place)


class _Line:
    """One line, with its place for messages."""

    def __init__(self, text: str, place: Place) -> None:
        self._text = text
        self._place = place

    def record(self) -> Record:
        kind = self._text[:2]
        if kind not in KEY_LENGTHS:
            raise self._fault(
                1,
                f"Die Satzart {kind!r} ist nicht bekannt; erwartet wird {', '.join(KEY_LENGTHS)}.",
                f"The kind of record {kind!r} is not known; expected is {', '.join(KEY_LENGTHS)}.",
            )
        key = self._digits(11, KEY_LENGTHS[kind], "Schlüssel", "key")
        self._blank(11 + len(key), 18)
        union = ""
        if kind in (VERBAND, GEMEINDE):
            union = key[:5] + self._digits(19, 4, "Nummer des Verbands", "number of the union")
        else:
            self._blank(19, 22)
        own = kind == GEMEINDE
        return Record(
            kind=kind,
            line=self._place.line or 0,
            status=self._status(),
            key=union if kind == VERBAND else key,
            name=self._name(),
            mark=self._mark(kind),
            union=union if own else "",
            area=int(self._digits(129, 11, "Fläche", "area")) if own else 0,
            people=int(self._digits(140, 11, "Bevölkerung", "population")) if own else 0,
            postcode=self._postcode() if own else "",
        )

    def _cut(self, column: int, length: int) -> str:
        return self._text[column - 1 : column - 1 + length]

    def _digits(self, column: int, length: int, de: str, en: str) -> str:
        text = self._cut(column, length)
        if not (text.isascii() and text.isdigit()):
            raise self._fault(
                column,
                f"{de}: Hier steht {text!r}, erwartet werden {length} Ziffern.",
                f"{en}: here is {text!r}, expected are {length} digits.",
            )
        return text

    def _blank(self, first: int, last: int) -> None:
        text = self._cut(first, last - first + 1)
        if text.strip():
            raise self._fault(
                first,
                f"Hier steht {text!r}, erwartet werden Leerzeichen bis Spalte {last}.",
                f"Here is {text!r}, expected are blanks up to column {last}.",
            )

    def _status(self) -> date:
        text = self._digits(3, 8, "Gebietsstand", "territorial status")
        try:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError as error:
            raise self._fault(
                3,
                f"Gebietsstand: {text} ist kein Tag, erwartet wird JJJJMMTT.",
                f"territorial status: {text} is not a day, expected is YYYYMMDD.",
            ) from error

    def _name(self) -> str:
        text = " ".join(self._cut(23, 50).split())
        if not text:
            raise self._fault(23, "Der Name fehlt.", "The name is missing.")
        if _TWICE_ENCODED.search(text):
            raise self._fault(
                23,
                f"Der Name {text!r} ist falsch kodiert: Die Datei wurde nicht als UTF-8 "
                "geschrieben oder zweimal umgewandelt.",
                f"The name {text!r} is wrongly encoded: the file was not written as UTF-8 or "
                "was converted twice.",
            )
        return text

    def _mark(self, kind: str) -> str:
        mark = self._cut(123, 2).strip()
        if kind in MARKS and mark not in MARKS[kind]:
            raise self._fault(
                123,
                f"Das Textkennzeichen {mark!r} ist bei Satzart {kind} nicht bekannt.",
                f"The text mark {mark!r} is not known for records of kind {kind}.",
            )
        return mark

    def _postcode(self) -> str:
        text = self._cut(166, 5)
        return self._digits(166, 5, "Postleitzahl", "postcode") if text.strip() else ""

    def _fault(self, column: int, de: str, en: str) -> ReadError:
        return fault(de, en, Place(self._place.file, self._place.line, column))
