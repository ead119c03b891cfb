"""Equal questions are answered once, nobody is forgotten, and no version gets another's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from tests.serve.workers.asking import PATIENCE, SLOW, halted, running, settled, setup_of, until

from kg.errors import KgError
from kg.publish.versions import Version
from kg.serve.answers import Answers, Question, Stream
from kg.serve.cache import Cache, Entry
from kg.serve.negotiate import ROWS
from kg.serve.operation.metrics import Metrics, Readings
from kg.serve.problems import RequestError
from kg.serve.workers.job import Job
from kg.serve.workers.limits import MIB
from kg.serve.workers.pool import Pool
from kg.settings import Project

JSON, CSV = ROWS.representations[0], ROWS.representations[2]
ROWS_OF_PRODUCT = "{ " + " . ".join(f"?s{i} ?p{i} ?o{i}" for i in range(6)) + " }"
LONG = f"SELECT (COUNT(*) AS ?n) {{ {{ SELECT * {ROWS_OF_PRODUCT} LIMIT 800000 }} }}"
"""It takes some tenths of a second."""
LONGER = LONG.replace("800000", "3000000")
STREAMED = f"SELECT * {ROWS_OF_PRODUCT} LIMIT 1500"
"""Its answer has several hundred KiB."""


class Asking:
    """Takes an answer: its bytes and version, or the error; says whether it came in parts."""

    def __init__(self) -> None:
        self.came: asyncio.Future[bytes | KgError] = asyncio.get_running_loop().create_future()
        self.first = asyncio.Event()
        self.version = ""
        self.parts: list[bytes] = []

    def whole(self, entry: Entry) -> None:
        self.version = entry.version
        self._settle(entry.content)

    def begin(self, stream: Stream) -> None:
        assert not self.version, "a stream begins once"
        self.version = stream.version

    def part(self, data: bytes) -> None:
        assert self.version, "a part comes after the beginning"
        self.parts.append(data)
        self.first.set()

    def end(self) -> None:
        self._settle(b"".join(self.parts))

    def fail(self, error: KgError) -> None:
        self._settle(error)

    def _settle(self, what: bytes | KgError) -> None:
        assert not self.came.done(), "an answer comes once"
        self.came.set_result(what)


class Observed(Answers):
    """Answers on a pool, with the jobs that were given to it."""

    def __init__(self, pool: Pool) -> None:
        readings: Callable[[], Readings] = lambda: Readings(  # noqa: E731
            version=pool.version, workers={}, queue=0, cache_entries=0, cache_bytes=0
        )
        super().__init__(pool, Cache(16 * MIB), Metrics(readings))
        self.jobs: list[Job] = []
        submit = pool.submit

        def noted(job: Job) -> None:
            self.jobs.append(job)
            submit(job)

        pool.submit = noted  # type: ignore[method-assign]

    def put(self, text: str, **options: Any) -> tuple[Asking, Any]:
        """Ask a question; returns who waits, and the ticket."""
        asking = Asking()
        question = Question(text, options.pop("form", CSV), **options)
        return asking, self.ask(question, asking)

    async def get(self, text: str, **options: Any) -> bytes | KgError:
        """Return what comes of a question."""
        return await came(self.put(text, **options)[0])


async def came(asking: Asking) -> bytes | KgError:
    """Return what has come, in the end."""
    return await asyncio.wait_for(asking.came, PATIENCE)


def with_answers(
    project: Project,
    version: Version,
    test: Callable[[Observed], Awaitable[None]],
    **limits: Any,
) -> None:
    """Run a coroutine with answers on a pool of its own, whose workers are all idle afterwards.

    No query moves out of the way of others: on a busy machine it would take long to end.
    """

    async def run() -> None:
        async with running(project, version, **{"long": 0, **limits}) as pool:
            await settled(pool)
            await test(Observed(pool))
            gauges = await settled(pool)
            assert (gauges["idle"], gauges["waiting"]) == (pool.limits.workers, 0)

    asyncio.run(run())


def test_single_flight(project: Project, version: Version) -> None:
    """Fifty equal queries at a time are one job, and all get its answer."""

    async def test(answers: Observed) -> None:
        waiting = [answers.put(LONG)[0] for _ in range(25)]
        with halted(answers.jobs[0]):
            await asyncio.sleep(0.05)
            waiting += [answers.put(LONG)[0] for _ in range(25)]
        assert {await came(each) for each in waiting} == {b"n\r\n800000\r\n"}
        assert len(answers.jobs) == 1
        assert (answers.metrics.misses, answers.metrics.joined) == (1, 49)
        asking, ticket = answers.put(LONG)
        assert ticket is None, "from the cache, at once"
        assert asking.came.done()
        assert (len(answers.jobs), answers.metrics.hits) == (1, 1)

    with_answers(project, version, test)


def test_what_differs_is_not_joined(project: Project, version: Version) -> None:
    """Another time limit, format, coding or dataset is another question."""

    async def test(answers: Observed) -> None:
        first, _ = answers.put(LONG)
        short, _ = answers.put(LONG, timeout=0.05)
        others = [
            answers.put(LONG, form=JSON)[0],
            answers.put(LONG, coding="gzip")[0],
            answers.put(LONG, default_graphs=("https://example.org/none",))[0],
        ]
        assert len(answers.jobs) == 5
        assert answers.metrics.joined == 0
        error = await came(short)
        assert isinstance(error, RequestError)
        assert error.kind.status == 504
        assert await came(first) == b"n\r\n800000\r\n"
        assert b'"800000"' in await came(others[0])  # type: ignore[operator]
        assert await came(others[2]) == b"n\r\n0\r\n"
        assert isinstance(await came(others[1]), bytes)

    with_answers(project, version, test, workers=5)


def test_changing_is_never_joined(project: Project, version: Version) -> None:
    """A query whose answer may differ each time is run for each who asks, and not kept."""

    async def test(answers: Observed) -> None:
        text = "SELECT (STRUUID() AS ?x) {}"
        waiting = [answers.put(text, changes=True)[0] for _ in range(5)]
        assert len({await came(each) for each in waiting}) == 5
        assert len(answers.jobs) == 5
        assert len(answers.cache) == 0

    with_answers(project, version, test)


def test_stream_with_followers(project: Project, version: Version) -> None:
    """When an answer comes in parts, each who waits gets all of it; one may be slow."""

    async def test(answers: Observed) -> None:
        slow, ticket = answers.put(STREAMED)
        others = [answers.put(STREAMED)[0] for _ in range(3)]
        assert len(answers.jobs) == 1
        await asyncio.wait_for(slow.first.wait(), PATIENCE)
        ticket.pause()
        found = {await came(each) for each in others}
        assert len(found) == 1
        (body,) = found
        assert isinstance(body, bytes)
        assert body.count(b"\r\n") == 1501
        assert all(len(each.parts) > 1 for each in others)
        ticket.resume()
        assert await came(slow) == body
        assert await answers.get(STREAMED) == body
        assert answers.metrics.hits == 1, "what has come in parts is kept in one"

    with_answers(project, version, test, workers=4)


def test_one_leaves(project: Project, version: Version) -> None:
    """Who leaves takes nothing from those who wait with him, whether he came first or last."""

    async def test(answers: Observed) -> None:
        (first, first_ticket), (middle, _), (last, last_ticket) = (
            answers.put(LONG) for _ in range(3)
        )
        first_ticket.leave()
        last_ticket.leave()
        assert await came(middle) == b"n\r\n800000\r\n"
        assert len(answers.jobs) == 1
        assert not first.came.done()
        assert not last.came.done()
        assert answers.pool.kills == {}

    with_answers(project, version, test)


def test_all_leave_one_that_runs(project: Project, version: Version) -> None:
    """When all have left, the worker is soon free, and who asks the same later is answered."""

    async def test(answers: Observed) -> None:
        tickets = [answers.put(SLOW, timeout=3)[1] for _ in range(3)]
        assert answers.jobs[0].link, "it runs"
        for ticket in tickets:
            ticket.leave()
        await until(lambda: answers.pool.kills)
        assert answers.pool.kills == {"left": 1}
        error = await answers.get(SLOW, timeout=3)
        assert isinstance(error, RequestError)
        assert error.kind.status == 504, "a job of its own, which ends at its limit"
        assert len(answers.jobs) == 2

    with_answers(project, version, test)


def test_all_leave_one_that_waits(project: Project, version: Version) -> None:
    """A query whose askers left before its turn is answered when the next one asks it."""

    async def test(answers: Observed) -> None:
        _, blocking = answers.put(SLOW)
        await asyncio.sleep(0.05)
        for seconds in (0.0, 0.3):  # before and after it is seen that nobody waits
            tickets = [answers.put("ASK {}", form=JSON)[1] for _ in range(3)]
            assert answers.pool.gauges()["waiting"] == 1
            for ticket in tickets:
                ticket.leave()
            await asyncio.sleep(seconds)
        await until(lambda: not answers.pool.gauges()["waiting"])
        again, _ = answers.put("ASK {}", form=JSON)
        assert answers.pool.gauges()["waiting"] == 1
        blocking.leave()
        assert b"true" in await came(again)  # type: ignore[operator]

    with_answers(project, version, test, workers=1)


def test_leaves_a_stream(project: Project, version: Version) -> None:
    """Who leaves in the middle of a stream ends it, even one that he has paused."""

    async def test(answers: Observed) -> None:
        asking, ticket = answers.put(f"SELECT * {ROWS_OF_PRODUCT}")
        await asyncio.wait_for(asking.first.wait(), PATIENCE)
        ticket.pause()
        ticket.leave()
        await until(lambda: answers.pool.kills)
        assert answers.pool.kills == {"left": 1}
        assert answers.metrics.cut_streams == 1
        assert len(answers.cache) == 0

    with_answers(project, version, test)


def test_older_answer_under_newer_version(project: Project, version: Version) -> None:
    """An answer that comes after a switch goes to who asked, and to nobody else."""

    async def test(answers: Observed) -> None:
        before = answers.pool.version
        old, _ = answers.put(LONGER)
        with halted(answers.jobs[0]):  # it runs while the version changes
            await answers.pool.switch(replace(setup_of(project, version), version="second"))
            answers.cache.clear()
            new, ticket = answers.put(LONGER)
        assert ticket is not None
        assert len(answers.jobs) == 2, "not joined with the one on the old version"
        await came(old)
        assert old.version == before
        kept = Question(LONGER, CSV).key(before)
        assert answers.cache.get(kept) is None, "the old answer is not kept"
        await came(new)
        assert new.version == "second"
        found, ticket = answers.put(LONGER)
        assert ticket is None
        assert found.version == "second"

    with_answers(project, version, test)


def test_waited_over_a_switch(project: Project, version: Version) -> None:
    """A query that had its turn after the switch is kept as an answer of the newer version."""

    async def test(answers: Observed) -> None:
        _, ticket = answers.put(SLOW)
        await asyncio.sleep(0.05)
        waiting, _ = answers.put(LONG)
        assert answers.pool.gauges()["waiting"] == 1
        await answers.pool.switch(replace(setup_of(project, version, workers=1), version="second"))
        answers.cache.clear()
        ticket.leave()
        await came(waiting)
        assert waiting.version == "second"
        found, ticket = answers.put(LONG)
        assert ticket is None, "from the cache"
        assert found.version == "second"

    with_answers(project, version, test, workers=1)
