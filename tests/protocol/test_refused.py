"""No update and no request of the server's own, however they are written; a trap proves it."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from tests.protocol.served import Served, Trap, trapping

SERVICES = [
    "SELECT * {{ SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ service <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SeRvIcE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE<{trap}>{{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE\n<{trap}>\n{{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE\r\n<{trap}>\r\n{{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE\t<{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE # comment\n <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ # SERVICE\n SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ # a comment \\u000A SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "PREFIX t: <{trap}> SELECT * {{ SERVICE t: {{ ?s ?p ?o }} }}",
    "PREFIX : <{trap}> SELECT * {{ SERVICE:{{ ?s ?p ?o }} }}",
    "PREFIX : <{trap}> SELECT * {{ SERVICE :x {{ ?s ?p ?o }} }}",
    "PREFIX service: <{trap}> SELECT * {{ SERVICE service:x {{ ?s ?p ?o }} }}",
    "BASE <{trap}> SELECT * {{ SERVICE <> {{ ?s ?p ?o }} }}",
    "BASE <{trap}> SELECT * {{ SERVICE <#x> {{ ?s ?p ?o }} }}",
    "SELECT * {{ BIND(<{trap}> AS ?e) SERVICE ?e {{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?e {{ <{trap}> }} SERVICE ?e {{ ?s ?p ?o }} }}",
    "SELECT * {{ {{ SELECT * {{ SERVICE <{trap}> {{ ?s ?p ?o }} }} }} }}",
    "SELECT * {{ OPTIONAL {{ SERVICE <{trap}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ {{}} UNION {{ SERVICE <{trap}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ MINUS {{ SERVICE <{trap}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ GRAPH ?g {{ SERVICE <{trap}> {{ ?s ?p ?o }} }} }}",
    "ASK {{ FILTER EXISTS {{ SERVICE <{trap}> {{ ?s ?p ?o }} }} }}",
    "ASK {{ FILTER(EXISTS{{SERVICE<{trap}>{{?s ?p ?o}}}}) }}",
    "ASK {{ FILTER NOT EXISTS {{ SERVICE <{trap}> {{ ?s ?p ?o }} }} }}",
    "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "DESCRIBE ?s WHERE {{ SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p 1SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p 1.SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p trueSERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p 'a'SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p 'a'@deSERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p ?oSERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ FILTER(1<2)SERVICE#>\n<{trap}>{{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p '''a'''SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p '''\"' '' SERVICE ''' . SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p <urn:'> . SERVICE <{trap}> {{ ?s ?p ?o }} ?s ?p <urn:'> }}",
    "SELECT * {{ ?s ?p <urn:#> . SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ FILTER(?a<?b) SERVICE <{trap}> {{ ?s ?p ?o }} FILTER(?a>?b) }}",
    "\\u0053ELECT * {{ \\u0053ERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ \\U00000053ERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE \\u003C{trap}\\u003E {{ ?s ?p ?o }} }}",
    "SELECT * {{ \u017fERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ \uff33\uff25\uff32\uff36\uff29\uff23\uff25 <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVI\u200dCE <{trap}> {{ ?s ?p ?o }} }}",
    "\ufeffSELECT * {{ SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT *\u00a0{{ SERVICE <{trap}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ LATERAL {{ SERVICE <{trap}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ SERVICE <{trap}> {{ SERVICE <{trap}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ SERVICE <http://localhost:{port}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <http://2130706433:{port}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <http://[::ffff:127.0.0.1]:{port}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <http://u:p@127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <file:///etc/passwd> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <ftp://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE <gopher://127.0.0.1:{port}/_> {{ ?s ?p ?o }} }}",
]
"""Queries with a SERVICE clause, or with what might be taken for one."""

UPDATES = [
    "INSERT DATA {{ <urn:a> <urn:b> <urn:c> }}",
    "insert data {{ <urn:a> <urn:b> <urn:c> }}",
    "DELETE DATA {{ <urn:a> <urn:b> <urn:c> }}",
    "DELETE WHERE {{ ?s ?p ?o }}",
    "DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    "INSERT {{ ?s ?p 1 }} WHERE {{ ?s ?p ?o }}",
    "WITH <urn:g> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    "LOAD <{trap}>",
    "LOAD SILENT <{trap}> INTO GRAPH <urn:g>",
    "load<{trap}>",
    "# SELECT\nLOAD <{trap}>",
    "PREFIX t: <{trap}> LOAD t:x",
    "BASE <{trap}> LOAD <x>",
    "PREFIX SELECT: <urn:a> LOAD <{trap}>",
    "CLEAR ALL",
    "CLEAR SILENT DEFAULT",
    "DROP GRAPH <https://example.org/graph/one>",
    "CREATE GRAPH <urn:g>",
    "COPY DEFAULT TO <urn:g>",
    "MOVE <https://example.org/graph/one> TO <urn:g>",
    "ADD DEFAULT TO <urn:g>",
    "ASK {{}} ; LOAD <{trap}>",
    "ASK {{}} LOAD <{trap}>",
    "SELECT * {{ ?s ?p ?o }} ; CLEAR ALL",
    "SELECT * {{ INSERT DATA {{ <urn:a> <urn:b> 1 }} }}",
    "\\u004COAD <{trap}>",
    "LOAD # comment\n <{trap}>",
    "INSERT DATA {{}} ; LOAD <{trap}>",
    "DELETE DATA {{}} ; INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{trap}> {{ ?s ?p ?o }} }}",
]
"""Updates and what contains one."""

LISTENED = [
    "SELECT * FROM <{trap}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{trap}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "SELECT * {{ GRAPH <{trap}> {{ ?s ?p ?o }} }}",
    "DESCRIBE <{trap}>",
    "CONSTRUCT {{ ?s ?p ?o }} FROM <{trap}> WHERE {{ ?s ?p ?o }}",
    "SELECT * {{ <{trap}> ?p ?o }}",
    "BASE <{trap}> SELECT * {{ <x> ?p ?o }}",
    "PREFIX owl: <http://www.w3.org/2002/07/owl#> ASK {{ ?s owl:imports <{trap}> }}",
    "ASK {{ FILTER(<{trap}>(1)) }}",
]
"""Queries that name an address without any wish to call it."""

HARMLESS = [
    "ASK {{}} # SERVICE <{trap}> {{ ?s ?p ?o }}",
    "ASK {{ FILTER('SERVICE <{trap}>' != '') }}",
    'ASK {{ FILTER("""SERVICE\n<{trap}> {{ ?s ?p ?o }}""" != "") }}',
    "ASK {{ OPTIONAL {{ ?service ?SERVICE ?o }} }}",
    "ASK {{ OPTIONAL {{ ?s <urn:SERVICE> ?o }} }}",
    "PREFIX service: <urn:service:> ASK {{ OPTIONAL {{ ?s service:SERVICE ?o }} }}",
    "PREFIX SERVICE: <urn:a> ASK {{ OPTIONAL {{ ?s SERVICE:x ?o }} }}",
    "ASK {{ OPTIONAL {{ _:service ?p ?o }} }}",
    "ASK {{ OPTIONAL {{ ?s ?p 'a'@service }} }}",
    "ASK {{ FILTER('insert' != 'LOAD <{trap}>') }} # DROP ALL",
    "PREFIX load: <urn:load:> ASK {{ OPTIONAL {{ load:insert load:drop load:clear }} }}",
    "SELECT ?insert ?load ?delete {{ OPTIONAL {{ ?insert ?load ?delete FILTER(false) }} }}",
]
"""Queries in which the words mean nothing."""


@pytest.fixture
def untouched(served: Served, trap: Trap) -> Iterator[None]:
    """Fails when anybody calls the trap or the data change."""
    before = _count(served)
    yield
    assert trap.calls == []
    assert _count(served) == before


def _count(served: Served) -> str:
    return served.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv").text


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("query", SERVICES)
def test_service(served: Served, trap: Trap, query: str) -> None:
    """SERVICE is a 403, or a 400 where it is no SPARQL; no request leaves the server."""
    text = query.format(trap=trap.url, port=trap.port)
    for reply in (served.ask(text), served.get(text)):
        assert reply.status in (400, 403), reply.text
        assert reply.media_type == "application/problem+json"


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("update", UPDATES)
def test_update(served: Served, trap: Trap, update: str) -> None:
    """An update is refused in each of the ways to send one; nothing is loaded or changed."""
    text = update.format(trap=trap.url)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    direct = {"Content-Type": "application/sparql-update"}
    for reply in (
        served.ask(text),
        served.get(text),
        served.request("POST", headers=form, body=urlencode({"update": text}).encode()),
        served.request("POST", headers=form, body=urlencode({"query": text}).encode()),
        served.request("POST", headers=direct, body=text.encode()),
        served.request("GET", "/sparql?" + urlencode({"update": text})),
    ):
        assert reply.status in (400, 403), reply.text
        assert reply.media_type == "application/problem+json"


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("query", LISTENED)
def test_names_are_not_called(served: Served, trap: Trap, query: str) -> None:
    """A graph that is not there is empty; nobody goes and gets it."""
    reply = served.ask(query.format(trap=trap.url))
    assert reply.status in (200, 400), reply.text


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "name", ["default-graph-uri", "named-graph-uri", "using-graph-uri", "query-uri"]
)
def test_parameters_are_not_called(served: Served, trap: Trap, name: str) -> None:
    """The graph that a parameter names is not fetched."""
    for url in (trap.url, f"http://localhost:{trap.port}/", "file:///etc/passwd"):
        query = (
            "SELECT * { ?s ?p ?o }" if "named" not in name else "SELECT * { GRAPH ?g { ?s ?p ?o } }"
        )
        params = urlencode({"query": query, name: url})
        reply = served.request("GET", f"/sparql?{params}", headers={"Accept": "text/csv"})
        assert reply.status in (200, 400)
        if name in ("default-graph-uri", "named-graph-uri") and reply.status == 200:
            assert len(reply.text.splitlines()) == 1
    headers = {"Content-Type": "application/json", "Referer": trap.url, "Origin": trap.url}
    served.request("POST", headers=headers, body=b"{}")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("query", HARMLESS)
def test_harmless(served: Served, trap: Trap, query: str) -> None:
    """Words in strings, comments and names are no clause: the query is answered."""
    reply = served.ask(query.format(trap=trap.url))
    assert reply.status == 200, reply.text


@pytest.mark.usefixtures("untouched")
def test_headers_are_not_called(served: Served, trap: Trap) -> None:
    """No header makes the server call somebody."""
    names = ("Host", "X-Forwarded-Host", "X-Forwarded-For", "Forwarded", "Referer", "Via", "Link")
    for name in names:
        served.request("GET", headers={name: f"127.0.0.1:{trap.port}"})
    served.request("GET", f"{trap.url}?query=ASK%7B%7D")


def test_trap_notices() -> None:
    """The trap notices whoever calls it, so its silence means something."""
    with trapping() as one:
        urllib.request.urlopen(one.url, timeout=60).close()
        deadline = time.monotonic() + 60
        while not one.calls and time.monotonic() < deadline:
            time.sleep(0.01)
        assert one.calls[0].startswith(b"GET /trap")
