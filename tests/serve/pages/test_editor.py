"""The page at /sparql: an editor, with results made on the server, and what it completes from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page, served

from kg.serve.engine import Answer
from kg.serve.pages.editor.results import GRAPH_SIGNS, ROWS, Shown, beginning

JSON = "application/sparql-results+json"
MARKUP = '<script>alert("1")</script>'


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The library, served."""
    with served(tmp_path_factory.mktemp("editor")) as client:
        yield client


def page(client: Client, query: str | None = None, **more: str) -> tuple[Page, str]:
    """The page with a query, with its text."""
    params = {**({} if query is None else {"query": query}), **more}
    response = client.get("/sparql", params=params, headers=PAGE)
    return Page(response.text), response.text


def test_editor(client: Client) -> None:
    """Without a query there is a form with one to begin with, and the questions of the project."""
    found, text = page(client)
    names = [attributes.get("name") for tag, attributes in found.elements if tag == "textarea"]
    assert names == ["query"]
    assert "SELECT ?type" in text
    links = [one["href"] for tag, one in found.elements if tag == "a" and "query=" in one["href"]]
    assert links, "no question of queries/competency"
    followed = client.get("/" + links[0].lstrip("./"), headers=PAGE)
    assert followed.status_code == 200


def test_rows(client: Client) -> None:
    """Rows become a table whose resources are links to their pages, by their names."""
    _, text = page(client, "SELECT ?s ?p { ?s ?p ?o } LIMIT 3")
    assert text.count("<tr>") == 4
    assert "3 Zeilen" in text
    assert 'href="doc' in text


@pytest.mark.parametrize(("query", "word"), [("ASK {}", "Ja"), ("ASK { FILTER(false) }", "Nein")])
def test_truth(client: Client, query: str, word: str) -> None:
    """ASK is answered with yes or no."""
    assert f"<strong>{word}</strong>" in page(client, query)[1]
    english = {"Ja": "Yes", "Nein": "No"}[word]
    assert f"<strong>{english}</strong>" in page(client, query, lang="en")[1]


def test_graph(client: Client) -> None:
    """A graph is shown in Turtle."""
    _, text = page(client, 'CONSTRUCT { <urn:x> <urn:p> "<b>" } {}')
    assert "&lt;urn:x&gt;" in text
    assert "format=turtle" in text


def test_no_rows(client: Client) -> None:
    """That nothing fits is said."""
    assert "Keine Zeile passt" in page(client, "SELECT ?x { FILTER(false) }")[1]


def test_most_rows(client: Client) -> None:
    """Only the first rows are shown, and where the others are is said."""
    numbers = " ".join(map(str, range(ROWS + 5)))
    _, text = page(client, f"SELECT ?x {{ VALUES ?x {{ {numbers} }} }}")
    assert text.count("<tr>") == ROWS + 1
    assert "Das sind die ersten 1.000 Zeilen" in text.replace("\n", " ")


def test_fault(client: Client) -> None:
    """A fault has its sentence, its line with the place marked, and the query stays."""
    query = "SELECT ?x {\n  ?x ?y ü ?z }"
    response = client.get("/sparql", params={"query": query}, headers=PAGE)
    assert response.status_code == 400
    assert "Zeile 2" in response.text
    assert "<mark>ü</mark>" in response.text
    assert "?x ?y ü ?z }</textarea>" in response.text


@pytest.mark.parametrize("query", ["", "DELETE WHERE { ?s ?p ?o }", "nonsense", "SELECT"])
def test_no_query(client: Client, query: str) -> None:
    """Whatever is no query gets the page with a sentence, never a fault of ours."""
    response = client.get("/sparql", params={"query": query}, headers=PAGE)
    assert 400 <= response.status_code < 500
    assert "notice bad" in response.text
    Page(response.text)


def test_markup_is_text(client: Client) -> None:
    """Markup in a query, a literal, a variable's value or a fault is shown as text."""
    for query in (
        f"SELECT ('{MARKUP}' AS ?x) {{}}",
        f"SELECT ?x {{ VALUES ?x {{ <javascript:alert(1)> '{MARKUP}'@en }} }}",
        f"{MARKUP}",
        f"CONSTRUCT {{ <urn:x> <urn:p> '{MARKUP}' }} {{}}",
    ):
        _, text = page(client, query)
        assert "<script>" not in text
        assert 'href="javascript' not in text


