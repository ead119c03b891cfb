"""What is counted is what Prometheus reads, summed over all processes, and never goes back."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families as families
from starlette.requests import Request

from kg.serve.operation.board import Board
from kg.serve.operation.metrics import BOUNDS, OUTCOMES, Metrics, Readings, start_mark
from kg.serve.operation.metrics_page import MetricsPage, render

READINGS = Readings(
    "20261121T000000Z-abcd",
    workers={"idle": 3, "busy": 1},
    worker_ids=(os.getpid(),),
    queue=2,
    cache_entries=5,
    cache_bytes=700,
    connections=9,
    log_dropped=4,
)
Samples = dict[tuple[str, ...], float]


def metrics(readings: Readings = READINGS) -> Metrics:
    return Metrics(lambda: readings, program="1.2.3")


def samples(text: str, read: Any = families) -> Samples:
    """Each sample by name and the values of its labels, in the order of their names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in read(text)
        for sample in family.samples
    }


def page(*all_of: Metrics, open_metrics: bool = False) -> Samples:
    body = render((one.snapshot() for one in all_of), open_metrics=open_metrics).decode()
    return samples(body, open_families if open_metrics else families)


@pytest.mark.parametrize("open_metrics", [False, True])
def test_everything_is_told(open_metrics: bool) -> None:
    """Each number that was counted stands under its name, in both formats."""
    counted = metrics()
    counted.hits += 3
    counted.misses += 2
    counted.joined += 1
    counted.evictions += 4
    counted.started_streams += 5
    counted.cut_streams += 6
    counted.bytes_sent += 1 << 60
    counted.replaced += 7
    counted.requests("/sparql", 200)
    counted.requests("/sparql", 200)
    counted.requests("/sparql", 504)
    counted.killed("timeout")
    counted.kills["odd"] = 2
    counted.query_done(0.0031, "ok")
    counted.query_done(5.2, "timeout")
    found = page(counted, open_metrics=open_metrics)
    assert found["kg_cache_requests_total", "hit"] == 3
    assert found["kg_cache_requests_total", "miss"] == 2
    assert found["kg_cache_requests_total", "joined"] == 1
    assert found["kg_cache_evictions_total",] == 4
    assert found["kg_streams_started_total",] == 5
    assert found["kg_streams_cut_total",] == 6
    assert found["kg_sent_bytes_total",] == 1 << 60
    assert found["kg_worker_starts_total",] == 7
    assert found["kg_http_requests_total", "200", "/sparql"] == 2
    assert found["kg_http_requests_total", "504", "/sparql"] == 1
    assert found["kg_worker_kills_total", "timeout"] == 1
    assert found["kg_worker_kills_total", "odd"] == 2
    assert found["kg_worker_kills_total", "memory"] == 0
    assert found["kg_query_duration_seconds_count", "timeout"] == 1
    assert found["kg_query_duration_seconds_sum", "timeout"] == 5.2
    assert found["kg_query_duration_seconds_bucket", "5.0", "timeout"] == 0
    assert found["kg_query_duration_seconds_bucket", "10.0", "timeout"] == 1
    assert found["kg_workers", "idle"] == 3 and found["kg_workers", "long"] == 0
    assert found["kg_queue_length",] == 2
    assert found["kg_cache_entries",] == 5 and found["kg_cache_size_bytes",] == 700
    assert found["kg_connections",] == 9
    assert found["kg_request_log_dropped_total",] == 4
    assert found["kg_version_info", READINGS.version] == 1
    assert ("kg_build_info", sys.version.split()[0], "1.2.3") in found
    assert found["kg_front_processes",] == 1
    assert 10e6 < found["kg_resident_memory_bytes", "front"] < 4e9
    assert found["kg_resident_memory_bytes", "worker"] > 10e6


def test_all_outcomes_are_there_from_the_start() -> None:
    """An alert on the first query of an outcome sees it: its series starts at 0."""
    found = page(metrics())
    for outcome in OUTCOMES:
        assert found["kg_query_duration_seconds_count", outcome] == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 100), max_size=30))
