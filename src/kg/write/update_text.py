"""The text of an update becomes operations: split at the semicolons outside of groups.

Only tokens are looked at, each once; whether an operation is one says Oxigraph, see
`kg.write.update_check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, RdfFormat, parse

from kg.errors import Text
from kg.write.faults import not_understood, too_many

COMMENT = r"\#[^\n\r]*+"
IRI = r"<[^<>\"{}|^`\\\x00-\x20]*+(?:\\u[0-9A-Fa-f]{4}[^<>\"{}|^`\\\x00-\x20]*+)*+>"
STRING = r"""
    \"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*+(?:\"\"\")? | '''(?:'{0,2}(?:[^'\\]|\\.))*+(?:''')?
  | "(?:[^"\\\n\r]|\\.)*+"? | '(?:[^'\\\n\r]|\\.)*+'?
"""
"""Pieces of SPARQL as regular expressions, for verbose ones."""

_TOKEN = re.compile(
    rf"""
    (?:\s++|{COMMENT})++
  | (?P<iri>{IRI})
  | (?P<string>{STRING})
  | (?P<variable>[?$]\w++)
  | (?P<name>[\w.-]*+:(?:[\w:.-]|%[0-9A-Fa-f]{{2}}|\\.)*+)
  | (?P<word>[\w.-]++)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_WITHIN = re.compile(
    rf"(?: [^{{}}<\"'\#]++ | {IRI} | {STRING} | {COMMENT} | < )*+", re.VERBOSE | re.DOTALL
)
"""What may stand within a group up to its next brace."""
_PREFIX_OF = re.compile(r"([\w.-]*+):")
_FEW = 64


@dataclass(frozen=True)
class Token:
    """A piece of an update from offset `start` to `end`; a group counts as one.

    `kind` is "iri", "name", "word", "group", "string", "variable" or "sign".
    """

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Prologue:
    """The base and the namespaces that are declared before an operation."""

    base: str | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)

    def for_text(self, text: str) -> str:
        """Return the declarations that `text` may need, in one line."""
        if len(self.prefixes) <= _FEW:
            used = [prefix for prefix in self.prefixes if f"{prefix}:" in text]
        else:
            names = {match[1] for match in _PREFIX_OF.finditer(text)}
            used = [prefix for prefix in self.prefixes if prefix in names]
        lines = [f"PREFIX {prefix}: <{self.prefixes[prefix]}> " for prefix in used]
        return f"BASE <{self.base}> {''.join(lines)}" if self.base else "".join(lines)


@dataclass(frozen=True)
class Operation:
    """One operation: its tokens, the declarations before it, its text and where that starts."""

    tokens: tuple[Token, ...]
    prologue: Prologue
    text: str
    start: int

    @property
    def shape(self) -> str:
        """The keywords, upper case, with I for IRIs, {} for groups and - for anything else."""
        signs = {"iri": "I", "name": "I", "group": "{}"}
        return " ".join(
            token.text.upper() if token.kind == "word" else signs.get(token.kind, "-")
            for token in self.tokens
        )


def operations(
    text: str, *, base: str | None, prefixes: Mapping[str, str], most: int
) -> Iterator[Operation]:
    """Yield the operations of an update; `prefixes` need no declaration.

    A last part that has only declarations or nothing is none; another one is an operation without
    tokens. Raises WriteError when there are more than `most`, QueryError
    when a declared IRI is none.
    """
    prologue = Prologue(base, prefixes)
    parts = list(_parts(text))
    for number, (tokens, close) in enumerate(parts, 1):
        prologue, done = _declared(prologue, tokens, text)
        rest = tuple(tokens[done:])
        if not rest and number == len(parts):
            return
        if number > most:
            raise too_many(Text(de="Operationen", en="operations"), most)
        start, end = (rest[0].start, rest[-1].end) if rest else (close, close)
        yield Operation(rest, prologue, text[start:end], start)


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in which braces are tokens of their own."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup:
            yield Token(match.lastgroup, match.group(), match.start(), match.end())


def _parts(text: str) -> Iterator[tuple[list[Token], int]]:
    """Yield the tokens between semicolons, and where they end."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:  # cannot be: any sign is a token
            break
        kind, end = match.lastgroup, match.end()
        if kind == "sign" and match.group() == "{":
            kind, end = "group", _group_end(text, at)
        if kind == "sign" and match.group() == ";":
            yield found, at
            found = []
        elif kind == "group":
            found.append(Token(kind, "", at, end))
        elif kind:
            found.append(Token(kind, match.group(), at, end))
        at = end
    yield found, at


def _group_end(text: str, start: int) -> int:
    """Return the offset after the brace that closes the one at `start`, or the end of `text`."""
    depth, at = 0, start
    while at < len(text):
        depth += 1 if text[at] == "{" else -1
        at += 1
        if depth == 0:
            return at
        match = _WITHIN.match(text, at)
        at = match.end() if match else at
    return len(text)


def _declared(prologue: Prologue, tokens: list[Token], text: str) -> tuple[Prologue, int]:
    """Return the declarations with those at the start of `tokens`, and how many tokens they are."""
    base, prefixes = prologue.base, dict(prologue.prefixes)
    at = 0
    while at < len(tokens):
        word = tokens[at].text.upper()
        after = [token.kind for token in tokens[at + 1 : at + 3]]
        if word == "BASE" and after[:1] == ["iri"]:
            base = _absolute(tokens[at + 1], base, text)
            at += 2
        elif word == "VERSION" and after[:1] == ["string"]:
            at += 2
        elif word == "PREFIX" and after == ["name", "iri"] and tokens[at + 1].text[-1] == ":":
            prefixes[tokens[at + 1].text[:-1]] = _absolute(tokens[at + 2], base, text)
            at += 3
        elif word == "PREFIX:" and after[:1] == ["iri"]:
            prefixes[""] = _absolute(tokens[at + 1], base, text)
            at += 2
        else:
            break
    return Prologue(base, prefixes), at


def _absolute(token: Token, base: str | None, text: str) -> str:
    """Return an IRI resolved as Oxigraph does; raises QueryError when it is none."""
    line = f"<urn:kg:a> <urn:kg:b> {token.text} ."
    try:
        (quad,) = parse(line, RdfFormat.TURTLE, base_iri=base)
    except (SyntaxError, ValueError) as error:
        raise not_understood(text, token.start) from error
    return quad.object.value if isinstance(quad.object, NamedNode) else token.text[1:-1]
