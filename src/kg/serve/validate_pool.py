"""One warm process validates, one request at a time; it is killed at its limits and replaced.

The others wait in a queue of bounded length. All functions here block: they are for threads.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection

from kg.serve.problems import INTERNAL, MEMORY, RequestError
from kg.serve.validate_task import (
    Explain,
    Limits,
    Message,
    Reply,
    Task,
    broken,
    busy,
    out_of_memory,
    out_of_time,
)
from kg.serve.validate_worker import NO_MEMORY, Setup

_LOG = logging.getLogger("kg.serve")
_TICK = 0.05
_CLOSING = 5.0
_GRACE = 1.0
"""So long a validation goes on whose client has left: starting a process anew costs as much."""
_CRASHES = (NO_MEMORY, -signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS)
"""How a process ends whose memory or stack does not suffice."""


class Pool:
    """The process that validates, with the queue before it."""

    def __init__(self, setup: Setup) -> None:
        """Start nothing yet; `warm` or the first task does."""
        plain = replace(setup.project, prefixes=dict(setup.project.prefixes))
        self._setup = replace(setup, project=plain)
        self._limits = setup.limits
        self._turn = threading.Lock()
        self._entry = threading.Lock()
        self._inside = 0
        self._process: _Process | None = None
        self._closed = threading.Event()

    @property
    def process_id(self) -> int | None:
        """The process that validates now, if there is one."""
        process = self._process
        return process.process_id if process else None

    def warm(self) -> None:
        """Start the process if there is none, in a thread of its own."""
        threading.Thread(target=self._warm, name="kg-validate", daemon=True).start()

    def run(self, task: Task | Explain, gone: threading.Event) -> Reply:
        """Return what came of a task; `gone` is set when nobody waits for it any more.

        Raises RequestError when it cannot have its turn, takes too much or gets lost.
        """
        with self._place_in_queue(), self._turn_of(gone):
            process = self._started()
            try:
                reply = process.run(task, self._closed, gone)
            except RequestError:
                self._drop()
                self.warm()
                raise
            if process.tasks >= self._limits.tasks or _is_last(reply):
                self._drop()
                self.warm()
            return reply

    def retire(self) -> None:
        """End the process when nobody waits for it any more."""
        deadline = time.monotonic() + self._limits.patience + self._limits.seconds
        while self._inside and time.monotonic() < deadline:
            time.sleep(_TICK)
        self.close()

    def close(self) -> None:
        """End the process; what it works on is given up."""
        self._closed.set()
        process = self._process
        if process:
            process.end()
        if self._turn.acquire(timeout=_CLOSING):  # whoever works on it sees the end and lets go
            try:
                self._drop()
            finally:
                self._turn.release()

    def _warm(self) -> None:
        with self._turn:
            if self._process is None and not self._closed.is_set():
                try:
                    self._started()
                except RequestError as error:
                    if self._closed.is_set():
                        return
                    _LOG.error("validation cannot start: %s", error)

    def _started(self) -> _Process:
        if self._closed.is_set():
            raise broken(self._limits)
        if self._process and not self._process.is_alive():
            self._drop()
        if self._process is None:
            self._process = _Process(self._setup)
            try:
                self._process.wait_until_ready(self._closed)
            except RequestError:
                self._drop()
                raise
        return self._process

    def _drop(self) -> None:
        if self._process:
            self._process.dispose()
        self._process = None

    @contextmanager
    def _place_in_queue(self) -> Iterator[None]:
        with self._entry:
            if self._inside > self._limits.waiting:
                raise busy(self._limits)
            self._inside += 1
        try:
            yield
        finally:
            with self._entry:
                self._inside -= 1

    @contextmanager
    def _turn_of(self, gone: threading.Event) -> Iterator[None]:
        end = time.monotonic() + self._limits.patience
        while not self._turn.acquire(timeout=_TICK):
            if gone.is_set() or self._closed.is_set() or time.monotonic() > end:
                raise busy(self._limits)
        try:
            yield
        finally:
            self._turn.release()


def _is_last(reply: Reply) -> bool:
    """Return whether a process has met a limit or a fault of ours: a fresh one is the safer."""
    return reply.fault is not None and reply.fault.kind in (MEMORY, INTERNAL)


class _Process:
    """One process and the socket to it."""

    def __init__(self, setup: Setup) -> None:
        self._limits: Limits = setup.limits
        self.tasks = 0
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "kg.serve.validate_worker", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,
            )
        self._connection = Connection(ours.detach())
        self._first = (pickle.dumps(sys.path), pickle.dumps(setup))
        self.process_id = self._process.pid

    def wait_until_ready(self, closed: threading.Event) -> None:
        """Wait until the version is open; raises RequestError when the process does not start."""
        try:
            for each in self._first:
                self._connection.send_bytes(each)
            self._wait(self._limits.start, closed, threading.Event())
            message = Message.decode(self._connection.recv_bytes())
        except (EOFError, OSError) as error:
            raise broken(self._limits) from error
        if message.log:
            _LOG.error("validation against the published version: %s", message.log)

    def run(self, task: Task | Explain, closed: threading.Event, gone: threading.Event) -> Reply:
        """Send a task and wait for its reply; raises RequestError, after which this is to go."""
        self.tasks += 1
        try:
            self._connection.send_bytes(pickle.dumps(task))
            self._wait(self._limits.seconds, closed, gone)
            message = Message.decode(self._connection.recv_bytes())
            body = self._connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if message.log:
            _LOG.error("validation: %s", message.log)
        return Reply(body, message.fault())

    def _wait(self, seconds: float, closed: threading.Event, gone: threading.Event) -> None:
        end = time.monotonic() + seconds
        while not self._connection.poll(_TICK):
            now = time.monotonic()
            if now > end:
                raise out_of_time(self._limits)
            if closed.is_set():
                raise broken(self._limits)
            if gone.is_set():
                end = min(end, now + _GRACE)

    def _lost(self) -> RequestError:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return broken(self._limits)
        _LOG.warning("the process that validates ended with %s", code)
        return out_of_memory(self._limits) if code in _CRASHES else broken(self._limits)

    def is_alive(self) -> bool:
        """Return whether the process has not ended in the meantime."""
        return self._process.poll() is None

    def end(self) -> None:
        """End the process at once; any thread may do so."""
        self._process.kill()

    def dispose(self) -> None:
        """End the process and let go of the socket, which is for the thread that works on it."""
        self._process.kill()
        self._process.wait()
        self._connection.close()
