"""Queries become answers behind one interface; here it runs Oxigraph in threads of this process.

Threads cannot be stopped: a query without end keeps its thread until the process ends.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kg.errors import QueryError, Text
from kg.publish.store import Query, answer
from kg.publish.versions import Version
from kg.serve.negotiate import Representation
from kg.settings import Project

THREADS = 4
STACK = 1 << 30
MAX_BRACKETS = 50_000
"""Oxigraph's parser recurses, and too deep a query would end the process. Each level needs up to
5 KiB of stack; the stack is address space only, memory is taken as it is used."""

_START = threading.Lock()


@dataclass(frozen=True)
class QueryRequest:
    """One query, its dataset as in `kg.publish.store.Query` and the form of its answer."""

    text: str
    representation: Representation
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Answer:
    """A whole result: the value of its Content-Type and its bytes."""

    content_type: str
    body: bytes


class Engine(Protocol):
    """What answers queries on one version."""

    async def answer(self, request: QueryRequest) -> Answer:
        """Return the answer; raises QueryError when the query is faulty or refused."""


class InProcessEngine:
    """Oxigraph in threads of this process, at most THREADS queries at a time."""

    def __init__(self, version: Version, project: Project) -> None:
        """Answer on `version`, with the prefixes and the default graph of `project`."""
        self._store = version.store
        self._project = project
        self._free = asyncio.Semaphore(THREADS)

    async def answer(self, request: QueryRequest) -> Answer:
        """Return the answer; raises QueryError when the query is faulty or refused."""
        _refuse_deep(request.text)
        await self._free.acquire()
        try:
            future = _in_thread(lambda: self._run(request))
        except BaseException:
            self._free.release()
            raise
        future.add_done_callback(self._release)
        body = await asyncio.shield(future)  # who leaves does not free a thread that still works
        return Answer(request.representation.content_type, body)

    def _run(self, request: QueryRequest) -> bytes:
        query = Query(
            request.text,
            default_graphs=request.default_graphs,
            named_graphs=request.named_graphs,
            prefixes=dict(self._project.prefixes),
        )
        return answer(self._store, query, request.representation.name)

    def _release(self, _: object) -> None:
        self._free.release()


def _refuse_deep(text: str) -> None:
    if sum(text.count(sign) for sign in "{[(!") > MAX_BRACKETS:
        raise QueryError(
            Text(
                de=f"Die Abfrage hat mehr als {MAX_BRACKETS} Klammern.",
                en=f"The query has more than {MAX_BRACKETS} brackets.",
            )
        )


def _in_thread(work: Callable[[], bytes]) -> asyncio.Future[bytes]:
    """Start `work` in a thread of its own that does not keep the process from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[bytes] = loop.create_future()

    def set_result(body: bytes | None, error: Exception | None) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(body or b"")

    def run() -> None:
        body, error = None, None
        try:
            body = work()
        except Exception as caught:  # noqa: BLE001 - handed to the one who waits
            error = caught
        try:
            loop.call_soon_threadsafe(set_result, body, error)
        except RuntimeError:
            return  # the loop was closed while the query ran: nobody waits any more

    with _START:
        before = threading.stack_size(STACK)
        try:
            threading.Thread(target=run, name="kg-query", daemon=True).start()
        finally:
            threading.stack_size(before)
    return future
