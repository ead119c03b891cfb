"""Several processes with uvicorn, one metrics page, one request log: as `kg serve` runs them."""

from __future__ import annotations

import json
import os
import signal
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.serve.operation.test_processes import PATIENCE, Parent, eventually, gone

ASKED = 200


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "requests.log"


@pytest.fixture
def parent(log: Path) -> Iterator[Parent]:
    """Two processes that serve."""
    one = Parent("serving", argument={"log": str(log)}, count=2)
    one.wait_until_ready()
    yield one
    one.process.kill()
    one.process.communicate()


def get(parent: Parent, path: str) -> str:
    """Ask on a connection of its own."""
    address = f"http://127.0.0.1:{parent.port}{path}"
    with urllib.request.urlopen(address, timeout=PATIENCE) as response:
        return str(response.read().decode())


def metric(parent: Parent, name: str) -> float:
    """The sum of all samples of one name."""
    families = text_string_to_metric_families(get(parent, "/metrics"))
    return sum(one.value for family in families for one in family.samples if one.name == name)


def everyone(parent: Parent) -> Counter[int]:
    """The processes that answer, asked until there are two, with how often each was."""
    found: Counter[int] = Counter()

    def complete() -> bool:
        with ThreadPoolExecutor(8) as pool:
            found.update(map(int, pool.map(lambda _: get(parent, "/?seconds=0.05"), range(8))))
        return len(found) >= 2

    eventually(complete)
    return found


def test_sums_and_lines(parent: Parent, log: Path) -> None:
    """All requests are in the sum and in the log, also those of a process that was killed."""
    asked = everyone(parent)
    both, before = set(asked), asked.total()
    eventually(lambda: metric(parent, "kg_http_requests_total") == before)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: get(parent, f"/?number=n{number}"), range(ASKED)))
    eventually(lambda: metric(parent, "kg_http_requests_total") == before + ASKED)
    assert metric(parent, "kg_front_processes") == 2
    eventually(lambda: log.read_text().count('"id":"n') == ASKED)
    os.kill(both.pop(), signal.SIGKILL)
    eventually(lambda: metric(parent, "kg_front_processes") == 2)
    assert metric(parent, "kg_http_requests_total") >= before + ASKED
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert {line["id"] for line in lines} >= {f"n{number}" for number in range(ASKED)}


def test_graceful_end(parent: Parent, log: Path) -> None:
    """A running request is answered and logged, then all processes end without a word."""
    both = set(everyone(parent))
    hold = log.with_name("hold")
    hold.touch()
    address = f"/?hold={quote(str(hold))}&number=last"
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(get(parent, address)))
    asking.start()
    eventually(hold.with_suffix(".begun").exists)
    parent.process.send_signal(signal.SIGTERM)
    eventually(parent.refuses)
    hold.unlink()
    asking.join()
    assert parent.outcome() == (0, "")
    assert int(answers[0]) in both
    assert gone(both)
    assert '"id":"last"' in log.read_text()


def test_rotation(parent: Parent, log: Path) -> None:
    """After the file was moved and SIGHUP sent, both processes write to the new one."""
    both = set(everyone(parent))
    eventually(log.exists)
    moved = log.rename(log.with_suffix(".1"))
    parent.process.send_signal(signal.SIGHUP)
    eventually(log.exists)

    def both_write() -> bool:
        assert set(everyone(parent)) == both
        return {json.loads(line)["worker"] for line in log.read_text().splitlines()} == both

    eventually(both_write)
    assert moved.exists()
    assert parent.end() == (0, "")


def test_load_is_shared(parent: Parent) -> None:
    """Of connections that come at once and stay open, no process has nearly all."""

    def ask(connection: HTTPConnection) -> bytes:
        connection.request("GET", "/")
        return connection.getresponse().read()

    everyone(parent)
    connections = [HTTPConnection("127.0.0.1", parent.port, timeout=PATIENCE) for _ in range(32)]
    with ThreadPoolExecutor(32) as pool:
        counts = Counter(pool.map(ask, connections))
    for connection in connections:
        connection.close()
    assert len(counts) == 2 and min(counts.values()) >= 4, counts
