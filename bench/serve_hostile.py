"""Hostile queries: when they are over, what they leave, and what others notice of them.

The server is fresh for each query. Meanwhile simple queries that were never asked before are asked
at fixed times, however long the ones before take: a server that hangs cannot hide it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count, islice
from types import TracebackType
from typing import Self

from serve_answers import rows_of
from serve_client import Reply
from serve_data import Data
from serve_measure import fault_of
from serve_process import Watch, cpu_seconds, kill, memory
from serve_queries import HOSTILE, JSON, LOOK_UP, hostile
from serve_server import Server

LIMIT = 5.0
GRACE = 10.0
AFTER = 2.0
RATE = 20.0
AT_ONCE = 128
PROBE_TIMEOUT = 10.0
SETTLING, STEP, STILL = 8.0, 1.0, 0.01
WARMED, WARMERS = 400, 8
"""Simple queries before, some at once: all processes of a server have worked by then."""
SHARE = 0.6
"""Of the machine's memory: a server that takes more is ended."""
NEVER = float("inf")
Starter = Callable[[], AbstractContextManager[Server]]


@dataclass(frozen=True)
class Attack:
    """One hostile query on one server.

    `seconds` until its answer was over, `ended` how; `before`, `peak` and `after` are bytes of all
    processes, the last one AFTER seconds later; `busy` is the share of a core that the server
    still used in those; `times` are the seconds of the simple queries, NEVER for a failed one.
    """

    seconds: float
    ended: str
    before: int
    peak: int
    after: int
    busy: float
    times: tuple[float, ...]

    def late(self, share: float) -> float:
        """The time in seconds within which so many of the simple queries were answered."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else NEVER

    @property
    def failed(self) -> int:
        return sum(1 for each in self.times if each == NEVER)


def attacks(start: Starter, data: Data, limit: float = LIMIT) -> dict[str, Attack]:
    """All hostile queries, each on a server of its own."""
    found = {}
    for name in HOSTILE:
        with start() as server:
            found[name] = attack(server, name, data, limit)
    return found


def attack(server: Server, name: str, data: Data, limit: float) -> Attack:
    """One of them."""
    numbers = count()
    with ThreadPoolExecutor(WARMERS) as pool:
        for number in islice(numbers, WARMED):
            pool.submit(probe, server, data, number, time.perf_counter())
    before = settled(server.root)
    most = int(SHARE * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    with Watch(server.root, most=most) as watch, Probes(server, data, numbers) as probes:
        reply, killed = endure(server, hostile(name), limit + GRACE)
        used, since = cpu_seconds(server.root), time.perf_counter()
        time.sleep(AFTER)
        lasted = time.perf_counter() - since
        busy = (cpu_seconds(server.root) - used) / lasted
        after = memory(server.root)
    return Attack(
        seconds=reply.seconds,
        ended=how(reply, server, killed=killed, watch=watch),
        before=before,
        peak=max(watch.peak.together, before),
        after=after.together,
        busy=max(0.0, busy),
        times=tuple(probes.times),
    )


def settled(root: int) -> int:
    """The bytes of a server that has just started, once they no longer grow."""
    last, until = memory(root).together, time.perf_counter() + SETTLING
    while time.perf_counter() < until:
        time.sleep(STEP)
        now = memory(root).together
        if abs(now - last) < STILL * last:
            return now
        last = now
    return last


def endure(server: Server, text: str, seconds: float) -> tuple[Reply, bool]:
    """Ask and wait; a server that does not answer by then is ended, which the second part says."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        kill(server.root)

    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        with server.connect(seconds + GRACE) as connection:
            reply = connection.ask(server.request(text, JSON))
    finally:
        timer.cancel()
    return reply, late.is_set()


def how(reply: Reply, server: Server, *, killed: bool, watch: Watch) -> str:
    """How the query ended, for the table; a result must be JSON to be one."""
    if watch.too_much:
        return f"killed by us at {watch.peak.together >> 30} GiB"
    if killed:
        return "killed by us, late"
    if server.process.poll() is not None:
        return "the server died"
    if reply.good:
        fault = rows_of(reply, JSON).fault
        return "200, cut" if fault else "200"
    return fault_of(reply)


def probe(server: Server, data: Data, number: int, due: float) -> float:
    """Seconds from when a simple query was due until it is answered, NEVER if it fails."""
    try:
        with server.connect(PROBE_TIMEOUT) as connection:
            reply = connection.ask(server.request(LOOK_UP.fresh(number, data), JSON))
    except OSError:
        return NEVER
    return time.perf_counter() - due if reply.good else NEVER


class Probes:
    """Asks a simple query RATE times a second, as long as the server is there."""

    def __init__(self, server: Server, data: Data, numbers: Iterator[int]) -> None:
        self.times: list[float] = []
        self._server, self._data, self._numbers = server, data, numbers
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        start, asked = time.perf_counter(), list[Future[float]]()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while not self._over.is_set() and self._server.process.poll() is None:
                due = start + len(asked) / RATE
                self._over.wait(max(0.0, due - time.perf_counter()))
                number = next(self._numbers)
                asked.append(pool.submit(probe, self._server, self._data, number, due))
        self.times = [each.result() for each in asked]
