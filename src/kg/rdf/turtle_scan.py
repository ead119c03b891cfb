"""Turtle that a parser has refused becomes tokens up to the fault, and what was due there.

The scanner knows the grammar only roughly, RDF 1.1 Turtle section 6.5 and TriG: it follows text
that the parser has accepted, and stops where the parser did.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from types import MappingProxyType

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]++|\#[^\r\n]*+)
  | (?P<iri><[^<>"{}|^`\s]*+>)
  | (?P<string>\"\"\"(?:\"{0,2}+(?:[^"\\]|\\.))*+\"\"\"|'''(?:'{0,2}+(?:[^'\\]|\\.))*+'''
        |(?!\"\"\"|''')(?:"(?:[^"\\\r\n]|\\.)*+"|'(?:[^'\\\r\n]|\\.)*+'))
  | (?P<open>\"\"\".*+|'''.*+|["'](?-s:.*))
  | (?P<lang>@[A-Za-z][\w-]*+)
  | (?P<hats>\^\^)
  | (?P<number>[+-]?(?:[0-9]++(?:\.[0-9]++)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?(?![\w:%]))
  | (?P<name>(?:\w(?:[\w.-]*\w)?-?)?:(?:(?:[\w:%-]|\\.|\.(?=[\w:%.-]))*+))
  | (?P<word>\w(?:[\w-]*+))
  | (?P<mark>[.;,()\[\]{}])
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_LINE_END = re.compile(r"\r\n?|\n")
_STATEMENT_END = re.compile(r"\.[ \t]*+\r?\n(?=[^ \t\r\n])")
_LONG = ('"""', "'''")
_FAR = 50_000
"""So many signs before a fault are looked at: what is wrong shows nearby."""
_VALUES = ("iri", "name", "string", "number", "word")
_TAKEN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "object": dict.fromkeys(_VALUES, "after"),
        "after": {
            "lang": "after",
            "hats": "datatype",
            ",": "object",
            ";": "predicate",
            ".": "subject",
        },
        "item": dict.fromkeys((*_VALUES, "lang", "hats"), "item"),
        "datatype": {"iri": "after", "name": "after"},
    }
)
"""What is due after a token, by what was due before it and by its kind or its text."""
_CLOSING = {"]": "[", ")": "(", "}": "{"}


@dataclass(frozen=True)
class Token:
    """A piece of the text and the offset of its first sign; at the end its kind is "end"."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset after its last sign."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Lines:
    """A text and where its lines are."""

    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and a column, the end of the text for what is beyond it."""
        if line > len(self._starts):
            return len(self.text)
        return min(self._starts[line - 1] + column - 1, len(self.text))

    def rest(self, offset: int) -> str:
        """Return what follows in the same line."""
        found = _LINE_END.search(self.text, offset)
        return self.text[offset : found.start() if found else len(self.text)]


@dataclass(frozen=True)
class Seen:
    """What stands around a fault: `now` is the token that does not fit.

    `state` says what was due: subject, predicate, object, after (a sign after a value), item (of a
    list), datatype, prefix, namespace or directive (the dot at its end). `before` has the tokens
    up to `now`, `behind` some that follow, `opened` the brackets that are open.
    """

    lines: Lines
    now: Token
    state: str
    before: tuple[Token, ...]
    behind: tuple[Token, ...]
    opened: tuple[Token, ...]

    def last(self, count: int = 1) -> Token:
        """Return the token before `now`, or one still further in front."""
        return self.before[-count] if len(self.before) >= count else Token("start", "", 0)

    def line(self, token: Token) -> int:
        """Return the line in which a token begins."""
        return self.lines.place(token.start)[0]

    def column(self, token: Token) -> int:
        """Return the column in which a token begins."""
        return self.lines.place(token.start)[1]

    @property
    def same_line(self) -> bool:
        """Whether the token before `now` stands in the same line."""
        last = self.last()
        return self.lines.place(last.end)[0] == self.line(self.now)


def scan(lines: Lines, at: int) -> Seen | None:
    """Return what stands around the offset `at`, None where the grammar cannot be followed."""
    begin = 0
    if at > _FAR:
        found = _STATEMENT_END.search(lines.text, at - _FAR, at)
        if found is None:
            return None
        begin = found.end()
    walker = _Walker()
    before: deque[Token] = deque(maxlen=12)
    rest = tokens(lines.text, begin)
    now = Token("end", "", len(lines.text))
    for token in rest:
        if token.end > at or token.kind == "open":
            if not _is_at(token, at):
                return None
            now = token
            break
        if not walker.take(token):
            return None
        before.append(token)
    opened = tuple(token for token, _ in walker.opened)
    behind = tuple(islice(rest, 4))
    return Seen(lines, now, walker.state, tuple(before), behind, opened)


def _is_at(token: Token, at: int) -> bool:
    """Whether a parser that stops at `at` means this token, not one that is none."""
    if token.kind != "open":
        return True
    return at == token.start if token.text[:3] in _LONG else token.start <= at <= token.end


def tokens(text: str, begin: int = 0) -> Iterator[Token]:
    """Yield the tokens of Turtle from an offset on, without spaces and comments."""
    for found in _TOKEN.finditer(text, begin):
        if found.lastgroup != "space":
            yield Token(found.lastgroup or "", found[0], found.start())


class _Walker:
    """Knows what is due after the tokens it has taken."""

    def __init__(self) -> None:
        self.state = "subject"
        self.opened: list[tuple[Token, str]] = []
        self._dot = False

    def take(self, token: Token) -> bool:
        """Take the next token; False when it is not one that was due."""
        after = self._after(token)
        self.state = after or self.state
        return bool(after)

    def _after(self, token: Token) -> str | None:
        if token.text in ("[", "(", "{") and token.kind == "mark":
            self.opened.append((token, self.state))
            return {"[": "predicate", "(": "item", "{": "subject"}[token.text]
        if token.text in _CLOSING and token.kind == "mark":
            return self._closed(token)
        if self.state == "subject":
            return self._begun(token)
        if self.state == "predicate":
            return self._predicate(token)
        if self.state in _TAKEN:
            return _TAKEN[self.state].get(token.kind) or _TAKEN[self.state].get(token.text)
        return self._directive(token)

    def _begun(self, token: Token) -> str | None:
        word = token.text.lower().removeprefix("@")
        if token.kind in ("lang", "word") and word in ("prefix", "base"):
            self._dot = token.kind == "lang"
            return "prefix" if word == "prefix" else "namespace"
        if token.kind == "word" and word == "graph":
            return "subject"
        return "predicate" if token.kind in ("iri", "name") else None

    def _predicate(self, token: Token) -> str | None:
        if token.kind in ("iri", "name") or token.text == "a":
            return "object"
        return {";": "predicate", ".": "subject"}.get(token.text)

    def _directive(self, token: Token) -> str | None:
        if self.state == "prefix":
            return "namespace" if token.kind == "name" else None
        if self.state == "namespace" and token.kind == "iri":
            return "directive" if self._dot else "subject"
        return "subject" if self.state == "directive" and token.text == "." else None

    def _closed(self, token: Token) -> str | None:
        if not self.opened or self.opened[-1][0].text != _CLOSING[token.text]:
            return None
        _, state = self.opened.pop()
        if token.text == "}":
            return "subject"
        return {"subject": "predicate", "object": "after"}.get(state, state)
