"""The shape of a query's text: what stays when its strings, IRIs and comments are others."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 4096
"""Characters that the text of a look-up may have."""
TERM = r'"[^"\\\r\n]*" | <[^<>"{}|^`\\\x00-\x20]*> | \#[^\r\n]*'
"""What differs between texts of the same shape (SPARQL 1.1, rules STRING_LITERAL2 and IRIREF)."""
_MOST_TERMS = 128
_SPLIT = re.compile(f"({TERM})", re.VERBOSE).split
_HALF = re.compile("[\ud800-\udfff]").search
"""Finds half a character, which no text of Unicode has."""


class Shape(NamedTuple):
    """A text without its terms: all up to the first brace, what is between the terms, and kinds.

    `kinds` has the first character of each term: one of `"`, `<` and `#`.
    """

    head: str
    between: tuple[str, ...]
    kinds: str


def shape_of(text: str) -> tuple[Shape, list[str]] | None:
    """Return the shape of a query and its terms after the first brace, as they are written.

    None for a long text, one of many terms, and one with a backslash: escapes may stand anywhere
    and mean anything (SPARQL 1.1 Query, section 19.2).
    """
    brace = text.find("{")
    if brace < 0 or len(text) > LONGEST or "\\" in text:
        return None
    if not text.isascii() and _HALF(text):
        return None
    pieces = _SPLIT(text[brace:])
    terms = pieces[1::2]
    if len(terms) > _MOST_TERMS:
        return None
    return Shape(text[:brace], tuple(pieces[::2]), "".join([term[0] for term in terms])), terms
