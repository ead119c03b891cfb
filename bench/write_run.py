"""One server and one graph: everything that is asked for is measured on a copy of its store."""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from serve_data import Data
from serve_process import memory
from serve_server import Config, Server, free_port, running, told
from write_client import connect
from write_data import LOAD
from write_load import Writers, written
from write_measure import TIMEOUT, commits, load, median, number, readers, seen, sights
from write_page import Found, Restart, Space
from write_server import Target, done, fault_of, live, membership, occupied

CALM = 0.0
APART = 10_000_000
"""Numbers between two runs: no two write the same."""
WARM_SECONDS = 1.0


class Bench:
    """One graph and one server, on a copy of its store in a folder of its own."""

    def __init__(self, target: Target, data: Data, asked: argparse.Namespace) -> None:
        self._target, self._data, self._asked = target, data, asked
        self._folder = Path(data.nquads).parent / target.name
        self._starts = count(APART, APART)
        self._first = 0
        self._commits = 0
        self.found = Found()

    def run(self) -> None:
        """Measure everything that was asked for; what goes wrong is noted."""
        steps = {"restart": self._restart, "load": self._load}
        try:
            self._copied()
            self._session()
            for part, step in steps.items():
                if part in self._asked.parts:
                    step()
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            self.found.fault = " ".join(str(error).split())[:200]
            told(f"{'':>9} {self._target.name:<9} {error}")
        finally:
            if not self._asked.keep:
                shutil.rmtree(self._live, ignore_errors=True)

    @property
    def _live(self) -> Path:
        return self._folder.with_name(f"{self._folder.name}-live")

    def _copied(self) -> None:
        """Make the store unless this version of the server has made it, and copy it."""
        peer, mark = self._target.peer, self._folder / "loaded"
        version = peer.version(self._folder.parent.parent)
        known = f"{version} {Path(self._data.nquads).stat().st_mtime_ns}"
        if not mark.exists() or mark.read_text(encoding="utf-8") != known:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            peer.load(self._data, self._folder)
            mark.write_text(known, encoding="utf-8")
        live(self._folder)

    @contextmanager
    def _running(self) -> Iterator[Server]:
        options = tuple(shlex.split(self._asked.kg)) if self._target.journal else ()
        config = Config(free_port(), CALM, options)
        with running(self._target.peer, self._data, self._live, config) as server:
            yield server

    def _session(self) -> None:
        """Commits, throughput and readers, in one run of the server."""
        with self._running() as server:
            self._commit(server)
            before, taken, journal = memory(server.root), occupied(self._live), self._journal()
            start = self._commits
            if "small" in self._asked.parts:
                self._small(server)
            if "throughput" in self._asked.parts:
                self.found.burst = self._writing(server, self._asked.seconds).over()
                self._count(self.found.burst.commits)
            if "readers" in self._asked.parts:
                self._readers(server)
            made = max(1, self._commits - start)
            self.found.space = Space(
                before,
                memory(server.root),
                (self._journal() - journal) / made,
                (occupied(self._live) - taken) / made,
            )

    def _small(self, server: Server) -> None:
        target, data, found, most = self._target, self._data, self.found, self._asked.commits
        found.commits = commits(target, server, data, self._next(most))
        if not found.commits.fault:
            self._count(most)
            self._told("small", f"{median(found.commits.times) * 1000:.1f} ms")
        found.sights = sights(target, server, data, self._next(max(1, most // 3)))
        self._count(len(found.sights.seen))

    def _readers(self, server: Server) -> None:
        data, found, seconds = self._data, self.found, self._asked.seconds
        readers(server, data, WARM_SECONDS, next(self._starts))
        found.alone = readers(server, data, seconds, next(self._starts))
        writing = self._writing(server, seconds + WARM_SECONDS)
        time.sleep(WARM_SECONDS / 2)
        found.beside = readers(server, data, seconds, next(self._starts))
        found.meanwhile = writing.over()
        self._count(found.meanwhile.commits)
        self._told("readers", f"p95 {found.beside.late(0.95) * 1000:.1f} ms")

    def _restart(self) -> None:
        """Start again on what was written: everything acknowledged must be there."""
        start, had = time.perf_counter(), self._commits
        with self._running() as server:
            if not seen(server, self._first - 1):
                raise RuntimeError("the last of the commits is not there")
            answered = time.perf_counter() - start
            self._commit(server)
            committed = time.perf_counter() - start
            there = number(server) - 1
        self.found.restart = Restart(had, answered, committed, there)
        self._told("restart", f"{answered:.2f} s, {committed:.2f} s")

    def _load(self) -> None:
        content = (self._folder.parent / LOAD).read_bytes()
        with self._running() as server:
            self._commit(server)
            self.found.bulk = load(self._target, server, content)
        self._told("load", f"{self.found.bulk.seconds:.2f} s {self.found.bulk.fault}")

    def _commit(self, server: Server) -> None:
        """One commit that is not measured: whoever writes is there then."""
        (one,) = self._next(1)
        with connect(server, TIMEOUT) as connection:
            reply = connection.ask(self._target.insert(server, membership(one, self._data)))
        if not done(reply):
            raise RuntimeError(fault_of(reply))
        self._count(1)

    def _writing(self, server: Server, seconds: float) -> Writers:
        script = written(self._target, server, self._data, self._live)
        return Writers(server, script, start=next(self._starts), seconds=seconds)

    def _next(self, most: int) -> range:
        """Numbers of memberships that nobody has written."""
        self._first += most
        return range(self._first - most, self._first)

    def _count(self, made: int) -> None:
        self._commits += made

    def _journal(self) -> int:
        path = self._live / self._target.journal
        return path.stat().st_size if self._target.journal else 0

    def _told(self, part: str, what: str) -> None:
        told(f"{'':>9} {self._target.name:<9} {part:<10} {what}")
