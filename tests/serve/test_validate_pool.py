"""The process that validates may sleep, die or take all memory: the server lives and goes on."""

from __future__ import annotations

import asyncio
import gzip
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.serve.checks import DO, broken_checks, fake_checks, no_checks
from tests.serve.helpers import Client
from tests.serve.running import eventually

from kg.publish.versions import Version
from kg.serve.app import create_app
from kg.serve.validate import Validating
from kg.serve.validate_task import MIB, Limits
from kg.serve.validate_worker import Checks
from kg.settings import Project

PATIENCE = 60.0
"""So many seconds what is awaited may take, on a slow machine with much else to do."""
LIMITS = Limits(seconds=PATIENCE, memory=256 * MIB, waiting=1, patience=PATIENCE)
TURTLE = {"Content-Type": "text/turtle"}
Make = Callable[..., tuple[Client, Validating]]


@pytest.fixture
def make(project: Project, version: Version) -> Iterator[Make]:
    """Make applications with fake checks; their processes are ended afterwards."""
    made: list[Client] = []

    def one(
        limits: Limits = LIMITS, checks: Callable[[], Checks] = fake_checks
    ) -> tuple[Client, Validating]:
        validating = Validating(project, version, limits=limits, checks=checks)
        made.append(Client(create_app(project, version, validating=validating)))
        return made[-1], validating

    yield one
    for each in made:
        each.close()


def post(client: Client, deed: str) -> Any:
    """Post data that asks for a misdeed."""
    return client.post("/validate", content=DO.format(deed), headers=TURTLE)


@dataclass(frozen=True)
class Hold:
    """A check that takes as long as a file is there."""

    path: Path

    @property
    def deed(self) -> str:
        """What asks for it."""
        return f"hold{self.path}"

    def has_begun(self) -> bool:
        """Return whether the process is at it, in the end."""
        return eventually(self.path.with_suffix(".begun").exists, PATIENCE)

    def end(self) -> None:
        """Let it end."""
        self.path.unlink()


@pytest.fixture
def hold(tmp_path: Path) -> Hold:
    """A check that takes long."""
    path = tmp_path / "hold"
    path.touch()
    return Hold(path)


@pytest.mark.parametrize(
    ("deed", "status", "slug"),
    [
        ("sleep", 504, "time-limit"),
        ("die", 503, "unavailable"),
        ("abort", 507, "memory-limit"),
        ("eat", 507, "memory-limit"),
        ("fail", 500, "internal"),
        ("deep", 400, "bad-request"),
        ("limit", 503, "unavailable"),
    ],
)
def test_misdeeds(make: Make, deed: str, status: int, slug: str) -> None:
    """Each misdeed has its status, in both languages; the next request is answered as ever."""
    client, validating = make(replace(LIMITS, seconds=3) if deed == "sleep" else LIMITS)
    before = post(client, "good").json()["checked"]["process"]
    assert before == validating.pool.process_id
    response = post(client, deed)
    assert response.status_code == status
    problem = response.json()
    assert problem["type"] == f"/problems/{slug}"
    assert problem["messages"]["de"] != problem["messages"]["en"]
    assert "secret" not in response.text
    if slug == "unavailable" and deed == "die":
        assert response.headers["retry-after"] == str(LIMITS.retry)
    after = post(client, "good")
    assert after.status_code == 200
    if deed not in ("deep", "limit"):
        assert after.json()["checked"]["process"] != before
        with pytest.raises(ProcessLookupError):
            os.kill(before, 0)


def test_one_process_for_many(make: Make) -> None:
    """The process stays warm from one request to the next, and is renewed after so many."""
    client, _ = make(replace(LIMITS, tasks=3))
    seen = [post(client, "good").json()["checked"]["process"] for _ in range(5)]
    assert len(set(seen[:3])) == 1
    assert seen[3] == seen[4] != seen[0]


