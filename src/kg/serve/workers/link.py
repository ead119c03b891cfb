"""The front process's end of the socket to one worker: tasks go out, frames come in."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Protocol, cast

from kg.serve.workers.task import HEADER, LENGTH, RETIRE, Fault, Kind

if TYPE_CHECKING:
    from kg.serve.workers.job import Job, Sink
    from kg.serve.workers.nursery import Nursery
    from kg.serve.workers.worker import Setup


class Keeper(Protocol):
    """What a link reports to: the pool."""

    def ready(self, link: Link) -> None:
        """Know that the worker has opened its version."""

    def free(self, link: Link, took: float, *, retire: bool) -> None:
        """Know that the worker has ended a task that took so many seconds."""

    def lost(self, link: Link) -> None:
        """Know that the worker has gone."""


class Link(asyncio.Protocol):
    """One worker as the pool sees it."""

    __slots__ = (
        "_keeper",
        "_loop",
        "_outbox",
        "_paused",
        "_rest",
        "_suspect",
        "_transport",
        "_wanted",
        "is_long",
        "is_ready",
        "is_spent",
        "job",
        "killed",
        "next",
        "nursery",
        "opened",
        "pid",
        "setup",
        "since",
        "status",
        "thread",
    )

    def __init__(self, keeper: Keeper, nursery: Nursery, pid: int, setup: Setup) -> None:
        """Know the worker `pid` of `nursery`, forked just now on `setup`."""
        self._keeper = keeper
        self._rest = bytearray()
        self._wanted = 0
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self.nursery = nursery
        self.pid = pid
        self.thread = pid
        self.setup = setup
        self.job: Job | None = None
        self.is_ready = False
        self.is_long = False
        self.killed: str | None = None
        self.is_spent = False
        self.next: deque[Job] = deque()
        self._suspect: Job | None = None
        self._outbox: list[bytes] = []
        self._loop = asyncio.get_running_loop()
        self.since = self._loop.time()
        self.opened: asyncio.Future[bool] = self._loop.create_future()
        self.status: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def reopen(self, setup: Setup) -> None:
        """Let the worker, which has no job, go on with another version."""
        self.setup = setup
        self.since = self._loop.time()
        self.is_ready = False
        self.opened = self._loop.create_future()
        self._send(setup.encode())

    def run(self, job: Job, now: float) -> None:
        """Send a job's task; if the worker has one already, it comes after that."""
        if self.job is None:
            self.begin(job, now)
        else:
            self.next.append(job)
        self._send(job.task.encode())

    def _send(self, message: bytes) -> None:
        self._outbox.append(message)
        if len(self._outbox) == 1:
            self._loop.call_soon(self._flush)

    def begin(self, job: Job, now: float) -> None:
        """Know that the worker is at a job that was sent to it."""
        self.job = job
        job.link = self
        job.began = now
        job.worker = self.pid
        job.version = self.setup.version
        if job.paused is not None:
            self.pause()

    def _flush(self) -> None:
        tasks, self._outbox = self._outbox, []
        if self._transport:
            self._transport.write(b"".join(tasks))

    def is_stuck(self, before: float) -> bool:
        """Return whether jobs wait for one that was begun earlier, and at the last call as well.

        Between two calls all that the worker has sent has been taken.
        """
        job = self.job if self.next and self.job and self.job.began < before else None
        stuck = job is not None and job is self._suspect
        self._suspect = job
        return stuck

    def take_back(self) -> list[Job]:
        """Return the jobs that the worker has not begun; it is of no use after its present one."""
        jobs = list(self.next)
        self.next.clear()
        self.is_spent = self.is_spent or bool(jobs)
        return jobs

    def pause(self) -> None:
        """Read no more from the worker, which then waits in its turn."""
        if self._transport and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self._transport and self._paused:
            self._paused = False
            self._transport.resume_reading()

    def close(self) -> None:
        """Let the worker end by itself: it has no task."""
        self.resume()
        if self._transport:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take the frames that are complete."""
        if self._rest:
            self._rest += data
            if len(self._rest) < self._wanted:
                return
            data, self._rest = bytes(self._rest), bytearray()
        start, size = 0, len(data)
        while size - start >= HEADER.size:
            kind, took, length = HEADER.unpack_from(data, start)
            end = start + HEADER.size + length
            if end > size:
                self._wanted = end - start
                break
            self._take(kind, took, data[start + HEADER.size : end])
            start = end
        else:
            self._wanted = HEADER.size
        if start < size:
            self._rest += data[start:]

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the pool."""
        self._transport = None
        self._settle_opening(is_open=False)
        self._keeper.lost(self)

    def _settle_opening(self, *, is_open: bool) -> None:
        if not self.opened.done():
            self.opened.set_result(is_open)

    def _take(self, kind: int, took: int, data: bytes) -> None:
        job = self.job
        if kind == Kind.READY:
            if not self.is_ready:
                (self.thread,) = LENGTH.unpack(data)
                self.is_ready = True
                self._settle_opening(is_open=True)
                self._keeper.ready(self)
            return
        if job is None:
            return
        sink = job.sink
        if kind == Kind.PART:
            job.streaming = True
            if sink:
                sink.part(job, data)
            return
        self.job = job.link = None
        job.took = took / 1e6
        if self._paused:
            self.resume()
        self._keeper.free(self, job.took, retire=bool(kind & RETIRE))
        if sink:
            _end(job, sink, kind & ~RETIRE, data)


def _end(job: Job, sink: Sink, kind: int, data: bytes) -> None:
    if kind == Kind.WHOLE:
        sink.whole(job, data, coded=False)
    elif kind == Kind.CODED:
        sink.whole(job, data, coded=True)
    elif kind == Kind.END:
        sink.end(job)
    else:
        sink.fail(job, Fault.decode(data).error())
