"""Literals by value: identity as in OWL 2 and XML Schema 1.1, spaces, and order."""

from __future__ import annotations

import struct
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal

from kg.namespaces import OWL, RDF, RDFS, XSD
from kg.rdf.literals import (
    DATATYPES,
    Parsed,
    compare,
    definitely_different,
    in_space,
    order,
    split,
    value,
    write,
)

SPACES = {"owl": OWL, "rdf": RDF, "rdfs": RDFS, "xsd": XSD}


def iri(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return SPACES[prefix or "xsd"] + local


def term(short: str) -> str:
    """`1 integer` is "1"^^xsd:integer, `a@de` and `a` stay strings."""
    lexical, blank, kind = short.rpartition(" ")
    if blank:
        return write(lexical, datatype=iri(kind))
    lexical, at, tag = short.rpartition("@")
    return f'"{lexical}"@{tag}' if at else write(short)


SAME = [
    ("1 integer", "01 integer"),
    ("1 integer", "+1 byte"),
    ("1 integer", "1.0 decimal"),
    ("-0 integer", "0.00 decimal"),
    (".5 decimal", "0.50 decimal"),
    ("1/2 owl:rational", "0.5 decimal"),
    ("6/3 owl:rational", "2 integer"),
    ("2/6 owl:rational", "1/3 owl:rational"),
    ("1 boolean", "true boolean"),
    ("a", "a string"),
    ("a", "a token"),
    ("de", "de language"),
    ("a", "a NCName"),
    ("a@de-AT", "a@DE-at"),
    ("a@de rdf:PlainLiteral", "a@de"),
    ("a@b@ rdf:PlainLiteral", "a@b string"),
    ("NaN double", "NaN double"),
    ("1E0 double", "1.0 double"),
    ("INF float", "+INF float"),
    ("16777217 float", "16777216 float"),
    ("0.1 float", "0.10 float"),
    ("1e400 double", "INF double"),
    ("2020-01-01T12:00:00Z dateTime", "2020-01-01T12:00:00+00:00 dateTimeStamp"),
    ("2020-01-01T12:00:00.50 dateTime", "2020-01-01T12:00:00.5 dateTime"),
    ("2020-12-31T24:00:00 dateTime", "2021-01-01T00:00:00 dateTime"),
    ("2020-02-28T24:00:00.0Z dateTime", "2020-02-29T00:00:00Z dateTime"),
    ("24:00:00 time", "00:00:00 time"),
    ("2020Z gYear", "2020-00:00 gYear"),
    ("P1Y duration", "P12M yearMonthDuration"),
    ("P1D duration", "PT24H dayTimeDuration"),
    ("-P1DT1.50S duration", "-PT86401.5S duration"),
    ("P0Y duration", "-PT0S duration"),
    ("ab hexBinary", "AB hexBinary"),
    ("aa aa base64Binary", "aaaa base64Binary"),
    ("<a b='1' a=\"2\"/> rdf:XMLLiteral", '<a a="2" b="1"></a> rdf:XMLLiteral'),
]
DIFFERENT = [
    ("1 integer", "2 integer"),
    ("1 integer", "1 double"),
    ("1 float", "1 double"),
    ("1 integer", "1"),
    ("1 integer", "true boolean"),
    ("0.1 decimal", "0.1 double"),
    ("0 double", "-0 double"),
    ("16777217 float", "16777218 float"),
    ("a", "a@de"),
    ("a@en", "a@de"),
    ("a", "a anyURI"),
    ("aaaa hexBinary", "aaaa base64Binary"),
    ("12:00:00Z time", "13:00:00+01:00 time"),
    ("2020-01-01T12:00:00Z dateTime", "2020-01-01T13:00:00+01:00 dateTime"),
    ("2020-01-01T12:00:00Z dateTime", "2020-01-01T12:00:00 dateTime"),
    ("2020 gYear", "2020-01 gYearMonth"),
    ("2020 gYear", "2020 integer"),
    ("P1M duration", "P30D duration"),
    ("1/3 owl:rational", "0.3333333333333333 decimal"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_value(one: str, other: str) -> None:
    """Two ways of writing one value have equal, hashable values."""
    first, second = value(term(one)), value(term(other))
    assert first is not None
    assert first == second
    assert hash(first) == hash(second)
    assert not definitely_different(term(one), term(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_values(one: str, other: str) -> None:
    """What is not identical has two values, both known; value spaces are disjoint."""
    assert definitely_different(term(one), term(other))
    assert value(term(one)) != value(term(other))


ILL_TYPED = [
    *(" 1 integer", "1.0 integer", "1_0 integer", "٣ integer", "-1 nonNegativeInteger"),
    *("300 byte", "0 positiveInteger", ". decimal", "1e0 decimal", "TRUE boolean", "inf double"),
    *("nan double", "1e double", "a  b token", " a token", "a\tb normalizedString"),
    *("a b NMTOKEN", "1a Name", "a:b NCName", "abcdefghi language", "a rdf:PlainLiteral"),
    *("2021-02-29 date", "2021-13-01 date", "20-01-01 date", "02020 gYear", "+2020 gYear"),
    *("2020-01-01T24:00:01 dateTime", "2020-01-01T12:00:60 dateTime", "2020-01-01 dateTime"),
    *("2020-01-01T12:00:00 dateTimeStamp", "2020-01-01T12:00:00+14:01 dateTime"),
    *(
        "--02-30 gMonthDay",
        "---32 gDay",
        "--13 gMonth",
        "P duration",
        "PT duration",
        "P1S duration",
    ),
    *("P1D yearMonthDuration", "P1M dayTimeDuration", "abc hexBinary", "a=== base64Binary"),
    *("aa  aa base64Binary", "aaB= base64Binary", "<a> rdf:XMLLiteral", "</x><x> rdf:XMLLiteral"),
    *('<!DOCTYPE x [<!ENTITY a "b">]> rdf:XMLLiteral', "1/0 owl:rational", "1 owl:real"),
]


@pytest.mark.parametrize("short", ILL_TYPED)
def test_ill_typed(short: str) -> None:
    """A form that the datatype does not have has no value and lies in no datatype."""
    assert value(term(short)) is None
    assert in_space(term(short), f"{RDFS}Literal") is False
    assert not definitely_different(term(short), term("a"))


FITS = [
    ("300 integer", "byte", False),
    ("127 integer", "byte", True),
    ("1.0 decimal", "integer", True),
    ("1.5 decimal", "integer", False),
    ("-0.5 decimal", "nonNegativeInteger", False),
    ("-0.0 decimal", "nonNegativeInteger", True),
    ("1 double", "decimal", False),
    ("1 float", "double", False),
    ("5 byte", "owl:real", True),
    ("0.5 decimal", "owl:rational", True),
    ("1/3 owl:rational", "decimal", False),
    ("1 double", "owl:real", False),
    ("a b string", "token", True),
    ("a  b string", "token", False),
    ("a\nb string", "normalizedString", False),
    ("a", "string", True),
    ("a@de", "string", False),
    ("a@de", "rdf:langString", True),
    ("a@de", "rdf:PlainLiteral", True),
    ("a@de", "rdfs:Literal", True),
    ("2020-01-01T12:00:00Z dateTime", "dateTimeStamp", True),
    ("2020-01-01T12:00:00 dateTime", "dateTimeStamp", False),
    ("2020-01-01 date", "dateTime", False),
    ("P1Y duration", "yearMonthDuration", True),
    ("P1YT1S duration", "dayTimeDuration", False),
    ("a anyURI", "string", False),
]


@pytest.mark.parametrize(("short", "datatype", "expected"), FITS)
def test_in_space(short: str, datatype: str, expected: bool) -> None:
    """A value lies in every datatype whose value space has it, however it is typed."""
    assert in_space(term(short), iri(datatype)) is expected


def test_unknown_datatypes() -> None:
    """Of a datatype that is not known nothing is said, in either place."""
    unknown = write("a", datatype="https://example.org/type")
    assert value(unknown) is None
    assert in_space(unknown, f"{XSD}string") is None
    assert in_space(write("a"), "https://example.org/type") is None
    assert not definitely_different(unknown, write("b"))
    assert value("<https://example.org/>") is None
    assert value("_:b") is None


def test_datatypes_of_owl_2_rl() -> None:
    """All datatypes of Profiles, section 4.2, are known."""
    names = """
    rdf:PlainLiteral rdf:XMLLiteral rdfs:Literal decimal integer nonNegativeInteger
    nonPositiveInteger positiveInteger negativeInteger long int short byte unsignedLong unsignedInt
    unsignedShort unsignedByte float double string normalizedString token language Name NCName
    NMTOKEN boolean hexBinary base64Binary anyURI dateTime dateTimeStamp
    """
    assert {iri(name) for name in names.split()} <= DATATYPES


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["", "de", "en-gb"]))
def test_written_as_pyoxigraph_writes(text: str, tag: str) -> None:
    """A literal is written as pyoxigraph writes it, and read back."""
    literal = Literal(text, language=tag) if tag else Literal(text)
    assert write(text, language=tag) == str(literal)
    assert split(str(literal)) == Parsed(text, iri("rdf:langString" if tag else "string"), tag)


@given(st.integers(), st.integers(0, 20), st.integers(0, 5))
def test_decimals_of_any_form(digits: int, places: int, zeros: int) -> None:
    """Zeros before and after do not change a decimal."""
    number = Decimal(f"{digits}E-{places}")
    lexical = format(number, f".{places + zeros}f")
    sign, rest = ("-", lexical[1:]) if lexical.startswith("-") else ("", lexical)
    assert value(term(f"{sign}{'0' * zeros}{rest} decimal")) == number


@given(st.decimals(allow_nan=False, allow_infinity=False), st.floats(width=32))
def test_float_is_rounded_once(exact: Decimal, near: float) -> None:
    """No other number of xsd:float is nearer to a decimal than the one it is read as."""
    for number in (exact, *midpoints(near)):
        found = value(term(f"{number} float"))
        assert isinstance(found, tuple)
        read = struct.unpack(">d", found[1])[0]
        if abs(read) < 3.4e38:
            bits = struct.unpack(">I", struct.pack(">f", abs(read)))[0]
            for other in (bits - 1, bits + 1):
                if 0 <= other < 0x7F800000:
                    neighbour = Decimal(struct.unpack(">f", struct.pack(">I", other))[0])
                    assert distance(abs(number), Decimal(abs(read))) <= distance(
                        abs(number), neighbour
                    )


def midpoints(near: float) -> list[Decimal]:
    """Numbers just beside the middle of two floats, where rounding twice goes wrong."""
    if not 1e-30 < abs(near) < 1e30:
        return []
    bits = struct.unpack(">I", struct.pack(">f", abs(near)))[0]
    above = Decimal(struct.unpack(">f", struct.pack(">I", bits + 1))[0])
    middle = (Decimal(abs(near)) + above) / 2
    return [middle * (1 + Decimal(f"{sign}1E-25")) for sign in ("+", "-")]


def distance(one: Decimal, other: Decimal) -> Decimal:
    return abs(one - other)


BEFORE = [
    ("1 integer", "1.5 decimal"),
    ("9 byte", "10 double"),
    ("-INF double", "0 float"),
    ("a", "b string"),
    ("Z", "a"),
    ("false boolean", "true boolean"),
    ("2020-01-01T12:00:00+01:00 dateTime", "2020-01-01T12:00:00Z dateTime"),
    ("2020-01-01T12:00:00 dateTime", "2020-01-02T12:00:00Z dateTime"),
    ("2020-12-31T23:59:59-14:00 dateTime", "2021-01-02T00:00:00Z dateTime"),
    ("-0001 gYear", "0001 gYear"),
    ("2019 gYear", "2020 gYear"),
    ("2019-12 gYearMonth", "2020-01 gYearMonth"),
    ("2019-12-31 date", "2020-01-01 date"),
    ("2020-01-01+14:00 date", "2020-01-01Z date"),
    ("09:00:00 time", "10:00:00 time"),
]


@pytest.mark.parametrize(("one", "other"), BEFORE)
def test_order(one: str, other: str) -> None:
    """The first is less than the second, and their keys agree where they compare."""
    assert compare(term(one), term(other)) == -1
    assert compare(term(other), term(one)) == 1
    first, second = order(term(one)), order(term(other))
    assert first is not None
    assert second is not None
    assert first[0] != second[0] or first < second


def test_equal_in_order() -> None:
    """Numbers are equal over types after promotion; moments when they are one instant."""
    assert compare(term("0.1 decimal"), term("0.1 double")) == 0
    assert compare(term("0.1 float"), term("0.1 decimal")) == 0
    assert compare(term("1 integer"), term("1.0 decimal")) == 0
    noon = "2020-01-01T12:00:00Z dateTime", "2020-01-01T13:00:00+01:00 dateTime"
    assert compare(*map(term, noon)) == 0
    assert order(term(noon[0])) == order(term(noon[1]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2020-01-01T12:00:00 dateTime", "2020-01-01T12:00:00Z dateTime"),
        ("2020-01-01T12:00:00 dateTime", "2020-01-02T02:00:00Z dateTime"),
        ("NaN double", "1 integer"),
        ("1 integer", "1"),
        ("2020 gYear", "2020-01-01 date"),
        ("a@de", "b@de"),
        ("x integer", "1 integer"),
    ],
)
def test_no_order(one: str, other: str) -> None:
    """Nothing is said of other types, of NaN, and of a zone that is missing and decides."""
    assert compare(term(one), term(other)) is None


HUGE = "1" * 1_000_000


@pytest.mark.parametrize(
    ("lexical", "kind"),
    [
        *((HUGE, "integer"), (f"{HUGE}.5", "decimal"), ("1e999999999", "double")),
        *((HUGE, "double"), (f".{HUGE}", "float"), (f"1e-{'9' * 100}", "float")),
        *((f"{HUGE}-12-31T24:00:00", "dateTime"), (f"-P{HUGE}Y{HUGE}MT.5S", "duration")),
        *((f"P{HUGE}DT1.5S", "duration"), (" a" * 500_000, "token"), ("a-" * 500_000, "language")),
    ],
)
def test_hostile_forms_take_bounded_work(lexical: str, kind: str) -> None:
    """A form of a million characters is read, hashed and compared in linear time."""
    start = time.process_time()
    one = write(lexical, datatype=XSD + kind)
    hash(value(one))
    compare(one, term("1 integer"))
    in_space(one, f"{XSD}byte")
    assert time.process_time() - start < 3


def test_long_numbers_are_exact() -> None:
    """The last of a million digits still tells two numbers apart."""
    assert value(term(f"{HUGE} integer")) == value(term(f"0{HUGE}.0 decimal"))
    assert definitely_different(term(f"{HUGE} integer"), term(f"{HUGE[:-1]}2 integer"))
    assert compare(term(f"{HUGE} integer"), term(f"{HUGE[:-1]}2 integer")) == -1
    last, first = f"{HUGE}-12-31T24:00:00 dateTime", f"{HUGE[:-1]}2-01-01T00:00:00 dateTime"
    assert value(term(last)) == value(term(first))
    assert in_space(term(f"{HUGE}.0 decimal"), f"{XSD}integer") is True
    assert in_space(term(f"{HUGE}.5 decimal"), f"{XSD}integer") is False


def test_not_a_literal() -> None:
    """Only literals have parts."""
    with pytest.raises(ValueError, match="not a literal"):
        split("<https://example.org/>")
