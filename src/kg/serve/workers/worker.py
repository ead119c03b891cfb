"""One worker: it opens a version read-only and answers one task after the other.

Between two tasks it can be told to go on with another version.
It is forked by `kg.serve.workers.zygote` and has no way out but the socket to the front process.
Whatever happens here, the server lives: this process has limits and can be killed at any time.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import pickle
import resource
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyoxigraph import Store

from kg.errors import KgError, QueryError, RefusedQueryError, StageError
from kg.publish.address_space import lift_limit, limit_memory
from kg.publish.query_dataset import Dataset, dataset_of, in_merge
from kg.publish.retention import hold
from kg.publish.store import Query, dump, open_read_only, write
from kg.serve.federation.allowed import Allowed
from kg.serve.federation.faults import ServiceError
from kg.serve.federation.relayed import relaying
from kg.serve.workers.limits import QueryLimits
from kg.serve.workers.output import Output
from kg.serve.workers.task import LENGTH, RETIRE, Fault, Kind, Task, frame
from kg.settings import DefaultGraph

NO_MEMORY = 70
"""The exit code of a worker that has no memory left for an answer."""
_DEATH_SIGNAL = 1
_QUICK = 0.05
_PAGE = resource.getpagesize()


@dataclass(frozen=True)
class Setup:
    """What a worker works with."""

    version: str
    store: Path
    prefixes: dict[str, str]
    base: str | None
    limits: QueryLimits
    default_graph: DefaultGraph = "union"
    allowed: Allowed = field(default_factory=Allowed)

    def encode(self) -> bytes:
        """Return the setup as a worker reads it that shall go on with it."""
        raw = pickle.dumps(self, protocol=5)
        return LENGTH.pack(len(raw)) + raw


def serve(link: socket.socket, setup: Setup, *, parent: int) -> None:
    """Answer tasks on `link` until it is closed, in a thread whose stack is large enough.

    `parent` is the process that has forked this one.
    """
    _die_with_parent()
    if os.getppid() != parent:
        return  # it has ended meanwhile
    _offer_to_the_killer()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.stack_size(setup.limits.stack)
    thread = threading.Thread(target=_serve, args=(link, setup))
    thread.start()
    thread.join()


def _serve(link: socket.socket, setup: Setup) -> None:
    try:
        worker = _Worker(link, setup)
        worker.answer_all()
    except (EOFError, ConnectionError):
        os._exit(0)
    except MemoryError:
        os._exit(NO_MEMORY)
    except KgError as error:
        sys.stderr.write(f"{error}\n")
        os._exit(1)


class _Worker:
    """The opened version, and the socket on which it is asked."""

    def __init__(self, link: socket.socket, setup: Setup) -> None:
        self._link = link
        self._setup = setup
        self._held = hold(setup.store.parent)
        self._store: Store = open_read_only(setup.store)
        self._read = link.makefile("rb", buffering=1 << 16).read
        gc.freeze()
        self._at_start = _resident()
        self._retire = 0
        self._begin()

    def _begin(self) -> None:
        limit_memory(self._setup.limits.memory)
        self._link.sendall(frame(Kind.READY, LENGTH.pack(threading.get_native_id())))

    def _reopen(self, setup: Setup) -> None:
        """Go on with another version; what the one before has left in memory has its limit."""
        lift_limit()  # to open a store takes threads, and with them more than a query may have
        del self._store
        if self._held:
            self._held.close()
        self._setup = setup
        self._held = hold(setup.store.parent)
        self._store = open_read_only(setup.store)
        self._look_at_memory()
        self._begin()

    def answer_all(self) -> None:
        """Answer one task after the other; raises EOFError when the socket is closed."""
        while True:
            header = self._read(LENGTH.size)
            if len(header) < LENGTH.size:
                raise EOFError
            came = pickle.loads(self._read(*LENGTH.unpack(header)))
            if isinstance(came, Setup):
                self._reopen(came)
            else:
                self._answer(Task(*came))

    def _answer(self, task: Task) -> None:
        began = time.monotonic()
        output = Output(lambda kind, data: self._send(kind, data, began), task.coding)
        prefixes, allowed = self._setup.prefixes, self._setup.allowed
        query = Query(
            task.text, task.default_graphs, task.named_graphs, prefixes, base=self._setup.base
        )
        try:
            if task.is_dump and task.form != "rdfxml" and self._holds(query):
                graph = query.default_graphs[0] if query.default_graphs else None
                dump(self._store, graph, query, task.form, output)
            elif allowed.endpoints:
                with relaying(task.text, prefixes, allowed) as relayed:
                    query = replace(query, text=relayed.text)
                    self._write(query, task, output, proven=relayed.clauses > 0)
            else:
                self._write(query, task, output)
            output.close()
        except (QueryError, StageError) as error:
            self._send(Kind.FAULT, _fault(error).encode(), began)

    def _holds(self, query: Query) -> bool:
        """Return whether the default graph of a query is one of the store's graphs."""
        return bool(query.default_graphs) or self._setup.default_graph == "union"

    def _write(self, query: Query, task: Task, output: Output, *, proven: bool = False) -> None:
        form = task.form
        dataset = dataset_of("union" if task.sees_all else self._setup.default_graph, query)
        if not dataset:
            write(self._store, query, form, output, proven=proven)
            return

        def write_in(store: Store, merged: Dataset) -> None:
            write(store, replace(query, dataset=merged), form, output, proven=proven)

        in_merge(self._store, dataset, write_in, version=self._setup.store.parent)

    def _send(self, kind: Kind, data: bytes | bytearray, began: float) -> None:
        if kind is Kind.PART:
            self._link.sendall(frame(kind, data))
            return
        seconds = time.monotonic() - began
        if seconds > _QUICK:
            gc.collect()
            self._look_at_memory()
        self._link.sendall(frame(kind | self._retire, data, seconds))

    def _look_at_memory(self) -> None:
        kept = _resident() - self._at_start
        self._retire |= RETIRE if kept > self._setup.limits.worn else 0


def _fault(error: QueryError | StageError) -> Fault:
    kind = "stage" if isinstance(error, StageError) else "query"
    kind = "service" if isinstance(error, ServiceError) else kind
    kind = "refused" if isinstance(error, RefusedQueryError) else kind
    place = error.place
    line, column = (place.line, place.column) if place else (None, None)
    return Fault(kind, error.text, line, column)


def _resident() -> int:
    """Return the bytes of memory that this process has, but for files that it has mapped."""
    try:
        with Path("/proc/self/statm").open(encoding="ascii") as file:
            _, resident, shared, *_ = file.read().split()
    except OSError:
        return 0
    return (int(resident) - int(shared)) * _PAGE


def _die_with_parent() -> None:
    """Let the kernel end this process when its parent ends, where it can (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)


def _offer_to_the_killer() -> None:
    """Let the kernel take this process first when the machine runs out of memory (Linux)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii")
