"""Several real processes on one port: they share the work, are replaced and end together."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.serve.operation.fake_fronts import HERE

from kg.serve.operation.metrics import start_mark

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0
"""So many seconds what is awaited may take, on a slow machine with much else to do."""
PARENT = f"from {HERE} import parent; parent()"


class Parent:
    """A process that runs fronts, and what it has said."""

    def __init__(
        self,
        target: str = "answering",
        *,
        argument: dict[str, Any] | None = None,
        count: int = 2,
        grace: float = PATIENCE,
        hangup_ends: bool = False,
    ) -> None:
        options = [json.dumps(argument or {}), str(count), str(grace)]
        ends = "yes" if hangup_ends else "no"
        self.process = subprocess.Popen(
            [sys.executable, "-c", PARENT, target, *options, ends],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def ask(self, seconds: float = 0) -> Any:
        """Ask whichever process takes the connection."""
        with self.asking(f"{seconds}") as client:
            return received(client)

    @contextlib.contextmanager
    def asking(self, what: str) -> Iterator[socket.socket]:
        """Ask, and go on when a process is at it."""
        address = ("127.0.0.1", self.port)
        with socket.create_connection(address, timeout=PATIENCE) as client:
            client.sendall(f"{what}\n".encode())
            client.recv(1)
            yield client

    def refuses(self) -> bool:
        """Return whether nobody takes connections."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            pass
        return False

    def everyone(self, count: int = 2) -> dict[int, int]:
        """Ask until `count` places have answered; process ids by place."""
        found: dict[int, int] = {}

        def one() -> None:
            with contextlib.suppress(OSError, ValueError):
                told = self.ask(0.05)
                found[told["slot"]] = told["pid"]

        def complete() -> bool:
            together(one, 8)
            return len(found) >= count

        eventually(complete)
        return found

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; the exit code and what was said on standard error."""
        self.process.send_signal(number)
        return self.outcome()

    def outcome(self) -> tuple[int, str]:
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


def received(client: socket.socket) -> Any:
    """Return what is answered."""
    return json.loads(b"".join(iter(lambda: client.recv(65536), b"")))


def together(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.05)


def gone(process_ids: Any) -> bool:
    return all(start_mark(one) is None for one in process_ids)


@pytest.fixture
def parents() -> Iterator[Callable[..., Parent]]:
    """Make parents; those that are left are ended."""
    made: list[Parent] = []

    def make(*args: Any, **options: Any) -> Parent:
        made.append(Parent(*args, **options))
        return made[-1]

    yield make
    for one in made:
        one.process.kill()
        one.process.communicate()


def test_all_serve_one_port(parents: Callable[..., Parent]) -> None:
    """Each process answers on the port; they have places, one folder, and the argument."""
    parent = parents(argument={"a": "ä"}, count=2)
    parent.wait_until_ready()
    everyone = parent.everyone()
    assert set(everyone) == {0, 1} and len(set(everyone.values())) == 2
    told = parent.ask()
    assert told["argument"] == {"a": "ä"}
    folder = Path(told["folder"])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert parent.end() == (0, "")
    assert gone(everyone.values())
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_requests_may_end(parents: Callable[..., Parent], number: signal.Signals) -> None:
    """A request that runs when the server is told to end is answered."""
    parent = parents()
    parent.wait_until_ready()
    with parent.asking("wait") as client:
        parent.process.send_signal(number)
        eventually(parent.refuses)
        client.sendall(b"\n")
        assert received(client)["slot"] in (0, 1)
    assert parent.outcome() == (0, "")


def test_no_more_connections(parents: Callable[..., Parent]) -> None:
    """Who comes when the server ends is refused at once and does not wait."""
    parent = parents()
    parent.wait_until_ready()
    with parent.asking("wait") as client:
        parent.process.send_signal(signal.SIGTERM)
        eventually(parent.refuses)
        assert parent.process.poll() is None
        client.sendall(b"\n")
        received(client)
    assert parent.outcome() == (0, "")


def test_grace_is_limited(parents: Callable[..., Parent]) -> None:
    """A process that does not end is ended when the time of grace is over."""
    parent = parents(argument={"stubborn": True}, grace=0.1)
    parent.wait_until_ready()
    everyone = parent.everyone()
    started = time.monotonic()
    code, errors = parent.end()
    assert code == 0 and "broken off" in errors
    assert time.monotonic() - started > 2.5
    assert gone(everyone.values())


def test_second_signal_ends_at_once(parents: Callable[..., Parent]) -> None:
    """Who presses Ctrl+C twice does not wait."""
    parent = parents(argument={"stubborn": True}, grace=10 * PATIENCE)
    parent.wait_until_ready()
    everyone = parent.everyone()
    parent.process.send_signal(signal.SIGINT)
    eventually(lambda: parent.ask()["ends"] == 1)
    assert parent.end(signal.SIGINT)[0] == 0
    assert gone(everyone.values())


def test_a_killed_process_is_replaced(parents: Callable[..., Parent]) -> None:
    """After a process was killed, another has its place; the parent says so once."""
    parent = parents()
    parent.wait_until_ready()
    before = parent.everyone()
    os.kill(before[1], signal.SIGKILL)
    eventually(lambda: gone([before[1]]))
    assert parent.ask()["slot"] in (0, 1), "the port is served meanwhile"
    eventually(lambda: parent.everyone()[1] != before[1])
    after = parent.everyone()
    assert after[0] == before[0]
    code, errors = parent.end()
    assert code == 0
    assert errors.count("\n") == 1 and f"{before[1]} ended with -9" in errors


def test_hangup_is_passed_on(parents: Callable[..., Parent]) -> None:
    """SIGHUP reaches each process and ends none."""
    parent = parents()
    parent.wait_until_ready()
    before = parent.everyone()
    parent.process.send_signal(signal.SIGHUP)
    eventually(lambda: parent.ask()["hangups"] == 1)
    assert parent.everyone() == before
    assert parent.end() == (0, "")


def test_hangup_may_end(parents: Callable[..., Parent]) -> None:
    """When the terminal closes, a server that was started in it ends."""
    parent = parents(hangup_ends=True)
    parent.wait_until_ready()
    everyone = parent.everyone()
    assert parent.end(signal.SIGHUP) == (0, "")
    assert gone(everyone.values())


def test_cannot_start(parents: Callable[..., Parent]) -> None:
    """If the first processes cannot start, the reason is given once, with its place."""
    assert parents("refusing").outcome() == (2, "x.ttl:3: It is missing.\n")


def test_dies_at_the_start(parents: Callable[..., Parent]) -> None:
    """Processes that die before they are ready are not started for ever."""
    code, errors = parents("dying").outcome()
    assert code == 2
    assert "The server cannot start" in errors and "ended with 7" in errors


def test_cannot_start_later(parents: Callable[..., Parent], tmp_path: Path) -> None:
    """A fault that comes later is told, while the others serve, until it is gone."""
    fault = tmp_path / "fault"
    parent = parents("fragile", argument={"fault": str(fault)})
    parent.wait_until_ready()
    before = parent.everyone()
    fault.touch()
    os.kill(before[0], signal.SIGKILL)

    def only_the_other() -> bool:
        with contextlib.suppress(OSError, ValueError):
            return all(parent.ask()["pid"] == before[1] for _ in range(20))
        return False

    eventually(only_the_other)  # no connection waits for the one that is not there
    time.sleep(1)
    assert only_the_other(), "nor while it tries again"
    fault.unlink()
    assert parent.everyone()[0] != before[0]
    code, errors = parent.end()
    assert code == 0 and "x.ttl:3: It is missing." in errors


def test_no_orphans(parents: Callable[..., Parent]) -> None:
    """When the parent is killed, the others end, requests first, and leave nothing behind."""
    parent = parents()
    parent.wait_until_ready()
    everyone = parent.everyone()
    folder = Path(parent.ask()["folder"])
    parent.process.kill()
    eventually(lambda: gone(everyone.values()))
    assert not folder.exists()
    with pytest.raises(ConnectionRefusedError):
        parent.ask()


def test_no_orphans_that_are_stubborn(parents: Callable[..., Parent]) -> None:
    """A process that does not heed the request to end is ended all the same."""
    parent = parents(argument={"stubborn": True}, grace=0.1)
    parent.wait_until_ready()
    everyone = parent.everyone()
    parent.process.kill()
    eventually(lambda: gone(everyone.values()))
