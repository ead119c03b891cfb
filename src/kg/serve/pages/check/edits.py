"""Proposals of a report become changes of the text in Turtle that was checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_PREFIXES = re.compile(
    r"^[ \t]*@?prefix[ \t]+([\w.-]*):[ \t]*<([^<>\s]*)>", re.IGNORECASE | re.MULTILINE
)
_TOKEN = re.compile(
    r"<[^<>\s]*>"
    r'|"""(?:[^"\\]|\\.|"(?!""))*"""(?:@[\w-]+|\^\^(?:<[^<>\s]*>|[\w.-]*:[\w.-]*))?'
    r'|"(?:[^"\\\n]|\\.)*"(?:@[\w-]+|\^\^(?:<[^<>\s]*>|[\w.-]*:[\w.-]*))?'
    r"|'(?:[^'\\\n]|\\.)*'(?:@[\w-]+|\^\^(?:<[^<>\s]*>|[\w.-]*:[\w.-]*))?"
    r"|[\w.-]*:(?:[\w:%-]|\.(?=[\w:%-]))*"
    r"|[+-]?[\w.]*\w",
    re.DOTALL,
)
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\Z")
_NAMES = re.compile(r"(?<![\w:.<\"-])([A-Za-z][\w.-]*):")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>')
_LITERAL = re.compile(r'("(?:[^"\\]|\\.)*")\^\^<(.*)>\Z', re.DOTALL)


@dataclass(frozen=True)
class Edit:
    """What takes the place of the signs from `start` to `end` of a text, counted from 0."""

    start: int
    end: int
    text: str


def edits_of(result: Mapping[str, Any], text: str, prefixes: Mapping[str, str]) -> tuple[Edit, ...]:
    """Return what carries out the proposal of a result of a report; nothing if nobody can.

    `prefixes` are those of the project, for what the text has yet to declare.
    """
    proposal = result.get("proposal")
    if not proposal:
        return ()
    declared = declared_in(text)
    if proposal["replace"]:
        old, new = proposal["replace"]["old"], proposal["replace"]["new"]
        return _replacement(_starts(result, text), old, written(new, declared), text, declared)
    if proposal["turtle"]:
        return _addition(proposal["turtle"], text, declared, prefixes)
    return ()


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with changes that do not overlap."""
    for edit in sorted(edits, key=lambda one: -one.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def offset(text: str, line: int, column: int) -> int | None:
    """Return the place of a line and column, both from 1, None if the text has no such place."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
        if not start:
            return None
    at = start + max(column, 1) - 1
    return at if at <= len(text) else None


def declared_in(text: str) -> dict[str, str]:
    """Return the prefixes that a text declares."""
    return dict(_PREFIXES.findall(text))


def written(term: str, declared: Mapping[str, str]) -> str:
    """Return a term in N-Triples form as a text with these prefixes writes it."""
    if term.startswith("<"):
        return _named(term[1:-1], declared)
    typed = _LITERAL.match(term)
    return f"{typed[1]}^^{_named(typed[2], declared)}" if typed else term


def _named(iri: str, declared: Mapping[str, str]) -> str:
    fitting = [
        (len(namespace), f"{prefix}:{iri[len(namespace) :]}")
        for prefix, namespace in declared.items()
        if namespace and iri.startswith(namespace) and _LOCAL.match(iri[len(namespace) :])
    ]
    return max(fitting)[1] if fitting else f"<{iri}>"


def _starts(result: Mapping[str, Any], text: str) -> list[int]:
    """Return where the term at fault may stand, the likely place first."""
    spots = result.get("spots") or {}
    places = [spots.get("value"), *result.get("places", ()), spots.get("path"), spots.get("focus")]
    found = [
        offset(text, place["line"], place["column"] or 1)
        for place in places
        if place and place.get("line")
    ]
    return [start for start in dict.fromkeys(found) if start is not None]


def _replacement(
    starts: Iterable[int], old: str, new: str, text: str, declared: Mapping[str, str]
) -> tuple[Edit, ...]:
    for start in starts:
        token = _TOKEN.match(text, start)
        if token and _means(token.group(), old, declared):
            return (Edit(start, token.end(), new),)
    return ()


def _means(token: str, term: str, declared: Mapping[str, str]) -> bool:
    """Return whether a token stands for a term in N-Triples form."""
    if term.startswith("<"):
        if token.startswith("<"):
            return token == term or term.endswith(f"/{token[1:-1]}>")
        if token == "a":
            return term.endswith("#type>")
        prefix, colon, name = token.partition(":")
        return bool(colon) and declared.get(prefix, "\n") + name == term[1:-1]
    lexical = term[1:].rpartition('"')[0] if term.startswith('"') else term
    return lexical in token


def _addition(
    turtle: str, text: str, declared: Mapping[str, str], prefixes: Mapping[str, str]
) -> tuple[Edit, ...]:
    """Return what adds statements at the end, and their prefixes at the head."""
    lines = [
        f"@prefix {name}: <{prefixes[name]}> .\n"
        for name in dict.fromkeys(_NAMES.findall(_QUOTED.sub("", turtle)))
        if name in prefixes and name not in declared
    ]
    gap = "\n" if text.endswith("\n") else "\n\n"
    end = Edit(len(text), len(text), f"{gap}{turtle}\n")
    return (Edit(0, 0, "".join(lines)), end) if lines else (end,)
