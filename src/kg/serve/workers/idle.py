"""The workers that wait for a job: those on the version that is served are taken first."""

from __future__ import annotations

from kg.serve.workers.job import Job
from kg.serve.workers.link import Link
from kg.serve.workers.worker import Setup


class Idle:
    """Workers on other versions than the one that is served come before those on it."""

    def __init__(self) -> None:
        """Know of none."""
        self._links: list[Link] = []

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._links)

    def put(self, link: Link, served: Setup) -> bool:
        """Let a worker wait; return whether it is on the version that is served."""
        fresh = link.setup is served
        self._links.insert(len(self._links) if fresh else 0, link)
        return fresh

    def drop(self, link: Link) -> None:
        """Know that a worker is not there any more, if it waited."""
        if link in self._links:
            self._links.remove(link)

    def is_stale(self, served: Setup) -> bool:
        """Return whether any is on another version than the one that is served."""
        return bool(self._links) and self._links[0].setup is not served

    def oldest(self) -> Link:
        """Take one that is on another version, if any is."""
        return self._links.pop(0)

    def best_for(self, job: Job) -> Link:
        """Take the one that will begin a job first; for an old version not one on the new."""
        if job.setup is None:
            return self._links.pop()
        there = (link for link in self._links if link.setup.version == job.setup.version)
        link = next(there, self._links[0])
        self._links.remove(link)
        return link
