"""Each request is one line of JSON, whatever is in it and whatever happens to the file."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.errors import StageError
from kg.serve.operation import request_log
from kg.serve.operation.log_file import PIPE_LINE, LogFile
from kg.serve.operation.request_log import Record, RequestLog, query_hash, request_ids, shortened

QUERY = "SELECT * { ?s ?p ?o }"
Open = Callable[..., RequestLog]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "requests.log"


@pytest.fixture
def opened(path: Path) -> Iterator[Open]:
    """Open logs; they are closed afterwards."""
    made: list[RequestLog] = []

    def one(target: str | None = str(path), **options: Any) -> RequestLog:
        made.append(RequestLog(target, **options))
        return made[-1]

    yield one
    for each in made:
        each.close()


def record(**values: Any) -> Record:
    return Record(**{"method": "GET", "path": "/sparql", "status": 200, "seconds": 0.01, **values})


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.02)


def test_a_line(path: Path, opened: Open) -> None:
    """A line says what was asked, by whom roughly, and what became of it."""
    log = opened()
    log.write(
        record(
            time=1795226400.1239,
            id="7f-1",
            bytes=120,
            cache="miss",
            worker=77,
            queue_seconds=0.002,
            outcome="ok",
            client="203.0.113.77",
            agent="curl/8",
            version="20261121T000000Z-abcd",
            kind="SELECT",
            query=QUERY,
        )
    )
    log.close()
    assert lines(path) == [
        {
            "time": "2026-11-21T02:00:00.123Z",
            "id": "7f-1",
            "method": "GET",
            "path": "/sparql",
            "status": 200,
            "bytes": 120,
            "seconds": 0.01,
            "cache": "miss",
            "worker": 77,
            "queue_seconds": 0.002,
            "outcome": "ok",
            "client": "203.0.113.0",
            "agent": "curl/8",
            "version": "20261121T000000Z-abcd",
            "query_hash": query_hash(QUERY),
            "kind": "SELECT",
        }
    ]


def test_written_within_a_second(path: Path, opened: Open) -> None:
    """A line is in the file soon, without the log being closed."""
    opened().write(record())
    eventually(lambda: path.stat().st_size > 0)


@pytest.mark.parametrize(
    ("values", "in_full"),
    [
        ({"seconds": 0.4}, False),
        ({"seconds": 0.5}, True),
        ({"outcome": "timeout"}, True),
        ({"outcome": "memory"}, True),
        ({"outcome": "syntax"}, False),
    ],
)
def test_query_in_full(path: Path, opened: Open, values: dict[str, Any], in_full: bool) -> None:
    """Only a query that was slow, or met a limit, is written down."""
    log = opened(slow=0.5)
    log.write(record(query=QUERY, **values))
    log.close()
    assert (lines(path)[0].get("query") == QUERY) is in_full


def test_slow_queries_are_told(opened: Open, caplog: pytest.LogCaptureFixture) -> None:
    """A slow query is told in one line even without a request log; other requests are not."""
    log = opened(None, slow=1)
    log.write(record(seconds=2.5, query='SELECT *\n{ ?s ?p "\x1b[31m" }', outcome="ok"))
    log.write(record(seconds=2.5, path="/validate"))
    log.close()
    (told,) = [one for one in caplog.records if one.name == "kg.serve.slow"]
    assert told.levelno == logging.WARNING
    assert "2.500 s" in told.message and '"SELECT * { ?s ?p \\"\\u001b[31m\\" }"' in told.message


def test_hash_alone(path: Path, opened: Open) -> None:
    """An answer from the cache is logged by the hash of its query, without its text."""
    log = opened()
    log.write(record(query_hash="abc", kind="ASK", cache="hit", seconds=9))
    log.write(record(path="/health"))
    log.close()
    hit, other = lines(path)
    assert (hit["query_hash"], hit["kind"]) == ("abc", "ASK") and "query" not in hit
    assert "query_hash" not in other


TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
@example("\x7f", "\r\n\u2028\x85", "\ud800\x1b[2J", '"},{"status":500}')
def test_nothing_forges_a_line(path_: str, agent: str, id_: str, query: str) -> None:
    """Whatever a client sends is one printable line, from which it can be read again."""
    log = RequestLog(None)
    made = log._line(record(path=path_, agent=agent, id=id_, query=query), query)
    log.close()
    assert made.endswith(b"\n") and made[:-1].isascii()
    assert made[:-1].decode().isprintable()
    document = json.loads(made)
    assert (document["path"], document["agent"], document["query"]) == (path_, agent, query)


@pytest.mark.parametrize("sign", ["x", "ä", "🪲", "\x00", '"'])
def test_lines_are_bounded(path: Path, opened: Open, sign: str) -> None:
    """A megabyte of query or path is cut, and the line says so."""
    log = opened()
    huge = sign * 1_000_000
    log.write(record(path=huge, agent=huge, id=huge, query=huge, outcome="timeout"))
    log.close()
    assert path.stat().st_size <= 1 << 16
    (line,) = lines(path)
    assert line["query_cut"] is True
    assert line["query"].startswith(sign * 1000)


@pytest.mark.parametrize(
    ("address", "short"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1234:5678:9abc:def0:1234:5678", "2001:db8:1234::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
        ("", "-"),
        ("unix:/run/kg.sock", "-"),
        ("<script>", "-"),
    ],
)
def test_addresses_are_shortened(address: str, short: str) -> None:
    """The last octet of IPv4 and the last 80 bits of IPv6 are not kept."""
    assert shortened(address) == short


@pytest.mark.parametrize(("addresses", "written"), [("full", "203.0.113.77"), ("none", "-")])
def test_addresses_by_choice(path: Path, opened: Open, addresses: str, written: str) -> None:
    """Who must may have the whole address, or none."""
    log = opened(addresses=addresses)
    log.write(record(client="203.0.113.77"))
    log.close()
    assert lines(path)[0]["client"] == written


def test_ids_are_different() -> None:
    """No two requests have one id, of one process or of two."""
    first, second = request_ids(), request_ids()
    ids = [next(one) for _ in range(1000) for one in (first, second)]
    assert len(set(ids)) == 2000


def test_moved_away(path: Path, opened: Open) -> None:
    """When the file was moved away, what follows goes to a new one."""
    log = opened()
    log.write(record(id="1"))
    eventually(lambda: path.stat().st_size > 0)
    moved = path.rename(path.with_suffix(".1"))
    log.write(record(id="2"))
    log.close()
    assert [line["id"] for line in lines(moved)] == ["1"]
    assert [line["id"] for line in lines(path)] == ["2"]
    assert log.dropped == 0


def test_reopened_by_request(path: Path, opened: Open) -> None:
    """After `reopen` the path is there at once, before there is anything to write."""
    log = opened()
    moved = path.rename(path.with_suffix(".1"))
    log.reopen()
    eventually(path.exists)
    log.write(record())
    log.close()
    assert moved.stat().st_size == 0 and len(lines(path)) == 1


def test_emptied_by_copytruncate(path: Path, opened: Open) -> None:
    """A file that is emptied in its place is written from its start."""
    log = opened()
    log.write(record())
    eventually(lambda: path.stat().st_size > 0)
    os.truncate(path, 0)
    log.write(record(id="2"))
    log.close()
    assert [line["id"] for line in lines(path)] == ["2"]


def test_folder_is_gone(
    path: Path, opened: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """If the path cannot be opened anew, the open file stays in use, with one message."""
    log = opened()
    elsewhere = tmp_path.with_name("elsewhere")
    for count, name in enumerate("ab", 1):
        tmp_path.rename(elsewhere)
        log.write(record(id=name))
        eventually(lambda: len(lines(elsewhere / path.name)) == count)  # noqa: B023
        elsewhere.rename(tmp_path)
    log.close()
    assert [line["id"] for line in lines(path)] == ["a", "b"]
    assert log.dropped == 0
    assert len([one for one in caplog.records if one.levelno == logging.ERROR]) == 1


def test_cannot_be_opened(tmp_path: Path) -> None:
    """A wrong path is said at the start, with the path."""
    with pytest.raises(StageError, match="missing"):
        RequestLog(str(tmp_path / "missing" / "x.log"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk(opened: Open, caplog: pytest.LogCaptureFixture) -> None:
    """On a full disk lines are counted as lost; the operator hears of it once."""
    log = opened("/dev/full")
    for count in range(1, 4):
        log.write(record())
        eventually(lambda: log.dropped == count)  # noqa: B023
    log.close()
    assert log.dropped == 3
    assert len([one for one in caplog.records if one.name == "kg.serve"]) == 1


def test_disk_that_fills_up(path: Path) -> None:
    """A line that breaks off does not run into the next one."""
    log = LogFile(str(path))
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (25, limit[1]))
        assert log.write([b"0123456789\n"] * 3) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, before)
    assert log.write([b"abc\n"]) == 0
    log.close()
    assert path.read_bytes() == b"0123456789\n0123456789\n012\nabc\n"


def test_closed_pipe(opened: Open, capfd: pytest.CaptureFixture[str]) -> None:
    """When the reader of standard output has left, requests go on."""
    del capfd
    reading, writing = os.pipe()
    with standard_output(writing):
        log = opened("-")
    os.close(reading)
    os.close(writing)
    log.write(record())
    log.close()
    assert log.dropped == 1


def test_sleeping_reader(
    opened: Open, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that does not read stops nothing; what does not fit is lost and counted."""
    del capfd
    monkeypatch.setattr(request_log, "MAX_WAITING", 1 << 18)
    monkeypatch.setattr(request_log, "_CLOSING", 0.1)
    reading, writing = os.pipe()
    with standard_output(writing):
        log = opened("-")

    def write() -> None:
        for _ in range(5000):
            log.write(record())

    writing_thread = threading.Thread(target=write, daemon=True)
    writing_thread.start()
    writing_thread.join(60)
    assert not writing_thread.is_alive()
    assert log.dropped > 1000
    received = bytearray()
    with contextlib.closing(open(reading, "rb", buffering=0)) as reader:  # noqa: PTH123
        os.set_blocking(reading, False)

        def complete() -> bool:
            while part := reader.read(1 << 16):
                received.extend(part)
            return received.count(b"\n") + log.dropped == 5000

        eventually(complete)
    os.close(writing)
    for line in received.splitlines():
        json.loads(line)


