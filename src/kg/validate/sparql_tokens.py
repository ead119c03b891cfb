"""The tokens of a SPARQL query with their places; SPARQL 1.1 section 19.8."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from kg.rdf.late import Late
from kg.rdf.names import BLANK_NODE_LABEL, PN_LOCAL, PN_PREFIX

_NAME = rf"(?:{PN_PREFIX})?:(?:{PN_LOCAL})?"
_TOKEN: Final = Late(
    "(?s)"
    r"(?P<gap>\s+|\#[^\n\r]*)"
    r"|(?P<iri><(?![=?$])(?:[^<>\"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)"
    r'|(?P<string>"""(?:"{0,2}(?:[^"\\]|\\.))*"""'
    r"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*')"
    r"|(?P<var>[?$]\w+)"
    r"|(?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)"
    rf"|(?P<blank>{BLANK_NODE_LABEL})"
    rf"|(?P<name>{_NAME})"
    r"|(?P<number>[+-]?(?:[0-9]+\.[0-9]*[eE][+-]?[0-9]+|\.?[0-9]+[eE][+-]?[0-9]+"
    r"|[0-9]*\.[0-9]+|[0-9]+))"
    r"|(?P<word>[A-Za-z]\w*)"
    r"|(?P<sign>\^\^|&&|\|\||!=|<=|>=|<<|>>|\{\||\|\}|.)"
)
_ESCAPED = re.compile(r"\\(.)")


class Token(NamedTuple):
    """A token: its kind, its text and the offset at which it stands.

    Kinds are iri, string, var, tag, blank, name (with a prefix), number, word and sign.
    """

    kind: str
    text: str
    at: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.at + len(self.text)

    @property
    def variable(self) -> str | None:
        """The name of a variable, None for what is not one."""
        return self.text[1:] if self.kind == "var" else None

    def is_word(self, *words: str) -> bool:
        """Return whether it is one of these keywords, given in upper case."""
        return self.kind == "word" and self.text.upper() in words

    def is_sign(self, *signs: str) -> bool:
        """Return whether it is one of these signs."""
        return self.kind == "sign" and self.text in signs


def tokenize(text: str) -> list[Token]:
    """Return the tokens of `text`, without white space and comments."""
    found: list[Token] = []
    for match in _TOKEN.compiled.finditer(text):
        kind = match.lastgroup
        if kind and kind != "gap":
            found.append(Token(kind, match.group(), match.start()))
    return found


def iri_of(token: Token, prefixes: dict[str, str]) -> str | None:
    """Return the IRI of a token in N-Triples form, None when it is none or is not known."""
    if token.kind == "iri":
        return token.text if ":" in token.text and "\\" not in token.text else None
    if token.kind == "name":
        prefix, _, local = token.text.partition(":")
        namespace = prefixes.get(prefix)
        plain = _ESCAPED.sub(r"\1", local)
        return None if namespace is None else f"<{namespace}{plain}>"
    return None


def string_of(token: Token) -> str:
    """Return what a string token says, escapes as they stand."""
    quote = 3 if token.text[:3] in ('"""', "'''") else 1
    return token.text[quote:-quote]


def splice(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """Return `text` with (start, end, replacement) done; the edits do not overlap."""
    parts: list[str] = []
    place = 0
    for start, end, new in sorted(edits):
        parts += (text[place:start], new)
        place = end
    return "".join([*parts, text[place:]])
