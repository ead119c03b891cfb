"""Questions become answers for coroutines: whole, or in parts while the worker waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from kg.errors import KgError, QueryError, Text
from kg.rdf.sparql_text import is_changing
from kg.serve.answers import Answers, Question, Stream, Ticket
from kg.serve.cache import Entry

_MOST = 256 << 20


@dataclass(frozen=True)
class Answer:
    """A whole result: the value of its Content-Type and its bytes, and how they are compressed."""

    content_type: str
    body: bytes
    version: str = ""
    coding: str | None = None


class Engine(Protocol):
    """What answers queries."""

    async def answer(self, question: Question) -> Answer:
        """Return the answer; raises KgError when there is none."""

    async def stream(self, question: Question) -> Answer | Streamed:
        """Return the answer, whole or in parts; raises KgError when there is none."""


class Streamed:
    """An answer that comes in parts; `parts` raises KgError when the rest does not come.

    Whoever does not take all parts calls `close`.
    """

    def __init__(self, stream: Stream, collector: _Collector) -> None:
        """Take the parts from `collector`."""
        self.content_type = stream.content_type
        self.version = stream.version
        self.coding = stream.coding
        self._collector = collector

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield the parts as they come; the worker waits while they are not taken."""
        try:
            async for data in self._collector.parts():
                yield data
        finally:
            self.close()

    def close(self) -> None:
        """Take no more."""
        self._collector.leave()


class PooledEngine:
    """The engine on the workers and the cache of this process."""

    def __init__(self, answers: Answers) -> None:
        """Ask `answers`."""
        self._answers = answers

    async def stream(self, question: Question) -> Answer | Streamed:
        """Return the answer, whole or in parts; raises KgError when there is none."""
        if is_changing(question.text):
            question = question._replace(changes=True)
        collector = _Collector()
        collector.ticket = self._answers.ask(question, collector)
        try:
            return await collector.first
        except asyncio.CancelledError:
            collector.leave()
            raise

    async def answer(self, question: Question) -> Answer:
        """Return the whole answer; raises KgError when there is none or it is too large."""
        came = await self.stream(question)
        if isinstance(came, Answer):
            return came
        parts, size = [], 0
        async for data in came.parts():
            size += len(data)
            if size > _MOST:
                raise QueryError(_TOO_LARGE)
            parts.append(data)
        return Answer(came.content_type, b"".join(parts), came.version, came.coding)


class _Collector:
    """Takes an answer and hands it to a coroutine."""

    def __init__(self) -> None:
        self.first: asyncio.Future[Answer | Streamed]
        self.first = asyncio.get_running_loop().create_future()
        self.ticket: Ticket | None = None
        self._parts: list[bytes] = []
        self._news = asyncio.Event()
        self._error: KgError | None = None
        self._is_complete = False

    def leave(self) -> None:
        """Wait no longer."""
        if self.ticket and not self._is_complete:
            self.ticket.leave()
        self.ticket = None

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield what comes; raises KgError when the rest does not."""
        while True:
            await self._news.wait()
            self._news.clear()
            parts, self._parts = self._parts, []
            for data in parts:
                yield data
            if self._error:
                raise self._error
            if self._is_complete and not self._parts:
                return
            if self.ticket:
                self.ticket.resume()

    def whole(self, entry: Entry) -> None:
        """Take a whole answer."""
        self._is_complete = True
        answer = Answer(entry.content_type, entry.content, entry.version, entry.coding)
        self._settle(answer)

    def begin(self, stream: Stream) -> None:
        """Know that the answer comes in parts."""
        self._settle(Streamed(stream, self))

    def part(self, data: bytes) -> None:
        """Take the next part; the next one only when it has been fetched."""
        self._parts.append(data)
        self._news.set()
        if self.ticket:
            self.ticket.pause()

    def end(self) -> None:
        """Know that the last part has come."""
        self._is_complete = True
        self._news.set()

    def fail(self, error: KgError) -> None:
        """Know that there is no answer, or that the rest of it does not come."""
        self._is_complete = True
        self._error = error
        self._news.set()
        if not self.first.done():
            self.first.set_exception(error)

    def _settle(self, answer: Answer | Streamed) -> None:
        if not self.first.done():
            self.first.set_result(answer)


_TOO_LARGE = Text(
    de="Die Antwort ist zu groß, um sie auf einmal zu geben.",
    en="The answer is too large to be given at once.",
)
