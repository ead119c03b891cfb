"""Dates, times and durations of XML Schema 1.1: a lexical form becomes a value that compares.

A moment is a tuple (kind, year, month, day, minute of the day, second, zone in minutes) with None
for what its kind does not have; two moments are identical iff their tuples are equal.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Final, NamedTuple

from kg.rdf.late import Late

Number = int | Decimal
MAX_DIGITS: Final = 4000
"""Longer numbers are kept as Decimal: Python takes quadratic time to make an int of them."""
_YEAR = r"(?P<year>-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_MONTH = r"(?P<month>0[1-9]|1[0-2])"
_DAY = r"(?P<day>0[1-9]|[12][0-9]|3[01])"
_TIME = (
    r"(?:(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9](?:\.[0-9]+)?)"
    r"|(?P<midnight>24:00:00(?:\.0+)?))"
)
_ZONE = r"(?P<zone>Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_FORMS: Final = {
    "dateTime": Late(f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}"),
    "date": Late(f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}"),
    "time": Late(f"{_TIME}{_ZONE}"),
    "gYear": Late(f"{_YEAR}{_ZONE}"),
    "gYearMonth": Late(f"{_YEAR}-{_MONTH}{_ZONE}"),
    "gMonthDay": Late(f"--{_MONTH}-{_DAY}{_ZONE}"),
    "gDay": Late(f"---{_DAY}{_ZONE}"),
    "gMonth": Late(f"--{_MONTH}{_ZONE}"),
}
MOMENTS: Final = tuple(_FORMS)
_DURATION = Late(
    r"(?P<sign>-?)P(?=[0-9T])(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?"
    r"(?:(?P<seconds>[0-9]+(?:\.[0-9]+)?)S)?)?"
)
_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Moment(NamedTuple):
    """A point or span of the calendar; `zone` in minutes east of UTC, or None without a zone."""

    kind: str
    year: Number | None
    month: int | None
    day: int | None
    minute: int | None
    second: Number | None
    zone: int | None


class Duration(NamedTuple):
    """Months and seconds, the two parts that XML Schema 1.1 part 2, section 3.3.6, speaks of."""

    kind: str
    months: Number
    seconds: Number


def whole(text: str) -> Number:
    """Return the integer that `text` writes, of any length, in time linear in the length."""
    return int(text) if len(text) <= MAX_DIGITS else Decimal(text)


def moment(kind: str, lexical: str) -> Moment | None:
    """Return the value of a lexical form of "dateTime", "date", "time", "gYear" ..., or None.

    XML Schema 1.1 part 2, sections 3.3.7 to 3.3.14: the zone is part of the value, the end of a
    day, 24:00:00, is the beginning of the next.
    """
    match = _FORMS[kind].fullmatch(lexical)
    if match is None:
        return None
    part = match.groupdict().get
    year, month, day = (part(name) for name in ("year", "month", "day"))
    date = (
        None if year is None else whole(year),
        None if month is None else int(month),
        None if day is None else int(day),
    )
    if date[2] is not None and date[2] > days_in(date[0], date[1]):
        return None
    minute: int | None = None
    second: Number | None = None
    if part("midnight"):
        minute, second = 0, 0
        date = _day_after(date) if kind == "dateTime" else date
    elif (hour := part("hour")) is not None:
        minute = int(hour) * 60 + int(part("minute") or 0)
        seconds = part("second") or "0"
        second = Decimal(seconds) if "." in seconds else int(seconds)
    return Moment(kind, *date, minute, second, _zone(part("zone")))


def _zone(text: str | None) -> int | None:
    if text is None:
        return None
    if text == "Z":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    return -minutes if text[0] == "-" else minutes


def duration(lexical: str) -> Duration | None:
    """Return the value of a lexical form of xsd:duration, or None; years are twelve months."""
    match = _DURATION.fullmatch(lexical)
    if match is None:
        return None
    years, months, days, hours, minutes = (
        whole(match[name] or "0") for name in ("years", "months", "days", "hours", "minutes")
    )
    written = match["seconds"] or "0"
    seconds = Decimal(written) if "." in written else whole(written)
    total = _sum(_sum(_sum(days, 24, hours), 60, minutes), 60, seconds)
    months = _sum(years, 12, months)
    if match["sign"]:
        months, total = _negate(months), _negate(total)
    return Duration("duration", months, total)


def _sum(number: Number, factor: int, other: Number) -> Number:
    """Return number * factor + other, exactly."""
    if isinstance(number, int) and isinstance(other, int):
        return number * factor + other
    return _exact().fma(Decimal(number), factor, other)


def _negate(number: Number) -> Number:
    return -number if isinstance(number, int) else number.copy_negate()


def _exact() -> Context:
    return Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


def days_in(year: Number | None, month: int | None) -> int:
    """Return the days of a month: the most it can have where year or month are not known."""
    if month is None:
        return 31
    if month != 2 or year is None:
        return 29 if month == 2 else _LENGTHS[month - 1]
    rest = int(year % 400) if isinstance(year, int) else int(str(year)[-4:])
    return 29 if rest % 4 == 0 and (rest % 100 != 0 or rest % 400 == 0) else 28


_Date = tuple[Number | None, int | None, int | None]


def _day_after(date: _Date) -> _Date:
    year, month, day = date
    if day is not None and day < days_in(year, month):
        return year, month, day + 1
    if month is not None and month < 12:
        return year, month + 1, 1
    return (None if year is None else _sum(year, 1, 1)), 1, 1


def _day_before(date: _Date) -> _Date:
    year, month, day = date
    if day is not None and day > 1:
        return year, month, day - 1
    if month is not None and month > 1:
        return year, month - 1, days_in(year, month - 1)
    return (None if year is None else _sum(year, 1, -1)), 12, 31


def instant(value: Moment, *, zone: int = 0) -> tuple[Number, ...]:
    """Return (year, month, day, minute, second) of the begin of `value` in UTC.

    `zone`, in minutes, is that of a value without one. What the kind does not have is filled in
    as XML Schema 1.1 part 2, appendix E.3.4, does; keys of one kind compare as time goes by.
    """
    year = 1972 if value.year is None else value.year
    month = 12 if value.month is None else value.month
    day = days_in(year, month) if value.day is None else value.day
    date: _Date = (year, month, day)
    minute = (value.minute or 0) - (zone if value.zone is None else value.zone)
    if minute < 0:
        date, minute = _day_before(date), minute + 1440
    elif minute >= 1440:
        date, minute = _day_after(date), minute - 1440
    numbers = tuple(0 if number is None else number for number in date)
    return (*numbers, minute, value.second or 0)


def compare_moments(one: Moment, other: Moment) -> int | None:
    """Return -1, 0 or 1, or None: other kinds, or a zone that is missing and would decide.

    XML Schema part 2, section 3.2.7.4: a value without a zone lies anywhere between 14 hours
    east and 14 hours west.
    """
    if one.kind != other.kind:
        return None
    if (one.zone is None) == (other.zone is None):
        first, second = instant(one), instant(other)
        return (first > second) - (first < second)
    if one.zone is None:
        turned = compare_moments(other, one)
        return None if turned is None else -turned
    if instant(one) < instant(other, zone=840):
        return -1
    return 1 if instant(one) > instant(other, zone=-840) else None
