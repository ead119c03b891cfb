"""Writing whole graphs over HTTP: the Graph Store HTTP Protocol, sections 5.3 to 5.6."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Any

import pytest
from tests.serve.writing.conftest import Town

from kg.write.requests import Document, GraphWrite, Outcome

TURTLE = '<urn:a> <urn:b> "Käfer" .'
PLAIN = {"Content-Type": "text/turtle; charset=utf-8"}


def written(town: Town) -> GraphWrite:
    operation = town.writer.last.operation
    assert isinstance(operation, GraphWrite)
    return operation


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("existed", [True, False])
def test_named(town: Town, method: str, existed: bool) -> None:
    """A graph is named by its IRI, decoded once; a new one is a 201, any other a 204."""
    town.writer.outcome = replace(town.writer.outcome, existed=existed)
    path = "/graphs?graph=http%3A%2F%2Fa.example%2F%2531.ttl"
    response = town.send(method, path, content=TURTLE.encode(), headers=PLAIN)
    assert response.status_code == (204 if existed else 201)
    assert (response.content == b"") is existed
    assert response.headers["kg-commit"] == "7"
    assert response.headers["etag"] == '"20260101T000000Z-c7-x.graph"'
    assert "location" not in response.headers
    found = written(town)
    assert found.graph == "http://a.example/%31.ttl"
    assert found.method == method
    assert found.base == found.graph
    assert found.documents == (Document(TURTLE.encode(), "text/turtle", "data.ttl"),)
    assert town.writer.last.about.kind == method.lower()


@pytest.mark.parametrize("parameter", ["default", "default="])
def test_default(town: Town, parameter: str) -> None:
    """The default graph has no name; its documents are relative to the store."""
    town.send("PUT", f"/graphs?{parameter}", content=TURTLE.encode(), headers=PLAIN)
    assert (written(town).graph, written(town).base) == (None, "http://testserver/graphs")


def test_delete(town: Town) -> None:
    """A graph that was deleted is a 204 without a tag, one that is not there a 404."""
    response = town.send("DELETE", "/graphs?graph=urn:g")
    assert (response.status_code, response.content) == (204, b"")
    assert "etag" not in response.headers
    assert written(town) == GraphWrite("DELETE", "urn:g", base="urn:g")
    town.writer.outcome = Outcome("failed", fault="not-found")
    assert town.send("DELETE", "/graphs?graph=urn:g").status_code == 404


def test_new_graph(town: Town) -> None:
    """POST to the store itself makes a graph, and says what it is called."""
    names = set()
    for _ in range(2):
        response = town.send("POST", "/graphs", content=TURTLE.encode(), headers=PLAIN)
        assert response.status_code == 201
        name = response.headers["location"]
        assert name.startswith("https://example.org/graph/uploaded/")
        assert written(town).graph == name
        assert "http://testserver/graphs?graph=https%3A%2F%2F" in response.headers["link"]
        names.add(name)
    assert len(names) == 2


def test_which_graph(town: Town) -> None:
    """PUT and DELETE name exactly one graph."""
    for method in ("PUT", "DELETE"):
        for query in ("", "?graph=x", "?graph=urn:a&default", "?graph=urn:a&graph=urn:b"):
            response = town.send(method, f"/graphs{query}", headers=PLAIN)
            assert response.status_code == 400, query
    assert town.writer.asked == []


def test_conditions(town: Town) -> None:
    """The writer is told the conditions; that they do not hold is a 412."""
    headers = {**PLAIN, "If-Match": '"v.turtle", W/"w"', "If-None-Match": "*"}
    town.send("PUT", "/graphs?graph=urn:g", content=b"", headers=headers)
    assert written(town).if_match == '"v.turtle", W/"w"'
    assert written(town).if_none_match == "*"
    town.writer.outcome = Outcome("failed", fault="precondition")
    response = town.send("PUT", "/graphs?graph=urn:g", content=b"", headers=headers)
    assert response.status_code == 412


def test_multipart(town: Town) -> None:
    """Each part is a document, with its own type or that of its file's name."""
    files = [
        ("a", ("../../etc/a.ttl", TURTLE.encode(), "text/turtle; charset=utf-8")),
        ("b", ("b.nt", TURTLE.encode(), "application/octet-stream")),
        ("c", (None, TURTLE.encode())),
    ]
    response = town.send("POST", "/graphs?graph=urn:g", files=files)
    assert response.status_code == 204
    found = [(each.media_type, each.name) for each in written(town).documents]
    assert found == [
        ("text/turtle", "a.ttl"),
        ("application/n-triples", "b.nt"),
        ("text/turtle", "c"),
    ]
    assert {each.content for each in written(town).documents} == {TURTLE.encode()}


BAD: list[tuple[int, dict[str, str], bytes]] = [
    (415, {}, b"x"),
    (415, {"Content-Type": "text/plain"}, b"x"),
    (415, {"Content-Type": "text/turtle; charset=latin1"}, b"x"),
    (415, {**PLAIN, "Content-Encoding": "br"}, b"x"),
    (400, {**PLAIN, "Content-Encoding": "gzip"}, b"x"),
    (400, {"Content-Type": "multipart/form-data"}, b"x"),
    (400, {"Content-Type": "multipart/form-data; boundary=y"}, b"--y\r\nno end"),
    (400, {"Content-Type": "multipart/form-data; boundary=y"}, b"--y\r\nno blank\r\n--y--"),
    (
        415,
        {"Content-Type": "multipart/form-data; boundary=y"},
        b'--y\r\nContent-Disposition: form-data; name="a"\r\n'
        b"Content-Type: image/png\r\n\r\nx\r\n--y--",
    ),
    (413, PLAIN, b"#" * ((1 << 20) + 1)),
]


@pytest.mark.parametrize(("status", "headers", "body"), BAD)
def test_bad(town: Town, status: int, headers: dict[str, str], body: bytes) -> None:
    """A body that is not read is refused before anybody is asked."""
    response = town.send("PUT", "/graphs?graph=urn:g", content=body, headers=headers)
    assert response.status_code == status, response.text
    assert town.writer.asked == []
    if status == 415:
        assert "text/turtle" in response.headers["accept-post"]


def test_gzip(town: Town) -> None:
    """A document may be compressed."""
    headers = {**PLAIN, "Content-Encoding": "gzip"}
    body = gzip.compress(TURTLE.encode())
    town.send("PUT", "/graphs?graph=urn:g", content=body, headers=headers)
    assert written(town).documents[0].content == TURTLE.encode()


def test_empty(town: Town) -> None:
    """PUT of nothing, even without a type, makes an empty graph; POST of it has no meaning."""
    assert town.send("PUT", "/graphs?graph=urn:g").status_code == 204
    assert written(town).documents == ()
    assert town.send("POST", "/graphs?graph=urn:g").status_code == 415


def test_dry_run(town: Town) -> None:
    """A dry run of a write of a graph is told as one of an update."""
    town.writer.outcome = Outcome("checked", added=4, report={"valid": True, "results": []})
    response = town.send("PUT", "/graphs?graph=urn:g&dry-run", content=b"", headers=PLAIN)
    assert (response.status_code, response.json()["added"]) == (200, 4)
    assert town.writer.last.dry_run


def test_reading_goes_on(town: Town) -> None:
    """GET and HEAD are answered as without any token."""
    found: Any = town.client.get("/graphs?graph=https://example.org/graph/dung")
    assert found.status_code == 200
    assert found.headers["access-control-allow-origin"] == "*"
