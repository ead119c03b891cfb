"""Pages of answers, with the project of a library: a project needs a query file, no more."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from xml.dom import minidom

import pytest
from markdown_it import MarkdownIt
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page, served

from kg.serve.pages.answer.csv import safe
from kg.serve.pages.recent import MOST

FILES = {
    "data/more.ttl": """
@prefix lib: <https://library.example/ns#> .
@prefix library: <https://library.example/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
library:tower a lib:Branch ; rdfs:label "Turmbücherei"@de , "Tower Library"@en .
library:sum a lib:Book ; rdfs:label "=SUM(A1)"@en ; lib:standsIn library:quay .
library:hostile a lib:Book ; rdfs:label "<b>x</b> | `a` *b* \\u000B&amp;"@en ;
  lib:shelf "AB 1" ; lib:standsIn library:quay .
library:quay a lib:Branch ; rdfs:label "Kai <&> \\"Ufer\\""@de .
""",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The library with an empty branch and one with hostile names."""
    with served(tmp_path_factory.mktemp("library"), FILES) as client:
        yield client


def page(client: Client, path: str, **headers: str) -> Page:
    """The page at `path`, well-formed."""
    response = client.get(path, headers={**PAGE, **headers})
    assert response.status_code == 200, response.text
    return Page(response.text)


def test_page_answers_its_question(library: Client) -> None:
    """The title, a sentence with true numbers, a table with the books and where they stand."""
    found = page(library, "/answer/city")
    assert "Was gehört zum Bestand von Stadtbücherei?" in found.words
    assert "gehören 2 Bücher in 2 Zweigstellen." in found.words
    assert "Moby-Dick" in found.words and "ME 12" in found.words
    scopes = [one.get("scope") for one in found.all("th")]
    assert scopes == ["col"] * 3 + ["rowgroup", "row"] * 2
    assert found.all("caption") == [{}]


def test_one_is_said_as_one(library: Client) -> None:
    """A count of one has its noun in the singular, in both languages."""
    assert "gehören 1 Buch in 1 Zweigstelle." in page(library, "/answer/harbour").words
    english = page(library, "/answer/harbour?lang=en").words
    assert "Harbour Library holds 1 book in 1 branch." in english


