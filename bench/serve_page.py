"""The figures of all servers become tables in Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from serve_answers import Rows, difference
from serve_data import Data
from serve_hostile import NEVER, Attack
from serve_load import CONNECTIONS, Load, Way
from serve_measure import TYPICAL, Cost, Pair
from serve_queries import TWELVE
from serve_stream import Stream

OURS = "kg"
RIVAL = "oxigraph"
MEBI = 1 << 20
BLANK = ""
Take = Callable[[Pair], Cost]


@dataclass
class Results:
    """What was found on one graph, each by the name of the server; filled as the run goes on."""

    data: Data
    answers: dict[str, Mapping[str, list[Rows]]] = field(default_factory=dict)
    costs: dict[str, Mapping[str, Pair]] = field(default_factory=dict)
    loads: dict[str, Mapping[Way, Load]] = field(default_factory=dict)
    attacks: dict[str, Mapping[str, Attack]] = field(default_factory=dict)
    streams: dict[str, Mapping[str, Stream]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def section(found: Results) -> str:
    """All tables of one graph."""
    data = found.data
    parts = [
        f"## {data.triples:,} triples\n",
        f"In {data.graphs} named graphs, with the default graph {data.quads:,} quads.\n",
    ]
    if found.faults:
        parts.append("".join(f"- {name}: {fault}\n" for name, fault in found.faults.items()))
    if found.answers:
        parts += ["### Answers\n", differences(found)]
    if found.costs:
        parts += ["### Twelve queries, never asked before\n", costs(found, lambda p: p.fresh)]
        parts += ["### Twelve queries, repeated\n", costs(found, lambda p: p.repeated)]
    if found.loads:
        parts += ["### Look-ups by key under load\n", loads(found)]
    if found.attacks:
        parts += ["### Hostile queries\n", attacks(found)]
    if found.streams:
        parts += ["### All triples streamed\n", streams(found)]
    return "\n".join(parts)


def differences(found: Results) -> str:
    """What the servers answer otherwise than the first of them."""
    first, *others = found.answers
    lines = []
    for name in others:
        for query, theirs in found.answers[name].items():
            pairs = zip(found.answers[first][query], theirs, strict=True)
            said = next(filter(None, (difference(ours, each) for ours, each in pairs)), "")
            if said:
                lines.append(f"- {name}, {query}: {said}\n")
    names = ", ".join(found.answers)
    alike = "All answer alike" if not lines else f"Answers other than those of {first}"
    return f"{alike}: {names}.\n\n{''.join(lines)}".rstrip() + "\n"


def costs(found: Results, take: Take) -> str:
    """CPU and latency of each query and server."""
    names = list(found.costs)
    heads = ["query", "rows", *(f"{name} {what}" for name in names for what in ("CPU ms", "ms"))]
    rows = []
    for query in TWELVE:
        each = {name: take(found.costs[name][query.name]) for name in names}
        cells = [query.name, _rows(found, query.name)]
        cells += [cell for cost in each.values() for cell in _cost(cost)]
        good = {name: cost for name, cost in each.items() if not cost.fault}
        cells += [
            _times({name: cost.cpu for name, cost in good.items()}),
            _times({name: cost.latency for name, cost in good.items()}),
        ]
        rows.append(cells)
    return table([*heads, "CPU of best peer to ours", "ms of best peer to ours"], rows, texts=1)


def _rows(found: Results, query: str) -> str:
    """How many rows the variant of a query that is repeated has."""
    given = next(iter(found.answers.values()), None)
    return f"{len(given[query][min(TYPICAL, len(given[query]) - 1)]):,}" if given else BLANK


def _cost(cost: Cost) -> tuple[str, str]:
    return (BLANK, cost.fault) if cost.fault else (short(cost.cpu), short(cost.latency))


def _times(values: Mapping[str, float]) -> str:
    """How many times ours the least of the others is."""
    others = [value for name, value in values.items() if name != OURS]
    ours = values.get(OURS)
    return f"{min(others) / ours:.2f}" if others and ours else BLANK


def loads(found: Results) -> str:
    """Requests a second of each server and number of connections."""
    heads = [
        "look-ups",
        "connections",
        "server",
        "req/s",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "MiB",
        "errors",
    ]
    rows = []
    for fresh in (True, False):
        for number in CONNECTIONS:
            way = Way(number, fresh)
            for name, all_loads in found.loads.items():
                load = all_loads[way]
                cells = ["never asked" if fresh else "repeated", str(number), name]
                rows.append([*cells, *_load(load), _rate(found, way) if name == OURS else BLANK])
    return table([*heads, "ours to best peer"], rows, texts=3)


def _load(load: Load) -> list[str]:
    if load.fault:
        return [load.fault, *[BLANK] * 5]
    times = [short(each) for each in (load.median, load.late, load.cpu)]
    return [f"{load.rate:,.0f}", *times, f"{load.memory / MEBI:,.0f}", f"{load.errors:,}"]


def _rate(found: Results, way: Way) -> str:
    others = [loads[way].rate for name, loads in found.loads.items() if name != OURS]
    return f"{found.loads[OURS][way].rate / max(others):.2f}" if any(others) else BLANK


def attacks(found: Results) -> str:
    """How each hostile query went on each server."""
    heads = ["query", "server", "over after s", "ended with", "before MiB", "peak MiB"]
    heads += ["2 s after MiB", "cores busy after", "p50 ms", "p95 ms", "failed"]
    rows = []
    for query in next(iter(found.attacks.values())):
        for name, all_attacks in found.attacks.items():
            one = all_attacks[query]
            cells = [query, name, f"{one.seconds:.2f}", one.ended]
            sizes = (one.before, one.peak, one.after)
            cells += [f"{size / MEBI:,.0f}" if size else BLANK for size in sizes]
            cells += [
                f"{one.busy:.2f}" if one.after else BLANK,
                *(_late(one, share) for share in (0.5, 0.95)),
            ]
            rows.append([*cells, f"{one.failed} of {len(one.times)}"])
    return table(heads, rows, texts=2)


def _late(one: Attack, share: float) -> str:
    late = one.late(share)
    return "none" if late == NEVER else f"{late * 1000:.1f}"


def streams(found: Results) -> str:
    """The large answers of each server."""
    heads = ["answer", "server", "first byte ms", "total s", "rows", "MiB", "CPU s"]
    heads += ["before MiB", "peak MiB", "largest process MiB", "fault"]
    rows = []
    for form in next(iter(found.streams.values())):
        for name, all_streams in found.streams.items():
            one = all_streams[form]
            cells = [form, name, f"{one.first * 1000:.1f}", f"{one.seconds:.2f}"]
            cells += [f"{one.rows:,}", f"{one.size / MEBI:,.0f}", f"{one.cpu:.2f}"]
            sizes = (one.before.together, one.peak.together, one.peak.largest)
            rows.append([*cells, *(f"{size / MEBI:,.0f}" for size in sizes), one.fault])
    return table(heads, rows, texts=2)


def measures(found: Results) -> Iterator[str]:
    """What the targets speak of, a line each."""
    for fresh, name in ((True, "never asked before"), (False, "repeated")):
        pair = [found.loads.get(one, {}).get(Way(8, fresh)) for one in (OURS, RIVAL)]
        if pair[0] and pair[1] and pair[1].rate:
            best = max(each.rate for each in found.loads[RIVAL].values())
            base, word = (pair[1].rate, "") if fresh else (best, " best of all")
            ratio = f"{pair[0].rate / base:.2f} times Oxigraph's{word}"
            yield f"look-ups {name}, 8 connections: {ratio}"
    if ours := found.attacks.get(OURS):
        yield from _endured(list(ours.values()))
    for form, one in found.streams.get(OURS, {}).items():
        largest = one.peak.largest / MEBI
        yield f"{one.rows:,} rows, {form}: first byte {one.first * 1000:.0f} ms, {largest:.0f} MiB"


def _endured(ours: Sequence[Attack]) -> Iterator[str]:
    yield f"hostile queries: over within {max(one.seconds for one in ours):.2f} s"
    grown = [one.after / one.before for one in ours if one.after]
    if len(grown) < len(ours):
        yield f"hostile queries: {len(ours) - len(grown)} of {len(ours)} ended the server"
    if grown:
        yield f"memory 2 s after a hostile query: at most {max(grown):.2f} times that before"
    late = max(ours, key=lambda one: one.late(0.95))
    yield f"p95 of simple queries meanwhile: at most {_late(late, 0.95)} ms"


def summary(found: Results) -> str:
    """The targets as a list, and the median ratio of the twelve."""
    lines = [f"- {line}\n" for line in measures(found)]
    for name in (one for one in found.costs if one != OURS and OURS in found.costs):
        pairs = [(found.costs[name][query.name], found.costs[OURS][query.name]) for query in TWELVE]
        for word, take in (("never asked", _fresh), ("repeated", _repeated)):
            ratio = [_quotient(take(theirs), take(ours)) for theirs, ours in pairs]
            known = [each for each in ratio if each]
            if known:
                middle = statistics.median(known)
                lines.append(f"- twelve queries, {word}: CPU of {name} {middle:.1f} times ours\n")
    return "".join(lines)


def _fresh(pair: Pair) -> Cost:
    return pair.fresh


def _repeated(pair: Pair) -> Cost:
    return pair.repeated


def _quotient(theirs: Cost, ours: Cost) -> float:
    return 0.0 if theirs.fault or ours.fault or not ours.cpu else theirs.cpu / ours.cpu


def short(value: float) -> str:
    """A number with three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int) -> str:
    """A table in Markdown whose first columns are `texts`, the others numbers."""
    lines = ["| " + " | ".join(heads) + " |"]
    lines.append("|" + "---|" * texts + "---:|" * (len(heads) - texts))
    lines += ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
