"""sh:sparql: which queries are taken, with which prefixes, and what they report."""

from __future__ import annotations

import re
import time

import pytest
from tests.validate.sparql_shapes import found, plan, report, select, turtle

from kg.errors import StageError
from kg.validate.shape_graph import ShapesError
from kg.validate.shape_reader import read_shapes

DATA = "ex:a ex:p ex:b . ex:b ex:p ex:c ; ex:q 1 ."


def test_each_solution_is_a_result_with_its_value() -> None:
    """A SELECT query gives one result a solution; ?value is the value."""
    assert found(DATA, select("SELECT $this ?value { $this ex:p ?value }")) == [
        ("a", None, "b"),
        ("b", None, "c"),
    ]


def test_without_value_only_a_node_shape_has_one() -> None:
    """The value of a result is ?value, else the value node, which property shapes do not have."""
    query = "SELECT $this { $this ex:q ?x }"
    assert found(DATA, select(query)) == [("b", None, "b")]
    shapes = select(query, "ex:Shape sh:path ex:p .").replace("a sh:NodeShape ; ", "")
    assert found(DATA, shapes) == [("b", "p", None)]


def test_path_of_a_solution_wins_over_that_of_the_shape() -> None:
    """?path is the path of the result if it is an IRI."""
    query = "SELECT $this (ex:q AS ?path) ?value { $this $PATH ?value }"
    shapes = select(query, "ex:Shape sh:path ex:p .").replace("a sh:NodeShape ; ", "")
    assert {row[1] for row in found(DATA, shapes)} == {"q"}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("ex:p", ["b", "c"]),
        ("[ sh:inversePath ex:p ]", ["a"]),
        ("( ex:p ex:p )", ["c"]),
        ("[ sh:zeroOrMorePath ex:p ]", ["a", "b", "b", "c", "c"]),
        ("[ sh:alternativePath ( ex:p [ sh:inversePath ex:p ] ) ]", ["a", "b", "c"]),
    ],
)
def test_path_stands_for_any_path(path: str, values: list[str]) -> None:
    """$PATH is replaced by the path of the property shape, of whatever kind."""
    shapes = select("SELECT $this ?value { $this $PATH ?value }", f"ex:Shape sh:path {path} .")
    shapes = shapes.replace("a sh:NodeShape ; ", "")
    assert sorted(str(row[2]) for row in found(DATA, shapes)) == values


def test_messages_are_filled_in_each_language() -> None:
    """{?name} and {$name} become the values of solutions and of what is given."""
    shapes = select(
        "SELECT $this ?value ?n { $this ex:p ?value ; ex:q ?n }",
        'ex:Check sh:message "{$this}: {?value}, {?n}, {?none}"@en , "Wert {?n}"@de .',
    )
    (result,) = report(DATA, shapes).results
    assert sorted(result.messages) == [("Wert 1", "de"), ("ex:b: ex:c, 1, {?none}", "en")]


def test_message_of_a_solution_wins_and_that_of_the_shape_is_the_last() -> None:
    """?message comes before sh:message of the constraint, and that before the shape's."""
    query = "SELECT $this ?message { $this ex:q ?n BIND('own'@en AS ?message) }"
    both = 'ex:Check sh:message "check" . ex:Shape sh:message "shape {?n}" .'
    assert report(DATA, select(query, both)).results[0].messages == (("own", "en"),)
    plain = "SELECT $this ?n { $this ex:q ?n }"
    assert report(DATA, select(plain, both)).results[0].messages == (("check", ""),)
    last = 'ex:Shape sh:message "shape {?n}" .'
    assert report(DATA, select(plain, last)).results[0].messages == (("shape 1", ""),)


def test_deactivated_constraint_says_nothing() -> None:
    """sh:deactivated true switches a constraint off."""
    query = "SELECT $this { $this ex:p ?x }"
    assert found(DATA, select(query, "ex:Check sh:deactivated true .")) == []
    assert found(DATA, select(query, "ex:Check sh:deactivated false ."))


def test_failure_is_an_error() -> None:
    """A solution with ?failure true ends the validation."""
    with pytest.raises(StageError, match="failure"):
        report(DATA, select("SELECT $this ?failure { $this ex:p ?x BIND(true AS ?failure) }"))


def test_prefixes_are_imported_in_circles() -> None:
    """owl:imports is followed within the shapes graph; circles and strangers do no harm."""
    shapes = (
        select("SELECT $this { $this far:p ?x }")
        + "ex:Prefixes owl:imports ex:More , <http://example.org/not-here> . "
        + "ex:More owl:imports ex:Prefixes ; sh:declare "
        + '[ sh:prefix "far" ; sh:namespace "http://example.com/ns#"^^xsd:anyURI ] .'
    )
    assert len(found(DATA, shapes)) == 2
    _, constraint = plan(shapes)
    assert "PREFIX far: <http://example.com/ns#>\n" in constraint.extra.text


