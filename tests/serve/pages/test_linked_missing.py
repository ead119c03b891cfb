"""What is not there: 404 and 410 that help, and the pages of problems."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page, served
from tests.serve.pages.linked_site import BASE

from kg.serve.headers import PAGE_POLICY
from kg.serve.pages.linked.problem_texts import ADVICE
from kg.settings import read_project
from kg.write import tokens

pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* still running:ResourceWarning")
SOURCE = Path(__file__).parents[3] / "src" / "kg"
HEAD = "PREFIX lib: <https://library.example/ns#> PREFIX library: <https://library.example/id/> "


@pytest.mark.parametrize("path", ["/doc/nobody", "/nobody", "/doc/nobody.ttl", "/a/b/nobody"])
def test_a_program_gets_a_problem(linked: Client, path: str) -> None:
    """The document says what was looked for, where to search and how to contribute it."""
    response = linked.get(path, headers={"Accept": "text/turtle, */*;q=0.1"})
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["type"] == "/problems/not-found"
    assert document["iri"].startswith(BASE)
    assert document["iri"].removesuffix(".ttl").endswith("nobody")
    assert document["search"].startswith("http://testserver/search?q=nobody")
    assert document["contribute"] == "http://testserver/contribute"
    assert set(document["messages"]) == {"de", "en"}


def test_a_browser_gets_a_page(linked: Client) -> None:
    """The page is in German, names what was looked for, and escapes it."""
    response = linked.get("/doc/%3Cb%3Enobody", headers=PAGE)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "etag" not in response.headers
    page = Page(response.text)
    assert "Nicht gefunden" in page.words
    assert "<b>" not in response.text
    found = Page(linked.get("/doc/nobody?lang=en", headers=PAGE).text)
    assert f"{BASE}id/nobody" in found.words
    assert found.all("a", href="../contribute?lang=en")


def test_similar_names(linked: Client) -> None:
    """A typing error in an address leads to what is called like it."""
    document = linked.get("/doc/harbuor").json()
    assert {"iri": f"{BASE}id/harbour", "label": "Bücherei am Hafen"} in document["similar"]
    page = Page(linked.get("/doc/harbuor", headers=PAGE).text)
    assert page.all("a", href="../doc/harbour"), page.words


def test_other_methods_stay_what_they_were(linked: Client) -> None:
    """A POST to an address that only shows something says which methods there are."""
    response = linked.post("/doc/west")
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]


@pytest.mark.parametrize(
    "path", ["/doc/%00", "/doc/%FF%FE", "/%0d%0aX-Bad:1", "/doc/%22%3E", "/doc//"]
)
def test_addresses_that_can_be_no_iri(linked: Client, path: str) -> None:
    """Whatever is in a path, nothing is found and nothing breaks."""
    response = linked.get(path)
    assert response.status_code == 404
    assert "x-bad" not in response.headers


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The library with a commit that adds a book and one that removes it."""
    root = tmp_path_factory.mktemp("written")
    with served(root) as client:
        project = read_project(root / "library")
        token = tokens.create(project.root / "journal", "test", "publish")
        book = 'library:gone a lib:Book ; lib:shelf "GO 1" ; lib:standsIn library:west'
        for verb in ("INSERT", "DELETE"):
            text = f"{HEAD}{verb} DATA {{ GRAPH <{BASE}graph/more> {{ {book} }} }}"
            headers = {"Content-Type": "application/sparql-update"}
            headers["Authorization"] = f"Bearer {token}"
            response = client.post("/sparql", content=text, headers=headers)
            assert response.status_code == 200, response.text
            time.sleep(1.05)
        yield client


def test_what_a_commit_removed_is_gone(written: Client) -> None:
    """410 says which commit removed it; its former state can still be read; others are 404."""
    response = written.get("/doc/gone")
    assert response.status_code == 410
    assert response.json()["type"] == "/problems/gone"
    assert response.json()["commit"] == "http://testserver/history/2"
    page = Page(written.get("/doc/gone", headers=PAGE).text)
    assert "Entfernt" in page.words
    assert page.all("a", href="../history/2")
    assert written.get("/doc/gone.ttl?version=1").status_code == 200
    assert written.get("/doc/never").status_code == 404
    assert written.get("/doc/west.ttl").status_code == 200


def test_deprecated_terms_stay(linked: Client) -> None:
    """A deprecated term answers 200, links to its successor, and its entry says so."""
    address = "/doc?iri=https%3A%2F%2Flibrary.example%2Fns%23Volume&format=ttl"
    response = linked.get(address)
    assert response.status_code == 200
    assert f'<{BASE}ns#Book>; rel="successor-version"' in response.headers["link"]
    page = Page(linked.get("/ontology", headers=PAGE).text)
    assert "wird nicht mehr verwendet" in page.words


