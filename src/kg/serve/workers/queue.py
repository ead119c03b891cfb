"""The jobs that wait for a worker: so many at most, each for so long at most."""

from __future__ import annotations

from collections import deque

from kg.serve.workers import endings
from kg.serve.workers.job import Job
from kg.serve.workers.limits import QueryLimits


class Queue:
    """Jobs in the order in which they are done; whoever cannot wait is told so."""

    def __init__(self, limits: QueryLimits) -> None:
        """Let jobs wait within `limits`."""
        self._limits = limits
        self._jobs: deque[Job] = deque()

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._jobs)

    def put(self, job: Job, *, first: bool = False) -> None:
        """Let a job wait after all others, or before them; refuse it when too many wait."""
        if len(self._jobs) >= self._limits.queue:
            job.fail(endings.busy(self._limits))
        elif first:
            self._jobs.appendleft(job)
        else:
            self._jobs.append(job)

    def take(self) -> Job | None:
        """Return the next job that somebody still waits for."""
        while self._jobs:
            job = self._jobs.popleft()
            if not job.abandoned:
                return job
            job.fail(endings.of_kill("left", job, self._limits))
        return None

    def let_go(self, now: float) -> None:
        """Give up jobs that have waited too long."""
        kept: deque[Job] = deque()
        for job in self._jobs:
            waited = now - job.arrived
            if job.abandoned:
                job.fail(endings.of_kill("left", job, self._limits))
            elif waited > job.timeout:
                job.fail(endings.out_of_time(job.timeout))
            elif waited > self._limits.patience:
                job.fail(endings.busy(self._limits))
            else:
                kept.append(job)
        self._jobs = kept

    def close(self) -> None:
        """Give up all jobs: the server stops."""
        for job in self._jobs:
            job.fail(endings.stopping())
        self._jobs.clear()
