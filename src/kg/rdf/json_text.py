"""A JSON text becomes values that know where they stand: line, column and JSON pointer."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r'[ \t\r\n]*(?:([{}\[\],:])|("(?:[^"\\]|\\.)*")|([^\s{}\[\],:"]+))')
_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True)
class Spot:
    """A line and a column, both from 1, and a JSON pointer, RFC 6901."""

    line: int
    column: int
    pointer: str


@dataclass(frozen=True)
class Member:
    """A key of an object, where it stands, and its value."""

    key: str
    spot: Spot
    value: Json


@dataclass(frozen=True)
class Json:
    """A value: a scalar as `json` reads it, a tuple of members, or a tuple of `items`."""

    spot: Spot
    scalar: str | float | bool | None = None
    members: tuple[Member, ...] | None = None
    items: tuple[Json, ...] | None = None

    def get(self, key: str) -> Json | None:
        """Return the value of a key of an object, the last one if there are several."""
        found = [member.value for member in self.members or () if member.key == key]
        return found[-1] if found else None

    def each(self) -> tuple[Json, ...]:
        """Return the items of an array, else the value itself."""
        return (self,) if self.items is None else self.items


def read_json(text: str) -> Json | None:
    """Return the value of a text that a parser has accepted, None when it is not JSON.

    Raises RecursionError when it is nested too deeply.
    """
    reader = _Reader(text)
    try:
        return reader.value("")
    except ValueError:
        return None


class _Reader:
    """Reads one value after the other."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._tokens = self._scan(text)

    def value(self, pointer: str) -> Json:
        return self._value(self._token(), pointer)

    def _token(self) -> tuple[str, int]:
        return next(self._tokens, ("", 0))  # "" is no JSON: a ValueError.

    def _scan(self, text: str) -> Iterator[tuple[str, int]]:
        for match in _TOKEN.finditer(text):
            yield match[match.lastindex or 0], match.start(match.lastindex or 0)

    def _spot(self, at: int, pointer: str) -> Spot:
        line = bisect_right(self._starts, at)
        return Spot(line, at - self._starts[line - 1] + 1, pointer)

    def _value(self, token: tuple[str, int], pointer: str) -> Json:
        spot = self._spot(token[1], pointer)
        if token[0] == "{":
            return Json(spot, members=tuple(self._members(pointer)))
        if token[0] == "[":
            return Json(spot, items=tuple(self._items(pointer)))
        return Json(spot, scalar=json.loads(token[0]))

    def _members(self, pointer: str) -> Iterator[Member]:
        token = self._token()
        while token[0] != "}":
            if token[0] != ",":
                key = json.loads(token[0])
                below = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
                self._token()  # The colon.
                yield Member(key, self._spot(token[1], below), self.value(below))
            token = self._token()

    def _items(self, pointer: str) -> Iterator[Json]:
        number = 0
        token = self._token()
        while token[0] != "]":
            if token[0] != ",":
                yield self._value(token, f"{pointer}/{number}")
                number += 1
            token = self._token()
