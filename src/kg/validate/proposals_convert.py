"""A literal of the wrong datatype becomes the same value with the right one, if that is sure.

What has two readings, such as 01/02/2023 or 1.234, is not converted.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from kg.namespaces import RDF, XSD
from kg.rdf import literals
from kg.rdf.late import Late

_MONTHS = MappingProxyType(
    {
        name: number
        for number, names in enumerate(
            (
                ("januar", "jänner", "january", "jan"),
                ("februar", "feber", "february", "feb"),
                ("märz", "maerz", "march", "mär", "mar", "mrz"),
                ("april", "apr"),
                ("mai", "may"),
                ("juni", "june", "jun"),
                ("juli", "july", "jul"),
                ("august", "aug"),
                ("september", "sept", "sep"),
                ("oktober", "october", "okt", "oct"),
                ("november", "nov"),
                ("dezember", "december", "dez", "dec"),
            ),
            start=1,
        )
        for name in names
    }
)
_WORD = r"(?P<name>[^\W\d_]+)\.?"
_YEAR = r"(?P<year>\d{4})"
_DAYS = (
    Late(rf"{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})"),
    Late(rf"(?P<day>\d{{1,2}})\.\s*(?P<month>\d{{1,2}})\.\s*{_YEAR}"),
    Late(rf"(?P<day>\d{{1,2}})\.?\s*{_WORD}\s*{_YEAR}"),
    Late(rf"{_WORD}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}"),
    Late(rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)T00:00:00(?:\.0+)?"),
)
_EITHER = Late(rf"(?P<one>\d{{1,2}})[-/](?P<other>\d{{1,2}})[-/]{_YEAR}")
_MOMENT = Late(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
_MONTH_OF_YEAR = (
    Late(rf"{_YEAR}[-/](?P<month>\d{{1,2}})"),
    Late(rf"(?P<month>\d{{1,2}})[./]\s*{_YEAR}"),
    Late(rf"{_WORD}\s+{_YEAR}"),
)
_TRUTH = MappingProxyType(
    {
        **dict.fromkeys(("true", "ja", "wahr", "yes", "j", "y"), "true"),
        **dict.fromkeys(("false", "nein", "falsch", "no", "n"), "false"),
    }
)
_PLAIN_NUMBER = Late(r"[+-]?\d+(?:\.\d+)?")
_THOUSANDS = Late(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
"""Thousands in German or in English, and in the other of the two a number with three decimals."""
_MONEY = Late(r"(?:EUR|Euro|€)?\s*(?P<number>[+-]?\d[\d.,'\s]*?)(?:,-+)?\s*(?:EUR|Euro|€)")
_LARGE = Late(r"(?P<number>\d+(?:[.,]\d{1,2})?)\s*(?P<unit>[A-Za-z]+)\.?(?:\s*(?:EUR|Euro|€))?")
_UNITS = MappingProxyType(
    {
        **dict.fromkeys(("tsd", "tausend", "teur", "thousand"), 3),
        **dict.fromkeys(("mio", "million", "millionen", "millions"), 6),
        **dict.fromkeys(("mrd", "milliarde", "milliarden"), 9),
    }
)
_WORDS = MappingProxyType(
    {
        name: number
        for number, names in enumerate(
            (
                ("ein", "eins", "eine", "one"),
                ("zwei", "two"),
                ("drei", "three"),
                ("vier", "four"),
                ("fünf", "five"),
                ("sechs", "six"),
                ("sieben", "seven"),
                ("acht", "eight"),
                ("neun", "nine"),
                ("zehn", "ten"),
                ("elf", "eleven"),
                ("zwölf", "twelve"),
            ),
            start=1,
        )
        for name in names
    }
)
_SINCE = Late(r"(?i:seit(?: dem)?|ab(?: dem)?|vom|im|am|since|from|in)\s+(?P<rest>.+)")
_COMMA = Late(r"[+-]?\d+,(?:\d{1,2}|\d{4,})|[+-]?0,\d+")
_GERMAN = Late(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+|[+-]?\d{1,3}(?:\.\d{3}){2,}")
_ENGLISH = Late(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d{1,3}(?:,\d{3}){2,}")
_SPACED = Late(r"[+-]?\d{1,3}(?:[ \u00a0\u202f']\d{3})+(?:[.,]\d+)?")
_ABSOLUTE = Late(r"(?:https?://[^\s<>\"{}|\\^`/]|(?:urn|mailto|tel):)[^\s<>\"{}|\\^`]*")


def converted(term: str, datatypes: Iterable[str]) -> str | None:
    """Return the literal or IRI `term` with one of `datatypes`, IRIs, all in N-Triples form.

    None when no datatype fits for sure. The first one that fits is taken, so that the most
    special ones should come first.
    """
    text = term[1:-1] if term.startswith("<") else literals.split(term).lexical.strip()
    since = _SINCE.fullmatch(text)
    for datatype in datatypes:
        read = _READERS.get(datatype, _nothing)
        lexical = read(text)
        if lexical is None and since and datatype in _TIMES:
            lexical = read(since["rest"])
        if lexical is not None:
            found = literals.write(lexical, datatype=datatype)
            if found != term and literals.value(found) is not None:
                return found
    return None


def two_readings(text: str) -> tuple[str, str] | None:
    """Return the two numbers that a text such as 250.000 may mean, the larger one first."""
    if not _THOUSANDS.fullmatch(text):
        return None
    small = f"{Decimal(text.replace(',', '.')).normalize():f}"
    return f"{re.sub('[.,]', '', text)}.0", small if "." in small else f"{small}.0"


def day_that_is_not(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day of a date that the calendar does not have, such as 31 June."""
    for pattern in _DAYS:
        match = pattern.fullmatch(text)
        if match and 1 <= _month(match) <= 12:
            year, month, day = int(match["year"]), _month(match), int(match["day"])
            return (year, month, day) if not 1 <= day <= monthrange(year, month)[1] else None
    return None


