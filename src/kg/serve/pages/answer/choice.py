"""What a reader can choose on a page of answers, and what the address says was chosen.

Parameters are the names of the variables to choose by, with an IRI, the last part of it or a value;
`year`, a year of four digits; `dated=1`, only rows with a period.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kg.errors import Text
from kg.serve.pages.answer.table import Choice, Table, sort_key, year_of
from kg.serve.pages.labels import last_part
from kg.serve.pages.terms import Term
from kg.serve.pages.visit import Visit
from kg.serve.problems import BAD_REQUEST, RequestError

_YEAR = re.compile(r"[0-9]{4}\Z")
_MOST_YEARS = 300


@dataclass(frozen=True)
class Option:
    """A value to choose: as it is in the address, its name, and what it is in the graph."""

    value: str
    label: str
    term: Term


@dataclass(frozen=True)
class Filter:
    """A name to choose by; `chosen` is the value in the address, empty for all."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: str

    @property
    def option(self) -> Option | None:
        """What was chosen, None for all or for what is not there."""
        return next((one for one in self.options if one.value == self.chosen), None)


@dataclass(frozen=True)
class Choosing:
    """All that can be chosen, with what was; `years` from the first on that a row names."""

    filters: tuple[Filter, ...]
    years: tuple[int, ...]
    choice: Choice

    @property
    def is_open(self) -> bool:
        """Whether there is anything to choose from."""
        return bool(self.years) or any(one.options for one in self.filters)

    @property
    def parameters(self) -> dict[str, str]:
        """What was chosen, for links."""
        given = {one.name: one.chosen for one in self.filters if one.chosen}
        if self.choice.year is not None:
            given["year"] = str(self.choice.year)
        return given | ({"dated": "1"} if self.choice.dated else {})

    @property
    def words(self) -> list[str]:
        """What was chosen, in words."""
        named = [
            one.option.label if one.option else last_part(one.chosen)
            for one in self.filters
            if one.chosen
        ]
        return named + ([str(self.choice.year)] if self.choice.year is not None else [])


def selection(choosing: Choosing, visit: Visit) -> str:
    """Return what was chosen as a sentence has it, empty if everything is shown."""
    choice = choosing.choice
    words = [one for one in choosing.words if one != str(choice.year)]
    if choice.year is not None:
        words.append(visit.t(f"Bestand im Jahr {choice.year}", f"existed in {choice.year}"))
    if choice.dated:
        words.append(visit.t("nur mit Zeitangabe", "only with a period"))
    elif choice.year is not None:
        words.append(visit.t("auch ohne Zeitangabe", "also without a period"))
    return ", ".join(words)


def choosing_of(tables: list[Table], name_of: Callable[[Term], str], visit: Visit) -> Choosing:
    """Return what the rows of `tables` let choose and what the request did.

    Raises RequestError for a year that is none.
    """
    given = visit.request.query_params
    filters: dict[str, Filter] = {}
    for table in tables:
        for column in table.query.filters:
            found = [
                one
                for each in tables
                if column in each.query.filters
                for one in each.values(column.name)
            ]
            options = _options(dict.fromkeys(found), name_of)
            filters[column.name] = Filter(
                column.name,
                column.label.to(visit.lang),
                options,
                _short(given.get(column.name, ""), options),
            )
    year = given.get("year", "")
    if year and not _YEAR.match(year):
        raise RequestError(
            BAD_REQUEST,
            Text(
                de=f"Das ist kein Jahr mit vier Ziffern: {year[:40]}",
                en=f"This is not a year of four digits: {year[:40]}",
            ),
        )
    values = {
        one.name: one.option.term.value if one.option else one.chosen
        for one in filters.values()
        if one.chosen
    }
    choice = Choice(values, int(year) if year else None, given.get("dated", "") not in ("", "0"))
    return Choosing(tuple(filters.values()), _years(tables, visit), choice)


def _short(asked: str, options: Iterable[Option]) -> str:
    """Return a value as the page's own links have it, also if it was given as a whole IRI."""
    known = [one.value for one in options if asked in (one.value, one.term.value)]
    return known[0] if known and asked not in known else asked


def _options(terms: Iterable[Term], name_of: Callable[[Term], str]) -> tuple[Option, ...]:
    """Return the values by their names; the last part of an IRI stands for it if it is unique."""
    given = list(terms)
    short = [last_part(term.value) if term.is_iri else term.value for term in given]
    options = [
        Option(last if short.count(last) == 1 else term.value, name_of(term), term)
        for last, term in zip(short, given, strict=True)
    ]
    return tuple(sorted(options, key=lambda one: sort_key(one.label)))


def _years(tables: Iterable[Table], visit: Visit) -> tuple[int, ...]:
    named = [
        year
        for table in tables
        for row in table.rows
        for name in table.query.years
        if (year := year_of(row.first(name))) is not None
    ]
    if not named:
        return ()
    last = max(*named, int(visit.version.built[:4]))
    return tuple(range(last, max(min(named), last - _MOST_YEARS) - 1, -1))
