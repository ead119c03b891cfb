"""Contributions over HTTP: handed in, listed, shown, decided on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from tests.serve.writing.conftest import Town

from kg.write import submissions
from kg.write.requests import Decide, Document, Outcome, Submit
from kg.write.submissions import Decision, Submission

TURTLE = b"<urn:a> <urn:b> <urn:c> . # as it came\n"
TRIPLES = b"<urn:d> <urn:b> <urn:c> .\n"
PLAIN = {"Content-Type": "text/turtle"}
REPORT = {"valid": True, "results": []}


@pytest.fixture(autouse=True)
def _clean(town: Town) -> Iterator[None]:
    """Leave no contribution to other tests."""
    yield
    shutil.rmtree(town.project.root / "journal" / "contributions", ignore_errors=True)


def handed_in(
    town: Town, agent: str = "contribute 1", *, status: str = "pending", several: bool = False
) -> str:
    """Keep a contribution as the writer does and return its name."""
    folder = town.project.root / "journal"
    documents: tuple[Document, ...] = (Document(TURTLE, "text/turtle", "a.ttl"),)
    if several:
        documents = (*documents, Document(TRIPLES, "application/n-triples", "b.nt"))
    given = Submission(documents, agent, "note", "https://a.example/s", report=REPORT)
    name = submissions.add(folder, given)
    if status == "accepted":
        submissions.decide(folder, name, Decision("accepted", "publish 1", commit=4))
    if status == "rejected":
        submissions.decide(folder, name, Decision("rejected", "publish 1", "no source"))
    return name


def test_submit(town: Town) -> None:
    """A contribution reaches the writer with its words, and the answer says where it is."""
    town.writer.outcome = Outcome(
        "committed", report=REPORT, impact={"entailed": {}}, more={"id": "20260101-abcdef"}
    )
    headers = {**PLAIN, "Kg-Note": "Beschluss", "Link": "<https://a.example/s>; rel=source"}
    response = town.send("POST", "/contributions", "contribute", content=TURTLE, headers=headers)
    assert response.status_code == 202
    assert response.headers["location"] == "http://testserver/contributions/20260101-abcdef"
    found = response.json()
    assert (found["id"], found["status"]) == ("20260101-abcdef", "pending")
    assert found["report"] == REPORT
    assert found["impact"] == {"entailed": {}}
    asked = town.writer.last
    document = Document(TURTLE, "text/turtle", "data.ttl")
    assert asked.operation == Submit((document,), "Beschluss", "https://a.example/s")
    assert asked.about.note == "Beschluss"
    assert not asked.may_publish


def test_submit_form(town: Town) -> None:
    """In a form the note and the source are fields, and files are documents."""
    town.writer.outcome = Outcome("committed", more={"id": "x"})
    files = [("data", ("käfer.ttl", TURTLE, "text/turtle")), ("data", ("b.nt", TRIPLES, ""))]
    fields = {"note": "Ein\nBeschluß", "source": "https://a.example/s"}
    response = town.send("POST", "/contributions", "contribute", files=files, data=fields)
    assert response.status_code == 202, response.text
    operation = town.writer.last.operation
    assert isinstance(operation, Submit)
    assert (operation.note, operation.source) == ("Ein\nBeschluß", "https://a.example/s")
    assert [each.content for each in operation.documents] == [TURTLE, TRIPLES]
    assert [each.name for each in operation.documents] == ["käfer.ttl", "b.nt"]


@pytest.mark.parametrize(
    ("status", "options"),
    [
        (415, {}),
        (400, {"files": {"note": (None, "x")}}),
        (400, {"files": [("note", (None, "x")), ("note", (None, "y"))]}),
        (400, {"files": {"data": ("a.ttl", b""), "source": (None, "no iri")}}),
        (415, {"files": {"data": ("a.pdf", b"%PDF")}}),
        (400, {"files": {"data": ("a.ttl", b""), "dry-run": (None, "")}}),
        (400, {"content": b"", "headers": {**PLAIN, "Link": "<x>; rel=source"}}),
    ],
)
def test_bad_submission(town: Town, status: int, options: dict[str, Any]) -> None:
    """What has no data or is no form is refused before anybody is asked."""
    response = town.send("POST", "/contributions", "contribute", **options)
    assert response.status_code == status, response.text
    assert town.writer.asked == []


def test_refused(town: Town) -> None:
    """A contribution that is not valid is a 422 with the report; dry, it is a 200."""
    report = {"valid": False, "results": []}
    town.writer.outcome = Outcome("refused", report=report)
    for path, status in (("/contributions", 422), ("/contributions?dry-run", 200)):
        response = town.send("POST", path, "contribute", content=TURTLE, headers=PLAIN)
        assert response.status_code == status
        assert response.json()["report"] == report
        assert "location" not in response.headers


def test_list(town: Town) -> None:
    """All are listed for those with a token, the newest first; for others what was accepted."""
    names = [
        handed_in(town),
        handed_in(town, status="accepted"),
        handed_in(town, status="rejected"),
    ]
    found = town.send("GET", "/contributions", "contribute").json()
    assert {each["id"] for each in found["contributions"]} == set(names)
    assert found["complete"] is True
    accepted = town.send("GET", "/contributions", "").json()["contributions"]
    assert [each["id"] for each in accepted] == [names[1]]
    assert accepted[0]["url"] == f"http://testserver/contributions/{names[1]}"
    assert "file" not in accepted[0]["documents"][0]
    rejected = town.send("GET", "/contributions?status=rejected").json()["contributions"]
    assert [each["id"] for each in rejected] == [names[2]]
    first = town.send("GET", "/contributions?limit=1").json()
    assert (len(first["contributions"]), first["complete"]) == (1, False)
    for query in ("status=open", "limit=0", "limit=x", "limit=1e9"):
        assert town.send("GET", f"/contributions?{query}").status_code == 400


@pytest.mark.parametrize("path", ["{}", "{}.ttl", "{}/documents/1"])
def test_visible(town: Town, path: str) -> None:
    """What waits is for those with a token; what was accepted is for all."""
    waiting = "/contributions/" + path.format(handed_in(town))
    accepted = "/contributions/" + path.format(handed_in(town, status="accepted"))
    assert town.send("GET", waiting, "").status_code == 401
    assert town.send("HEAD", waiting, "").status_code == 401
    own = town.send("GET", waiting, "contribute")
    assert own.status_code == 200
    assert own.headers["cache-control"] == "no-store"
    assert town.send("GET", accepted, "").status_code == 200
    assert town.send("GET", accepted, "").headers["access-control-allow-origin"] == "*"
    wrong = town.client.get(waiting, headers={"Authorization": "Bearer x"})
    assert wrong.status_code == 401


def test_show(town: Town) -> None:
    """A contribution is shown with its report and its documents, byte for byte."""
    name = handed_in(town, several=True)
    found = town.send("GET", f"/contributions/{name}").json()
    assert (found["status"], found["agent"], found["note"]) == ("pending", "contribute 1", "note")
    assert found["report"] == REPORT
    assert found["impact"] is None
    for entry, content in zip(found["documents"], (TURTLE, TRIPLES), strict=True):
        response = town.send("GET", entry["url"].removeprefix("http://testserver"))
        assert response.content == content
        assert response.headers["content-type"].startswith(entry["media_type"])
    assert town.send("GET", f"/contributions/{name}/documents/3").status_code == 404


def test_turtle(town: Town) -> None:
    """One document of Turtle is given as it came, several are given as one."""
    one = town.send("GET", f"/contributions/{handed_in(town)}.ttl")
    assert one.content == TURTLE
    both = town.send("GET", f"/contributions/{handed_in(town, several=True)}.ttl")
    assert both.headers["content-type"] == "text/turtle; charset=utf-8"
    assert "<urn:a>" in both.text
    assert "<urn:d>" in both.text


@pytest.mark.parametrize("name", ["20260101-000000", "x", "...", "%2e%2e%2e", "20260101-00000g"])
def test_unknown(town: Town, name: str) -> None:
    """What there is not is a 404."""
    for path in (f"/contributions/{name}", f"/contributions/{name}.ttl"):
        assert town.send("GET", path).status_code == 404
    response = town.send("POST", f"/contributions/{name}", json={"decision": "reject"})
    assert response.status_code == 404
    assert town.writer.asked == []


@pytest.mark.parametrize(
    ("decision", "status"),
    [("accept", "accepted"), ("reject", "rejected"), ("withdraw", "withdrawn")],
)
def test_decide(town: Town, decision: Any, status: str) -> None:
    """A publisher decides, with a note."""
    name = handed_in(town)
    sent = {"decision": decision, "note": " gut "}
    response = town.send("POST", f"/contributions/{name}", json=sent)
    assert response.status_code == 200
    assert response.json()["status"] == status
    assert response.json()["id"] == name
    assert town.writer.last.operation == Decide(name, decision, "gut")
    assert town.writer.last.about.note == "gut"


def test_decide_with_a_small_scope(town: Town) -> None:
    """Who contributes withdraws their own, and decides on nothing else but to try it."""
    own, other = handed_in(town), handed_in(town, "somebody")
    for name, decision, status in (
        (own, "accept", 403),
        (own, "reject", 403),
        (other, "withdraw", 403),
        (own, "withdraw", 200),
    ):
        response = town.send(
            "POST", f"/contributions/{name}", "contribute", json={"decision": decision}
        )
        assert response.status_code == status
        if status == 403:
            assert 'scope="publish"' in response.headers["www-authenticate"]
    assert len(town.writer.asked) == 1
    town.writer.outcome = Outcome("checked")
    path = f"/contributions/{own}?dry-run"
    response = town.send("POST", path, "contribute", json={"decision": "accept"})
    assert response.status_code == 200
    assert town.writer.last.dry_run


@pytest.mark.parametrize(
    ("status", "options"),
    [
        (415, {"data": {"decision": "accept"}}),
        (415, {"content": b'{"decision": "accept"}'}),
        (400, {"json": {}}),
        (400, {"json": []}),
        (400, {"json": {"decision": "perhaps"}}),
        (400, {"json": {"decision": ["accept"]}}),
        (400, {"json": {"decision": "accept", "note": 1}}),
        (400, {"json": {"decision": "accept", "note": "x" * 10_001}}),
        (400, {"content": b"{", "headers": {"Content-Type": "application/json"}}),
        (413, {"json": {"decision": "accept", "note": "x" * 70_000}}),
    ],
)
def test_bad_decision(town: Town, status: int, options: dict[str, Any]) -> None:
    """What is no decision is refused before anybody is asked."""
    response = town.send("POST", f"/contributions/{handed_in(town)}", **options)
    assert response.status_code == status
    assert town.writer.asked == []


def test_conflict(town: Town) -> None:
    """What is decided already is a 409."""
    town.writer.outcome = Outcome("failed", fault="conflict")
    name = handed_in(town, status="accepted")
    response = town.send("POST", f"/contributions/{name}", json={"decision": "reject"})
    assert response.status_code == 409
