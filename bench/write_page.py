"""The figures of all servers that were written to become tables in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from serve_data import Data
from serve_page import BLANK, MEBI, short, table
from serve_process import Memory
from write_load import Burst
from write_measure import Bulk, Commits, Reads, Sights, median, quantile

OURS = "kg"
KIBI = 1 << 10
LATE = 0.95
RESTARTS = ("first answer s", "first commit s")


@dataclass(frozen=True)
class Restart:
    """A start after commits: seconds to the first answer and commit, and how many were lost.

    `commits` were acknowledged, `written` of them are to be read.
    """

    commits: int
    answered: float
    committed: float
    written: int

    @property
    def lost(self) -> int:
        return max(0, self.commits - self.written)


@dataclass(frozen=True)
class Space:
    """Memory before and after the commits; bytes a commit in the journal, and on the disk."""

    before: Memory
    after: Memory
    journal: float
    disk: float


@dataclass
class Found:
    """What was found of one server; filled as the run goes on. `fault` ends it."""

    commits: Commits | None = None
    sights: Sights | None = None
    burst: Burst | None = None
    alone: Reads | None = None
    beside: Reads | None = None
    meanwhile: Burst | None = None
    space: Space | None = None
    restart: Restart | None = None
    bulk: Bulk | None = None
    fault: str = ""


@dataclass
class Results:
    """What was found on one graph, by the name of the server."""

    data: Data
    servers: dict[str, Found] = field(default_factory=dict)


def section(found: Results) -> str:
    """All tables of one graph."""
    data = found.data
    parts = [
        f"## {data.triples:,} triples\n",
        f"{data.quads:,} statements in {data.graphs} named graphs.\n",
    ]
    for name, one in found.servers.items():
        parts += [f"- {name}: {fault}\n" for fault in faults(one)]
    for title, heads, rows in TABLES:
        lines = [[name, *cells] for name, one in found.servers.items() if (cells := rows(one))]
        if lines:
            parts += [f"### {title}\n", table(["server", *heads], lines, texts=1)]
    parts += ["### Ratios\n", ratios(found)]
    return "\n".join(parts)


def faults(one: Found) -> Iterator[str]:
    """What went wrong with a server."""
    for said in (one.commits, one.sights, one.burst, one.meanwhile, one.bulk, one):
        if said is not None and said.fault:
            yield said.fault


def _commits(one: Found) -> list[str]:
    if one.commits is None or one.commits.fault:
        return []
    times = one.commits.times
    late = [short(quantile(times, share) * 1000) for share in (0.5, LATE, 0.99)]
    return [f"{len(times):,}", *late, short(max(times) * 1000), short(one.commits.cpu * 1000)]


def _sights(one: Found) -> list[str]:
    if one.sights is None or one.sights.fault:
        return []
    seen, acknowledged = one.sights.seen, one.sights.acknowledged
    cells = [short(quantile(seen, share) * 1000) for share in (0.5, LATE, 0.99)]
    return [f"{len(seen):,}", short(median(acknowledged) * 1000), *cells, f"{one.sights.late}"]


def _burst(one: Found) -> list[str]:
    burst = one.burst
    if burst is None or burst.fault:
        return []
    times = [short(each) for each in (burst.median, burst.late, burst.latest, burst.cpu)]
    return [f"{burst.commits:,}", short(burst.rate), *times, f"{burst.errors:,}"]


def _reads(one: Found) -> list[str]:
    if one.alone is None or one.beside is None or one.meanwhile is None:
        return []
    cells = [_ms(reads.late(share)) for reads in (one.alone, one.beside) for share in (0.5, LATE)]
    ratio = _times(one.beside.late(LATE), one.alone.late(LATE))
    failed = one.alone.failed + one.beside.failed
    asked = len(one.alone.times) + len(one.beside.times)
    return [*cells, ratio, f"{failed} of {asked:,}", short(one.meanwhile.rate)]


def _bulk(one: Found) -> list[str]:
    bulk = one.bulk
    if bulk is None or bulk.fault:
        return []
    rate = bulk.triples / bulk.seconds
    return [f"{bulk.triples:,}", f"{bulk.seconds:.2f}", f"{rate:,.0f}", _mebi(bulk.peak.together)]


def _space(one: Found) -> list[str]:
    space = one.space
    if space is None:
        return []
    sizes = (space.before.together, space.after.together, space.after.largest)
    journal = f"{space.journal:,.0f}" if space.journal else BLANK
    return [*map(_mebi, sizes), journal, f"{space.disk / KIBI:,.1f}"]


def _restart(one: Found) -> list[str]:
    start = one.restart
    if start is None:
        return []
    seconds = [f"{each:.2f}" for each in (start.answered, start.committed)]
    return [f"{start.commits:,}", *seconds, f"{start.written:,}", f"{start.lost:,}"]


Rows = Callable[[Found], list[str]]
TABLES: tuple[tuple[str, tuple[str, ...], Rows], ...] = (
    (
        "Small commits, one after the other",
        ("commits", "median ms", "p95 ms", "p99 ms", "max ms", "CPU ms"),
        _commits,
    ),
    (
        "When another connection sees a commit",
        ("commits", "acknowledged ms", "seen median ms", "p95 ms", "p99 ms", "not yet seen"),
        _sights,
    ),
    (
        "Commits of 16 clients",
        ("commits", "commits/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "errors"),
        _burst,
    ),
    (
        "Look-ups of 4 connections while 16 clients write",
        (
            *("alone p50 ms", "alone p95 ms", "beside p50 ms", "beside p95 ms"),
            *("p95 beside to alone", "failed", "commits/s meanwhile"),
        ),
        _reads,
    ),
    ("A load in one request", ("triples", "seconds", "triples/s", "peak MiB"), _bulk),
    (
        "Memory and disk",
        (
            *("at start MiB", "after commits MiB", "largest process MiB"),
            *("journal bytes a commit", "disk KiB a commit"),
        ),
        _space,
    ),
    ("Start after commits", ("commits", *RESTARTS, "to be read", "lost"), _restart),
)


def ratios(found: Results) -> str:
    """How many times the figure of ours that of another is; above 1 is in our favour."""
    ours = found.servers.get(OURS)
    names = [name for name in found.servers if name != OURS]
    if ours is None or not names:
        return "None: there is nothing to compare.\n"
    rows = []
    for title, take, more in MEASURES:
        mine = take(ours)
        theirs = [take(found.servers[name]) for name in names]
        pairs = ((mine, each) if more else (each, mine) for each in theirs)
        rows.append([title, *(_times(*pair) for pair in pairs)])
    return table(["measure", *names], rows, texts=1)


def _median(one: Found) -> float:
    return median(one.commits.times) if one.commits else 0.0


def _late(one: Found) -> float:
    return quantile(one.commits.times, LATE) if one.commits else 0.0


def _seen(one: Found) -> float:
    return median(one.sights.seen) if one.sights else 0.0


def _rate(one: Found) -> float:
    return one.burst.rate if one.burst else 0.0


def _read(one: Found) -> float:
    return one.beside.late(LATE) if one.beside else 0.0


def _loaded(one: Found) -> float:
    return 0.0 if one.bulk is None or one.bulk.fault else one.bulk.seconds


MEASURES: tuple[tuple[str, Callable[[Found], float], bool], ...] = (
    ("small commit, median", _median, False),
    ("small commit, p95", _late, False),
    ("seen, median", _seen, False),
    ("commits/s of 16 clients", _rate, True),
    ("look-up p95 beside writers", _read, False),
    ("load", _loaded, False),
)


def summary(found: Results) -> str:
    """What the targets speak of, as a list."""
    ours = found.servers.get(OURS)
    return "".join(f"- {line}\n" for line in _measures(ours)) if ours else ""


def _measures(ours: Found) -> Iterable[str]:
    if ours.commits:
        times = ours.commits.times
        yield (
            f"small commit with gate, closure and fsync: median {median(times) * 1000:.1f} ms,"
            f" p95 {quantile(times, LATE) * 1000:.1f} ms"
        )
    if ours.sights:
        seen, most = median(ours.sights.seen) * 1000, max(ours.sights.seen, default=0.0) * 1000
        yield f"visible to readers: median {seen:.1f} ms, at most {most:.1f} ms"
    if ours.burst:
        yield f"16 clients: {ours.burst.rate:.0f} commits/s, {ours.burst.errors} errors"
    if ours.restart:
        yield f"lost after a restart: {ours.restart.lost} of {ours.restart.commits:,} commits"


def _mebi(size: int) -> str:
    return f"{size / MEBI:,.0f}"


def _ms(seconds: float) -> str:
    return short(seconds * 1000)


def _times(first: float, second: float) -> str:
    """How many times the second the first is."""
    return short(first / second) if first and second else BLANK
