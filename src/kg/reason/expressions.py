"""SPARQL expressions over one solution: an expression and a binding give a term, or an error.

A binding maps variables with their question mark, `?name`, to terms in N-Triples form. None is
SPARQL's type error; SPARQL 1.1 section 17.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from kg.namespaces import XSD
from kg.rdf.literals import XSD_STRING, compare, number, split, value
from kg.rdf.xsd_dates import Moment
from kg.rdf.xsd_values import INTEGERS
from kg.reason.expression_functions import FUNCTIONS, is_literal, same_term, truth
from kg.reason.rule import Expression, is_variable

Binding = Mapping[str, str]
_NUMERIC: Final = frozenset(f"{XSD}{name}" for name in (*INTEGERS, "decimal", "float", "double"))


def evaluate(expression: Expression, binding: Binding) -> str | None:
    """Return the term that `expression` has under `binding`, or None for an error.

    Variables that `binding` does not have are unbound. Raises KeyError for an operator that does
    not exist. Strings of more than 100,000 characters and exact numbers of more than 1,000
    digits are errors, so that a rule cannot make terms without end.
    """
    special = _SPECIAL.get(expression.operator)
    if special is not None:
        return special(expression, binding)
    terms = [_argument(one, binding) for one in expression.arguments]
    if None in terms:
        return None
    return FUNCTIONS[expression.operator][0](*terms)


def holds(expression: Expression, binding: Binding) -> bool:
    """Return whether a FILTER of `expression` keeps the solution: an error does not."""
    return _truth(expression, binding) is True


def effective(term: str | None) -> bool | None:
    """Return the effective boolean value of a term, section 17.2.2, or None for an error."""
    if term is None or not is_literal(term):
        return None
    lexical, datatype, language = split(term)
    if datatype == XSD_STRING or language:
        return lexical != ""
    if datatype == f"{XSD}boolean":
        return value(term) == ("boolean", True)
    if datatype not in _NUMERIC:
        return None
    known = number(term)
    return known is not None and known[1] == known[1] and known[1] != 0


def equal(one: str, other: str) -> bool | None:
    """Return what `one = other` says, section 17.4.1.7, or None for an error.

    Literals that are not the same term are an error when one has no known value, and when a zone
    is missing that would decide. Literals of types that do not compare are different.
    """
    if not (is_literal(one) and is_literal(other)):
        return one == other
    first, second = value(one), value(other)
    if first is None or second is None:
        return True if same_term(one, other) else None
    if number(one) is not None and number(other) is not None:
        return compare(one, other) == 0
    if isinstance(first, Moment) and isinstance(second, Moment) and first.kind == second.kind:
        order = compare(one, other)
        return None if order is None else order == 0
    return first == second


def _argument(argument: Expression | str, binding: Binding) -> str | None:
    if isinstance(argument, Expression):
        return evaluate(argument, binding)
    return binding.get(argument) if is_variable(argument) else argument


def _truth(argument: Expression | str, binding: Binding) -> bool | None:
    return effective(_argument(argument, binding))


def _result(found: bool | None) -> str | None:
    return None if found is None else truth(found)


def _term(expression: Expression, binding: Binding) -> str | None:
    return _argument(expression.arguments[0], binding)


def _and(expression: Expression, binding: Binding) -> str | None:
    """False wins over an error, an error over true."""
    found = [_truth(one, binding) for one in expression.arguments]
    return _result(False if False in found else None if None in found else True)


def _or(expression: Expression, binding: Binding) -> str | None:
    """True wins over an error, an error over false."""
    found = [_truth(one, binding) for one in expression.arguments]
    return _result(True if True in found else None if None in found else False)


def _not(expression: Expression, binding: Binding) -> str | None:
    found = _truth(expression.arguments[0], binding)
    return _result(None if found is None else not found)


def _operands(expression: Expression, binding: Binding) -> tuple[str, str] | None:
    one, other = (_argument(argument, binding) for argument in expression.arguments)
    return None if one is None or other is None else (one, other)


def _equal(expression: Expression, binding: Binding) -> str | None:
    pair = _operands(expression, binding)
    return None if pair is None else _result(equal(*pair))


def _unequal(expression: Expression, binding: Binding) -> str | None:
    pair = _operands(expression, binding)
    found = None if pair is None else equal(*pair)
    return None if found is None else truth(not found)


def _ordered(signs: tuple[int, ...]) -> Callable[[Expression, Binding], str | None]:
    """Make the comparison that holds when `compare` gives one of `signs`."""

    def comparison(expression: Expression, binding: Binding) -> str | None:
        pair = _operands(expression, binding)
        if pair is None:
            return None
        found = compare(*pair)
        if found is None and number(pair[0]) and number(pair[1]):
            return truth(False)  # NaN
        return None if found is None else truth(found in signs)

    return comparison


def _in(expression: Expression, binding: Binding) -> str | None:
    """IN: `=` with each, joined by ||; an error of one does not hide that another is equal."""
    first, *others = (_argument(one, binding) for one in expression.arguments)
    if first is None:
        return None if others else truth(False)
    found = [None if other is None else equal(first, other) for other in others]
    return _result(True if True in found else None if None in found else False)


def _not_in(expression: Expression, binding: Binding) -> str | None:
    found = effective(_in(expression, binding))
    return None if found is None else truth(not found)


def _bound(expression: Expression, binding: Binding) -> str | None:
    argument = expression.arguments[0]
    while isinstance(argument, Expression):
        argument = argument.arguments[0]
    return truth(not is_variable(argument) or argument in binding)


def _coalesce(expression: Expression, binding: Binding) -> str | None:
    terms = (_argument(one, binding) for one in expression.arguments)
    return next((term for term in terms if term is not None), None)


def _if(expression: Expression, binding: Binding) -> str | None:
    condition, then, otherwise = expression.arguments
    found = _truth(condition, binding)
    return None if found is None else _argument(then if found else otherwise, binding)


_SPECIAL: Final[MappingProxyType[str, Callable[[Expression, Binding], str | None]]] = (
    MappingProxyType(
        {
            "term": _term,
            "&&": _and,
            "||": _or,
            "!": _not,
            "=": _equal,
            "!=": _unequal,
            "<": _ordered((-1,)),
            "<=": _ordered((-1, 0)),
            ">": _ordered((1,)),
            ">=": _ordered((0, 1)),
            "IN": _in,
            "NOT IN": _not_in,
            "BOUND": _bound,
            "COALESCE": _coalesce,
            "IF": _if,
        }
    )
)
"""Operators that decide themselves what an error of an argument means."""