def test_two_at_once(make: Make, hold: Hold) -> None:
    """The second waits for the first; a third, for whom there is no room, is told to come back."""
    client, _ = make()
    assert post(client, "good").status_code == 200
    responses: list[Any] = []
    threads = [
        threading.Thread(target=lambda: responses.append(post(client, hold.deed))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    assert eventually(lambda: len(responses) == 1, PATIENCE)
    hold.end()
    for thread in threads:
        thread.join()
    assert sorted(each.status_code for each in responses) == [200, 200, 503]
    refused = responses[0]
    assert refused.json()["type"] == "/problems/busy"
    assert refused.headers["retry-after"] == str(LIMITS.retry)


def test_patience_ends(make: Make, hold: Hold) -> None:
    """Who has waited too long is told that others are being served."""
    client, _ = make(replace(LIMITS, patience=0.2))
    # the process is being started
    assert eventually(lambda: post(client, "good").status_code == 200, PATIENCE)
    responses: list[Any] = []
    first = threading.Thread(target=lambda: responses.append(post(client, hold.deed)))
    first.start()
    assert hold.has_begun()
    assert post(client, "good").status_code == 503
    hold.end()
    first.join()
    assert responses[0].status_code == 200


def test_killed_in_the_middle(make: Make, hold: Hold) -> None:
    """A process that somebody else kills is lost without harm."""
    client, validating = make()
    assert post(client, "good").status_code == 200
    process = validating.pool.process_id
    assert process is not None

    def kill() -> None:
        if hold.has_begun():
            os.kill(process, 9)

    killing = threading.Thread(target=kill)
    killing.start()
    assert post(client, hold.deed).status_code == 503
    killing.join()
    assert post(client, "good").status_code == 200


def test_client_leaves(make: Make, project: Project, version: Version) -> None:
    """When the client leaves, the process is soon free for others."""
    client, validating = make()
    assert post(client, "good").status_code == 200
    app = create_app(project, version, validating=validating)
    sent: list[str] = []

    async def leave() -> None:
        scope = {
            **{"type": "http", "method": "POST", "path": "/validate", "query_string": b""},
            **{"headers": [(b"content-type", b"text/turtle")], "http_version": "1.1"},
            **{"scheme": "http", "server": ("testserver", 80), "raw_path": b"/validate"},
        }
        messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": DO.format("sleep").encode()},
            {"type": "http.disconnect"},
        ]

        async def receive() -> dict[str, Any]:
            return messages.pop(0)

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await app(scope, receive, send)

    start = time.perf_counter()
    asyncio.run(leave())
    assert time.perf_counter() - start < LIMITS.seconds, "the time limit is not what freed it"
    assert post(client, "good").status_code == 200


def test_version_that_cannot_be_opened(make: Make) -> None:
    """Then contributions are 503 with the reason; data with its own shapes is still checked."""
    client, _ = make(checks=broken_checks)
    response = post(client, "good")
    assert (response.status_code, response.json()["messages"]["de"]) == (503, "Beschädigt.")
    files = {"data": ("d.ttl", DO.format("good")), "shapes": ("s.ttl", "")}
    assert client.post("/validate", files=files).json()["checked"]["shapes"] == 1
    nothing, _ = make(checks=no_checks)
    response = post(nothing, "good")
    assert response.status_code == 503
    assert "no such module" not in response.text


def test_a_hundred_megabytes_of_blank_nodes(make: Make) -> None:
    """They are refused by size, by count, or at the limit of memory or time."""
    body = gzip.compress(b"[] <urn:p> [] .\n" * (100 * MIB // 16), 1)
    headers = {**TURTLE, "Content-Encoding": "gzip"}
    generous = replace(LIMITS, text=1 << 30, seconds=300)
    expected: list[tuple[Limits, tuple[int, ...]]] = [
        (LIMITS, (413,)),
        (generous, (413,)),
        (replace(generous, statements=1 << 30, seconds=10), (504, 507)),
    ]
    for limits, statuses in expected:
        client, _ = make(limits)
        response = client.post("/validate", content=body, headers=headers)
        assert response.status_code in statuses
        assert post(client, "good").status_code == 200


def test_report_that_is_too_large(make: Make) -> None:
    """A report beyond its limit is refused rather than sent."""
    client, _ = make(replace(LIMITS, answer=10))
    assert post(client, "good").status_code == 413


def test_closed(make: Make) -> None:
    """After the end of the server nothing is started any more."""
    client, validating = make()
    assert post(client, "good").status_code == 200
    process = validating.pool.process_id
    validating.pool.close()
    assert post(client, "good").status_code == 503
    assert process is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_the_process_is_warm_while_the_application_runs(make: Make) -> None:
    """The lifespan of the application starts the process before the first request and ends it."""
    _, validating = make()

    async def live() -> int:
        async with validating.running(None):
            for _ in range(int(PATIENCE / 0.05)):
                await asyncio.sleep(0.05)
                if validating.pool.process_id:
                    return validating.pool.process_id
            raise AssertionError("no process was started")

    process = asyncio.run(live())
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
