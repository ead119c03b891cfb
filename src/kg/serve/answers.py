"""Questions become answers: from the cache, from a worker, or from one that is at it already."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple, Protocol

from kg.errors import KgError, QueryError, RefusedQueryError, Text
from kg.serve.cache import Cache, Entry
from kg.serve.direct import Direct
from kg.serve.negotiate import Representation
from kg.serve.operation.metrics import Metrics, Outcome
from kg.serve.problems import Kind, RequestError
from kg.serve.workers.job import Job
from kg.serve.workers.pool import Pool
from kg.serve.workers.task import Task
from kg.serve.workers.worker import Setup

_SLOW = 0.5
_SMALL = 1 << 20
_OUTCOMES: dict[int, Outcome] = {503: "busy", 504: "timeout", 507: "memory", 502: "service"}


class Question(NamedTuple):
    """One query with its dataset and the form of its answer.

    The dataset is as in `kg.publish.store.Query`; `coding` is gzip, zstd or None; `timeout` in
    seconds, None for that of the server. A query that `changes` is answered anew each time.
    """

    text: str
    representation: Representation
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    coding: str | None = None
    timeout: float | None = None
    changes: bool = False
    is_dump: bool = False
    """A whole graph: that costs no more than sending it, and may take longer."""
    past: Setup | None = None
    """The version that it is answered on, None for the one that is served."""
    sees_all: bool = False
    """Without a dataset of its own it sees all graphs, whatever the project's default graph is."""

    def key(self, version: str) -> Hashable:
        """Return what answers on `version`, the one that is served, are kept by."""
        version = self.past.version if self.past else version
        form = self.representation.content_type
        dataset = self.default_graphs, self.named_graphs, self.sees_all
        return version, self.text, form, self.coding, dataset


@dataclass(frozen=True)
class Stream:
    """What is known of an answer that comes in parts."""

    version: str
    content_type: str
    coding: str | None


class Asker(Protocol):
    """Takes an answer: `whole`, or `begin`, `part` and then `end`; or `fail` at any time."""

    def whole(self, entry: Entry) -> None:
        """Take a whole answer."""

    def begin(self, stream: Stream) -> None:
        """Know that the answer comes in parts."""

    def part(self, data: bytes) -> None:
        """Take the next part."""

    def end(self) -> None:
        """Know that the last part has come."""

    def fail(self, error: KgError) -> None:
        """Know that there is no answer, or that the rest of it does not come."""


class Answers:
    """What answers queries in one front process; all calls are made in its event loop."""

    def __init__(self, pool: Pool, cache: Cache, metrics: Metrics) -> None:
        """Ask `pool`, keep answers in `cache`; `direct` answers what is given to it."""
        self.pool = pool
        self.direct = Direct()
        self.cache = cache
        self.metrics = metrics
        self._flights: dict[Hashable, Flight] = {}

    def ask(self, question: Question, asker: Asker) -> Ticket | None:
        """Have a question answered; returns None when it has been, from the cache or directly."""
        key: Hashable = None
        if not question.changes:
            kept = question.key(self.pool.version)
            entry = self.cache.get(kept)
            if entry:
                self.metrics.hits += 1
                asker.whole(entry)
                return None
            key = kept, question.timeout
            flight = self._flights.get(key)
            if flight:
                self.metrics.joined += 1
                return flight.join(Ticket(asker, flight))
        self.metrics.misses += 1
        if not question.changes and self._answered(question, kept, asker):
            return None
        flight = Flight(self, question, key)
        if not question.changes:
            self._flights[key] = flight
        ticket = flight.join(Ticket(asker, flight))
        flight.start()
        return ticket

    def _answered(self, question: Question, kept: Hashable, asker: Asker) -> bool:
        """Answer a look-up; return whether it is one."""
        began = perf_counter()
        entry = self.direct.answer(question, self.pool.version)
        if entry is None:
            return False
        took = perf_counter() - began
        self.metrics.direct += 1
        self.metrics.query_done(took, "ok")
        self.cache.put(kept, entry, took)
        asker.whole(entry)
        return True

    def brackets_allowed(self, text: str) -> bool:
        """Return whether a query is nested so little that Oxigraph's parser stands it."""
        most = self.pool.limits.brackets
        return len(text) <= most or sum(map(text.count, "{[(!")) <= most

    def settle(self, flight: Flight) -> None:
        """Let nobody join a flight any more."""
        if self._flights.get(flight.key) is flight:
            del self._flights[flight.key]

    def keep(self, flight: Flight, entry: Entry) -> None:
        """Keep an answer if it is of the version that is served."""
        question = flight.question
        version = question.past.version if question.past else self.pool.version
        if not question.changes and entry.version == version:
            self.cache.put(question.key(entry.version), entry, flight.job.took)


class Ticket:
    """What an asker holds while it waits."""

    __slots__ = ("asker", "flight")

    def __init__(self, asker: Asker, flight: Flight) -> None:
        """Wait for a flight as `asker`."""
        self.asker = asker
        self.flight = flight

    def leave(self) -> None:
        """Wait no longer."""
        self.flight.leave(self)

    def pause(self) -> None:
        """Take no more parts for now."""
        self.flight.pause()

    def resume(self) -> None:
        """Go on after `pause`."""
        self.flight.resume()


