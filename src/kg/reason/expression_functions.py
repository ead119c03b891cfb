"""The functions of SPARQL expressions that rules may use, over terms in N-Triples form.

Each takes terms and returns a term, or None for a type error: SPARQL 1.1 sections 17.4.2 to 17.4.5.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from kg.namespaces import ABSOLUTE_IRI, XSD
from kg.rdf.iri import resolve
from kg.rdf.literals import LANG_STRING, XSD_STRING, Parsed, number, split, value, write
from kg.rdf.xsd_dates import Moment
from kg.rdf.xsd_values import TAG
from kg.reason.arithmetic import absolute, add, divide, multiply, negate, plus, subtract

Function = Callable[..., str | None]
TRUE: Final = f'"true"^^<{XSD}boolean>'
FALSE: Final = f'"false"^^<{XSD}boolean>'
MAX_LENGTH: Final = 100_000
"""A longer string is no result: a rule cannot make strings without end."""


def truth(holds: bool) -> str:
    """Return the literal for a truth value."""
    return TRUE if holds else FALSE


def is_literal(term: str) -> bool:
    """Return whether `term` is a literal."""
    return term.startswith('"')


def is_iri(term: str) -> bool:
    """Return whether `term` is an IRI."""
    return term.startswith("<")


def same_term(one: str, other: str) -> bool:
    """Return whether two terms are one; letters of language tags have no case."""
    if one == other:
        return True
    if not (is_literal(one) and is_literal(other)):
        return False
    left, right = split(one), split(other)
    return left[:2] == right[:2] and left.language.lower() == right.language.lower()


def _text(term: str) -> Parsed | None:
    """Return a string literal, with its language in lower case; None for any other term."""
    parsed = split(term) if is_literal(term) else None
    if parsed is None or not (parsed.datatype == XSD_STRING or parsed.language):
        return None
    return parsed._replace(language=parsed.language.lower())


def _simple(term: str) -> str | None:
    """Return the characters of a string without language."""
    parsed = _text(term)
    return None if parsed is None or parsed.language else parsed.lexical


def _like(lexical: str, model: Parsed) -> str | None:
    """Return a string with the language of `model`."""
    return write(lexical, language=model.language) if len(lexical) <= MAX_LENGTH else None


def _pair(one: str, other: str) -> tuple[Parsed, Parsed] | None:
    """Return two strings that are argument compatible, section 17.4.3.1.2."""
    left, right = _text(one), _text(other)
    if left is None or right is None:
        return None
    return (left, right) if not right.language or left.language == right.language else None


def _test(check: Callable[[str, str], bool]) -> Function:
    """Make a function of two compatible strings that gives a truth value."""

    def function(one: str, other: str) -> str | None:
        pair = _pair(one, other)
        return None if pair is None else truth(check(pair[0].lexical, pair[1].lexical))

    return function


def _change(change: Callable[[str], str]) -> Function:
    """Make a function of one string that keeps its language."""

    def function(one: str) -> str | None:
        parsed = _text(one)
        return None if parsed is None else _like(change(parsed.lexical), parsed)

    return function


def _kind(check: Callable[[str], bool]) -> Function:
    return lambda term: truth(check(term))


def _str(term: str) -> str | None:
    if is_iri(term):
        return write(term[1:-1])
    return write(split(term).lexical) if is_literal(term) else None


def _lang(term: str) -> str | None:
    return write(split(term).language.partition("--")[0]) if is_literal(term) else None


def _datatype(term: str) -> str | None:
    return f"<{split(term).datatype}>" if is_literal(term) else None


def _langmatches(tag: str, wanted: str) -> str | None:
    """RFC 4647 section 3.3.1, basic filtering."""
    found, asked = _simple(tag), _simple(wanted)
    if found is None or asked is None:
        return None
    if asked == "*":
        return truth(bool(found))
    return truth(f"{found.lower()}-".startswith(f"{asked.lower()}-") and bool(found))


def _iri(term: str, base: str = "") -> str | None:
    """IRI(term); `base` is the IRI of BASE, as a term, where the rule file has one."""
    text = term[1:-1] if is_iri(term) else _simple(term)
    if text is None:
        return None
    text = resolve(base[1:-1], text) if base else text
    return f"<{text}>" if ABSOLUTE_IRI.fullmatch(text) else None


def _strlen(term: str) -> str | None:
    parsed = _text(term)
    return None if parsed is None else write(str(len(parsed.lexical)), datatype=f"{XSD}integer")


def _substr(term: str, start: str, length: str | None = None) -> str | None:
    """SUBSTR: places count from 1, as in XPath; what lies outside of the string is left out."""
    parsed, first = _text(term), _whole(start)
    count = _whole(length) if length is not None else None
    if parsed is None or first is None or (length is not None and count is None):
        return None
    last = len(parsed.lexical) if count is None else first + count - 1
    return _like(parsed.lexical[max(first - 1, 0) : max(last, 0)], parsed)


def _whole(term: str) -> int | None:
    known = number(term)
    return int(known[1]) if known and known[0] == 0 and isinstance(known[1], int) else None


def _strbefore(one: str, other: str) -> str | None:
    pair = _pair(one, other)
    if pair is None:
        return None
    before, found, _ = (
        pair[0].lexical.partition(pair[1].lexical) if pair[1].lexical else ("", True, "")
    )
    return _like(before, pair[0]) if found else write("")


def _strafter(one: str, other: str) -> str | None:
    pair = _pair(one, other)
    if pair is None:
        return None
    if not pair[1].lexical:
        return _like(pair[0].lexical, pair[0])
    _, found, after = pair[0].lexical.partition(pair[1].lexical)
    return _like(after, pair[0]) if found else write("")


def _concat(*terms: str) -> str | None:
    parts = [_text(term) for term in terms]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    languages = {part.language for part in found}
    model = found[0] if len(languages) == 1 else Parsed("", XSD_STRING, "")
    return _like("".join(part.lexical for part in found), model)


def _strdt(term: str, datatype: str) -> str | None:
    text = _simple(term)
    if text is None or not is_iri(datatype) or datatype[1:-1] == LANG_STRING:
        return None
    return write(text, datatype=datatype[1:-1])


def _strlang(term: str, tag: str) -> str | None:
    text, language = _simple(term), _simple(tag)
    if text is None or language is None or not TAG.fullmatch(language) or language[1:2] in "-":
        return None  # parsers refuse a language of one letter
    return write(text, language=language)


def _field(name: str) -> Function:
    """Make YEAR, MONTH, DAY: of an xsd:dateTime, and of the other types that have the part."""

    def function(term: str) -> str | None:
        found = value(term)
        part = getattr(found, name) if isinstance(found, Moment) else None
        return None if part is None else write(str(part), datatype=f"{XSD}integer")

    return function


FUNCTIONS: Final[MappingProxyType[str, tuple[Function, int, int | None]]] = MappingProxyType(
    {
        "+": (lambda one, other=None: plus(one) if other is None else add(one, other), 1, 2),
        "-": (lambda one, other=None: negate(one) if other is None else subtract(one, other), 1, 2),
        "*": (multiply, 2, 2),
        "/": (divide, 2, 2),
        "sameTerm": (lambda one, other: truth(same_term(one, other)), 2, 2),
        "isIRI": (_kind(is_iri), 1, 1),
        "isURI": (_kind(is_iri), 1, 1),
        "isBlank": (_kind(lambda term: term.startswith("_:")), 1, 1),
        "isLiteral": (_kind(is_literal), 1, 1),
        "isNumeric": (_kind(lambda term: number(term) is not None), 1, 1),
        "STR": (_str, 1, 1),
        "LANG": (_lang, 1, 1),
        "LANGMATCHES": (_langmatches, 2, 2),
        "DATATYPE": (_datatype, 1, 1),
        "IRI": (_iri, 1, 1),
        "URI": (_iri, 1, 1),
        "STRSTARTS": (_test(str.startswith), 2, 2),
        "STRENDS": (_test(str.endswith), 2, 2),
        "CONTAINS": (_test(str.__contains__), 2, 2),
        "STRLEN": (_strlen, 1, 1),
        "SUBSTR": (_substr, 2, 3),
        "UCASE": (_change(str.upper), 1, 1),
        "LCASE": (_change(str.lower), 1, 1),
        "CONCAT": (_concat, 0, None),
        "STRBEFORE": (_strbefore, 2, 2),
        "STRAFTER": (_strafter, 2, 2),
        "YEAR": (_field("year"), 1, 1),
        "MONTH": (_field("month"), 1, 1),
        "DAY": (_field("day"), 1, 1),
        "ABS": (absolute, 1, 1),
        "STRDT": (_strdt, 2, 2),
        "STRLANG": (_strlang, 2, 2),
    }
)
"""Functions with the least and the greatest number of their arguments, None for any number.

IRI has the base as a second argument where a rule file gives one.
"""
