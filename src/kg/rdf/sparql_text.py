"""SPARQL as text: the form of a query, bare words outside of strings, the place of a fault."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping

from kg.errors import Place, RefusedQueryError, Text

_TOKEN = re.compile(
    r"""
    \#[^\n\r]*
  | <[^<>"{}|^`\\\x00-\x20]*>
  | \"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*+(?:\"\"\")?|'''(?:'{0,2}(?:[^'\\]|\\.))*+(?:''')?
  | "(?:[^"\\\n\r]|\\.)*+"? | '(?:[^'\\\n\r]|\\.)*+'?
  | [?$]\w+
  | @[A-Za-z]+(?:-[A-Za-z0-9]+)*
  | (?P<name>[\w.-]*+:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\.)*)
  | (?P<run>[\w.-]++)
    """,
    re.VERBOSE | re.DOTALL,
)
_PROLOGUE_TEXT = r"""
    (?: \s+ | \#[^\n\r]* | (?:PREFIX\s*[^\s:<]*: | BASE)\s*<[^<>"{}|^`\\\x00-\x20]*> )*+
"""
_FLAGS = re.VERBOSE | re.IGNORECASE
_START = re.compile(_PROLOGUE_TEXT + r"(?P<word>[A-Za-z]\w*+) (?![\w.:-])", _FLAGS)
"""The usual prologue, and the word after it."""
_STAR = re.compile(
    _PROLOGUE_TEXT + r"SELECT (?: \s+ (?:DISTINCT|REDUCED) )? \s* (?P<star>\*)", _FLAGS
)
_WORD = re.compile(r"[A-Za-z]\w*")
_PROLOGUE = ("PREFIX", "BASE", "VERSION")
_LONG = 1 << 15
_GAP = " " * 24
"""Wider than ENCODE_FOR_URI, the longest keyword."""
_ALONE = tuple("{}();,")
_PIECE = re.compile(_TOKEN.pattern + r"| \s | .", re.VERBOSE | re.DOTALL)
_CHANGING = frozenset(("NOW", "RAND", "UUID", "STRUUID", "BNODE"))
_SERVICE = re.compile("service", re.IGNORECASE | re.ASCII)


def bare_words(text: str) -> Iterator[tuple[str, int]]:
    """Yield keywords and other bare words, upper case, with their offset."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "run":
            for word in _WORD.finditer(match.group()):
                yield word.group().upper(), match.start() + word.start()


def changing_functions(text: str) -> Iterator[tuple[str, int]]:
    """Yield, with their offset, the functions that give something else at every call."""
    lower = text.lower()
    if not ("now" in lower or "rand" in lower or "uuid" in lower or "bnode" in lower):
        return iter(())
    return ((word, offset) for word, offset in bare_words(text) if word in _CHANGING)


def is_changing(text: str) -> bool:
    """Return whether the same query may have another answer next time, on the same data.

    Of a long text it is enough that the letters of such a function stand somewhere in it.
    """
    if len(text) > _LONG:
        lower = text.lower()
        return any(name.lower() in lower for name in _CHANGING)
    return next(changing_functions(text), None) is not None


def kind_of(text: str) -> str:
    """Return the first keyword after the prologue, such as "SELECT" or "INSERT", or ""."""
    match = _START.match(text)
    if match and match["word"].upper() not in _PROLOGUE:
        return match["word"].upper()
    text = text[:_LONG]
    return next((word for word, _ in bare_words(text) if word not in _PROLOGUE), "")


def star_of(text: str) -> int | None:
    """Return the offset of the star in `SELECT *` at the start of a query, or None."""
    match = _STAR.match(text)
    return match.start("star") if match else None


def by_appearance(text: str, names: Iterable[str]) -> list[str]:
    """Return names of variables in the order in which they first appear in `text`."""
    wanted = set(names)
    order: dict[str, None] = {}
    for match in _TOKEN.finditer(text):
        name = match.group()[1:]
        if match.group()[0] in "?$" and name in wanted:
            order[name] = None
    return [*order, *sorted(wanted - order.keys())]


def forbid_service(text: str) -> None:
    """Raise RefusedQueryError with line and column if `text` has the bare word SERVICE.

    Words that only the grammar can tell apart, as in `SERVICE:x {` or `5SERVICE ?x {`, are not
    found here but by `mask_service`.
    """
    if "service" not in text.lower():
        return
    for word, offset in bare_words(text):
        if word == "SERVICE":
            raise refuse_service(text, offset)


def refuse_service(text: str, offset: int) -> RefusedQueryError:
    """Return the error for the SERVICE clause at `offset`."""
    line, column = line_column(text, offset)
    return RefusedQueryError(
        Text(
            de=f"SERVICE ist hier ausgeschaltet (Zeile {line}, Spalte {column}): Der "
            "Server stellt keine Anfragen an andere Server.",
            en=f"SERVICE is off here (line {line}, column {column}): the server sends "
            "no requests to other servers.",
        ),
        place=Place("query", line, column),
    )


def mask_service(text: str, prefixes: Mapping[str, str]) -> tuple[str, dict[str, str]] | None:
    """Return `text` and `prefixes` with the letters "service" replaced, or None if it has none.

    The replacement keeps length and case and cannot be foreseen. Where the letters stood in a
    string, a comment, an IRI or a name, the text still parses; where they were the keyword, it
    does not. So a parser that is given the masked text proves that there is no SERVICE clause.
    """
    if "service" not in text.lower():
        return None
    letters = [secrets.choice("jkqvwxz") for _ in "service"]

    def mask(match: re.Match[str]) -> str:
        pairs = zip(match.group(), letters, strict=True)
        return "".join(letter.upper() if old.isupper() else letter for old, letter in pairs)

    return _SERVICE.sub(mask, text), {_SERVICE.sub(mask, key): prefixes[key] for key in prefixes}


def spread(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return `text` with wide gaps, and where each chunk stands: in the result and in `text`.

    Oxigraph reports the place up to which it looked ahead for a keyword, which may be many
    tokens after the fault. With gaps wider than any keyword, that is within the same chunk.
    """
    parts: list[str] = []
    chunks: list[tuple[int, int]] = []
    size, apart = 0, True
    for match in _PIECE.finditer(text):
        piece = match.group()
        parted = piece in _ALONE
        if piece.isspace():
            apart, piece = True, piece + _GAP
        else:
            if parted and not apart:
                parts.append(_GAP)
                size += len(_GAP)
            if apart or parted:
                chunks.append((size, match.start()))
            piece, apart = (piece + _GAP, True) if parted else (piece, False)
        parts.append(piece)
        size += len(piece)
    return "".join([*parts, _GAP]), chunks


def quote_at(text: str, offset: int) -> Text:
    """Return what stands at `offset`, for a message."""
    found = text[offset : offset + 200].partition("\n")[0].strip()
    if not found:
        return Text(de="am Ende", en="at the end")
    shown = found if len(found) <= 40 else found[:40] + " …"
    return Text(de=f"bei „{shown}“", en=f"at “{shown}”")


def line_column(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, both from 1, of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def offset_of(text: str, line: int, column: int) -> int:
    """Return the offset of a line and column; the inverse of `line_column`."""
    return sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + column - 1
