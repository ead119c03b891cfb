"""Jobs for a pool, with sinks that coroutines can wait for."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

from kg.errors import KgError
from kg.publish.versions import Published
from kg.serve.workers.job import Job
from kg.serve.workers.limits import MIB, QueryLimits
from kg.serve.workers.pool import Pool
from kg.serve.workers.task import Task
from kg.serve.workers.worker import Setup
from kg.settings import Project

PATIENCE = 60.0
"""So many seconds what is awaited may take, on a slow machine with much else to do."""
LIMITS = QueryLimits(
    timeout=PATIENCE, patience=PATIENCE, memory=128 * MIB, workers=2, long=2, crowded_after=PATIENCE
)
PRODUCT = " ".join(f"?s{i} ?p{i} ?o{i} ." for i in range(12))
SLOW = f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}"
STREAM = f"SELECT * {{ {PRODUCT} }}"
BIG = "SELECT (STRLEN(?x9) AS ?n) { BIND('0123456789' AS ?x0) " + "".join(
    f"BIND(CONCAT({', '.join([f'?x{i}'] * 10)}) AS ?x{i + 1}) " for i in range(9)
)
HUNGRY = BIG + "}"
DEEP = "ASK { FILTER(" + "(" * 40_000 + "1" + ")" * 40_000 + ") }"


class Waiting:
    """Takes an answer: its body, or how many bytes of a stream have come, or the error."""

    def __init__(self) -> None:
        self.came: asyncio.Future[bytes | KgError] = asyncio.get_running_loop().create_future()
        self.first: asyncio.Event = asyncio.Event()
        self.parts: list[bytes] = []

    def whole(self, job: Job, body: bytes, *, coded: bool) -> None:
        self._settle(body)

    def part(self, job: Job, data: bytes) -> None:
        self.parts.append(data)
        self.first.set()

    def end(self, job: Job) -> None:
        self._settle(b"".join(self.parts))

    def fail(self, job: Job, error: KgError) -> None:
        self._settle(error)

    def _settle(self, what: bytes | KgError) -> None:
        assert not self.came.done(), "a job ends once"
        self.came.set_result(what)


def submit(
    pool: Pool, query: str, form: str = "json", *, timeout: float | None = None
) -> tuple[Job, Waiting]:
    """Give a query to a pool, with its time limit or one of its own."""
    waiting = Waiting()
    now = asyncio.get_running_loop().time()
    job = Job(Task(query, form, None), waiting, arrived=now, timeout=timeout or pool.limits.timeout)
    pool.submit(job)
    return job, waiting


async def ask(pool: Pool, query: str, form: str = "json") -> bytes | KgError:
    """Return what came of a query."""
    _, waiting = submit(pool, query, form)
    return await asyncio.wait_for(waiting.came, PATIENCE)


@asynccontextmanager
async def running(project: Project, published: Published, **limits: Any) -> AsyncIterator[Pool]:
    """Have a pool at work, and all of its processes gone afterwards."""
    pool = Pool(setup_of(project, published, **limits))
    await pool.start()
    try:
        yield pool
    finally:
        await pool.close()


def setup_of(project: Project, published: Published, **limits: Any) -> Setup:
    """Return what workers on a version need, with small limits but for those given."""
    name = published.manifest.version
    return Setup(
        name,
        published.path / "store",
        dict(project.prefixes),
        project.base,
        replace(LIMITS, **limits),
    )


async def settled(pool: Pool) -> dict[str, int]:
    """Return the gauges of a pool when all of its workers are idle, or after a minute."""
    for _ in range(int(PATIENCE / 0.02)):
        gauges = pool.gauges()
        if gauges["idle"] == pool.limits.workers and not gauges["waiting"] and not gauges["long"]:
            break
        await asyncio.sleep(0.02)
    return pool.gauges()


async def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


@contextmanager
def halted(job: Job) -> Iterator[None]:
    """Stop the worker that is at a job, which so cannot end meanwhile."""
    assert job.worker is not None
    os.kill(job.worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(job.worker, signal.SIGCONT)
