"""From a request to what readers see, with the real writer: whoever is answered reads his write."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.serve.helpers import Client
from tests.serve.writing.conftest import Town
from tests.serve.writing.fake import FakeWriter

from kg.publish.versions import find_current
from kg.serve.app import create_app
from kg.settings import Project
from kg.write import tokens

pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* still running:ResourceWarning")
BEETLE = """PREFIX ex: <https://example.org/ns#>
PREFIX id: <https://example.org/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
id:{name} a ex:Beetle ; rdfs:label "{name}"@de .
"""
INSERT = (
    "PREFIX ex: <https://example.org/ns#> PREFIX id: <https://example.org/id/> "
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "INSERT DATA {{ id:{name} a ex:Beetle ; rdfs:label '{name}'@de }}"
)
TURTLE = {"Content-Type": "text/turtle"}


@pytest.fixture(scope="module")
def real(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A copy of the project about beetles, that is written to."""
    root = tmp_path_factory.mktemp("real")
    shutil.copytree(project.root, root, dirs_exist_ok=True, symlinks=True)
    own = replace(project, root=root)
    folder = Path(root, "journal")
    made: dict[str, str] = {
        scope: tokens.create(folder, f"{scope} 1", scope) for scope in tokens.SCOPES
    }
    with Client(create_app(own, find_current(own.build_dir))) as client:
        yield Town(client, own, FakeWriter(), made)


def is_animal(town: Town, name: str) -> bool:
    """Whether readers see what follows of a beetle."""
    query = f"ASK {{ <https://example.org/id/{name}> a <https://example.org/ns#Animal> }}"
    response = town.client.get("/sparql", params={"query": query})
    assert response.status_code == 200, response.text
    found: bool = response.json()["boolean"]
    return found


def test_update(real: Town) -> None:
    """An update can be read at once, with what follows from it, in the default graph's graph."""
    assert not is_animal(real, "rose")
    response = real.update(INSERT.format(name="rose"), "contribute")
    assert response.status_code == 200, response.text
    assert is_animal(real, "rose")
    version = real.client.get("/health").json()["version"]
    assert response.json()["version"] == version == response.headers["kg-version"]
    graph = real.client.get("/graphs?graph=https://example.org/graph/default&format=nt")
    assert len(graph.text.splitlines()) == 2


def test_refused(real: Town) -> None:
    """What is not valid changes nothing; a dry run says the same."""
    text = "INSERT DATA { <https://example.org/id/x> <https://example.org/ns#nonsense> 1 }"
    before = real.client.get("/health").json()["version"]
    response = real.update(text)
    assert response.status_code == 422, response.text
    assert response.json()["report"]["valid"] is False
    dry = real.update(text, path="/sparql?dry-run")
    assert (dry.status_code, dry.json()["valid"]) == (200, False)
    turtle = real.update(text, headers={"Accept": "text/turtle"})
    assert "sh:ValidationReport" in turtle.text
    assert real.client.get("/health").json()["version"] == before


def test_dry_run(real: Town) -> None:
    """A dry run tells what would follow, and nothing is there after it."""
    response = real.update(INSERT.format(name="dry"), "contribute", path="/sparql?dry-run")
    assert response.status_code == 200
    found = response.json()
    assert (found["status"], found["valid"], found["added"]) == ("checked", True, 2)
    assert "https://example.org/ns#Animal" in str(found["impact"]["entailed"])
    assert not is_animal(real, "dry")


@pytest.mark.parametrize("text", ["INSERT DATA {", "CLEAR XYZ", "SELECT * { ?s ?p ?o }", "\x00"])
def test_syntax(real: Town, text: str) -> None:
    """A fault in an update is a 400 with its place."""
    response = real.update(text)
    assert response.status_code == 400, response.text
    assert response.json()["line"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://127.0.0.1:9/>",
        "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    ],
)
def test_others_are_not_called(real: Town, text: str) -> None:
    """LOAD and SERVICE are refused."""
    assert real.update(text, "admin").status_code in (400, 403)


def test_graph(real: Town) -> None:
    """A graph comes, is replaced, is added to under a condition, and goes."""
    path = "/graphs?graph=https://example.org/graph/new"

    def put(method: str, name: str, **headers: str) -> Any:
        body = BEETLE.format(name=name)
        return real.send(method, path, content=body, headers={**TURTLE, **headers})

    assert put("PUT", "first").status_code == 201
    assert is_animal(real, "first")
    second = put("PUT", "second")
    assert second.status_code == 204
    assert not is_animal(real, "first")
    tag = real.client.get(path).headers["etag"]
    assert put("POST", "third", **{"If-Match": tag}).status_code == 204
    assert put("POST", "fourth", **{"If-Match": tag}).status_code == 412
    assert put("PUT", "fourth", **{"If-None-Match": "*"}).status_code == 412
    assert is_animal(real, "second")
    assert is_animal(real, "third")
    assert not is_animal(real, "fourth")
    assert real.send("DELETE", path).status_code == 204
    assert real.client.get(path).status_code == 404
    assert real.send("DELETE", path).status_code == 404


def test_fault_in_a_document(real: Town) -> None:
    """A fault in a document is a 400 with its name, line and column."""
    body = BEETLE.format(name="x") + "id:y a ex:Beetle ;; ."
    response = real.send("PUT", "/graphs?graph=urn:g", content=body + " id:z", headers=TURTLE)
    assert response.status_code == 400
    found = response.json()
    assert (found["type"], found["line"]) == ("/problems/rdf-syntax", 5)


