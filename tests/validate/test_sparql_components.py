"""Constraint components of one's own: parameters, validators and what they report."""

from __future__ import annotations

import pytest
from tests.validate.sparql_shapes import E, found, report, turtle

from kg.validate.shape_graph import ShapesError, ShapesGraph
from kg.validate.sparql_components import instances, local_name, read_components

ONE = """
ex:Least a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ] ;
  sh:message "at least {$least}, not {?value}" ;
  sh:validator [ a sh:SPARQLAskValidator ; sh:ask "ASK { FILTER ($value >= $least) }" ] .
"""
TWO = """
ex:Between a sh:ConstraintComponent ;
  sh:parameter [ sh:path ex:low ] , [ sh:path ex:high ; sh:optional true ] ;
  sh:validator [ sh:ask "ASK { FILTER ($value >= $low && (!bound($high) || $value <= $high)) }" ] .
"""
DATA = "ex:a ex:n 1 , 5 , 9 ; ex:m 2 ."


def shape(parameters: str) -> str:
    """Return a property shape of ex:n with parameters."""
    return f"ex:Shape a sh:PropertyShape ; sh:path ex:n ; sh:targetNode ex:a ; {parameters} ."


def test_a_component_with_one_parameter_is_a_constraint_for_each_value() -> None:
    """Two values of the only parameter are two constraints."""
    rows = found(DATA, ONE + shape("ex:least 4 , 6"))
    numbers = [str(row[2])[1] for row in rows]
    assert sorted(numbers) == ["1", "1", "5"]
    assert {row[1] for row in rows} == {"n"}


def test_a_component_with_several_parameters_is_one_constraint() -> None:
    """A parameter that is optional may be absent; its variable is then unbound."""
    assert [str(row[2])[1] for row in found(DATA, TWO + shape("ex:low 3 ; ex:high 7"))] == [
        "1",
        "9",
    ]
    assert [str(row[2])[1] for row in found(DATA, TWO + shape("ex:low 3"))] == ["1"]
    assert found(DATA, TWO + shape("ex:high 7")) == []


def test_a_parameter_of_several_has_one_value() -> None:
    """Two values for one of several parameters are refused."""
    with pytest.raises(ShapesError, match="2 times"):
        report(DATA, TWO + shape("ex:low 3 , 4 ; ex:high 7"))


def test_result_names_the_component_and_fills_its_message() -> None:
    """The component is that of the result; its message is used when the validator has none."""
    (result,) = report(DATA, ONE + shape("ex:least 2")).results
    assert result.component == f"{E}Least"
    assert result.constraint is None
    assert result.messages == (("at least 2, not 1", ""),)


def test_message_of_the_validator_comes_first() -> None:
    """A validator's own message wins over the component's."""
    own = ONE.replace("a sh:SPARQLAskValidator ;", 'sh:message "own"@en ;')
    (result,) = report(DATA, own + shape("ex:least 2")).results
    assert result.messages == (("own", "en"),)


def test_validators_fit_the_kind_of_shape() -> None:
    """sh:nodeValidator is for node shapes, sh:propertyValidator for property shapes."""
    both = """
    ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:par ] ;
      sh:nodeValidator [ sh:select "SELECT $this ('node' AS ?value) { FILTER ($par = 1) }" ] ;
      sh:propertyValidator [
        sh:select "SELECT $this ?value { $this $PATH ?value FILTER (?value > $par) }" ] .
    """
    assert [str(row[2])[1] for row in found(DATA, both + shape("ex:par 1"))] == ["5", "9"]
    node = "ex:Shape a sh:NodeShape ; sh:targetNode ex:a ; ex:par 1 ."
    assert found(DATA, both + node) == [("a", None, '"node"')]
    without = both.replace("sh:nodeValidator", "ex:nothing")
    assert found(DATA, without + node) == []


def test_types_may_be_subclasses() -> None:
    """A component may have a subclass of sh:ConstraintComponent as its type."""
    below = ONE.replace("a sh:ConstraintComponent", "a ex:Kind")
    below += (
        "ex:Kind rdfs:subClassOf ex:Middle . ex:Middle rdfs:subClassOf sh:ConstraintComponent ."
    )
    assert len(found(DATA, below + shape("ex:least 2"))) == 1


def test_values_may_be_blank_nodes_and_literals_as_subjects() -> None:
    """A parameter that is a blank node is given as such; a literal has no properties."""
    component = """
    ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:par ] ;
      sh:validator [
        sh:ask "ASK { FILTER (isBlank($par)) FILTER NOT EXISTS { $par $value ?x } }" ] .
    """
    assert found(DATA, component + shape("ex:par [ ex:n 1 ]")) == []
    assert len(found(DATA, component + shape("ex:par 1"))) == 3


def test_constraints_keep_their_parameters() -> None:
    """`terms` are the values, `predicate` the first parameter, and the query is kept."""
    graph = ShapesGraph(turtle(TWO + shape("ex:low 3 ; ex:high 7")))
    (one,) = instances(graph, f"<{E}Shape>", None, read_components(graph))
    assert (one.component, one.sparql) == (f"{E}Between", True)
    assert dict(one.extra.bindings).keys() == {"low", "high"}
    assert one.extra.text.startswith("ASK")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("sh:path ex:least", "sh:path ex:this"), "name of a variable"),
        (("sh:path ex:least", "sh:path ex:my-name"), "name of a variable"),
        (("sh:path ex:least", "sh:path ( ex:least ex:more )"), "exactly one IRI"),
        (("[ sh:path ex:least ]", "[ sh:path ex:x ] , [ sh:path <http://o/x> ]"), "same name"),
        (("[ sh:path ex:least ]", "[ sh:path ex:least ; sh:optional true ]"), "at least one"),
        (("sh:ask", "ex:ask"), "sh:ask is missing"),
        (("ASK {", "ASK { BIND (1 AS ?value)"), "AS .value"),
        (("ASK {", "ASK { BIND (1 AS ?least)"), "AS .least"),
        (("ASK {", "ASK { { SELECT $this $value { } }"), "least"),
        (("ASK {", "SELECT $this {"), "ASK, not with SELECT"),
        (("$least) }", "$least }"), "cannot be understood"),
    ],
)
def test_faults_are_found_even_if_no_shape_uses_the_component(
    change: tuple[str, str], words: str
) -> None:
    """A component that is not well-formed is refused, and its query is read, in any case."""
    text = ONE if change[0] != "sh:ask" else ONE.replace("a sh:SPARQLAskValidator ; ", "")
    assert change[0] in text
    with pytest.raises(ShapesError, match=words):
        report(DATA, text.replace(*change))


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("http://example.com/ns#lang", "lang"),
        ("http://example.com/a/b", "b"),
        ("urn:x", ""),
        ("urn:ab", "b"),
        ("http://example.com/1a", "a"),
        ("http://example.com/", ""),
    ],
)
def test_local_name_is_the_ncname_at_the_end(iri: str, name: str) -> None:
    """The name does not follow the first colon directly and begins with a letter."""
    assert local_name(iri) == name
