"""The WHERE of a rule file: a group with nested groups becomes one flat group and its negations.

SPARQL 1.1 sections 5.2, 8.1, 10.1: a FILTER sees the variables of its own group, a FILTER NOT
EXISTS those of the group that it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple, NoReturn

from kg.reason.rule import Assignment, Expression, Group, Pattern
from kg.reason.rule_expressions import expression
from kg.reason.rule_terms import Terms, Triples, variables_in
from kg.reason.rule_tokens import Source, Token

_INSTEAD: Final = MappingProxyType(
    {
        "OPTIONAL": (
            "schreiben Sie zwei Regeln, eine ohne und eine mit diesen Tripeln",
            "write two rules, one without and one with these triples",
        ),
        "UNION": ("schreiben Sie für jeden Zweig eine Regel", "write one rule for each branch"),
        "MINUS": ("nehmen Sie FILTER NOT EXISTS { … }", "use FILTER NOT EXISTS { … }"),
        "GRAPH": (
            "Regeln gelten für die Vereinigung aller Graphen",
            "rules hold for the union of all graphs",
        ),
        "SERVICE": (
            "Regeln stellen keine Anfragen an andere Server",
            "rules send no requests to other servers",
        ),
        "VALUES": ("nehmen Sie FILTER (?x IN (…))", "use FILTER (?x IN (…))"),
        "SELECT": ("schreiben Sie eine eigene Regel", "write a rule of its own"),
        "EXISTS": (
            "schreiben Sie diese Tripel in das WHERE selbst",
            "write these triples into the WHERE itself",
        ),
    }
)


class Use(NamedTuple):
    """Tokens that use variables, and the variables that they may use."""

    tokens: list[Token]
    known: set[str]


@dataclass
class Scope:
    """One group while it is read. `uses` are checked where the variables outside are known."""

    patterns: list[Pattern] = field(default_factory=list)
    conditions: list[Expression] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    negations: list[tuple[Token, Scope]] = field(default_factory=list)
    closed: list[Group] = field(default_factory=list)
    variables: set[str] = field(default_factory=set)
    made: list[tuple[str, Token]] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)


def refuse(source: Source, token: Token, name: str = "") -> NoReturn:
    """Raise for a keyword that rules do not have, with what to write instead where known."""
    name = name or token.word
    hint = _INSTEAD.get(name)
    source.fail(
        token,
        f"{name} ist in Regeln nicht möglich" + (f"; {hint[0]}." if hint else "."),
        f"{name} is not possible in rules" + (f"; {hint[1]}." if hint else "."),
    )


def read_where(terms: Terms) -> Scope:
    """Read the group that is the WHERE of a rule."""
    return _group(terms, nested=False, negated=False)


def _group(terms: Terms, *, nested: bool, negated: bool) -> Scope:
    """Read "{ ... }". Inside of a negation, checks wait for the variables around it."""
    source, before = terms.source, terms.group
    source.enter(source.expect("{"))
    terms.group = source.next
    scope = Scope()
    while not source.take_sign("}"):
        _element(terms, scope, negated=negated)
    source.leave()
    terms.group = before
    if not negated or nested:
        _check_uses(source, scope.uses, set())
        scope.uses.clear()
    for token, inner in scope.negations:
        _close(terms, scope, token, inner, rename=nested)
    scope.negations.clear()
    return scope


def _element(terms: Terms, scope: Scope, *, negated: bool) -> None:
    source = terms.source
    token = source.peek()
    if token.is_sign("{"):
        if source.peek(1).word == "SELECT":
            refuse(source, source.peek(1))
        _merge(scope, _group(terms, nested=True, negated=negated))
        if source.peek().word == "UNION":
            refuse(source, source.peek())
    elif source.take_word("FILTER"):
        _filter(terms, scope, negated=negated)
    elif source.take_word("BIND"):
        _bind(terms, scope)
    elif token.word in _INSTEAD:
        refuse(source, token)
    elif token.kind in ("word", "end") and token.text not in ("true", "false"):
        source.unexpected("ein Tripel, FILTER, BIND oder „}“", "a triple, FILTER, BIND or “}”")
    else:
        triples = Triples(terms, template=False)
        triples.read()
        scope.patterns += triples.patterns
        scope.variables |= variables_in(triples.patterns)
        following = source.peek()
        if not (following.is_sign(".", "{", "}") or following.kind == "word"):
            source.unexpected("„.“ oder „}“", "“.” or “}”")
    source.take_sign(".")


def _merge(scope: Scope, inner: Scope) -> None:
    scope.patterns += inner.patterns
    scope.conditions += inner.conditions
    scope.assignments += inner.assignments
    scope.closed += inner.closed
    scope.variables |= inner.variables
    scope.made += inner.made


def _filter(terms: Terms, scope: Scope, *, negated: bool) -> None:
    source = terms.source
    token = source.peek()
    if token.word == "EXISTS":
        refuse(source, token)
    if token.word == "NOT" and source.peek(1).word == "EXISTS":
        if negated:
            source.fail(
                token,
                "NOT EXISTS in NOT EXISTS ist in Regeln nicht möglich; schreiben Sie das Innere "
                "als eigene Regel.",
                "NOT EXISTS in NOT EXISTS is not possible in rules; write the inner one as a rule "
                "of its own.",
            )
        source.take()
        source.take()
        scope.negations.append((token, _group(terms, nested=False, negated=True)))
        return
    if not (token.is_sign("(") or token.kind in ("word", "iri", "name")):
        source.unexpected("„(“ oder eine Funktion", "“(” or a function")
    start = source.next
    condition = _constraint(terms) if token.is_sign("(") else _call(terms)
    scope.conditions.append(condition)
    scope.uses.append(Use(source.tokens[start : source.next], scope.variables))


def _constraint(terms: Terms) -> Expression:
    terms.source.expect("(")
    found = expression(terms)
    terms.source.expect(")")
    return found


def _call(terms: Terms) -> Expression:
    """Read a function call; what would go on after it is not part of a FILTER."""
    start = terms.source.next
    found = expression(terms)
    if found.operator in ("&&", "||", "=", "!=", "<", "<=", ">", ">=", "IN", "NOT IN", "term"):
        terms.source.fail(
            terms.source.tokens[start],
            "Der Ausdruck nach FILTER gehört in runde Klammern.",
            "The expression after FILTER belongs in round brackets.",
        )
    return found


def _bind(terms: Terms, scope: Scope) -> None:
    source = terms.source
    source.expect("(")
    start = source.next
    found = expression(terms)
    scope.uses.append(Use(source.tokens[start : source.next], set(scope.variables)))
    source.expect("AS")
    token = source.peek()
    if token.kind != "variable":
        source.unexpected("eine Variable", "a variable")
    variable = f"?{source.take().text[1:]}"
    if variable in scope.variables:
        source.fail(
            token,
            f"{token.text} hat in dieser Gruppe schon einen Wert; BIND braucht eine neue Variable.",
            f"{token.text} has a value in this group already; BIND needs a new variable.",
        )
    source.expect(")")
    scope.assignments.append(Assignment(variable, found))
    scope.variables.add(variable)
    scope.made.append((variable, token))


def _check_uses(source: Source, uses: list[Use], outside: set[str]) -> None:
    for use in uses:
        for token in use.tokens:
            name = f"?{token.text[1:]}"
            if token.kind == "variable" and name not in use.known and name not in outside:
                source.fail(
                    token,
                    f"{token.text} bekommt in dieser Gruppe, und vor einem BIND, keinen Wert.",
                    f"{token.text} gets no value in this group, or not before BIND uses it.",
                )


def _close(terms: Terms, scope: Scope, token: Token, inner: Scope, *, rename: bool) -> None:
    """Check a negation against the variables around it and add it to the group.

    In a nested group its own variables get new names, which the outer groups cannot have.
    """
    source = terms.source
    if not inner.patterns:
        source.fail(
            token,
            "NOT EXISTS enthält kein Tripel; schreiben Sie FILTER (!(…)).",
            "NOT EXISTS has no triple; write FILTER (!(…)).",
        )
    _check_uses(source, inner.uses, scope.variables)
    for variable, at in inner.made:
        if variable in scope.variables:
            source.fail(
                at,
                f"{at.text} hat außerhalb von NOT EXISTS schon einen Wert.",
                f"{at.text} has a value outside of NOT EXISTS already.",
            )
    group = substitute(flat(inner), constants(inner))
    if rename:
        own = sorted(inner.variables - scope.variables)
        names = {variable: terms.fresh() for variable in own}
        group = substitute(group, names)
    scope.closed.append(group)


def flat(scope: Scope) -> Group:
    """Return the group without its negations.

    A variable of BIND that patterns or another BIND have as well becomes a condition: sameTerm.
    Where the BIND gives an IRI the condition is left out; see `constants`.
    """
    known, fixed = variables_in(scope.patterns), constants(scope)
    conditions, assignments = list(scope.conditions), []
    for assignment in scope.assignments:
        if assignment.expression.arguments == (fixed.get(assignment.variable),):
            continue
        if assignment.variable in known:
            leaf = Expression("term", (assignment.variable,))
            conditions.append(Expression("sameTerm", (leaf, assignment.expression)))
        else:
            assignments.append(assignment)
            known.add(assignment.variable)
    return Group(tuple(scope.patterns), tuple(conditions), tuple(assignments))


def constants(scope: Scope) -> dict[str, str]:
    """Return the variables of patterns that a BIND says to be one IRI, with the IRI."""
    known = variables_in(scope.patterns)
    found: dict[str, str] = {}
    for one in scope.assignments:
        value = one.expression.arguments[0] if one.expression.operator == "term" else ""
        if one.variable in known and isinstance(value, str) and value.startswith("<"):
            found.setdefault(one.variable, value)
    return found


def substitute(group: Group, terms: Mapping[str, str]) -> Group:
    """Return the group with variables replaced."""

    def new(term: str) -> str:
        return terms.get(term, term)

    return Group(
        tuple(Pattern(*map(new, pattern.terms())) for pattern in group.patterns),
        tuple(_replaced(one, new) for one in group.conditions),
        tuple(
            Assignment(new(one.variable), _replaced(one.expression, new))
            for one in group.assignments
        ),
    )


def _replaced(found: Expression, new: Callable[[str], str]) -> Expression:
    arguments = tuple(
        _replaced(one, new) if isinstance(one, Expression) else new(one) for one in found.arguments
    )
    return Expression(found.operator, arguments)
