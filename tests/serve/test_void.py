"""/.well-known/void says what is there, and all its numbers are true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from starlette.routing import Route
from tests.serve.helpers import Client
from tests.serve.rdf import COUNTED, ask, count, graph_of, mapping, values

from kg.errors import KgError
from kg.namespaces import RDF
from kg.publish.versions import Version
from kg.serve.problems import on_kg_error
from kg.serve.void import Void

ROOT = "http://testserver/"
DATASET = f"<{ROOT}.well-known/void#dataset>"
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"


def site(version: Version, **options: str) -> Client:
    """The route on its own."""
    void = Void(lambda: version, **options)  # type: ignore[arg-type]
    route = Route("/.well-known/void", void.handle, methods=["GET", "HEAD"])
    handlers: dict[int | type[Exception], Any] = {KgError: on_kg_error}
    return Client(FastAPI(routes=[route], exception_handlers=handlers))


@pytest.fixture(scope="module")
def void(version: Version) -> Iterator[Client]:
    """The route on the project about beetles."""
    with site(version, license=LICENCE) as client:
        yield client


def test_counts(void: Client, version: Version) -> None:
    """Each number of the whole is what a query gives."""
    store = graph_of(void.get("/.well-known/void"))
    expected = {
        "triples": count(version.store, "COUNT(*)"),
        "distinctSubjects": count(version.store, "COUNT(DISTINCT ?s)"),
        "distinctObjects": count(version.store, "COUNT(DISTINCT ?o)"),
        "properties": count(version.store, "COUNT(DISTINCT ?p)"),
        "classes": count(version.store, "COUNT(DISTINCT ?c)", "?s a ?c FILTER isIRI(?c)"),
        "entities": count(
            version.store,
            "COUNT(DISTINCT ?s)",
            '?s ?p ?o FILTER (isIRI(?s) && STRSTARTS(STR(?s), "https://example.org/"))',
        ),
    }
    for name, number in expected.items():
        assert values(store, f"{DATASET} void:{name} ?x") == [str(number)]
    assert values(store, f"{DATASET} void:uriSpace ?x") == ["https://example.org/"]


def test_partitions(void: Client, version: Version) -> None:
    """Each class and each property has its number."""
    store = graph_of(void.get("/.well-known/void"))
    found = mapping(store, f"{DATASET} void:classPartition [ void:class ?x ; void:entities ?n ]")
    assert found == mapping(version.store, "?s a ?x FILTER isIRI(?x)", COUNTED)
    used = f"{DATASET} void:propertyPartition [ void:property ?x ; void:triples ?n ]"
    assert mapping(store, used) == mapping(version.store, "?s ?x ?o", COUNTED)


def test_subsets(void: Client, version: Version) -> None:
    """Each named graph is a subset, with its size and the address where it can be had."""
    store = graph_of(void.get("/.well-known/void"))
    found = mapping(store, f"{DATASET} void:subset ?x . ?x a void:Dataset ; void:triples ?n")
    assert found == mapping(version.store, "GRAPH ?x { ?s ?p ?o }", COUNTED)
    (dump,) = values(store, "<https://example.org/graph/dung> void:dataDump ?x")
    assert dump == (f"{ROOT}graphs?graph=https%3A%2F%2Fexample.org%2Fgraph%2Fdung&format=ntriples")


def test_description(void: Client, version: Version) -> None:
    """It says what the dataset is called, since when it is so, where it is asked and had."""
    store = graph_of(void.get("/.well-known/void"))
    document = f"<{ROOT}.well-known/void>"
    assert ask(store, f"{document} a void:DatasetDescription ; ?topic {DATASET}")
    assert ask(store, f"{DATASET} void:sparqlEndpoint <{ROOT}sparql>")
    assert values(store, f"{DATASET} dct:title ?x") == [version.manifest.title]
    assert values(store, f"{DATASET} dct:issued ?x") == [
        version.manifest.built.replace("+00:00", "Z")
    ]
    assert values(store, f"{DATASET} dct:license ?x") == [LICENCE]
    assert values(store, f"{DATASET} void:dataDump ?x") == [f"{ROOT}graphs?default&format=ntriples"]
    vocabularies = values(store, f"{DATASET} void:vocabulary ?x")
    assert "https://example.org/ns#" in vocabularies
    assert RDF not in vocabularies
    examples = values(store, f"{DATASET} void:exampleResource ?x")
    assert examples
    for iri in examples:
        assert version.store.query(f"ASK {{ <{iri}> a ?class }}")


def test_plain(version: Version) -> None:
    """Where the default graph is not everything, it is not offered as a dump of everything."""
    with site(version, default_graph="plain") as client:
        store = graph_of(client.get("/.well-known/void"))
    assert not values(store, f"{DATASET} void:dataDump|dct:license ?x")
    assert values(store, "?graph void:dataDump ?x")


@pytest.mark.parametrize("form", ["text/turtle", "application/n-triples", "application/rdf+xml"])
def test_negotiation(form: str, void: Client) -> None:
    """All formats say the same; a second request costs nothing; a parameter goes first."""
    response = void.get("/.well-known/void", headers={"Accept": form})
    assert response.headers["content-type"].startswith(form)
    assert response.headers["vary"] == "Accept"
    assert len(graph_of(response)) == len(graph_of(void.get("/.well-known/void?format=jsonld")))
    tag = {"Accept": form, "If-None-Match": response.headers["etag"]}
    again = void.get("/.well-known/void", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    head = void.request("HEAD", "/.well-known/void", headers={"Accept": form})
    assert head.headers["content-length"] == str(len(response.content))


def test_not_acceptable(void: Client) -> None:
    """What is not offered is a problem."""
    response = void.get("/.well-known/void?format=pdf")
    assert response.status_code == 406
    assert "text/turtle" in response.json()["available"]


def test_repository(published: Version) -> None:
    """Of the graph of this repository, links to Wikidata are counted for each named graph."""
    with site(published) as client:
        response = client.get("/.well-known/void", headers={"Host": "graph.example.org"})
    store = graph_of(response)
    links = mapping(
        store,
        "?x void:subset ?l . ?l a void:Linkset ; void:triples ?n ; void:linkPredicate ?p ; "
        'void:objectsTarget/void:uriSpace "http://www.wikidata.org/entity/"',
    )
    bavaria = published.manifest.base + "graph/links/wikidata/bayern"
    linking = 'STRSTARTS(STR(?o), "http://www.wikidata.org/entity/") && CONTAINS(STR(?p), "Match")'
    pattern = f"GRAPH <{bavaria}> {{ ?s ?p ?o FILTER ({linking}) }}"
    assert links[bavaria] == count(published.store, "COUNT(*)", pattern) > 100
    assert all(
        urlsplit(dump).netloc == "graph.example.org"
        for dump in values(store, "?s void:dataDump ?x")
    )
