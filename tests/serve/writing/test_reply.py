"""What the writer says becomes a status, a problem or a report."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pyoxigraph import RdfFormat, Store, parse
from tests.serve.writing.conftest import Town

from kg.errors import Place, Text
from kg.reason.closure import Contradiction
from kg.reason.impact import Impact
from kg.serve.writing.reports import impact_of, path_of, report_of
from kg.validate.paths import Alternative, Inverse, Path, Repeat, Sequence, Step
from kg.validate.render import RENDERERS
from kg.validate.render_json import report_dict
from kg.validate.report import Proposal, Report, Result, Spots
from kg.write.requests import Fault, Outcome

P, Q = Step("<urn:p>"), Step("<urn:q>", True)
TREES: list[Path] = [
    P,
    Q,
    Sequence((P, Q)),
    Alternative((P, Sequence((Q, P)))),
    Repeat(P, 0, True),
    Repeat(Sequence((P, Q)), 1, True),
    Repeat(Q, 0, False),
    Inverse(Sequence((P, P))),
    Sequence((Alternative((P, Q)), Inverse(Repeat(P, 0, True)))),
    Repeat(Repeat(P, 0, True), 0, False),
]
FINDING = Result(
    severity="Violation",
    message=Text("Es fehlt ein „Name“.", "A “name” is missing."),
    focus="<urn:x>",
    path=str(TREES[3]),
    value='"7"^^<http://www.w3.org/2001/XMLSchema#integer>',
    component="http://www.w3.org/ns/shacl#MinCountConstraintComponent",
    shape="urn:shape",
    graph="urn:g",
    places=(Place("a.ttl", 3, 4), Place("b.jsonld", pointer="/a/0")),
    tree=TREES[3],
    source_shape="<urn:shape>",
    constraint="_:c",
    messages=(("Fehlt", "de"), ("x", "")),
    spots=Spots(focus=Place("a.ttl", 3, 4), value=Place("a.ttl", 3, 9)),
    proposal=Proposal(Text("Schreiben Sie …", "Write …"), ('"7"', '"8"'), "<urn:x> <urn:p> 1 ."),
)
REPORT = Report(
    (
        FINDING,
        Result("Info", Text("d", "e"), "_:b", details=(FINDING,), severity_iri="urn:grave"),
    ),
    {"triples": 12},
)
IMPACT = Impact(
    {"<urn:p>": (("<urn:a>", "<urn:p>", "<urn:b>"),)},
    {},
    (Contradiction("cax-dw", (("<urn:a>", "<urn:b>", "<urn:c>"),)),),
    (),
    "ontology",
)
REFUSED = Outcome("refused", report=report_dict(REPORT), impact=IMPACT.as_dict())
INSERT = "INSERT DATA { <urn:a> <urn:b> 1 }"
STATUSES = {
    "syntax": 400,
    "media": 415,
    "not-found": 404,
    "forbidden": 403,
    "precondition": 412,
    "conflict": 409,
    "too-large": 413,
    "unavailable": 503,
    "internal": 500,
    "query": 400,
}


@pytest.mark.parametrize("fault", get_args(Fault))
def test_fault(town: Town, fault: Fault) -> None:
    """Each fault has its status, its words in the language that is asked for, and its place."""
    town.writer.outcome = Outcome(
        "failed", fault=fault, text=Text("Nein.", "No."), line=3, column=5, more={"document": "x"}
    )
    response = town.update(INSERT, headers={"Accept-Language": "de"})
    assert response.status_code == STATUSES[fault]
    found = response.json()
    assert (found["detail"], found["line"], found["column"]) == ("Nein.", 3, 5)
    assert found["document"] == "x"
    assert ("retry-after" in response.headers) is (fault == "unavailable")
    assert town.writer.last.lang == "de"
    line = town.audit()[-1]
    assert (line["status"], line["commit"]) == (STATUSES[fault], 0)


def test_refused(town: Town) -> None:
    """What is refused is a 422 with report and impact."""
    town.writer.outcome = REFUSED
    response = town.update(INSERT)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    found = response.json()
    assert found["type"] == "/problems/invalid"
    assert found["report"] == report_dict(REPORT)
    assert found["impact"] == IMPACT.as_dict()
    assert found["valid"] is False
    assert (town.audit()[-1]["status"], town.audit()[-1]["why"]) == (422, "invalid")


@pytest.mark.parametrize("accept", ["application/pdf", "text/html", "*/*", "application/json"])
def test_accept_is_no_hindrance(town: Town, accept: str) -> None:
    """Whatever a client accepts, a write is not refused for it."""
    assert town.update(INSERT, headers={"Accept": accept}).status_code == 200
    town.writer.outcome = REFUSED
    response = town.update(INSERT, headers={"Accept": accept})
    assert response.json()["status"] == 422


@pytest.mark.parametrize("media_type", ["text/turtle", "application/ld+json"])
@pytest.mark.parametrize(("path", "status"), [("/sparql", 422), ("/sparql?dry-run", 200)])
def test_report_graph(town: Town, media_type: str, path: str, status: int) -> None:
    """The report is a graph of SHACL for those who ask for one."""
    town.writer.outcome = REFUSED
    response = town.update(INSERT, path=path, headers={"Accept": media_type})
    assert response.status_code == status
    assert response.headers["content-type"].startswith(media_type)
    form = RdfFormat.from_media_type(media_type)
    assert form is not None
    store = Store()
    store.extend(parse(response.content, form))
    ask = """PREFIX sh: <http://www.w3.org/ns/shacl#> ASK {
        ?r a sh:ValidationReport ; sh:conforms %s ;
           sh:result [ sh:focusNode <urn:x> ; sh:resultPath [ sh:alternativePath ?list ] ] }"""
    assert store.query(ask % "false")
    assert not store.query(ask % "true")


def test_report_text(town: Town) -> None:
    """The report is text, with what would follow, for those who ask for that."""
    town.writer.outcome = REFUSED
    response = town.update(INSERT, headers={"Accept": "text/plain", "Accept-Language": "de"})
    assert response.status_code == 422
    assert "Es fehlt ein „Name“." in response.text
    assert "Neue Widersprüche: 1" in response.text
    assert response.headers["content-language"] == "de"


@pytest.mark.parametrize("form", sorted(RENDERERS))
def test_report_comes_back(form: str) -> None:
    """A report that went through JSON is shown as before in every form."""
    back = report_of(report_dict(REPORT))
    prefixes = {"ex": "urn:"}
    assert RENDERERS[form](back, "de", prefixes) == RENDERERS[form](REPORT, "de", prefixes)


def test_impact_comes_back() -> None:
    """An impact that went through JSON is the same."""
    raw: dict[str, Any] = IMPACT.as_dict()
    assert impact_of(raw) == IMPACT


@pytest.mark.parametrize("tree", TREES, ids=str)
def test_path(tree: Path) -> None:
    """A path is read as it is written."""
    assert path_of(str(tree)) == tree


@pytest.mark.parametrize("text", ["", "p", "<p", "<p>/", "(<p>", "<p>)", "^", "<p> <q>", "<p>|*"])
def test_no_path(text: str) -> None:
    """What is no path is none."""
    assert path_of(text) is None
