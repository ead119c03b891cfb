"""The line of each statement of plain Turtle, as `kg fmt` writes it for data, much faster found.

Plain is a text of whole lines: a subject, an indented predicate, an object that ends its line. It
has no blank nodes, lists, comments, relative IRIs or strings over several lines. Whatever else a
text has, `kg.rdf.positions` finds its statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import RdfFormat, parse

from kg.namespaces import RDF_TYPE, XSD
from kg.rdf.positions import Positioned, Term

Found = list[tuple[tuple[str, str, str], int, int]]
_Written = tuple[str, int, int]
"""A term with its line and column."""
_IRI = r"<[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*>"
_NAME = r"[A-Za-z][\w-]*:[\w%-](?:[\w%.:-]*[\w%:-])?"
_STRING = rf'"[^"\\\r]*(?:\\[^\r][^"\\\r]*)*"(?:@[A-Za-z0-9-]+|\^\^(?:{_IRI}|{_NAME}))?'
_NUMBER = r"[+-]?(?:[0-9]*\.)?[0-9]+|true|false"
_OBJECT = rf"(?:{_STRING}|{_IRI}|{_NAME}|{_NUMBER})"
_LINE = re.compile(
    rf"""@prefix\ (?P<prefix>[A-Za-z][\w-]*):\ <(?P<space>[^\x00-\x20<>"{{}}|^`\\]*)>\ \.
       | (?P<subject>{_IRI}|{_NAME})
       | \ \ (?P<verb>a|{_IRI}|{_NAME})(?:\ (?P<first>{_OBJECT})\ [;.])?
       | \ \ \ \ (?P<more>{_OBJECT})\ [,;.]
       |""",
    re.VERBOSE,
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def plain_lines(text: str) -> Found | None:
    """Return each statement, as N-Triples terms, with the lines of its object and its predicate.

    None if the text is not plain. The parser must have accepted `text`; the statements come in its
    order.
    """
    try:
        return [
            ((subject[0], verb[0], value[0]), value[1], verb[1])
            for subject, verb, value in _statements(text)
        ]
    except _NotPlainError:
        return None


def plain_positions(text: str) -> list[Positioned] | None:
    """Return what `kg.rdf.positions.positions` returns for a plain text, None for another."""
    found = []
    last: tuple[_Written, _Written] | None = None
    about = by = Term("", 0, 0)
    try:
        for subject, verb, value in _statements(text):
            if last is None or last[0] is not subject:
                about = Term(*subject)
            if last is None or last[1] is not verb:
                by = Term(*verb)
            last = (subject, verb)
            found.append(Positioned(about, by, Term(*value)))
    except _NotPlainError:
        return None
    return found


def is_plain(text: str) -> bool:
    """Return whether `text`, which may not even be Turtle, has only lines of plain Turtle."""
    return all(map(_LINE.fullmatch, text.split("\n")))


class _NotPlainError(Exception):
    """A line is not one of plain Turtle."""


def _statements(text: str) -> Iterator[tuple[_Written, _Written, _Written]]:
    """Yield subject, predicate and object of each statement; those that are shared are the same."""
    if "/." in text and re.search(r"<[^>\n]*/\.[^>\n]*>", text):
        raise _NotPlainError  # an IRI with dot segments, which are resolved
    match = _LINE.fullmatch
    names = _Names()
    subject = verb = ("", 0, 0)
    for number, line in enumerate(text.split("\n"), start=1):
        parts = match(line)
        if parts is None:
            raise _NotPlainError
        group = parts.lastgroup
        if group == "more":
            yield subject, verb, (names.object(parts["more"]), number, 5)
        elif group in ("first", "verb"):
            verb = (names[parts["verb"]], number, 3)
            if group == "first":
                yield subject, verb, (names.object(parts["first"]), number, parts.start(group) + 1)
        elif group == "subject":
            subject = (names[parts["subject"]], number, 1)
        elif group == "space":
            if not _ABSOLUTE.match(parts["space"]):
                raise _NotPlainError
            names.declare(parts["prefix"], parts["space"])


class _Names(dict[str, str]):
    """N-Triples forms of IRIs and names, each made once."""

    def __init__(self) -> None:
        super().__init__({"a": f"<{RDF_TYPE}>"})
        self._prefixes: dict[str, str] = {}

    def declare(self, prefix: str, space: str) -> None:
        """Take note of a prefix; names that were made with another meaning of it are dropped."""
        self.clear()
        self["a"] = f"<{RDF_TYPE}>"
        self._prefixes[prefix] = space

    def __missing__(self, text: str) -> str:
        if text[0] == "<":
            made = text
        else:
            prefix, local = text.split(":", 1)
            made = f"<{self._prefixes[prefix]}{local}>"
        self[text] = made
        return made

    def object(self, text: str) -> str:
        """Return the N-Triples form of an object."""
        first = text[0]
        if first == '"':
            return self._string(text)
        if first == "<":
            return text
        if ":" in text:
            return self[text]
        kind = "boolean" if first in "tf" else "decimal" if "." in text else "integer"
        return f'"{text}"^^<{XSD}{kind}>'

    def _string(self, text: str) -> str:
        value, _, after = text.rpartition('"')
        if "\\" in value or not value.isprintable():
            value = _canonical(f'{value}"')[:-1]
        if not after:
            return f'{value}"'
        if after[0] == "@":
            return f'{value}"{after.lower()}'
        datatype = self[after[2:]]
        return f'{value}"' if datatype == f"<{XSD}string>" else f'{value}"^^{datatype}'


def _canonical(string: str) -> str:
    """Return a string in quotation marks with the escapes of canonical N-Triples."""
    [quad] = parse(f"<a:> <a:> {string} .".encode(), RdfFormat.N_TRIPLES)
    return str(quad.object)
