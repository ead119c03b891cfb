"""/history and /contributions for browsers; programs get JSON as before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from pyoxigraph import Literal, NamedNode, Quad
from starlette.routing import Route as Listed
from tests.serve.helpers import Client, write_project
from tests.serve.pages.library_site import PAGE, Page
from tests.serve.writing.fake import FakeWriter

from kg.publish.build import build
from kg.publish.versions import open_current
from kg.serve.app import create_app
from kg.serve.pages.overview.history import browser_pages, browsers_too
from kg.serve.writing.routes import Route
from kg.write.change import About, Change
from kg.write.journal import open_journal

COMMITS = 60
GRAPH = NamedNode("https://example.org/graph/x")
NOTE = "<script>alert(1)</script>"


def quad(number: int) -> Quad:
    return Quad(NamedNode("urn:a"), NamedNode("urn:b"), Literal(f"<b>{number}"), GRAPH)


def with_pages(app: FastAPI) -> FastAPI:
    """Let the pages answer browsers at the addresses where the application answers programs."""
    paths = browser_pages(app.state.site)
    known = {one.path: one.endpoint for one in app.routes if isinstance(one, Listed)}
    routes = [Route(path, known[path]) for path in paths]
    for route in browsers_too(app.state.site, routes):
        app.router.routes.insert(0, Listed(route.path, route.handler))
    return app


@pytest.fixture(scope="module")
def commits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A project with a journal that no version has yet."""
    project = write_project(tmp_path_factory.mktemp("history"))
    assert build(project).path
    folder = project.root / "journal"
    with open_journal(folder) as journal:
        for number in range(1, COMMITS + 1):
            removed = (quad(number - 1),) if number > 1 else ()
            about = About("town", "update", NOTE if number == COMMITS else f"Nr. {number}")
            journal.append(about, Change((quad(number),), removed))
        journal.sync()
    app = with_pages(create_app(project, open_current(project.build_dir)))
    app.state.serving.writer = FakeWriter()
    with Client(app) as client:
        yield client


def test_programs_get_json(commits: Client) -> None:
    """Whoever does not prefer a page gets what was there before, as do those who ask for it."""
    for headers, path in (({}, "/history"), (PAGE, "/history?format=json")):
        response = commits.get(path, headers=headers)
        assert response.headers["content-type"] == "application/json"
        assert len(response.json()["commits"]) == 50
        assert "Accept" in response.headers["vary"]
    patch = commits.get("/history/3?format=patch", headers=PAGE)
    assert patch.text.startswith("H ")


def test_changes(commits: Client) -> None:
    """A browser gets the newest changes; older ones are a link away; notes are text."""
    response = commits.get("/history?lang=de", headers=PAGE)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert NOTE not in response.text
    page = Page(response.text)
    assert f"Änderung {COMMITS} " in page.words
    assert NOTE in page.words
    assert len([one for one in page.all("a") if "history/" in one["href"]]) == 51
    (older,) = page.all("a", rel="next")
    words = Page(commits.get(f"/{older['href']}", headers=PAGE).text).words
    assert "Änderung 10 " in words
    assert "Änderung 11 " not in words


def test_one_change(commits: Client) -> None:
    """A change shows what came and what went, as text."""
    response = commits.get("/history/7?lang=en", headers=PAGE)
    assert response.status_code == 200
    assert "<b>7" not in response.text
    words = Page(response.text).words
    assert 'Added 1 <urn:a> <urn:b> "<b>7" <https://example.org/graph/x> .' in words
    assert 'Removed 1 <urn:a> <urn:b> "<b>6"' in words
    assert commits.get("/history/999", headers=PAGE).status_code == 404


def test_versions(commits: Client) -> None:
    """The kept states are named, and lead to the pages as they were."""
    page = Page(commits.get("/history?lang=de", headers=PAGE).text)
    (link,) = [one["href"] for one in page.all("a") if "version=" in one["href"]]
    assert commits.get(f"/{link.removeprefix('./')}", headers=PAGE).status_code == 200


def test_contributions(commits: Client) -> None:
    """Without one the list says so; the page is for browsers only."""
    words = Page(commits.get("/contributions?lang=de", headers=PAGE).text).words
    assert "Noch keine." in words
    assert commits.get("/contributions").json()["contributions"] == []


def test_writing_is_not_changed(commits: Client) -> None:
    """A browser that writes meets the same gate as everybody."""
    answers = [commits.post("/contributions", headers=headers) for headers in ({}, PAGE)]
    assert [one.status_code for one in answers] == [403, 403]
    assert answers[0].json()["type"] == answers[1].json()["type"]
