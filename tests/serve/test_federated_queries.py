"""A project with [service] is built and served: SERVICE asks whom it may, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.protocol.served import serving
from tests.serve.federation.endpoints import (
    Behaviour,
    Fake,
    answering,
    endpoint,
    failing,
    redirecting,
    rows,
)
from tests.serve.helpers import Client, write_project

from kg.publish.build import build
from kg.publish.versions import find_current
from kg.serve.app import create_app
from kg.settings import Project, read_project

STAG = "https://example.org/id/stag"
FEDERATED = "http://www.w3.org/ns/sparql-service-description#BasicFederatedQuery"
JSON = {"Accept": "application/sparql-results+json"}


def joined(url: str, silent: str = "") -> str:
    """Return a query that asks `url` for beetles and this project for their names."""
    return f"SELECT ?name {{ SERVICE {silent} <{url}> {{ ?x ex:seen true }} ?x rdfs:label ?name }}"


def federated(root: Path, *fakes: Fake, more: str = "") -> Project:
    """Return a project, built, whose queries may ask these endpoints."""
    write_project(root)
    urls = ", ".join(f'{{url = "{each.url}", private = true}}' for each in fakes)
    config = root / "kg.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(f"{text}\n[service]\nendpoints = [{urls}]\n{more}\n", encoding="utf-8")
    project = read_project(root)
    assert build(project).path is not None
    return project


@contextmanager
def calling(root: Path, behaviour: Behaviour, more: str = "") -> Iterator[tuple[Client, Fake]]:
    """Serve a project that may ask an endpoint of this behaviour."""
    with endpoint(behaviour) as fake:
        project = federated(root, fake, more=more)
        with Client(create_app(project, find_current(project.build_dir))) as client:
            yield client, fake


def test_join(tmp_path: Path) -> None:
    """Rows of the other endpoint are joined with ours, anew for each who asks, and never kept."""
    with calling(tmp_path, answering(rows(STAG, "https://example.org/id/none"))) as (client, fake):
        for times in (1, 2, 3):
            reply = client.get("/sparql", params={"query": joined(fake.url)}, headers=JSON)
            assert reply.status_code == 200, reply.text
            found = reply.json()["results"]["bindings"]
            assert [row["name"]["value"] for row in found] == ["Hirschkäfer"]
            assert reply.headers["cache-control"] == "no-store"
            assert "etag" not in reply.headers
            assert len(fake.asked) == times
        posted = client.post("/sparql", data={"query": joined(fake.url)}, headers=JSON)
        assert posted.json() == reply.json()
        assert "seen" in fake.asked[0].query


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_failing(tmp_path: Path, status: int) -> None:
    """When the other endpoint fails, that is a 502 in both languages, without what it has said."""
    with calling(tmp_path, failing(status)) as (client, fake):
        reply = client.get("/sparql", params={"query": joined(fake.url)}, headers=JSON)
        assert reply.status_code == 502
        assert reply.headers["content-type"] == "application/problem+json"
        document = reply.json()
        assert fake.url in document["messages"]["de"]
        assert fake.url in document["messages"]["en"]
        assert "secret" not in reply.text
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200


def test_failing_silent(tmp_path: Path) -> None:
    """SERVICE SILENT goes on without the endpoint that fails."""
    with calling(tmp_path, failing(500)) as (client, fake):
        query = joined(fake.url, "SILENT")
        reply = client.get("/sparql", params={"query": query}, headers=JSON)
        assert reply.status_code == 200, reply.text
        names = {row["name"]["value"] for row in reply.json()["results"]["bindings"]}
        assert "Hirschkäfer" in names
        assert reply.headers["cache-control"] == "no-store"


def test_slow_endpoint(tmp_path: Path) -> None:
    """An endpoint that says nothing is a 502 when its time is over."""
    with calling(tmp_path, lambda _: None, more="timeout = 0.3") as (client, fake):
        reply = client.get("/sparql", params={"query": joined(fake.url)}, headers=JSON)
        assert reply.status_code == 502, reply.text


def test_not_on_the_list(tmp_path: Path) -> None:
    """Nobody else is asked, neither by name, nor by a variable, nor by a redirect, nor by LOAD."""
    with endpoint(answering(rows(STAG))) as other:
        with calling(tmp_path, redirecting(other.url)) as (client, fake):
            reply = client.get("/sparql", params={"query": joined(other.url)}, headers=JSON)
            assert reply.status_code == 403, reply.text
            silent = joined(other.url, "SILENT")
            reply = client.get("/sparql", params={"query": silent}, headers=JSON)
            assert reply.status_code == 403, reply.text
            query = f"SELECT * {{ VALUES ?e {{ <{other.url}> }} SERVICE ?e {{ ?x ex:seen true }} }}"
            reply = client.get("/sparql", params={"query": query}, headers=JSON)
            assert reply.status_code in (400, 403), reply.text
            assert fake.asked == []
            reply = client.get("/sparql", params={"query": joined(fake.url)}, headers=JSON)
            assert reply.status_code == 502, reply.text
            load = client.get("/sparql", params={"query": f"LOAD <{other.url}>"})
            assert load.status_code in (400, 403)
        assert other.asked == []


def test_off_by_default(client: Client) -> None:
    """A project without a list asks nobody, and its description does not speak of it."""
    with endpoint(answering(rows(STAG))) as other:
        reply = client.get("/sparql", params={"query": joined(other.url)}, headers=JSON)
        assert reply.status_code == 403, reply.text
        assert other.asked == []
    described = client.get("/sparql", headers={"Accept": "application/n-triples"})
    assert described.status_code == 200
    assert FEDERATED not in described.text


def test_described(tmp_path: Path) -> None:
    """The service description says that SERVICE works; nobody is asked for that."""
    with calling(tmp_path, answering(rows())) as (client, fake):
        described = client.get("/sparql", headers={"Accept": "application/n-triples"})
        assert f"<{FEDERATED}>" in described.text
        assert fake.asked == []


def test_by_the_short_way(tmp_path: Path) -> None:
    """On a connection to a real server, where equal requests are known by bytes, it is the same."""
    with endpoint(answering(rows(STAG))) as fake:
        project = federated(tmp_path / "beetles", fake)
        with serving(project.root, tmp_path / "log", "--workers", "1") as served:
            for times in (1, 2, 3):
                reply = served.get(joined(fake.url), JSON["Accept"])
                assert reply.status == 200, reply.text
                found = json.loads(reply.text)["results"]["bindings"]
                assert [row["name"]["value"] for row in found] == ["Hirschkäfer"]
                assert reply.headers["cache-control"] == "no-store"
                assert len(fake.asked) == times
            assert served.get(joined("http://127.0.0.1:9/sparql")).status == 403
