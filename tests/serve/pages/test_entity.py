"""A page about a resource: its facts in groups, what points to it, and who says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page, served

SHAPES = """
@prefix lib: <https://library.example/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

lib:PlaceGroup a sh:PropertyGroup ; rdfs:label "Wo es steht"@de , "Where it is"@en ; sh:order 1 .
lib:StockGroup a sh:PropertyGroup ; rdfs:label "Bestand"@de , "Stock"@en ; sh:order 2 .
lib:BookView a sh:NodeShape ; sh:targetClass lib:Book ;
  sh:property [ sh:path lib:standsIn ; sh:group lib:PlaceGroup ; sh:order 2 ] ,
    [ sh:path lib:shelf ; sh:group lib:PlaceGroup ; sh:order 1 ] .
lib:BranchView a sh:NodeShape ; sh:targetClass lib:Branch ;
  sh:property [
    sh:path [ sh:inversePath lib:standsIn ] ; sh:group lib:StockGroup ; sh:order 1 ;
    sh:name "Bücher hier"@de , "Books here"@en ] .
"""
BOOK = "/doc/moby-dick"
DECLARED = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://purl.org/dc/terms/isReplacedBy> a owl:ObjectProperty ; rdfs:label "is replaced by"@en .
"""
OLD = """
library:old a lib:Branch ; lib:partOf library:city ;
  rdfs:label "Old Library"@en, "Alte Bücherei"@de ;
  <http://www.w3.org/2002/07/owl#deprecated> true ;
  <http://purl.org/dc/terms/isReplacedBy> library:west .
"""
MANY = "\n".join(
    f'library:book-{number} a lib:Book ; rdfs:label "Book {number:03}"@en ; '
    f'lib:shelf "AB {number}" ; lib:standsIn library:west .'
    for number in range(100)
)
PREFIXES = """@prefix lib: <https://library.example/ns#> .
@prefix library: <https://library.example/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The library with a hundred more books and with groups."""
    more = {
        "ontology/old.ttl": DECLARED,
        "shapes/pages.ttl": SHAPES,
        "data/more.ttl": PREFIXES + MANY + OLD,
    }
    with served(tmp_path_factory.mktemp("library"), more) as client:
        yield client


def page(client: Client, path: str) -> str:
    """The page at `path`, well-formed."""
    response = client.get(path, headers=PAGE)
    assert response.status_code == 200, response.text
    Page(response.text)
    return response.text


def headings(text: str) -> list[str]:
    """The headings of sections."""
    return [
        re.sub(r"<[^>]+>|\s+", " ", one).strip()
        for one in re.findall(r"<h2[^>]*>(.*?)</h2>", text, re.DOTALL)
    ]


def test_title_and_kind(library: Client) -> None:
    """The name comes first, with its language where it is another than that of the page."""
    text = page(library, BOOK)
    assert re.search(r'<h1 lang="en" dir="auto">Moby-Dick</h1>', text)
    assert re.search(r'<a class="tag" href="[^"]*ontology#Book">', text)


def test_groups_of_the_shapes(library: Client) -> None:
    """Facts stand in the groups and the order of the shapes, in the language of the page."""
    assert headings(page(library, f"{BOOK}?lang=de"))[0] == "Wo es steht"
    text = page(library, f"{BOOK}?lang=en")
    assert headings(text)[0] == "Where it is"
    assert text.index("ME 12") < text.index("Harbour Library")


def test_what_points_here(library: Client) -> None:
    """What points here has the name that the shapes give it, and much of it is folded."""
    text = page(library, "/doc/west?lang=en")
    assert "Stock" in headings(text)
    assert "Books here" in text
    assert "(101)" in text
    stock = text[text.index("Books here") :].partition("<h2")[0]
    shown, folded = stock.split("<details>", 1)
    books = [len(re.findall(r">(?:Book \d+|Emma)<", part)) for part in (shown, folded)]
    assert books == [12, 88]
    assert "Only 100" in re.sub(r"\s+", " ", text)


def test_stated_and_derived(library: Client) -> None:
    """What is stated cites its source, what is derived asks why; the proof is one link away."""
    text = page(library, f"{BOOK}?lang=en")
    assert re.search(r'ME 12</span>\s*<sup class="cite"><a href="#source-1"', text)
    why = re.search(r'href="([^"]*explain\?[^"]*)"', text)
    assert why
    link = why.group(1).replace("&amp;", "&").replace("../", "/")
    proof = library.get(link, headers={"Accept": "application/json"})
    assert proof.status_code == 200
    assert "library:harbour" in proof.text or "harbour" in proof.text


def test_sources(library: Client) -> None:
    """The graphs that say something are listed with their number."""
    text = page(library, BOOK)
    assert 'id="source-1"' in text
    assert "graph/data/books" in text or "graph/books" in text


def test_few_queries(library: Client) -> None:
    """A page asks at most eight queries, whatever it is about, and three once it is warm."""

    def asked() -> float:
        found = re.findall(r"^kg_cache_requests_total\S* (\S+)", library.get("/metrics").text, re.M)
        return sum(map(float, found))

    for path, most in ((BOOK, 8), ("/doc/west", 5), ("/doc/city", 5)):
        before = asked()
        page(library, path)
        assert asked() - before <= most


def test_data_of_the_page(library: Client) -> None:
    """The page links to the same in formats for programs, which are there."""
    text = page(library, BOOK)
    links = re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)"', text)
    assert {kind for kind, _ in links} == {
        *("text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml"),
    }
    for kind, link in links:
        response = library.get(link.replace("../", "/").replace("&amp;", "&"))
        assert response.status_code == 200
        assert response.headers["content-type"].startswith(kind)
        assert "ME 12" in response.text


def test_deprecated(library: Client) -> None:
    """What is no longer used says so and names what is used instead."""
    text = page(library, "/doc/old?lang=en")
    notice = re.search(r'<p class="notice warn">(.*?)</p>', text, re.DOTALL)
    assert notice
    assert "no longer used" in notice.group(1)
    assert "West Library" in notice.group(1)
    assert "no longer used" not in page(library, "/doc/west?lang=en")


@pytest.mark.parametrize("path", [BOOK, "/ontology", "/shapes", "/", "/answer/city"])
def test_codings_are_kept_apart(library: Client, path: str) -> None:
    """Whoever accepts no coding gets none, also after others; caches are told that it varies."""
    for coding in ("zstd", "gzip", "identity", "gzip", "identity"):
        response = library.get(path, headers={**PAGE, "Accept-Encoding": coding})
        assert response.status_code == 200
        expected = None if coding == "identity" else coding
        assert response.headers.get("content-encoding") == expected
        assert "Accept-Encoding" in response.headers["vary"]
        assert "<main" in response.text


def test_language_links_of_encoded_paths(library: Client) -> None:
    """Links to the same page stay there, whatever signs its address has."""
    for path in ("/doc/x:y", "/doc/a%2Fb", "/doc/q%3Fa", "/javascript:alert(1)"):
        text = library.get(path, headers=PAGE).text
        last = path.rpartition("/")[2]
        assert f'href="./{last}?lang=en"' in text


def test_pages_are_kept(library: Client) -> None:
    """The same page again is the same, asks nothing, and is another in another language."""
    first = library.get(f"{BOOK}?lang=de", headers=PAGE)
    before = library.get("/metrics").text
    again = library.get(f"{BOOK}?lang=de", headers=PAGE)
    assert (again.text, again.headers["link"]) == (first.text, first.headers["link"])
    assert "Where it is" in library.get(f"{BOOK}?lang=en", headers=PAGE).text
    assert before