def test_buckets(times: list[float]) -> None:
    """A bucket holds the times up to its bound, the bound included, and those of smaller ones."""
    counted = metrics()
    for one in times:
        counted.query_done(one, "ok")
    found = page(counted)
    for bound in BOUNDS:
        expected = sum(one <= bound for one in times)
        assert found["kg_query_duration_seconds_bucket", str(bound), "ok"] == expected
    assert found["kg_query_duration_seconds_bucket", "+Inf", "ok"] == len(times)


def test_names_follow_the_conventions() -> None:
    """Each family has a help text that is a sentence, and names end in base units."""
    text = render([metrics().snapshot()]).decode()
    for family in families(text):
        assert family.name.startswith("kg_") and family.documentation.endswith(".")
        assert not family.name.endswith(("_ms", "_milliseconds", "_kb", "_mib"))
        assert family.type != "counter" or f"{family.name}_total" in text


def test_labels_cannot_forge_lines() -> None:
    """A route with quotes and line ends stays one label."""
    counted = metrics()
    counted.requests('/"\n\\x 1', 404)
    assert page(counted)["kg_http_requests_total", "404", '/"\n\\x 1'] == 1


def test_series_are_bounded() -> None:
    """Whatever routes are counted, there are not more than a few hundred series."""
    counted = metrics()
    for number in range(5000):
        counted.requests(f"/{number}", 404)
    found = {key: value for key, value in page(counted).items() if "http" in key[0]}
    assert len(found) <= 201
    assert sum(found.values()) == 5000
    assert found["kg_http_requests_total", "404", "other"] == 4800


def test_sum_over_processes() -> None:
    """Counters and gauges are sums; two versions during a switch stand side by side."""
    first, second = metrics(), metrics(replace(READINGS, version="next", queue=5))
    first.hits, second.hits = 3, 4
    first.requests("/", 200)
    second.requests("/health", 503)
    second.query_done(1, "ok")
    found = page(first, second)
    assert found["kg_cache_requests_total", "hit"] == 7
    assert found["kg_http_requests_total", "200", "/"] == 1
    assert found["kg_http_requests_total", "503", "/health"] == 1
    assert found["kg_query_duration_seconds_count", "ok"] == 1
    assert found["kg_queue_length",] == 7
    assert found["kg_front_processes",] == 2
    assert found["kg_version_info", "next"] == found["kg_version_info", READINGS.version] == 1


def other_process(folder: Path, slot: int, hits: int, *, stays: bool) -> subprocess.Popen[str]:
    """A process that lays its counts down, and then stays until its standard input is closed."""
    code = f"""
import asyncio, sys
from pathlib import Path
from kg.serve.operation.board import Board
from kg.serve.operation.metrics import Metrics, Readings
metrics = Metrics(lambda: Readings("1", queue=10))
metrics.hits = {hits}
asyncio.run(Board(metrics, folder=Path(sys.argv[1]), slot={slot}).publish())
print("done", flush=True)
{"sys.stdin.read()" if stays else ""}
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "done\n"
    return process


def asked(board: Board) -> Samples:
    return samples(render(asyncio.run(board.all())).decode())


def test_a_process_that_died_keeps_its_counts(tmp_path: Path) -> None:
    """What it has counted stays in the sum, what it had goes; who follows it goes on from there."""
    counted = metrics()
    counted.hits = 1
    board = Board(counted, folder=tmp_path, slot=0)
    with other_process(tmp_path, 1, 20, stays=True) as other:
        found = asked(board)
        assert found["kg_cache_requests_total", "hit"] == 21
        assert found["kg_queue_length",] == 12
        assert found["kg_front_processes",] == 2
        other.kill()
    found = asked(board)
    assert found["kg_cache_requests_total", "hit"] == 21
    assert found["kg_queue_length",] == 2
    assert found["kg_front_processes",] == 1
    with other_process(tmp_path, 1, 300, stays=False):
        pass
    assert asked(board)["kg_cache_requests_total", "hit"] == 321
    assert len(list(tmp_path.iterdir())) == 2


def test_an_id_that_is_used_again_is_another_process(tmp_path: Path) -> None:
    """A process that merely has the id of one that died is not taken for it."""
    with other_process(tmp_path, 1, 20, stays=False):
        pass
    path = tmp_path / "1.json"
    document = json.loads(path.read_text())
    document["process"][0] = os.getpid()
    path.write_text(json.dumps(document))
    assert asked(Board(metrics(), folder=tmp_path))["kg_front_processes",] == 1
    assert start_mark(os.getpid()) is not None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"counts": {"hits": "x"}}', "\x00"])
def test_a_damaged_file_is_passed_over(tmp_path: Path, text: str) -> None:
    """What another process left half written does not take the page away."""
    (tmp_path / "1.json").write_text(text)
    counted = metrics()
    counted.hits = 1
    assert asked(Board(counted, folder=tmp_path))["kg_cache_requests_total", "hit"] == 1


def test_a_folder_that_is_gone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without its folder a process tells its own numbers and complains once."""
    board = Board(metrics(), folder=tmp_path / "gone")
    for _ in range(3):
        assert asked(board)["kg_front_processes",] == 1
    assert len(caplog.records) == 1


