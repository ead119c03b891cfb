"""Where each triple of Turtle, TriG, N-Triples or N-Quads stands: line and column of its terms.

The parser proper is pyoxigraph; this scanner runs over text that it has accepted, only when a
message needs a place, and follows the grammar of RDF 1.1 Turtle section 6.5 and TriG.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pyoxigraph import Literal

from kg.namespaces import RDF, XSD
from kg.rdf.iri import resolve
from kg.rdf.names import BLANK_NODE_LABEL, PN_LOCAL, PN_PREFIX

_TOKEN = re.compile(
    rf"""
    (?P<space>[ \t\r\n]+|\#[^\r\n]*)
  | (?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
  | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{{0,2}}(?:[^'\\]|\\.))*'''
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<lang>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[a-z]+)?)
  | (?P<hats>\^\^)
  | (?P<number>[+-]?(?:[0-9]+\.?[0-9]*[eE][+-]?[0-9]+|\.[0-9]+[eE][+-]?[0-9]+
        |[0-9]*\.[0-9]+|[0-9]+)(?![\w:%-]))
  | (?P<blank>{BLANK_NODE_LABEL})
  | (?P<name>(?:{PN_PREFIX})?:(?:{PN_LOCAL})?)
  | (?P<word>[A-Za-z]+)
  | (?P<mark>[.;,()\[\]{{}}])
    """,
    re.VERBOSE | re.DOTALL,
)
_LINE_END = re.compile(r"\r\n?|\n")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_LOCAL_ESCAPE = re.compile(r"\\(?=.)")
_SHORT = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True)
class Term:
    """A term in N-Triples form with the line and column, both from 1, of its first sign.

    `pointer` is a JSON pointer, RFC 6901, for a term of a JSON document.
    """

    text: str
    line: int
    column: int
    pointer: str | None = None


@dataclass(frozen=True)
class Positioned:
    """One triple with the places of its three terms; `graph` is None for the default graph."""

    subject: Term
    predicate: Term
    object: Term
    graph: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """The triple in N-Triples terms."""
        return self.subject.text, self.predicate.text, self.object.text


def positions(text: str, *, base: str = "", quads: bool = False) -> list[Positioned]:
    """Return the triples of `text` in the parser's order; blank nodes have names of their own.

    `quads` is for N-Quads. What comes after something that is not RDF 1.1, or is nested too
    deeply, has no place.
    """
    return list(_Scanner(text, base, quads=quads).triples())


def comments(text: str) -> list[tuple[int, str]]:
    """Return line and text of each comment."""
    return [(token.line, token.text) for token in _tokens(text) if token.text.startswith("#")]


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int
    column: int


class _EndOfTextError(Exception):
    """The text ends within a statement: it is not one that the parser has accepted."""


class _Scanner:
    """Walks over the tokens once and yields triples.

    A triple is `due` at the token with which the parser is done with it. The parser gives the
    triples of one token in reverse; to tell blank nodes by their order, so must we.
    """

    def __init__(self, text: str, base: str, *, quads: bool) -> None:
        self._tokens = (token for token in _tokens(text) if token.kind != "space")
        self._next: _Token | None = next(self._tokens, None)
        self._base = base
        self._prefixes: dict[str, str] = {}
        self._quads = quads
        self._graph: str | None = None
        self._blanks = 0
        self._taken = 0
        self._suffixed = False
        self._nested = False
        self._found: list[Positioned] = []
        self._due: list[int] = []

    def triples(self) -> Iterator[Positioned]:
        """Yield the triples of one statement after the other."""
        while self._next is not None:
            try:
                self._statement()
            except (_EndOfTextError, RecursionError):
                self._next = None
            yield from self._in_order()
            self._found.clear()
            self._due.clear()

    def _in_order(self) -> list[Positioned]:
        if not self._nested:
            return self._found
        self._nested = False
        order = list(range(len(self._found)))
        order.sort(key=lambda at: (self._due[at], -at))
        return [self._found[at] for at in order]

    def _emit(self, subject: Term, predicate: Term, value: Term, *, due: int) -> None:
        self._found.append(Positioned(subject, predicate, value, self._graph))
        self._due.append(due)

    def _take(self) -> _Token:
        token = self._next
        if token is None:
            raise _EndOfTextError
        self._next = next(self._tokens, None)
        self._taken += 1
        return token

    def _is(self, *texts: str) -> bool:
        return self._next is not None and self._next.text in texts

    def _statement(self) -> None:
        token = self._next
        if token is None:
            return
        word = token.text.lower()
        if token.kind in ("word", "lang") and word in ("prefix", "@prefix", "base", "@base"):
            self._directive()
        elif token.kind == "word" and word == "graph":
            self._take()
            self._graph = self._term().text
        elif token.kind in ("word", "lang") and word in ("version", "@version"):
            self._take()
            self._take()
        elif self._is("{", "}", "."):
            if self._take().text == "}":
                self._graph = None
        else:
            alone = self._is("[")
            subject = self._term()
            if self._is("{"):
                self._graph = subject.text
                return
            if not (alone and self._is(".", "}")):
                self._predicates(subject)

    def _directive(self) -> None:
        is_prefix = "prefix" in self._take().text.lower()
        prefix = self._take().text.rstrip(":") if is_prefix else ""
        iri = resolve(self._base, _unescape(self._take().text[1:-1]))
        if is_prefix:
            self._prefixes[prefix] = iri
        else:
            self._base = iri
        if self._is("."):
            self._take()

    def _predicates(self, subject: Term) -> None:
        while self._next is not None and not self._is(".", "]", "}"):
            if self._is(";"):
                self._take()
                continue
            predicate = self._term()
            while True:
                self._object(subject, predicate)
                if not self._is(","):
                    break
                self._take()
            if self._quads and not self._is("."):
                self._found[-1] = replace(self._found[-1], graph=self._term().text)

    def _object(self, subject: Term, predicate: Term) -> None:
        start = self._next
        if start is not None and start.text == "(":
            self._take()
            node = self._nil(start) if self._is(")") else self._blank(start)
            self._emit(subject, predicate, node, due=self._taken + 1)
            self._items(node, start)
            return
        value = self._term()
        # The parser must see what follows a plain string before it knows the literal.
        waits = start is not None and start.kind == "string" and value.text.endswith('"')
        self._emit(subject, predicate, value, due=self._taken + (waits and not self._suffixed))

    def _term(self) -> Term:
        token = self._take()
        if token.text == "[":
            blank = self._blank(token)
            self._predicates(blank)
            self._take()
            return blank
        if token.text == "(":
            node = self._nil(token) if self._is(")") else self._blank(token)
            self._items(node, token)
            return node
        return Term(self._plain(token), token.line, token.column)

    def _items(self, node: Term, start: _Token) -> None:
        """Read the items of a list whose first node is `node`, up to the closing bracket."""
        while not self._is(")"):
            item = self._next or start
            first, after = (
                Term(f"<{RDF}{name}>", item.line, item.column) for name in ("first", "rest")
            )
            self._object(node, first)
            rest = self._nil(start) if self._is(")") else self._blank(start)
            self._emit(node, after, rest, due=self._taken + 1)
            node = rest
        self._take()

    def _nil(self, token: _Token) -> Term:
        return Term(f"<{RDF}nil>", token.line, token.column)

    def _blank(self, token: _Token) -> Term:
        self._blanks += 1
        self._nested = True
        return Term(f"_:scan{self._blanks}", token.line, token.column)

    def _plain(self, token: _Token) -> str:
        match token.kind:
            case "iri":
                return f"<{resolve(self._base, _unescape(token.text[1:-1]))}>"
            case "name":
                return self._name(token.text)
            case "string":
                return self._literal(token.text)
            case "number":
                return _quoted(token.text) + f"^^<{XSD}{_number_type(token.text)}>"
            case "word" if token.text == "a":
                return f"<{RDF}type>"
            case "word":
                return _quoted(token.text) + f"^^<{XSD}boolean>"
        return token.text

    def _name(self, text: str) -> str:
        prefix, local = text.split(":", 1)
        return f"<{self._prefixes.get(prefix, '')}{_LOCAL_ESCAPE.sub('', local)}>"

    def _literal(self, text: str) -> str:
        self._suffixed = self._next is not None and self._next.kind in ("lang", "hats")
        quotes = 3 if text[:3] in ('"""', "'''") else 1
        value = _quoted(_unescape(text[quotes:-quotes]))
        if self._next is not None and self._next.kind == "lang":
            return value + self._take().text.lower()
        if self._next is not None and self._next.kind == "hats":
            self._take()
            datatype = self._plain(self._take())
            return value if datatype == f"<{XSD}string>" else f"{value}^^{datatype}"
        return value


def _tokens(text: str) -> Iterator[_Token]:
    line, start, at = 1, 0, 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return
        yield _Token(str(match.lastgroup), match.group(), line, at - start + 1)
        for end in _LINE_END.finditer(text, at, match.end()):
            line += 1
            start = end.end()
        at = match.end()


def _unescape(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = match.group(1)
        return chr(int(code[1:], 16)) if code[0] in "uU" else _SHORT.get(code, code)

    return _ESCAPE.sub(character, text) if "\\" in text else text


def _quoted(value: str) -> str:
    return str(Literal(value))


def _number_type(text: str) -> str:
    if "e" in text.lower():
        return "double"
    return "decimal" if "." in text else "integer"