def test_late(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page does not wait for a slow query; who asks for it waits as long as the limit."""
    monkeypatch.setattr("kg.serve.pages.editor.page.SECONDS", 0.01)
    monkeypatch.setattr("kg.serve.pages.editor.page._Editor._run", out_of_time)
    late = client.get("/sparql", params={"query": "SELECT * {}"}, headers=PAGE)
    assert late.status_code == 200
    assert late.headers["cache-control"] == "no-store"
    assert "timeout=30" in late.text
    full = client.get("/sparql", params={"query": "SELECT * {}", "timeout": "30"}, headers=PAGE)
    assert full.status_code == 504
    assert "Was hilft" in full.text


async def out_of_time(*_: object) -> Shown:
    """A query that takes too long."""
    from kg.errors import Text
    from kg.serve.problems import TIME, RequestError

    raise RequestError(TIME, Text("Zu lange.", "Too long."))


def test_vocabulary(client: Client) -> None:
    """Terms have names and definitions in the language asked for, and it is kept by its tag."""
    response = client.get("/vocabulary.json", params={"lang": "en"})
    known = response.json()
    assert {"version", "base", "prefixes", "terms"} <= known.keys()
    kinds = {term["kind"] for term in known["terms"]}
    assert kinds <= {"class", "property"}
    assert all(term["label"] for term in known["terms"])
    tag = response.headers["etag"]
    again = client.get("/vocabulary.json", params={"lang": "en"}, headers={"If-None-Match": tag})
    assert again.status_code == 304
    german = client.get("/vocabulary.json", headers={"Accept-Language": "de"})
    assert german.headers["etag"] != tag


def test_plain_project(tmp_path: Path) -> None:
    """A project without an ontology, queries or labels has the page all the same."""
    from tests.serve.helpers import Client as PlainClient

    from kg.publish.build import build
    from kg.publish.versions import open_current
    from kg.serve.app import create_app
    from kg.settings import read_project

    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.ttl").write_text("<urn:x> <urn:p> 1 .")
    project = read_project(tmp_path)
    build(project)
    with PlainClient(create_app(project, open_current(project.build_dir))) as client:
        assert client.get("/sparql", headers=PAGE).status_code == 200
        found = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"}, headers=PAGE)
        assert "<td>" in found.text
        assert client.get("/vocabulary.json").json()["terms"] == []


class Pieces:
    """An answer that comes in pieces of a few bytes."""

    def __init__(self, body: bytes, content_type: str, size: int) -> None:
        """Cut `body` into pieces of `size`."""
        self.content_type = content_type
        self.closed = 0
        self.taken = 0
        self._pieces = [body[at : at + size] for at in range(0, len(body), size)]

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield the pieces."""
        for piece in self._pieces:
            self.taken += 1
            yield piece


def result(count: int) -> bytes:
    """A result with `count` rows, whose variable is called like a part of the format."""
    bindings = [{"bindings": {"type": "literal", "value": f'ä"}} {n}'}} for n in range(count)]
    document = {"head": {"vars": ["bindings"]}, "results": {"bindings": bindings}}
    return json.dumps(document, ensure_ascii=False).encode()


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("count", [0, 1, 20])
def test_reads_pieces(size: int, count: int) -> None:
    """However a result is cut, its rows are the same."""
    whole = asyncio.run(beginning(Answer(JSON, result(count))))
    cut = asyncio.run(beginning(Pieces(result(count), JSON, size)))  # type: ignore[arg-type]
    assert whole == cut
    assert whole.names == ["bindings"]
    assert [row["bindings"].value for row in whole.rows] == [f'ä"}} {n}' for n in range(count)]
    assert not whole.more


def test_takes_no_more_than_is_shown() -> None:
    """Of a long result only the beginning is taken."""
    body = result(20 * ROWS)
    pieces = Pieces(body, JSON, 1000)
    shown = asyncio.run(beginning(pieces))  # type: ignore[arg-type]
    assert len(shown.rows) == ROWS
    assert shown.more
    assert pieces.taken < len(body) / 1000 / 10


def test_cuts_a_graph() -> None:
    """A long graph is cut at the end of a line."""
    body = b"<urn:x> <urn:p> <urn:o> .\n" * 20_000
    shown = asyncio.run(beginning(Answer("text/turtle; charset=utf-8", body)))
    assert shown.more
    assert shown.graph is not None
    assert shown.graph.endswith(".\n")
    assert len(shown.graph) <= GRAPH_SIGNS
