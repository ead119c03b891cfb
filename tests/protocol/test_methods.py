"""HEAD, OPTIONS, cross-origin requests, and what caches are told."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from tests.protocol.exchange import Sent
from tests.protocol.served import Served

ASK = "/sparql?query=ASK%7B%7D"
DESCRIPTION = "/sparql"
ORIGIN = "https://app.example.org"
JSON = "application/sparql-results+json"

TARGETS = [
    (ASK, JSON),
    (ASK, "text/csv"),
    (DESCRIPTION, "text/turtle"),
    (DESCRIPTION, "application/ld+json"),
    ("/sparql?query=SELECT%20%2A%20%7B%3Fs%20ex%3Ain%20%3Fo%7D", "text/tab-separated-values"),
    ("/sparql?query=DESCRIBE%20id%3Aplain", "application/rdf+xml"),
]


@pytest.mark.parametrize(("target", "accept"), TARGETS)
def test_head(served: Served, target: str, accept: str) -> None:
    """HEAD has the headers of GET and no body."""
    headers = {"Accept": accept}
    head = served.request("HEAD", target, headers=headers)
    got = served.request("GET", target, headers=headers)
    assert (head.status, head.body) == (200, b"")
    changing = {"date", "x-cache", "age", "server-timing"}
    optional = {"content-length", "transfer-encoding"}  # RFC 9110 section 9.3.2 lets them be left
    for name in set(got.headers) - changing - optional:
        assert head.headers.get(name) == got.headers[name], name
    if "content-length" in head.headers and "content-length" in got.headers:
        assert head.headers["content-length"] == got.headers["content-length"]


def test_head_then_get(served: Served) -> None:
    """After HEAD, on a kept connection, the next answer begins where it should."""
    data = f"HEAD {ASK} HTTP/1.1\r\nHost: x\r\n\r\nGET {ASK} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    found = served.send(data, Sent(("HEAD", "GET")))
    assert found.statuses == (200, 200)
    assert found.replies[1].json()["boolean"] is True


@pytest.mark.parametrize("status_and_target", [(400, "/sparql?query=ASK"), (404, "/nothing")])
def test_head_of_faults(served: Served, status_and_target: tuple[int, str]) -> None:
    """HEAD of what fails has the status and no body."""
    status, target = status_and_target
    reply = served.request("HEAD", target)
    assert (reply.status, reply.body) == (status, b"")


def test_options(served: Served) -> None:
    """OPTIONS names the methods."""
    reply = served.request("OPTIONS", "/sparql")
    assert reply.status in (200, 204)
    names = {name.strip() for name in reply.headers["allow"].split(",")}
    assert names >= {"GET", "HEAD", "POST", "OPTIONS"}
    assert not names & {"PUT", "DELETE", "PATCH"}


PREFLIGHTS = [
    ("POST", "content-type"),
    ("POST", "content-type, accept"),
    ("POST", "Content-Type,Accept,Accept-Language"),
    ("GET", "accept"),
    ("GET", "if-none-match"),
    ("GET", ""),
    ("HEAD", "accept"),
]


@pytest.mark.parametrize(("method", "names"), PREFLIGHTS)
def test_preflight(served: Served, method: str, names: str) -> None:
    """A browser that asks whether a script of another site may ask is told that it may."""
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
    if names:
        headers["Access-Control-Request-Headers"] = names
    reply = served.request("OPTIONS", "/sparql", headers=headers)
    assert reply.status in (200, 204)
    assert reply.headers["access-control-allow-origin"] in ("*", ORIGIN)
    methods = reply.headers["access-control-allow-methods"].replace(" ", "").split(",")
    assert method in methods or "*" in methods
    allowed = reply.headers["access-control-allow-headers"].lower().replace(" ", "").split(",")
    asked = names.lower().replace(" ", "").split(",") if names else []
    assert "*" in allowed or set(asked) <= set(allowed)
    assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", ASK, None),
        ("HEAD", ASK, None),
        ("GET", DESCRIPTION, None),
        ("GET", "/sparql?query=ASK", None),
        ("POST", "/sparql", b"ASK {}"),
        ("POST", "/sparql", b"ASK {"),
        ("PUT", "/sparql", b"ASK {}"),
        ("GET", "/nothing", None),
    ],
)
def test_cross_origin(served: Served, method: str, target: str, body: bytes | None) -> None:
    """Answers and faults alike may be read by scripts of other sites, with their ETag."""
    headers = {"Origin": ORIGIN, "Content-Type": "application/sparql-query"}
    reply = served.request(method, target, headers=headers, body=body)
    assert reply.headers["access-control-allow-origin"] in ("*", ORIGIN)
    assert "access-control-allow-credentials" not in reply.headers
    exposed = reply.headers["access-control-expose-headers"].lower()
    assert "etag" in exposed or exposed == "*"
    assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("target", "accept"), TARGETS)
def test_not_modified(served: Served, target: str, accept: str) -> None:
    """Who has the answer is told so, however the tag is written."""
    headers = {"Accept": accept}
    first = served.request("GET", target, headers=headers)
    tag = first.headers["etag"]
    assert tag.removeprefix("W/").startswith('"')
    strong = tag.removeprefix("W/")
    for known in (tag, strong, f"W/{strong}", f'"a", {strong}', f'"a",W/"b" , {strong},"c"', "*"):
        for method in ("GET", "HEAD"):
            again = served.request(method, target, headers={**headers, "If-None-Match": known})
            assert (again.status, again.body) == (304, b""), known
            assert again.headers["etag"].removeprefix("W/") == strong
            assert again.headers["vary"] == first.headers["vary"]
            assert again.headers["cache-control"] == first.headers["cache-control"]


@pytest.mark.parametrize("known", ['"other"', 'W/"other"', "", "nonsense", '"a", "b"', '""'])
def test_modified(served: Served, known: str) -> None:
    """Who has something else gets the answer."""
    headers = {"Accept": JSON, "If-None-Match": known}
    assert served.request("GET", ASK, headers=headers).status == 200


def test_tag_without_quotes(served: Served) -> None:
    """A tag without its quotes is none."""
    headers = {"Accept": JSON}
    tag = served.request("GET", ASK, headers=headers).headers["etag"].strip('W/"')
    assert served.request("GET", ASK, headers={**headers, "If-None-Match": tag}).status == 200


def test_tags_differ(served: Served) -> None:
    """Formats of one query have tags of their own."""
    tags = {
        served.request("GET", ASK, headers={"Accept": accept}).headers["etag"]
        for accept in (JSON, "text/csv", "text/tab-separated-values")
    }
    assert len(tags) == 3


def test_not_modified_needs_a_good_query(served: Served) -> None:
    """A query with a fault is a 400, whatever the client has: a proxy may keep nothing for it."""
    headers = {"Accept": JSON, "If-None-Match": "*"}
    assert served.request("GET", "/sparql?query=ASK", headers=headers).status == 400
    assert served.request("GET", "/sparql?query=DROP%20ALL", headers=headers).status == 403
    tag = served.request("GET", ASK, headers={"Accept": JSON}).headers["etag"]
    headers["If-None-Match"] = tag
    assert served.request("GET", "/sparql?query=ASK", headers=headers).status == 400


def test_cache_control(served: Served) -> None:
    """Answers may be kept if they are asked for again; faults are not kept."""
    good = served.request("GET", ASK, headers={"Accept": JSON})
    assert "no-cache" in good.headers["cache-control"] or "max-age" in good.headers["cache-control"]
    assert "accept" in good.headers["vary"].lower()
    bad = served.request("GET", "/sparql?query=ASK")
    assert bad.headers["cache-control"] == "no-store"
    assert "etag" not in bad.headers


@pytest.mark.parametrize("call", ["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()"])
def test_changing_answers(served: Served, call: str) -> None:
    """What differs from call to call has no tag, so that nobody keeps it."""
    target = "/sparql?" + urlencode({"query": f"SELECT ({call} AS ?x) {{}}"})
    reply = served.request("GET", target, headers={"Accept": JSON})
    assert reply.status == 200
    assert "etag" not in reply.headers
    again = served.request("GET", target, headers={"Accept": JSON, "If-None-Match": "*"})
    assert again.status == 200


def test_answer_does_not_change(served: Served) -> None:
    """The same question twice has byte for byte the same answer, also from a cache."""
    query = "SELECT ?s ?o { ?s ex:says ?o } ORDER BY ?s"
    first, second, third = (served.get(query, JSON) for _ in range(3))
    assert first.body == second.body == third.body
    assert served.ask(query, JSON).body == first.body
    assert served.get(query, "text/csv").body != first.body
    assert served.get(query.replace("ORDER BY ?s", "ORDER BY DESC(?s)"), JSON).body != first.body


def test_date_and_length(served: Served) -> None:
    """A small answer says its length and when it was made; nobody is told what made it."""
    reply = served.request("GET", ASK, headers={"Accept": JSON})
    assert int(reply.headers["content-length"]) == len(reply.body)
    assert reply.headers["date"].endswith("GMT")
    assert "uvicorn" not in str(reply.headers).lower()
