"""A report reads well for people, is stable for programs and is SHACL for platforms."""

from __future__ import annotations

import json

import pytest
from rdflib import RDF, SH, Graph, Literal, URIRef

from kg.errors import Place, Text
from kg.validate.render import as_brief, as_json, as_text, as_turtle
from kg.validate.report import Report, Result

E = "https://example.org/"
PREFIXES = {"e": E}
WRONG = Result(
    severity="Violation",
    message=Text(de='Der „Name" fehlt.', en='The "name" is missing.'),
    focus=f"<{E}ann>",
    path=f"^<{E}name>",
    component=str(SH.MinCountConstraintComponent),
    shape=f"{E}PersonShape",
    places=(Place("data/a.ttl", 2, 1), Place("data/b.ttl", 4, 1)),
)
HINT = Result("Info", Text(de="Nur so.", en="Just so."), focus=f"<{E}bob>", rule="just-so")
REPORT = Report((WRONG, HINT), {"triples": 12})


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "de",
            ["data/a.ttl:2:1: Verstoß: Der", "e:ann  ^e:name", "(e:PersonShape)", "auch data/b"],
        ),
        ("en", ['Violation: The "name" is missing.', "also data/b.ttl:4:1", "(just-so)"]),
    ],
)
def test_text(lang: str, expected: list[str]) -> None:
    """The text has place, severity, message, terms in short form, shape and further places."""
    text = as_text(REPORT, lang, PREFIXES)
    assert [part for part in expected if part not in text] == []


def test_last_line_counts() -> None:
    """The last line says whether it is valid and counts the findings."""
    assert as_text(REPORT, "en", PREFIXES).splitlines()[-1] == (
        "Not valid: 1 violation, 0 warnings, 1 info in 12 triples."
    )
    assert as_text(Report((HINT,)), "de", {}).splitlines()[-1].startswith("Gültig: 0 Verstöße")


def test_brief() -> None:
    """In brief, only violations are shown; the last line says how to see the others."""
    text = as_brief(REPORT, "en", PREFIXES)
    assert "is missing" in text
    assert "Just so" not in text
    assert text.endswith("1 info in 12 triples. To see them all: kg validate")
    assert not as_brief(Report((WRONG,)), "de", PREFIXES).endswith("kg validate")


def test_json() -> None:
    """The JSON has stable names, both languages and places."""
    document = json.loads(as_json(REPORT, "en", PREFIXES))
    assert (document["valid"], document["conforms"]) == (False, False)
    assert document["counts"] == {"violation": 1, "warning": 0, "info": 1}
    first = document["results"][0]
    assert first["message"] == WRONG.message.as_dict()
    assert first["places"][0] == {"file": "data/a.ttl", "line": 2, "column": 1}


def test_turtle_is_a_validation_report() -> None:
    """The Turtle parses; it conforms only when there is no result at all (SHACL 3.6.1)."""
    graph = Graph().parse(data=as_turtle(REPORT, "en", PREFIXES), format="turtle")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms) == Literal(False)
    (result,) = graph.subjects(SH.focusNode, URIRef(f"{E}ann"))
    path = graph.value(result, SH.resultPath)
    assert path is not None
    assert graph.value(path, SH.inversePath) == URIRef(f"{E}name")
    assert {str(message) for message in graph.objects(result, SH.resultMessage)} == {
        'Der „Name" fehlt.',
        'The "name" is missing.',
    }
    hints = Graph().parse(data=as_turtle(Report((HINT,)), "en", {}), format="turtle")
    assert (None, SH.conforms, Literal(False)) in hints
    clean = Graph().parse(data=as_turtle(Report(), "en", {}), format="turtle")
    assert (None, SH.conforms, Literal(True)) in clean
