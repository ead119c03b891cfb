"""A report in JSON, however long, becomes what a page can show of it: the start of each list.

A long text is read piece by piece, so that other threads have their turn meanwhile.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")
_WHOLE = 1 << 16
"""A text of so many signs at most is read at once."""
_DEPTH = 3
"""So many levels of objects are read member by member: a report, its impact, what follows."""


class Listed(list[Any]):
    """The first items of a list; `total` counts also those that were left out."""

    def __init__(self, items: list[Any], total: int) -> None:
        """Keep `items` of a list of `total`."""
        super().__init__(items)
        self.total = total


def read_report(body: bytes, most: int) -> dict[str, Any]:
    """Return a report (docs/schemas/report.schema.json) with `most` items of each list in it."""
    text = body.decode("utf-8", "replace")
    if len(text) <= _WHOLE:
        found = _cut(json.loads(text), most, _DEPTH)
    else:
        found, _ = _Reader(text, most).value(_skip(text, 0), _DEPTH)
    report: dict[str, Any] = found
    return report


def _cut(value: Any, most: int, depth: int) -> Any:
    if isinstance(value, dict) and depth:
        return {name: _cut(each, most, depth - 1) for name, each in value.items()}
    return Listed(value[:most], len(value)) if isinstance(value, list) else value


class _Reader:
    """Reads JSON text that `json` wrote."""

    def __init__(self, text: str, most: int) -> None:
        self._text = text
        self._most = most
        self._decode: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().raw_decode

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        """Return the value at an offset and the offset after it."""
        if self._text[at] == "{" and depth:
            return self._object(at, depth)
        return self._array(at) if self._text[at] == "[" else self._decode(self._text, at)

    def _object(self, at: int, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = _skip(self._text, at + 1)
        while self._text[at] != "}":
            name, at = self._decode(self._text, at)
            at = _skip(self._text, _skip(self._text, at) + 1)
            found[name], at = self.value(at, depth - 1)
            at = self._next(at)
        return found, at + 1

    def _array(self, at: int) -> tuple[Listed, int]:
        items, total = [], 0
        at = _skip(self._text, at + 1)
        while self._text[at] != "]":
            item, at = self._decode(self._text, at)
            total += 1
            if total <= self._most:
                items.append(item)
            at = self._next(at)
        return Listed(items, total), at + 1

    def _next(self, at: int) -> int:
        """Return the offset of the next item or of the bracket at the end."""
        at = _skip(self._text, at)
        return _skip(self._text, at + 1) if self._text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
