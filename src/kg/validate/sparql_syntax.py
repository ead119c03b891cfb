"""A query as a tree: groups with their triple patterns, filters and nested groups.

It is read from tokens of a query that Oxigraph has taken; what is not known here is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.validate.sparql_tokens import Token

Tokens = tuple[Token, ...]


@dataclass(frozen=True, eq=False)
class Pattern:
    """A triple pattern: the tokens of its parts; a part that stands for [ ] or ( ) is empty."""

    s: Tokens
    p: Tokens
    o: Tokens


@dataclass(frozen=True, eq=False)
class Expression:
    """An expression, or another part with expressions, and the groups of its EXISTS.

    `exists` are the numbers of the tokens EXISTS; `alias` is the variable behind AS.
    """

    tokens: Tokens
    groups: tuple[Group, ...] = ()
    alias: Token | None = None

    def inner(self) -> Iterator[Token]:
        """Yield the tokens outside of the groups of EXISTS."""
        for token in self.tokens:
            if not any(group.start <= token.at < group.end for group in self.groups):
                yield token


@dataclass(frozen=True, eq=False)
class Filter:
    """FILTER; `start` and `end` are the offsets of the whole clause."""

    expression: Expression
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Bind:
    """BIND (... AS ?variable)."""

    expression: Expression


@dataclass(frozen=True, eq=False)
class Choice:
    """One or, with UNION, several groups in braces."""

    groups: tuple[Group, ...]


@dataclass(frozen=True, eq=False)
class OptionalGroup:
    """OPTIONAL."""

    group: Group


@dataclass(frozen=True, eq=False)
class GraphGroup:
    """GRAPH with its name."""

    name: Token
    group: Group


@dataclass(frozen=True, eq=False)
class Foreign:
    """MINUS, SERVICE or VALUES, which SHACL does not allow."""

    word: Token
    group: Group | None = None


Element = Pattern | Filter | Bind | Choice | OptionalGroup | GraphGroup | Foreign


@dataclass(frozen=True, eq=False)
class Group:
    """What stands in braces, from the offset `start` of { to `end` behind }."""

    start: int
    end: int
    elements: tuple[Element, ...] = ()
    select: Query | None = None


@dataclass(frozen=True, eq=False)
class Query:
    """A SELECT or ASK query, or a subquery.

    `items` are the parts of the SELECT clause, `star` is set for *. `head` is where the SELECT
    clause lists its first item. `modifiers` are what follows the group, by keyword.
    """

    word: Token
    head: int
    items: tuple[Expression, ...]
    star: Token | None
    group: Group
    modifiers: dict[str, Expression] = field(default_factory=dict)

    @property
    def projected(self) -> list[str]:
        """The variables of the SELECT clause that are not made by AS."""
        return [
            item.tokens[0].text[1:]
            for item in self.items
            if item.alias is None and len(item.tokens) == 1
        ]

    @property
    def grouped(self) -> bool:
        """Whether it aggregates."""
        return "GROUP" in self.modifiers or any(
            token.is_word(*AGGREGATES) for item in self.items for token in item.inner()
        )


AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")


def nested_groups(element: Element) -> tuple[Group, ...]:
    """Return the groups directly within an element, those of EXISTS included."""
    match element:
        case Filter(expression) | Bind(expression):
            return expression.groups
        case Choice(groups):
            return groups
        case OptionalGroup(group) | GraphGroup(_, group):
            return (group,)
        case Foreign(_, group):
            return (group,) if group else ()
        case Pattern():
            return ()


def groups_of(query: Query) -> Iterator[Group]:
    """Yield all groups of a query, from the outermost inwards."""
    waiting = [query.group]
    for part in (*query.items, *query.modifiers.values()):
        waiting += part.groups
    while waiting:
        group = waiting.pop(0)
        yield group
        if group.select:
            waiting += groups_of(group.select)
        for element in group.elements:
            waiting += nested_groups(element)


def queries_of(query: Query) -> Iterator[Query]:
    """Yield a query and all its subqueries."""
    yield query
    for group in groups_of(query):
        if group.select:
            yield group.select


def expressions_of(query: Query) -> Iterator[Expression]:
    """Yield all parts of a query and its subqueries that hold expressions."""
    for one in queries_of(query):
        yield from one.items
        yield from one.modifiers.values()
    for group in groups_of(query):
        for element in group.elements:
            if isinstance(element, Filter | Bind):
                yield element.expression


def patterns_of(query: Query) -> Iterator[Pattern]:
    """Yield all triple patterns of a query."""
    for group in groups_of(query):
        for element in group.elements:
            if isinstance(element, Pattern):
                yield element
