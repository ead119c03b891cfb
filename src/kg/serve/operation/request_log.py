"""Each request becomes one line of JSON; slow queries are told to the operator at once.

A thread of its own writes: neither a full disk nor a reader that sleeps stops the server.
"""

from __future__ import annotations

import functools
import ipaddress
import itertools
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from json.encoder import encode_basestring_ascii
from typing import Literal

from kg.serve.operation.log_file import FILE_LINE, LogFile

Cache = Literal["hit", "miss", "joined", "none"]
Addresses = Literal["short", "full", "none"]
LIMITED = ("timeout", "memory", "crash")
"""Outcomes after which the query is written down in full."""
PERIOD = 1.0
MAX_WAITING = 8 << 20
MAX_FIELD = 256
MAX_QUERY = 20_000
_WAKE = 1 << 16
_CLOSING = 2.0
_REMEMBERED = 4096
_SLOW = logging.getLogger("kg.serve.slow")
_SHOWN = 500
_CUT = 40
_quoted = encode_basestring_ascii  # JSON in printable ASCII: nothing in it can end a line


@dataclass(slots=True)
class Record:
    """One answered request; times in seconds, sizes in bytes.

    `time` is since 1970, `id` is given by the log if there is none, `worker` is the id of the
    process that answered, `query_hash` is made from `query` when it is not given; an answer from
    the cache may give it alone. `kind` is SELECT, ASK, CONSTRUCT or DESCRIBE.
    """

    method: str
    path: str
    status: int
    seconds: float
    bytes: int = 0
    id: str = ""
    time: float = field(default_factory=time.time)
    cache: Cache = "none"
    worker: int | None = None
    queue_seconds: float = 0.0
    outcome: str = ""
    client: str = ""
    agent: str = ""
    version: str = ""
    kind: str = ""
    query: str | None = None
    query_hash: str = ""


