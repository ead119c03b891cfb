"""What is too much for Oxigraph in an operation of an update is refused before it is parsed.

Oxigraph reads by recursion, which ends the process when it is too deep, and takes time with the
third power of the patterns that it has to join: 150 take seconds, 300 minutes.
"""

from __future__ import annotations

import re

from kg.errors import Place, QueryError, Text
from kg.rdf.sparql_text import line_column
from kg.write.faults import not_understood
from kg.write.update_text import COMMENT, IRI, STRING, Operation, Token, tokens_of

NESTED, JOINED, TOKENS = 100, 150, 10_000
"""Brackets in each other or signs in a row; what is joined in WHERE; words and signs in it."""

_BETWEEN = re.compile(
    rf"(?: [^()\[\]{{}}<\"'\#]++ | {IRI} | {STRING} | {COMMENT} | < )*+", re.VERBOSE | re.DOTALL
)
_OPERAND = re.compile(r"[+-]?[\d.].*|true|false", re.IGNORECASE | re.DOTALL)
_PLAIN = re.compile(r"<(?:[A-Za-z][\w+.-]*://[^']*|[\w:.%-]*)>")
_AMBIGUOUS = Text(
    de=" Nach einem Wert in runden Klammern kann das eine IRI oder ein Vergleich sein. Schreiben "
    "Sie nach dem Zeichen < ein Leerzeichen oder statt der IRI einen Namen mit Präfix.",
    en=" After a value in round brackets this may be an IRI or a comparison. Write a space after "
    "the sign <, or a name with a prefix in place of the IRI.",
)


def refuse_excess(operation: Operation, text: str) -> None:
    """Raise QueryError, with the place in `text`, for groups that are too deep or too large."""
    before = ""
    for token in operation.tokens:
        if token.kind == "group":
            content = text[token.start : token.end]
            if before in ("DATA", "INSERT", "DELETE"):
                _check_data(content, token.start, text)
            else:
                _Pattern(text, token.start).check(content)
        before = token.text.upper() if token.kind == "word" else ""


def _check_data(content: str, start: int, text: str) -> None:
    """Check the depth of data or of a template, in which `<` begins nothing but an IRI."""
    depth, at = 0, 0
    while at < len(content):
        sign = content[at]
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        if depth > NESTED:
            raise _too_large(text, start + at, _WORDS["nested"], NESTED)
        match = _BETWEEN.match(content, at + 1)
        at = match.end() if match else at + 1


class _Pattern:
    """Reads the group of WHERE, token by token, and counts.

    Where a parser could take an IRI for a comparison and so see other strings, comments or
    brackets, the group is refused: up to there both see the same.
    """

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._start = start
        self._open: list[str] = []
        self._before: Token | None = None
        self._row = self._joined = self._count = 0
        self._values: int | None = None
        """How many brackets are open around the data of VALUES."""
        self._is_values = False

    def check(self, content: str) -> None:
        """Raise QueryError at the first token that is too much."""
        for token in tokens_of(content):
            if token.kind == "sign":
                self._sign(token)
            else:
                self._row = 0
                self._other(token)
            self._count += self._values is None
            if len(self._open) > NESTED or self._row > NESTED:
                raise _too_large(self._text, self._start + token.start, _WORDS["nested"], NESTED)
            if self._joined > JOINED:
                raise _too_large(self._text, self._start + token.start, _WORDS["joined"], JOINED)
            if self._count > TOKENS:
                raise _too_large(self._text, self._start + token.start, _WORDS["tokens"], TOKENS)
            self._before = token

    def _other(self, token: Token) -> None:
        if token.kind == "iri" and self._is_ambiguous(token):
            raise not_understood(self._text, self._start + token.start, _AMBIGUOUS)
        if token.kind == "word" and token.text.upper() == "VALUES":
            self._is_values = True
            self._joined += 1
        if token.kind in ("word", "name") and token.text.endswith("."):
            self._joined += self._values is None and self._joins(".")

    def _sign(self, token: Token) -> None:
        sign = token.text
        self._row = self._row + 1 if sign in "!+-^" else 0
        if self._values is None:
            self._joined += self._joins(sign)
        if sign in "([{":
            if sign == "{" and self._is_values:
                self._values, self._is_values = len(self._open), False
            self._open.append(sign)
        elif sign in ")]}" and self._open:
            self._open.pop()
            if self._values is not None and len(self._open) <= self._values:
                self._values = None

    def _joins(self, sign: str) -> bool:
        """Return whether the sign goes with one more thing to join, counted generously."""
        inner = self._open[-1] if self._open else ""
        if sign in ".;,<":
            return inner in ("{", "[")
        if sign == "(":
            before = self._before
            return before is None or not (before.kind == "word" or before.text in "(=<>!&|+-*,")
        return sign in "/[{"

    def _is_ambiguous(self, token: Token) -> bool:
        """Return whether `<` may be a comparison, and what follows more than a name."""
        before = self._before
        if not self._open or self._open[-1] != "(" or self._values is not None or before is None:
            return False
        is_operand = before.kind in ("variable", "string", "name", "iri") or (
            before.text in (")", "]", "}")
            if before.kind == "sign"
            else _OPERAND.fullmatch(before.text) is not None
        )
        return is_operand and not _PLAIN.fullmatch(token.text)


_WORDS = {
    "nested": Text(de="Klammern ineinander", en="brackets within each other"),
    "joined": Text(
        de="Tripelmuster, Gruppen und Schritte in WHERE",
        en="triple patterns, groups and steps in WHERE",
    ),
    "tokens": Text(de="Wörter und Zeichen in WHERE", en="words and signs in WHERE"),
}


def _too_large(text: str, offset: int, what: Text, most: int) -> QueryError:
    line, column = line_column(text, offset)
    return QueryError(
        Text(
            de=f"Das Update ist zu groß: Bis Zeile {line}, Spalte {column} sind es mehr als {most} "
            f"{what.de}. Teilen Sie es auf.",
            en=f"The update is too large: up to line {line}, column {column} there are more than "
            f"{most} {what.en}. Split it.",
        ),
        place=Place("update", line, column),
    )
