"""`kg serve` has a process that validates: it is ready, is replaced and is not left over."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.serve.running import eventually, lives

from kg.settings import Project

DATA = b"<https://example.org/id/rhino> a <https://example.org/ns#Beetl> ."
TURTLE = {"Content-Type": "text/turtle", "Accept": "text/plain"}


@pytest.fixture
def server(project: Project) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port."""
    kg = str(Path(sys.executable).with_name("kg"))
    command = [kg, "serve", str(project.root), "--port", "0", "--no-build"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = re.search(r"http://[\d.:]+/", process.stderr.readline())
        assert address
        yield process, address.group()
        process.kill()


def children(process: int) -> list[int]:
    """The processes that validate which a process has started."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                status = (folder / "status").read_text(encoding="utf-8")
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if f"\nPPid:\t{process}\n" in status and b"validate_worker" in command:
                found.append(int(folder.name))
    return found


def wait_until(what: str, process: int, *, count: int) -> list[int]:
    """Wait until a process has so many children."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = children(process)
        if len(found) == count:
            return found
        time.sleep(0.05)
    raise AssertionError(what)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_server(server: tuple[subprocess.Popen[str], str], how: signal.Signals) -> None:
    """It validates, survives the loss of its process, and leaves none behind, however it ends."""
    process, address = server
    (first,) = wait_until("no process was started", process.pid, count=1)
    answer = httpx.post(f"{address}validate", content=DATA, headers=TURTLE, timeout=60)
    assert answer.status_code == 200
    assert answer.text.startswith("data.ttl:1:34: Violation: The class ex:Beetl is not declared")
    os.kill(first, signal.SIGKILL)
    again = httpx.post(f"{address}validate", content=DATA, headers=TURTLE, timeout=60)
    assert again.text == answer.text
    (second,) = wait_until("no process took over", process.pid, count=1)
    assert second != first
    process.send_signal(how)
    process.wait(timeout=60)
    assert eventually(lambda: not lives(second), 60)
