"""/history over HTTP: commits, newest first, each with what it changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from tests.serve.writing.conftest import Town

from kg.write.change import About, Change
from kg.write.journal import FILE, open_journal
from kg.write.patch import decode
from kg.write.requests import Outcome, Revert

GRAPH = NamedNode("urn:g")


def quad(number: int) -> Quad:
    return Quad(NamedNode("urn:a"), NamedNode("urn:b"), Literal(f"Käfer {number}"), GRAPH)


@pytest.fixture
def commits(town: Town) -> Iterator[Town]:
    """A journal of five commits."""
    folder = town.project.root / "journal"
    with open_journal(folder) as journal:
        for number in range(1, 6):
            removed = (quad(number - 1),) if number > 1 else ()
            journal.append(
                About("contribute 1", "update", f"Nr. {number}"), Change((quad(number),), removed)
            )
        journal.sync()
    yield town
    (folder / FILE).unlink()
    shutil.rmtree(folder / "archive", ignore_errors=True)


def test_nothing(town: Town) -> None:
    """Without a journal there is no commit."""
    response = town.client.get("/history")
    assert (response.status_code, response.json()) == (200, {"commits": []})
    assert town.client.get("/history/1").status_code == 404


def test_all(commits: Town) -> None:
    """Anybody reads who changed how much, newest first."""
    response = commits.client.get("/history")
    found = response.json()["commits"]
    assert [each["number"] for each in found] == [5, 4, 3, 2, 1]
    newest = found[0]
    assert (newest["agent"], newest["note"]) == ("contribute 1", "Nr. 5")
    assert (newest["added"], newest["removed"]) == (1, 1)
    assert newest["url"] == "http://testserver/history/5"
    assert "link" not in response.headers


def test_pages(commits: Town) -> None:
    """Pages follow on each other by their links."""
    seen, path = [], "/history?limit=2"
    while path:
        response = commits.client.get(path)
        seen += [each["number"] for each in response.json()["commits"]]
        link = response.headers.get("link", "")
        path = link.partition(">")[0].removeprefix("<http://testserver")
    assert seen == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "before=0", "before=x", "limit=-1"])
def test_bad_pages(commits: Town, query: str) -> None:
    """Numbers are numbers."""
    assert commits.client.get(f"/history?{query}").status_code == 400


def test_one(commits: Town) -> None:
    """A commit is shown with its statements."""
    found = commits.client.get("/history/3").json()
    assert found["number"] == 3
    assert found["statements"] == {
        "added": ['<urn:a> <urn:b> "Käfer 3" <urn:g> .'],
        "removed": ['<urn:a> <urn:b> "Käfer 2" <urn:g> .'],
    }
    assert found["complete"] is True


@pytest.mark.parametrize("number", ["0", "6", "99999999999999999999"])
def test_no_such_commit(commits: Town, number: str) -> None:
    """What there is not is a 404."""
    assert commits.client.get(f"/history/{number}").status_code == 404


@pytest.mark.parametrize("asked", ["text/plain", "application/rdf-patch", "?format=patch"])
def test_patch(commits: Town, asked: str) -> None:
    """A commit is RDF Patch for those who ask for it, with the identifier of the one before."""
    headers = {"Accept": asked} if "/" in asked else {}
    response = commits.client.get(f"/history/2{'' if headers else asked}", headers=headers)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(asked if headers else "text/plain")
    lines = response.text.splitlines()
    assert 'A <urn:a> <urn:b> "Käfer 2" <urn:g> .' in lines
    assert 'D <urn:a> <urn:b> "Käfer 1" <urn:g> .' in lines
    before = commits.client.get("/history/1").json()["identifier"]
    assert f"H prev <{before}> ." in lines
    read = decode(response.content, "")
    assert read.change == Change((quad(2),), (quad(1),))


def test_other_form(commits: Town) -> None:
    """Other forms there are not."""
    assert commits.client.get("/history/2", headers={"Accept": "image/png"}).status_code == 406


def test_damage(commits: Town) -> None:
    """A damaged journal is a 503 that says so, and queries are answered."""
    path = commits.project.root / "journal" / FILE
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Käfer 3", "Käfer 8", 1), encoding="utf-8")
    assert commits.client.get("/history").status_code == 503
    assert commits.client.get("/sparql?query=ASK%7B%7D").status_code == 200


def test_revert(town: Town) -> None:
    """To undo a commit the writer is asked; whose it may be, the writer says."""
    response = town.send("POST", "/history/3/revert", headers={"Kg-Note": "Irrtum"})
    assert (response.status_code, response.json()["commit"]) == (200, 7)
    asked = town.writer.last
    assert asked.operation == Revert(3)
    assert (asked.about.kind, asked.about.note, asked.may_publish) == ("revert", "Irrtum", True)
    town.send("POST", "/history/3/revert", "contribute")
    assert not town.writer.last.may_publish
    town.writer.outcome = Outcome("failed", fault="not-found")
    assert town.send("POST", "/history/99/revert").status_code == 404
    assert town.client.get("/history/3/revert").status_code == 405
