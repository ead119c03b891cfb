"""Pre-binding: a query with given values for $this and other variables, as text for Oxigraph.

In expressions a variable becomes its value. In triple patterns it stays and Oxigraph is told its
value: a blank node cannot be written there, nor a literal as a subject. SHACL appendix A.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Variable

from kg.rdf.literals import split
from kg.validate.sparql_identity import VALUE_OF, Term, is_identity, kept, stored_literals
from kg.validate.sparql_paths import may_be_empty, path_of
from kg.validate.sparql_query import SparqlQuery
from kg.validate.sparql_syntax import (
    Bind,
    Choice,
    Filter,
    Foreign,
    GraphGroup,
    Group,
    OptionalGroup,
    Pattern,
    Query,
    groups_of,
    patterns_of,
    queries_of,
)
from kg.validate.sparql_tokens import Token, splice, tokenize

AS_TERM = "="
"""What the name of a hole begins with where the term matters, not the value."""
ROW = "kgRow"
"""The variable that tells the rows of a batch apart."""
_HOLE = "\x00"
_ROWS = "rows"
_FUNCTION = "urn:x-kg:"


@dataclass(frozen=True)
class Spelling:
    """How literals are stored: `keeping` as in `kg.validate.sparql_identity`; `asking` when
    expressions must ask for the values of variables, because there are such literals.
    """

    keeping: bool = False
    asking: bool = False

    def of(self, term: str) -> str:
        """Return a term as patterns find it."""
        return kept(term) if self.keeping else term


_PLAIN = Spelling()


@dataclass(frozen=True)
class Template:
    """Text with holes, which are the odd ones of `parts`, and what is the same in each run."""

    parts: tuple[str, ...]
    given: Mapping[Variable, Term]
    functions: Mapping[NamedNode, Callable[..., Any]]

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the query with `values` in its holes."""
        pieces = list(self.parts)
        pieces[1::2] = [values[name] for name in pieces[1::2]]
        return "".join(pieces)


def term_of(text: str) -> Term:
    """Return the RDF term of an N-Triples form."""
    if text.startswith("<"):
        return NamedNode(text[1:-1])
    if text.startswith("_:"):
        return BlankNode(text[2:])
    lexical, datatype, language = split(text)
    if language:
        return Literal(lexical, language=language)
    return Literal(lexical, datatype=NamedNode(datatype))


def in_expression(name: str, term: str) -> str:
    """Return how the value of a variable is written in an expression."""
    return f"<{_FUNCTION}{name}>()" if term.startswith("_:") else term


def functions_for(terms: Mapping[str, str]) -> dict[NamedNode, Callable[..., Any]]:
    """Return the functions that `in_expression` calls; they give the blank nodes."""
    return {
        NamedNode(_FUNCTION + name): partial(term_of, term)
        for name, term in terms.items()
        if term.startswith("_:")
    }


def one_by_one(
    query: SparqlQuery, constants: Mapping[str, str], spelling: Spelling = _PLAIN
) -> Template:
    """Return the query for one focus node; holes are `rows` of the query in expressions."""
    return _template(query, constants, spelling, batch=False)


def batched(
    query: SparqlQuery, constants: Mapping[str, str], spelling: Spelling = _PLAIN
) -> Template | None:
    """Return the query for many focus nodes at once, None if it would not say the same.

    The only hole is filled by `row_block`.
    """
    tree, prefixes = query.tree
    if not _can_be_batched(tree, prefixes, query.rows):
        return None
    return _template(query, constants, spelling, batch=True)


def row_block(columns: Iterable[tuple[str, ...]]) -> dict[str, str]:
    """Return the VALUES clause for rows of terms, numbered from 0."""
    lines = (f"({' '.join(terms)} {number})" for number, terms in enumerate(columns))
    return {_ROWS: " ".join(lines)}


def _template(
    query: SparqlQuery, constants: Mapping[str, str], spelling: Spelling, *, batch: bool
) -> Template:
    tree, prefixes = query.tree
    text = query.runnable
    tokens = tokenize(text)
    given = _as_variables(tree, constants)
    edits = list(_in_tokens(tree, tokens, query.rows, _Filling(constants, given, batch, spelling)))
    if spelling.keeping:
        edits += stored_literals(patterns_of(tree), prefixes)
    extra = sorted({*given, ROW} if batch else given)
    for one in queries_of(tree):
        edits += _clauses(one, tokens, query, extra)
    if batch:
        names = " ".join(f"?{name}" for name in (*query.rows, ROW))
        start = tree.group.start + 1
        block = f" VALUES ({names}) {{ {_HOLE}{_ROWS}{_HOLE} }} "
        edits.append((start, start, block))
    done = splice(text, edits) + (" LIMIT 1" if query.ask and not batch else "")
    functions = functions_for(constants)
    return Template(
        tuple(done.split(_HOLE)),
        {Variable(name): term_of(spelling.of(constants[name])) for name in given},
        functions,
    )


def _as_variables(tree: Query, constants: Mapping[str, str]) -> set[str]:
    """Return the constants that stay variables in patterns: see the head of this module."""
    subjects = {part.s[0].variable for part in patterns_of(tree) if part.s}
    used = _names_in_patterns(tree)
    return {
        name
        for name, term in constants.items()
        if name in used and (term.startswith("_:") or (term[0] == '"' and name in subjects))
    }


def _places_in_patterns(tree: Query) -> Iterator[Token]:
    for pattern in patterns_of(tree):
        yield from (*pattern.s, *pattern.p, *pattern.o)
    for group in groups_of(tree):
        for element in group.elements:
            if isinstance(element, GraphGroup):
                yield element.name


