"""The SERVICE clauses of a query as text: where they stand, what they call, how to replace them.

Nothing here decides what a parser will see; `kg.serve.federation.clauses` lets one prove it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kg.errors import Place, RefusedQueryError, Text
from kg.rdf.sparql_text import bare_words, line_column, spread

_KEYWORD = len("SERVICE")
_GAP = r"(?:[ \t\r\n]|\#[^\n\r]*+)*+"
_CLAUSE = re.compile(
    rf"""
    (?ai:service){_GAP}(?P<silent>(?ai:silent){_GAP})?
    (?P<name>
        <[^<>"{{}}|^`\\\x00-\x20]*>
      | [?$]\w+
      | [\w.-]*+:(?:[\w:.-]|%[0-9A-Fa-f]{{2}}|\\.)*
    )
    (?={_GAP}\{{)
    """,
    re.VERBOSE | re.DOTALL,
)
_NO_BREAK = re.compile(r"[^\n\r]")
_PROLOGUE = ("PREFIX", "BASE", "VERSION")


@dataclass(frozen=True)
class Clause:
    """`SERVICE [SILENT] name` from offset `start` to `end`; `name` is an IRI as it is written."""

    start: int
    end: int
    name: str
    silent: bool
    place: Place


def find_clauses(text: str) -> tuple[Clause, ...]:
    """Return the SERVICE clauses of a query in the order of the text.

    Raises RefusedQueryError, with line and column, when one names its server by a variable, has
    another form than the grammar (SPARQL 1.1 Query, rule 59) or stands within another one.
    """
    found = tuple(_clause(text, at) for word, at in bare_words(text) if word == "SERVICE")
    if len(found) > 1:
        _refuse_nested(text, found)
    return found


def prologue_of(text: str) -> str:
    """Return what stands before the first keyword after BASE, PREFIX and VERSION."""
    ends = (at for word, at in bare_words(text) if word not in _PROLOGUE)
    return text[: next(ends, len(text))]


def as_graphs(text: str, clauses: Sequence[Clause]) -> str:
    """Return `text`, equally long, with GRAPH in place of SERVICE and without SILENT."""

    def graph(clause: Clause, old: str) -> str:
        head = old[: -len(clause.name)]
        return "GRAPH" + _NO_BREAK.sub(" ", head[len("GRAPH") :]) + clause.name

    return _replaced(text, clauses, graph)


def without_keyword(text: str, clauses: Sequence[Clause], one: Clause) -> str:
    """Return `as_graphs`, but with a word that cannot be foreseen in place of one SERVICE."""
    word = "".join(secrets.choice("jkqvwxz") for _ in range(_KEYWORD))
    graphs = as_graphs(text, clauses)
    return f"{graphs[: one.start]}{word}{graphs[one.start + _KEYWORD :]}"


def with_addresses(text: str, clauses: Sequence[Clause], addresses: Sequence[str]) -> str:
    """Return `text` with each clause calling its address instead of its name."""
    of = dict(zip(clauses, addresses, strict=True))

    def call(clause: Clause, _: str) -> str:
        return f"SERVICE {'SILENT ' * clause.silent}<{of[clause]}>"

    return _replaced(text, clauses, call)


def refuse_clause(place: Place, text: Text) -> RefusedQueryError:
    """Return the error for the clause at `place`, with line and column in its text."""
    where = Text(
        de=f"SERVICE in Zeile {place.line}, Spalte {place.column}: ",
        en=f"SERVICE at line {place.line}, column {place.column}: ",
    )
    return RefusedQueryError(Text(de=where.de + text.de, en=where.en + text.en), place=place)


def _clause(text: str, start: int) -> Clause:
    place = Place("query", *line_column(text, start))
    match = _CLAUSE.match(text, start)
    if match is None:
        raise refuse_clause(place, _FORM)
    if match["name"][0] in "?$":
        raise refuse_clause(place, _VARIABLE)
    return Clause(start, match.end(), match["name"], match["silent"] is not None, place)


def _refuse_nested(text: str, clauses: Sequence[Clause]) -> None:
    """Raise RefusedQueryError for the first clause within the group of another one."""
    starts = {clause.start: clause for clause in clauses}
    waiting, open_groups = False, 0
    depths: list[int] = []
    marks = sorted({*starts, *(at for _, at in spread(text)[1] if text[at] in "{}")})
    for at in marks:
        if at in starts:
            if depths:
                raise refuse_clause(starts[at].place, _NESTED)
            waiting = True
        elif text[at] == "{":
            open_groups += 1
            if waiting:
                depths.append(open_groups)
                waiting = False
        else:
            if depths and depths[-1] == open_groups:
                depths.pop()
            open_groups -= 1


def _replaced(text: str, clauses: Sequence[Clause], by: Callable[[Clause, str], str]) -> str:
    parts, done = [], 0
    for clause in clauses:
        parts += [text[done : clause.start], by(clause, text[clause.start : clause.end])]
        done = clause.end
    return "".join([*parts, text[done:]])


_FORM = Text(
    de="Erwartet wird SERVICE <Adresse> { … } oder SERVICE SILENT <Adresse> { … }.",
    en="Expected is SERVICE <address> { … } or SERVICE SILENT <address> { … }.",
)
_VARIABLE = Text(
    de="Der Server darf nicht durch eine Variable benannt sein. Nennen Sie seine Adresse.",
    en="The server must not be named by a variable. Name its address.",
)
_NESTED = Text(
    de="Innerhalb von SERVICE darf kein weiteres SERVICE stehen.",
    en="There must be no other SERVICE within SERVICE.",
)