def _nothing(_: str) -> str | None:
    return None


def _date(text: str) -> str | None:
    for pattern in _DAYS:
        match = pattern.fullmatch(text)
        if match:
            month = _month(match)
            return f"{match['year']}-{month:02}-{int(match['day']):02}" if month else None
    match = _EITHER.fullmatch(text)
    if match is None:
        return None
    one, other = int(match["one"]), int(match["other"])
    if one == other or one > 12 >= other:
        return f"{match['year']}-{other:02}-{one:02}"
    return f"{match['year']}-{one:02}-{other:02}" if other > 12 >= one else None


def _year_month(text: str) -> str | None:
    for pattern in _MONTH_OF_YEAR:
        match = pattern.fullmatch(text)
        if match:
            month = _month(match)
            return f"{match['year']}-{month:02}" if month else None
    return None


def _month(match: re.Match[str]) -> int:
    found = match.groupdict()
    return int(found["month"]) if found.get("month") else _MONTHS.get(found["name"].lower(), 0)


def _year(text: str) -> str | None:
    return text if re.fullmatch(r"[12]\d{3}", text) else None


def _date_time(text: str) -> str | None:
    match = _MOMENT.fullmatch(text)
    return f"{match[1]}T{match[2]}{match[3] or ':00'}{match[4] or ''}" if match else None


def _boolean(text: str) -> str | None:
    return _TRUTH.get(text.lower()) or (text if text in ("0", "1") else None)


def _integer(text: str) -> str | None:
    if text.lower() in _WORDS:
        return str(_WORDS[text.lower()])
    number = _number(re.sub("[.,]", "", text) if _THOUSANDS.fullmatch(text) else text)
    if number is None or number != number.to_integral_value():
        return None
    return str(int(number))


def _decimal(text: str) -> str | None:
    number = None if _THOUSANDS.fullmatch(text) else _number(text)
    if number is None:
        return None
    written = f"{number:f}"
    return written if "." in written else f"{written}.0"


def _number(text: str) -> Decimal | None:
    """Return the number if the signs in it can only be read in one way."""
    if len(text) > 100:
        return None
    money, large = _MONEY.fullmatch(text), _LARGE.fullmatch(text)
    if money:
        # Nobody writes three decimals of a Euro.
        text = money["number"].strip()
        text = re.sub("[.,]", "", text) if _THOUSANDS.fullmatch(text) else text
    elif large and large["unit"].lower() in _UNITS:
        scale = _UNITS[large["unit"].lower()]
        return Decimal(large["number"].replace(",", ".")).scaleb(scale)
    if _PLAIN_NUMBER.fullmatch(text):
        plain = text
    elif _COMMA.fullmatch(text):
        plain = text.replace(",", ".")
    elif _GERMAN.fullmatch(text):
        plain = text.replace(".", "").replace(",", ".")
    elif _ENGLISH.fullmatch(text):
        plain = text.replace(",", "")
    elif _SPACED.fullmatch(text):
        plain = re.sub(r"[^\d.,+-]", "", text).replace(",", ".")
    else:
        plain = text
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 40 else None


def _uri(text: str) -> str | None:
    return text if _ABSOLUTE.fullmatch(text) else None


def _string(text: str) -> str | None:
    return text or None


_READERS: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {
        XSD + "date": _date,
        XSD + "gYearMonth": _year_month,
        XSD + "gYear": _year,
        XSD + "dateTime": _date_time,
        XSD + "boolean": _boolean,
        XSD + "integer": _integer,
        **dict.fromkeys(
            (
                XSD + name
                for name in (
                    *("int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"),
                    *("unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte"),
                )
            ),
            _integer,
        ),
        XSD + "decimal": _decimal,
        XSD + "double": _decimal,
        XSD + "float": _decimal,
        XSD + "anyURI": _uri,
        XSD + "string": _string,
    }
)
_TIMES = frozenset((XSD + "date", XSD + "gYearMonth", XSD + "gYear"))
SPECIAL_FIRST = tuple(_READERS)
"""The datatypes that are known here, the most special first."""
TEXT_WITH_LANGUAGE = RDF + "langString"