class RequestLog:
    """The request log of one process; all calls are for one thread, `close` is the last."""

    def __init__(
        self, target: str | None, *, slow: float = 1.0, addresses: Addresses = "short"
    ) -> None:
        """Write to a path, to standard output for "-", or only tell slow queries for None.

        A query is slow from `slow` seconds on. `addresses` says how the client's is written.
        Raises StageError when the target cannot be opened.
        """
        self._file = LogFile(target) if target else None
        self._longest = self._file.longest if self._file else FILE_LINE
        self._slow = slow
        self._address = functools.lru_cache(_REMEMBERED)(
            lambda address: _quoted(_ADDRESS[addresses](address))
        )
        self._ids = request_ids()
        self._lines: deque[bytes] = deque()
        self._told: deque[str] = deque(maxlen=100)
        self._taken_in = self._taken_out = 0
        self._refused = self._lost = 0
        self._second, self._second_text = -1, ""
        self._wake = threading.Event()
        self._reopen = self._closing = False
        self._thread: threading.Thread | None = None

    @property
    def dropped(self) -> int:
        """How many lines were lost."""
        return self._refused + self._lost

    def wants(self, seconds: float) -> bool:
        """Return whether a request that took so long is to be written down at all."""
        return self._file is not None or seconds >= self._slow

    def write(self, record: Record) -> None:
        """Have one line written within a second; what does not fit any more is dropped."""
        if self._closing:
            self._refused += 1
            return
        is_slow = record.query is not None and record.seconds >= self._slow
        if is_slow:
            self._told.append(_slow_line(record))
        if self._file is None and not is_slow:
            return
        if self._thread is None:
            self._start()
        if self._file is None:
            return
        record.id = record.id or next(self._ids)
        in_full = is_slow or record.outcome in LIMITED
        line = self._line(record, record.query if in_full else None)
        if self._taken_in - self._taken_out + len(line) > MAX_WAITING:
            self._refused += 1
            return
        self._taken_in += len(line)
        self._lines.append(line)
        if self._taken_in - self._taken_out > _WAKE:
            self._wake.set()

    def reopen(self) -> None:
        """Open the path anew before the next line: a tool has moved the file away."""
        self._reopen = True
        if self._thread is None and not self._closing:
            self._start()
        self._wake.set()

    def close(self) -> None:
        """Write what is left, for two seconds at most."""
        if self._closing:
            return
        self._closing = True
        self._wake.set()
        if self._thread:
            self._thread.join(_CLOSING)
        elif self._file:
            self._file.close()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="kg-request-log", daemon=True)
        self._thread.start()

    def _line(self, record: Record, query: str | None) -> bytes:
        line = self._text(record, query and query[:MAX_QUERY], len(query or "") > MAX_QUERY)
        if len(line) <= self._longest:
            return line
        short = {name: getattr(record, name)[:_CUT] for name in ("id", "path", "agent")}
        record = replace(record, **short)
        text = query and query[:MAX_QUERY]
        while len(line := self._text(record, text, text != query)) > self._longest and text:
            text = text[: len(text) // 2]
        return line

    def _text(self, record: Record, query: str | None, is_cut: bool) -> bytes:
        """Return the line; written by hand, for each request, also one from the cache, pays."""
        worker = "null" if record.worker is None else record.worker
        parts = [
            f'{{"time":"{self._timestamp(record.time)}","id":{_quoted(record.id[:64])},'
            f'"method":{_quoted(record.method[:16])},"path":{_quoted(record.path[:MAX_FIELD])},'
            f'"status":{record.status},"bytes":{record.bytes},"seconds":{record.seconds:.6f},'
            f'"cache":{_quoted(record.cache)},"worker":{worker},'
            f'"queue_seconds":{record.queue_seconds:.6f},"outcome":{_quoted(record.outcome)},'
            f'"client":{self._address(record.client)},"agent":{_quoted(record.agent[:MAX_FIELD])},'
            f'"version":{_quoted(record.version)}'
        ]
        known = record.query_hash or (query_hash(record.query) if record.query is not None else "")
        if known:
            parts.append(f',"query_hash":{_quoted(known)},"kind":{_quoted(record.kind)}')
        if query is not None:
            cut = "true" if is_cut else "false"
            parts.append(f',"query":{_quoted(query)},"query_cut":{cut}')
        parts.append("}\n")
        return "".join(parts).encode("ascii")

    def _timestamp(self, moment: float) -> str:
        second, rest = divmod(moment, 1)
        if second != self._second:
            self._second = int(second)
            self._second_text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._second_text}.{int(rest * 1000):03d}Z"

    def _run(self) -> None:
        """Write each second until closed; in the thread."""
        closing = False
        while not closing:
            self._wake.wait(PERIOD)
            self._wake.clear()
            closing = self._closing
            if self._reopen and self._file:
                self._reopen = False
                self._file.reopen()
            self._flush()
        if self._file:
            self._file.close()

    def _flush(self) -> None:
        while self._told:
            _SLOW.warning(self._told.popleft())
        if self._file is None or not self._lines:
            return
        self._file.reopen_if_moved()
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        self._lost += self._file.write(lines)
        self._taken_out += sum(map(len, lines))


def request_ids() -> Iterator[str]:
    """Return ids for requests: no two alike in one process, and hardly in two."""
    start = os.urandom(5).hex()
    return (f"{start}-{number:x}" for number in itertools.count(1))


def query_hash(text: str) -> str:
    """Return sixteen hexadecimal digits that stand for a query."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def shortened(address: str) -> str:
    """Return an address without its last octet, or without its last 80 bits for IPv6.

    What is no address, such as the name of a socket, is given as "-".
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "-"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    kept = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network((parsed, kept), strict=False).network_address)


def _whole(address: str) -> str:
    return address[:64]


def _nothing(_: str) -> str:
    return "-"


_ADDRESS = {"short": shortened, "full": _whole, "none": _nothing}


def _slow_line(record: Record) -> str:
    """Return one line for people: time, outcome and the start of the query."""
    query = record.query or ""
    text = _quoted(" ".join(query[: 4 * _SHOWN].split())[:_SHOWN])
    known = record.query_hash or query_hash(query)
    return f"slow query {known}: {record.seconds:.3f} s, {record.outcome or '-'}, {text}"
