"""Look-ups are answered without a worker: as a worker would, and on the version that is served."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.protocol.served import serving
from tests.serve.running import copied, eventually
from tests.serve.test_answers import CSV, JSON, Observed, with_answers
from tests.serve.workers.asking import PATIENCE, setup_of, until
from tests.serve.workers.test_switch import NUMBER, numbered

from kg.publish.versions import Version
from kg.serve.answers import Question
from kg.serve.workers.worker import Setup
from kg.settings import Project

LABEL = "SELECT ?label { id:dung rdfs:label ?label }"
LABELLED = '{"type":"literal","value":"Mistkäfer 🪲","xml:lang":"de"}'
NUMBERED = NUMBER.replace("?s", "<urn:s>")


def opened(
    project: Project,
    version: Version,
    test: Callable[[Observed, Setup], Awaitable[None]],
    **options: Any,
) -> None:
    """Run a coroutine with answers that have `version` open, and its setup."""

    async def run(answers: Observed) -> None:
        setup = replace(setup_of(project, version), **options)
        answers.direct.follow(setup)
        await until(lambda: answers.direct.version)
        try:
            await test(answers, setup)
        finally:
            await answers.direct.close()

    with_answers(project, version, run)


@pytest.mark.parametrize("form", [JSON, CSV])
def test_same_as_of_a_worker(project: Project, version: Version, form: Any) -> None:
    """The same bytes come with the version open and without it, when no worker is asked."""

    async def test(answers: Observed, setup: Setup) -> None:
        del setup
        direct = await answers.get(LABEL, form=form)
        assert (len(answers.jobs), answers.metrics.direct, answers.metrics.misses) == (0, 1, 1)
        await answers.direct.close()
        answers.cache.clear()  # on a slow machine it was kept at once
        assert await answers.get(LABEL, form=form) == direct
        assert len(answers.jobs) == 1
        assert LABELLED.encode() in direct or b"\xf0\x9f\xaa\xb2" in direct  # type: ignore[operator]

    opened(project, version, test)


def test_kept_when_asked_again(
    project: Project, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look-up that comes again is kept: from the third time on nothing is looked up."""
    monkeypatch.setattr("kg.serve.answers.perf_counter", lambda: 0.0)  # however long it takes

    async def test(answers: Observed, setup: Setup) -> None:
        del setup
        for _ in range(4):
            await answers.get(LABEL)
        assert (answers.metrics.direct, answers.metrics.hits) == (2, 2)

    opened(project, version, test)


@pytest.mark.parametrize(
    "options",
    [
        {"default_graphs": ("https://example.org/none",)},
        {"named_graphs": ("https://example.org/none",)},
        {"changes": True},
        {"text": "SELECT ?label FROM <urn:none> { id:dung rdfs:label ?label }"},
        {"text": "SELECT ?label { id:dung rdfs:label ?label } ORDER BY ?label"},
        {"text": "SELECT ?label { id:dung rdfs:label ?label "},
        {"form": "past"},
    ],
)
def test_left_to_workers(project: Project, version: Version, options: dict[str, Any]) -> None:
    """A question with a dataset, on a version of the past, or that is no look-up is a job."""

    async def test(answers: Observed, setup: Setup) -> None:
        given = {"text": LABEL, **options}
        if given.pop("form", None):
            given["past"] = setup
        await answers.get(**given)
        assert (len(answers.jobs), answers.metrics.direct) == (1, 0)

    opened(project, version, test)


def test_plain_default_graph(project: Project, version: Version) -> None:
    """Where the default graph is plain, only who sees all graphs is answered directly."""

    async def test(answers: Observed, setup: Setup) -> None:
        del setup
        assert await answers.get(LABEL, sees_all=True)
        assert (len(answers.jobs), answers.metrics.direct) == (0, 1)
        await answers.get(LABEL)
        assert (len(answers.jobs), answers.metrics.direct) == (1, 1)

    opened(project, version, test, default_graph="plain")


def test_compressed(project: Project, version: Version) -> None:
    """A long answer is compressed as the client wishes, a short one is not."""

    async def test(answers: Observed, setup: Setup) -> None:
        del setup
        text = "SELECT ?p ?o { ex:Beetle ?p ?o }"
        many = "SELECT * { ex:Beetle ?p ?o ; ?q ?r }"
        plain = await answers.get(many, form=JSON)
        assert isinstance(plain, bytes)
        assert len(plain) > 1024 > len(await answers.get(text, form=CSV))  # type: ignore[arg-type]
        packed = await answers.get(many, form=JSON, coding="gzip")
        assert json.loads(gzip.decompress(packed)) == json.loads(plain)  # type: ignore[arg-type]
        assert (await answers.get(text, form=CSV, coding="gzip")).startswith(b"p,o\r\n")  # type: ignore[union-attr]
        assert not answers.jobs

    opened(project, version, test)


