"""Numbers and dates as they are read in German and in English."""

from __future__ import annotations

import re
from typing import Literal

Lang = Literal["de", "en"]
_MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
}
_DATE = re.compile(r"(-?\d{4,})(?:-(\d\d)(?:-(\d\d))?)?(?:T(\d\d:\d\d)\S*)?(?:Z|[+-]\d\d:\d\d)?\Z")


def number(value: int, lang: Lang) -> str:
    """Return a number with its thousands apart: 10.943 in German, 10,943 in English."""
    text = f"{value:,}"
    return text.replace(",", ".") if lang == "de" else text


def day(text: str, lang: Lang) -> str:
    """Return a year, month or date (xsd:gYear, gYearMonth, date, dateTime) in words.

    What is none of them is returned as it is.
    """
    found = _DATE.match(text)
    if not found:
        return text
    year, month, date, time = found.groups()
    if not month or not 1 <= int(month) <= 12:
        return year if not month else text
    words = f"{_MONTHS[lang].split()[int(month) - 1]} {year}"
    if date:
        words = f"{int(date)}{'.' if lang == 'de' else ''} {words}"
    return f"{words}, {time}" if time else words
