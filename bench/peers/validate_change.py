"""Contributions to a large graph: python validate_change.py SHAPES RUNS SAMPLE DATA...

Each contribution of 50 triples is laid over the graph by itself: new memberships, some of them
faulty, or statements drawn at random that are taken out, most of them replaced by others. The time
is that of the change from terms to results: identifiers, graph, candidates, evaluation. A sample
is compared with the difference of two full runs. Prints JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from kg.namespaces import WELL_KNOWN
from kg.rdf.bulk import read_columns
from kg.rdf.read import read_quads
from kg.validate.engine import revalidate, validate
from kg.validate.graph import Graph, Pairs, by_predicate, graph_of
from kg.validate.report import Result
from kg.validate.shape_reader import read_shapes

Row = tuple[str, str, str]
SIZE = 50
WARM_UP = 5
ORG, NS, ID = "http://www.w3.org/ns/org#", "https://example.org/ns#", "https://example.org/id/"
XSD = "http://www.w3.org/2001/XMLSchema#"


def main(shapes: str, runs: int, sample: int, data: list[str]) -> None:
    """Load, change, compare."""
    columns = read_columns([Path(path) for path in data])
    plan = read_shapes((quad.triple for quad in read_quads(Path(shapes))), WELL_KNOWN)
    graph = graph_of(columns)
    full = kept(validate(graph, plan).results)
    chance = np.random.default_rng(7)
    times: dict[str, list[float]] = {"new memberships": [], "changes at random": []}
    results, wrong, compared = 0, 0, 0
    for number in range(WARM_UP + runs):
        name = list(times)[number % 2]
        make = memberships if number % 2 == 0 else changes
        added, removed = make(graph, chance, number)
        start = time.perf_counter()
        come, gone = pairs(graph, added), pairs(graph, removed)
        after = graph.branch(come, gone)
        found = revalidate(plan, graph, after, added=come, removed=gone)
        if number >= WARM_UP:
            times[name].append(1000 * (time.perf_counter() - start))
        results += len(found.appeared) + len(found.resolved)
        if compared < sample and number % max(runs // sample, 1) == 0:
            compared += 1
            expected = kept(validate(after, plan).results)
            wrong += full - kept(found.resolved) + kept(found.appeared) != expected
    answer = {"times": times, "results": results, "compared": compared, "wrong": wrong}
    json.dump({**answer, "triples": len(graph)}, sys.stdout)


def kept(results: Iterable[Result]) -> Counter[tuple[str | None, ...]]:
    """Results as rows, without what is only told."""
    return Counter(
        (each.focus, each.path, each.value, each.component, each.source_shape) for each in results
    )


def pairs(graph: Graph, rows: list[Row]) -> Pairs:
    """Terms as pairs of identifiers."""
    if not rows:
        return {}
    ids = np.array([[graph.dictionary.add(term) for term in row] for row in rows], np.int64)
    return by_predicate(*ids.T)


def memberships(
    graph: Graph, chance: np.random.Generator, number: int
) -> tuple[list[Row], list[Row]]:
    """New memberships; one in ten lacks its role, one in ten has an unknown member."""
    terms = graph.dictionary
    members = graph.of(f"<{ORG}member>").pairs() & 0xFFFFFFFF
    wholes = graph.of(f"<{ORG}organization>").pairs() & 0xFFFFFFFF
    rows: list[Row] = []
    while len(rows) < SIZE:
        node = f"<{ID}membership/new-{number}-{len(rows)}>"
        fault = int(chance.integers(10))
        member = terms.term(int(chance.choice(members)))
        rows += [
            (node, f"<{ORG}member>", f"<{ID}nobody>" if fault == 0 else member),
            (node, f"<{ORG}organization>", terms.term(int(chance.choice(wholes)))),
            (node, f"<{NS}validFrom>", f'"{2000 + fault}"^^<{XSD}gYear>'),
            (node, f"<{NS}passage>", f'"S. {number}"@de'),
            (node, f"<{ORG}role>", f"<{ID}role/{'boss' if fault == 1 else 'member'}>"),
        ]
    return rows[:SIZE], []


def changes(graph: Graph, chance: np.random.Generator, number: int) -> tuple[list[Row], list[Row]]:
    """Half as many statements are taken out, and others with their predicate put in."""
    del number
    term = graph.dictionary.term
    usual = [each for each in graph.predicates() if len(graph.relation(each)) > SIZE]
    sizes = np.array([len(graph.relation(each)) for each in usual])
    added: list[Row] = []
    removed: list[Row] = []
    for predicate in chance.choice(usual, SIZE // 2, p=sizes / sizes.sum()).tolist():
        known = graph.relation(predicate).pairs()
        out, other = (int(chance.choice(known)) for _ in range(2))
        removed.append((term(out >> 32), term(predicate), term(out & 0xFFFFFFFF)))
        added.append((term(out >> 32), term(predicate), term(other & 0xFFFFFFFF)))
    return added, removed


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
