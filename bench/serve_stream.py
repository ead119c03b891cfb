"""Large answers: time to the first byte, memory while they are sent, a client that is slow."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

from serve_client import OK
from serve_measure import TIMEOUT, fault_of
from serve_process import Memory, Watch, cpu_seconds, memory
from serve_queries import CSV, EVERYTHING, HEAD, TSV
from serve_server import Server

FORMS = {"CSV": CSV, "TSV": TSV}
MEBI = 1 << 20
SLOW_SECONDS = 5.0
SLOW_PACE = 1 * MEBI
SLOW_BUFFER = 64 << 10
RUNS = 3


@dataclass(frozen=True)
class Stream:
    """One answer: seconds to its first byte and its end, rows, bytes, CPU seconds, memory.

    `first` is the median of RUNS answers, of which only the last is read to its end.
    """

    first: float
    seconds: float
    rows: int
    size: int
    cpu: float
    before: Memory
    peak: Memory
    fault: str = ""


class Counter:
    """Counts what is read, and reads no faster than `pace` bytes a second if there is one.

    Ends reading with OSError after `most` seconds.
    """

    def __init__(self, *, pace: int = 0, most: float = 0.0) -> None:
        self.size = self.lines = 0
        self._pace, self._most, self._start = pace, most, time.perf_counter()

    @property
    def paced(self) -> bool:
        """Whether it is slow on purpose."""
        return bool(self._pace)

    def take(self, piece: bytes) -> None:
        self.size += len(piece)
        self.lines += piece.count(b"\n")
        if self._pace:
            ahead = self.size / self._pace - (time.perf_counter() - self._start)
            time.sleep(max(0.0, ahead))
        if self._most and time.perf_counter() - self._start > self._most:
            raise OSError("enough")


def streams(server: Server) -> dict[str, Stream]:
    """All triples in each of the forms, and as CSV for a slow client."""
    found = {name: whole(server, accept) for name, accept in FORMS.items()}
    return {**found, "CSV, slow client": slow(server)}


def text() -> str:
    """The query, each time another: no cache has its answer."""
    return f"{HEAD}{EVERYTHING}\n# {time.perf_counter_ns()}"


def whole(server: Server, accept: str) -> Stream:
    """An answer that is read as fast as it comes."""
    firsts = [begun(server, accept) for _ in range(RUNS - 1)]
    return read(server, accept, Counter(), firsts)


def begun(server: Server, accept: str) -> float:
    """Seconds to the first byte; the client leaves then."""
    with server.connect(TIMEOUT) as connection:
        return connection.ask(server.request(text(), accept), Counter(most=1e-9).take).first


def slow(server: Server) -> Stream:
    """An answer of which one MiB a second is read, and which is left after some seconds."""
    return read(server, CSV, Counter(pace=SLOW_PACE, most=SLOW_SECONDS), [])


def read(server: Server, accept: str, counter: Counter, firsts: list[float]) -> Stream:
    """One answer and what it takes."""
    buffer = SLOW_BUFFER if counter.paced else 0
    before, used = memory(server.root), cpu_seconds(server.root)
    with Watch(server.root) as watch, server.connect(TIMEOUT, buffer=buffer) as connection:
        reply = connection.ask(server.request(text(), accept), counter.take)
    first = statistics.median([*firsts, reply.first])
    left = counter.paced and reply.status == OK
    fault = "" if reply.good or left else fault_of(reply)
    return Stream(
        first=first,
        seconds=reply.seconds,
        rows=max(0, counter.lines - 1),
        size=counter.size,
        cpu=cpu_seconds(server.root) - used,
        before=before,
        peak=watch.peak,
        fault=fault,
    )