class Flight:
    """One question that a worker is at, with all who wait for its answer."""

    def __init__(
        self, answers: Answers, question: Question, key: Hashable, *, arrived: float | None = None
    ) -> None:
        """Have `question` answered, which came in at `arrived`, else now."""
        self._answers = answers
        self._loop = asyncio.get_running_loop()
        self._clock = self._loop.time
        self.question = question
        self.key = key
        self._tickets: list[Ticket] = []
        self._parts: list[bytes] | None = None
        self._size = 0
        limits = answers.pool.limits
        task = Task(
            question.text,
            question.representation.name,
            question.coding,
            question.default_graphs,
            question.named_graphs,
            question.is_dump,
            question.sees_all,
        )
        self.job = Job(
            task,
            self,
            arrived=self._clock() if arrived is None else arrived,
            timeout=limits.timeout * limits.dump
            if question.is_dump
            else min(question.timeout or limits.timeout, limits.timeout),
            setup=question.past,
        )

    def start(self) -> None:
        """Hand the job to a worker."""
        if self._answers.brackets_allowed(self.question.text):
            self._answers.pool.submit(self.job)
        else:
            self.fail(self.job, _too_many_brackets(self._answers.pool.limits.brackets))

    def join(self, ticket: Ticket) -> Ticket:
        """Add one who waits."""
        ticket.flight = self
        self._tickets.append(ticket)
        self.job.abandoned = False
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Take one away; the job ends soon if nobody is left."""
        if ticket in self._tickets:
            self._tickets.remove(ticket)
        if not self._tickets:
            self.job.abandoned = True
            if self.job.streaming:
                self.resume()

    def pause(self) -> None:
        """Take no more of the worker for now."""
        if self.job.paused is None:
            self.job.pause(self._clock())
            if self._size > _SMALL:
                self._loop.call_later(_SLOW, self._forget_if_slow, self.job.paused)

    def resume(self) -> None:
        """Go on after `pause`."""
        self.job.resume()

    def _forget_if_slow(self, since: float | None) -> None:
        """Keep no answer that a slow client reads: it would take memory for long."""
        if self.job.paused == since and self._parts is not None:
            self._parts = []
            self._size = self._answers.cache.largest + 1

    # What the worker sends

    def whole(self, job: Job, body: bytes, *, coded: bool) -> None:
        """Keep the answer and hand it to all who wait."""
        coding = self.question.coding if coded else None
        entry = Entry(
            version=job.version,
            content_type=self.question.representation.content_type,
            coding=coding,
            content=body,
        )
        self._answers.settle(self)
        self._answers.keep(self, entry)
        self._done("ok")
        for ticket in self._last_tickets():
            ticket.asker.whole(entry)

    def part(self, job: Job, data: bytes) -> None:
        """Hand a part on; when it is the first, all but one who wait get a worker of their own."""
        if self._parts is None:
            self._begin(job)
        if self._parts is not None and self._size <= self._answers.cache.largest:
            self._size += len(data)
            self._parts.append(data)
        for ticket in tuple(self._tickets):
            ticket.asker.part(data)

    def end(self, job: Job) -> None:
        """Keep the answer if it is not too large."""
        self._done("ok")
        parts, self._parts = self._parts or [], None
        if self._size <= self._answers.cache.largest:
            entry = Entry(
                version=job.version,
                content_type=self.question.representation.content_type,
                coding=self.question.coding,
                content=b"".join(parts),
            )
            self._answers.keep(self, entry)
        for ticket in self._last_tickets():
            ticket.asker.end()

    def fail(self, job: Job, error: KgError) -> None:
        """Say to all who wait that there is no answer."""
        self._answers.settle(self)
        self._done("left" if job.abandoned else _outcome(error))
        if self._parts is not None:
            self._answers.metrics.cut_streams += 1
        for ticket in self._last_tickets():
            ticket.asker.fail(error)

    def _last_tickets(self) -> list[Ticket]:
        """Return all who wait, for the last time; leaves no cycle of references."""
        tickets, self._tickets = self._tickets, []
        self.job.sink = None
        return tickets

    def _begin(self, job: Job) -> None:
        self._parts = []
        self._answers.settle(self)
        self._answers.metrics.started_streams += 1
        stream = Stream(
            job.version, self.question.representation.content_type, self.question.coding
        )
        others = self._tickets[1:]
        del self._tickets[1:]
        for ticket in self._tickets:
            ticket.asker.begin(stream)
        for ticket in others:
            flight = Flight(self._answers, self.question, None, arrived=job.arrived)
            flight.join(ticket)
            flight.start()

    def _done(self, outcome: Outcome) -> None:
        self._answers.metrics.query_done(self._clock() - self.job.arrived, outcome)


def _outcome(error: KgError) -> Outcome:
    if isinstance(error, RequestError):
        kind: Kind = error.kind
        return _OUTCOMES.get(kind.status, "crash")
    if isinstance(error, RefusedQueryError):
        return "refused"
    return "syntax" if isinstance(error, QueryError) else "crash"


def _too_many_brackets(most: int) -> QueryError:
    return QueryError(
        Text(
            de=f"Die Abfrage hat mehr als {most} Klammern.",
            en=f"The query has more than {most} brackets.",
        )
    )
