"""What a server with all its processes takes: CPU time and memory, read from /proc.

A process belongs to a server if it is of the session that the first one began, or descends from
one that is.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
KIBI = 1 << 10
PAUSE = 0.1
SHORT = 0.02
ROUNDS = 100
PATIENCE = 5
"""How many times longer than a look at the memory takes the watch waits before the next."""


@dataclass(frozen=True)
class Process:
    """From /proc/PID/stat; `cpu` are seconds, with those of children that were waited for."""

    pid: int
    state: str
    parent: int
    session: int
    cpu: float


@dataclass(frozen=True)
class Memory:
    """Bytes: all processes together, shared pages once, and the largest of them alone."""

    together: int = 0
    largest: int = 0


def processes(root: int) -> list[Process]:
    """The processes of the server that began as `root`."""
    known = [found for entry in PROC.iterdir() if entry.name.isdigit() and (found := _read(entry))]
    mine: set[int] = set()
    for one in sorted(known, key=lambda process: process.pid):
        if one.session == root or one.parent in mine:
            mine.add(one.pid)
    return [one for one in known if one.pid in mine]


def cpu_seconds(root: int) -> float:
    """User and system time of all processes so far, those that ended included."""
    return sum(one.cpu for one in processes(root))


def memory(root: int) -> Memory:
    """What is resident now; a page that several processes share counts once (PSS)."""
    together = largest = 0
    for one in processes(root):
        fields = _rollup(one.pid)
        together += fields.get("Pss", 0)
        largest = max(largest, fields.get("Rss", 0))
    return Memory(together, largest)


def _read(entry: Path) -> Process | None:
    try:
        text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None  # it has just ended
    fields = text.rpartition(")")[2].split()
    cpu = sum(map(int, fields[11:15])) / TICKS
    return Process(int(entry.name), fields[0], int(fields[1]), int(fields[3]), cpu)


def _rollup(pid: int) -> dict[str, int]:
    """Sizes in bytes; empty for a process that has ended."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]
    except OSError:
        return {}
    pairs = (line.split() for line in lines)
    return {pair[0].rstrip(":"): int(pair[1]) * KIBI for pair in pairs}


class Watch:
    """Looks at the memory of a server several times a second; ends it above `most` bytes."""

    def __init__(self, root: int, *, most: int = 0) -> None:
        self.peak = Memory()
        self.too_much = False
        self._root = root
        self._most = most
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

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

    def _look(self) -> None:
        while not self._over.is_set():
            start = time.perf_counter()
            now = memory(self._root)
            together = max(self.peak.together, now.together)
            self.peak = Memory(together, max(self.peak.largest, now.largest))
            if self._most and now.together > self._most and not self.too_much:
                self.too_much = True
                kill(self._root)
            self._over.wait(max(PAUSE, PATIENCE * (time.perf_counter() - start)))


def kill(root: int) -> None:
    """End all processes of a server at once, those too that are being started meanwhile."""
    for _ in range(ROUNDS):
        living = [one.pid for one in processes(root) if one.state != "Z"]
        for pid in living:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not living:
            return
        time.sleep(SHORT)
