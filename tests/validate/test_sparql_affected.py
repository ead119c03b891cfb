"""From changed triples to focus nodes: no node whose answer changes is forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.validate.sparql_shapes import E, plan, select, short

from kg.rdf.bulk import columns_of
from kg.rdf.dictionary import Dictionary
from kg.reason.arrays import Ints
from kg.validate.graph import Graph, Pairs, by_predicate, graph_of_rows
from kg.validate.shapes import Shape
from kg.validate.sparql_constraints import SparqlCheck
from kg.validate.sparql_run import SparqlRunner, affected, mentions

QUERIES = [
    "SELECT $this ?value { $this ex:p ?value }",
    "SELECT $this { $this ex:p ?x . ?x ex:q ?y }",
    "SELECT $this (?y AS ?value) { $this ex:p ?x . ?x ^ex:q ?y ; ex:r ex:n1 FILTER (?x != ?y) }",
    "SELECT $this ?value { $this ex:p/ex:q ?value }",
    "SELECT DISTINCT $this { ?x ex:p $this OPTIONAL { ?x ex:q ?z } FILTER (!bound(?z)) }",
    "SELECT $this { FILTER NOT EXISTS { ?x ex:p $this . ?x ex:q ?y } }",
    "SELECT $this { FILTER NOT EXISTS { $this ex:p/ex:q ?y . ?y ex:p ?z FILTER (?z != $this) } }",
    "SELECT $this ?value { { $this ex:p ?value } UNION { ?value ex:q $this } }",
    "SELECT $this ?n { { SELECT $this (COUNT(?o) AS ?n) { $this ex:p ?o } GROUP BY $this } }",
    "SELECT $this (COUNT(?o) AS ?value) { $this ex:p ?o } GROUP BY $this HAVING (COUNT(?o) > 1)",
    "SELECT $this ?value { $this ex:p+ ?value }",
    "SELECT $this ?value { $this ex:p* ?value . ?value ex:q ?z }",
    "SELECT $this ?value { $this (ex:p|^ex:q)? ?value }",
    "SELECT $this ?value { ?value ex:r/ex:p* $this }",
    "SELECT $this ?path ?value { $this ?path ?value FILTER (?path != ex:p) }",
    "SELECT $this ?value { $this ex:p ?x BIND (?x AS ?value) FILTER EXISTS "
    "{ ?x ex:q ?w FILTER NOT EXISTS { ?w ex:r $this } } }",
    "SELECT $this ?value { OPTIONAL { $this ex:p ?value } ?value ex:q ?z }",
    "SELECT $this ?value { $this ex:r ?z OPTIONAL { ?z ex:p ?value } ?value ex:q ?y }",
    "SELECT $this ?value { { $this ex:r ?z OPTIONAL { ?z ex:p ?value } } ?value ex:q ?y }",
    "SELECT $this ?value { $this ex:p ?value BIND (EXISTS { ?x ex:q ?k } AS ?e) ?value ex:r ?x "
    "FILTER (?e) }",
    "SELECT $this ?value { $this ex:p ?value { OPTIONAL { ?value ex:q ?z } } }",
    "SELECT * { $this ex:p ?value ; ex:q [ ex:r ?y ] }",
    "SELECT $this { FILTER EXISTS { ex:n0 ex:p ?z } }",
    "SELECT $this ?value { $this ex:p ?value FILTER NOT EXISTS "
    "{ { ?value ex:q ?a } UNION { ?value ex:r ?a } } }",
    "SELECT $this ?value { { SELECT $this ?value { $this ex:p ?value } ORDER BY ?value LIMIT 1 } "
    "?value ex:q ?z }",
    "SELECT $this { ?a ex:p|^ex:q $this . ?a ex:r ex:n1 }",
    "SELECT $this { ?a !(ex:p|ex:q) $this }",
]
TERMS = [f"<{E}n{number}>" for number in range(5)] + ["_:b0", "_:b1"]
PREDICATES = [f"<{E}{name}>" for name in "pqr"]
Fact = tuple[str, str, str]
FACTS = st.sets(
    st.tuples(st.sampled_from(TERMS), st.sampled_from(PREDICATES), st.sampled_from(TERMS)),
    max_size=14,
)


def _dictionary() -> Dictionary:
    dictionary = columns_of([]).dictionary
    for term in (*TERMS, *PREDICATES):
        dictionary.add(term)
    return dictionary


def _rows(dictionary: Dictionary, facts: Iterable[Fact]) -> tuple[Ints, Ints, Ints]:
    ids = [[dictionary.add(term) for term in fact] for fact in facts]
    s, p, o = np.array(ids, np.int64).reshape(len(ids), 3).T
    return s, p, o


def _pairs(dictionary: Dictionary, facts: Iterable[Fact]) -> Pairs:
    return by_predicate(*_rows(dictionary, facts))


def _answers(
    graph: Graph, check: SparqlCheck, shape: Shape, nodes: Ints
) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = {node: Counter() for node in nodes.tolist()}
    rows = SparqlRunner(graph).run(check, shape, nodes)
    for focus, value, path in zip(rows.focus.tolist(), rows.value, rows.path, strict=True):
        found[focus][f"{value} {path}"] += 1
    return found


@pytest.mark.parametrize("query", QUERIES)
@settings(max_examples=25, deadline=None)
@given(before=FACTS, added=FACTS, removed=FACTS)
def test_what_changes_is_among_the_affected(
    query: str, before: set[Fact], added: set[Fact], removed: set[Fact]
) -> None:
    """Every node with another answer is found, on the graph before and on that after."""
    read, constraint = plan(select(query))
    check: SparqlCheck = constraint.extra
    shape = next(each for each in read.shapes if each.constraints)
    dictionary = _dictionary()
    nodes = np.array([dictionary.add(term) for term in TERMS], np.int64)
    old = graph_of_rows(dictionary, [_rows(dictionary, before)])
    gone = removed - added
    new = old.branch(_pairs(dictionary, added), _pairs(dictionary, gone))
    first, second = (_answers(graph, check, shape, nodes) for graph in (old, new))
    different = {node for node in first if first[node] != second[node]}
    changed = _pairs(dictionary, (added - before) | (gone & before))
    for graph in (old, new):
        found = affected(check, graph, changed)
        assert found is None or different <= set(found.tolist())


@pytest.mark.parametrize("query", QUERIES)
@settings(max_examples=12, deadline=None)
@given(facts=FACTS)
def test_a_small_store_says_what_the_whole_says(query: str, facts: set[Fact]) -> None:
    """Node by node, over the triples around it, the answers are those of all nodes together."""
    read, constraint = plan(select(query))
    shape = next(each for each in read.shapes if each.constraints)
    dictionary = _dictionary()
    nodes = np.array([dictionary.add(term) for term in TERMS], np.int64)
    graph = graph_of_rows(dictionary, [_rows(dictionary, facts)])
    together = _answers(graph, constraint.extra, shape, nodes)
    apart: dict[int, Counter[str]] = {}
    for place in range(len(nodes)):
        apart |= _answers(graph, constraint.extra, shape, nodes[place : place + 1])
    assert together == apart


def _affected(query: str, *facts: Fact) -> list[str] | None:
    _, constraint = plan(select(query))
    dictionary = _dictionary()
    graph = graph_of_rows(dictionary, [_rows(dictionary, facts)])
    found = affected(constraint.extra, graph, _pairs(dictionary, facts[:1]))
    return None if found is None else [str(short(term)) for term in dictionary.terms(found)]


def test_few_nodes_are_affected() -> None:
    """A change is followed back along the patterns to the nodes that it can reach."""
    n0, n1, n2, n3 = TERMS[:4]
    p, q, r = PREDICATES
    facts = ((n0, q, n1), (n2, p, n0), (n3, p, n1), (n3, r, n2))
    join = "SELECT $this { $this ex:p ?x . ?x ex:q ?y }"
    assert _affected(join, *facts) == ["n2"]
    assert _affected("SELECT $this { $this ex:p ?x FILTER EXISTS { ?x ex:q ex:n2 } }", *facts) == []
    assert _affected("SELECT $this { $this ex:r/ex:p/ex:q ?y }", *facts) == ["n3"]
    assert _affected("SELECT $this { $this ex:r ?x }", *facts) == []
    assert _affected("SELECT $this { ex:n0 ex:q ?x }", *facts) is None
    assert _affected("SELECT $this { GRAPH $shapesGraph { ex:n0 ex:q ?x } }", *facts) == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("SELECT $this { $this ex:p/^ex:q ?x FILTER NOT EXISTS { ?x a ex:r } }", "pq"),
        ("SELECT $this { $this ?p ?x }", None),
        ("SELECT $this { $this !ex:p ?x }", None),
        ("SELECT $this { $this ex:p* ?x }", None),
        ("SELECT $this { $this ex:q ?y ; ex:p* ?x }", "pq"),
        ("SELECT $this { GRAPH ?g { ?s ?p ?o } FILTER (bound($this)) }", ""),
    ],
)
def test_mentions_are_the_predicates_that_matter(query: str, names: str | None) -> None:
    """None when any triple may matter: a predicate that varies, or an empty path on any node."""
    _, constraint = plan(select(query))
    found = mentions(constraint.extra)
    rdf_type = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    expected = None if names is None else {f"<{E}{name}>" for name in names}
    assert (None if found is None else found - {rdf_type}) == expected
