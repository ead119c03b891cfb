"""What is wrong is said in problem documents (RFC 9457) with a fitting status."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import Response
from tests.serve.helpers import Client

from kg.errors import Text
from kg.publish.versions import Version
from kg.rdf.sparql_text import kind_of
from kg.serve.answers import Question
from kg.serve.app import create_app
from kg.serve.engine import Answer
from kg.serve.problems import BUSY, Details, RequestError
from kg.settings import Project

QUERY_TYPE = {"Content-Type": "application/sparql-query"}
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


def problem(response: Response, status: int, slug: str) -> dict[str, Any]:
    """Return the problem document after checking what all of them have in common."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cache-control"] == "no-store"
    document: dict[str, Any] = response.json()
    assert document["status"] == status
    assert document["type"] == f"/problems/{slug}"
    assert document["title"]
    assert set(document["messages"]) == {"de", "en"}
    assert document["detail"] == document["messages"][response.headers["content-language"]]
    return document


def ask(client: Client, query: str, **headers: str) -> Response:
    """Send a query in the address."""
    return client.get("/sparql", params={"query": query}, headers=headers)


def test_syntax(client: Client) -> None:
    """A query that does not parse is a 400 with line and column of the fault, from 1."""
    document = problem(ask(client, "SELECT *\nWHERE { ?s ?p }"), 400, "query-syntax")
    assert (document["line"], document["column"]) == (2, 15)
    assert "line 2, column 15" in document["detail"]


def test_column_counts_letters(client: Client) -> None:
    """The column counts letters, not bytes."""
    document = problem(ask(client, 'ASK { ?s ?p "äöü🪲" ] }'), 400, "query-syntax")
    assert (document["line"], document["column"]) == (1, 20)


def test_language(client: Client) -> None:
    """The detail is in the language that the client prefers."""
    german = problem(ask(client, "ASK {", **{"Accept-Language": "de"}), 400, "query-syntax")
    english = problem(ask(client, "ASK {"), 400, "query-syntax")
    assert "Zeile 1" in german["detail"]
    assert german["title"] == "Fehler in der Abfrage"
    assert "line 1" in english["detail"]


@pytest.mark.parametrize(
    ("query", "line", "column", "words"),
    [
        ("ASK {", 1, 6, "at the end"),
        ("SELECT ?x", 1, 10, "at the end"),
        ("Hello", 1, 1, "“Hello”"),
        ("ASK { ?s unknown:p ?o }", 1, 10, "prefix is not declared"),
        ("PREFIX ex: SELECT", 1, 12, "“SELECT”"),
        ("SELECT ?s WHER { ?s ?p ?o }", 1, 11, "“WHER {"),
        ("SELECT ?s {\n ?s a ?o . ?o ?p\n} LIMIT 3", 3, 1, "“} LIMIT 3”"),
        ("SELECT ?s { FILTER(STRLENGTH(?s) > 3) }", 1, 20, "“STRLENGTH"),
        ("SELECT ?s { ?s a ?o } # {\nLIMT 3", 2, 1, "“LIMT 3”"),
        ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", 1, 40, "not grouped"),
        ("ASK { ?s ?p ?o }\n\n}\n", 3, 1, "“}”"),
    ],
)
def test_place_of_a_fault(client: Client, query: str, line: int, column: int, words: str) -> None:
    """Line and column are those of the first word that does not belong, not some way after it."""
    document = problem(ask(client, query), 400, "query-syntax")
    assert (document["line"], document["column"]) == (line, column)
    assert words in document["detail"]


def test_syntax_goes_before_format(client: Client) -> None:
    """What is no query at all is a 400, even if the client wants a format of the other kind."""
    problem(ask(client, "Hello", Accept="text/turtle"), 400, "query-syntax")


def test_unknown_function(client: Client) -> None:
    """A function that is not there is the fault of the query, not of the server."""
    problem(ask(client, "SELECT (ex:nothing(?s) AS ?x) { ?s a ex:Beetle }"), 400, "query-syntax")


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "PREFIX a: <urn:a>\nDELETE WHERE { ?s ?p ?o }",
        "# SELECT\nCLEAR ALL",
        "LOAD <http://example.org/>",
        "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_update_as_query(client: Client, update: str) -> None:
    """An update sent as a query is refused, and the message says that it is one."""
    document = problem(ask(client, update), 403, "query-refused")
    assert "changes data" in document["detail"]