def test_protected(real: Town) -> None:
    """The ontology is changed by publishers only."""
    path = "/graphs?graph=https://example.org/graph/ontology/zoo"
    body = "<https://example.org/ns#Wasp> a <http://www.w3.org/2002/07/owl#Class> ."
    small = real.send("POST", path, "contribute", content=body, headers=TURTLE)
    assert small.status_code == 403
    assert small.json()["type"] == "/problems/forbidden"
    assert real.send("POST", path, "publish", content=body, headers=TURTLE).status_code == 204


def test_contribution(real: Town) -> None:
    """A contribution is handed in, accepted, read, and undone."""
    body, headers = BEETLE.format(name="leaf"), {**TURTLE, "Kg-Note": "Beschluss"}
    given = real.send("POST", "/contributions", "contribute", content=body, headers=headers)
    assert given.status_code == 202, given.text
    assert given.json()["report"]["valid"] is True
    path = given.headers["location"].removeprefix("http://testserver")
    assert not is_animal(real, "leaf")
    early = real.send("POST", path, "contribute", json={"decision": "accept"})
    assert early.status_code == 403
    done = real.send("POST", path, "publish", json={"decision": "accept", "note": "gut"})
    assert (done.status_code, done.json()["status"]) == (200, "accepted"), done.text
    assert is_animal(real, "leaf")
    again = real.send("POST", path, "publish", json={"decision": "reject"})
    assert again.status_code == 409
    shown = real.client.get(path).json()
    assert (shown["status"], shown["commit"]) == ("accepted", done.json()["commit"])
    number = done.json()["commit"]
    entry = real.client.get(f"/history/{number}").json()
    assert (entry["kind"], entry["contribution"]) == ("contribution", shown["id"])
    undone = real.send("POST", f"/history/{number}/revert")
    assert undone.status_code == 200, undone.text
    assert not is_animal(real, "leaf")
    newest = real.client.get("/history?limit=1").json()["commits"][0]
    assert (newest["kind"], newest["reverts"]) == ("revert", number)


def test_withdraw_and_reject(real: Town) -> None:
    """Who has contributed withdraws; a publisher rejects with a note; both stay to be read."""
    found = []
    for decision, scope in (("withdraw", "contribute"), ("reject", "publish")):
        body = BEETLE.format(name=decision)
        given = real.send("POST", "/contributions", "contribute", content=body, headers=TURTLE)
        path = given.headers["location"].removeprefix("http://testserver")
        sent = {"decision": decision, "note": "weil"}
        done = real.send("POST", path, scope, json=sent)
        assert done.status_code == 200, done.text
        found.append(real.send("GET", path).json())
    assert [each["status"] for each in found] == ["withdrawn", "rejected"]
    assert [each["decision_note"] for each in found] == ["weil", "weil"]


def test_many_at_once(real: Town) -> None:
    """Writes at the same time are all there after, each of them readable when it is answered."""

    def one(number: int) -> bool:
        response = real.update(INSERT.format(name=f"many{number}"), "admin")
        return response.status_code == 200 and is_animal(real, f"many{number}")

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(one, range(32)))


def test_inferred(real: Town) -> None:
    """What was inferred is nobody's to write, whatever the scope."""
    path = "/graphs?graph=https://example.org/graph/inferred"
    body = "<https://example.org/id/no> a <https://example.org/ns#Animal> ."
    insert = f"INSERT DATA {{ GRAPH <https://example.org/graph/inferred> {{ {body} }} }}"
    before = real.client.get(f"{path}&format=nt").text
    for response in (
        real.send("PUT", path, "admin", content=body, headers=TURTLE),
        real.send("POST", path, "admin", content=body, headers=TURTLE),
        real.send("DELETE", path, "admin"),
        real.update(insert, "admin"),
    ):
        assert 400 <= response.status_code < 500, response.text
    assert sorted(real.client.get(f"{path}&format=nt").text) == sorted(before)


def test_union_is_not_replaced(real: Town) -> None:
    """PUT of the default graph replaces what was written there, not the graphs of the files."""
    assert real.send("PUT", "/graphs?default", content="", headers=TURTLE).status_code < 300
    assert is_animal(real, "dung")
    body = BEETLE.format(name="default")
    assert real.send("PUT", "/graphs?default", content=body, headers=TURTLE).status_code < 300
    assert is_animal(real, "default")
    graph = real.client.get("/graphs?graph=https://example.org/graph/default&format=nt")
    assert len(graph.text.splitlines()) == 2


def test_restart(real: Town) -> None:
    """What was acknowledged is there when the server starts anew."""
    assert real.update(INSERT.format(name="lasting")).status_code == 200
    with Client(create_app(real.project, find_current(real.project.build_dir))) as client:
        other = replace(real, client=client)
        assert is_animal(other, "lasting")
        assert other.update(INSERT.format(name="later")).status_code == 200
        assert is_animal(other, "later")
    assert other.audit()[-1]["commit"] == client_commit(real)


def client_commit(town: Town) -> int:
    """The number of the newest commit."""
    number: int = town.client.get("/history?limit=1").json()["commits"][0]["number"]
    return number
