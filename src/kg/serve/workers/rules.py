"""When a query has had its share: judgements on jobs and workers at a moment of the clock."""

from __future__ import annotations

from collections.abc import Iterable

from kg.serve.workers.job import Job
from kg.serve.workers.limits import QueryLimits
from kg.serve.workers.link import Link
from kg.serve.workers.worker import Setup

AHEAD = 16
"""So many tasks a worker may be given before it has ended the first."""
BRISK = 0.004
"""After so many seconds at one task a worker is given no further one."""
UNREAD = 1.0
"""A stream that was not read for so many seconds is the first to give way."""


def why_end(job: Job, now: float, limits: QueryLimits) -> str | None:
    """Return why a job that runs is to be ended: left, stall or timeout; None if it is not."""
    if job.abandoned and (job.streaming or now - job.began > limits.abandoned):
        return "left"
    if job.stalled(now) > limits.stall:
        return "stall"
    return "timeout" if now - job.arrived > job.timeout else None


def is_brisk(link: Link, now: float) -> bool:
    """Return whether a worker will surely have ended soon what it was given."""
    job = link.job
    return (
        job is not None
        and link.is_ready
        and len(link.next) < AHEAD
        and now - job.began < BRISK
        and not job.streaming
        and not link.is_spent
    )


def companion(links: Iterable[Link], setup: Setup, now: float, *, awake: int) -> Link | None:
    """Return the worker that will have ended its tasks first, if `awake` of them are at some."""
    brisk = [link for link in links if link.setup is setup and is_brisk(link, now)]
    return min(brisk, key=lambda link: len(link.next)) if len(brisk) >= awake else None


def in_the_way(busy: Iterable[Link], now: float, limits: QueryLimits) -> list[Link]:
    """Return the workers to be taken from their jobs, when there is no room and others wait.

    Those whose clients do not read come first; without any, those that have run for
    `limits.crowded_after` and have no place among the long ones.
    """
    at_work = [(link, link.job) for link in busy if link.job and not link.killed]
    unread = [link for link, job in at_work if job.stalled(now) > UNREAD]
    return unread or [
        link for link, job in at_work if not link.is_long and now - job.began > limits.crowded_after
    ]