def _names_in_patterns(tree: Query) -> set[str]:
    return {name for token in _places_in_patterns(tree) if (name := token.variable)}


@dataclass(frozen=True)
class _Filling:
    """What is put in place of variables; `given` are the constants that stay in patterns."""

    constants: Mapping[str, str]
    given: set[str]
    batch: bool
    spelling: Spelling


def _in_tokens(
    tree: Query, tokens: list[Token], rows: tuple[str, ...], how: _Filling
) -> Iterator[tuple[int, int, str]]:
    """Yield the edits at variables."""
    constants = how.constants
    patterns = {token.at for token in _places_in_patterns(tree)}
    bare = {token.at for token in _bare(tree)}
    ordered = {token.at for token in _bare(tree, ("ORDER",), items=False)}
    for number, token in enumerate(tokens):
        name = token.variable
        if name is None or (token.at in bare and token.at not in ordered):
            continue
        if name not in rows and name not in constants:
            if token.at not in patterns:
                yield from _asked(tokens, number, how)
        elif token.at in ordered:
            continue
        elif token.at in patterns:
            if name in constants and name not in how.given:
                yield token.at, token.end, f" {how.spelling.of(constants[name])} "
        elif tokens[number - 2].is_word("BOUND") and tokens[number - 1].is_sign("("):
            # the whole call: Oxigraph takes a variable without a pattern for unbound
            yield tokens[number - 2].at, tokens[number + 1].end, " (true) "
        elif name in constants:
            term = constants[name]
            term = how.spelling.of(term) if is_identity(tokens, number) else term
            yield token.at, token.end, f" {in_expression(name, term)} "
        elif how.batch:
            yield from _asked(tokens, number, how)
        else:
            hole = AS_TERM + name if is_identity(tokens, number) else name
            yield token.at, token.end, f" {_HOLE}{hole}{_HOLE} "


def _asked(tokens: list[Token], number: int, how: _Filling) -> Iterator[tuple[int, int, str]]:
    """Yield the edit at a variable in an expression that may be stored otherwise."""
    token = tokens[number]
    if how.spelling.asking and not is_identity(tokens, number):
        yield token.at, token.end, f" <{VALUE_OF}>({token.text}) "


def _bare(
    tree: Query, keywords: tuple[str, ...] = ("GROUP", "ORDER"), *, items: bool = True
) -> Iterator[Token]:
    """Yield the variables that SELECT, with `items`, and GROUP BY and ORDER BY list as such."""
    for one in queries_of(tree):
        for item in one.items if items else ():
            if item.alias is None and len(item.tokens) == 1:
                yield item.tokens[0]
        for keyword in keywords:
            if keyword in one.modifiers:
                level = 0
                for token in one.modifiers[keyword].inner():
                    level += token.is_sign("(") - token.is_sign(")")
                    if level == 0 and token.kind == "var":
                        yield token


def _clauses(
    one: Query, tokens: list[Token], query: SparqlQuery, extra: list[str]
) -> Iterator[tuple[int, int, str]]:
    """Yield the edits that make a SELECT clause return what is given, and `extra`."""
    names = " ".join(f"?{name}" for name in extra)
    outermost = one is query.tree[0]
    if one.word.is_word("ASK"):
        rows = "" if ROW in extra else " ".join(f"?{name}" for name in query.rows)
        distinct = "DISTINCT" if ROW in extra else ""
        yield one.word.at, one.word.end, f"SELECT {distinct} {rows} {names}"
        return
    if not outermost:
        names = " ".join(f"?{name}" for name in extra if name not in (ROW, *one.projected))
    if one.star is not None and outermost:
        known = {token.variable for token in tokens} - {None} - set(query.constants)
        listed = sorted({str(name) for name in known} | {"this"})
        yield one.star.at, one.star.end, " ".join(f"?{name}" for name in listed) + f" {names} "
    elif one.star is None and names:
        yield one.head, one.head, f"{names} "
    if "GROUP" in one.modifiers and names:
        by = one.modifiers["GROUP"].tokens[1]
        yield by.end, by.end, f" {names} "


def _can_be_batched(tree: Query, prefixes: Mapping[str, str], rows: tuple[str, ...]) -> bool:
    if any(True for one in queries_of(tree) if one is not tree):
        return False
    if not {"LIMIT", "OFFSET"}.isdisjoint(tree.modifiers):
        return False
    if tree.grouped:
        by = tree.modifiers.get("GROUP")
        bare = {token.variable for token in _bare(tree)}
        if by is None or "this" not in bare & {token.variable for token in by.tokens}:
            return False
    paths = (path_of(pattern.p, dict(prefixes)) for pattern in patterns_of(tree))
    if any(path is not None and may_be_empty(path) for path in paths):
        return False
    return all(
        _is_apart(group, rows) for element in tree.group.elements for group in _nested(element)
    )


def _nested(element: object) -> tuple[Group, ...]:
    match element:
        case Choice(groups):
            return groups
        case OptionalGroup(group) | GraphGroup(_, group):
            return (group,)
        case Foreign(_, group):
            return (group,) if group else ()
        case _:
            return ()


def _is_apart(group: Group, rows: tuple[str, ...]) -> bool:
    """Return whether no expression in a nested group needs a value that only stands outside."""
    bound = {
        token.variable
        for element in group.elements
        if isinstance(element, Pattern)
        for token in (*element.s, *element.o)
    }
    for element in group.elements:
        if isinstance(element, Filter | Bind):
            used = {token.variable for token in element.expression.tokens}
            if not (used & set(rows)) <= bound:
                return False
        if not all(_is_apart(inner, rows) for inner in _nested(element)):
            return False
    return True
