"""Lexical forms of XML Schema and RDF datatypes become values that are equal iff identical.

One function for each datatype, in `PARSERS`; the result is None for what is not a lexical form.
White space is never collapsed: RDF 1.1 Concepts, section 5.1.
"""

from __future__ import annotations

import math
import struct
from base64 import b64decode
from collections.abc import Callable, Hashable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Final
from xml.etree import ElementTree

from kg.namespaces import OWL, RDF, XSD
from kg.rdf.late import Late
from kg.rdf.names import PN_CHARS_BASE
from kg.rdf.xsd_dates import MOMENTS, duration, moment, whole

Parser = Callable[[str], Hashable | None]
INTEGERS: Final = MappingProxyType(
    {
        "integer": (None, None),
        "nonNegativeInteger": (0, None),
        "nonPositiveInteger": (None, 0),
        "positiveInteger": (1, None),
        "negativeInteger": (None, -1),
        "long": (-(2**63), 2**63 - 1),
        "int": (-(2**31), 2**31 - 1),
        "short": (-(2**15), 2**15 - 1),
        "byte": (-128, 127),
        "unsignedLong": (0, 2**64 - 1),
        "unsignedInt": (0, 2**32 - 1),
        "unsignedShort": (0, 2**16 - 1),
        "unsignedByte": (0, 255),
    }
)
"""The integer types with the least and the greatest value."""
_START = f":_{PN_CHARS_BASE}"
_INNER = _START + "0-9.\u00b7\u0300-\u036f\u203f\u2040" + r"\-"
_TOKEN = r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*+)?"
STRINGS: Final = MappingProxyType(
    {
        "normalizedString": Late(r"[^\t\n\r]*"),
        "token": Late(_TOKEN),
        "language": Late(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*+"),
        "NMTOKEN": Late(f"[{_INNER}]+"),
        "Name": Late(f"[{_START}][{_INNER}]*"),
        "NCName": Late(f"[{_START.replace(':', '')}][{_INNER.replace(':', '')}]*"),
    }
)
"""The types derived from xsd:string with the form of their values."""
TAG: Final = Late(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*+(?:--(?:ltr|rtl))?")
"""A language tag, RDF 1.1 Concepts section 3.3, with the direction that RDF 1.2 adds."""
_NO_CHARACTER = Late("[\x00\ud800-\udfff\ufffe\uffff]")
_INTEGER = Late(r"[+-]?[0-9]+")
_DECIMAL = Late(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_FLOAT = Late(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?")
_RATIONAL = Late(r"([+-]?[0-9]+)/([0-9]+)")
_RATIONAL_DIGITS = 400
_SPECIAL: Final = MappingProxyType(
    {"INF": math.inf, "+INF": math.inf, "-INF": -math.inf, "NaN": math.nan}
)
_BOOLEANS: Final = MappingProxyType({"true": True, "1": True, "false": False, "0": False})
_HEX = Late(r"(?:[0-9a-fA-F]{2})*")
_BASE64 = Late(
    r"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?"
)
_SPACED = Late(r"[^ ]+(?: [^ ]+)*+")


def string(lexical: str) -> str | None:
    """Return the string itself, or None if a character is none of XML's."""
    if lexical.isascii():
        return None if "\x00" in lexical else lexical
    return None if _NO_CHARACTER.search(lexical) else lexical


def _restricted(form: Late, lexical: str) -> str | None:
    return string(lexical) if form.fullmatch(lexical) else None


def integer(low: int | None, high: int | None, lexical: str) -> int | Decimal | None:
    """Return the integer between `low` and `high`; one of more than 4000 digits as Decimal."""
    if not _INTEGER.fullmatch(lexical):
        return None
    number = whole(lexical)
    if (low is not None and number < low) or (high is not None and number > high):
        return None
    return number


def decimal(lexical: str) -> int | Decimal | None:
    """Return the value of xsd:decimal: exact, and equal to the int where there is one."""
    if not _DECIMAL.fullmatch(lexical):
        return None
    return Decimal(lexical) if "." in lexical else whole(lexical)


def rational(lexical: str) -> int | Decimal | Fraction | None:
    """Return the value of owl:rational; None as well for more than 400 digits on a side."""
    match = _RATIONAL.fullmatch(lexical)
    if match is None or max(map(len, match.groups())) > _RATIONAL_DIGITS or not int(match[2]):
        return None
    number = Fraction(int(match[1]), int(match[2]))
    places = number.denominator.bit_length()
    scaled, rest = divmod(number.numerator * 10**places, number.denominator)
    return number if rest else Decimal(f"{scaled}E-{places}")


def binary(lexical: str, *, single: bool = False) -> float | None:
    """Return the number that xsd:double, or with `single` xsd:float, has for a lexical form."""
    special = _SPECIAL.get(lexical)
    if special is not None:
        return special
    if not _FLOAT.fullmatch(lexical):
        return None
    return _to_single(float(lexical), lexical) if single else float(lexical)


def to_single(number: float) -> float:
    """Return the nearest number of xsd:float."""
    try:
        return float(struct.unpack(">f", struct.pack(">f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def _to_single(number: float, lexical: str) -> float:
    """Round once: where the double is half way between two floats, the digits decide."""
    rounded = to_single(number)
    if rounded == number or math.isinf(number):
        return rounded
    mirror = number + (number - rounded)
    if to_single(mirror) != mirror:
        return rounded
    side = Decimal(lexical).compare(Decimal(number))
    return to_single(math.nextafter(number, math.inf * int(side))) if side else rounded


def _double(lexical: str) -> Hashable | None:
    return _bits("double", binary(lexical))


def _float(lexical: str) -> Hashable | None:
    return _bits("float", binary(lexical, single=True))


def _bits(kind: str, number: float | None) -> Hashable | None:
    """Return what tells +0 from -0 and makes NaN one value."""
    return None if number is None else (kind, struct.pack(">d", number))


def _boolean(lexical: str) -> Hashable | None:
    found = _BOOLEANS.get(lexical)
    return None if found is None else ("boolean", found)


def _hex(lexical: str) -> Hashable | None:
    return ("hexBinary", bytes.fromhex(lexical)) if _HEX.fullmatch(lexical) else None


def _base64(lexical: str) -> Hashable | None:
    """Section 3.3.16: single spaces may stand between the characters."""
    if lexical and not _SPACED.fullmatch(lexical):
        return None
    packed = lexical.replace(" ", "")
    return ("base64Binary", b64decode(packed)) if _BASE64.fullmatch(packed) else None


def _any_uri(lexical: str) -> Hashable | None:
    return None if string(lexical) is None else ("anyURI", lexical)


def tagged(lexical: str, tag: str) -> Hashable | None:
    """Return the value of a string with a language tag; letters of tags have no case."""
    if string(lexical) is None or not TAG.fullmatch(tag):
        return None
    return ("langString", lexical, tag.lower())


def _plain(lexical: str) -> Hashable | None:
    """rdf:PlainLiteral, section 3: text, "@", and a tag or nothing."""
    text, at, tag = lexical.rpartition("@")
    if not at:
        return None
    return tagged(text, tag) if tag else string(text)


def _xml(lexical: str) -> Hashable | None:
    """Return the canonical form of well-formed content; there is no room for a DTD in it."""
    try:
        return ("XMLLiteral", ElementTree.canonicalize(f"<x>{lexical}</x>", with_comments=True))
    except (ElementTree.ParseError, UnicodeEncodeError, ValueError):
        return None


def _stamp(lexical: str) -> Hashable | None:
    found = moment("dateTime", lexical)
    return None if found is None or found.zone is None else found


def _months(lexical: str) -> Hashable | None:
    return None if "D" in lexical or "T" in lexical else duration(lexical)


def _seconds(lexical: str) -> Hashable | None:
    date, _, _ = lexical.partition("T")
    return None if "Y" in date or "M" in date else duration(lexical)


PARSERS: Final[MappingProxyType[str, Parser]] = MappingProxyType(
    {
        f"{XSD}string": string,
        **{f"{XSD}{name}": partial(_restricted, form) for name, form in STRINGS.items()},
        **{f"{XSD}{name}": partial(integer, *ends) for name, ends in INTEGERS.items()},
        **{f"{XSD}{kind}": partial(moment, kind) for kind in MOMENTS},
        f"{XSD}decimal": decimal,
        f"{OWL}rational": rational,
        f"{XSD}double": _double,
        f"{XSD}float": _float,
        f"{XSD}boolean": _boolean,
        f"{XSD}hexBinary": _hex,
        f"{XSD}base64Binary": _base64,
        f"{XSD}anyURI": _any_uri,
        f"{XSD}dateTimeStamp": _stamp,
        f"{XSD}duration": duration,
        f"{XSD}yearMonthDuration": _months,
        f"{XSD}dayTimeDuration": _seconds,
        f"{RDF}PlainLiteral": _plain,
        f"{RDF}XMLLiteral": _xml,
    }
)
"""The datatypes that have lexical forms, by IRI; rdf:langString and owl:real have none."""
