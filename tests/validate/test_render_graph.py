"""The report as RDF is a validation report of SHACL section 3.6, alike in Turtle and JSON-LD."""

from __future__ import annotations

import json
import re

import pytest
import rdflib
from pyoxigraph import RdfFormat, parse
from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from tests.helpers import canonical_form
from tests.validate.reports import ALL, HARM, HINT, PREFIXES, REPORT, E

from kg.errors import Text
from kg.validate.paths import Inverse, Path, Repeat, Sequence, Step
from kg.validate.render_jsonld import as_jsonld
from kg.validate.render_turtle import as_turtle
from kg.validate.report import Report, Result


@pytest.fixture(autouse=True)
def _lexical_forms_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def graph_of(report: Report) -> Graph:
    """The report in Turtle, as rdflib reads it."""
    return Graph().parse(data=as_turtle(report, "en", PREFIXES), format="turtle")


def with_path(path: Path) -> Report:
    """A report whose only finding has this path."""
    text = Text(de="", en="")
    return Report((Result("Info", text, "<e:a>", path=str(path), tree=path, rule="r"),))


def test_turtle_is_a_validation_report() -> None:
    """The Turtle parses; it conforms only when there is no result at all (SHACL 3.6.1)."""
    graph = graph_of(REPORT)
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
    assert (None, SH.conforms, Literal(False)) in graph_of(Report((HINT,)))
    assert (None, SH.conforms, Literal(True)) in graph_of(Report())


def test_every_result_is_complete() -> None:
    """Each result, details too, has exactly one of what SHACL section 3.6.2 demands."""
    graph = graph_of(ALL)
    results = list(graph.subjects(RDF.type, SH.ValidationResult))
    assert len(results) == len(ALL.results) + 1
    for result in results:
        for name in (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent):
            assert len(list(graph.objects(result, name))) == 1
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert len(list(graph.objects(report, SH.result))) == len(ALL.results)


def test_a_check_of_our_own_has_a_component() -> None:
    """A finding of a rule names it in the namespace of kg's checks, with odd signs escaped."""
    odd = Result("Info", Text(de="", en=""), "<e:a>", rule="a b/ä")
    found = set(graph_of(Report((HINT, odd))).objects(None, SH.sourceConstraintComponent))
    assert found == {URIRef("urn:kg:check:just-so"), URIRef("urn:kg:check:a%20b%2F%C3%A4")}


def test_what_only_some_findings_have() -> None:
    """Value, source shape, constraint, own severity, messages with their tags and details."""
    graph = graph_of(ALL)
    (result,) = graph.subjects(SH.resultSeverity, URIRef(f"{E}Grave"))
    assert graph.value(result, SH.value) == Literal(HARM)
    messages = {(str(m), m.language) for m in graph.objects(result, SH.resultMessage)}  # type: ignore[attr-defined]
    assert messages == {(HARM, "de"), ("plain", None), (HARM, "en-gb")}
    for name in (SH.sourceShape, SH.sourceConstraint, SH.focusNode):
        assert isinstance(graph.value(result, name), BNode)
    detail = graph.value(result, SH.detail)
    assert graph.value(detail, SH.focusNode) == URIRef(f"{E}n99")


def test_blank_nodes_of_the_data_stay_one() -> None:
    """Two findings on one blank node speak of the same node."""
    text = Text(de="", en="")
    both = Report(tuple(Result("Info", text, "_:b1", rule=name) for name in "xy"))
    assert len(set(graph_of(both).objects(None, SH.focusNode))) == 1


def test_paths() -> None:
    """Sequences are lists, alternatives and repetitions nodes, inverses may be of any path."""
    a, b = Step("<e:a>"), Step("<e:b>", inverse=True)
    graph = graph_of(with_path(Sequence((a, Repeat(Inverse(Sequence((a, b))), 1, True)))))
    head = next(graph.objects(None, SH.resultPath))
    first, second = Collection(graph, head)
    assert first == URIRef("e:a")
    inside = graph.value(graph.value(second, SH.oneOrMorePath), SH.inversePath)
    assert inside is not None
    one, other = Collection(graph, inside)
    assert (one, graph.value(other, SH.inversePath)) == (URIRef("e:a"), URIRef("e:b"))
    for least, many, name in ((0, True, SH.zeroOrMorePath), (0, False, SH.zeroOrOnePath)):
        graph = graph_of(with_path(Repeat(a, least, many)))
        assert URIRef("e:a") in graph.objects(None, name)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own use of it
@pytest.mark.parametrize("report", [ALL, REPORT, Report()], ids=["all", "everyday", "none"])
def test_both_forms_are_one_graph(report: Report) -> None:
    """rdflib and pyoxigraph read the same graph from Turtle and from JSON-LD."""
    turtle, jsonld = as_turtle(report, "de", PREFIXES), as_jsonld(report, "de", PREFIXES)
    assert isomorphic(
        Graph().parse(data=turtle, format="turtle"), Graph().parse(data=jsonld, format="json-ld")
    )
    one, other = (
        canonical_form(quad.triple for quad in parse(text.encode(), form))
        for text, form in ((turtle, RdfFormat.TURTLE), (jsonld, RdfFormat.JSON_LD))
    )
    assert one == other
    assert len(one) == len(Graph().parse(data=turtle, format="turtle"))


def test_json_ld_needs_nobody() -> None:
    """The context stands in the document; there is no address to be asked for it."""
    document = json.loads(as_jsonld(ALL, "en", PREFIXES))
    assert document["@context"] == {"@vocab": str(SH)}
    assert not re.search(r'"@(?:import|context)": "', as_jsonld(ALL, "en", PREFIXES))
    assert document["@type"] == "ValidationReport"
    assert document["conforms"] is False
