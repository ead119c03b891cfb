"""The reference validator reports what SHACL asks for, in both languages, or says why not."""

from __future__ import annotations

import pytest
from tests.helpers import triples

from kg.errors import StageError
from kg.validate.reference import check
from kg.validate.report import Result

SHAPES = """
e:PersonShape a sh:NodeShape ; sh:targetClass e:Person ;
  sh:property [ sh:path e:name ; sh:minCount 1 ; sh:message "Name fehlt."@de , "No name."@en ] ;
  sh:property [ sh:path e:age ; sh:datatype xsd:integer ; sh:severity sh:Warning ] ;
  sh:property [ sh:path [ sh:inversePath e:knows ] ; sh:maxCount 1 ] ;
  sh:property [ sh:path e:mother ; sh:node e:MotherShape ] .
e:MotherShape a sh:NodeShape ; sh:property [ sh:path e:name ; sh:minCount 1 ] .
"""
DATA = """
e:Child rdfs:subClassOf e:Person .
e:ann a e:Child ; e:age "old" .
e:bob a e:Person ; e:name "Bob" ; e:knows e:cid ; e:mother e:eve .
e:cid a e:Person ; e:name "Cid" .
e:dan a e:Person ; e:name "Dan" ; e:knows e:cid .
"""
E = "https://example.org/"
SH = "http://www.w3.org/ns/shacl#"


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    """The findings by the local name of their constraint component."""
    report = check(triples(DATA), triples(SHAPES))
    return {(result.component or "").removeprefix(SH): result for result in report.results}


def test_each_fault_is_found_once(results: dict[str, Result]) -> None:
    """Four constraints are broken, one by an instance of a subclass; details are not results."""
    names = {"MinCount", "Datatype", "MaxCount", "Node"}
    assert set(results) == {f"{name}ConstraintComponent" for name in names}


def test_message_in_both_languages(results: dict[str, Result]) -> None:
    """The messages of the shape are kept by language; path, focus and shape are named."""
    result = results["MinCountConstraintComponent"]
    assert result.message.as_dict() == {"de": "Name fehlt.", "en": "No name."}
    assert (result.focus, result.path) == (f"<{E}ann>", f"<{E}name>")
    assert result.shape == f"{E}PersonShape"
    assert result.severity == "Violation"


def test_severity_and_value(results: dict[str, Result]) -> None:
    """A severity of the shape and the value at fault are reported."""
    result = results["DatatypeConstraintComponent"]
    assert (result.severity, result.value) == ("Warning", '"old"')


@pytest.mark.parametrize("value", ['"007"^^<%sinteger>', '"2020-01-01Z"^^<%sdate>', '"a\\nb"'])
def test_value_is_as_written(value: str) -> None:
    """The value at fault is given in its own lexical form, so that it is found in the file."""
    value = value.replace("%s", "http://www.w3.org/2001/XMLSchema#")
    shape = "e:S a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:b ; sh:in () ] ."
    (result,) = check(triples(f"e:a e:b {value} ."), triples(shape)).results
    assert result.value == value


def test_inverse_path(results: dict[str, Result]) -> None:
    """An inverse path is written with ^ and no blank node is shown."""
    assert results["MaxCountConstraintComponent"].path == f"^<{E}knows>"


def test_focus_restricts_targets_but_not_nested_shapes() -> None:
    """With focus nodes only they are reported; what they refer to is judged as before."""
    report = check(triples(DATA), triples(SHAPES), focus=[f"{E}bob"])
    assert [(r.focus, r.path) for r in report.results] == [(f"<{E}bob>", f"<{E}mother>")]
    named = DATA + 'e:eve e:name "Eve" .'
    assert check(triples(named), triples(SHAPES), focus=[f"{E}bob"]).results == ()


def test_broken_shapes() -> None:
    """Shapes that are not well-formed are a fault of the stage, in a sentence."""
    shapes = "e:S a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:minCount 1 ] ."
    with pytest.raises(StageError) as caught:
        check(triples("e:a e:b e:c ."), triples(shapes))
    assert "Traceback" not in caught.value.to("en")
