"""Queries are run with given values in every place, and answer as the data is written."""

from __future__ import annotations

import time

import pytest
from tests.validate.sparql_shapes import E, found, plan, report, select, turtle

from kg.errors import StageError
from kg.rdf.bulk import columns_of
from kg.validate.graph import Graph, graph_of
from kg.validate.sparql_binding import batched
from kg.validate.sparql_columns import joinable
from kg.validate.sparql_constraints import SparqlCheck
from kg.validate.sparql_run import SparqlRunner

DATA = "ex:a ex:p ex:b . ex:b ex:p ex:c ; ex:q 1 . _:k ex:p _:l . _:l ex:q 1 ."
CONSTANTS = {"shapesGraph": "<urn:g>", "currentShape": f"<{E}Shape>"}
EVERYWHERE = [
    "FILTER ($this = $this)",
    "FILTER bound($this)",
    "FILTER (BOUND(?this) && 1 < 2)",
    "{ FILTER (bound($this)) }",
    "{ { FILTER (isIRI($this) || isBlank($this)) } }",
    "{ FILTER (false) } UNION { FILTER (bound($this)) }",
    "BIND ($this AS ?that) FILTER (sameTerm(?that, $this))",
    "OPTIONAL { FILTER (bound($this)) BIND (1 AS ?o) } FILTER (bound(?o))",
    "{ SELECT $this { FILTER (bound($this)) } }",
    "{ SELECT $this { $this ex:p ?x } LIMIT 1 }",
    "{ SELECT $this (COUNT(?x) AS ?n) { $this ex:p ?x } GROUP BY $this } FILTER (?n = 1)",
    "FILTER EXISTS { { SELECT $this { $this ex:p ?x } } }",
    "FILTER EXISTS { $this ex:p ?x { FILTER (bound($this)) } }",
    "FILTER NOT EXISTS { FILTER (!bound($this)) }",
    "FILTER ($this IN ($this, ex:z)) FILTER (COALESCE($this, 1) = $this)",
    "?this ex:p ?x . FILTER ($this != ?x)",
    "[] ex:p ?x . ?y ex:p ?x FILTER (?y = $this)",
    "FILTER ($shapesGraph = <urn:x-kg:shapes>) FILTER ($currentShape = ex:Shape)",
    "GRAPH $shapesGraph { $currentShape ex:mark $mark FILTER (bound($this)) }",
    "GRAPH $shapesGraph { FILTER (bound($currentShape)) ?currentShape ex:mark 7 }",
]


@pytest.mark.parametrize("body", EVERYWHERE)
def test_values_are_given_everywhere(body: str) -> None:
    """$this has its value in nested groups, subqueries and EXISTS, blank nodes included."""
    shapes = select(f"SELECT $this {{ {body} }}", "ex:Shape ex:mark 7 .")
    assert found(DATA, shapes) == [("_:k", None, "_:k"), ("a", None, "a"), ("b", None, "b")]


@pytest.mark.parametrize("body", EVERYWHERE)
def test_false_is_false_everywhere(body: str) -> None:
    """A condition that no node meets gives no result, however the query is run."""
    assert found(DATA, select(f"SELECT $this {{ {body} FILTER ($this = ex:z) }}")) == []


def test_modifiers_see_the_value() -> None:
    """GROUP BY, HAVING and ORDER BY may name $this; the outer query may count."""
    query = (
        "SELECT $this (COUNT(?x) AS ?value) { $this ex:p ?x } "
        "GROUP BY $this HAVING (COUNT(?x) > 1 && bound($this)) ORDER BY $this DESC($this)"
    )
    data = "ex:a ex:p 1 , 2 , 3 . ex:b ex:p 1 . _:k ex:p 4 , 5 ."
    number = '"{}"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert found(data, select(query)) == [
        ("_:k", None, number.format(2)),
        ("a", None, number.format(3)),
    ]


def test_star_lists_the_variables_of_the_query() -> None:
    """SELECT * has ?value and ?path even where $this is in no pattern."""
    assert found(DATA, select("SELECT * { ex:b ex:q ?value FILTER (bound($this)) }")) == [
        (node, None, '"1"^^<http://www.w3.org/2001/XMLSchema#integer>')
        for node in ("_:k", "a", "b")
    ]


def test_literals_may_be_focus_nodes() -> None:
    """A literal is the subject of nothing, but has a value like any other node."""
    data = 'ex:a ex:p "x" , "y"@de , "z" .'
    target = "sh:targetObjectsOf ex:p"
    query = "SELECT $this { FILTER (lang($this) = 'de' || $this = 'z') }"
    assert found(data, select(query, target=target)) == [
        ('"y"@de', None, '"y"@de'),
        ('"z"', None, '"z"'),
    ]
    assert found(data, select("SELECT $this { $this ?p ?o }", target=target)) == []
    back = found(data, select("SELECT $this ?value { ?value ex:p $this }", target=target))
    assert [row[2] for row in back] == ["a", "a", "a"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $this ?value { $this ex:p ?value }",
        "SELECT $this ?value { $this ex:p ?value OPTIONAL { ?value ex:q ?x } }",
        "SELECT $this (?x AS ?value) { { $this ex:p ?x } UNION { $this ex:p ?x } }",
    ],
)
def test_values_have_the_form_that_the_data_has(query: str) -> None:
    """Oxigraph says 7 for 007; the report says 007."""
    values = {row[2] for row in found("ex:a ex:p 007 , 1.50 , 1e1 , true .", select(query))}
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert values == {
        f'"007"^^<{xsd}integer>',
        f'"1.50"^^<{xsd}decimal>',
        f'"1e1"^^<{xsd}double>',
        f'"true"^^<{xsd}boolean>',
    }


