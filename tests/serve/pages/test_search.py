"""The pages of the search, of a library that is written to, and of zoos with odd names."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.serve.helpers import Client
from tests.serve.pages.library_site import LIBRARY, PAGE, Page

from kg.publish.build import build
from kg.publish.search.index import NAME
from kg.publish.versions import find_current
from kg.serve.app import create_app
from kg.settings import Project, read_project
from kg.write import tokens

pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* still running:ResourceWarning")
SEARCH = """
[search]
keys = ["lib:shelf"]
parent = "lib:partOf"
regions = "lib:Branch"
within = ["lib:heldBy", "lib:standsIn", "lib:partOf"]
pass_over = ["library", "Bücherei"]
examples = ["Moby"]
"""
ODD = """PREFIX lib: <https://library.example/ns#>
PREFIX library: <https://library.example/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
library:markup a lib:Book ;
  rdfs:label "<script>alert(1)</script> & \\"Käfer\\""@en ; lib:standsIn library:west .
"""
PREFIXES = """PREFIX lib: <https://library.example/ns#> PREFIX library: <https://library.example/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> """
LIVE = {**PAGE, "HX-Request": "true"}


@dataclass
class Library:
    """A served library, and the token of its writer."""

    client: Client
    project: Project
    token: str

    def page(self, text: str, **parameters: str) -> Page:
        """Return the page of a search."""
        response = self.client.get("/search", params={"q": text, **parameters}, headers=PAGE)
        assert response.status_code == 200, response.text
        return Page(response.text)

    def found(self, text: str, **parameters: str) -> list[dict[str, Any]]:
        """Return what is found, as JSON."""
        asked = {"q": text, "format": "json", **parameters}
        response = self.client.get("/search", params=asked)
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json()
        return found

    def labels(self, text: str, **parameters: str) -> list[str]:
        """Return the labels of what is found."""
        return [hit["label"] for hit in self.found(text, **parameters)]

    def update(self, text: str) -> None:
        """Change what is stated."""
        headers = {
            "Content-Type": "application/sparql-update",
            "Authorization": f"Bearer {self.token}",
        }
        response = self.client.request("POST", "/sparql", content=PREFIXES + text, headers=headers)
        assert response.status_code == 200, response.text


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The library with settings for its search, and a book with markup in its name."""
    root = tmp_path_factory.mktemp("search") / "library"
    shutil.copytree(LIBRARY, root, ignore=shutil.ignore_patterns("build"))
    with (root / "kg.toml").open("a", encoding="utf-8") as file:
        file.write(SEARCH)
    (root / "data" / "odd.ttl").write_text(ODD, encoding="utf-8")
    project = read_project(root)
    built = build(project)
    assert built.path is not None, built.report
    token = tokens.create(root / "journal", "publish 1", "publish")
    with Client(create_app(project, find_current(project.build_dir))) as client:
        yield Library(client, project, token)


def test_json(library: Library) -> None:
    """Programs get a list with IRI, label, kind, region, note and score, readable from anywhere."""
    response = library.client.get("/search?q=me+12", headers={"Accept": "application/json"})
    (hit,) = response.json()
    assert hit == {
        "iri": "https://library.example/id/moby-dick",
        "label": "Moby-Dick",
        "kind": "Buch",
        "class": "https://library.example/ns#Book",
        "region": hit["region"],
        "note": "Kennzeichen ME 12",
        "score": 100,
    }
    assert "Bücherei am Hafen" in hit["region"]
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["content-type"] == "application/json"
    assert library.found("me12", lang="en")[0]["kind"] == "book"


def test_page(library: Library) -> None:
    """The page has the one hit first, a link to its page, and works as a form without scripts."""
    page = library.page("Moby Dick")
    assert "1 Treffer" in page.words
    (link,) = [each for each in page.all("a") if each.get("class") == "name"]
    assert link["href"].startswith("doc/moby-dick")
    assert page.all("li", **{"class": "card best"})
    assert page.all("form", action="search", method="get")
    assert page.all("input", id="q")[0]["value"] == "Moby Dick"
    english = library.page("Moby Dick", lang="en")
    assert "1 hit" in english.words


def test_without_text(library: Library) -> None:
    """Without a text the page says what can be sought, with what the project gives as examples."""
    page = library.page("")
    assert "Was sich suchen lässt" in page.words
    assert any(each["href"] == "search?q=Moby" for each in page.all("a"))
    assert "Buch 3" in page.words


def test_nothing(library: Library) -> None:
    """A search without hits says so, and what can be sought instead."""
    page = library.page("Xylophon")
    assert "Dazu steht nichts im Graphen" in page.words
    assert "Was sich suchen lässt" in page.words
    filtered = library.page("Emma", **{"class": "https://library.example/ns#Branch"})
    assert "Filter aufheben" in filtered.words


def test_class_alone(library: Library) -> None:
    """A class without a text lists all of it; it filters what is found."""
    book = "https://library.example/ns#Book"
    assert len(library.labels("", **{"class": book})) == 3
    assert "Emma" in library.labels("em", **{"class": book})


def test_live(library: Library) -> None:
    """htmx gets the list alone, a short one for the field in the head; nothing else changes."""
    part = library.client.get("/search?q=emma", headers=LIVE)
    short = library.client.get("/search?q=emma", headers={**LIVE, "HX-Target": "top-found"})
    back = library.client.get(
        "/search?q=emma", headers={**LIVE, "HX-History-Restore-Request": "true"}
    )
    assert "<html" not in part.text + short.text
    assert "<html" in back.text
    assert "1 Treffer" in Page(part.text).words
    assert "Emma" in Page(short.text).words
    tags = {each.headers["etag"] for each in (part, short, back)}
    assert len(tags) == 3
    assert {"HX-Request", "HX-Target"} <= set(part.headers["vary"].split(", "))


def test_validators(library: Library) -> None:
    """Whoever has a page already gets no body, in each form."""
    for headers in (PAGE, LIVE, {"Accept": "application/json"}):
        first = library.client.get("/search?q=emma", headers=headers)
        again = {**headers, "If-None-Match": first.headers["etag"]}
        second = library.client.get("/search?q=emma", headers=again)
        assert (second.status_code, second.content) == (304, b"")
    head = library.client.request("HEAD", "/search?q=emma", headers=PAGE)
    assert (head.status_code, head.content) == (200, b"")


def test_markup(library: Library) -> None:
    """Names and queries with markup are text, in the page and in what htmx gets."""
    for headers in (PAGE, LIVE, {**LIVE, "HX-Target": "top-found"}):
        for text in ("script", "<b>kafer</b>", '"><img src=x onerror=alert(1)>'):
            body = library.client.get("/search", params={"q": text}, headers=headers).text
            page = Page(body)
            assert "<script>alert" not in body
            assert "<b>kafer" not in body
            assert "<img src=x" not in body
            assert not page.all("b")
    assert "<script>alert(1)</script>" in library.page("script").words


@pytest.mark.parametrize(
    "query",
    [
        *("q=%00", "q=%FF%FE", "q=%ED%A0%80", "q=%F0%9F%AA%B2", "q=" + "x" * 10_000, "q=%22+OR+*"),
        *("q=%27%3B+DROP+TABLE+entry%3B--", "q=a&page=99999999999999999999", "q=a&page=-1"),
        *("q=a&page=%00", "q=a&page=0", "q=emma&page=7", "q=a&class=%00", "q=a&region=<>"),
        *("q=a&class=" + "x" * 9_000, "q=a&q=b", "q[]=a", "q=%E2%80%AE", "q=a&lang=xx", "class=1"),
    ],
)
def test_hostile(library: Library, query: str) -> None:
    """Whatever is asked, the answer is a page, a list, or a word about what is wrong."""
    for headers in (PAGE, LIVE, {"Accept": "application/json"}):
        response = library.client.get(f"/search?{query}", headers=headers)
        assert response.status_code == 200, response.text
        assert "\0" not in response.text[response.text.find("<main") :]
        if headers is not LIVE and "json" not in headers["Accept"]:
            Page(response.text)


def test_unknown_format(library: Library) -> None:
    """A format that is not on offer is said to be so."""
    assert library.client.get("/search?q=emma&format=xml").status_code == 406


def test_commits(library: Library) -> None:
    """What commits add is found at once, also its keys; what they remove or rename is not."""
    assert library.labels("Ulysses") == []
    before = library.client.get("/health").json()["version"]
    library.update(
        "INSERT DATA { library:ulysses a lib:Book ; rdfs:label 'Ulysses'@en ; "
        "lib:shelf 'JO 3' ; lib:standsIn library:west }"
    )
    assert (
        library.labels("Ulysses")
        == library.labels("jo3")
        == library.labels("Ulises")
        == ["Ulysses"]
    )
    assert library.found("Ulysses")[0]["kind"] == "Buch"
    assert "Bücherei West" in library.found("Ulysses")[0]["region"]
    assert library.labels("Ulysses", version=before) == []
    library.update(
        "DELETE { GRAPH ?g { ?x rdfs:label ?old } } "
        "INSERT { GRAPH ?g { ?x rdfs:label 'Sanditon'@en } } "
        "WHERE { GRAPH ?g { ?x rdfs:label ?old } FILTER (STR(?old) = 'Emma') }"
    )
    assert library.labels("Emma") == ["Sanditon"], "its IRI still ends so"
    assert library.labels("Sanditon") == ["Sanditon"]
    assert library.labels("Emma", version=before) == ["Emma"]
    library.update("DELETE WHERE { GRAPH ?g { library:ulysses ?p ?o } }")
    assert library.labels("Ulysses") == []
    assert library.labels("jo3") == []
    assert library.labels("Sanditon") == ["Sanditon"]


def test_without_index(tmp_path: Path) -> None:
    """A version without an index says that it is to be built anew, and breaks nothing."""
    root = tmp_path / "library"
    shutil.copytree(LIBRARY, root, ignore=shutil.ignore_patterns("build"))
    project = read_project(root)
    build(project)
    current = find_current(project.build_dir)
    (current.path / NAME).unlink()
    with Client(create_app(project, current)) as client:
        response = client.get("/search?q=emma", headers=PAGE)
        assert response.status_code == 503
        assert "kg build" in Page(response.text).words
        assert client.get("/search?q=emma&format=json").status_code == 503


def test_without_settings(tmp_path: Path) -> None:
    """A project that says nothing of its search has one."""
    root = tmp_path / "library"
    shutil.copytree(LIBRARY, root, ignore=shutil.ignore_patterns("build"))
    project = read_project(root)
    assert build(project).path
    with Client(create_app(project, find_current(project.build_dir))) as client:
        found = client.get("/search?q=moby&format=json").json()
        assert [hit["label"] for hit in found] == ["Moby-Dick"]
        assert "Was sich suchen lässt" in Page(client.get("/search", headers=PAGE).text).words
