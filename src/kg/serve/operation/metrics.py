"""What one front process counts, and what is read from it when somebody asks.

Counting is for one thread, that of the event loop, and takes no lock and no call where it matters:
`metrics.hits += 1`.
"""

from __future__ import annotations

import os
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, get_args

Outcome = Literal[
    "ok", "syntax", "refused", "timeout", "memory", "left", "busy", "crash", "service"
]
"""How a query ended; left: the client did not wait, busy: the queue was full."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the buckets of query times, in seconds, each within its bucket."""
PLAIN = (
    "hits",
    "misses",
    "joined",
    "direct",
    "evictions",
    "started_streams",
    "cut_streams",
    "bytes_sent",
    "replaced",
)
"""The counters that are plain numbers, by the names of the attributes."""
MAX_SERIES = 200
OTHER = "other"
SEPARATOR = "\t"
_PAGE = os.sysconf("SC_PAGE_SIZE")

Counts = dict[str, float]
"""Numbers that only grow, by a name and its labels, separated by SEPARATOR."""


@dataclass(frozen=True)
class Readings:
    """What is true at this moment, and what others have counted.

    `version` is the name of the version served, `workers` counts by state (idle, busy, long,
    starting), `worker_ids` are process ids, `log_dropped` counts lost lines of the log.
    """

    version: str
    workers: Mapping[str, int] = field(default_factory=dict)
    worker_ids: tuple[int, ...] = ()
    queue: int = 0
    cache_entries: int = 0
    cache_bytes: int = 0
    connections: int = 0
    log_dropped: int = 0


@dataclass(frozen=True)
class Gauges:
    """The readings of one process as they are exchanged; memory in bytes, times since 1970."""

    version: str
    program: str
    started: float
    workers: dict[str, int]
    queue: int
    cache_entries: int
    cache_bytes: int
    connections: int
    front_memory: int
    worker_memory: int


@dataclass(frozen=True)
class Snapshot:
    """One process at one moment; `gauges` is None when the process is no longer there."""

    counts: Counts
    gauges: Gauges | None

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Return what `as_json` gave; raises KeyError or TypeError when it is not that."""
        counts = {str(name): value + 0 for name, value in raw["counts"].items()}
        return cls(counts, Gauges(**raw["gauges"]) if raw["gauges"] else None)


class Metrics:
    """The counters of this process.

    `replaced` counts workers that were started, the first ones included. `kills` counts killed
    workers by reason; who keeps such a dictionary already puts it here.
    """

    __slots__ = (*PLAIN, "_buckets", "_program", "_read", "_requests", "_seconds", "kills")
    hits: int
    misses: int
    joined: int
    direct: int
    evictions: int
    started_streams: int
    cut_streams: int
    bytes_sent: int
    replaced: int

    def __init__(self, read: Callable[[], Readings], *, program: str = "") -> None:
        """Count from 0; `read` is called for each snapshot, `program` is the version of kg."""
        for name in PLAIN:
            setattr(self, name, 0)
        self.kills: dict[str, int] = {}
        self._read = read
        self._program = program
        self._requests: dict[tuple[str, int], int] = {}
        self._buckets = {outcome: [0] * (len(BOUNDS) + 1) for outcome in OUTCOMES}
        self._seconds = dict.fromkeys(OUTCOMES, 0.0)

    def requests(self, route: str, status: int) -> None:
        """Count an answered request; `route` is one of few names, not what the client sent."""
        key = (route, status)
        if key not in self._requests and len(self._requests) >= MAX_SERIES:
            key = (OTHER, status)
        self._requests[key] = self._requests.get(key, 0) + 1

    def query_done(self, seconds: float, outcome: Outcome) -> None:
        """Count a query that ended after `seconds`, waiting included."""
        self._buckets[outcome][bisect_left(BOUNDS, seconds)] += 1
        self._seconds[outcome] += seconds

    def killed(self, reason: str) -> None:
        """Count a worker that was killed; `reason` is one of few words."""
        self.kills[reason] = self.kills.get(reason, 0) + 1

    def snapshot(self) -> Snapshot:
        """Return the numbers of this moment."""
        readings = self._read()
        counts: Counts = {name: getattr(self, name) for name in PLAIN}
        counts["log_dropped"] = readings.log_dropped
        for (route, status), number in self._requests.items():
            counts[SEPARATOR.join(("requests", route, str(status)))] = number
        for reason, number in self.kills.items():
            counts[SEPARATOR.join(("kills", reason))] = number
        for outcome, buckets in self._buckets.items():
            counts[SEPARATOR.join(("seconds", outcome))] = self._seconds[outcome]
            for place, number in enumerate(buckets):
                counts[SEPARATOR.join(("queries", outcome, str(place)))] = number
        return Snapshot(counts, self._gauges(readings))

    def _gauges(self, readings: Readings) -> Gauges:
        return Gauges(
            version=readings.version,
            program=self._program,
            started=started_at(),
            workers=dict(readings.workers),
            queue=readings.queue,
            cache_entries=readings.cache_entries,
            cache_bytes=readings.cache_bytes,
            connections=readings.connections,
            front_memory=resident_bytes(os.getpid()),
            worker_memory=sum(map(resident_bytes, readings.worker_ids)),
        )


def added(first: Mapping[str, float], second: Mapping[str, float]) -> Counts:
    """Return the sums of two sets of counts."""
    names = [*first, *(name for name in second if name not in first)]
    return {name: first.get(name, 0) + second.get(name, 0) for name in names}


def resident_bytes(process_id: int) -> int:
    """Return the resident memory of a process, 0 where it is gone or the system does not say."""
    try:
        return int(Path(f"/proc/{process_id}/statm").read_text("ascii").split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


def start_mark(process_id: int) -> str | None:
    """Return what tells a process from a later one of the same id, None when it is gone.

    Where there is no /proc, it is the same for all processes of an id.
    """
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text("utf-8", errors="replace")
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[19]
    except (OSError, IndexError):
        return None if Path("/proc/self").exists() else _sign_of_life(process_id)


def _sign_of_life(process_id: int) -> str | None:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return ""
    return ""


def started_at() -> float:
    """Return when this process started, in seconds since 1970."""
    mark = start_mark(os.getpid())
    if not mark:
        return time.time() - time.process_time()
    since_boot = int(mark) / os.sysconf("SC_CLK_TCK")
    return time.time() - (time.clock_gettime(time.CLOCK_BOOTTIME) - since_boot)
