"""Rule files: SPARQL CONSTRUCT queries with a header become rules; what rules lack is refused.

A rule has basic graph patterns, nested groups, FILTER, BIND and FILTER NOT EXISTS. Unlike in
SPARQL, a BIND whose expression is an error leaves no solution.
"""

from __future__ import annotations

import re
from pathlib import Path

from kg.errors import Place, QueryError, Text
from kg.rdf.queries import QueryFile, read_queries
from kg.reason.rule import Group, Pattern, Rule
from kg.reason.rule_groups import Scope, constants, flat, read_where, refuse, substitute
from kg.reason.rule_terms import Terms, Triples
from kg.reason.rule_tokens import Source, Token

_NAME = re.compile(r"^#\s*name\s*:", re.MULTILINE)
_AFTER = frozenset(("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"))
_FORMS = frozenset(
    ("SELECT", "ASK", "DESCRIBE", "INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE")
)


def read_rules(folder: Path) -> tuple[Rule, ...]:
    """Read the rules below `folder`, in the order of their paths; none when it is not there.

    Raises QueryError with line and column for what is no rule, and for a name that two files
    have; ReadError for a file that cannot be read.
    """
    rules = []
    first: dict[str, QueryFile] = {}
    for query in read_queries(folder):
        other = first.setdefault(query.name, query)
        if other is not query:
            raise _same_name(query, other)
        rules.append(
            parse_rule(query.text, name=query.name, about=query.about, file=str(query.path))
        )
    return tuple(rules)


def _same_name(query: QueryFile, other: QueryFile) -> QueryError:
    match = _NAME.search(query.text)
    line = 1 + query.text.count("\n", 0, match.start()) if match else None
    files = str(other.path), str(query.path)
    return QueryError(
        Text(
            de=f"Zwei Regeln heißen „{query.name}“: {files[0]} und {files[1]}.",
            en=f"Two rules have the name “{query.name}”: {files[0]} and {files[1]}.",
        ),
        place=Place(files[1], line, line and 1),
    )


def parse_rule(text: str, *, name: str, about: Text, file: str) -> Rule:
    """Return the rule that a CONSTRUCT query states; `file` is named in messages.

    Raises QueryError with line and column for a syntax error and for what rules do not have.
    """
    source = Source(text, file)
    terms = Terms(source)
    _prologue(terms)
    _form(source)
    start = source.next
    unless: tuple[Group, ...] = ()
    head = _template(terms) if source.peek().is_sign("{") else None
    used = source.tokens[start : source.next]
    if source.peek().word == "FROM":
        source.fail(
            source.peek(),
            "FROM ist in Regeln nicht möglich; sie gelten für die Vereinigung aller Graphen.",
            "FROM is not possible in rules; they hold for the union of all graphs.",
        )
    if head is None:
        source.expect("WHERE")
        head = _template(terms)
        body = Group(head)
    else:
        source.take_word("WHERE")
        scope = read_where(terms)
        _check_head(source, used, scope.variables)
        head, body, unless = _settled(scope, head)
    _end(source)
    return Rule(
        name=name, body=body, head=head, unless=unless, about=about, place=Place(file), text=text
    )


def _settled(
    scope: Scope, head: tuple[Pattern, ...]
) -> tuple[tuple[Pattern, ...], Group, tuple[Group, ...]]:
    """Return head, body and negations with the IRIs of BIND in the place of their variables."""
    known = constants(scope)
    body = substitute(flat(scope), known)
    unless = tuple(substitute(group, known) for group in scope.closed)
    return substitute(Group(head), known).patterns, body, unless


def _prologue(terms: Terms) -> None:
    """Read PREFIX and BASE, in any order."""
    source = terms.source
    while word := source.take_word("PREFIX", "BASE"):
        if word.word == "PREFIX":
            token = source.peek()
            if token.kind != "name" or not token.text.endswith(":") or token.text.count(":") > 1:
                source.unexpected("ein Präfix wie „org:“", "a prefix such as “org:”")
            source.take()
        if source.peek().kind != "iri":
            source.unexpected("eine IRI in spitzen Klammern", "an IRI in angle brackets")
        iri = terms.iri(source.take())[1:-1]
        if word.word == "BASE":
            terms.base = iri
        else:
            terms.prefixes[token.text[:-1]] = iri


def _form(source: Source) -> None:
    """Take CONSTRUCT; any other query is no rule."""
    token = source.peek()
    if token.word == "CONSTRUCT":
        source.take()
    elif token.word in _FORMS or token.kind == "end":
        source.fail(
            token,
            "Eine Regel ist eine CONSTRUCT-Abfrage; diese Datei enthält keine.",
            "A rule is a CONSTRUCT query; this file does not have one.",
        )
    else:
        source.unexpected("PREFIX, BASE oder CONSTRUCT", "PREFIX, BASE or CONSTRUCT")


def _template(terms: Terms) -> tuple[Pattern, ...]:
    """Read "{ triples }", at least one."""
    source = terms.source
    opening = source.expect("{")
    triples = Triples(terms, template=True)
    while not source.take_sign("}"):
        if source.peek().kind in ("word", "end") or source.peek().is_sign("{"):
            source.unexpected("ein Tripel oder „}“", "a triple or “}”")
        triples.read()
        if not source.take_sign(".") and not source.peek().is_sign("}"):
            source.unexpected("„.“ oder „}“", "“.” or “}”")
    if not triples.patterns:
        source.fail(
            opening,
            "Die Regel schließt auf kein Tripel; CONSTRUCT { … } ist leer.",
            "The rule concludes no triple; CONSTRUCT { … } is empty.",
        )
    return tuple(triples.patterns)


def _check_head(source: Source, used: list[Token], bound: set[str]) -> None:
    """Raise for the first variable of the template that the WHERE does not bind."""
    for token in used:
        if token.kind == "variable" and f"?{token.text[1:]}" not in bound:
            source.fail(
                token,
                f"{token.text} kommt im WHERE nicht vor; die Regel kann kein Tripel bilden.",
                f"{token.text} does not occur in the WHERE; the rule cannot make the triple.",
            )


def _end(source: Source) -> None:
    token = source.peek()
    if token.word in _AFTER:
        follows = source.peek(1).word == "BY"
        refuse(source, token, f"{token.word} BY" if follows else token.word)
    if token.kind != "end":
        source.unexpected("das Ende der Datei", "the end of the file")
