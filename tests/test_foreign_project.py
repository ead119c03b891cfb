"""The code knows nothing of municipalities: a library's project is built and served by it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, QueryBoolean, RdfFormat, Triple, parse
from tests.serve.helpers import Client

from kg.publish.build import build
from kg.publish.store import Query, answer, run
from kg.publish.versions import Version, open_current
from kg.rdf.queries import read_query
from kg.serve.app import create_app
from kg.settings import Project, read_project
from kg.validate.report import Result

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "tests" / "projects" / "library"
LIB = "https://library.example/ns#"
ID = "https://library.example/id/"
SHIPPED = sorted(
    path for path in (ROOT / "src" / "kg").rglob("*") if path.suffix in (".py", ".html", ".css")
)
OURS = "https://w3id.org/kommunalgraph/"
NAMES = re.compile(r"kommunalgraph|kgo:|bielefeld|w3id\.org", re.IGNORECASE)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the library, built."""
    root = tmp_path_factory.mktemp("library") / "library"
    shutil.copytree(LIBRARY, root, ignore=shutil.ignore_patterns("build"))
    project = read_project(root)
    built = build(project)
    assert built.path is not None
    assert built.report.results == ()
    return project


@pytest.fixture(scope="module")
def version(library: Project) -> Version:
    return open_current(library.build_dir)


@pytest.fixture(scope="module")
def client(library: Project, version: Version) -> Iterator[Client]:
    with Client(create_app(library, version)) as client:
        yield client


def ask(version: Version, pattern: str, graph: str) -> bool:
    """Whether the graph of that name holds the pattern."""
    result = run(
        version.store,
        Query(
            f"ASK {{ GRAPH <https://library.example/graph/{graph}> {{ {pattern} }} }}",
            prefixes={"lib": LIB, "library": ID},
        ),
    )
    assert isinstance(result, QueryBoolean)
    return bool(result)


@pytest.mark.parametrize(
    "pattern",
    [
        "library:emma a lib:Item",
        "library:harbour lib:partOf library:city",
        "library:harbour lib:stocks library:moby-dick",
        "library:moby-dick lib:heldBy library:harbour",
        "library:moby-dick lib:heldBy library:city",
    ],
    ids=["subclass", "transitive", "inverse", "rule", "rule-after-owl"],
)
def test_inference_is_in_its_own_graph(version: Version, pattern: str) -> None:
    """What OWL and the library's rule add is in the graph of the inferred, and in no other."""
    assert ask(version, pattern, "inferred")
    assert not ask(version, pattern, "books")
    assert not ask(version, pattern, "branches")


def test_manifest_is_that_of_the_library(version: Version) -> None:
    """Title, base and graphs come from the project's folder."""
    manifest = version.manifest
    assert (manifest.title, manifest.base) == ("Library", "https://library.example/")
    assert {iri.removeprefix("https://library.example/graph/") for iri in manifest.graphs} == {
        "books",
        "branches",
        "inferred",
        "ontology/library",
        "shapes/library",
    }
    assert manifest.inferred > 0


def test_store_answers_the_question_of_the_library(version: Version) -> None:
    """The competency query finds both books in the city's holdings, which no source states."""
    question = read_query(LIBRARY / "queries" / "competency" / "01-held-by-city.rq")
    rows = answer(version.store, Query(question.text), "csv")
    assert rows.decode().split() == ["title", "Emma", "Moby-Dick"]


def test_endpoint_answers_the_question_of_the_library(client: Client) -> None:
    """The same question over HTTP has the same rows."""
    question = read_query(LIBRARY / "queries" / "competency" / "01-held-by-city.rq")
    response = client.get(
        "/sparql", params={"query": question.text}, headers={"Accept": "text/csv"}
    )
    assert response.status_code == 200
    assert response.text.split() == ["title", "Emma", "Moby-Dick"]


def test_site_is_that_of_the_library(client: Client) -> None:
    """Health holds by the library's own query; the page has its title and its question."""
    health = client.get("/health")
    assert (health.status_code, health.json()["health"]) == (200, True)
    page = client.get("/", headers={"Accept-Language": "en"}).text
    assert "Library" in page
    assert "Which items does the City Library hold?" in page
    assert not NAMES.search(page)


