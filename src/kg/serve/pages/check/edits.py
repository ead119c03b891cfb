"""Proposals of a report become changes of the text in Turtle that was checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from kg.serve.pages.check.places import Places

_MOST_PREFIXES = 500
_MOST_PLACES = 10
_LONGEST = 2000
"""Terms and statements of so many signs at most are written."""
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


class Written:
    """A text in Turtle that proposals change, with `prefixes` that it may yet declare."""

    def __init__(self, text: str, prefixes: Mapping[str, str]) -> None:
        """Keep a text, and the prefixes of the project."""
        self.text = text
        self.prefixes = prefixes

    @cached_property
    def places(self) -> Places:
        """Where the lines of the text are."""
        return Places(self.text)

    @cached_property
    def declared(self) -> Mapping[str, str]:
        """The prefixes that the text declares."""
        found = islice(_PREFIXES.finditer(self.text), _MOST_PREFIXES)
        return {each[1]: each[2] for each in found}


def edits_of(result: Mapping[str, Any], draft: Written) -> tuple[Edit, ...]:
    """Return what carries out the proposal of a result of a report; nothing if nobody can."""
    proposal = result.get("proposal")
    if not proposal:
        return ()
    if proposal["replace"]:
        old, new = proposal["replace"]["old"], proposal["replace"]["new"]
        if len(old) + len(new) > _LONGEST:
            return ()
        return _replacement(_starts(result, draft.places), old, new, draft)
    if proposal["turtle"] and len(proposal["turtle"]) <= _LONGEST:
        return _addition(proposal["turtle"], draft)
    return ()


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with changes that do not overlap."""
    for edit in sorted(edits, key=lambda one: -one.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


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


def _starts(result: Mapping[str, Any], text: Places) -> list[int]:
    """Return where the term at fault may stand, the likely place first."""
    spots = result.get("spots") or {}
    places = [spots.get("value"), *result.get("places", ()), spots.get("path"), spots.get("focus")]
    found = [
        text.offset(place["line"], place["column"] or 1)
        for place in places[:_MOST_PLACES]
        if place and place.get("line")
    ]
    return [start for start in dict.fromkeys(found) if start is not None]


def _replacement(starts: Iterable[int], old: str, new: str, draft: Written) -> tuple[Edit, ...]:
    for start in starts:
        token = _TOKEN.match(draft.text, start, start + _LONGEST)
        if token and _means(token.group(), old, draft.declared):
            return (Edit(start, token.end(), written(new, draft.declared)),)
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


def _addition(turtle: str, draft: Written) -> tuple[Edit, ...]:
    """Return what adds statements at the end, and their prefixes at the head."""
    lines = [
        f"@prefix {name}: <{draft.prefixes[name]}> .\n"
        for name in dict.fromkeys(_NAMES.findall(_QUOTED.sub("", turtle)))
        if name in draft.prefixes and name not in draft.declared
    ]
    gap = "\n" if draft.text.endswith("\n") else "\n\n"
    end = Edit(len(draft.text), len(draft.text), f"{gap}{turtle}\n")
    return (Edit(0, 0, "".join(lines)), end) if lines else (end,)
