"""Small changes and explanations on a large graph: how long adding, deleting, explaining take.

Usage: python bench/change.py [--triples 1000000] [--folder build/bench] [--runs 15]
           [--explain 10000] [--write docs/benchmarks-change.md]

The graph is that of bench/generate.py with its ontology, which has functional, inverse functional,
transitive and key axioms. Four changes of 50 triples: new memberships come and go, and stated
triples drawn at random go and come back. Then inferred triples drawn at random are explained.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from generate import PREFIXES, TYPE, write

from kg.rdf.bulk import read_columns
from kg.reason.change import Triples, change
from kg.reason.engine import Engine
from kg.reason.entailed import worth_publishing
from kg.reason.explain import Explainer
from kg.reason.stage import reason_columns

ORG = PREFIXES["org"]
SIZE = 50
WARM_UP = 3


def main() -> None:
    """Measure, print and perhaps write."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--triples", type=int, default=1_000_000)
    options.add_argument("--folder", type=Path, default=Path("build/bench"))
    options.add_argument("--runs", type=int, default=15)
    options.add_argument("--explain", type=int, default=10_000)
    options.add_argument("--write", type=Path)
    asked = options.parse_args()
    engine = reason_columns(read_columns(write(asked.triples, asked.folder))).engine
    chance = np.random.default_rng(7)
    rows = [
        *_changes(engine, chance, asked.runs, "new memberships", _memberships),
        *_changes(engine, chance, asked.runs, "stated triples at random", _stated),
        *_explained(engine, chance, asked.explain),
    ]
    lines = [
        "| what | median ms | 95 % within ms | longest ms | |",
        "|---|---:|---:|---:|---|",
        *(f"| {name} | {' | '.join(figures)} | {note} |" for name, figures, note in rows),
    ]
    text = "\n".join(lines)
    print(text)
    if asked.write:
        asked.write.write_text(_page(asked, text), encoding="utf-8")


Row = tuple[str, list[str], str]


def _changes(
    engine: Engine,
    chance: np.random.Generator,
    runs: int,
    name: str,
    draw: Callable[[Engine, np.random.Generator, int], tuple[Triples, bool]],
) -> list[Row]:
    """Time `runs` changes and their undoing, after a few that do not count."""
    there: list[float] = []
    back: list[float] = []
    anew = 0
    for number in range(WARM_UP + runs):
        triples, stated = draw(engine, chance, number)
        for times, gone in ((there, stated), (back, not stated)):
            start = time.perf_counter()
            done = change(engine, removed=triples) if gone else change(engine, added=triples)
            if number >= WARM_UP:
                times.append(time.perf_counter() - start)
                anew += done.recomputed
    first, second = ("delete", "add") if draw is _stated else ("add", "delete")
    note = f"{runs} times, {anew} from the beginning"
    return [
        (f"{first} {SIZE}: {name}", _figures(there), note),
        (f"{second} them again" if draw is _stated else f"{second} them", _figures(back), note),
    ]


def _memberships(engine: Engine, chance: np.random.Generator, number: int) -> tuple[Triples, bool]:
    """Draw new memberships of those that are members somewhere."""
    terms = engine.state.facts.terms
    kind, member, whole, part = (
        terms.add(f"<{term}>")
        for term in (TYPE[1:-1], ORG + "member", ORG + "organization", ORG + "Membership")
    )
    members = engine.state.facts.given[member].keys(by_object=True)
    wholes = engine.state.facts.given[whole].keys(by_object=True)
    rows: list[tuple[int, int, int]] = []
    while len(rows) < SIZE:
        new = terms.add(f"<https://example.org/id/membership/new-{number}-{len(rows)}>")
        rows += [
            (kind, new, part),
            (member, new, int(chance.choice(members))),
            (whole, new, int(chance.choice(wholes))),
        ]
    return _triples(rows[:SIZE]), False


def _stated(engine: Engine, chance: np.random.Generator, number: int) -> tuple[Triples, bool]:
    """Draw from what is stated of individuals; axioms stay."""
    del number
    given = engine.state.facts.given
    usual = {each: rows for each, rows in given.items() if len(rows) > SIZE}
    sizes = np.array([len(rows) for rows in usual.values()])
    rows = []
    for predicate in chance.choice(list(usual), SIZE, p=sizes / sizes.sum()).tolist():
        pair = int(chance.choice(usual[predicate].pairs()))
        rows.append((predicate, pair >> 32, pair & 0xFFFFFFFF))
    return _triples(rows), True


def _triples(rows: list[tuple[int, int, int]]) -> Triples:
    columns = np.array(rows, np.int64)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def _explained(engine: Engine, chance: np.random.Generator, number: int) -> list[Row]:
    """Explain inferred triples drawn at random."""
    subjects, predicates, objects = worth_publishing(engine)
    term = engine.state.facts.terms.term
    explainer = Explainer(engine)
    times, shortest, missing = [], 0, 0
    for row in chance.choice(len(subjects), min(number, len(subjects)), replace=False).tolist():
        triple = term(int(subjects[row])), term(int(predicates[row])), term(int(objects[row]))
        start = time.perf_counter()
        found = explainer.explain(triple)
        times.append(time.perf_counter() - start)
        missing += not found.proofs or any(step.rule == "?" for step in found.proofs[0].steps())
        shortest += found.complete
    note = f"{len(times):,} triples, {missing} without a proof, {shortest:,} surely the shortest"
    return [("explain an inferred triple", _figures(times), note)]


def _figures(times: list[float]) -> list[str]:
    ordered = sorted(1000 * each for each in times)
    most = ordered[int(len(ordered) * 0.95)]
    return [f"{each:.2f}" for each in (statistics.median(ordered), most, ordered[-1])]


def _page(asked: argparse.Namespace, table: str) -> str:
    return f"""# Changes and explanations

Written by `python bench/change.py` on {time.strftime("%Y-%m-%d")}: {asked.triples:,} triples,
{os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}. Wall time in one
process that holds the graph and its closure.

{table}
"""


if __name__ == "__main__":
    sys.exit(main())
