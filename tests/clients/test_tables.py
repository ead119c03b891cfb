"""What spreadsheets, scripts and the shell do: read a table from an address."""

from __future__ import annotations

import csv
import http.client
import io
import json
import shutil
import subprocess
import urllib.request
from urllib.parse import quote, urlencode

import httpx
import pytest
from tests.protocol.served import Served

QUERY = "SELECT ?s ?o { ?s ex:says ?o } ORDER BY ?s"


def test_table_from_an_address(served: Served) -> None:
    """Who can only open an address, as a spreadsheet does, gets a table by `format=csv`."""
    url = f"{served.endpoint}?{urlencode({'query': QUERY, 'format': 'csv'})}"
    with urllib.request.urlopen(url, timeout=60) as response:
        assert response.headers.get_content_charset() == "utf-8"
        rows = list(csv.DictReader(io.TextIOWrapper(response, "utf-8", newline="")))
    said = {row["s"].rpartition("/")[2]: row["o"] for row in rows}
    assert said["comma"] == "a,b"
    assert said["quote"] == 'a "b" c'
    assert said["line"] == "a\r\nb\nc\rd"
    assert said["beetle"] == "🪲"


def test_httpx(served: Served) -> None:
    """httpx, with a kept connection, by GET, form and body."""
    with httpx.Client(base_url=served.url) as client:
        for _ in range(5):
            got = client.get("/sparql", params={"query": QUERY})
            form = client.post("/sparql", data={"query": QUERY})
            body = client.post(
                "/sparql", content=QUERY, headers={"Content-Type": "application/sparql-query"}
            )
            assert got.json() == form.json() == body.json()


def test_httpx_streams(served: Served) -> None:
    """A large table is read line by line."""
    query = "SELECT * { ?a ex:next ?b . ?c ex:next ?d } LIMIT 20000"
    with httpx.stream(
        "POST", served.endpoint, data={"query": query, "format": "tsv"}, timeout=60
    ) as response:
        assert sum(1 for _ in response.iter_lines()) == 20_001


def test_http_client(served: Served) -> None:
    """The standard library, on one connection, with a body in chunks."""
    connection = http.client.HTTPConnection(*served.address, timeout=60)
    headers = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    for _ in range(3):
        connection.request(
            "POST", "/sparql", body=iter([b"SELECT (1 ", b"AS ?x) {}"]), headers=headers
        )
        assert connection.getresponse().read() == b"x\r\n1\r\n"
    connection.close()


CURL = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")


def curl(served: Served, *arguments: str, stdin: str = "") -> str:
    """Run curl on the endpoint; fails with its exit code on a status beyond 399."""
    command = ["curl", "-sS", "--fail-with-body", "--noproxy", "*", *arguments, served.endpoint]
    done = subprocess.run(
        command, input=stdin.encode(), capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode()


@CURL
@pytest.mark.parametrize(
    "arguments",
    [
        ("-G", "--data-urlencode", f"query={QUERY}"),
        ("--data-urlencode", f"query={QUERY}"),
        ("-H", "Content-Type: application/sparql-query", "--data-binary", QUERY),
        ("-H", "Content-Type: application/sparql-query", "--data-binary", "@-"),
        ("-H", "Content-Type: application/sparql-query", "-H", "Transfer-Encoding: chunked",
         "--data-binary", "@-"),
        ("--http1.0", "--data-urlencode", f"query={QUERY}"),
        ("--compressed", "--data-urlencode", f"query={QUERY}"),
        ("-H", "Expect: 100-continue", "--data-urlencode", f"query={QUERY}"),
        ("--http2", "--data-urlencode", f"query={QUERY}"),
    ],
)  # fmt: skip
def test_curl(served: Served, arguments: tuple[str, ...]) -> None:
    """Each way of curl to send a query gets the rows."""
    rows = json.loads(curl(served, *arguments, stdin=QUERY))["results"]["bindings"]
    assert len(rows) == 20


@CURL
def test_curl_head_and_fault(served: Served) -> None:
    """-I shows the headers, and a fault ends with curl's code for it."""
    assert "HTTP/1.1 200" in curl(served, "-I", "-G", "--data-urlencode", "query=ASK {}")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        curl(served, "--data-urlencode", "query=ASK {")
    assert caught.value.returncode == 22
    assert b"query-syntax" in caught.value.stdout


def test_browser_link(served: Served) -> None:
    """A link that is opened in a browser shows the answer; a form of a page posts it."""
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    link = served.request("GET", f"/sparql?query={quote(QUERY)}", headers={"Accept": accept})
    assert link.status == 200
    assert link.media_type in ("application/sparql-results+json", "text/csv", "text/html")
    form = served.request(
        "POST",
        headers={"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"},
        body=urlencode({"query": QUERY, "format": "", "run": "Ask"}).encode(),
    )
    assert form.status == 200
