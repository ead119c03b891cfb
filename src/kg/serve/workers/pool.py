"""The supervisor: jobs go to workers, workers are killed at their limits and always replaced.

A query that takes long moves out of the way: its worker gets less of the processor, and a fresh
one takes its place. There are `limits.long` such places; when all are taken and others wait, a
query that has had its share is given up.

When another version is served, one worker opens it first. The others follow when they are next
wanted, or one by one after a while: versions may come faster than all of them could follow.
"""

from __future__ import annotations

import asyncio
import logging
import os

from kg.serve.workers import endings, rules
from kg.serve.workers.idle import Idle
from kg.serve.workers.job import Job
from kg.serve.workers.link import Link
from kg.serve.workers.losses import Losses
from kg.serve.workers.nursery import Nursery
from kg.serve.workers.queue import Queue
from kg.serve.workers.worker import Setup

_LOG = logging.getLogger("kg.serve")
_TICK = 0.02
_SHORT = 0.0005
"""While a query usually takes less, in seconds, several are given to a worker at once."""
_WEIGHT = 0.05
_STUCK = 0.02
"""After so many seconds what a worker has not begun is given to others."""
_HOPELESS = 6
"""After so many workers that did not get ready, one after the other, the start is given up."""
_ATTEMPTS = 2
"""So many fresh workers try to open a version: the first may be killed for other reasons."""
_QUIET = 0.25
"""So many seconds after a version workers that nobody wanted follow it."""