def test_forbidden_words_may_stand_in_strings_comments_and_names() -> None:
    """Only the words themselves are refused, not the letters."""
    query = (
        "PREFIX SERVICE: <http://s/> SELECT $this { # MINUS { }\n"
        " $this ex:p ?values . FILTER(?values != 'VALUES ?x { 1 }') "
        "FILTER NOT EXISTS { ?values SERVICE:MINUS 'AS $this' } }"
    )
    assert len(found(DATA, select(query))) == 2


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT $this {\n $this ex:p ?x MINUS { ?x ex:q 1 } }", "MINUS .* 2, Spalte 16"),
        ("SELECT $this { SERVICE <http://a.b/> { ?a ?b ?c } }", "SERVICE .* 1, Spalte 16"),
        ("SELECT $this { 5SERVICE ?x { ?a ?b ?c } }", "SERVICE"),
        ("SELECT $this { VALUES ?x { 1 } }", "VALUES"),
        ("SELECT $this { $this ex:p ?x } VALUES ?x { 1 }", "VALUES"),
        ("SELECT $this { BIND (1 AS ?this) }", r"AS \?this"),
        ("SELECT (1 AS $this) { }", r"AS \$this"),
        ("SELECT $this { BIND (1 AS ?currentShape) }", r"AS \?currentShape"),
        ("SELECT $this { { SELECT ?x { ?x ex:p ?y } } }", r"Unterabfrage .* \$this"),
        ("SELECT $this { { SELECT * { ?this ex:p ?y } } }", r"Unterabfrage .* \$this"),
        ("SELECT ?x { $this ex:p ?x }", r"SELECT .* \$this"),
        ("SELECT $this {\n  $this ex:p }", "ab Zeile 2, Spalte 14"),
        ("SELECT $this { FILTER (?x = }", "ab Zeile 1, Spalte 29"),
        ("SELECT $this { $this no:p ?x }", "Präfix no: .* Spalte 22"),
        ("SELECT $this { $this $PATH ?x }", r"\$PATH .* Property-Shapes"),
        ("SELECT $this { FILTER (ex:f($this)) }", "custom function"),
        ("ASK { $this ex:p ?x }", "SELECT, nicht mit ASK"),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "Zeile 1, Spalte 1"),
        ("DELETE WHERE { ?s ?p ?o }", "Zeile 1, Spalte 1"),
        ("SELECT $this { << ?a ?b ?c >> ex:p $this }", "Zeile 1, Spalte 16"),
        ("", "am Ende"),
    ],
)
def test_faults_name_line_and_column(query: str, words: str) -> None:
    """A query that SHACL or SPARQL does not allow is refused before any data is seen."""
    with pytest.raises(ShapesError) as caught:
        plan(select(query, target="sh:targetNode ex:nobody"))
    assert len(caught.value.faults) == 1
    fault = caught.value.faults[0]
    assert (fault.node, fault.predicate) == (
        "<http://example.com/ns#Check>",
        "<http://www.w3.org/ns/shacl#select>",
    )
    assert re.search(words, fault.text.de), fault.text.de


@pytest.mark.parametrize(
    "body",
    [
        "FILTER (" + "(" * 5_000 + "1" + ")" * 5_000 + ")",
        "FILTER (" + "!" * 9_000 + "true)",
        "{ " * 5_000 + "} " * 5_000,
        "{ " * 90 + "} " * 90,
        "$this ex:p" + "/ex:p" * 1_000 + " ?x",
        "$this ex:p ?x " + "; ex:p ?x " * 1_000,
        "$this ex:p " + "[ ex:p " * 3_000 + "1" + "]" * 3_000,
        "<< ?a ?b ?c >> ex:p ?x " + "; ex:p ?x " * 2_000,
        "FILTER (1" + " + 1" * 20_000 + ")",
    ],
)
def test_what_would_take_the_process_or_minutes_is_refused(body: str) -> None:
    """Oxigraph ends the process on deep queries and does not end on long joins."""
    started = time.process_time()
    with pytest.raises(ShapesError, match=r"too large|cannot be understood"):
        plan(select(f"SELECT $this {{ {body} }}"))
    assert time.process_time() - started < 20


def test_exists_within_exists_has_an_end() -> None:
    """Many patterns in EXISTS stay as they are when one in the other would be too deep."""
    patterns = " . ".join(f"?x{number} ex:p ?x{number + 1}" for number in range(100))
    query = f"SELECT $this {{ FILTER EXISTS {{ $this ex:p ?x0 . {patterns} }} }}"
    assert found("ex:a ex:p ex:b .", select(query)) == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $this { $this ex:p ?x FILTER (?x = $PATH) }",
        "SELECT $this { $PATH ex:p $this }",
        "SELECT $this $PATH { $this $PATH ?x }",
    ],
)
def test_path_stands_for_a_predicate_only(query: str) -> None:
    """$PATH in any place but that of the predicate is refused."""
    shapes = select(query, "ex:Shape sh:path ex:p .").replace("a sh:NodeShape ; ", "")
    with pytest.raises(ShapesError, match=r"PATH|understood"):
        plan(shapes)


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ("ex:Shape a sh:NodeShape ; sh:sparql ex:Check .", "sh:select is missing"),
        ('ex:Shape a sh:NodeShape ; sh:sparql "SELECT" .', "literal cannot be a constraint"),
        (select("SELECT $this {}", 'ex:Check sh:select "SELECT $this { }" .'), "2 times"),
        (select("SELECT $this {}", 'ex:Check sh:deactivated "no" .'), "not a boolean"),
        (select("SELECT $this {}", "ex:Check sh:message 5 ."), "not a string"),
        (
            select("SELECT $this {}")
            + 'ex:Prefixes sh:declare [ sh:prefix "ex" ; sh:namespace "http://o/"^^xsd:anyURI ] .',
            "several namespaces",
        ),
        (select("SELECT $this {}") + 'ex:Prefixes sh:declare [ sh:prefix "x" ] .', "sh:namespace"),
        ('ex:Shape sh:sparql [ sh:select "SELECT $this {}"@en ] ; a sh:NodeShape .', "plain"),
    ],
)
def test_constraints_that_are_not_well_formed_are_refused(shapes: str, words: str) -> None:
    """What is missing or said twice is named."""
    with pytest.raises(ShapesError, match=words):
        read_shapes(turtle(shapes))
