"""Literals by value: what a term in N-Triples form denotes, where it lies, how it compares.

Terms are strings as pyoxigraph writes them: `"1"^^<...integer>`, `"a"@de`, `"a"`. Identity is
that of OWL 2 (structural specification, section 4) and XML Schema 1.1; order is that of SPARQL 1.1.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Hashable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

from kg.namespaces import OWL, RDF, RDFS, XSD
from kg.rdf.late import Late
from kg.rdf.xsd_dates import MOMENTS, Duration, Moment, compare_moments, instant
from kg.rdf.xsd_values import INTEGERS, PARSERS, STRINGS, string, tagged, to_single

XSD_STRING: Final = f"{XSD}string"
LANG_STRING: Final = f"{RDF}langString"
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_LETTERS: Final = MappingProxyType({"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"})
_SPECIAL = re.compile(r'[\x00-\x1f"\\\x7f]')
_WRITTEN: Final = MappingProxyType(
    {
        **{code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)},
        **{ord(sign): f"\\{letter}" for letter, sign in _LETTERS.items()},
        ord('"'): '\\"',
        ord("\\"): "\\\\",
    }
)


class Parsed(NamedTuple):
    """The parts of a literal; `language` is "" unless it has a tag."""

    lexical: str
    datatype: str
    language: str


def split(term: str) -> Parsed:
    """Return lexical form, datatype IRI and language of a literal in N-Triples form.

    Raises ValueError for what is not a literal.
    """
    end = term.rfind('"')
    if end < 1 or term[0] != '"':
        raise ValueError(f"not a literal: {term}")
    lexical, tail = term[1:end], term[end + 1 :]
    if "\\" in lexical:
        lexical = _ESCAPE.sub(_unescape, lexical)
    if not tail:
        return Parsed(lexical, XSD_STRING, "")
    if tail[0] == "@":
        kind = f"{RDF}dirLangString" if "--" in tail else LANG_STRING
        return Parsed(lexical, kind, tail[1:])
    return Parsed(lexical, tail[3:-1], "")


def _unescape(match: re.Match[str]) -> str:
    four, eight, letter = match.groups()
    if letter:
        return _LETTERS.get(letter, letter)
    code = int(four or eight, 16)
    return chr(code) if code <= 0x10FFFF else match.group()


def write(lexical: str, *, datatype: str = XSD_STRING, language: str = "") -> str:
    """Return the literal in N-Triples form, as pyoxigraph writes it: tags in lower case."""
    if _SPECIAL.search(lexical):
        lexical = lexical.translate(_WRITTEN)
    if language:
        return f'"{lexical}"@{language.lower()}'
    return f'"{lexical}"' if datatype == XSD_STRING else f'"{lexical}"^^<{datatype}>'


def value(term: str) -> Hashable | None:
    """Return the value that a literal denotes; equal results are one value, in all datatypes.

    None for a lexical form that the datatype does not have, for a datatype that is not known and
    for what is not a literal. The work is linear in the length of the term; numbers are exact at
    any length, but owl:rational with more than 400 digits is None.
    """
    if not term or term[0] != '"':
        return None
    if term[-1] == '"':
        return string(term[1:-1] if "\\" not in term else split(term).lexical)
    lexical, datatype, language = split(term)
    if language:
        return tagged(lexical, language)
    parser = PARSERS.get(datatype)
    return None if parser is None else parser(lexical)


def definitely_different(one: str, other: str) -> bool:
    """Return whether both terms have a value and these differ (dt-diff)."""
    first = value(one)
    if first is None:
        return False
    second = value(other)
    return second is not None and first != second


def _anything(_: Hashable) -> bool:
    return True


def _is_kind(kinds: tuple[str, ...], found: Hashable) -> bool:
    return isinstance(found, tuple) and found[0] in kinds


def _is_string(form: Late | None, found: Hashable) -> bool:
    return isinstance(found, str) and (form is None or form.fullmatch(found) is not None)


def _is_integer(low: int | None, high: int | None, found: Hashable) -> bool:
    if isinstance(found, Decimal):
        if found != found.to_integral_value():
            return False
    elif not isinstance(found, int):
        return False
    return (low is None or found >= low) and (high is None or found <= high)


def _is_decimal(found: Hashable) -> bool:
    return isinstance(found, int | Decimal)


def _is_real(found: Hashable) -> bool:
    return isinstance(found, int | Decimal | Fraction)


def _is_plain(found: Hashable) -> bool:
    return isinstance(found, str) or _is_kind(("langString",), found)


def _is_stamp(found: Hashable) -> bool:
    return isinstance(found, Moment) and found.kind == "dateTime" and found.zone is not None


def _is_months(found: Hashable) -> bool:
    return isinstance(found, Duration) and found.seconds == 0


def _is_seconds(found: Hashable) -> bool:
    return isinstance(found, Duration) and found.months == 0


_KINDS = (
    *("double", "float", "boolean", "hexBinary", "base64Binary", "anyURI", "duration"),
    *MOMENTS,
)
_SPACES: Final[MappingProxyType[str, Callable[[Hashable], bool]]] = MappingProxyType(
    {
        **{f"{XSD}{kind}": partial(_is_kind, (kind,)) for kind in _KINDS},
        **{f"{XSD}{name}": partial(_is_integer, *ends) for name, ends in INTEGERS.items()},
        **{f"{XSD}{name}": partial(_is_string, form) for name, form in STRINGS.items()},
        XSD_STRING: partial(_is_string, None),
        f"{XSD}decimal": _is_decimal,
        f"{OWL}real": _is_real,
        f"{OWL}rational": _is_real,
        f"{XSD}dateTimeStamp": _is_stamp,
        f"{XSD}yearMonthDuration": _is_months,
        f"{XSD}dayTimeDuration": _is_seconds,
        f"{RDF}PlainLiteral": _is_plain,
        f"{RDF}XMLLiteral": partial(_is_kind, ("XMLLiteral",)),
        LANG_STRING: partial(_is_kind, ("langString",)),
        f"{RDFS}Literal": _anything,
    }
)
DATATYPES: Final = frozenset(_SPACES)
"""The datatypes of OWL 2 RL (Profiles, section 4.2), and those of OWL 2 and XML Schema besides."""


def in_space(term: str, datatype: str) -> bool | None:
    """Return whether the value of a literal lies in the value space of `datatype`, an IRI.

    A literal whose form its own datatype does not have lies nowhere. None when one of the two
    datatypes is not known.
    """
    test = _SPACES.get(datatype)
    if test is None:
        return None
    found = value(term)
    if found is None:
        return False if split(term).datatype in DATATYPES else None
    return test(found)


Numeral = int | Decimal | float
RANKS: Final = ("integer", "decimal", "float", "double")
"""The numeric types in the order in which SPARQL promotes them; a number has one by index."""


def number(term: str) -> tuple[int, Numeral] | None:
    """Return (index in RANKS, number) of a well-typed numeric literal, otherwise None."""
    found = value(term)
    if isinstance(found, int | Decimal):
        return (0 if split(term).datatype.removeprefix(XSD) in INTEGERS else 1), found
    if isinstance(found, tuple) and found[0] in ("float", "double"):
        return RANKS.index(found[0]), float(struct.unpack(">d", found[1])[0])
    return None


def _is_nan(numeral: Numeral) -> bool:
    return isinstance(numeral, float) and math.isnan(numeral)


def promote(numeral: Numeral, rank: int) -> Numeral:
    """Return a number as one of the type RANKS[rank]; too large a number becomes infinite."""
    if rank < 2 or isinstance(numeral, float):
        return numeral
    try:
        result = float(numeral)
    except OverflowError:
        result = math.copysign(math.inf, numeral)
    return to_single(result) if rank == 2 else result


def order(term: str) -> tuple[Hashable, ...] | None:
    """Return a key that sorts literals; keys compare when their first entries are equal.

    Numbers of all types compare exactly, moments within their kind and with, or without, a zone.
    None for NaN and for what has no order. `compare` decides what SPARQL's `<` says: it promotes
    numbers first and compares moments with and without a zone where it can.
    """
    found = value(term)
    if isinstance(found, str):
        return ("string", found)
    if isinstance(found, Moment):
        zoned = "" if found.zone is None else " with zone"
        return (found.kind + zoned, *instant(found))
    if isinstance(found, tuple) and found[0] == "boolean":
        return found
    known = number(term)
    return None if known is None or _is_nan(known[1]) else ("number", known[1])


def compare(one: str, other: str) -> int | None:
    """Return -1, 0 or 1 as SPARQL 1.1 section 17.3 orders two literals, or None.

    None when they do not compare: other types, NaN, a zone that is missing and would decide.
    xsd:date, xsd:time, xsd:gYear and the like compare as in XML Schema, each with its own kind.
    """
    first, second = value(one), value(other)
    if isinstance(first, Moment) and isinstance(second, Moment):
        return compare_moments(first, second)
    left, right = number(one), number(other)
    if left is not None and right is not None:
        rank = max(left[0], right[0])
        return _sign(promote(left[1], rank), promote(right[1], rank))
    if isinstance(first, str) and isinstance(second, str):
        return (first > second) - (first < second)
    if _is_kind(("boolean",), first) and _is_kind(("boolean",), second):
        keys = order(one), order(other)
        return (keys[0] == ("boolean", True)) - (keys[1] == ("boolean", True))
    return None


def _sign(left: Numeral, right: Numeral) -> int | None:
    if _is_nan(left) or _is_nan(right):
        return None
    return (left > right) - (left < right)
