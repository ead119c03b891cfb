"""`kg serve` as a process of its own, and a server that notices whoever calls it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.protocol.exchange import PATIENCE, Address, Exchange, Reply, Sent, exchange

KG = [sys.executable, "-c", "import sys; from kg.cli import main; sys.argv[0] = 'kg'; main()"]
_IDLE = re.compile(r'^kg_workers\{state="idle"\} (\d+)', re.MULTILINE)
_GREETING = re.compile(r"http://127\.0\.0\.1:(\d+)/")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Served:
    """A running server."""

    process: subprocess.Popen[str]
    address: Address
    log: Path

    @property
    def url(self) -> str:
        """Its address up to the slash."""
        return f"http://{self.address[0]}:{self.address[1]}"

    @property
    def endpoint(self) -> str:
        """The address of /sparql."""
        return f"{self.url}/sparql"

    def send(self, data: bytes, sent: Sent | None = None) -> Exchange:
        """Send bytes on a connection of their own."""
        return exchange(self.address, data, sent)

    def request(
        self,
        method: str = "GET",
        target: str = "/sparql",
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        patience: float = PATIENCE,
    ) -> Reply:
        """Send one request and return the final response; fails when there is none."""
        lines = {"Host": f"{self.address[0]}:{self.address[1]}", **(headers or {})}
        if body is not None:
            lines.setdefault("Content-Length", str(len(body)))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        data = f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + (body or b"")
        found = self.send(data, Sent((method,), patience=patience))
        assert found.replies, f"no answer to {method} {target[:200]} in {found.seconds:.1f} s"
        return found.replies[0]

    def ask(
        self, query: str, accept: str | None = None, *, patience: float = PATIENCE, **headers: str
    ) -> Reply:
        """Send a query by POST; `accept` is a header, others are given with underscores."""
        lines = {name.replace("_", "-"): value for name, value in headers.items()}
        if accept is not None:
            lines["Accept"] = accept
        lines["Content-Type"] = "application/sparql-query"
        return self.request(
            "POST", headers=lines, body=query.encode("utf-8", "surrogatepass"), patience=patience
        )

    def get(self, query: str, accept: str | None = None, **params: str) -> Reply:
        """Send a query in the address."""
        target = "/sparql?" + urlencode({"query": query, **params})
        return self.request("GET", target, headers={} if accept is None else {"Accept": accept})

    def is_alive(self) -> bool:
        """Whether a simple query is answered, on a busy machine not always the first one."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            reply = self.ask("ASK {}")
            if reply.status not in (503, 504) or time.monotonic() > end:
                return reply.status == 200 and reply.json()["boolean"] is True
            time.sleep(0.05)
        return False

    def settle(self, workers: int) -> None:
        """Wait until so many workers are idle."""
        end = time.monotonic() + PATIENCE
        while True:
            found = _IDLE.search(self.request(target="/metrics").text)
            if found and int(found.group(1)) == workers:
                return
            assert time.monotonic() < end, found
            time.sleep(0.05)

    def keeps(self, most: int) -> bool:
        """Return whether its memory is so many bytes at most, in the end."""
        end = time.monotonic() + PATIENCE
        while memory(self.process.pid) > most:
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True


@contextmanager
def serving(root: Path, log: Path, *options: str) -> Iterator[Served]:
    """Serve the project at `root` on a free port of loopback; ended afterwards."""
    command = [*KG, "serve", str(root), "--port", "0", "--no-build", *options]
    with log.open("w") as output:
        process = subprocess.Popen(command, stderr=output, text=True)
    try:
        yield Served(process, ("127.0.0.1", _port(process, log)), log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(process: subprocess.Popen[str], log: Path) -> int:
    deadline = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        match = _GREETING.search(log.read_text())
        if match:
            return int(match.group(1))
        time.sleep(0.02)
    raise AssertionError(f"kg serve did not start: {log.read_text()}")


def memory(pid: int) -> int:
    """Return the bytes of memory of a process and its descendants, shared pages shared out.

    The process that validates is left out: it gets ready in its own time.
    """
    total = 0
    for each in (pid, *descendants(pid)):
        try:
            if b"validate_worker" in Path(f"/proc/{each}/cmdline").read_bytes():
                continue
            text = Path(f"/proc/{each}/smaps_rollup").read_text()
        except OSError:  # it ended meanwhile
            continue
        total += sum(int(size) for size in re.findall(r"^Pss:\s+(\d+) kB", text, re.MULTILINE))
    return total * 1024


def descendants(pid: int) -> list[int]:
    """Return the processes that stem from `pid`."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(each) for each in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


@dataclass
class Trap:
    """A listener on loopback that keeps what it is sent; nobody should call it."""

    port: int
    calls: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/trap"


@contextmanager
def trapping() -> Iterator[Trap]:
    """Listen until the end; every connection counts, also one that sends nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        trap = Trap(listener.getsockname()[1])
        threading.Thread(target=_spring, args=(listener, trap), daemon=True).start()
        yield trap
        listener.shutdown(socket.SHUT_RDWR)


def _spring(listener: socket.socket, trap: Trap) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(1)
            try:
                trap.calls.append(connection.recv(4096))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            except OSError:
                trap.calls.append(b"")
