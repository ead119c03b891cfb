"""Literals are converted when they have one reading only."""

from __future__ import annotations

import pytest

from kg.namespaces import XSD
from kg.validate.proposals_convert import converted, day_that_is_not, two_readings
from kg.validate.proposals_near import Names

DATES = ("date", "gYearMonth", "gYear")


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("2023-05-01", DATES, ("2023-05-01", "date")),
        ("1.5.2023", DATES, ("2023-05-01", "date")),
        ("01. Mai 2023", DATES, ("2023-05-01", "date")),
        ("1 März 2023", DATES, ("2023-03-01", "date")),
        ("May 1st, 2023", DATES, ("2023-05-01", "date")),
        ("31/12/2023", DATES, ("2023-12-31", "date")),
        ("12/31/2023", DATES, ("2023-12-31", "date")),
        ("05/05/2023", DATES, ("2023-05-05", "date")),
        ("2023/5/1", DATES, ("2023-05-01", "date")),
        ("2023", DATES, ("2023", "gYear")),
        ("5.2023", DATES, ("2023-05", "gYearMonth")),
        ("Mai 2023", DATES, ("2023-05", "gYearMonth")),
        ("2023-05-01 12:30", ("dateTime",), ("2023-05-01T12:30:00", "dateTime")),
        ("12.345,6", ("decimal",), ("12345.6", "decimal")),
        ("12,5", ("decimal",), ("12.5", "decimal")),
        ("1,234.5", ("decimal",), ("1234.5", "decimal")),
        ("1.234.567", ("integer",), ("1234567", "integer")),
        ("12 345", ("integer",), ("12345", "integer")),
        ("5.0", ("integer",), ("5", "integer")),
        ("5", ("decimal", "integer"), ("5.0", "decimal")),
        ("74.817", ("integer",), ("74817", "integer")),
        ("1,234", ("integer",), ("1234", "integer")),
        ("zwei", ("integer",), ("2", "integer")),
        ("250.000 €", ("decimal",), ("250000.0", "decimal")),
        ("1.250,50 EUR", ("decimal",), ("1250.50", "decimal")),
        ("5 Mio. Euro", ("decimal",), ("5000000.0", "decimal")),
        ("1,5 Millionen", ("integer",), ("1500000", "integer")),
        ("seit Januar 2022", DATES, ("2022-01", "gYearMonth")),
        ("ab 2024", DATES, ("2024", "gYear")),
        ("ja", ("boolean",), ("true", "boolean")),
        ("Falsch", ("boolean",), ("false", "boolean")),
        ("https://example.org/ä", ("anyURI",), ("https://example.org/ä", "anyURI")),
    ],
)
def test_one_reading(text: str, wanted: tuple[str, ...], expected: tuple[str, str]) -> None:
    """The value stays the same, in the form of the datatype."""
    found = converted(f'"{text}"@de', [XSD + name for name in wanted])
    assert found == f'"{expected[0]}"^^<{XSD}{expected[1]}>'


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("01/02/2023", DATES),
        ("31.02.2023", DATES),
        ("32.1.2023", DATES),
        ("1.5.23", DATES),
        ("1. Mii 2023", DATES),
        ("Frühjahr 2023", DATES),
        ("2023-05-01T12:00:00", DATES),
        ("23", DATES),
        ("250.000", ("decimal",)),
        ("5 Äpfel", ("decimal",)),
        ("seit jeher", DATES),
        ("bis 2025", DATES),
        ("1,234", ("decimal",)),
        ("12,34,5", ("decimal",)),
        ("etwa 5", ("integer",)),
        ("1e999999", ("decimal",)),
        ("NaN", ("decimal",)),
        ("300", ("byte",)),
        ("vielleicht", ("boolean",)),
        ("nirgends", ("anyURI",)),
        ("", ("string",)),
    ],
)
def test_no_reading_or_several(text: str, wanted: tuple[str, ...]) -> None:
    """What may mean this or that is left to people."""
    assert converted(f'"{text}"', [XSD + name for name in wanted]) is None


def test_two_readings() -> None:
    """A dot before three digits is either that of thousands or that of decimals."""
    assert two_readings("250.000") == ("250000.0", "250.0")
    assert two_readings("1,234") == ("1234.0", "1.234")
    assert two_readings("250.00") is two_readings("0.125") is None


def test_day_that_is_not() -> None:
    """A month has no more days than it has; what is no date at all is not told so."""
    assert day_that_is_not("2024-06-31") == (2024, 6, 31)
    assert day_that_is_not("29. Februar 2023") == (2023, 2, 29)
    assert day_that_is_not("29.2.2024") is day_that_is_not("bald") is None


def test_names() -> None:
    """Case, signs and umlauts do not count; swapped letters are nearest; ties are all given."""
    names = Names([("Köln", 1), ("Bad Driburg", 2), ("05774032", 3), ("05774036", 4), ("", 5)])
    assert names.same("koeln") == [1]
    assert names.same("bad_driburg") == [2]
    assert names.same("5774032") == [3]
    assert names.near("Kölln") == [1]
    assert names.near("05774023") == [3]
    assert names.near("05774039") == [3, 4]
    assert (
        names.near("Bielefeld") == names.near("") == names.same("") == names.near("x" * 999) == []
    )