def test_derived_row_leads_to_its_proof(library: Client) -> None:
    """The statement behind a row is derived, and "why?" asks for exactly that statement."""
    found = page(library, "/answer/city")
    assert "abgeleitet" in found.words
    [first, _] = found.all("a", **{"class": "why"})
    answer = library.get("/answer/" + first["href"], headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["holds"] is True
    said = answer.json()["triple"]
    assert said["object"]["value"] == "https://library.example/id/city"
    assert said["predicate"]["value"] == "https://library.example/ns#heldBy"


def test_choice_shows_some_rows(library: Client) -> None:
    """A filter leaves rows out, counts the others, and goes along to the files."""
    found = page(library, "/answer/city?place=harbour")
    assert "Moby-Dick" in found.words and "Emma" not in found.words
    assert "gehören 1 Buch in 1 Zweigstelle. (Auswahl: Bücherei am Hafen)" in found.words
    assert found.all("option", value="harbour")[0].get("selected") == ""
    links = [one["href"] for one in found.all("a") if one.get("download") == ""]
    assert len(links) == 3
    assert "Auswahl: Bücherei am Hafen" in library.get("/answer/city.md?place=harbour").text
    assert "Auswahl: Bücherei am Hafen" in words_of(
        minidom.parseString(content(library, "/answer/city.odt?place=harbour"))
    )
    for link in links:
        assert "place=harbour" in link
        response = library.get("/answer/" + link)
        assert response.status_code == 200
        assert "bestand-buecherei-am-hafen-20" in response.headers["content-disposition"]
        assert b"Emma" not in response.content


def test_choice_without_rows_says_so(library: Client) -> None:
    """A value that no row has, and empty parameters as a form sends them."""
    found = page(library, "/answer/city?place=nowhere")
    assert "Zu dieser Auswahl gibt es keine Zeile. Alles zeigen" in found.words
    assert found.all("table") == []
    assert "2 Bücher" in page(library, "/answer/city?place=&year=").words


@pytest.mark.parametrize("year", ["-1", "99999", "12", "%D9%A1%D9%A9%D9%A9%D9%A9", "2019%0A"])
def test_year_has_four_digits(library: Client, year: str) -> None:
    """Other numbers are refused like what is no number."""
    response = library.get(f"/answer/city?year={year}", headers=PAGE)
    assert response.status_code == 400
    assert "Das ist kein Jahr" in response.text
    assert library.get("/answer/city?year=2019", headers=PAGE).status_code == 200


def test_whole_iri_chooses_like_its_last_part(library: Client) -> None:
    """The choice has the name of the thing, on the page and in the name of a file."""
    path = "/answer/city{}?place=https://library.example/id/harbour"
    found = page(library, path.format(""))
    assert "(Auswahl: Bücherei am Hafen)" in found.words and "Emma" not in found.words
    assert found.all("option", value="harbour")[0].get("selected") == ""
    header = library.get(path.format(".csv")).headers["content-disposition"]
    assert "bestand-buecherei-am-hafen-20" in header
    other = page(library, "/answer/city?place=https://library.example/id/nowhere")
    assert "library.example/id" not in other.words


@pytest.mark.parametrize(
    "text", [" =1+1", "\x01@SUM(1)", "＝1+1", "\u200b=1", "\t=1", "\x01\n -x", "\ufeff+A1", "－A1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    """Whatever stands before the sign and however wide it is; control signs go."""
    cell = safe(text)
    assert cell.startswith("'")
    assert not any(ord(sign) < 32 for sign in cell)


@pytest.mark.parametrize("text", ["-12,5", "+49", "a=b", "Gütersloh", "7"])
def test_other_cells_are_as_they_are(text: str) -> None:
    """Numbers and names have no apostrophe."""
    assert safe(text) == text


def test_any_page_is_no_page_that_is_there(library: Client) -> None:
    """If-None-Match: * of what is not there is not answered with 304."""
    for path in ("nobody", "emma", "nobody.csv"):
        response = library.get(f"/answer/{path}", headers={**PAGE, "If-None-Match": "*"})
        assert response.status_code == 404


def test_year_that_is_none_is_refused(library: Client) -> None:
    """A year has digits."""
    response = library.get("/answer/city?year=<b>", headers=PAGE)
    assert response.status_code == 400
    assert "Das ist kein Jahr" in response.text
    assert "html" not in response.headers["content-type"] or "<b>" not in response.text


def test_thing_without_rows(library: Client) -> None:
    """The page says in the words of the project that there is nothing, and leads on."""
    found = page(library, "/answer/tower")
    assert "Zum Bestand von Turmbücherei gehört kein Buch." in found.words
    assert found.all("a", href="../doc/tower")
    assert "gehört kein Buch" in library.get("/answer/tower.md").text


def test_thing_of_another_class(library: Client) -> None:
    """A book has no page of answers: 404 that says what has one."""
    response = library.get("/answer/emma", headers=PAGE)
    assert response.status_code == 404
    found = Page(response.text)
    assert "Keine Antwortseite für Emma" in found.words
    assert "Zweigstelle" in found.words
    assert found.all("a", href="../doc/emma")
    assert library.get("/answer/emma.odt", headers=PAGE).status_code == 404


@pytest.mark.parametrize("path", ["nobody", "", "a%20b", "%3Cb%3E", "x.csv", "%00", "..%2f.."])
def test_unknown_thing(library: Client, path: str) -> None:
    """What is not there is not found, whatever the path is."""
    response = library.get(f"/answer/{path}", headers=PAGE)
    assert response.status_code in (400, 404)
    assert "html" not in response.headers["content-type"] or "<b>" not in response.text


def test_part_for_htmx(library: Client) -> None:
    """htmx gets the part that a choice changes; both are told apart by caches."""
    whole, part = (
        library.get("/answer/city", headers={**PAGE, **more})
        for more in ({}, {"HX-Request": "true"})
    )
    assert "<html" in whole.text and "<html" not in part.text
    assert "<table" in part.text and "<form" not in part.text
    assert whole.headers["etag"] != part.headers["etag"]
    assert "HX-Request" in whole.headers["vary"] and "HX-Request" in part.headers["vary"]
    again = library.get("/answer/city", headers={**PAGE, "If-None-Match": whole.headers["etag"]})
    assert again.status_code == 304
    other = library.get(
        "/answer/city",
        headers={**PAGE, "If-None-Match": whole.headers["etag"], "HX-Request": "true"},
    )
    assert other.status_code == 200


def test_entity_page_links_here(library: Client) -> None:
    """The page about a branch links to its answers, that about a book does not."""
    branch, book = (library.get(f"/doc/{one}", headers=PAGE).text for one in ("city", "emma"))
    assert "../answer/city" in branch
    assert "answer/" not in book


def test_text_stays_text(library: Client) -> None:
    """Names with markup are shown as they are, in the page and in all files."""
    text = library.get("/answer/quay", headers=PAGE).text
    assert "<b>x" not in text
    assert "&lt;b&gt;x&lt;/b&gt; | `a` *b*" in text
    assert 'Kai <&> "Ufer"' in Page(text).words
    markdown = library.get("/answer/quay.md").text
    assert r"\<b>x\</b> \| \`a\` \*b\* \&amp;" in markdown
    [sheet] = minidom.parseString(content(library, "/answer/quay.odt")).getElementsByTagName(
        "office:text"
    )
    assert "<b>x</b> | `a` *b* &amp;" in words_of(sheet)


def test_files_of_a_hostile_name(library: Client) -> None:
    """The name of a file has only letters, digits and hyphens."""
    header = library.get("/answer/quay.csv").headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="kai-ufer-bestand-\d{4}-\d\d-\d\d\.csv"', header)


def test_csv_opens_in_a_spreadsheet(library: Client) -> None:
    """German: mark, semicolons, CR LF; English: commas. No cell is computed."""
    response = library.get("/answer/quay.csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert response.content.count(b"\n") == response.content.count(b"\r\n") == 3
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[1] == {
        "Steht in": 'Kai <&> "Ufer"',
        "Buch": "'=SUM(A1)",
        "Regal": "",
        "Angabe": "abgeleitet",
    }
    english = library.get("/answer/quay.csv?lang=en").content.decode("utf-8-sig")
    assert english.startswith("Stands in,Book,Shelf,Basis\r\n")


def test_file_of_one_table(library: Client) -> None:
    """A table can be named; what there is not is said."""
    assert library.get("/answer/city.csv?table=stock").status_code == 200
    response = library.get("/answer/city.csv?table=other")
    assert response.status_code == 404
    assert "stock" in response.text


def test_odt_is_a_text_document(library: Client) -> None:
    """The media type comes first and as it is; the language, a heading that repeats."""
    response = library.get("/answer/city.odt")
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        first, *others = archive.infolist()
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", 0, b"")
        assert archive.read("mimetype").decode() == response.headers["content-type"]
        manifest = archive.read("META-INF/manifest.xml").decode()
        assert all(f'"{one.filename}"' in manifest for one in others[:-1])
        styles = minidom.parseString(archive.read("styles.xml"))
    assert 'fo:language="de" fo:country="DE"' in styles.toxml()
    document = minidom.parseString(content(library, "/answer/city.odt"))
    headings = document.getElementsByTagName("table:table-header-rows")
    assert [words_of(one) for one in headings] == ["Buch Regal Angabe"] * 2
    used = {one.getAttribute("text:style-name") for one in document.getElementsByTagName("text:p")}
    known = {one.getAttribute("style:name") for one in styles.getElementsByTagName("style:style")}
    assert used <= known


def test_odt_of_a_version_is_always_the_same(library: Client) -> None:
    """The bytes of a file change only with the version."""
    assert library.get("/answer/city.odt").content == library.get("/answer/city.odt").content


def test_head_is_get_without_content(library: Client) -> None:
    """HEAD has the headers of GET."""
    response = library.request("HEAD", "/answer/city.csv")
    assert response.status_code == 200
    assert "attachment" in response.headers["content-disposition"]


def content(client: Client, path: str) -> bytes:
    """The content of an OpenDocument text."""
    with zipfile.ZipFile(io.BytesIO(client.get(path).content)) as archive:
        return archive.read("content.xml")


def words_of(node: minidom.Node) -> str:
    """The text below a node, with spaces between paragraphs."""
    if node.nodeType == node.TEXT_NODE:
        return str(node.nodeValue)
    between = (
        " "
        if node.nodeName in ("table:table-row", "table:table-header-rows", "office:text")
        else ""
    )
    return between.join(words_of(child) for child in node.childNodes)


def test_markdown_is_read_as_it_is_meant(library: Client) -> None:
    """A reader of Markdown finds one heading a group, tables with all cells, names as they are."""
    tokens = MarkdownIt("commonmark").enable("table").parse(library.get("/answer/quay.md").text)
    kinds = [token.type for token in tokens]
    assert kinds.count("heading_open") == 2
    assert kinds.count("th_open") == 3 and kinds.count("td_open") == 6
    shown = [
        "".join(child.content for child in token.children or ())
        for token in tokens
        if token.type == "inline"
    ]
    assert "<b>x</b> | `a` *b* &amp;" in shown
    assert 'Kai <&> "Ufer"' in shown


def test_what_was_made_is_kept_for_its_address(library: Client) -> None:
    """The same address gives the same; another language or choice does not get it."""
    first, second = (library.get("/answer/west", headers=PAGE) for _ in range(2))
    assert first.text == second.text
    assert first.headers == second.headers
    english = library.get("/answer/west", headers={**PAGE, "Accept-Language": "en"})
    assert "What does West Library hold?" in Page(english.text).words
    assert library.get("/answer/west.md").text != library.get("/answer/west.md?lang=en").text
    for number in range(MOST + 6):
        assert library.get(f"/answer/west.csv?x={number}").status_code == 200
    assert library.get("/answer/west", headers=PAGE).text == first.text


def test_version_that_is_asked_for(library: Client) -> None:
    """A version has its state in all links, and its headers."""
    version = library.get("/health").json()["version"]
    response = library.get(f"/answer/city?version={version}", headers=PAGE)
    assert response.status_code == 200
    assert "memento-datetime" in response.headers
    assert f"city.odt?version={version}" in response.text
    file = library.get(f"/answer/city.odt?version={version}")
    assert "memento-datetime" in file.headers