def findings(root: Path, extra: str) -> list[Result]:
    """The findings of a build of the library with more statements about books."""
    shutil.copytree(LIBRARY, root, ignore=shutil.ignore_patterns("build"))
    with (root / "data" / "books.ttl").open("a", encoding="utf-8") as file:
        file.write(f"\n{extra}\n")
    built = build(read_project(root))
    assert built.path is None
    assert not built.report.valid
    return list(built.report.results)


def test_faults_have_the_messages_of_the_library(tmp_path: Path) -> None:
    """Shapes and hygiene queries of the library speak in their own words, with the place."""
    found = findings(tmp_path / "faulty", 'library:lost a lib:Book ; lib:shelf "cellar" .')
    assert {result.message.en for result in found} == {
        "The book stands in no branch.",
        "A shelf looks like “AB 12”.",
        "The book library:lost has no title.",
    }
    assert {result.message.de for result in found} == {
        "Das Buch steht in keiner Zweigstelle.",
        "Ein Regal sieht aus wie „AB 12“.",
        "Das Buch library:lost hat keinen Titel.",
    }
    assert {result.focus for result in found} == {f"<{ID}lost>"}
    assert {place.file for result in found for place in result.places} == {"data/books.ttl"}


def test_contradiction_of_the_library_stops_the_build(tmp_path: Path) -> None:
    """What is a book and a branch contradicts the library's ontology by rule cax-dw."""
    found = findings(tmp_path / "faulty", "library:emma a lib:Branch .")
    assert "cax-dw" in {result.rule for result in found}
    assert {result.focus for result in found} == {f"<{ID}emma>"}


def test_unknown_term_of_the_library_is_found(tmp_path: Path) -> None:
    """A mistyped property is held against the library's vocabulary."""
    found = findings(tmp_path / "faulty", "library:emma lib:standIn library:west .")
    assert [result.message.en for result in found] == [
        "The property lib:standIn is not declared anywhere. Did you mean lib:standsIn?"
    ]


OF_HTTP = {"body", "post"}
"""Also words of HTTP, and of ASGI, by which the server is written."""
OF_PAGES = {"Document", "State", "Standard", "passage"}
"""Also headings of pages in English, a style of OpenDocument, and a key in headers of queries."""


def own_terms() -> set[str]:
    """The local names of what ontology/*.ttl says in our namespace."""
    triples: list[Triple] = []
    for path in sorted((ROOT / "ontology").glob("*.ttl")):
        triples += [quad.triple for quad in parse(path.read_bytes(), RdfFormat.TURTLE)]
    return {
        triple.subject.value.removeprefix(OURS + "ns#")
        for triple in triples
        if isinstance(triple.subject, NamedNode) and triple.subject.value.startswith(OURS + "ns#")
    }


def domain_words(text: str, terms: set[str]) -> list[str]:
    """Names of our domain in `text`, and our terms as the end of an IRI or as a whole string."""
    quoted = "|".join(sorted(map(re.escape, terms)))
    as_term = re.compile(rf"""(?:"(?:{quoted})"|'(?:{quoted})'|(?<!<)[/#](?:{quoted})[>"'])""")
    return [match.group() for pattern in (NAMES, as_term) for match in pattern.finditer(text)]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_code_has_no_term_of_our_domain(path: Path) -> None:
    """No file of the package names an IRI, a term or a place of the municipal graph."""
    assert domain_words(path.read_text(encoding="utf-8"), own_terms() - OF_HTTP - OF_PAGES) == []


def test_all_kinds_of_files_are_searched() -> None:
    """The package has Python, HTML and CSS, and the ontology has terms to look for."""
    assert {path.suffix for path in SHIPPED} == {".py", ".html", ".css"}
    assert {"cooperatesWith", "Municipality", "belongsTo", "passage"} <= own_terms()


@pytest.mark.parametrize(
    "planted",
    [
        'BASE = "https://w3id.org/x"',
        "<a href='https://example.org/kommunalgraph/'>",
        "ASK { ?a kgo:x ?b }",
        "# as in Bielefeld",
        'PATH = "cooperatesWith"',
        "term = NS + 'Municipality'",
        "<https://example.org/ns#belongsTo>",
    ],
)
def test_planted_word_is_found(planted: str) -> None:
    """The search sees each kind of name that it is there for."""
    assert domain_words(planted, own_terms())
