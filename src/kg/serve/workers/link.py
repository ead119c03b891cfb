"""The front process's end of the socket to one worker: tasks go out, frames come in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, cast

from kg.serve.workers.task import HEADER, LENGTH, RETIRE, Fault, Kind

if TYPE_CHECKING:
    from kg.serve.workers.job import Job
    from kg.serve.workers.nursery import Nursery


class Keeper(Protocol):
    """What a link reports to: the pool."""

    def ready(self, link: Link) -> None:
        """Know that the worker waits for its first task."""

    def free(self, link: Link, *, retire: bool) -> None:
        """Know that the worker has ended a task."""

    def lost(self, link: Link) -> None:
        """Know that the worker has gone."""


class Link(asyncio.Protocol):
    """One worker as the pool sees it."""

    __slots__ = (
        "_keeper",
        "_paused",
        "_rest",
        "_transport",
        "is_long",
        "is_ready",
        "job",
        "killed",
        "nursery",
        "pid",
        "since",
        "status",
        "thread",
    )

    def __init__(self, keeper: Keeper, nursery: Nursery, pid: int, now: float) -> None:
        """Know the worker `pid` of `nursery`, forked at `now`."""
        self._keeper = keeper
        self._rest = bytearray()
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self.nursery = nursery
        self.pid = pid
        self.thread = pid
        self.since = now
        self.job: Job | None = None
        self.is_ready = False
        self.is_long = False
        self.killed: str | None = None
        self.status: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def run(self, job: Job) -> None:
        """Send a job's task."""
        self.job = job
        job.link = self
        assert self._transport is not None
        self._transport.write(job.task.encode())
        if job.paused is not None:
            self.pause()

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
        if not self._rest and len(data) >= HEADER.size:
            kind, length = HEADER.unpack_from(data)
            if len(data) == HEADER.size + length:  # one frame, the usual case
                self._take(kind, data[HEADER.size :])
                return
        rest = self._rest
        rest += data
        while len(rest) >= HEADER.size:
            kind, length = HEADER.unpack_from(rest)
            end = HEADER.size + length
            if len(rest) < end:
                return
            body = bytes(memoryview(rest)[HEADER.size : end])
            del rest[:end]
            self._take(kind, body)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the pool."""
        self._transport = None
        self._keeper.lost(self)

    def _take(self, kind: int, data: bytes) -> None:
        job = self.job
        if kind == Kind.READY:
            (self.thread,) = LENGTH.unpack(data)
            self._keeper.ready(self)
            return
        if job is None:
            return
        if kind == Kind.PART:
            job.streaming = True
            job.sink.part(job, data)
            return
        self.job = job.link = None
        self.resume()
        self._keeper.free(self, retire=bool(kind & RETIRE))
        match kind & ~RETIRE:
            case Kind.WHOLE:
                job.sink.whole(job, data, coded=False)
            case Kind.CODED:
                job.sink.whole(job, data, coded=True)
            case Kind.END:
                job.sink.end(job)
            case _:
                job.sink.fail(job, Fault.decode(data).error())
