"""Snapshots of all front processes become the page that Prometheus reads, with their sums."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from kg.serve.negotiate import Offer, Representation, choose
from kg.serve.operation.board import Board
from kg.serve.operation.metrics import (
    BOUNDS,
    OUTCOMES,
    SEPARATOR,
    Counts,
    Gauges,
    Snapshot,
    added,
)

if TYPE_CHECKING:
    from prometheus_client.core import Metric

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
OFFER = Offer(
    representations=(
        Representation("prometheus", "text/plain"),
        Representation("openmetrics", "application/openmetrics-text"),
    ),
    names={"prometheus": "prometheus", "openmetrics": "openmetrics"},
)
STATES = ("idle", "busy", "long", "starting")
KILLS = ("timeout", "memory", "left", "stall", "crowded", "crash", "start")
_SINGLE = (
    ("kg_direct_answers", "Look-ups that were answered without a worker.", "direct"),
    ("kg_cache_evictions", "Answers that left the cache for lack of room.", "evictions"),
    ("kg_streams_started", "Answers that were sent in parts.", "started_streams"),
    ("kg_streams_cut", "Answers in parts that were broken off.", "cut_streams"),
    ("kg_sent_bytes", "Bytes of answers that were sent.", "bytes_sent"),
    ("kg_worker_starts", "Workers that were started, the first ones included.", "replaced"),
    ("kg_request_log_dropped", "Lines of the request log that were lost.", "log_dropped"),
)
_READ: tuple[tuple[str, str, Callable[[Gauges], float]], ...] = (
    ("kg_queue_length", "Queries that wait for a worker.", lambda one: one.queue),
    ("kg_cache_entries", "Answers in the cache.", lambda one: one.cache_entries),
    ("kg_cache_size_bytes", "Bytes of answers in the cache.", lambda one: one.cache_bytes),
    ("kg_connections", "Open connections of clients.", lambda one: one.connections),
)


class MetricsPage:
    """Answers /metrics."""

    def __init__(self, board: Board) -> None:
        """Tell what all processes of `board` have counted."""
        self._board = board

    async def handle(self, request: Request) -> Response:
        """Answer one request, in the text format of Prometheus or as OpenMetrics."""
        accept = ", ".join(request.headers.getlist("accept"))
        chosen = choose(OFFER, accept, request.query_params.getlist("format"))
        is_open = chosen is not None and chosen.name == "openmetrics"
        body = render(await self._board.all(), open_metrics=is_open)
        headers = {
            "Content-Type": OPEN_METRICS if is_open else PROMETHEUS,
            "Cache-Control": "no-store",
            "Vary": "Accept",
        }
        return Response(body, headers=headers)


def render(snapshots: Iterable[Snapshot], *, open_metrics: bool = False) -> bytes:
    """Return the page: counters are sums over all snapshots, gauges over those that live."""
    from prometheus_client.exposition import generate_latest  # noqa: PLC0415 - takes 0.1 s
    from prometheus_client.openmetrics import exposition  # noqa: PLC0415

    families = list(_families(list(snapshots)))

    class Page:
        def collect(self) -> Iterable[Metric]:
            return families

    make = exposition.generate_latest if open_metrics else generate_latest
    return make(Page())


def _families(snapshots: list[Snapshot]) -> Iterator[Metric]:
    counts = reduce(added, (one.counts for one in snapshots), Counts())
    gauges = [one.gauges for one in snapshots if one.gauges]
    yield from _counters(counts)
    yield _times(counts)
    yield from _gauges(gauges)
    yield from _about(gauges)


def _counters(counts: Counts) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415

    requests = CounterMetricFamily(
        "kg_http_requests", "Answered requests.", labels=("route", "code")
    )
    for labels, number in _labelled(counts, "requests"):
        requests.add_metric(labels, number)
    yield requests
    cache = CounterMetricFamily(
        "kg_cache_requests",
        "Queries by what the cache did: it had the answer, had not, or it was being made.",
        labels=("result",),
    )
    for result, name in (("hit", "hits"), ("miss", "misses"), ("joined", "joined")):
        cache.add_metric((result,), counts.get(name, 0))
    yield cache
    kills = CounterMetricFamily(
        "kg_worker_kills", "Workers that were killed, by reason.", labels=("reason",)
    )
    known = {(reason,): 0.0 for reason in KILLS} | dict(_labelled(counts, "kills"))
    for label, number in known.items():
        kills.add_metric(label, number)
    yield kills
    for name, text, key in _SINGLE:
        yield CounterMetricFamily(name, text, value=counts.get(key, 0))


def _times(counts: Counts) -> Metric:
    from prometheus_client.core import HistogramMetricFamily  # noqa: PLC0415

    times = HistogramMetricFamily(
        "kg_query_duration_seconds",
        "Time from arrival to end of queries that no cached answer fitted, by outcome.",
        labels=("outcome",),
    )
    bounds = [*map(str, BOUNDS), "+Inf"]
    for outcome in OUTCOMES:
        total, buckets = 0.0, []
        for place, bound in enumerate(bounds):
            total += counts.get(SEPARATOR.join(("queries", outcome, str(place))), 0)
            buckets.append((bound, total))
        times.add_metric((outcome,), buckets, counts.get(SEPARATOR.join(("seconds", outcome)), 0))
    return times


def _gauges(gauges: list[Gauges]) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

    workers = GaugeMetricFamily("kg_workers", "Workers by state.", labels=("state",))
    states: Counter[str] = Counter(dict.fromkeys(STATES, 0))
    for one in gauges:
        states.update(one.workers)
    for state, number in states.items():
        workers.add_metric((state,), number)
    yield workers
    for name, text, read in _READ:
        yield GaugeMetricFamily(name, text, value=sum(map(read, gauges)))
    memory = GaugeMetricFamily(
        "kg_resident_memory_bytes",
        "Resident memory; pages that processes share are counted for each.",
        labels=("process",),
    )
    memory.add_metric(("front",), sum(one.front_memory for one in gauges))
    memory.add_metric(("worker",), sum(one.worker_memory for one in gauges))
    yield memory


def _about(gauges: list[Gauges]) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily  # noqa: PLC0415

    yield GaugeMetricFamily("kg_front_processes", "Processes that serve.", value=len(gauges))
    if gauges:
        yield GaugeMetricFamily(
            "kg_start_time_seconds",
            "When the oldest process that serves was started, in seconds since 1970.",
            value=min(one.started for one in gauges),
        )
    version = InfoMetricFamily("kg_version", "The version of the graph; two during a switch.")
    for name in sorted({one.version for one in gauges}):
        version.add_metric((), {"version": name})
    yield version
    build = InfoMetricFamily("kg_build", "The program: its version and that of Python.")
    for program in sorted({one.program for one in gauges}):
        build.add_metric((), {"version": program, "python": platform.python_version()})
    yield build


def _labelled(counts: Counts, name: str) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield labels and number of all counts of one name."""
    for key, number in sorted(counts.items()):
        first, *labels = key.split(SEPARATOR)
        if first == name:
            yield tuple(labels), number