class Pool:
    """The workers of one front process; all calls are made in its event loop."""

    def __init__(self, setup: Setup) -> None:
        """Start nothing yet."""
        self.limits = setup.limits
        self._setup = setup
        self._nursery: Nursery | None = None
        self._links: set[Link] = set()
        self._idle = Idle()
        self._waiting = Queue(setup.limits)
        self._losses = Losses(setup.limits)
        self.kills = self._losses.kills
        self._starting = 0
        self._failures = 0
        self._closing = False
        self._usual = 0.0
        self._awake = max(1, (os.cpu_count() or 1) // 2)
        self._ticking: asyncio.TimerHandle | None = None
        self._following: asyncio.TimerHandle | None = None
        self._switching = asyncio.Lock()
        self._probe: Link | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._first_ready = asyncio.Event()
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
            "starting": self._starting
            + sum(not (link.is_ready or link.job) for link in self._links),
            "waiting": len(self._waiting),
        }

    def process_ids(self) -> list[int]:
        """Return the process ids of zygote and workers."""
        zygote = [self._nursery.process_id] if self._nursery else []
        return zygote + [link.pid for link in self._links]

    async def start(self) -> None:
        """Start the workers; raises StageError when none of them gets ready."""
        self._loop = asyncio.get_running_loop()
        self._nursery = self._open()
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
        for timer in (self._ticking, self._following):
            if timer:
                timer.cancel()
        self._waiting.close()
        for link in list(self._links):
            job, link.job = link.job, None
            if job:
                job.fail(endings.stopping())
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
        async with self._switching:
            try:
                link = await self._first_on(setup)
            finally:
                self._probe = None
            self._setup = setup
            self._failures = 0
            self._next(link)
            self._follow_later()

    def submit(self, job: Job) -> None:
        """Have a job done, now or in its turn; refuses it when too many wait."""
        now, link = self._loop.time(), None
        if job.setup is None and self._usual < _SHORT:
            link = rules.companion(self._links, self._setup, now, awake=self._awake)
        if link:
            link.run(job, now)
        elif self._idle:
            self._give(self._idle.best_for(job), job)
        elif self._closing:
            job.fail(endings.stopping())
        else:
            self._waiting.put(job)
        if self._ticking is None and not self._closing:
            self._ticking = self._loop.call_later(_TICK, self._tick)

    # What links and nursery report

    def ready(self, link: Link) -> None:
        """Give a worker that has opened a version a job, unless it has one or is a probe."""
        if link.setup is self._setup:
            self._failures = 0
            self._first_ready.set()
        if link.job:
            link.job.began = self._loop.time()
        elif link is not self._probe and not link.killed:
            self._next(link)

    def free(self, link: Link, took: float, *, retire: bool) -> None:
        """Give a worker its next job, or let it go."""
        self._usual += _WEIGHT * (took - self._usual)
        if link.next and not (retire or link.is_spent or link.is_long):
            link.begin(link.next.popleft(), self._loop.time())
        elif retire or link.is_spent or link.is_long or self._is_surplus(link):
            self._hand_on(link.take_back())
            self._dismiss(link)
            self._fill()
        else:
            self._next(link)

    def lost(self, link: Link) -> None:
        """Say what became of the job of a worker that has gone, and replace it."""
        self._links.discard(link)
        self._idle.drop(link)
        job, link.job = link.job, None
        self._hand_on(link.take_back())
        if job:
            job.link = None
            if link.is_ready:
                self._losses.lost(job, link)
            elif job.setup:
                job.fail(endings.not_kept(job.setup.version))
            else:
                self._hand_on([job])  # it has not begun
        self._failures += not link.is_ready and link.setup is self._setup
        if self._failures >= _HOPELESS:
            self._first_ready.set()
        self._fill()

    def _ended(self, pid: int, status: int) -> None:
        """Know the exit code of a worker, before or after the end of its socket."""
        for link in self._links:
            if link.pid == pid:
                link.status = status
        self._losses.ended(pid, status)

    def _nursery_lost(self, nursery: Nursery) -> None:
        """Start another zygote for one that has gone."""
        if nursery is self._nursery and not self._closing:
            _LOG.error("the process that forks workers has ended; another one is started")
            self._failures += 1
            self._nursery = None
            for link in self._links:
                if link.nursery is nursery:
                    link.close()  # in case that it lives: nobody could end it any more
            delay = self._delay()
            self._loop.call_later(delay, self._reopen)

    def _reopen(self) -> None:
        if self._nursery is None and not self._closing:
            self._nursery = self._open()
            self._fill()

    # What the pool does with workers and jobs

    def _open(self) -> Nursery:
        return Nursery(on_end=self._ended, on_loss=self._nursery_lost)

    async def _first_on(self, setup: Setup) -> Link:
        """Return a worker that has opened another version; raises StageError when none can.

        It is one that waits, if another one does as well; else, or if it fails, a fresh one.
        """
        try:
            async with asyncio.timeout(self.limits.start):
                if len(self._idle) > 1:
                    self._probe = self._idle.oldest()
                    self._probe.reopen(setup)
                    if await self._probe.opened and self._probe in self._links:
                        return self._probe
                for _ in range(_ATTEMPTS):
                    self._probe = await self._fresh_on(setup)
                    if await self._probe.opened and self._probe in self._links:
                        return self._probe
                    await asyncio.sleep(_TICK)
        except TimeoutError:
            if self._probe:
                self._probe.nursery.kill(self._probe.pid)
        raise endings.not_started()

    async def _fresh_on(self, setup: Setup) -> Link:
        """Return a new worker; the process that forks it may have to be started anew."""
        while not self._closing:
            try:
                if self._nursery:
                    return await self._start(self._nursery, setup)
            except OSError as error:
                _LOG.error("a worker cannot be started: %s", error)
            await asyncio.sleep(_TICK)
        raise endings.not_started()

    def _follow_later(self) -> None:
        """Let workers that are idle on another version follow, some time after the last switch."""
        if self._following:
            self._following.cancel()
        self._following = self._loop.call_later(_QUIET, self._follow)

    def _follow(self) -> None:
        """Let the next one follow, or go if there are too many since versions were opened."""
        self._following = None
        if self._idle and self._at_hand() > self.limits.workers:
            self._dismiss(self._idle.oldest())
        elif self._idle.is_stale(self._setup):
            self._idle.oldest().reopen(self._setup)
        else:
            return
        self._following = self._loop.call_later(_TICK, self._follow)

    def _is_surplus(self, link: Link) -> bool:
        """Return whether a worker need not come back from the version it is on."""
        stale = link.setup is not self._setup
        return self._closing or (stale and self._at_hand() > self.limits.workers)

    def _at_hand(self) -> int:
        """Return how many workers there are, without those with long queries."""
        return sum(not link.is_long for link in self._links)

    def _fill(self) -> None:
        """Ask for as many workers as are wanting."""
        if self._closing or self._nursery is None:
            return
        delay = self._delay()
        for _ in range(self.limits.workers - self._at_hand() - self._starting):
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
            await self._start(nursery, self._setup)
        except OSError as error:
            self._failures += 1
            _LOG.error("a worker cannot be started: %s", error)
        finally:
            self._starting -= 1
        self._fill()

    async def _start(self, nursery: Nursery, setup: Setup) -> Link:
        pid, own = await nursery.fork(setup)
        link = Link(self, nursery, pid, setup)
        self._links.add(link)
        self.started += 1
        try:
            await self._loop.create_connection(lambda: link, sock=own)
        except BaseException:
            self._links.discard(link)
            own.close()
            raise
        return link

    def _hand_on(self, jobs: list[Job]) -> None:
        """Have jobs done by others that their worker has not begun."""
        for job in reversed(jobs):
            if self._idle:
                self._give(self._idle.best_for(job), job)
            else:
                self._waiting.put(job, first=True)

    def _next(self, link: Link) -> None:
        job = self._waiting.take()
        if job:
            self._give(link, job)
        elif not self._idle.put(link, self._setup) or self._at_hand() > self.limits.workers:
            self._following = self._following or self._loop.call_later(_QUIET, self._follow)

    def _give(self, link: Link, job: Job) -> None:
        """Have a worker that has no job do one, on its version or on that which is served."""
        setup = job.setup or self._setup
        if link.setup is not setup and (job.setup is None or link.setup.version != setup.version):
            link.reopen(setup)
        link.run(job, self._loop.time())

    def _dismiss(self, link: Link) -> None:
        """Let a worker go that has no job; it may be at one that was handed on."""
        self._links.discard(link)
        if link.is_spent:
            link.nursery.kill(link.pid)
        link.close()

    def _kill(self, link: Link, reason: str) -> None:
        link.nursery.kill(link.pid)
        if link.killed is None:
            link.killed = reason
            self._losses.count(reason)
        job, link.job = link.job, None
        link.resume()  # its end is seen only by one who reads
        self._hand_on(link.take_back())
        if job:
            self._losses.give_up(job, reason)

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
        self._waiting.let_go(now)
        self._make_room(busy, now)
        again = busy or self._waiting or any(link.killed for link in self._links)
        soon = _TICK / 4 if any(link.next for link in busy) else _TICK
        self._ticking = self._loop.call_later(soon, self._tick) if again else None

    def _make_room(self, busy: list[Link], now: float) -> None:
        """Move long queries aside; give one up when there is no room and others wait."""
        free = self.limits.long - sum(link.is_long for link in self._links)
        after = self.limits.long_if_wanted if self._waiting else self.limits.long_after
        for link in busy:
            job = link.job
            if job and link.is_ready and not link.is_long and now - job.began > after and free > 0:
                free -= 1
                link.is_long = True
                link.nursery.hold_back(link.pid, link.thread)
        self._fill()
        if free > 0 or not self._waiting or self._starting:
            return
        for link in rules.in_the_way(busy, now, self.limits)[: len(self._waiting)]:
            self._kill(link, "crowded")
