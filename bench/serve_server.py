"""Servers of the benchmark: what a peer is, how it is started, asked for and ended."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from serve_client import Connection
from serve_data import Data
from serve_process import kill

HOST = "127.0.0.1"
START_SECONDS = 90.0
END_SECONDS = 20.0
SHORT = 0.05
READY = "ASK {}"
PORTS = range(20_000, 30_000)


@dataclass(frozen=True)
class Launch:
    """How a server is started: its command and where it takes queries.

    `path` is what stands before the query in a GET request. `cwd` is an empty folder or its own.
    """

    command: list[str]
    path: str
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """What a server is started with: a port, the time limit in seconds (0: none), more options."""

    port: int
    limit: float
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Peer:
    """One kind of server; `version` is "" where it is not installed, `hint` says how it is had.

    `load` makes its store from the data in a folder of its own, `launch` says how it is started;
    `forms` are the media types that it wants in place of the usual ones.
    """

    name: str
    version: Callable[[Path], str]
    hint: str
    load: Callable[[Data, Path], None]
    launch: Callable[[Data, Path, Config], Launch]
    forms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Server:
    """One that runs: the id of its first process, its port and how it is asked."""

    peer: Peer
    process: subprocess.Popen[bytes]
    port: int
    path: str

    @property
    def root(self) -> int:
        return self.process.pid

    def request(self, query: str, accept: str) -> bytes:
        """The bytes of a GET request."""
        form = self.peer.forms.get(accept, accept)
        return (
            f"GET {self.path}{quote(query, safe='')} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\n"
            f"Accept: {form}\r\n\r\n"
        ).encode()

    def connect(self, timeout: float, *, buffer: int = 0) -> Connection:
        """A new connection, whose reads wait at most `timeout` seconds."""
        return Connection((HOST, self.port), timeout, buffer=buffer)


def free_port() -> int:
    """A port of the loopback that nobody listens on and that no client is given by the system."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as listener, suppress(OSError):
            listener.bind((HOST, port))
            return port


@contextmanager
def running(peer: Peer, data: Data, folder: Path, config: Config) -> Iterator[Server]:
    """Start a server, wait until it answers, and end it and all its processes.

    Raises RuntimeError when it does not come up; its log is in `folder`.
    """
    launch = peer.launch(data, folder, config)
    launch.cwd.mkdir(parents=True, exist_ok=True)
    with (folder / f"{peer.name}.log").open("ab") as log:
        process = subprocess.Popen(
            launch.command,
            cwd=launch.cwd,
            env={**os.environ, **launch.env},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _first_to_go(process.pid)
            server = Server(peer, process, config.port, launch.path)
            _await(server, folder)
            yield server
        finally:
            end(process)


def _first_to_go(pid: int) -> None:
    """Let the kernel end the server, not what else runs here, if memory runs out."""
    with suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text("1000", encoding="utf-8")


def _await(server: Server, folder: Path) -> None:
    until = time.perf_counter() + START_SECONDS
    while time.perf_counter() < until and server.process.poll() is None:
        with suppress(OSError), server.connect(START_SECONDS) as connection:
            if connection.ask(server.request(READY, "application/sparql-results+json")).good:
                return
        time.sleep(SHORT)
    raise RuntimeError(f"{server.peer.name} does not come up, see {folder}/{server.peer.name}.log")


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a server to end, and kill what is left of it."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
    kill(process.pid)
    process.wait()


def told(line: str) -> None:
    """Say how far the work is."""
    print(line, file=sys.stderr, flush=True)
