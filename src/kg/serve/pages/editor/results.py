"""The beginning of an answer becomes what a page shows of it: rows, a yes or no, or Turtle."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from kg.serve.engine import Answer, Streamed
from kg.serve.pages.terms import Row, rows_of

ROWS = 1000
"""So many rows are shown."""
GRAPH_SIGNS = 200_000
_MOST_SIGNS = 4 << 20
_LIST = re.compile(r'"bindings"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


@dataclass
class Shown:
    """What is shown; `more` says that there is more than that. Only one of the three is set."""

    names: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    more: bool = False
    truth: bool | None = None
    graph: str | None = None


async def beginning(came: Answer | Streamed) -> Shown:
    """Return the beginning of an answer in JSON or Turtle; takes no more of a stream than that.

    Raises KgError when it breaks off before.
    """
    parts = _parts(came)
    try:
        if came.content_type.startswith("text/turtle"):
            return await _graph(parts)
        return await _rows(parts)
    finally:
        await parts.aclose()
        if isinstance(came, Streamed):
            came.close()


async def _parts(came: Answer | Streamed) -> AsyncGenerator[str, None]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    if isinstance(came, Answer):
        yield decoder.decode(came.body)
        return
    async for data in came.parts():
        yield decoder.decode(data)


async def _graph(parts: AsyncIterator[str]) -> Shown:
    text = ""
    async for part in parts:
        text += part
        if len(text) > GRAPH_SIGNS:
            end = text.rfind("\n", 0, GRAPH_SIGNS) + 1
            return Shown(graph=text[: end or GRAPH_SIGNS], more=True)
    return Shown(graph=text)


async def _rows(parts: AsyncIterator[str]) -> Shown:
    reading = _Reading()
    async for part in parts:
        reading.feed(part)
        if len(reading.bindings) > ROWS or reading.size > _MOST_SIGNS:
            return Shown(reading.names, reading.rows(), more=True)
    return Shown(reading.names, reading.rows(), truth=reading.truth)


class _Reading:
    """Reads a result in JSON as it comes, row by row."""

    def __init__(self) -> None:
        self.bindings: list[str] = []
        """The rows as they are written."""
        self.size = 0
        self._head: dict[str, Any] | None = None
        self._text = ""
        self._decoder = json.JSONDecoder()

    def feed(self, text: str) -> None:
        """Take a part."""
        self.size += len(text)
        self._text += text
        if self._head is None:
            found = _LIST.search(self._text)
            if not found:
                return
            self._head = json.loads(self._text[: found.end()] + "]}}")
            self._text = self._text[found.end() :]
        self._read()

    def _read(self) -> None:
        position = 0
        while True:
            between = _BETWEEN.match(self._text, position)
            start = between.end() if between else position
            try:
                _, position = self._decoder.raw_decode(self._text, start)
            except json.JSONDecodeError:
                break
            self.bindings.append(self._text[start:position])
        self._text = self._text[position:]

    def rows(self) -> list[Row]:
        """Return the first rows."""
        listed = ",".join(self.bindings[:ROWS])
        return rows_of(f'{{"results":{{"bindings":[{listed}]}}}}'.encode())

    @property
    def names(self) -> list[str]:
        """The variables."""
        head = self._head or json.loads(self._text)
        return list(head.get("head", {}).get("vars", []))

    @property
    def truth(self) -> bool | None:
        """The answer to ASK, when all has come."""
        return None if self._head else json.loads(self._text).get("boolean")
