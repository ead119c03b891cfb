"""`kg serve` and its processes: several fronts on a port, and nothing left when they end."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.protocol.served import Served, descendants, serving
from tests.serve.running import BEETLES, children, eventually, lives

from kg.settings import Project

FRONTS = 2
WORKERS = 2
PATIENCE = 60.0
"""So many seconds what is awaited may take, on a slow machine with much else to do."""


@pytest.fixture
def several(project: Project, tmp_path: Path) -> Iterator[Served]:
    """A server of two front processes."""
    options = ["--processes", str(FRONTS), "--workers", str(WORKERS)]
    with serving(project.root, tmp_path / "log", *options) as served:
        assert eventually(lambda: len(fronts(served)) == FRONTS, PATIENCE)
        assert eventually(lambda: _metric(served, "kg_workers") == FRONTS * WORKERS, PATIENCE)
        yield served


def fronts(served: Served) -> list[int]:
    """Return the process ids of the front processes."""
    found = children(served.process.pid)
    return [pid for pid, command in found.items() if "kg.serve.operation.front" in command]


def _metric(served: Served, name: str, label: str = "") -> float:
    """Return the sum of a metric over its labels, among those with `label`."""
    text = served.request(target="/metrics").text
    found = re.findall(rf"^{name}(\{{[^}}]*\}})? ([0-9.e+]+)$", text, re.MULTILINE)
    return sum(float(value) for labels, value in found if label in labels)


def test_answers_and_metrics(several: Served) -> None:
    """All answers are alike, and each request is counted once, whichever process is asked."""
    before = _metric(several, "kg_http_requests_total", '"/sparql"')
    bodies = {several.get(BEETLES, "text/csv").text for _ in range(40)}
    assert len(bodies) == 1

    def counted() -> bool:
        return _metric(several, "kg_http_requests_total", '"/sparql"') == before + 40

    assert eventually(counted, PATIENCE)
    time.sleep(0.3)
    assert counted(), "nothing is counted twice later"


def test_killed_front(several: Served) -> None:
    """When one front process is killed its workers go, the other answers, and it is replaced."""
    first, other = fronts(several)
    orphans = descendants(first)
    assert len(orphans) >= 1 + WORKERS, "a zygote and its workers"
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: not lives(first), PATIENCE)
    statuses = []
    for number in range(40):
        try:
            statuses.append(several.get(f"{BEETLES} LIMIT {number}").status)
        except (AssertionError, OSError):
            statuses.append(0)  # a connection that was still the dead one's
        time.sleep(0.02)
    assert set(statuses[10:]) == {200}
    assert eventually(lambda: not any(map(lives, orphans)), PATIENCE)
    assert eventually(lambda: len(fronts(several)) == FRONTS, PATIENCE)
    assert other in fronts(several)
    assert first not in fronts(several)
    assert several.is_alive()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_end(several: Served, number: signal.Signals) -> None:
    """A signal ends all processes; none is left."""
    pids = descendants(several.process.pid)
    assert len(pids) >= FRONTS * (2 + WORKERS)
    several.process.send_signal(number)
    several.process.wait(timeout=PATIENCE)
    assert several.process.returncode in (0, -number)
    assert eventually(lambda: not any(map(lives, pids)), PATIENCE)
    assert "Traceback" not in several.log.read_text(encoding="utf-8")


def test_killed_parent(several: Served) -> None:
    """When the parent of the front processes is killed, they do not stay behind."""
    pids = descendants(several.process.pid)
    several.process.kill()
    several.process.wait()
    assert eventually(lambda: not any(map(lives, pids)), PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_single(project: Project, tmp_path: Path, number: signal.Signals) -> None:
    """However a server of one process ends, its zygote and workers go as well."""
    with serving(project.root, tmp_path / "log", "--workers", str(WORKERS)) as served:
        assert served.is_alive()
        busy = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?s{i} ?p{i} ?o{i} ." for i in range(12))
        head = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        assert eventually(lambda: len(descendants(served.process.pid)) >= 1 + WORKERS, PATIENCE)
        body = busy + " }"
        request = f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
        with_query = _open(served, request)
        time.sleep(0.2)
        pids = descendants(served.process.pid)
        served.process.send_signal(number)
        assert eventually(lambda: not any(map(lives, pids)), PATIENCE)
        served.process.wait(timeout=PATIENCE)
        with_query.close()


def _open(served: Served, request: bytes) -> socket.socket:
    """Send a request and return its connection."""
    connection = socket.create_connection(served.address, timeout=5)
    connection.sendall(request)
    return connection
