"""Expressions of a rule file: SPARQL 1.1 grammar rules [110] to [121] as far as rules have them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NoReturn

from kg.reason.expression_functions import FUNCTIONS
from kg.reason.rule import Expression
from kg.reason.rule_terms import Terms
from kg.reason.rule_tokens import Source, Token

_ARITY: Final[MappingProxyType[str, tuple[str, int, int | None]]] = MappingProxyType(
    {
        **{
            name.upper(): (name, least, most)
            for name, (_, least, most) in FUNCTIONS.items()
            if name.isalpha()
        },
        "BOUND": ("BOUND", 1, 1),
        "COALESCE": ("COALESCE", 1, None),
        "IF": ("IF", 3, 3),
    }
)
"""Functions by their name in upper case: operator, least and greatest number of arguments."""
_AGGREGATES = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))
_CHANGING = frozenset(("RAND", "UUID", "STRUUID", "NOW", "BNODE"))
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


def expression(terms: Terms) -> Expression:
    """Read an expression; raises QueryError with the place of what rules do not have."""
    return _joined(terms, "||")


def _joined(terms: Terms, sign: str) -> Expression:
    parts = [_joined(terms, "&&") if sign == "||" else _relation(terms)]
    while terms.source.take_sign(sign):
        parts.append(_joined(terms, "&&") if sign == "||" else _relation(terms))
    return parts[0] if len(parts) == 1 else Expression(sign, tuple(parts))


def _relation(terms: Terms) -> Expression:
    source = terms.source
    left = _sum(terms)
    sign = source.take_sign(*_COMPARISONS)
    if sign is not None:
        return Expression(sign.text, (left, _sum(terms)))
    if source.take_word("IN"):
        return Expression("IN", (left, *_arguments(terms)))
    if source.peek().word == "NOT" and source.peek(1).word == "IN":
        source.take()
        source.take()
        return Expression("NOT IN", (left, *_arguments(terms)))
    return left


def _sum(terms: Terms) -> Expression:
    found = _product(terms)
    while sign := terms.source.take_sign("+", "-"):
        found = Expression(sign.text, (found, _product(terms)))
    return found


def _product(terms: Terms) -> Expression:
    found = _unary(terms)
    while sign := terms.source.take_sign("*", "/"):
        found = Expression(sign.text, (found, _unary(terms)))
    return found


def _unary(terms: Terms) -> Expression:
    literal = terms.literal()
    if literal is not None:
        return _leaf(literal)
    sign = terms.source.take_sign("!", "+", "-")
    if sign is None:
        return _primary(terms)
    if sign.text == "!" and terms.source.peek().is_sign("!"):
        terms.source.unexpected("ein Ausdruck", "an expression")
    return Expression(sign.text, (_primary(terms),))


def _primary(terms: Terms) -> Expression:
    source = terms.source
    literal = terms.literal()
    if literal is not None:
        return _leaf(literal)
    token = source.peek()
    if token.is_sign("("):
        source.enter(source.take())
        found = expression(terms)
        source.expect(")")
        source.leave()
        return found
    if token.kind == "variable":
        return _leaf(f"?{source.take().text[1:]}")
    if token.kind in ("iri", "name"):
        return _iri(terms, source.take())
    if token.kind == "word":
        return _call(terms, source.take())
    return source.unexpected("ein Ausdruck", "an expression")


def _leaf(term: str) -> Expression:
    return Expression("term", (term,))


def _iri(terms: Terms, token: Token) -> Expression:
    if terms.source.peek().is_sign("("):
        terms.source.fail(
            token,
            f"Die Funktion {token.text} gibt es in Regeln nicht; einen Typ gibt STRDT(…, Typ).",
            f"Rules do not have the function {token.text}; STRDT(…, type) gives a type.",
        )
    return _leaf(terms.iri(token))


def _call(terms: Terms, token: Token) -> Expression:
    source = terms.source
    if token.word not in _ARITY:
        _refuse(source, token)
    name, least, most = _ARITY[token.word]
    is_variable = source.peek(1).kind == "variable" and source.peek(2).is_sign(")")
    arguments = _arguments(terms)
    if name == "BOUND" and not is_variable:
        source.fail(token, "BOUND verlangt eine Variable.", "BOUND takes a variable.")
    if len(arguments) < least or (most is not None and len(arguments) > most):
        source.fail(
            token,
            f"{token.text} hat hier die falsche Zahl von Argumenten ({len(arguments)}).",
            f"{token.text} has the wrong number of arguments here ({len(arguments)}).",
        )
    if name in ("IRI", "URI") and terms.base:
        arguments = (*arguments, _leaf(f"<{terms.base}>"))
    return Expression(name, arguments)


def _arguments(terms: Terms) -> tuple[Expression, ...]:
    source = terms.source
    source.enter(source.expect("("))
    found = []
    if not source.peek().is_sign(")"):
        found.append(expression(terms))
        while source.take_sign(","):
            found.append(expression(terms))
    source.expect(")")
    source.leave()
    return tuple(found)


def _refuse(source: Source, token: Token) -> NoReturn:
    """Raise for a word that is no function of rules, saying which kind of thing it is."""
    word = token.word
    if word in _CHANGING:
        source.fail(
            token,
            f"{word} gibt bei jedem Aufruf etwas anderes; das Schließen endete nie.",
            f"{word} gives something else at every call; reasoning would find no end.",
        )
    if word in _AGGREGATES:
        source.fail(
            token,
            f"{word} fasst Lösungen zusammen; Regeln kennen das nicht.",
            f"{word} aggregates solutions; rules do not have that.",
        )
    if word in ("EXISTS", "NOT"):
        name = "NOT EXISTS" if word == "NOT" else word
        source.fail(
            token,
            f"{name} ist in einem Ausdruck nicht möglich; schreiben Sie FILTER NOT EXISTS {{ … }} "
            "für sich, und was es geben muss, in das WHERE.",
            f"{name} is not possible in an expression; write FILTER NOT EXISTS {{ … }} on its own, "
            "and what must exist into the WHERE.",
        )
    if word in ("REGEX", "REPLACE"):
        source.fail(
            token,
            f"{word} gibt es in Regeln nicht, weil sein Aufwand keine Grenze hat; nehmen Sie "
            "STRSTARTS, STRENDS, CONTAINS, STRBEFORE oder STRAFTER.",
            f"Rules do not have {word}, whose effort has no bound; use STRSTARTS, STRENDS, "
            "CONTAINS, STRBEFORE or STRAFTER.",
        )
    source.fail(
        token,
        f"Die Funktion {token.text} gibt es in Regeln nicht.",
        f"Rules do not have the function {token.text}.",
    )