def test_update_parameter(client: Client) -> None:
    """An update by the protocol for updates is refused as long as there is no token."""
    update = "INSERT DATA { <urn:a> <urn:b> <urn:c> }"
    problem(client.post("/sparql", data={"update": update}), 403, "writing-off")
    problem(client.get("/sparql", params={"update": update}), 403, "query-refused")
    body = client.post(
        "/sparql", content=update, headers={"Content-Type": "application/sparql-update"}
    )
    assert "kg token create" in problem(body, 403, "writing-off")["detail"]


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 1, 12),
        ("SELECT * {\n  service silent ?x { ?s ?p ?o } }", 2, 3),
        ("ASK { ?s ?p 'SERVICE' SERVICE<http://127.0.0.1:9/>{} }", 1, 23),
        ("ASK { # SERVICE\n SERVICE # {}\n <http://127.0.0.1:9/> {} }", 2, 2),
        ("ASK { ?s ?p 5SERVICE ?x {} }", 1, 14),
        ("ASK { { SELECT * { OPTIONAL { SERVICE ?x {} } } } }", 1, 31),
    ],
)
def test_service(client: Client, query: str, line: int, column: int) -> None:
    """SERVICE is refused wherever it stands; the message says where."""
    document = problem(ask(client, query), 403, "query-refused")
    assert (document["line"], document["column"]) == (line, column)


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX : <http://127.0.0.1:9/> SELECT * { SERVICE:x { ?s ?p ?o } }",
        "SELECT * { FILTER(1<2)SERVICE#>\n<http://127.0.0.1:9/>{?s ?p ?o} }",
        r"SELECT * { ?s <http://x/\u0062#> ?o SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        r"SELECT * { \u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p trueSERVICE<http://127.0.0.1:9/>{ ?s ?p ?o } }",
        "SELECT * { ?s ?p trueservice silent<http://127.0.0.1:9/>{ ?s ?p ?o } }",
    ],
)
def test_hidden_service(client: Client, query: str) -> None:
    """SERVICE that only the grammar can tell from a name or an IRI does not get through."""
    assert ask(client, query).status_code in (400, 403)


def test_words_are_found_in_linear_time() -> None:
    """Half a megabyte without a word does not keep the server busy."""
    start = time.process_time()
    for text in ("-" * 500_000, "1" * 500_000, "1-a-" * 125_000, "é" * 500_000):
        kind_of(text)
    assert time.process_time() - start < 2


def test_too_deep(client: Client) -> None:
    """A query with more brackets than the parser's stack can bear is refused."""
    query = "ASK " + "{" * 60_000 + "}" * 60_000
    problem(client.post("/sparql", data={"query": query}), 400, "query-syntax")


@pytest.mark.parametrize(
    ("query", "accept", "available"),
    [
        ("ASK {}", "text/turtle", "text/csv"),
        ("DESCRIBE id:stag", "text/csv", "application/ld+json"),
        ("ASK {}", "image/png, */*;q=0", "application/sparql-results+json"),
    ],
)
def test_not_acceptable(client: Client, query: str, accept: str, available: str) -> None:
    """When nothing acceptable is left, the problem lists what is possible."""
    document = problem(ask(client, query, Accept=accept), 406, "not-acceptable")
    assert available in document["available"]
    assert available in document["detail"]


def test_format_that_does_not_fit(client: Client) -> None:
    """A format parameter that is unknown or of the other kind of query is a 406 as well."""
    for query, form in (("ASK {}", "turtle"), ("DESCRIBE id:stag", "csv"), ("ASK {}", "docx")):
        response = client.get("/sparql", params={"query": query, "format": form})
        problem(response, 406, "not-acceptable")


def test_too_large(client: Client) -> None:
    """A body of more than 1 MiB is refused, whether it says so beforehand or not."""
    body = b"ASK {}" + b" " * (1 << 20)
    document = problem(
        client.post("/sparql", content=body, headers=QUERY_TYPE), 413, "body-too-large"
    )
    assert document["limit"] == 1 << 20

    async def chunks() -> AsyncIterator[bytes]:
        yield body[:1000]
        yield body[1000:]

    unsaid = client.post("/sparql", content=chunks(), headers=QUERY_TYPE)
    problem(unsaid, 413, "body-too-large")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": ""},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/sparql-query; charset=iso-8859-1"},
        {**QUERY_TYPE, "Content-Encoding": "gzip"},
    ],
)
def test_unsupported_media_type(client: Client, headers: dict[str, str]) -> None:
    """POST takes its two media types in UTF-8 only, and says so."""
    response = client.post("/sparql", content="ASK {}", headers=headers)
    problem(response, 415, "unsupported-media-type")
    assert response.headers["accept-post"].startswith("application/sparql-query")


def test_not_utf8(client: Client) -> None:
    """Bytes that are no UTF-8 are a 400, in the address, in a form and in a body."""
    latin = "ASK { ?s ?p 'ä' }".encode("latin-1")
    problem(client.post("/sparql", content=latin, headers=QUERY_TYPE), 400, "bad-request")
    problem(client.post("/sparql", content=b"query=%E4", headers=FORM_TYPE), 400, "bad-request")
    problem(client.get("/sparql?query=ASK%20%E4"), 400, "bad-request")


