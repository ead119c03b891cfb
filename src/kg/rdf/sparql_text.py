"""SPARQL as text: the form of a query, bare words outside of strings, the place of a fault."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.errors import Place, QueryError, Text

_TOKEN = re.compile(
    r"""
    \#[^\n\r]*
  | <[^<>"{}|^`\\\x00-\x20]*>
  | \"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''
  | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'
  | [?$]\w+
  | @[A-Za-z]+(?:-[A-Za-z0-9]+)*
  | (?P<name>[\w.-]*:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\.)*)
  | (?P<word>[A-Za-z]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_PROLOGUE = ("PREFIX", "BASE", "VERSION")


def bare_words(text: str) -> Iterator[tuple[str, int]]:
    """Yield keywords and other bare words, upper case, with their offset."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "word":
            yield match.group().upper(), match.start()


def kind_of(text: str) -> str:
    """Return the first keyword after the prologue, such as "SELECT" or "INSERT", or ""."""
    return next((word for word, _ in bare_words(text) if word not in _PROLOGUE), "")


def forbid_service(text: str) -> None:
    """Raise QueryError with line and column if `text` has a SERVICE clause."""
    for word, offset in bare_words(text):
        if word == "SERVICE":
            line, column = _line_column(text, offset)
            raise QueryError(
                Text(
                    de=f"SERVICE ist hier ausgeschaltet (Zeile {line}, Spalte {column}): Der "
                    "Server stellt keine Anfragen an andere Server.",
                    en=f"SERVICE is off here (line {line}, column {column}): the server sends "
                    "no requests to other servers.",
                ),
                place=Place("query", line, column),
            )


def place_of(text: str, line: int, column: int) -> tuple[str, int, int]:
    """Return the text at a fault, quoted, with its line and column moved to a visible sign."""
    lines = text.splitlines() or [""]
    while line <= len(lines) and not lines[line - 1][column - 1 :].strip():
        line, column = line + 1, 1
    if line > len(lines):
        return "EOF", len(lines), len(lines[-1]) + 1
    found = lines[line - 1][column - 1 :]
    column += len(found) - len(found.lstrip())
    return f"„{found.strip()[:40]}“", line, column


def _line_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