def test_each_spelling_of_a_value_is_a_result() -> None:
    """Of 7 and 007 under one property, each is reported."""
    query = "SELECT $this ?value { $this ex:p ?value FILTER EXISTS { $this ex:p ?value } }"
    rows = found("ex:a ex:p 007 , 7 .", select(query))
    assert [str(row[2])[:5] for row in rows] == ['"007"', '"7"^^']


def test_labels_of_blank_nodes_are_kept() -> None:
    """Blank nodes of data and results have the same labels."""
    assert found("_:k ex:p _:l .", select("SELECT $this ?value { $this ex:p+ ?value }")) == [
        ("_:k", None, "_:l")
    ]


def _graph(count: int) -> Graph:
    lines = (f"ex:n{i} ex:p ex:n{(i * 7) % count} ; ex:q {i % 5} ." for i in range(count))
    return graph_of(columns_of(turtle(" ".join(lines))))


@pytest.mark.parametrize(
    ("query", "on_columns", "at_once"),
    [
        ("SELECT $this { $this ex:q ?n FILTER (?n > 3) }", True, True),
        ("SELECT $this { ?x ex:p $this . ?x ex:q ?n FILTER (?n > 3) }", True, True),
        ("SELECT $this { FILTER NOT EXISTS { ?x ex:p $this . ?x ex:q ?n } }", False, True),
        ("SELECT $this { $this ex:p ?x OPTIONAL { ?x ex:q ?n FILTER (?n > 3) } }", False, True),
        ("SELECT $this { { $this ex:p ?x } UNION { ?x ex:p $this } }", False, True),
        ("SELECT $this { ?x ex:q ?n OPTIONAL { ?x ex:p ?y FILTER (?y = $this) } }", False, False),
        ("SELECT $this { { FILTER (isIRI($this)) } }", False, False),
        ("SELECT $this { $this ex:p ?x } LIMIT 1", False, False),
        ("SELECT $this { { SELECT $this { $this ex:p ?x } } }", False, False),
        ("SELECT $this ?x { ?x ex:p* $this }", False, False),
    ],
)
def test_ways_to_run_are_chosen_and_agree(query: str, on_columns: bool, at_once: bool) -> None:
    """What is provably the same is run on columns or in batches; the answers do not differ."""
    read, constraint = plan(select(query))
    check: SparqlCheck = constraint.extra
    assert (joinable(check.query, CONSTANTS) is not None) == on_columns
    assert (batched(check.query, CONSTANTS) is not None) == at_once
    graph = _graph(60)
    shape = next(each for each in read.shapes if each.constraints)
    nodes = graph.of(f"<{E}p>").keys(by_object=False)
    together = SparqlRunner(graph).run(check, shape, nodes)
    apart = [SparqlRunner(graph).run(check, shape, nodes[i : i + 1]) for i in range(len(nodes))]
    assert sorted(together.focus.tolist()) == sorted(
        focus for rows in apart for focus in rows.focus.tolist()
    )


def test_joins_within_exists_are_not_quadratic() -> None:
    """2,000 nodes with a join within NOT EXISTS take far less than the seconds of a scan each."""
    read, constraint = plan(
        select("SELECT $this { FILTER NOT EXISTS { ?x ex:p $this . ?x ex:q ?n } }")
    )
    graph = _graph(2_000)
    shape = next(each for each in read.shapes if each.constraints)
    started = time.process_time()
    nodes = graph.of(f"<{E}p>").keys(by_object=False)
    rows = SparqlRunner(graph).run(constraint.extra, shape, nodes)
    assert len(rows) == 0
    assert time.process_time() - started < 1


def test_no_query_starts_after_the_deadline() -> None:
    """A runner whose time is over refuses."""
    read, constraint = plan(select("SELECT $this { $this ex:p* ?x }"))
    graph = _graph(3)
    runner = SparqlRunner(graph, deadline=time.monotonic() - 1)
    shape = next(each for each in read.shapes if each.constraints)
    with pytest.raises(StageError, match="not enough time"):
        runner.run(constraint.extra, shape, graph.of(f"<{E}p>").keys(by_object=False))


def test_an_answer_for_a_value_is_asked_once() -> None:
    """An ASK query that does not name $this is asked once for a value, and reported for each."""
    shapes = """
    ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ] ;
      sh:validator [ sh:ask "ASK { FILTER ($value >= $least) }" ] .
    ex:Shape sh:targetSubjectsOf ex:q ; sh:property [ sh:path ex:q ; ex:least 3 ] .
    """
    data = " ".join(f"ex:n{i} ex:q {i % 5} ." for i in range(50))
    assert len(report(data, shapes).results) == 30


def test_shapes_graph_is_not_part_of_the_data() -> None:
    """The shapes graph is seen in GRAPH only."""
    query = "SELECT $this ?value { ?value <http://www.w3.org/ns/shacl#select> ?x }"
    assert found(DATA, select(query)) == []