@contextlib.contextmanager
def standard_output(descriptor: int) -> Iterator[None]:
    """Make a descriptor standard output for a moment."""
    kept = os.dup(sys.stdout.fileno())
    os.dup2(descriptor, sys.stdout.fileno())
    try:
        yield
    finally:
        os.dup2(kept, sys.stdout.fileno())
        os.close(kept)


WRITERS = """
import sys
from kg.serve.operation import request_log
from kg.serve.operation.request_log import Record, RequestLog
request_log._CLOSING = 60
log = RequestLog(sys.argv[1])
for number in range(2000):
    log.write(Record("GET", "/" + sys.argv[2] * 50, 200, 0.1, id=str(number),
                     query="x" * (number % 7) * 1500, outcome="timeout"))
log.close()
sys.exit(log.dropped)
"""


@pytest.mark.parametrize("target", ["file", "pipe"])
def test_several_processes(path: Path, target: str) -> None:
    """Processes that write to one file, or one pipe, do not break each other's lines."""
    reading, writing = os.pipe()
    if target == "pipe":
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1 << 16)
    output = str(path) if target == "file" else "-"
    made = [
        subprocess.Popen([sys.executable, "-c", WRITERS, output, name], stdout=writing)
        for name in "abc"
    ]
    os.close(writing)
    with open(reading, "rb") as pipe:  # noqa: PTH123 - a descriptor
        received = pipe.read()
    assert [one.wait(60) for one in made] == [0, 0, 0]
    text = path.read_bytes() if target == "file" else received
    found = [json.loads(line) for line in text.splitlines()]
    if target == "pipe":
        assert max(map(len, text.splitlines())) < PIPE_LINE
    ids = {(line["path"], line["id"]) for line in found}
    assert len(ids) == len(found) == 6000


def test_closed(path: Path, opened: Open) -> None:
    """A closed log leaves no thread behind, takes nothing more and touches no file."""
    log = opened()
    log.write(record())
    log.close()
    assert not [one for one in threading.enumerate() if one.name == "kg-request-log"]
    with path.with_suffix(".other").open("wb"):  # may have the number of the closed file
        log.write(record())
        log.reopen()
        log.close()
    assert log.dropped == 1
    assert len(lines(path)) == 1 and path.with_suffix(".other").stat().st_size == 0


def test_ids_are_given(tmp_path: Path) -> None:
    """A record that comes without an id gets one, and no two get the same."""
    path = tmp_path / "log"
    log = RequestLog(str(path))
    for _ in range(3):
        log.write(Record("GET", "/", 200, 0.1))
    log.close()
    ids = [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(set(ids)) == 3
    assert all(ids)