def test_versions_in_a_row(project: Project, version: Version, tmp_path: Path) -> None:
    """No look-up is ever answered on another version than the one that is served."""

    async def test(answers: Observed, setup: Setup) -> None:
        stores = [numbered(tmp_path, number) for number in range(2)]
        for count in range(12):
            fresh = replace(setup, version=f"v{count}", store=stores[count % 2])
            await answers.pool.switch(fresh)
            assert await answers.get(NUMBERED) == b"n\r\n%d\r\n" % (count % 2)
            answers.direct.follow(fresh)
            if count % 4 == 3:
                direct = answers.metrics.direct
                answers.cache.clear()
                await until(lambda name=fresh.version: answers.direct.version == name)  # type: ignore[misc]
                assert await answers.get(NUMBERED) == b"n\r\n%d\r\n" % (count % 2)
                assert answers.metrics.direct == direct + 1

    opened(project, version, test)


def test_old_version_is_held(project: Project, version: Version) -> None:
    """The version that is open is held, and let go afterwards."""

    async def test(answers: Observed, setup: Setup) -> None:
        held = answers.direct._held
        assert held is not None
        assert Path(held.name).parent == setup.store.parent
        await answers.direct.close()
        assert held.closed
        assert answers.direct.answer(Question(LABEL, CSV), setup.version) is None

    opened(project, version, test)


def test_cannot_be_opened(
    project: Project, version: Version, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A store that is not there is told to the operator; the workers answer."""

    async def test(answers: Observed, setup: Setup) -> None:
        gone = numbered(tmp_path, 3)
        shutil.rmtree(gone)
        answers.direct.follow(replace(setup, store=gone))
        await until(lambda: "left to the workers" in caplog.text)
        assert await answers.get(LABEL)
        assert (len(answers.jobs), answers.metrics.direct) == (1, 0)

    opened(project, version, test)


def test_files_are_damaged(
    project: Project, version: Version, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the files for look-ups are damaged, the store serves instead, as after commits."""

    async def test(answers: Observed, setup: Setup) -> None:
        own = tmp_path / "version"
        shutil.copytree(setup.store.parent, own)
        (own / "look_ups" / "terms").write_bytes(b"")
        answers.direct.follow(replace(setup, store=own / "store"))
        await until(lambda: "made in the store" in caplog.text)
        await until(lambda: answers.direct.version)
        assert await answers.get(LABEL)
        assert (len(answers.jobs), answers.metrics.direct) == (0, 1)

    opened(project, version, test)


def test_cannot_be_read(
    project: Project, version: Version, caplog: pytest.LogCaptureFixture
) -> None:
    """A store that cannot be read any more is told once; the workers answer from then on."""

    async def test(answers: Observed, setup: Setup) -> None:
        del setup
        look_ups: Any = answers.direct._look_ups

        def broken(text: str, form: str) -> bytes:
            raise OSError("input/output error")

        look_ups.answer = broken
        for count in (1, 2):
            await answers.get(LABEL.replace("?label", f"?label{count}"))
            assert len(answers.jobs) == count
        assert caplog.text.count("input/output error") == 1

    opened(project, version, test)


def test_told_in_log_and_numbers(project: Project, tmp_path: Path) -> None:
    """In the request log a look-up is a miss of the cache without a worker; /metrics counts it."""
    own, log = copied(project, tmp_path / "own"), tmp_path / "requests"
    counted = "kg_direct_answers_total"
    with serving(own.root, tmp_path / "log", "--request-log", str(log)) as served:
        number = 0

        def is_direct() -> bool:
            nonlocal number
            number += 1
            reply = served.get(f"{LABEL}#{number}", "text/csv")
            assert reply.status == 200
            assert reply.body.startswith(b"label\r\n")
            metrics = served.request(target="/metrics").body.decode()
            return f"{counted} 0.0" not in metrics

        assert eventually(is_direct, PATIENCE)
        is_direct()  # now the headers are known
    lines = [json.loads(line) for line in log.read_text("ascii").splitlines()]
    last = [line for line in lines if line["path"] == "/sparql"][-1]
    assert (last["cache"], last["worker"], last["outcome"]) == ("miss", None, "ok")
