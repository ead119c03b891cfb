"""What is measured of one server: commits, when they are seen, look-ups meanwhile, a load."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from serve_client import Connection, Reply
from serve_data import Data
from serve_process import Memory, Watch, cpu_seconds
from serve_server import Server
from write_client import connect
from write_server import JSON, NUMBER, SEEN, Target, done, fault_of, look_up, membership

TIMEOUT = 300.0
POLL = 0.004
"""Seconds between two questions whether a commit is to be seen."""
READERS = 4
PACE = 0.1
"""Seconds between two look-ups of a reader."""
WARM = 20
"""So many commits come before those that count."""
SYNCED = 50


@dataclass(frozen=True)
class Commits:
    """Commits one after the other: seconds each, CPU seconds of the server each, or a fault."""

    times: list[float]
    cpu: float = 0.0
    fault: str = ""


@dataclass(frozen=True)
class Sights:
    """Commits that another connection looks for: seconds until it sees them.

    `late` is how many were not seen by the first question that began after the acknowledgement.
    """

    acknowledged: list[float]
    seen: list[float]
    late: int = 0
    fault: str = ""


@dataclass(frozen=True)
class Reads:
    """Look-ups by some connections: seconds from when each was due, and how many failed."""

    times: list[float]
    failed: int = 0

    def late(self, share: float) -> float:
        """The time within which so many were answered."""
        return quantile(self.times, share)


@dataclass(frozen=True)
class Bulk:
    """A load in one request: its statements and seconds, the peak of memory, or a fault."""

    triples: int
    seconds: float
    peak: Memory
    fault: str = ""


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values is."""
    if not values:
        return 0.0
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def commits(target: Target, server: Server, data: Data, numbers: range) -> Commits:
    """Write memberships one after the other on one connection; the first ones do not count."""
    times: list[float] = []
    before = 0.0
    with connect(server, TIMEOUT) as connection:
        for number in numbers:
            if number == numbers[min(WARM, len(numbers) - 1)]:
                before, times = cpu_seconds(server.root), []
            reply = connection.ask(target.insert(server, membership(number, data)))
            if not done(reply):
                return Commits([], fault=fault_of(reply))
            times.append(reply.seconds)
    return Commits(times, (cpu_seconds(server.root) - before) / len(times))


def sights(target: Target, server: Server, data: Data, numbers: range) -> Sights:
    """Write memberships, of which another connection asks again and again if they are there."""
    found = Sights([], [])
    late = 0
    with connect(server, TIMEOUT) as writes, connect(server, TIMEOUT) as reads:
        for number in numbers:
            watch = _Watcher(reads, server.request(SEEN % number, JSON))
            start = time.perf_counter()
            reply = writes.ask(target.insert(server, membership(number, data)))
            end = time.perf_counter()
            if not done(reply):
                watch.leave()
                return Sights([], [], fault=fault_of(reply))
            asked, seen = watch.sight()
            late += asked > end and watch.missed(end)
            found.acknowledged.append(end - start)
            found.seen.append(seen - start)
    return Sights(found.acknowledged, found.seen, late)


class _Watcher:
    """Asks one thing every few milliseconds until it is so."""

    def __init__(self, connection: Connection, request: bytes) -> None:
        self._connection, self._request = connection, request
        self._last = 0.0
        self._found = (0.0, 0.0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def sight(self) -> tuple[float, float]:
        """When the question was asked that found it so, and when its answer came."""
        self._thread.join(TIMEOUT)
        return self._found

    def missed(self, moment: float) -> bool:
        """Whether a question that was asked after a moment did not find it so."""
        return self._last > moment

    def leave(self) -> None:
        """Ask no more."""
        self._over.set()
        self._thread.join(TIMEOUT)

    def _look(self) -> None:
        while not self._over.wait(POLL):
            asked = time.perf_counter()
            reply = self._connection.ask(self._request)
            if reply.good and json.loads(reply.body)["boolean"]:
                self._found = (asked, time.perf_counter())
                return
            self._last = asked


def readers(server: Server, data: Data, seconds: float, start: int) -> Reads:
    """Look-ups by key of several connections, each at its pace; none was asked before."""
    found: list[Reads] = []
    began = time.perf_counter() + PACE
    reading = [
        threading.Thread(
            target=lambda which: found.append(_read(server, data, began, which, seconds)),
            args=(range(start + which, 1 << 62, READERS),),
        )
        for which in range(READERS)
    ]
    for thread in reading:
        thread.start()
    for thread in reading:
        thread.join()
    times = [each for one in found for each in one.times]
    return Reads(times, sum(one.failed for one in found))


def _read(server: Server, data: Data, began: float, numbers: range, seconds: float) -> Reads:
    times: list[float] = []
    failed = 0
    first = began + numbers[0] % READERS * PACE / READERS
    with connect(server, TIMEOUT) as connection:
        for turn in range(round(seconds / PACE)):
            due, number = first + turn * PACE, numbers[turn]
            time.sleep(max(0.0, due - time.perf_counter()))
            request = server.request(look_up(number, data), JSON)
            try:
                failed += not _has_row(connection.ask(request))
            except OSError:
                failed += 1
            times.append(time.perf_counter() - due)
    return Reads(times, failed)


def _has_row(reply: Reply) -> bool:
    return reply.good and bool(json.loads(reply.body)["results"]["bindings"])


def load(target: Target, server: Server, content: bytes) -> Bulk:
    """Add N-Triples to a graph in one request."""
    request = target.load(server, content)
    triples = content.count(b"\n")
    with Watch(server.root) as watch, connect(server, TIMEOUT) as connection:
        start = time.perf_counter()
        try:
            reply = connection.ask(request)
        except OSError as error:
            return Bulk(triples, 0.0, watch.peak, str(error))
        seconds = time.perf_counter() - start
    return Bulk(triples, seconds, watch.peak, "" if done(reply) else fault_of(reply))


def seen(server: Server, which: int) -> bool:
    """Whether the membership of a number is to be read."""
    with connect(server, TIMEOUT) as connection:
        reply = connection.ask(server.request(SEEN % which, JSON))
    return reply.good and bool(json.loads(reply.body)["boolean"])


def number(server: Server) -> int:
    """How many of the memberships that were written are to be read."""
    with connect(server, TIMEOUT) as connection:
        reply = connection.ask(server.request(NUMBER, JSON))
    if not reply.good:
        raise RuntimeError(fault_of(reply))
    row = json.loads(reply.body)["results"]["bindings"][0]
    return int(row["number"]["value"])


def median(values: Sequence[float]) -> float:
    """The middle one, 0 without any."""
    return statistics.median(values) if values else 0.0


def synced(folder: Path) -> float:
    """Seconds that the disk takes for a small write with fsync, in the middle of many."""
    folder.mkdir(parents=True, exist_ok=True)
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(SYNCED):
            start = time.perf_counter()
            file.write(bytes(1024))
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return median(times)