def test_sums_never_go_back(tmp_path: Path) -> None:
    """While a process counts and is asked, another never sees a smaller sum than before."""
    counted = metrics()
    busy, other = Board(counted, folder=tmp_path, slot=0), Board(metrics(), folder=tmp_path, slot=1)
    seen: list[float] = []

    async def count() -> None:
        async with busy.running():
            for number in range(300):
                while len(seen) <= number // 60 and thread.is_alive():
                    await asyncio.sleep(0.001)
                counted.hits += 1
                await asyncio.gather(busy.publish(), busy.publish())

    def look(done: threading.Event) -> None:
        while not done.is_set():
            seen.append(asked(other)["kg_cache_requests_total", "hit"])

    done = threading.Event()
    thread = threading.Thread(target=look, args=(done,))
    thread.start()
    asyncio.run(count())
    done.set()
    thread.join()
    assert len(seen) > 3 and seen == sorted(seen)
    assert asked(other)["kg_cache_requests_total", "hit"] == 300


def test_an_older_file_comes_too_late(tmp_path: Path) -> None:
    """If two threads write, what was counted first does not replace what was counted later."""
    counted = metrics()
    board, path = Board(counted, folder=tmp_path, slot=1), tmp_path / "1.json"
    older = counted.snapshot()
    counted.hits = 5
    board._write(path, counted.snapshot(), 2)
    board._write(path, older, 1)
    assert asked(Board(metrics(), folder=tmp_path))["kg_cache_requests_total", "hit"] == 5


def test_running_lays_down_the_last_numbers(tmp_path: Path) -> None:
    """What was counted just before the end is there for the others."""
    counted = metrics()

    async def serve() -> None:
        async with Board(counted, folder=tmp_path, slot=1).running():
            await asyncio.sleep(0.05)
            counted.hits += 8

    asyncio.run(serve())
    found = asked(Board(metrics(), folder=tmp_path))
    assert found["kg_cache_requests_total", "hit"] == 8


def answer(accept: Iterable[str]) -> tuple[str, str]:
    headers = [(b"accept", one.encode()) for one in accept]
    scope = {"type": "http", "headers": headers, "method": "GET", "query_string": b""}
    response = asyncio.run(MetricsPage(Board(metrics())).handle(Request(scope)))
    return response.headers["content-type"], bytes(response.body).decode()


@pytest.mark.parametrize(
    ("accept", "is_open"),
    [
        ([], False),
        (["*/*"], False),
        (["text/html,*/*;q=0.8"], False),
        (["application/openmetrics-text"], True),
        (["application/openmetrics-text;version=oops"], True),
        (["application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"], True),
        (["application/openmetrics-text;q=0.1", "text/plain"], False),
        (["image/png"], False),
    ],
)
def test_format_is_negotiated(accept: list[str], is_open: bool) -> None:
    """OpenMetrics is for who prefers it; everybody else, browsers too, gets the text format."""
    content_type, body = answer(accept)
    assert content_type.startswith("application/openmetrics-text" if is_open else "text/plain")
    assert body.endswith("# EOF\n") is is_open
