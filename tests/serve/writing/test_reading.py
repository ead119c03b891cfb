"""What is said of a version that commits made is said of it, not of what was built."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse
from tests.protocol.served import KG
from tests.serve.helpers import Client
from tests.serve.writing.conftest import Town
from tests.serve.writing.fake import FakeWriter

from kg.publish.versions import find_current
from kg.serve.app import create_app
from kg.settings import Project
from kg.write import tokens

pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* still running:ResourceWarning")
PREFIXES = (
    "PREFIX ex: <https://example.org/ns#> PREFIX id: <https://example.org/id/> "
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
)
VOID = "http://rdfs.org/ns/void#"


@pytest.fixture
def town(project: Project, tmp_path: Path) -> Iterator[Town]:
    """A copy of the project about beetles, with a graph of each of three updates."""
    shutil.copytree(project.root, tmp_path, dirs_exist_ok=True, symlinks=True)
    own = replace(project, root=tmp_path)
    made: dict[str, str] = {
        scope: tokens.create(tmp_path / "journal", f"{scope} 1", scope) for scope in tokens.SCOPES
    }
    with Client(create_app(own, find_current(own.build_dir))) as client:
        found = Town(client, own, FakeWriter(), made)
        for name in ("rose", "june", "rhino"):
            graph = f"<https://example.org/graph/{name}>"
            beetle = f"id:{name} a ex:Beetle ; rdfs:label '{name}'@de . id:rose a ex:Beetle"
            write(found, f"INSERT DATA {{ GRAPH {graph} {{ {beetle} }} }}")
        yield found


def write(town: Town, text: str) -> None:
    """Send an update."""
    response = town.update(PREFIXES + text, "publish")
    assert response.status_code == 200, response.text


def explained(town: Town, name: str) -> tuple[bool, set[str]]:
    """Whether a beetle is said to be an animal, and by which graphs, on the newest version."""
    terms = {"s": f"id:{name}", "p": "rdf:type", "o": "ex:Animal"}
    response = town.client.get("/explain", params=terms)
    assert response.status_code == 200, response.text
    document = response.json()
    assert document["version"] == town.client.get("/health").json()["version"]
    graphs = {
        graph for graph in ("rose", "june", "rhino", "stag") if f"graph/{graph}" in response.text
    }
    return document["holds"], graphs


def test_explain(town: Town) -> None:
    """An explanation knows what commits added and removed, and which graphs state it now."""
    assert explained(town, "june") == (True, {"june"})
    assert explained(town, "rose") == (True, {"rose", "june", "rhino"})
    assert explained(town, "scarab")[0] is False
    write(town, "DELETE DATA { GRAPH <https://example.org/graph/june> { id:rose a ex:Beetle } }")
    assert explained(town, "rose") == (True, {"rose", "rhino"})
    write(town, "CLEAR GRAPH <https://example.org/graph/rhino>")
    assert explained(town, "rhino")[0] is False
    assert explained(town, "rose") == (True, {"rose"})
    text = town.client.get(
        "/explain", params={"s": "id:stag", "p": "rdf:type", "o": "ex:Animal", "format": "text"}
    ).text
    assert "data/stag.ttl" in text


def test_validate(town: Town) -> None:
    """A contribution is checked against the version that is served, and follows it."""
    data = "@prefix id: <https://example.org/id/> . @prefix ex: <https://example.org/ns#> . "
    for holds in (True, False):
        response = town.client.post(
            "/validate?impact",
            content=f"{data} id:new a ex:Beetle . id:june a ex:Beetle .",
            headers={"Content-Type": "text/turtle"},
        )
        assert response.status_code == 200, response.text
        entailed = response.json()["impact"]["entailed"]
        assert ("id/june" not in str(entailed)) is holds
        assert "id/new" in str(entailed)
        write(town, "CLEAR GRAPH <https://example.org/graph/june>")


def test_descriptions(town: Town) -> None:
    """VoID, service description and list of graphs count the graphs, and say nothing stale."""
    graph = "https://example.org/graph/june"
    for path in ("/.well-known/void", "/graphs", "/sparql"):
        response = town.client.get(path, headers={"Accept": "application/n-triples"})
        assert response.status_code == 200, response.text
        triples = list(parse(response.content, RdfFormat.N_TRIPLES))
        assert graph in response.text
        if path != "/sparql":
            counts = {
                str(each.object.value)
                for each in triples
                if each.subject.value == graph and each.predicate.value == f"{VOID}triples"
            }
            assert counts == {"3"}
            assert not any("classPartition" in each.predicate.value for each in triples)
    before = town.client.get("/graphs").headers["etag"]
    write(town, "INSERT DATA { GRAPH <https://example.org/graph/june> { id:june a ex:Animal } }")
    assert town.client.get("/graphs").headers["etag"] != before


def test_merge(town: Town) -> None:
    """A triple that two graphs of FROM have is one, also after commits."""
    clauses = " ".join(
        f"FROM <https://example.org/graph/{name}>" for name in ("rose", "june", "rhino")
    )
    query = f"{PREFIXES} SELECT ?s ?o {clauses} {{ ?s a ?o }} ORDER BY ?s"
    response = town.client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    assert response.status_code == 200, response.text
    subjects = [line.split(",")[0].rpartition("/")[2] for line in response.text.split()[1:]]
    assert subjects == ["june", "rhino", "rose"]
    named = query.replace(
        "{ ?s a ?o }",
        "FROM NAMED <https://example.org/graph/june> { ?s a ?o . GRAPH ?g { id:rose a ?c } }",
    )
    response = town.client.get("/sparql", params={"query": named}, headers={"Accept": "text/csv"})
    assert len(response.text.split()) == 4, response.text


def test_commands(town: Town, tmp_path: Path) -> None:
    """`kg explain` and `kg validate` know what was committed as well."""

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [*KG, *arguments, "--project", str(town.project.root)],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "graph/june" in run("explain", "id:june", "a", "ex:Animal", "--format", "json")
    file = tmp_path / "more.ttl"
    text = "@prefix id: <https://example.org/id/> . @prefix ex: <https://example.org/ns#> ."
    file.write_text(f"{text} id:june a ex:Beetle . id:new a ex:Beetle .", encoding="utf-8")
    impact = run("validate", str(file), "--impact", "--format", "json")
    assert "id/new" in impact
    assert "id/june" not in impact
