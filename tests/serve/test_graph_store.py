"""/graphs: whole graphs by name, as the Graph Store HTTP Protocol has it for reading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from pyoxigraph import DefaultGraph, NamedNode
from starlette.routing import Route
from tests.serve.helpers import Client
from tests.serve.rdf import FORMATS, graph_of, mapping, values

from kg.errors import KgError
from kg.publish.build import build
from kg.publish.versions import Version, open_current
from kg.serve.graph_store import WRITING, GraphStore
from kg.serve.problems import on_kg_error
from kg.serve.serving import Serving
from kg.serve.time_travel import TimeTravel
from kg.settings import Project, read_project

DUNG = "https://example.org/graph/dung"
STAG = "https://example.org/graph/stag"
ALL = ["GET", "HEAD", "OPTIONS", *WRITING]


def site(project: Project, version: Version) -> Client:
    """The route on its own, with the engine that belongs to it."""
    serving = Serving(project, version)
    store = GraphStore(serving.current, serving.engine, TimeTravel(serving))
    route = Route("/graphs", store.handle, methods=ALL)
    handlers: dict[int | type[Exception], Any] = {KgError: on_kg_error}
    return Client(FastAPI(routes=[route], lifespan=serving.running, exception_handlers=handlers))


@pytest.fixture(scope="module")
def graphs(project: Project, version: Version) -> Iterator[Client]:
    """The route on the project about beetles."""
    with site(project, version) as client:
        yield client


def path(**parameters: str) -> str:
    return f"/graphs?{urlencode(parameters)}"


@pytest.mark.parametrize("media_type", FORMATS)
def test_named(media_type: str, graphs: Client, version: Version) -> None:
    """A graph is given in every format of RDF, each triple once."""
    response = graphs.get(path(graph=DUNG), headers={"Accept": media_type})
    found = {quad.triple for quad in graph_of(response)}
    stored = version.store.quads_for_pattern(None, None, None, NamedNode(DUNG))
    assert found == {quad.triple for quad in stored} != set()
    assert response.headers["content-type"].partition(";")[0] == media_type


@pytest.mark.parametrize("parameters", ["default", "default="])
def test_default(parameters: str, graphs: Client, version: Version) -> None:
    """The default graph is the union of all."""
    response = graphs.get(f"/graphs?{parameters}&format=nt")
    lines = response.text.splitlines()
    stored = version.store.quads_for_pattern(None, None, None, DefaultGraph())
    assert len(lines) == len(set(lines)) == len(list(stored)) > 0


def test_no_parameter(graphs: Client, version: Version) -> None:
    """Without a parameter the graphs are listed, with their sizes and addresses."""
    store = graph_of(graphs.get("/graphs"))
    assert mapping(store, "?d void:subset ?x . ?x void:triples ?n") == version.manifest.graphs
    for graph in version.manifest.graphs:
        (address,) = values(store, f"<{graph}> void:dataDump ?x")
        dumped = graph_of(graphs.get(address.removeprefix("http://testserver")))
        assert len(dumped) == version.manifest.graphs[graph]


@pytest.mark.parametrize(
    "query",
    [
        f"graph={DUNG}&default",
        f"graph={DUNG}&graph={STAG}",
        f"graph={DUNG}&graph={DUNG}",
        "default&default",
        "graph=",
        "graph=dung",
        "graph=/graph/dung",
        "graph=https://example.org/a%20b",
        "graph=https://example.org/%3E",
        "graph=%FF",
        "&".join("x=1" for _ in range(200)),
    ],
)
def test_bad_request(query: str, graphs: Client) -> None:
    """Exactly one graph is named, by an absolute IRI."""
    response = graphs.get(f"/graphs?{query}")
    assert response.status_code == 400
    assert response.json()["messages"].keys() == {"de", "en"}


def test_not_found(graphs: Client) -> None:
    """A graph that is not there is missed, and those of like names are told."""
    response = graphs.get(
        path(graph="https://example.org/graph/dungg"), headers={"Accept-Language": "de"}
    )
    assert response.status_code == 404
    problem = response.json()
    assert problem["similar"] == [DUNG]
    assert DUNG in problem["detail"]
    assert "Ähnlich" in problem["detail"]
    other = graphs.get(path(graph="urn:zzzzzzzz")).json()
    assert other["similar"] == []
    assert graphs.request("HEAD", path(graph="urn:zzzzzzzz")).status_code == 404


def test_long_name(graphs: Client) -> None:
    """A name that is far too long is answered at once."""
    assert graphs.get(path(graph="urn:" + "x" * 20_000)).status_code == 404


@pytest.mark.parametrize("query", [path(graph=DUNG), "/graphs?default", "/graphs"])
def test_conditional(query: str, graphs: Client) -> None:
    """Who has a graph is told so; the ETag differs between formats."""
    response = graphs.get(query, headers={"Accept": "text/turtle"})
    tag = response.headers["etag"]
    again = graphs.get(query, headers={"Accept": "text/turtle", "If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert "Accept" in response.headers["vary"]
    other = graphs.get(query, headers={"Accept": "application/n-triples", "If-None-Match": tag})
    assert other.status_code == 200
    head = graphs.request("HEAD", query, headers={"Accept": "text/turtle", "If-None-Match": tag})
    assert head.status_code == 304


@pytest.mark.parametrize("query", [path(graph=DUNG), "/graphs?default", "/graphs"])
def test_head(query: str, graphs: Client) -> None:
    """HEAD has the headers of GET and no body."""
    get, head = graphs.get(query), graphs.request("HEAD", query)
    assert (head.status_code, head.content) == (200, b"")
    names = ("content-type", "etag", "vary", "content-location", "link")
    assert [head.headers.get(name) for name in names] == [get.headers.get(name) for name in names]
    assert head.headers.get("content-length") in (None, get.headers["content-length"])


def test_location(graphs: Client) -> None:
    """The response names the address of its format, which needs no Accept, and its description."""
    response = graphs.get(path(graph=DUNG), headers={"Accept": "application/n-triples"})
    location = response.headers["content-location"].removeprefix("http://testserver")
    again = graphs.get(location, headers={"Accept": "text/turtle"})
    assert again.headers["content-type"] == response.headers["content-type"]
    assert again.content == response.content
    assert response.headers["link"] == '<http://testserver/.well-known/void>; rel="describedby"'


@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_coding(coding: str, graphs: Client) -> None:
    """What is compressed says so."""
    response = graphs.get("/graphs?default", headers={"Accept-Encoding": coding})
    assert len(graph_of(response)) > 0


def test_not_acceptable(graphs: Client) -> None:
    """A format that is not offered is a problem."""
    assert graphs.get(path(graph=DUNG), headers={"Accept": "application/pdf"}).status_code == 406
    assert graphs.get(path(graph=DUNG, format="pdf")).status_code == 406


@pytest.mark.parametrize("method", WRITING)
def test_writing(method: str, graphs: Client) -> None:
    """Nothing is written; the answer says what can be done."""
    response = graphs.request(method, path(graph=DUNG), content=b"<urn:a> <urn:b> <urn:c> .")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"
    assert "off" in response.json()["detail"]
    assert graphs.request("OPTIONS", "/graphs").headers["allow"] == "GET, HEAD, OPTIONS"


def test_encoded_name(tmp_path_factory: pytest.TempPathFactory) -> None:
    """W3C put_get_uri_pct_encoded, reading: a name with percent signs is decoded once."""
    root = tmp_path_factory.mktemp("encoded")
    (root / "data").mkdir()
    names = ["https://e.org/a%20b", "https://e.org/ä?x=1&y=%2B#z", "urn:a+b"]
    owl = "http://www.w3.org/2002/07/owl#"
    text = " ".join(f"<{name}> {{ <urn:s> a <urn:{i}> }}" for i, name in enumerate(names))
    (root / "data" / "n.trig").write_text(text, encoding="utf-8")
    classes = " ".join(f"<urn:{number}> a <{owl}Class> ." for number in range(len(names)))
    (root / "data" / "m.ttl").write_text(classes)
    project = read_project(root)
    built = build(project)
    assert built.path, built.report
    with site(project, open_current(project.build_dir)) as client:
        for number, name in enumerate(names):
            text = client.get(path(graph=name, format="nt")).text
            assert f"<urn:{number}>" in text


def test_large(published: Version, published_project: object) -> None:
    """A graph of many triples is streamed, whole; for HEAD it is not even begun."""
    project = read_project(published_project)  # type: ignore[arg-type]
    name = project.graph_iri("gazetteer/bayern")
    with site(project, published) as client:
        response = client.get(path(graph=name, format="nt"))
        head = client.request("HEAD", path(graph=name, format="nt"))
    assert response.status_code == 200
    assert "content-length" not in response.headers
    assert head.headers.get("etag") == response.headers["etag"]
    assert head.headers.get("content-encoding") == response.headers.get("content-encoding")
    lines = response.text.splitlines()
    assert len(lines) == len(set(lines)) == published.manifest.graphs[name] > 80_000
