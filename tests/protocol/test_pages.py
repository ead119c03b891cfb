"""What a browser gets at the endpoint, and that nobody else gets it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from tests.protocol.served import Served

CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
    "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LYNX = "text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01"
JAVA = "text/html, image/gif, image/jpeg, */*; q=0.2"
JSON = "application/sparql-results+json"
QUERY = quote("SELECT ?x { VALUES ?x { 1 2 } }")


def media_type(served: Served, target: str, accept: str, method: str = "GET") -> str:
    """What comes from an address, or the status of what is no success."""
    reply = served.request(method, target, headers={"Accept": accept})
    return reply.media_type if reply.status == 200 else str(reply.status)


@pytest.mark.parametrize(
    "accept",
    [CHROME, FIREFOX, LYNX, "text/html", "text/html;q=0.5, */*;q=0.1", f"text/html, {JSON};q=0.9"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target", ["/sparql", f"/sparql?query={QUERY}", "/sparql/"])
def test_page(served: Served, target: str, accept: str, method: str) -> None:
    """Who would rather have HTML gets the page, with a query or without."""
    assert media_type(served, target, accept, method) == "text/html"


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "text/*",
        f"text/html, {JSON}",
        f"text/html;q=0.9, {JSON}",
        "application/xml, */*;q=0.1",
        "text/html;q=0, */*",
        JAVA,
    ],
)
def test_no_page(served: Served, accept: str) -> None:
    """Who takes a result as gladly gets a result."""
    assert media_type(served, f"/sparql?query={QUERY}", accept) != "text/html"


@pytest.mark.parametrize("name", ["format", "output", "results", "Accept"])
def test_format_goes_before(served: Served, name: str) -> None:
    """A link that names a format gives it, in a browser too; a form may leave it empty."""
    assert media_type(served, f"/sparql?query={QUERY}&{name}=csv", FIREFOX) == "text/csv"
    assert media_type(served, f"/sparql?query={QUERY}&{name}=", FIREFOX) == "text/html"


def test_form_by_post(served: Served) -> None:
    """A form that is posted gets results, as it always did."""
    form = {"Accept": FIREFOX, "Content-Type": "application/x-www-form-urlencoded"}
    reply = served.request("POST", "/sparql", headers=form, body=f"query={QUERY}".encode())
    assert reply.media_type == JSON


def test_in_turns(served: Served) -> None:
    """What was learnt of one client's headers or kept of its answer is not given to another."""
    for _ in range(3):
        assert media_type(served, f"/sparql?query={QUERY}", FIREFOX) == "text/html"
        assert media_type(served, f"/sparql?query={QUERY}", JSON) == JSON
        assert media_type(served, f"/sparql?query={QUERY}", "*/*") == JSON


def test_headers(served: Served) -> None:
    """Caches are told what decides, and the page runs only what comes from here."""
    reply = served.request("GET", f"/sparql?query={QUERY}", headers={"Accept": FIREFOX})
    assert "accept" in reply.headers["vary"].lower()
    policy = reply.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    again = served.request(
        "GET",
        f"/sparql?query={QUERY}",
        headers={"Accept": FIREFOX, "If-None-Match": reply.headers["etag"]},
    )
    assert again.status == 304


def test_fault_in_page(served: Served) -> None:
    """A fault is shown in the page, at its place, with the status of a fault."""
    reply = served.request("GET", f"/sparql?query={quote('ASK {')}", headers={"Accept": FIREFOX})
    assert reply.status == 400
    assert reply.media_type == "text/html"
    text = reply.body.decode()
    assert 'data-line="1"' in text
    assert "<mark>" in text


def test_changing_query_is_not_kept(served: Served) -> None:
    """The page of a query that gives something else each time is made anew."""
    query = quote("SELECT (NOW() AS ?now) {}")
    reply = served.request("GET", f"/sparql?query={query}", headers={"Accept": FIREFOX})
    assert reply.headers["cache-control"] == "no-store"
    assert "etag" not in reply.headers
