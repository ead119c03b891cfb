"""The engine answers several queries at a time and takes care of what its threads do."""

from __future__ import annotations

import asyncio

import pytest

from kg.errors import QueryError
from kg.publish.versions import Version
from kg.serve.engine import THREADS, InProcessEngine, QueryRequest
from kg.serve.negotiate import ROWS
from kg.settings import Project

SLOW = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?s{i} ?p{i} ?o{i} ." for i in range(5)) + " }"
JSON = ROWS.representations[0]


def test_slow_does_not_hold_up_fast(project: Project, version: Version) -> None:
    """While one query is counted for long, others are answered."""

    async def race() -> list[str]:
        engine = InProcessEngine(version, project)
        done: list[str] = []

        async def ask(name: str, query: str) -> None:
            await engine.answer(QueryRequest(query, JSON))
            done.append(name)

        await asyncio.gather(ask("slow", SLOW), *(ask("fast", "ASK {}") for _ in range(20)))
        return done

    assert asyncio.run(race())[-1] == "slow"


def test_more_queries_than_threads(project: Project, version: Version) -> None:
    """Queries beyond the number of threads wait for their turn, also after faulty ones."""

    async def ask_all() -> list[object]:
        engine = InProcessEngine(version, project)
        queries = ["ASK {", "ASK {}"] * THREADS * 2
        asked = (engine.answer(QueryRequest(query, JSON)) for query in queries)
        return list(await asyncio.gather(*asked, return_exceptions=True))

    answers = asyncio.run(ask_all())
    assert [isinstance(one, QueryError) for one in answers] == [True, False] * THREADS * 2


@pytest.mark.parametrize("when", [0.0, 0.05])
def test_who_leaves_frees_the_thread_in_the_end(
    project: Project, version: Version, when: float
) -> None:
    """A client that does not wait any longer does not take a thread away for good."""

    async def leave_and_ask() -> bytes:
        engine = InProcessEngine(version, project)
        for _ in range(THREADS * 2):
            asked = asyncio.create_task(engine.answer(QueryRequest("ASK { ?s ?p ?o }", JSON)))
            await asyncio.sleep(when)
            asked.cancel()
        return (await engine.answer(QueryRequest("ASK {}", JSON))).body

    assert b"true" in asyncio.run(asyncio.wait_for(leave_and_ask(), 10))
