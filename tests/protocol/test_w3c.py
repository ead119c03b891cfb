"""The W3C tests of the SPARQL 1.1 Protocol and of the result formats, from their manifests."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.query import Result
from rdflib.term import BNode, Node
from tests.protocol.project import BASE, W3C
from tests.protocol.served import Served

ROOT = W3C
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
FORMATS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    },
    "RDF": {
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
    },
}
needs_suite = pytest.mark.skipif(
    not ROOT.is_dir(), reason="the W3C suite is not at ../shared/w3c/sparql11"
)


@dataclass(frozen=True)
class Request:
    """One request of a protocol test, and what is to come."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    statuses: frozenset[str]
    boolean: bool | None
    format: str | None


@dataclass(frozen=True)
class Protocol:
    """A protocol test: its name and its requests, one after the other."""

    name: str
    requests: tuple[Request, ...]

    @property
    def updates(self) -> bool:
        """Whether it is about updates."""
        return "update" in self.name


def protocol_tests() -> list[Protocol]:
    """Return the tests of the manifest, none when it is not there."""
    if not ROOT.is_dir():
        return []
    manifest = Graph().parse(ROOT / "protocol" / "manifest.ttl")
    tests = []
    listed = next(manifest.objects(None, MF.entries))
    for test in Collection(manifest, listed):
        action = manifest.value(test, MF.action)
        requests = Collection(manifest, manifest.value(action, HT.requests) or BNode())
        found = tuple(request(manifest, each) for each in requests)
        tests.append(Protocol(str(test).rpartition("#")[2], found))
    return tests


def request(manifest: Graph, node: Node) -> Request:
    """Read one request."""
    listed = manifest.value(node, HT.headers)
    headers = {
        str(manifest.value(each, HT.fieldName)): str(manifest.value(each, HT.fieldValue))
        for each in (Collection(manifest, listed) if listed is not None else ())
    }
    content = manifest.value(node, HT.body)
    body = None
    if content is not None:
        encoding = str(manifest.value(content, CNT.characterEncoding))
        body = str(manifest.value(content, CNT.chars)).encode(encoding)
    expected = manifest.value(node, HT.resp)
    boolean = manifest.value(expected, MF.expectedBoolean)
    form = manifest.value(expected, MF.expectedFormat)
    return Request(
        method=str(manifest.value(node, HT.methodName)),
        path=str(manifest.value(node, HT.absolutePath)),
        headers=headers,
        body=body,
        statuses=frozenset(
            str(status)[-3:] for status in manifest.objects(expected, MF.expectedStatus)
        ),
        boolean=None if boolean is None else str(boolean) == "true",
        format=None if form is None else str(form),
    )


@needs_suite
def test_suite_is_whole() -> None:
    """All 34 tests are found, 20 of queries and 14 of updates."""
    found = protocol_tests()
    assert (len(found), sum(each.updates for each in found)) == (34, 14)


@pytest.mark.parametrize("prefix", ["/sparql/", "/sparql"])
@pytest.mark.parametrize("test", protocol_tests(), ids=lambda each: each.name)
def test_protocol(served: Served, test: Protocol, prefix: str) -> None:
    """Queries are answered as the suite says; updates are refused, and nothing changes."""
    before = served.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv").text
    for asked in test.requests:
        target = asked.path.replace("/sparql/", prefix, 1)
        reply = served.request(asked.method, target, headers=asked.headers, body=asked.body)
        if test.updates and asked.headers.get("content-type") != "application/sparql-query":
            assert 400 <= reply.status < 500
            continue
        if test.updates:  # what a query sees after an update that was refused
            assert reply.status == 200
            continue
        assert f"{reply.status // 100}xx" in asked.statuses, reply.text
        if asked.format:
            assert reply.media_type in FORMATS[asked.format]
        if asked.boolean is not None:
            assert reply.json()["boolean"] is asked.boolean
    assert served.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv").text == before


def result_tests() -> list[tuple[str, Path, Path, Path]]:
    """Return name, data, query and result of the tests of JSON, CSV and TSV."""
    found = []
    for folder in ("json-res", "csv-tsv-res"):
        path = ROOT / folder / "manifest.ttl"
        if not path.is_file():
            continue
        manifest = Graph().parse(path, publicID=path.as_uri())
        for entries in manifest.objects(None, MF.entries):
            for test in Collection(manifest, entries):
                action = manifest.value(test, MF.action)
                files = (
                    manifest.value(action, QT.data),
                    manifest.value(action, QT.query),
                    manifest.value(test, MF.result),
                )
                data, query, result = (path.parent / str(each).rpartition("/")[2] for each in files)
                found.append((result.name, data, query, result))
    return found


MEDIA = {
    ".srj": "application/sparql-results+json",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
}


@needs_suite
@pytest.mark.parametrize(("name", "data", "query", "expected"), result_tests(), ids=str)
def test_results(served: Served, name: str, data: Path, query: Path, expected: Path) -> None:
    """The answer has the rows of the suite, read by the same reader."""
    graph = quote(f"{BASE}graph/w3c/{data.parent.name}/{data.stem}", safe="")
    headers = {"Accept": MEDIA[expected.suffix], "Content-Type": "application/sparql-query"}
    target = f"/sparql?default-graph-uri={graph}"
    reply = served.request("POST", target, headers=headers, body=query.read_bytes())
    assert reply.status == 200
    assert reply.media_type == MEDIA[expected.suffix]
    assert rows(reply.body, expected.suffix) == rows(expected.read_bytes(), expected.suffix), name


def rows(body: bytes, suffix: str) -> list[str]:
    """Return the rows in an order that does not depend on that of the file."""
    if suffix == ".csv":
        cells = csv.DictReader(io.StringIO(body.decode(), newline=""))
        return sorted(
            str(sorted((name, bare(cell)) for name, cell in row.items())) for row in cells
        )
    result = Result.parse(io.BytesIO(body), format="json" if suffix == ".srj" else "tsv")
    if result.type == "ASK":
        return [str(result.askAnswer)]
    found = [{str(name): plain(value) for name, value in row.items()} for row in result.bindings]
    return sorted(str(sorted(row.items())) for row in found)


def bare(cell: str) -> str:
    """Return a cell of CSV by its value: numbers in one form, blank nodes without label."""
    try:
        return repr(float(cell))
    except ValueError:
        return re.sub(r"\A_:.*", "_:", cell)


def plain(value: Node) -> str:
    """Return a term by its value; labels of blank nodes are all the same."""
    if isinstance(value, BNode):
        return "_:b"
    if isinstance(value, Literal) and value.value is not None and value.datatype is not None:
        # the store keeps the value of a number, and xsd:integer for the types derived from it
        datatype = "integer" if isinstance(value.value, int) else value.datatype
        return f"{value.value!r}^^{datatype}"
    return value.n3() if isinstance(value, Literal | URIRef) else str(value)
