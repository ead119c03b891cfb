"""What became of jobs whose workers were killed or have ended, counted by reason."""

from __future__ import annotations

import asyncio
import logging
import signal

from kg.serve.workers import endings
from kg.serve.workers.job import Job
from kg.serve.workers.limits import QueryLimits
from kg.serve.workers.link import Link
from kg.serve.workers.worker import NO_MEMORY

_LOG = logging.getLogger("kg.serve")
_STATUS = 2.0
"""So long the exit code of a worker may come after its end was seen."""
_OVERRUN = (NO_MEMORY, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGTRAP)
"""How a worker ends whose memory or stack does not suffice."""


class Losses:
    """Jobs that no answer came of."""

    def __init__(self, limits: QueryLimits) -> None:
        """Know of none yet."""
        self._limits = limits
        self._orphans: dict[int, Job] = {}
        self.kills: dict[str, int] = {}

    def count(self, reason: str) -> None:
        """Count a worker that was killed."""
        self.kills[reason] = self.kills.get(reason, 0) + 1

    def give_up(self, job: Job, reason: str) -> None:
        """Say that the worker of a job was killed."""
        job.link = None
        job.fail(endings.of_kill(reason, job, self._limits))

    def lost(self, job: Job, link: Link) -> None:
        """Say what became of a job whose worker has ended, when its exit code is known."""
        if link.status is not None:
            self._crashed(job, link.status)
        else:
            self._orphans[link.pid] = job
            asyncio.get_running_loop().call_later(_STATUS, self.ended, link.pid, 0)

    def ended(self, pid: int, status: int) -> None:
        """Know the exit code of a worker that had a job."""
        job = self._orphans.pop(pid, None)
        if job:
            self._crashed(job, status)

    def _crashed(self, job: Job, status: int) -> None:
        reason = "memory" if status in _OVERRUN else "crash"
        self.count(reason)
        if reason == "crash":
            _LOG.error("a worker ended with %s at: %.500s", status, job.task.text)
        self.give_up(job, reason)
