"""The supervisor: limits hold, whatever ends is replaced, and others are served meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from tests.serve.running import eventually, lives
from tests.serve.workers.asking import (
    DEEP,
    HUNGRY,
    LIMITS,
    PATIENCE,
    SLOW,
    STREAM,
    Waiting,
    ask,
    running,
    settled,
    setup_of,
    submit,
    until,
)

from kg.errors import KgError, QueryError, RefusedQueryError, StageError
from kg.publish.versions import Version
from kg.serve.problems import RequestError
from kg.serve.workers.pool import Pool
from kg.settings import Project

IDLE = {"idle": LIMITS.workers, "busy": 0, "long": 0, "starting": 0, "waiting": 0}


def status(came: bytes | KgError) -> int:
    """The status that a client sees."""
    assert isinstance(came, RequestError), came
    return came.kind.status


def in_pool(project: Project, version: Version, test: Callable[[Pool], Any], **limits: Any) -> None:
    """Run a coroutine with a pool."""

    async def run() -> None:
        async with running(project, version, **limits) as pool:
            await test(pool)

    asyncio.run(run())


def test_answers(project: Project, version: Version) -> None:
    """Rows, graphs and faults come as they do from the store itself."""

    async def test(pool: Pool) -> None:
        assert b'"boolean":true' in await ask(pool, "ASK { id:stag a ex:Animal }")  # type: ignore[operator]
        assert b"id:stag" in await ask(pool, "DESCRIBE id:stag", "turtle")  # type: ignore[operator]
        fault = await ask(pool, "SELECT {")
        assert isinstance(fault, QueryError)
        assert fault.place is not None
        assert (fault.place.line, fault.place.column) == (1, 8)
        assert isinstance(await ask(pool, "ASK { SERVICE <http://x/> {} }"), RefusedQueryError)
        assert await settled(pool) == IDLE
        assert pool.kills == {}

    in_pool(project, version, test)


@pytest.mark.parametrize(
    ("query", "expected", "reason"),
    [(SLOW, 504, "timeout"), (HUNGRY, 507, "memory"), (DEEP, None, "")],
)
def test_limits(
    project: Project, version: Version, query: str, expected: int | None, reason: str
) -> None:
    """A query that takes too long or too much ends, and its worker is replaced."""

    async def test(pool: Pool) -> None:
        before = set(pool.process_ids())
        _, waiting = submit(pool, query, timeout=1.0 if query == SLOW else None)
        came = await asyncio.wait_for(waiting.came, PATIENCE)
        if expected:
            assert status(came) == expected
            assert pool.kills == {reason: 1}
        assert await settled(pool) == IDLE
        assert not expected or set(pool.process_ids()) != before
        assert isinstance(await ask(pool, "ASK {}"), bytes)

    in_pool(project, version, test)


def test_short_ones_pass(project: Project, version: Version) -> None:
    """While more queries without end run than there are workers, short ones are answered."""

    async def test(pool: Pool) -> None:
        slow = [submit(pool, SLOW) for _ in range(4)]
        for _ in range(20):
            assert isinstance(await ask(pool, "ASK {}"), bytes)
        assert not any(waiting.came.done() for _, waiting in slow)
        await until(lambda: all(job.link for job, _ in slow))
        for job, _ in slow:
            job.abandoned = True
        assert [status(await waiting.came) for _, waiting in slow] == [504] * 4
        assert await settled(pool) == IDLE

    in_pool(project, version, test, long=4)


def test_crowd_gives_way(project: Project, version: Version) -> None:
    """When all places for long queries are taken and others wait, some long ones are given up."""

    async def test(pool: Pool) -> None:
        slow = [submit(pool, SLOW) for _ in range(8)]
        await until(lambda: (pool.gauges()["long"], pool.gauges()["busy"]) == (1, 2))
        assert isinstance(await ask(pool, "ASK {}"), bytes)
        assert set(pool.kills) == {"crowded"}, "the time limit is not what freed the way"
        for job, _ in slow:
            job.abandoned = True
        found = [status(await waiting.came) for _, waiting in slow]
        assert set(found) == {503, 504}

    in_pool(project, version, test, long=1, workers=2, crowded_after=0.3)


def test_queue_is_bounded(project: Project, version: Version) -> None:
    """Who finds the queue full is told when to come again."""

    async def test(pool: Pool) -> None:
        assert await settled(pool) == IDLE
        came = [submit(pool, SLOW) for _ in range(6)]
        await until(lambda: sum(waiting.came.done() for _, waiting in came) == 2)
        refused = [waiting for _, waiting in came if waiting.came.done()]
        assert (pool.gauges()["busy"], pool.gauges()["waiting"]) == (2, 2)
        error = refused[0].came.result()
        assert status(error) == 503
        assert isinstance(error, RequestError)
        assert error.details.headers["Retry-After"]
        for job, waiting in came:
            job.abandoned = True
            await waiting.came

    in_pool(project, version, test, queue=2, long=0)


def test_patience_ends(project: Project, version: Version) -> None:
    """Nobody waits in the queue for ever."""

    async def test(pool: Pool) -> None:
        assert await settled(pool) == IDLE
        came = [submit(pool, SLOW) for _ in range(4)]
        await until(lambda: sum(waiting.came.done() for _, waiting in came) == 2)
        refused = [waiting for _, waiting in came if waiting.came.done()]
        assert {status(each.came.result()) for each in refused} == {503}
        for job, waiting in came:
            job.abandoned = True
            await waiting.came
        assert pool.kills == {"left": 2}

    in_pool(project, version, test, long=0, patience=0.3, workers=2)


def test_who_leaves_frees_the_worker(project: Project, version: Version) -> None:
    """A hundred queries without end whose clients leave: all workers are there afterwards."""

    async def test(pool: Pool) -> None:
        for _ in range(100):
            job, _ = submit(pool, SLOW)
            await asyncio.sleep(0)
            job.abandoned = True
        assert isinstance(await ask(pool, "ASK {}"), bytes)
        assert await settled(pool) == IDLE

    in_pool(project, version, test)


def test_killed_workers_are_replaced(project: Project, version: Version) -> None:
    """Workers that somebody kills while they are asked take nothing with them but their query."""

    async def test(pool: Pool) -> None:
        chance = Random(7)
        faults = 0
        for _ in range(30):
            jobs = [submit(pool, "SELECT * { ?s ?p ?o . ?a ?b ?c }", "csv")[1] for _ in range(6)]
            await asyncio.sleep(chance.random() * 0.02)
            workers = pool.process_ids()[1:]
            if workers:
                with contextlib.suppress(ProcessLookupError):  # it has just ended
                    os.kill(chance.choice(workers), signal.SIGKILL)
            for each in jobs:
                came = await asyncio.wait_for(each.came, PATIENCE)
                faults += isinstance(came, RequestError)
                assert isinstance(came, bytes) or status(came) == 500
        assert 0 < faults <= 30
        assert await settled(pool) == IDLE

    in_pool(project, version, test)


def test_killed_zygote(project: Project, version: Version) -> None:
    """When the process that forks is killed, another one takes its place."""

    async def test(pool: Pool) -> None:
        zygote = pool.process_ids()[0]
        os.kill(zygote, signal.SIGKILL)
        await until(lambda: zygote not in pool.process_ids() and pool.gauges()["idle"])
        assert isinstance(await ask(pool, "ASK {}"), bytes)
        assert await settled(pool) == IDLE

    in_pool(project, version, test)


def test_zygote_that_hangs(project: Project, version: Version) -> None:
    """When the process that forks does nothing any more, another one takes its place."""

    async def test(pool: Pool) -> None:
        assert await settled(pool) == IDLE
        zygote, *_ = pool.process_ids()
        os.kill(zygote, signal.SIGSTOP)
        slow = [submit(pool, SLOW, timeout=1.0)[1] for _ in range(LIMITS.workers)]
        assert {status(await each.came) for each in slow} == {504}
        await until(lambda: zygote not in pool.process_ids() and pool.gauges()["idle"])
        assert isinstance(await ask(pool, "ASK {}"), bytes)
        assert await settled(pool) == IDLE

    in_pool(project, version, test)


def test_switch_under_load(project: Project, version: Version) -> None:
    """While another version takes over, every query is answered, by the one or the other."""

    async def test(pool: Pool) -> None:
        names = [version.manifest.version, "second", "third"]
        seen: list[list[str]] = [[] for _ in range(6)]
        enough = asyncio.Event()

        async def keep_asking(mine: list[str]) -> None:
            while not enough.is_set():
                job, waiting = submit(pool, "SELECT * { ?s ?p ?o }", "csv")
                assert isinstance(await asyncio.wait_for(waiting.came, PATIENCE), bytes)
                mine.append(job.version)

        async def all_have_seen(name: str) -> None:
            await until(
                lambda: all(name in mine for mine in seen) or any(task.done() for task in asking)
            )

        asking = [asyncio.create_task(keep_asking(mine)) for mine in seen]
        await all_have_seen(names[0])
        other = setup_of(project, version)
        for name in names[1:]:
            await pool.switch(replace(other, version=name))
            assert pool.version == name
            await all_have_seen(name)
        enough.set()
        await asyncio.gather(*asking)
        assert await ask(pool, "ASK {}")
        for mine in seen:
            assert mine == sorted(mine, key=names.index), "there is no way back"
            assert set(mine) == set(names)
        assert await settled(pool) == IDLE

    in_pool(project, version, test)


def test_switch_to_a_damaged_version(
    project: Project, version: Version, tmp_path: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    """A version that cannot be opened does not take over."""

    async def test(pool: Pool) -> None:
        setup = setup_of(project, version)
        damaged = replace(setup, version="damaged", store=tmp_path / "none")
        with pytest.raises(StageError):
            await pool.switch(damaged)
        assert pool.version == version.manifest.version
        assert isinstance(await ask(pool, "ASK {}"), bytes)
        assert await settled(pool) == IDLE

    in_pool(project, version, test)
    assert "kg build" in capfd.readouterr().err


def test_no_start_on_a_damaged_version(project: Project, version: Version, tmp_path: Any) -> None:
    """Without a version that can be opened the pool does not start, and says how to mend it."""

    async def start() -> None:
        setup = setup_of(project, version, start=1.0)
        pool = Pool(replace(setup, version="damaged", store=tmp_path / "none"))
        await pool.start()

    with pytest.raises(StageError, match="kg build"):
        asyncio.run(start())


def test_stream_is_bounded(project: Project, version: Version) -> None:
    """A stream that nobody reads makes its worker wait, and is given up in the end."""

    async def test(pool: Pool) -> None:
        job, waiting = submit(pool, STREAM, "csv")
        await asyncio.wait_for(waiting.first.wait(), PATIENCE)
        job.pause(asyncio.get_running_loop().time())
        await asyncio.sleep(0.1)
        before = len(waiting.parts)
        await asyncio.sleep(0.2)
        assert len(waiting.parts) == before
        assert status(await waiting.came) == 504
        assert pool.kills == {"stall": 1}
        assert await settled(pool) == IDLE

    in_pool(project, version, test, stall=0.5)


def test_unread_streams_leave_nothing(project: Project, version: Version) -> None:
    """Workers that are killed while nobody reads are replaced, however many they are."""

    async def test(pool: Pool) -> None:
        for _ in range(LIMITS.long + LIMITS.workers + 1):
            job, waiting = submit(pool, STREAM, "csv")
            await asyncio.wait_for(waiting.first.wait(), PATIENCE)
            job.pause(asyncio.get_running_loop().time())
            assert status(await waiting.came) == 504
        assert b'"boolean":true' in await ask(pool, "ASK { id:stag a ex:Animal }")  # type: ignore[operator]
        await until(lambda: len(pool.process_ids()) <= 1 + LIMITS.workers)
        assert await settled(pool) == IDLE

    in_pool(project, version, test, stall=0.3)


def test_close_answers_all(project: Project, version: Version) -> None:
    """When the pool is closed, whoever waits is told so, and no process is left."""

    async def close() -> tuple[list[Waiting], list[int]]:
        async with running(project, version) as pool:
            came = [submit(pool, SLOW)[1] for _ in range(4)]
            await asyncio.sleep(0.1)
            processes = pool.process_ids()
        return came, processes

    came, processes = asyncio.run(close())
    assert {status(each.came.result()) for each in came} == {503}
    assert eventually(lambda: not any(map(lives, processes)), PATIENCE)
