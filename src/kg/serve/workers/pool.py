"""The supervisor: jobs go to workers, workers are killed at their limits and always replaced.

A query that takes long moves out of the way: its worker gets less of the processor, and a fresh
one takes its place. There are `limits.long` such places; when all are taken and others wait, a
query that has had its share is given up.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections import deque

from kg.serve.workers import endings, rules
from kg.serve.workers.job import Job
from kg.serve.workers.link import Link
from kg.serve.workers.nursery import Nursery
from kg.serve.workers.worker import NO_MEMORY, Setup

_LOG = logging.getLogger("kg.serve")
_TICK = 0.02
_SHORT = 0.0005
"""While a query usually takes less, in seconds, several are given to a worker at once."""
_WEIGHT = 0.05
_STUCK = 0.02
"""After so many seconds what a worker has not begun is given to others."""
_HOPELESS = 6
"""After so many workers that did not get ready, one after the other, the start is given up."""
_STATUS = 2.0
"""So long the exit code of a worker may come after its end was seen."""
_OVERRUN = (NO_MEMORY, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGTRAP)
"""How a worker ends whose memory or stack does not suffice."""


class Pool:
    """The workers of one front process; all calls are made in its event loop."""

    def __init__(self, setup: Setup) -> None:
        """Start nothing yet."""
        self.limits = setup.limits
        self._setup = setup
        self._nursery: Nursery | None = None
        self._links: set[Link] = set()
        self._idle: list[Link] = []
        self._waiting: deque[Job] = deque()
        self._orphans: dict[int, Job] = {}
        self._starting = 0
        self._failures = 0
        self._closing = False
        self._usual = 0.0
        self._awake = max(1, (os.cpu_count() or 1) // 2)
        self._ticking: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._first_ready = asyncio.Event()
        self.kills: dict[str, int] = {}
        self.started = 0

    @property
    def version(self) -> str:
        """The name of the version that new jobs are answered on."""
        return self._setup.version

    def gauges(self) -> dict[str, int]:
        """Return how many workers are in which state, and how many jobs wait."""
        busy = [link for link in self._links if link.job]
        long = sum(link.is_long for link in busy)
        return {
            "idle": len(self._idle),
            "busy": len(busy) - long,
            "long": long,
            "starting": self._starting + sum(not link.is_ready for link in self._links),
            "waiting": len(self._waiting),
        }

    def process_ids(self) -> list[int]:
        """Return the process ids of zygote and workers."""
        zygote = [self._nursery.process_id] if self._nursery else []
        return zygote + [link.pid for link in self._links]

    async def start(self) -> None:
        """Start the workers; raises StageError when none of them gets ready."""
        self._loop = asyncio.get_running_loop()
        self._nursery = self._open(self._setup)
        self._fill()
        try:
            await asyncio.wait_for(self._first_ready.wait(), self.limits.start)
        except TimeoutError:
            self._failures += _HOPELESS
        if self._failures >= _HOPELESS:
            await self.close()
            raise endings.not_started()

    async def close(self) -> None:
        """End all workers; what they work on is given up."""
        self._closing = True
        if self._ticking:
            self._ticking.cancel()
        for job in [*self._waiting, *(link.job for link in self._links if link.job)]:
            job.fail(endings.stopping())
        self._waiting.clear()
        for link in list(self._links):
            link.job = None
            link.close()
        for task in self._tasks:
            task.cancel()
        if self._nursery:
            self._nursery.close()
        await asyncio.sleep(0)

    async def switch(self, setup: Setup) -> None:
        """Answer on another version from now on; what runs on the old one ends there.

        Raises StageError when the new version cannot be opened: the old one stays.
        """
        fresh = self._open(setup)
        try:
            async with asyncio.timeout(self.limits.start):
                for _ in range(self.limits.workers):
                    await self._start(fresh)
                while not all(link.is_ready for link in self._of(fresh)):
                    await asyncio.sleep(_TICK)
        except (TimeoutError, OSError):
            pass
        ready = self._of(fresh)
        if not ready or not all(link.is_ready for link in ready):
            fresh.close()
            raise endings.not_started()
        self._setup, self._nursery = setup, fresh
        for link in self._idle:
            self._dismiss(link)
        self._idle.clear()
        for link in ready:
            self._next(link)
        self._fill()

    def submit(self, job: Job) -> None:
        """Have a job done, now or in its turn; refuses it when too many wait."""
        link = self._companion() or (self._idle.pop() if self._idle else None)
        if link:
            link.run(job, self._loop.time())
        elif self._closing:
            job.fail(endings.stopping())
        elif len(self._waiting) >= self.limits.queue:
            job.fail(endings.busy(self.limits))
        else:
            self._waiting.append(job)
        if self._ticking is None and not self._closing:
            self._ticking = self._loop.call_later(_TICK, self._tick)

    # What links and nursery report

    def ready(self, link: Link) -> None:
        """Give a new worker its first job; one of a version that is still to come waits."""
        link.is_ready = True
        if link.nursery is self._nursery:
            self._failures = 0
            self._first_ready.set()
            self._next(link)

    def free(self, link: Link, took: float, *, retire: bool) -> None:
        """Give a worker its next job, or let it go."""
        self._usual += _WEIGHT * (took - self._usual)
        stale = link.nursery is not self._nursery
        if link.next and not (retire or link.is_spent or link.is_long):
            link.begin(link.next.popleft(), self._loop.time())
        elif retire or link.is_spent or link.is_long or stale or self._closing:
            self._hand_on(link.take_back())
            self._dismiss(link)
            self._fill()
        else:
            self._next(link)

    def lost(self, link: Link) -> None:
        """Say what became of the job of a worker that has gone, and replace it."""
        self._links.discard(link)
        with contextlib.suppress(ValueError):
            self._idle.remove(link)
        job, link.job = link.job, None
        self._hand_on(link.take_back())
        if job:
            job.link = None
            if link.status is not None:
                self._crashed(job, link.status)
            else:
                self._orphans[link.pid] = job
                self._loop.call_later(_STATUS, self._ended, link.pid, 0)
        self._failures += not link.is_ready and link.nursery is self._nursery
        if self._failures >= _HOPELESS:
            self._first_ready.set()
        self._close_if_unused(link.nursery)
        self._fill()

    def _ended(self, pid: int, status: int) -> None:
        """Know the exit code of a worker, before or after the end of its socket."""
        for link in self._links:
            if link.pid == pid:
                link.status = status
        job = self._orphans.pop(pid, None)
        if job:
            self._crashed(job, status)

    def _crashed(self, job: Job, status: int) -> None:
        reason = "memory" if status in _OVERRUN else "crash"
        self._count(reason)
        if reason == "crash":
            _LOG.error("a worker ended with %s at: %.500s", status, job.task.text)
        job.fail(endings.of_kill(reason, job, self.limits))

    def _nursery_lost(self, nursery: Nursery) -> None:
        """Start another zygote for one that has gone."""
        if nursery is self._nursery and not self._closing:
            _LOG.error("the process that forks workers has ended; another one is started")
            self._failures += 1
            self._nursery = None
            delay = self._delay()
            self._loop.call_later(delay, self._reopen)

    def _reopen(self) -> None:
        if self._nursery is None and not self._closing:
            self._nursery = self._open(self._setup)
            self._fill()

    # What the pool does with workers and jobs

    def _open(self, setup: Setup) -> Nursery:
        return Nursery(setup, on_end=self._ended, on_loss=self._nursery_lost)

    def _of(self, nursery: Nursery) -> list[Link]:
        return [link for link in self._links if link.nursery is nursery]

    def _fill(self) -> None:
        """Ask for as many workers as are wanting."""
        if self._closing or self._nursery is None:
            return
        there = sum(not link.is_long for link in self._of(self._nursery))
        delay = self._delay()
        for _ in range(self.limits.workers - there - self._starting):
            self._starting += 1
            task = self._loop.create_task(self._replace(self._nursery, delay))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _delay(self) -> float:
        """Return how long to wait with the next worker if the last ones did not get ready."""
        return min(5.0, 0.05 * 2 ** min(self._failures, 10)) if self._failures else 0.0

    async def _replace(self, nursery: Nursery, delay: float) -> None:
        try:
            await asyncio.sleep(delay)
            await self._start(nursery)
        except OSError as error:
            self._failures += 1
            _LOG.error("a worker cannot be started: %s", error)
        finally:
            self._starting -= 1
        self._fill()

    async def _start(self, nursery: Nursery) -> None:
        pid, own = await nursery.fork()
        link = Link(self, nursery, pid, self._loop.time())
        self._links.add(link)
        self.started += 1
        try:
            await self._loop.create_connection(lambda: link, sock=own)
        except BaseException:
            self._links.discard(link)
            own.close()
            raise

    def _companion(self) -> Link | None:
        """Return a worker that will have ended its task soon, if that is better than to wake one.

        While queries are short, waking a process costs about as much as one of them.
        """
        if self._usual > _SHORT:
            return None
        now = self._loop.time()
        busy = [
            link
            for link in self._links
            if link.nursery is self._nursery and rules.is_brisk(link, now)
        ]
        if len(busy) < self._awake:
            return None
        return min(busy, key=lambda link: len(link.next))

    def _hand_on(self, jobs: list[Job]) -> None:
        """Have jobs done by others that their worker has not begun."""
        for job in reversed(jobs):
            if self._idle:
                self._idle.pop().run(job, self._loop.time())
            elif len(self._waiting) < self.limits.queue:
                self._waiting.appendleft(job)
            else:
                job.fail(endings.busy(self.limits))

    def _next(self, link: Link) -> None:
        while self._waiting:
            job = self._waiting.popleft()
            if not job.abandoned:
                link.run(job, self._loop.time())
                return
            job.fail(endings.of_kill("left", job, self.limits))
        self._idle.append(link)

    def _dismiss(self, link: Link) -> None:
        """Let a worker go that has no job; it may be at one that was handed on."""
        self._links.discard(link)
        if link.is_spent:
            link.nursery.kill(link.pid)
        link.close()

    def _close_if_unused(self, nursery: Nursery) -> None:
        if nursery is not self._nursery and not self._of(nursery):
            nursery.close()

    def _count(self, reason: str) -> None:
        self.kills[reason] = self.kills.get(reason, 0) + 1

    def _kill(self, link: Link, reason: str) -> None:
        link.nursery.kill(link.pid)
        if link.killed is None:
            link.killed = reason
            self._count(reason)
        job, link.job = link.job, None
        link.resume()  # its end is seen only by one who reads
        self._hand_on(link.take_back())
        if job:
            job.link = None
            job.fail(endings.of_kill(reason, job, self.limits))

    # The clock

    def _tick(self) -> None:
        """Look after all that runs or waits; again soon if anything does."""
        now = self._loop.time()
        busy = [link for link in self._links if link.job]
        for link in busy:
            reason = rules.why_end(link.job, now, self.limits) if link.job else None
            if reason:
                self._kill(link, reason)
            elif link.is_stuck(now - _STUCK):
                self._hand_on(link.take_back())
        for link in self._links:
            if link.killed:
                self._kill(link, link.killed)
            elif not link.is_ready and now - link.since > self.limits.start:
                self._kill(link, "start")
        self._let_go(now)
        self._make_room(busy, now)
        again = busy or self._waiting or any(link.killed for link in self._links)
        soon = _TICK / 4 if any(link.next for link in busy) else _TICK
        self._ticking = self._loop.call_later(soon, self._tick) if again else None

    def _let_go(self, now: float) -> None:
        """Give up jobs that have waited too long."""
        kept: deque[Job] = deque()
        for job in self._waiting:
            waited = now - job.arrived
            if job.abandoned:
                job.fail(endings.of_kill("left", job, self.limits))
            elif waited > job.timeout:
                job.fail(endings.out_of_time(job.timeout))
            elif waited > self.limits.patience:
                job.fail(endings.busy(self.limits))
            else:
                kept.append(job)
        self._waiting = kept

    def _make_room(self, busy: list[Link], now: float) -> None:
        """Move long queries aside; give one up when there is no room and others wait."""
        free = self.limits.long - sum(link.is_long for link in self._links)
        after = self.limits.long_if_wanted if self._waiting else self.limits.long_after
        for link in busy:
            job = link.job
            if job and not link.is_long and now - job.began > after and free > 0:
                free -= 1
                link.is_long = True
                link.nursery.hold_back(link.pid, link.thread)
        self._fill()
        if free > 0 or not self._waiting or self._starting:
            return
        for link in rules.in_the_way(busy, now, self.limits)[: len(self._waiting)]:
            self._kill(link, "crowded")
