"""One query on its way: who waits for it, since when, and which worker has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kg.errors import KgError
from kg.serve.workers.task import Task

if TYPE_CHECKING:
    from kg.serve.workers.link import Link
    from kg.serve.workers.worker import Setup


class Sink(Protocol):
    """Takes an answer: `whole`, or `part` several times and then `end`, or `fail` at any time."""

    def whole(self, job: Job, body: bytes, *, coded: bool) -> None:
        """Take a whole answer; `coded` says whether it is compressed."""

    def part(self, job: Job, data: bytes) -> None:
        """Take a part of a stream."""

    def end(self, job: Job) -> None:
        """Know that the stream is complete."""

    def fail(self, job: Job, error: KgError) -> None:
        """Know that there is no answer, or not all of it."""


class Job:
    """A task with its sink and its times, in seconds of the event loop's clock."""

    __slots__ = (
        "abandoned",
        "arrived",
        "began",
        "link",
        "paused",
        "setup",
        "sink",
        "streaming",
        "task",
        "timeout",
        "took",
        "version",
        "worker",
    )

    def __init__(
        self,
        task: Task,
        sink: Sink,
        *,
        arrived: float,
        timeout: float,
        setup: Setup | None = None,
    ) -> None:
        """Make a job for a task that arrived when the clock said `arrived`.

        It is done on `setup`, None for the version that is served.
        """
        self.task = task
        self.setup = setup
        self.sink: Sink | None = sink
        self.arrived = arrived
        self.timeout = timeout
        self.began = self.took = 0.0
        self.version = ""
        self.link: Link | None = None
        self.worker: int | None = None
        self.streaming = False
        self.abandoned = False
        self.paused: float | None = None

    def fail(self, error: KgError) -> None:
        """Say that there is no answer, unless that has been settled."""
        if self.sink:
            self.sink.fail(self, error)

    def stalled(self, now: float) -> float:
        """Return for how many seconds the client has not read."""
        return 0.0 if self.paused is None else now - self.paused

    def pause(self, now: float) -> None:
        """Take no more of the worker for now: the client does not read."""
        if self.paused is None:
            self.paused = now
            if self.link:
                self.link.pause()

    def resume(self) -> None:
        """Go on after `pause`."""
        if self.paused is not None:
            self.paused = None
            if self.link:
                self.link.resume()