def test_every_kind_of_problem_is_explained(linked: Client) -> None:
    """Each slug that the server can name has a page in both languages, and JSON."""
    pattern = re.compile(r'\bKind\(\s*"([a-z-]+)",\s*\d')
    slugs = {
        slug
        for path in (SOURCE / "serve").rglob("*.py")
        for slug in pattern.findall(path.read_text(encoding="utf-8"))
    }
    assert slugs <= ADVICE.keys(), slugs - ADVICE.keys()
    for slug in sorted(slugs):
        german, english = (
            Page(linked.get(f"/problems/{slug}?lang={lang}", headers=PAGE).text).words
            for lang in ("de", "en")
        )
        assert ADVICE[slug].means.de in german
        assert ADVICE[slug].remedy.en in english
        assert linked.get(f"/problems/{slug}").json()["status"] == ADVICE[slug].kind.status
    assert "Was die Antworten" in Page(linked.get("/problems", headers=PAGE).text).words
    assert linked.get("/problems/nothing", headers=PAGE).status_code == 404


FAULTS = [
    ("/doc/west?version=x", 404, "not-found"),
    ("/answer/nonexist", 404, "not-found"),
    ("/doc?iri=%20", 400, "bad-request"),
    ("/contents/list", 400, "bad-request"),
    ("/contribute/new/zzz", 404, "not-found"),
    ("/history/77777", 404, "not-found"),
    ("/static/nothing.css", 404, "not-found"),
    ("/sparql?query=ASK%7B%7D&format=docx", 406, "not-acceptable"),
]


@pytest.mark.parametrize(("path", "status", "slug"), FAULTS)
def test_a_fault_is_a_page_for_browsers(linked: Client, path: str, status: int, slug: str) -> None:
    """Who prefers HTML reads what happened and what to do; a program gets the same as JSON."""
    document = linked.get(path)
    assert document.status_code == status
    assert document.headers["content-type"] == "application/problem+json"
    response = linked.get(path, headers=PAGE)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["content-security-policy"] == PAGE_POLICY
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-language"] == "de"
    assert "Accept" in re.split(r",\s*", response.headers["vary"])
    page, root = Page(response.text), "../" * (path.partition("?")[0].count("/") - 1)
    assert " ".join(document.json()["messages"]["de"].split()) in page.words
    assert ADVICE[slug].remedy.de in page.words
    assert page.all("a", href=f"{root}problems/{slug}")
    assert page.all("a", href=root or "./")
    assert page.all("a", href=f"{root}search")
    assert f"<title>{ADVICE[slug].kind.title.de}" in response.text


def test_the_page_about_a_fault_is_in_the_language_asked_for(linked: Client) -> None:
    """English if it is preferred or asked for; links keep ?lang=, but no version that is not."""
    path = "/doc/west?lang=en&version=x"
    page = Page(linked.get(path, headers=PAGE).text)
    assert ADVICE["not-found"].remedy.en in page.words
    assert page.all("a", href="../search?lang=en")
    english = linked.get("/contents/list", headers={**PAGE, "Accept-Language": "en"})
    assert english.headers["content-language"] == "en"


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/json",
        "text/html;q=0.5, application/json",
        "text/html, application/problem+json",
        "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
    ],
)
def test_programs_keep_their_problems(linked: Client, accept: str) -> None:
    """Who does not prefer HTML gets JSON."""
    response = linked.get("/contents/list", headers={"Accept": accept})
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"


def test_the_script_of_the_editor_keeps_its_problems(linked: Client) -> None:
    """A wrong query that is asked for results is answered with JSON that names the place."""
    accept = "application/sparql-results+json, text/turtle;q=0.9"
    response = linked.get("/sparql?query=ASK", headers={"Accept": accept})
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["line"] == 1


def test_a_script_gets_no_page_into_its_page(linked: Client) -> None:
    """Who asks for a part of a page, as the form at /validate does, gets a document."""
    headers = {"Accept": "text/html", "HX-Request": "true"}
    response = linked.get("/contents/list", headers=headers)
    assert response.headers["content-type"] == "application/problem+json"


def test_the_page_keeps_the_headers_of_the_problem(linked: Client) -> None:
    """Allow is on the page about a method that is not there; only what a form sends gets one."""
    response = linked.post("/contents/list", data={"q": "x"}, headers=PAGE)
    assert response.status_code == 405
    assert response.headers["content-type"].startswith("text/html")
    assert "GET" in response.headers["allow"]
    assert "Methode nicht möglich" in Page(response.text).words
    program = linked.post("/contents/list", content="{}", headers=PAGE)
    assert program.headers["content-type"] == "application/problem+json"
    assert "GET" in program.headers["allow"]


def test_a_page_that_cannot_be_made_is_a_document(
    linked: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """If the page itself fails, the browser gets the problem it was about, not another one."""

    def fail(*_: object, **__: object) -> str:
        raise RuntimeError("broken template")

    monkeypatch.setattr("kg.serve.pages.site.Site.render", fail)
    with caplog.at_level(logging.ERROR, "kg.serve"):
        response = linked.get("/contents/list", headers=PAGE)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/bad-request"
    assert "broken template" in caplog.text