def test_exactly_one_query(client: Client) -> None:
    """No query by POST, two queries and empty ones are a 400."""
    problem(client.post("/sparql", data={"format": "csv"}), 400, "bad-request")
    problem(client.get("/sparql?query=ASK{}&query=ASK{}"), 400, "bad-request")
    problem(client.get("/sparql?query="), 400, "bad-request")
    problem(client.post("/sparql", content="", headers=QUERY_TYPE), 400, "bad-request")
    twice = client.post("/sparql?query=ASK{}", content="ASK {}", headers=QUERY_TYPE)
    problem(twice, 400, "bad-request")
    problem(client.post("/sparql?query=ASK{}", data={"query": "ASK {}"}), 400, "bad-request")


def test_graph_that_is_no_iri(client: Client) -> None:
    """A dataset is named by absolute IRIs."""
    for graph in ("", "relative", "http://a b", "http://x/<"):
        params = {"query": "ASK {}", "default-graph-uri": graph}
        document = problem(client.get("/sparql", params=params), 400, "bad-request")
        assert "default-graph-uri" in document["detail"]


def test_too_many_parameters(client: Client) -> None:
    """A form with thousands of fields is not taken apart."""
    problem(client.get("/sparql?" + "a=b&" * 1001), 400, "bad-request")


def test_not_found(client: Client) -> None:
    """An address without anything, also among the static files, is a 404."""
    problem(client.get("/nothing"), 404, "not-found")
    problem(client.get("/static/nothing.css"), 404, "not-found")
    problem(client.get("/static/..%2fapp.py"), 404, "not-found")


def test_method_not_allowed(client: Client) -> None:
    """A method that an address does not have is a 405 that names those it has."""
    response = client.request("PUT", "/sparql", content="x")
    problem(response, 405, "method-not-allowed")
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
    problem(client.post("/"), 405, "method-not-allowed")


class Broken:
    """An engine with a fault of its own."""

    async def answer(self, question: Question) -> Answer:
        """Fail."""
        raise RuntimeError(f"secret: {question.text}")

    stream = answer


def test_unexpected(project: Project, version: Version, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of ours is a 500 that says nothing of our inside, and stands in the log."""
    app = create_app(project, version, engine=Broken())
    with Client(app) as client, caplog.at_level(logging.ERROR, "kg.serve"):
        response = ask(client, "ASK {}")
    document = problem(response, 500, "internal")
    assert "secret" not in response.text
    assert document["detail"]
    assert "secret" in caplog.text


HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Busy:
    """An engine none of whose workers is free."""

    async def answer(self, question: Question) -> Answer:
        """Refuse."""
        text = Text(f"Belegt <b>: {len(question.text)}", f"Busy <b>: {len(question.text)}")
        raise RequestError(BUSY, text, Details(headers={"Retry-After": "7"}))

    stream = answer


def test_pages_without_workers(project: Project, version: Version) -> None:
    """A browser gets a page about a 503 although no query is answered, with Retry-After."""
    with Client(create_app(project, version, engine=Busy())) as client:
        for path in ("/", "/sparql?query=ASK%7B%7D&format=csv"):
            response = client.get(path, headers=HTML)
            assert response.status_code == 503
            assert response.headers["content-type"].startswith("text/html")
            assert response.headers["retry-after"] == "7"
            assert "in 7 Sekunden" in response.text
            assert "Belegt &lt;b&gt;" in response.text
            assert "problems/busy" in response.text
        problem(client.get("/"), 503, "busy")


def test_unexpected_page(
    project: Project, version: Version, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours is a page for browsers, without a word on our inside."""
    app = create_app(project, version, engine=Broken())
    with Client(app) as client, caplog.at_level(logging.ERROR, "kg.serve"):
        response = client.get("/", headers=HTML)
    assert response.status_code == 500
    assert response.headers["content-type"].startswith("text/html")
    assert "Fehler im Server" in response.text
    assert "secret" not in response.text
    assert "secret" in caplog.text


class Stopped:
    """An engine whose server is stopped while it works."""

    async def answer(self, question: Question) -> Answer:
        """Be cancelled, as uvicorn does it when its patience is over."""
        raise asyncio.CancelledError(question.text)

    stream = answer


def test_stopping(project: Project, version: Version) -> None:
    """A request that is still open when the server stops gets a 503, not a broken connection."""
    with Client(create_app(project, version, engine=Stopped())) as client:
        problem(ask(client, "ASK {}"), 503, "unavailable")
