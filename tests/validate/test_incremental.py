"""Statements come and go at random; what changes in the results is what a full run finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random

import numpy as np
import pytest
from tests.validate import random_shapes as made
from tests.validate.random_shapes import Row, triples

from kg.rdf.bulk import columns_of
from kg.rdf.dictionary import Dictionary
from kg.validate.engine import check, revalidate, validate
from kg.validate.graph import Graph, Pairs, by_predicate, graph_of
from kg.validate.report import Result
from kg.validate.shape_reader import read_shapes

BLOCKS, HISTORIES, STEPS = 8, 40, 5


def pairs(terms: Dictionary, rows: Iterable[Row]) -> Pairs:
    """Rows as pairs of identifiers by predicate."""
    ids = [tuple(map(terms.add, row)) for row in rows]
    if not ids:
        return {}
    subjects, predicates, objects = np.array(ids, np.int64).T
    return by_predicate(subjects, predicates, objects)


def graph(rows: Iterable[Row]) -> Graph:
    """A graph with a dictionary of its own."""
    return graph_of(columns_of(triples(rows)))


def datum(random: Random) -> Row:
    """One triple, of a type or a hierarchy of classes more often than `made.datum`."""
    if random.random() < 0.2:
        return random.choice(made.CLASSES), made.SUBCLASS, random.choice(made.CLASSES)
    return made.datum(random)


@dataclass
class History:
    """One random history: `rows` is what is stated now."""

    random: Random
    counts: Counter[str] = field(default_factory=Counter)
    sparql: bool = False

    def run(self) -> None:
        random = self.random
        self.shapes = triples(made.shapes(random, sparql=self.sparql))
        self.plan = read_shapes(self.shapes)
        self.pool = [*made.data(random, 30), *(datum(random) for _ in range(10))]
        self.rows = set(random.sample(self.pool, 22))
        self.graph = graph(self.rows)
        self.known = results(validate(self.graph, self.plan).results)
        for _ in range(STEPS):
            self.step()

    def step(self) -> None:
        """Change something and compare."""
        random = self.random
        added = {random.choice(self.pool) for _ in range(random.randint(0, 4))}
        added |= {datum(random) for _ in range(random.choice((0, 0, 1)))}
        removed = set(random.sample(sorted(self.rows), random.randint(0, 4)))
        come, gone = pairs(self.graph.dictionary, added), pairs(self.graph.dictionary, removed)
        after = self.graph.branch(come, gone)
        found = revalidate(self.plan, self.graph, after, added=come, removed=gone)
        self.rows = (self.rows - removed) | added
        expected = results(check(triples(self.rows), self.shapes).results)
        assert results(validate(after, self.plan).results) == expected
        assert results(validate(self.graph, self.plan).results) == self.known
        self.compare(found.appeared, found.resolved, expected)
        self.graph, self.known = after, expected

    def compare(
        self,
        appeared: tuple[Result, ...],
        resolved: tuple[Result, ...],
        expected: Counter[Result],
    ) -> None:
        """What appeared and what was resolved is the difference of two full runs, exactly."""
        assert results(appeared) == expected - self.known
        assert results(resolved) == self.known - expected
        self.counts["steps"] += 1
        self.counts["appeared"] += len(appeared)
        self.counts["resolved"] += len(resolved)
        self.counts["kept"] += sum((self.known & expected).values())


def results(found: Iterable[Result]) -> Counter[Result]:
    """The results; their details do not tell them apart."""
    return Counter(replace(result, details=()) for result in found)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_histories(block: int) -> None:
    """After every step the difference is that of two full runs; earlier graphs stay as they are."""
    counts: Counter[str] = Counter()
    for number in range(HISTORIES):
        seed = f"incremental-{block}-{number}"
        try:
            History(Random(seed), counts).run()
        except Exception as error:
            error.add_note(f"in the history {seed}")
            raise
    assert counts["steps"] == HISTORIES * STEPS
    assert min(counts["appeared"], counts["resolved"]) > HISTORIES
    assert counts["kept"] > 5 * HISTORIES


def test_histories_with_queries() -> None:
    """The same with SPARQL-based constraints."""
    counts: Counter[str] = Counter()
    for number in range(60):
        seed = f"queries-{number}"
        try:
            History(Random(seed), counts, sparql=True).run()
        except Exception as error:
            error.add_note(f"in the history {seed}")
            raise
    assert min(counts["appeared"], counts["resolved"]) > 30
