"""Numbers of SPARQL expressions: + - * /, the sign and ABS, over literals in N-Triples form.

Types are promoted as in SPARQL 1.1 section 17.3 (XPath and XQuery Functions, section 6.2).
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from typing import Final

from kg.namespaces import XSD
from kg.rdf.literals import RANKS, Numeral, number, promote, write
from kg.rdf.xsd_values import to_single

MAX_DIGITS: Final = 1000
"""More digits in a decimal or its result are an error: a rule cannot make numbers without end."""
_PLACES: Final = 18
"""Digits after the point of a quotient; what follows is cut off."""


def add(one: str, other: str) -> str | None:
    """Return one + other."""
    return _calculate("+", one, other)


def subtract(one: str, other: str) -> str | None:
    """Return one - other."""
    return _calculate("-", one, other)


def multiply(one: str, other: str) -> str | None:
    """Return one * other."""
    return _calculate("*", one, other)


def divide(one: str, other: str) -> str | None:
    """Return one / other: integers give a decimal, zero is an error but for floating numbers."""
    return _calculate("/", one, other)


def negate(one: str) -> str | None:
    """Return -one."""
    known = number(one)
    if known is None:
        return None
    if isinstance(known[1], float):
        return _written(known[0], -known[1])
    return _calculate("-", write("0", datatype=f"{XSD}integer"), one)


def plus(one: str) -> str | None:
    """Return the number itself, as one of integer, decimal, float, double."""
    known = number(one)
    return None if known is None else _written(*known)


def absolute(one: str) -> str | None:
    """Return ABS(one)."""
    known = number(one)
    if known is None:
        return None
    rank, numeral = known
    if isinstance(numeral, Decimal):
        return _written(rank, numeral.copy_abs())
    return _written(rank, abs(numeral))


def _calculate(sign: str, one: str, other: str) -> str | None:
    left, right = number(one), number(other)
    if left is None or right is None:
        return None
    rank = max(left[0], right[0])
    first, second = promote(left[1], rank), promote(right[1], rank)
    if isinstance(first, float) and isinstance(second, float):
        result = _floating(sign, first, second)
        return _written(rank, to_single(result) if RANKS[rank] == "float" else result)
    if sign == "/":
        rank = 1
    if not (_fits(first) and _fits(second)):
        return None
    exact = _exact(sign, Decimal(first), Decimal(second))
    return None if exact is None else _written(rank, exact)


def _fits(numeral: Numeral) -> bool:
    """Return whether an exact number has few digits, before and after the point."""
    if not isinstance(numeral, Decimal):
        return bool(abs(numeral) < 10**MAX_DIGITS)
    exponent = numeral.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MAX_DIGITS and numeral.adjusted() < MAX_DIGITS


def _exact(sign: str, one: Decimal, other: Decimal) -> Decimal | None:
    with localcontext(prec=4 * MAX_DIGITS):
        if sign == "+":
            return one + other
        if sign == "-":
            return one - other
        if sign == "*":
            return one * other
        if not other:
            return None
        shifted = one.scaleb(_PLACES)
        return (shifted // other).scaleb(-_PLACES)


def _floating(sign: str, one: float, other: float) -> float:
    """IEEE 754, which Python follows but for division by zero."""
    if sign == "+":
        return one + other
    if sign == "-":
        return one - other
    if sign == "*":
        return one * other
    if other:
        return one / other
    if math.isnan(one) or not one:
        return math.nan
    return math.copysign(math.inf, one) * math.copysign(1.0, other)


def _written(rank: int, numeral: Numeral) -> str | None:
    """Return the canonical literal, XML Schema 1.1 part 2, appendix E."""
    if isinstance(numeral, float):
        return write(_scientific(numeral, single=rank == 2), datatype=XSD + RANKS[rank])
    if not _fits(numeral):
        return None
    lexical = format(Decimal(numeral), "f")
    if "." in lexical:
        lexical = lexical.rstrip("0").rstrip(".")
    return write("0" if lexical in ("-0", "") else lexical, datatype=XSD + RANKS[rank])


def _scientific(numeral: float, *, single: bool) -> str:
    """Return the shortest digits that read back as the same number, as in 1.0E0."""
    if math.isnan(numeral):
        return "NaN"
    if math.isinf(numeral):
        return "INF" if numeral > 0 else "-INF"
    shown = repr(numeral)
    if single:
        shown = next(
            text
            for text in (f"{numeral:.{places}e}" for places in range(17))
            if to_single(float(text)) == numeral
        )
    sign, digits, exponent = Decimal(shown).as_tuple()
    text = "".join(map(str, digits))
    point = int(exponent) + len(text) - 1 if any(digits) else 0
    rest = text[1:].rstrip("0") or "0"
    return f"{'-' * sign}{text[0]}.{rest}E{point}"
