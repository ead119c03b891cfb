"""Versions that come faster than workers are made: all are read at once, by the same processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store
from tests.serve.workers.asking import (
    LIMITS,
    PATIENCE,
    SLOW,
    ask,
    running,
    settled,
    setup_of,
    submit,
    until,
)

from kg.errors import StageError
from kg.publish.versions import Version
from kg.serve.workers.pool import Pool
from kg.serve.workers.worker import Setup
from kg.settings import Project

NUMBER = "SELECT ?n { ?s <urn:number> ?n }"
MANY = "SELECT * { VALUES ?a { %s } VALUES ?b { %s } }" % ((" ".join(map(str, range(500))),) * 2)
NODE = NamedNode("urn:s")


def numbered(folder: Path, number: int) -> Path:
    """Make a store that says a number, and return it."""
    store = Store(str(folder / f"writing{number}"))
    store.add(Quad(NODE, NamedNode("urn:number"), Literal(number)))
    store.flush()
    target = folder / f"{number}" / "store"
    target.parent.mkdir()
    store.backup(str(target))
    return target


async def number_in(pool: Pool) -> tuple[int, str]:
    """Return the number that a query finds, and the version that it was answered on."""
    job, waiting = submit(pool, NUMBER, "csv")
    came = await asyncio.wait_for(waiting.came, PATIENCE)
    assert isinstance(came, bytes), came
    return int(came.split()[1]), job.version


def in_pool(
    project: Project, version: Version, test: Callable[[Pool, Setup], Any], **limits: Any
) -> None:
    """Run a coroutine with a pool and the setup it began with."""

    async def run() -> None:
        async with running(project, version, **limits) as pool:
            assert (await settled(pool))["idle"] == pool.limits.workers
            await test(pool, setup_of(project, version, **limits))

    asyncio.run(run())


async def followed(pool: Pool) -> bool:
    """Return whether all workers come to wait on the version that is served."""
    for _ in range(int(PATIENCE / 0.02)):
        idle = [link for link in pool._idle._links if link.setup is pool._setup]
        if len(idle) == pool.limits.workers == len(pool.process_ids()) - 1:
            return True
        await asyncio.sleep(0.02)
    return False


def test_processes_stay(project: Project, version: Version, tmp_path: Path) -> None:
    """Fifty versions in a row: each is read at once after its switch, by no new process.

    On a busy machine a short query may seem long, or stuck before others; that costs a process
    whatever the version, so neither is done here.
    """

    async def test(pool: Pool, setup: Setup) -> None:
        pool._awake = LIMITS.workers + 1
        stores = [numbered(tmp_path, number) for number in range(2)]
        before = set(pool.process_ids())
        for count in range(50):
            await pool.switch(replace(setup, version=f"v{count}", store=stores[count % 2]))
            came = await asyncio.gather(*(number_in(pool) for _ in range(count % 5)))
            assert set(came) <= {(count % 2, f"v{count}")}
        assert pool.started == LIMITS.workers
        assert set(pool.process_ids()) == before
        assert await followed(pool)

    in_pool(project, version, test, long=0)


@pytest.mark.parametrize("workers", [1, 3])
def test_all_are_busy(project: Project, version: Version, tmp_path: Path, workers: int) -> None:
    """While all workers are at work the version is opened by a fresh one; none is left over."""

    async def test(pool: Pool, setup: Setup) -> None:
        slow = [submit(pool, SLOW) for _ in range(workers)]
        await until(lambda: all(job.link for job, _ in slow))
        for count in range(3):
            await pool.switch(replace(setup, version=f"v{count}", store=numbered(tmp_path, count)))
            assert await number_in(pool) == (count, f"v{count}")
        for job, waiting in slow:
            job.abandoned = True
            await waiting.came
        assert {job.version for job, _ in slow} == {version.manifest.version}
        assert await number_in(pool) == (2, "v2")
        assert await followed(pool)
        assert (await settled(pool))["idle"] == workers

    in_pool(project, version, test, workers=workers, long=4)


def test_old_answers_end_there(project: Project, version: Version, tmp_path: Path) -> None:
    """A stream that began before a switch ends on the version where it began."""

    async def test(pool: Pool, setup: Setup) -> None:
        job, waiting = submit(pool, MANY, "csv")
        await asyncio.wait_for(waiting.first.wait(), PATIENCE)
        job.pause(asyncio.get_running_loop().time())
        await pool.switch(replace(setup, version="new", store=numbered(tmp_path, 7)))
        assert await number_in(pool) == (7, "new")
        job.resume()
        came = await asyncio.wait_for(waiting.came, PATIENCE)
        assert isinstance(came, bytes)
        assert came.count(b"\n") == 250_001
        assert job.version == version.manifest.version
        assert await followed(pool)

    in_pool(project, version, test, stall=PATIENCE)


def test_none_is_left_over(project: Project, version: Version, tmp_path: Path) -> None:
    """A worker that was still to be replaced when the version changed is not one too many."""

    async def test(pool: Pool, setup: Setup) -> None:
        pool._failures = 4  # the next worker is waited for 0.8 s
        for process in pool.process_ids()[1:]:
            os.kill(process, signal.SIGKILL)
        await until(lambda: pool._starting == pool.limits.workers)
        await pool.switch(replace(setup, version="new", store=numbered(tmp_path, 5)))
        await until(lambda: pool.started == 2 * pool.limits.workers + 1)
        assert await followed(pool)
        assert await number_in(pool) == (5, "new")

    in_pool(project, version, test)


@pytest.mark.parametrize("victim", ["workers", "zygote"])
def test_killed_meanwhile(project: Project, version: Version, tmp_path: Path, victim: str) -> None:
    """Processes that are killed while a version takes over do not keep it from doing so."""

    async def test(pool: Pool, setup: Setup) -> None:
        for count in range(3):
            fresh = replace(setup, version=f"v{count}", store=numbered(tmp_path, count))
            switching = asyncio.create_task(pool.switch(fresh))
            await asyncio.sleep(0)
            zygote, *workers = pool.process_ids()
            for process in workers if victim == "workers" else [zygote]:
                os.kill(process, signal.SIGKILL)
            await asyncio.wait_for(switching, PATIENCE)
            assert await number_in(pool) == (count, f"v{count}")
        assert await followed(pool)

    in_pool(project, version, test)


def test_version_is_removed(
    project: Project, version: Version, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """When a version goes that one worker has open, that one answers for those that cannot."""

    async def test(pool: Pool, setup: Setup) -> None:
        store = numbered(tmp_path, 3)
        await pool.switch(replace(setup, version="new", store=store))
        shutil.rmtree(store)
        job, waiting = submit(pool, MANY, "csv")
        await asyncio.wait_for(waiting.first.wait(), PATIENCE)
        job.pause(asyncio.get_running_loop().time())
        numbers = asyncio.gather(*(number_in(pool) for _ in range(12)))
        await asyncio.sleep(0.3)
        job.resume()
        came = await numbers
        assert set(came) == {(3, "new")}
        await pool.switch(setup)
        await settled(pool)
        assert await followed(pool)

    in_pool(project, version, test, long=0, stall=PATIENCE)
    assert "store" in capfd.readouterr().err


def test_damaged_versions_cost_nothing(project: Project, version: Version, tmp_path: Path) -> None:
    """However often a version cannot be opened, the old one answers, and no process is left."""

    async def test(pool: Pool, setup: Setup) -> None:
        for _ in range(3):
            with pytest.raises(StageError):
                await pool.switch(replace(setup, version="bad", store=tmp_path / "none"))
            assert pool.version == version.manifest.version
            assert isinstance(await ask(pool, "ASK {}"), bytes)
        assert await followed(pool)

    in_pool(project, version, test)


def test_memory_is_bounded(project: Project, version: Version) -> None:
    """A worker that keeps more and more memory is replaced, also if it only changes versions."""

    async def test(pool: Pool, setup: Setup) -> None:
        before = set(pool.process_ids())
        for count in range(10):
            await pool.switch(replace(setup, version=f"v{count}"))
            assert isinstance(await ask(pool, "ASK {}"), bytes)
            await settled(pool)
        assert set(pool.process_ids()).isdisjoint(before - set(pool.process_ids()[:1]))
        assert await followed(pool)

    in_pool(project, version, test, worn=-(1 << 30))
