"""The front process's way to the writer: requests go out, outcomes and new versions come in."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import struct
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from kg.errors import StageError, Text
from kg.serve.problems import UNAVAILABLE, Details, RequestError
from kg.settings import Project
from kg.write.client import lost
from kg.write.launch import connect
from kg.write.requests import Outcome, Request
from kg.write.state import Mode
from kg.write.wire import AT_ONCE, Messages, asking, outcome_of

_LOG = logging.getLogger("kg.serve")
SECONDS = 60.0
"""So long the writer may be at one request, or at the group that it is in."""
BYTES = 100_000
"""For each so many bytes of a request it may be a second longer."""
_WAITING = 1000
_AGAIN = (0.1, 1.0, 5.0)
"""Seconds before it is tried again to have a writer."""
_CREDENTIALS = struct.Struct("3i")
OnPublished = Callable[[str], Awaitable[None]]


class WriterClient:
    """Asks the writer of a project; all calls are made in one event loop."""

    def __init__(self, project: Project, mode: Mode, on_published: OnPublished) -> None:
        """Know whom to ask; `on_published` is awaited with the name of each new version."""
        self._project = project
        self._mode = mode
        self._on_published = on_published
        self._link: socket.socket | None = None
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Outcome]] = {}
        self._unbegun: dict[int, bytes] = {}
        self._late: dict[int, float] = {}
        self._hearing: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()
        self._starting = asyncio.Lock()
        self._current = asyncio.Event()

    async def start(self) -> None:
        """Have a writer, and serve the version that it has published; raises StageError."""
        async with self._starting:
            if self._hearing is None:
                await self._connect()
                self._hearing = asyncio.create_task(self._hear_on())
        await self._current.wait()

    async def close(self) -> None:
        """Ask no more; the writer ends when nobody else asks."""
        if self._hearing:
            self._hearing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._hearing
        if self._link:
            self._link.close()
        self._unbegun.clear()
        self._fail(lost())

    async def ask(self, request: Request) -> Outcome:
        """Return what came of a request; readers see a commit when this returns.

        The first request starts the writer. Raises RequestError when there is none or too many
        requests wait, StageError when it cannot be started, and when it ends before it answers:
        nobody knows then whether the request was done.
        """
        loop = asyncio.get_running_loop()
        if self._hearing is None:
            await self.start()
        link = self._link
        if link is None or len(self._waiting) >= _WAITING:
            raise _unavailable()
        number = next(self._numbers)
        future: asyncio.Future[Outcome] = loop.create_future()
        self._waiting[number] = future
        self._unbegun[number] = asking(number, request)
        await self._send(link, number)
        return await future

    async def _send(self, link: socket.socket, number: int) -> None:
        """Send a request; if the writer has gone, the next one gets it."""
        with contextlib.suppress(OSError):
            async with self._sending:
                message = self._unbegun.get(number)
                if message:
                    await asyncio.get_running_loop().sock_sendall(link, message)

    async def _hear_on(self) -> None:
        """Hear what the writer says; have another one when it has gone."""
        while True:
            assert self._link is not None
            clock = asyncio.create_task(self._look_after(self._link))
            try:
                await self._hear(self._link)
            finally:
                clock.cancel()
                self._link.close()
                self._link = None
            self._fail(lost())
            await self._have_another()
            await self._send_again()

    async def _connect(self) -> None:
        self._link = await asyncio.to_thread(connect, self._project, self._mode)
        self._link.setblocking(False)

    async def _send_again(self) -> None:
        """Give the new writer what the last one had not begun."""
        link = self._link
        for number in sorted(self._unbegun):
            if link and number in self._unbegun:
                await self._send(link, number)

    async def _have_another(self) -> None:
        for attempt in count():
            try:
                await self._connect()
            except StageError as error:
                _LOG.error("there is nobody who writes: %s", error)
                self._unbegun.clear()
                self._fail(error)
                await asyncio.sleep(_AGAIN[min(attempt, len(_AGAIN) - 1)])
            else:
                return

    async def _hear(self, link: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        messages = Messages()
        with contextlib.suppress(OSError):
            while data := await loop.sock_recv(link, AT_ONCE):
                for content in messages.take(data):
                    await self._take(json.loads(content), loop.time())

    async def _take(self, message: dict[str, Any], now: float) -> None:
        if "published" in message:
            try:
                await self._on_published(message["published"])
            except StageError as error:
                _LOG.error("the version of a commit is not served: %s", error)
            self._current.set()
        elif "begun" in message:
            number = message["begun"]
            self._late[number] = now + SECONDS + len(self._unbegun.pop(number, b"")) / BYTES
        else:
            number = message["number"]
            self._late.pop(number, None)
            self._unbegun.pop(number, None)
            future = self._waiting.pop(number, None)
            if future and not future.done():
                future.set_result(outcome_of(message["outcome"]))

    async def _look_after(self, link: socket.socket) -> None:
        """End a writer that is at a request for too long: it starts anew from the journal."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1)
            if self._late and loop.time() > max(self._late.values()):
                _LOG.error("the process that writes took too long and is ended")
                self._late.clear()
                _kill(link)

    def _fail(self, error: StageError) -> None:
        """Say to all whose request was begun that nobody answers them."""
        self._late.clear()
        for number in self._waiting.keys() - self._unbegun.keys():
            future = self._waiting.pop(number)
            if not future.done():
                future.set_exception(error)


def _kill(link: socket.socket) -> None:
    """End the process at the other end of a socket."""
    with contextlib.suppress(OSError, AttributeError):
        raw = link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        os.kill(_CREDENTIALS.unpack(raw)[0], signal.SIGKILL)


def _unavailable() -> RequestError:
    return RequestError(
        UNAVAILABLE,
        Text(
            de="Gerade kann nichts geschrieben werden. Versuchen Sie es gleich noch einmal.",
            en="Nothing can be written right now. Try again in a moment.",
        ),
        Details(headers={"Retry-After": "2"}),
    )
