"""Twelve queries one after the other on one connection: CPU and latency, new and repeated."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, repeat

from serve_answers import Rows, rows_of
from serve_client import Connection, Reply
from serve_data import Data
from serve_process import cpu_seconds
from serve_queries import TWELVE, Query
from serve_server import Server

COMPARED = 3
"""Variants of each query whose answers are compared."""
WARMED = 1000
WARM_SHARE = 0.5
LEAST, MOST = 3, 50_000
TYPICAL = 1
"""The variant that is repeated: the first district has more partners than others."""
TIMEOUT = 120.0


@dataclass(frozen=True)
class Cost:
    """One query: requests, CPU ms of the server each, median latency in ms, or a fault."""

    requests: int
    cpu: float
    latency: float
    fault: str = ""


@dataclass(frozen=True)
class Pair:
    """A query that was never asked before, and one that is repeated."""

    fresh: Cost
    repeated: Cost


def answers(server: Server, data: Data) -> dict[str, list[Rows]]:
    """The rows of some variants of each of the twelve queries."""
    found: dict[str, list[Rows]] = {}
    with server.connect(TIMEOUT) as connection:
        for query in TWELVE:
            texts = dict.fromkeys(query.variant(number, data) for number in range(COMPARED))
            replies = (connection.ask(server.request(text, query.accept)) for text in texts)
            found[query.name] = [rows_of(reply, query.accept) for reply in replies]
    return found


def twelve(server: Server, data: Data, seconds: float) -> dict[str, Pair]:
    """What each of the twelve queries costs, each asked for so many seconds in both ways."""
    numbers = count(WARMED)
    costs: dict[str, Pair] = {}
    with server.connect(TIMEOUT) as connection:
        for query in TWELVE:
            fresh = requests(server, query, data, numbers)
            again = repeat(server.request(query.variant(TYPICAL, data), query.accept))
            take = partial(measured, server, connection)
            take(fresh, seconds * WARM_SHARE, least=1)
            first = take(fresh, seconds, least=LEAST)
            take(again, 0.0, least=1)
            costs[query.name] = Pair(first, take(again, seconds, least=LEAST))
    return costs


def requests(server: Server, query: Query, data: Data, numbers: Iterator[int]) -> Iterator[bytes]:
    """Requests that were never made before."""
    for number in numbers:
        yield server.request(query.fresh(number, data), query.accept)


def measured(
    server: Server, connection: Connection, asked: Iterator[bytes], seconds: float, *, least: int
) -> Cost:
    """Ask for so many seconds, `least` times at least."""
    times: list[float] = []
    before, until = cpu_seconds(server.root), time.perf_counter() + seconds
    while len(times) < least or (time.perf_counter() < until and len(times) < MOST):
        reply = connection.ask(next(asked))
        if not reply.good:
            return Cost(len(times), 0.0, 0.0, fault_of(reply))
        times.append(reply.seconds)
    cpu = (cpu_seconds(server.root) - before) / len(times)
    return Cost(len(times), cpu * 1000, statistics.median(times) * 1000)


def fault_of(reply: Reply) -> str:
    """How an answer ended, in a word or two."""
    if not reply.status:
        return "no answer"
    return str(reply.status) if reply.whole else f"{reply.status}, broken off"
