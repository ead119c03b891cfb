"""SPARQL Update over HTTP: SPARQL 1.1 Protocol section 2.2."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.serve.helpers import Client
from tests.serve.writing.conftest import Town

from kg.errors import StageError, Text
from kg.serve.problems import UNAVAILABLE, RequestError
from kg.write.requests import Outcome, UpdateText

INSERT = 'INSERT DATA { <urn:a> <urn:b> "Käfer 🪲" }'
UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
def test_direct(town: Town, path: str) -> None:
    """A body that is an update reaches the writer as it is."""
    response = town.update(INSERT, path=path)
    assert response.status_code == 200
    assert response.json() == {
        "status": "committed",
        "commit": 7,
        "version": "20260101T000000Z-c7-x",
        "added": 3,
        "removed": 1,
    }
    assert response.headers["kg-commit"] == "7"
    assert response.headers["etag"].startswith('"20260101T000000Z-c7-x.')
    assert response.headers["cache-control"] == "no-store"
    assert town.writer.last.operation == UpdateText(INSERT)
    assert town.writer.last.about.kind == "update"
    assert not town.writer.last.dry_run


@pytest.mark.parametrize(
    "body",
    [
        urlencode({"update": INSERT}),
        urlencode({"format": "json", "update": INSERT}),
        "%75pdate=" + urlencode({"": INSERT})[1:],
    ],
)
def test_form(town: Town, body: str) -> None:
    """An update as a field of a form is the same."""
    response = town.send("POST", "/sparql", content=body, headers={"Content-Type": FORM})
    assert response.status_code == 200
    assert town.writer.last.operation == UpdateText(INSERT)


def test_using(town: Town) -> None:
    """The parameters for the dataset are those of the address or of the form."""
    graphs = [
        ("using-graph-uri", "urn:a"),
        ("using-graph-uri", "urn:b"),
        ("using-named-graph-uri", "urn:c"),
    ]
    expected = UpdateText(INSERT, ("urn:a", "urn:b"), ("urn:c",))
    town.update(INSERT, path=f"/sparql?{urlencode(graphs)}")
    assert town.writer.last.operation == expected
    body = urlencode([*graphs, ("update", INSERT)])
    town.send("POST", "/sparql", content=body, headers={"Content-Type": FORM})
    assert town.writer.last.operation == expected
    town.update(INSERT, path="/sparql?using-named-graph-uri=urn:c")
    assert town.writer.last.operation == UpdateText(INSERT, None, ("urn:c",))


BAD: list[tuple[int, str, dict[str, Any]]] = [
    (400, "/sparql", {"data": {"update": INSERT, "query": "ASK {}"}}),
    (400, "/sparql", {"content": urlencode([("update", "CLEAR ALL")] * 2)}),
    (400, "/sparql?query=ASK%7B%7D", {"data": {"update": INSERT}}),
    (400, "/sparql?update=CLEAR%20ALL", {"data": {"update": INSERT}}),
    (400, "/sparql?update=CLEAR%20ALL", {"data": {"x": "y"}}),
    (400, "/sparql?query=ASK%7B%7D", {"content": INSERT.encode(), "headers": UPDATE}),
    (400, "/sparql?update=CLEAR%20ALL", {"content": INSERT.encode(), "headers": UPDATE}),
    (400, "/sparql?using-graph-uri=x", {"content": INSERT.encode(), "headers": UPDATE}),
    (400, "/sparql", {"content": b"CLEAR ALL \xff", "headers": UPDATE}),
    (400, "/sparql", {"content": b"update=CLEAR%FF"}),
    (415, "/sparql", {"content": b"CLEAR ALL", "headers": f"{UPDATE}; charset=UTF-16"}),
    (415, "/sparql", {"content": b"CLEAR ALL", "headers": "text/plain"}),
    (415, "/sparql", {"content": b"CLEAR ALL", "headers": ""}),
    (400, "/sparql", {"data": {"update": INSERT, "dry-run": ""}}),
    (400, "/sparql?dry-run=perhaps", {"content": INSERT.encode(), "headers": UPDATE}),
]


@pytest.mark.parametrize(("status", "path", "options"), BAD)
def test_bad(town: Town, status: int, path: str, options: dict[str, Any]) -> None:
    """What is no update, or more than one, is refused before anybody is asked."""
    kind = options.get("headers", FORM)
    sent = {**options, "headers": {"Content-Type": kind} if kind else {}}
    response = town.send("POST", path, **sent)
    assert response.status_code == status, response.text
    assert town.writer.asked == []


def test_by_get(town: Town) -> None:
    """An update by GET is none."""
    response = town.send("GET", "/sparql?update=CLEAR%20ALL")
    assert response.status_code == 403
    assert "POST" in response.json()["detail"]
    assert town.writer.asked == []


def test_update_as_query(town: Town) -> None:
    """An update that says that it is a query is refused, token or not."""
    assert town.send("POST", "/sparql", data={"query": "CLEAR ALL"}).status_code == 403
    assert town.writer.asked == []


def test_gzip(town: Town) -> None:
    """An update may be compressed, up to the limit for what is decompressed."""
    coded = {"Content-Type": UPDATE, "Content-Encoding": "gzip"}
    body = gzip.compress(INSERT.encode())
    assert town.send("POST", "/sparql", content=body, headers=coded).status_code == 200
    assert town.writer.last.operation == UpdateText(INSERT)
    bomb = gzip.compress(b" " * (1 << 20) + b"CLEAR ALL")
    response = town.send("POST", "/sparql", content=bomb, headers=coded)
    assert (response.status_code, response.json()["limit"]) == (413, 1 << 20)
    damaged = town.send("POST", "/sparql", content=body[:-5], headers=coded)
    assert damaged.status_code == 400
    coded["Content-Encoding"] = "br"
    assert town.send("POST", "/sparql", content=body, headers=coded).status_code == 415
    assert len(town.writer.asked) == 1


def test_size(town: Town) -> None:
    """More bytes than allowed are refused, whether their number is said or not."""
    text = "INSERT DATA {} #" + "x" * (1 << 20)
    assert town.update(text).status_code == 413

    async def parts() -> Any:
        for _ in range(20):
            yield b"#" * (1 << 17)

    headers = {"Content-Type": UPDATE}
    assert town.send("POST", "/sparql", content=parts(), headers=headers).status_code == 413
    assert town.writer.asked == []


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/sparql?dry-run", {}),
        ("/sparql?dry-run=true", {}),
        ("/sparql?dry-run=1", {}),
        ("/sparql", {"Prefer": "respond-async, handling=dry-run"}),
    ],
)
def test_dry_run(town: Town, path: str, headers: dict[str, str]) -> None:
    """A dry run says what would be, with report and impact, and is told apart in the log."""
    report = {"valid": True, "results": []}
    town.writer.outcome = Outcome("checked", report=report, impact={"entailed": {}})
    response = town.update(INSERT, "contribute", path=path, headers=headers)
    assert response.status_code == 200
    found = response.json()
    assert (found["status"], found["valid"], found["commit"]) == ("checked", True, None)
    assert found["impact"] == {"entailed": {}}
    assert town.writer.last.dry_run
    assert town.audit()[-1]["dry_run"] is True
    assert "kg-commit" not in response.headers


def test_dry_run_not_asked(town: Town) -> None:
    """Other values mean that it is meant."""
    town.update(INSERT, path="/sparql?dry-run=false")
    assert not town.writer.last.dry_run


def test_minimal(town: Town) -> None:
    """Who prefers to be told nothing is told by headers only."""
    response = town.update(INSERT, headers={"Prefer": "return=minimal"})
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["kg-commit"] == "7"


def test_words(town: Town) -> None:
    """Note and source are those of the headers."""
    link = '<https://a.example/b>; rel="next", <https://a.example/c>; title="x, y"; rel=source'
    town.update(INSERT, headers={"Kg-Note": "Beschluss", "Link": link})
    about = town.writer.last.about
    assert (about.note, about.source) == ("Beschluss", "https://a.example/c")
    town.update(INSERT, headers={"Link": "<https://käfer.example/🪲>;rel=source".encode()})
    assert town.writer.last.about.source == "https://käfer.example/🪲"
    bad = town.update(INSERT, headers={"Link": "<c>; rel=source"})
    assert bad.status_code == 400
    assert town.update(INSERT, headers={"Kg-Note": "x" * 10_001}).status_code == 400
    assert len(town.writer.asked) == 2


def test_unavailable(town: Town) -> None:
    """Without a writer it is said to try again; a writer that ends is a 503 as well."""
    text = Text("Gerade nicht.", "Not now.")
    for fault in (RequestError(UNAVAILABLE, text), StageError(text)):
        town.writer.fault = fault
        response = town.update(INSERT)
        assert response.status_code == 503
        assert response.json()["detail"] == "Not now."
    assert [each["why"] for each in town.audit()] == ["unavailable"] * 2


def test_description(town: Town, client: Client) -> None:
    """The service says that it takes updates where there is a token, and only there."""
    term = "http://www.w3.org/ns/sparql-service-description#SPARQL11Update"
    headers = {"Accept": "application/n-triples"}
    mine, other = (each.get("/sparql", headers=headers) for each in (town.client, client))
    assert (term in mine.text, term in other.text) == (True, False)
    assert mine.headers["etag"] != other.headers["etag"]
