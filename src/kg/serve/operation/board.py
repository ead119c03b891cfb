"""Front processes lay their counts down in a common folder, so that each can tell the sum.

One file a place (`0.json`, `1.json` ...), replaced in one step. Who takes the place of a process
that died goes on from its counts: sums never go back, and there are never more files than places.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import os
import threading
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path

from kg.serve.operation.metrics import Counts, Metrics, Snapshot, added, start_mark

_LOG = logging.getLogger("kg.serve")
PERIOD = 1.0


class Board:
    """The counts of all front processes, with those of this one."""

    def __init__(self, metrics: Metrics, *, folder: Path | None = None, slot: int = 0) -> None:
        """Lay down `metrics` as number `slot` in `folder`; without a folder there is only this."""
        self._metrics = metrics
        self._path = folder / f"{slot}.json" if folder else None
        self._carried = _carried(self._path)
        self._mark = start_mark(os.getpid())
        self._turn = threading.Lock()
        self._numbers = itertools.count(1)
        self._written = 0
        self._failing = False

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Lay the counts down each second, and once more at the end."""
        task = asyncio.create_task(self._repeat())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await self.publish()

    async def publish(self) -> Snapshot:
        """Lay the counts of this process down for the others and return them."""
        own = self._metrics.snapshot()
        own = replace(own, counts=added(own.counts, self._carried))
        if self._path:
            await asyncio.to_thread(self._write, self._path, own, next(self._numbers))
        return own

    async def all(self) -> list[Snapshot]:
        """Return one snapshot of each place; those of processes that died have no gauges."""
        own = await self.publish()
        return [own, *(await asyncio.to_thread(_others, self._path) if self._path else [])]

    async def _repeat(self) -> None:
        while True:
            await self.publish()
            await asyncio.sleep(PERIOD)

    def _write(self, path: Path, snapshot: Snapshot, number: int) -> None:
        document = {**asdict(snapshot), "process": [os.getpid(), self._mark]}
        fresh = path.with_suffix(".new")
        with self._turn:
            if number < self._written:  # sums would go back
                return
            try:
                fresh.write_text(json.dumps(document), encoding="utf-8")
                fresh.replace(path)
            except OSError as error:
                if not self._failing:
                    _LOG.warning("metrics cannot be shared: %s", error)
                self._failing = True
                return
            self._written, self._failing = number, False


def _carried(path: Path | None) -> Counts:
    """Return what the process that had this place before has counted."""
    before = _read(path) if path else None
    return before.counts if before else {}


def _others(path: Path) -> list[Snapshot]:
    paths = [one for one in sorted(path.parent.glob("*.json")) if one != path]
    return [snapshot for snapshot in map(_read, paths) if snapshot]


def _read(path: Path) -> Snapshot | None:
    """Return what a process laid down, None where there is nothing or nothing of use."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        snapshot = Snapshot.from_json(document)
        process_id, mark = document["process"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _LOG.warning("metrics in %s cannot be read: %s", path, error)
        return None
    alive = start_mark(int(process_id))
    return snapshot if alive is not None and alive == mark else replace(snapshot, gauges=None)
