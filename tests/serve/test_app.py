"""Headers, service description and health are what clients rely on."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from tests.serve.helpers import Client, write_project

from kg.publish.build import build
from kg.publish.versions import Version, open_current
from kg.serve import app as app_module
from kg.serve.answers import Question
from kg.serve.app import create_app
from kg.serve.engine import Answer
from kg.settings import Project

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
READ_ROUTES = ("/", "/sparql", "/sparql?query=ASK{}", "/health", "/static/style.css")


@pytest.mark.parametrize("path", READ_ROUTES)
def test_headers(client: Client, path: str) -> None:
    """Every read route may be read by other sites' scripts and is not sniffed."""
    response = client.get(path, headers={"Origin": "https://elsewhere.example"})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "*"
    assert "ETag" in response.headers["access-control-expose-headers"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("path", READ_ROUTES)
def test_head(client: Client, path: str) -> None:
    """HEAD gives the headers of GET, with the length, and no body."""
    plain = {"Accept-Encoding": "identity"}
    get, head = client.get(path, headers=plain), client.request("HEAD", path, headers=plain)
    assert head.status_code == 200
    assert head.content == b""
    assert int(head.headers["content-length"]) == len(get.content) > 0
    for name in ("content-type", "etag", "vary"):
        assert head.headers.get(name) == get.headers.get(name)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/", {"GET", "HEAD", "OPTIONS"}),
        ("/sparql", {"GET", "HEAD", "POST", "OPTIONS"}),
        ("/health", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_options(client: Client, path: str, methods: set[str]) -> None:
    """OPTIONS names the methods, also as the preflight of a script elsewhere."""
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    response = client.request("OPTIONS", path, headers=headers)
    assert response.status_code == 204
    assert set(response.headers["allow"].split(", ")) == methods
    assert set(response.headers["access-control-allow-methods"].split(", ")) == methods
    assert "Content-Type" in response.headers["access-control-allow-headers"]
    assert response.headers["access-control-allow-origin"] == "*"


def test_etag(client: Client, version: Version) -> None:
    """The ETag names version and format, and a client that has it gets a 304."""
    params = {"query": "SELECT * { ?s ?p ?o }"}
    first = client.get("/sparql", params=params)
    tag = first.headers["etag"]
    assert version.manifest.version in tag
    assert first.headers["vary"] == "Accept, Accept-Encoding, Accept-Datetime"
    again = client.get("/sparql", params=params, headers={"If-None-Match": f'"x", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    other = client.get(
        "/sparql", params={**params, "format": "csv"}, headers={"If-None-Match": tag}
    )
    assert other.status_code == 200
    assert other.headers["etag"] != tag


@pytest.mark.parametrize("path", ["/", "/sparql"])
def test_etag_of_pages(client: Client, path: str) -> None:
    """Page and service description have an ETag as well."""
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_no_etag_where_answers_change(client: Client) -> None:
    """An answer that depends on chance or on the clock has no ETag, nor has one to POST."""
    changing = client.get("/sparql", params={"query": "SELECT (RAND() AS ?x) {}"})
    assert changing.status_code == 200
    assert "etag" not in changing.headers
    assert "etag" not in client.post("/sparql", data={"query": "ASK {}"}).headers


def test_service_description(client: Client, version: Version) -> None:
    """Without a query the endpoint describes itself: language, formats, graphs with counts."""
    response = client.get("/sparql")
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    graph = Graph().parse(data=response.content, format="turtle")
    service = URIRef("http://testserver/sparql")
    assert (service, URIRef(SD + "endpoint"), service) in graph
    assert (service, URIRef(SD + "supportedLanguage"), URIRef(SD + "SPARQL11Query")) in graph
    assert (service, URIRef(SD + "feature"), URIRef(SD + "UnionDefaultGraph")) in graph
    assert len(list(graph.objects(service, URIRef(SD + "resultFormat")))) == 8
    counts = graph.query(
        f"SELECT ?name ?n {{ ?e <{SD}name> ?name ; <{SD}graph>/<{VOID}triples> ?n }}"
    )
    assert {str(name): int(n) for name, n in counts} == version.manifest.graphs  # type: ignore[misc]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own use
@pytest.mark.parametrize(
    ("accept", "parser"), [("application/rdf+xml", "xml"), ("application/ld+json", "json-ld")]
)
def test_service_description_formats(client: Client, accept: str, parser: str) -> None:
    """The description is negotiated as any other graph."""
    response = client.get("/sparql", headers={"Accept": accept})
    assert response.headers["content-type"] == accept
    assert len(Graph().parse(data=response.content, format=parser)) > 20


def test_plain_default_graph(tmp_path: Path) -> None:
    """A project without a union says so, and a query without GRAPH finds nothing."""
    plain = dataclasses.replace(write_project(tmp_path), default_graph="plain")
    assert build(plain).path is not None
    with Client(create_app(plain, open_current(plain.build_dir))) as client:
        assert "UnionDefaultGraph" not in client.get("/sparql").text
        assert client.get("/sparql?query=ASK{?s ?p ?o}").json()["boolean"] is False
        assert client.get("/sparql?query=ASK{GRAPH ?g {?s ?p ?o}}").json()["boolean"] is True


def test_strange_host(client: Client) -> None:
    """A Host header that is no host is not repeated."""
    response = client.get("/sparql", headers={"Host": 'x"><b>'})
    assert response.status_code == 200
    assert "<b>" not in response.text


def test_health(client: Client, version: Version) -> None:
    """Health says what is served and that the project's health query holds."""
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "version": version.manifest.version,
        "triples": version.manifest.triples,
        "health": True,
    }
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", ["ASK { id:stag a ex:Plant }", "ASK {"])
def test_unhealthy(project: Project, version: Version, query: str) -> None:
    """A health query that does not hold, or is none, is a 503."""
    with Client(create_app(dataclasses.replace(project, health=query), version)) as client:
        response = client.get("/health")
    assert response.status_code == 503
    assert response.json()["health"] is False
    assert response.json()["status"] == "failing"


def test_health_without_query(project: Project, version: Version) -> None:
    """Without a health query it is enough that the store answers."""
    with Client(create_app(dataclasses.replace(project, health=None), version)) as client:
        response = client.get("/health")
    assert response.status_code == 200
    assert response.json()["health"] is None


class Slow:
    """An engine that never answers."""

    async def answer(self, question: Question) -> Answer:
        """Wait."""
        await asyncio.sleep(60)
        return Answer(question.representation.content_type, b"")

    stream = answer


def test_health_of_a_stuck_engine(
    project: Project, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When no answer comes in time, health says so instead of waiting."""
    monkeypatch.setattr(app_module, "HEALTH_SECONDS", 0.05)
    with Client(create_app(project, version, engine=Slow())) as client:
        response = client.get("/health")
    assert response.status_code == 503


@pytest.mark.parametrize("path", ["/", "/static/style.css", "/ontology"])
def test_a_page_keeps_its_policy(client: Client, path: str) -> None:
    """A 304 sends no policy: browsers would put it in the place of that of the page they have."""
    first = client.get(path, headers={"Accept": "text/html, */*;q=0.1"})
    assert "default-src 'none'" in first.headers["content-security-policy"]
    again = {"Accept": "text/html, */*;q=0.1", "If-None-Match": first.headers["etag"]}
    second = client.get(path, headers=again)
    assert second.status_code == 304
    assert "content-security-policy" not in second.headers
