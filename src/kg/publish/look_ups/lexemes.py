"""The shape of a query becomes lexemes: SPARQL's terminals, as far as look-ups have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from kg.publish.look_ups.shape import TERM, Shape

_LEXEMES = re.compile(
    rf"""
    (?P<space>[ \t\r\n]++)
  | (?P<term>{TERM})
  | (?P<tag>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
  | (?P<mark>\^\^ | [{{}}().;,=*])
  | (?P<variable>[?$][A-Za-z0-9_]++)
  | (?P<name>(?:[A-Za-z][A-Za-z0-9_-]*+)?:(?:[A-Za-z0-9_][A-Za-z0-9_-]*+)?+)
    (?! [:%] | \.+[A-Za-z0-9_:%-] )
  | (?P<number>[0-9]++(?![A-Za-z0-9_.]))
  | (?P<word>[A-Za-z]++(?![A-Za-z0-9_:-]))
    """,
    re.VERBOSE,
)
_KINDS = {"#": "comment", "<": "iri", '"': "string"}
_MOST = 600
"""Lexemes that a look-up may have."""


class NoLookUp(Exception):
    """The text is no look-up, or not surely one."""


class Lexeme(NamedTuple):
    """A terminal, its kind and, unless it is a term after the first brace, its text."""

    kind: str
    text: str
    number: int
    """That of a term after the first brace, else -1."""
    follows: bool
    """Nothing stands between it and the one before."""


def lexemes_of(shape: Shape) -> list[Lexeme]:
    """Return the lexemes but for comments; raises NoLookUp where one is not known."""
    found = list(islice(_all(shape), _MOST + 1))
    if len(found) > _MOST:
        raise NoLookUp
    return [lexeme for lexeme in found if lexeme.kind != "comment"]


def _all(shape: Shape) -> Iterator[Lexeme]:
    head = list(_scanned(shape.head))
    if head and head[-1].kind == "comment" and shape.head.endswith(head[-1].text):
        raise NoLookUp  # it goes on behind the brace, which is none
    yield from head
    for number, text in enumerate(shape.between):
        yield from _scanned(text)
        if number < len(shape.kinds):
            kind = _KINDS[shape.kinds[number]]
            yield Lexeme(kind, "", number, follows=True)


def _scanned(text: str) -> Iterator[Lexeme]:
    start, end = 0, -1
    while start < len(text):
        match = _LEXEMES.match(text, start)
        if match is None:
            raise NoLookUp
        kind, start = str(match.lastgroup), match.end()
        if kind == "space":
            continue
        found = match.group()
        if kind == "term":
            kind = _KINDS[found[0]]
        yield Lexeme(kind, found, -1, follows=match.start() in (0, end))
        end = match.end()
