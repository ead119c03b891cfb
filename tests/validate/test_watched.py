"""What follows from a change and what it does to the results is what a new beginning finds."""

from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random

import numpy as np
import pytest
from pyoxigraph import RdfFormat, Triple, parse
from tests.reason.random_graphs import PROFILES, Row, data, ontology, rules

from kg.errors import QueryError
from kg.rdf.bulk import columns_of
from kg.rdf.formats import FORMATS
from kg.rdf.read import parse_quads
from kg.reason.change import Triples
from kg.reason.closure import Closure
from kg.reason.rule import Rule
from kg.reason.stage import reason_columns
from kg.validate.engine import validate
from kg.validate.graph import Graph
from kg.validate.report import Result
from kg.validate.shape_reader import read_shapes
from kg.validate.shapes import Plan
from kg.validate.watched import Watched, data_graph

SHAPES = """
@prefix : <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:S0 sh:targetClass :C0 ; sh:property [ sh:path :p0 ; sh:minCount 1 ; sh:class :C1 ] .
:S1 sh:targetClass :C1, :C2 ; sh:property [ sh:path :p1 ; sh:maxCount 0 ] , [ sh:path :p2 ;
  sh:nodeKind sh:IRI ; sh:node [ sh:class :C0 ] ] .
:S2 sh:targetSubjectsOf :p3 ; sh:not [ sh:class :C3 ] .
:S3 sh:targetObjectsOf :p0 ; sh:property [ sh:path [ sh:inversePath :p0 ] ; sh:maxCount 1 ] .
"""
BLOCKS = 2
HISTORIES = 12


def statements(rows: set[Row]) -> list[Triple]:
    text = "".join(f"{' '.join(row)} .\n" for row in sorted(rows))
    return [quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)]


def closed(rows: set[Row], given: tuple[Rule, ...]) -> Closure:
    return reason_columns(columns_of(statements(rows)), given)


def triples(graph: Graph) -> set[Row]:
    """The triples of a graph as terms."""
    term = graph.dictionary.term
    return {
        (term(pair >> 32), term(predicate), term(pair & 0xFFFFFFFF))
        for predicate in graph.predicates()
        for pair in graph.relation(predicate).pairs().tolist()
    }


def ids(closure: Closure, rows: set[Row]) -> Triples:
    found = [[closure.dictionary.add(term) for term in row] for row in sorted(rows)]
    columns = np.array(found, np.int64).reshape(-1, 3)
    return columns[:, 1], columns[:, 0], columns[:, 2]


@cache
def plan() -> Plan:
    """The shapes of this test."""
    form = next(form for form in FORMATS if form.name == "turtle")
    return read_shapes(quad.triple for quad in parse_quads(SHAPES, form, base=None, shown="shapes"))


def results(graph: Graph) -> Counter[Result]:
    return Counter(validate(graph, plan()).results)


@pytest.mark.parametrize("block", range(BLOCKS))
@pytest.mark.parametrize("name", PROFILES)
def test_following_a_change_equals_a_new_beginning(name: str, block: int) -> None:
    """Data graph and results after a change, and after it was undone, are those of a rebuild."""
    profile = PROFILES[name]
    for number in range(HISTORIES):
        random = Random(f"{name}-{block}-{number}")
        axioms, given = set(ontology(random, profile)), rules(random, profile)
        pool = data(random, profile, 30)
        rows = axioms | set(random.sample(pool, min(18, len(pool))))
        try:
            closure = closed(rows, given)
        except QueryError:
            continue
        watched = Watched(closure, plan())
        before = results(watched.graph)
        assert triples(watched.graph) == triples(data_graph(closure.engine, closure.dictionary))
        for _ in range(2):
            added = set(random.sample(pool, 3))
            removed = set(random.sample(sorted(rows - axioms), 2)) - added
            after = (rows - removed) | added
            try:
                fresh = closed(after, given)
            except QueryError:
                continue
            followed = watched.follow(added=ids(closure, added), removed=ids(closure, removed))
            wanted = data_graph(fresh.engine, fresh.dictionary)
            assert triples(followed.graph) == triples(wanted)
            found = followed.results
            assert before + Counter(found.appeared) - Counter(found.resolved) == results(wanted)
            watched.undo()
