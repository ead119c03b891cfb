"""The text of a rule file becomes tokens with offsets; every fault is an error with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn

from kg.errors import Place, QueryError, Text
from kg.rdf.names import BLANK_NODE_LABEL, PN_CHARS, PN_CHARS_BASE, PN_CHARS_U
from kg.rdf.sparql_text import line_column, quote_at

_ESCAPED = r"\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = (
    rf"(?:[{PN_CHARS_U}:0-9]|%[0-9A-Fa-f]{{2}}|{_ESCAPED})"
    rf"(?:\.*(?:[{PN_CHARS}:]|%[0-9A-Fa-f]{{2}}|{_ESCAPED}))*"
)
_PREFIX = rf"[{PN_CHARS_BASE}](?:[{PN_CHARS}.]{{0,250}}[{PN_CHARS}])?"
"""Of bounded length: in a long run of signs, every one could begin a prefix."""
_TOKEN = re.compile(
    rf"""
    (?P<space>(?:[ \t\r\n]+|\#[^\r\n]*)+)
  | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
  | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^"\\]|\\.))*+\"\"\"|'''(?:'{{0,2}}(?:[^'\\]|\\.))*+'''
      |"(?:[^"\\\n\r]|\\.)*+"|'(?:[^'\\\n\r]|\\.)*+')
  | (?P<variable>[?$][{PN_CHARS_U}0-9][{PN_CHARS_U}0-9\u00b7\u0300-\u036f\u203f\u2040]*)
  | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<blank>{BLANK_NODE_LABEL})
  | (?P<name>(?:{_PREFIX})?:(?:{_LOCAL})?)
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+)
  | (?P<word>[A-Za-z][A-Za-z0-9_]*)
  | (?P<sign>\^\^|&&|\|\||!=|<=|>=|<<|>>|[=<>!+\-*/(){{}}\[\],;.|^?])
    """,
    re.VERBOSE | re.DOTALL,
)
MAX_DEPTH: Final = 50
"""Brackets in brackets beyond this depth are refused."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `kind` is a group of the pattern or "end"; `text` as written, from `offset`."""

    kind: str
    text: str
    offset: int

    @property
    def word(self) -> str:
        """The text in upper case if it is a bare word, otherwise ""."""
        return self.text.upper() if self.kind == "word" else ""

    def is_sign(self, *texts: str) -> bool:
        """Return whether this is one of the signs `texts`."""
        return self.kind == "sign" and self.text in texts


@dataclass
class Source:
    """The tokens of one rule file, the place of the next one, and the errors that speak of it."""

    text: str
    file: str
    tokens: list[Token] = field(default_factory=list)
    next: int = 0
    depth: int = 0

    def __post_init__(self) -> None:
        """Cut the text into tokens; raises QueryError for what is none."""
        self.tokens = list(self._cut())

    def _cut(self) -> Iterator[Token]:
        offset = 0
        while offset < len(self.text):
            match = _TOKEN.match(self.text, offset)
            if match is None:
                self.unexpected_at(offset)
            if match.lastgroup != "space":
                yield Token(str(match.lastgroup), match.group(), offset)
            offset = match.end()
        yield Token("end", "", offset)

    def place(self, offset: int) -> Place:
        """Return file, line and column of an offset."""
        return Place(self.file, *line_column(self.text, offset))

    def fail(self, at: Token | int, de: str, en: str) -> NoReturn:
        """Raise a QueryError with the place of a token or an offset."""
        offset = at if isinstance(at, int) else at.offset
        raise QueryError(Text(de=de, en=en), place=self.place(offset))

    def unexpected_at(self, offset: int, de: str = "", en: str = "") -> NoReturn:
        """Raise for what stands at `offset`; `de` and `en` say what should stand there."""
        found = quote_at(self.text, offset)
        self.fail(
            offset,
            f"Syntaxfehler {found.de}" + (f": Erwartet wird {de}." if de else "."),
            f"Syntax error {found.en}" + (f": expected {en}." if en else "."),
        )

    def peek(self, ahead: int = 0) -> Token:
        """Return a token without taking it."""
        return self.tokens[min(self.next + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        """Take the next token."""
        token = self.peek()
        self.next += token.kind != "end"
        return token

    def take_sign(self, *texts: str) -> Token | None:
        """Take the next token if it is one of the signs `texts`."""
        return self.take() if self.peek().is_sign(*texts) else None

    def take_word(self, *words: str) -> Token | None:
        """Take the next token if it is one of the bare words `words`, given in upper case."""
        return self.take() if self.peek().word in words else None

    def expect(self, text: str) -> Token:
        """Take the sign or keyword `text`, or raise."""
        found = self.take_word(text) if text.isalpha() else self.take_sign(text)
        return found or self.unexpected(f"„{text}“", f"“{text}”")

    def unexpected(self, de: str, en: str) -> NoReturn:
        """Raise for the next token."""
        self.unexpected_at(self.peek().offset, de, en)

    def enter(self, token: Token) -> None:
        """Count a bracket that opens, and raise when there are too many in each other."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(
                token,
                f"Mehr als {MAX_DEPTH} Klammern stehen ineinander.",
                f"More than {MAX_DEPTH} brackets stand in each other.",
            )

    def leave(self) -> None:
        """Count a bracket that closes."""
        self.depth -= 1
