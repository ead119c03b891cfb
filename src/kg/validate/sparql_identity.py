"""Literals keep their identity in Oxigraph, which would store 01 and "1"^^xsd:byte as 1.

A literal that it would rewrite is stored under another datatype, which it does not know. Patterns
then tell terms apart as RDF does; in expressions a function gives the literal itself, so that
filters and arithmetic say what they say of values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.namespaces import XSD
from kg.validate.sparql_syntax import Pattern
from kg.validate.sparql_tokens import Token, iri_of, string_of

Term = NamedNode | BlankNode | Literal
KEPT: Final = "urn:x-kg:kept:"
"""What the datatypes begin with under which literals are stored."""
VALUE_OF: Final = "urn:x-kg:value-of"
"""The function that gives the literal itself."""
_MARK: Final = f'"^^<{KEPT}'
_ZONE = r"(?:Z|[+-](?!00:00)[0-9]{2}:[0-9]{2})?"
_DATE = r"(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CANONICAL: Final = MappingProxyType(
    {
        f"{XSD}integer": re.compile(r"0|-?[1-9][0-9]{0,17}"),
        f"{XSD}boolean": re.compile("true|false"),
        f"{XSD}decimal": re.compile(
            r"0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,14})\.[0-9]{0,14}[1-9]"
        ),
        f"{XSD}date": re.compile(_DATE + _ZONE),
        f"{XSD}dateTime": re.compile(rf"{_DATE}T(?!24)[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}{_ZONE}"),
    }
)
"""Lexical forms that surely stay what they are; of other datatypes none does."""
REWRITTEN: Final = frozenset(
    f"{XSD}{name}"
    for name in (
        *("integer", "decimal", "double", "float", "boolean", "date", "dateTime", "time"),
        *("dateTimeStamp", "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay"),
        *("duration", "yearMonthDuration", "dayTimeDuration"),
        *("nonNegativeInteger", "nonPositiveInteger", "positiveInteger", "negativeInteger"),
        *("long", "int", "short", "byte"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)
"""The datatypes whose lexical forms Oxigraph replaces by canonical ones."""
_OF_OTHER_KINDS: Final = (
    *("IRI", "URI", "BNODE", "STR", "CONCAT", "LCASE", "UCASE", "SUBSTR", "REPLACE", "LANG"),
    *("DATATYPE", "STRBEFORE", "STRAFTER", "STRLANG", "ENCODE_FOR_URI", "UUID", "STRUUID"),
    "GROUP_CONCAT",
)
"""Functions whose results are never among `REWRITTEN`."""


def kept(term: str) -> str:
    """Return a term in N-Triples form as it is stored."""
    if term[-1] != ">" or term[0] != '"':
        return term
    lexical, _, datatype = term[1:-1].rpartition('"^^<')
    if datatype not in REWRITTEN:
        return term
    canonical = _CANONICAL.get(datatype)
    return term if canonical and canonical.fullmatch(lexical) else f'"{lexical}{_MARK}{datatype}>'


def own(term: str) -> str:
    """Return a term in N-Triples form from one that may be stored."""
    if not is_kept(term):
        return term
    start, _, datatype = term.rpartition(_MARK)
    return f'{start}"^^<{datatype}'


def is_kept(term: str) -> bool:
    """Return whether a term in N-Triples form is stored under another datatype."""
    return term[0] == '"' and term[-1] == ">" and term.startswith(_MARK, term.rfind('"'))


def _value_of(term: Term) -> Term:
    if isinstance(term, Literal) and term.datatype.value.startswith(KEPT):
        return Literal(term.value, datatype=NamedNode(term.datatype.value.removeprefix(KEPT)))
    return term


def functions() -> dict[NamedNode, Callable[..., Term]]:
    """Return the function that queries call for the value of a variable."""
    return {NamedNode(VALUE_OF): _value_of}


def computed(tokens: list[Token]) -> frozenset[str]:
    """Return the variables that may have values made by an expression, which has its own spelling.

    Copies of variables, IRIs and strings are no such values.
    """
    found: set[str] = set()
    copies: list[tuple[str, str]] = []
    for number in range(2, len(tokens)):
        name = tokens[number].variable
        if name is None or not tokens[number - 1].is_word("AS"):
            continue
        start = _opening(tokens, number - 1)
        first, length = tokens[start + 1], number - start - 2
        if length == 1 and first.variable:
            copies.append((first.variable, name))
        elif not (length == 1 and first.kind in ("iri", "name", "string")) and not _is_other(
            tokens[start + 1 : number - 1]
        ):
            found.add(name)
    for _ in copies:
        found.update(name for source, name in copies if source in found)
    return frozenset(found)


def _opening(tokens: list[Token], place: int) -> int:
    """Return the place of the parenthesis that is still open at `place`."""
    level = 1
    while level and place:
        place -= 1
        level += tokens[place].is_sign(")") - tokens[place].is_sign("(")
    return place


def _is_other(expression: list[Token]) -> bool:
    """Return whether an expression is one call of `_OF_OTHER_KINDS`."""
    if len(expression) < 3 or not expression[0].is_word(*_OF_OTHER_KINDS):
        return False
    return expression[-1].is_sign(")") and _opening(expression, len(expression) - 1) == 1


def is_identity(tokens: list[Token], number: int) -> bool:
    """Return whether the variable at a place matters as a term there: it is copied or counted."""
    before = tokens[max(number - 3, 0) : number]
    after = tokens[number + 1 : number + 4]
    if not before or before[-1].is_word("AS"):
        return True
    if before[-1].is_sign("(") and after and after[0].is_word("AS"):
        return True
    names = [token for token in before if token.kind == "word"]
    if names and names[-1].is_word("DISTINCT"):
        names.pop()
    if names and names[-1].is_word("COUNT", "BOUND"):
        return all(token.is_sign("(") or token.kind == "word" for token in before[1:])
    return _is_of_same_term(tokens, number) or _is_of_same_term(tokens, number - 2)


def _is_of_same_term(tokens: list[Token], number: int) -> bool:
    """Return whether sameTerm of two variables has its first one at a place."""
    part = tokens[number - 2 : number + 4] if number >= 2 else []
    return (
        len(part) == 6
        and part[0].is_word("SAMETERM")
        and part[1].is_sign("(")
        and part[2].kind == part[4].kind == "var"
        and part[3].is_sign(",")
        and part[5].is_sign(")")
    )


def stored_literals(
    patterns: Iterator[Pattern], prefixes: Mapping[str, str]
) -> Iterator[tuple[int, int, str]]:
    """Yield the edits at literals in triple patterns that are stored otherwise."""
    for pattern in patterns:
        term = _literal(pattern.o, dict(prefixes))
        if term is not None and kept(term) != term:
            yield pattern.o[0].at, pattern.o[-1].end, f" {kept(term)} "


def _literal(tokens: tuple[Token, ...], prefixes: dict[str, str]) -> str | None:
    """Return a literal with a datatype in N-Triples form, None for everything else."""
    if len(tokens) == 3 and tokens[0].kind == "string" and tokens[1].is_sign("^^"):
        datatype, lexical = iri_of(tokens[2], prefixes), string_of(tokens[0])
        return f'"{lexical}"^^{datatype}' if datatype and "\\" not in lexical else None
    if len(tokens) != 1 or tokens[0].kind != "number":
        return None
    text = tokens[0].text
    name = "double" if "e" in text.lower() else "decimal" if "." in text else "integer"
    return f'"{text}"^^<{XSD}{name}>'
