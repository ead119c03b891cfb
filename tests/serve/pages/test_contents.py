"""/contents counts what is in the graph; the lists below it name every thing of a class."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page
from tests.serve.pages.overview_site import MANY

from kg.namespaces import RDFS, SKOS
from kg.publish.statistics import read_statistics
from kg.publish.versions import Version
from kg.serve.app import create_app
from kg.serve.pages.overview.list_query import list_query
from kg.serve.pages.overview.listing import SIZE
from kg.serve.pages.site import Site
from kg.serve.pages.terms import Row
from kg.serve.pages.visit import Visit
from kg.settings import read_project

LIST = "/contents/list?class=https://library.example/ns%23"
KGO = "https://w3id.org/kommunalgraph/ns#"


def names(text: str) -> list[str]:
    """The names in the list of a page."""
    part = text.partition('<ol class="columns"')[2].partition("</ol>")[0]
    return [Page(item).words for item in re.findall(r"<a .*?</a>", part, re.DOTALL)]


def cells(text: str, name: str) -> list[str]:
    """The cells of the row that begins with `name`."""
    for row in re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL):
        found = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        if found and Page(found[0]).words == name:
            return [Page(cell).words for cell in found]
    raise AssertionError(name)


def test_counts(overview: Client) -> None:
    """Classes have their number, and of how many a source says so; topics and graphs follow."""
    response = overview.get("/contents?lang=de", headers=PAGE)
    assert response.status_code == 200
    text = response.text
    assert cells(text, "Ort")[1:3] == ["4", "4"]
    words = Page(text).words
    assert "Lyrik 1" in words
    assert "Erschlossene Aussagen" in words
    assert cells(text, "im Leihring")[2:] == ["3", "2", "2"]


def test_every_link_of_a_class_is_a_list(overview: Client) -> None:
    """Each class leads to the list of as many things as the count says."""
    text = overview.get("/contents?lang=en", headers=PAGE).text
    found = re.findall(
        r'<a href="(contents/list\?[^"]*)">[^<]*</a></th>\s*<td class="count">([\d,]+)', text
    )
    assert len(found) > 5
    for link, count in found:
        page = overview.get(f"/{link}".replace("&amp;", "&"), headers=PAGE)
        assert page.status_code in (200, 404)
        if page.status_code == 200:
            assert f"{count} entries" in Page(page.text).words


def test_pages(overview: Client) -> None:
    """A long list has pages, in the order of a dictionary; each thing is on one of them."""
    seen = []
    for page in (1, 2):
        seen += names(overview.get(f"{LIST}Book&page={page}", headers=PAGE).text)
    assert len(seen) == MANY + 2
    assert seen == sorted(seen)
    last = overview.get(f"{LIST}Book&page=99999", headers=PAGE)
    assert names(last.text) == seen[100:]


def test_choice(overview: Client) -> None:
    """Letters go without accents, words are found anywhere in a name, also with capitals."""
    assert names(overview.get(f"{LIST}Place&letter=O").text) == ["Örlinghausen <b>"]
    assert names(overview.get(f"{LIST}Place&q=ORLING").text) == ["Örlinghausen <b>"]
    nothing = overview.get(f"{LIST}Place&q=<script>", headers=PAGE)
    assert names(nothing.text) == []
    assert "Kein Name" in Page(nothing.text).words


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/contents/list", 400),
        ("/contents/list?class=no%20iri", 400),
        ("/contents/list?class=https://nothing.example/", 404),
        ("/contents/list?class=%00", 400),
        (f"{LIST}Book&page=-1", 200),
        (f"{LIST}Book&page=%C2%B2", 200),
    ],
)
def test_wrong_calls(overview: Client, path: str, status: int) -> None:
    """What cannot be listed is said, and is never a fault of the server."""
    assert overview.get(path, headers=PAGE).status_code == status


def test_all_municipalities(published_project: object, published: Version) -> None:
    """The register of Germany is listed whole."""
    counts = read_statistics(published.path)
    app = create_app(read_project(published.path.parents[1]), published)
    with Client(app) as client:
        address = f"/contents/list?class={KGO.replace('#', '%23')}Municipality"
        first = client.get(address, headers=PAGE)
        assert "10.943 Einträge" in Page(first.text).words
        assert counts.classes[f"{KGO}Municipality"] == 10_943
        assert names(client.get(f"{address}&page=110").text)[-1].startswith("Z")
        assert names(client.get(f"{address}&letter=B&q=elefeld").text) == ["Bielefeld"]


def lines(store: Store, query: str) -> list[str]:
    """The lines of a list."""
    result = store.query(query)
    assert isinstance(result, QuerySolutions)
    [row] = result
    return str(row["lines"].value).split("\n")


def test_list_comes_as_one_sorted_text() -> None:
    """Of a thing with several names the page's language counts; accents and tabs do not."""
    store = Store()
    texts = {
        "a": '"Ärger \\t x"@de, "Zorn"@en',
        "b": '"Maße"@en, "Masse, lang"',
        "c": '"Éclair"@fr',
        "d": '"E\\u0301"@fr, "kurz"@de-AT',
    }
    for end, names in texts.items():
        text = f"<urn:x/{end}> a <urn:C> ; <{SKOS}prefLabel> {names} ."
        store.load(text.encode(), RdfFormat.TURTLE)
    store.load(
        f'<urn:x/e> a <urn:C> ; <{RDFS}label> "Zuletzt"@de . '
        "<urn:x/N-1> a <urn:C> . [] a <urn:C> .".encode(),
        RdfFormat.TURTLE,
    )
    german = lines(store, list_query("urn:C", "de", is_named=False))
    assert [one.split("\t") for one in german] == [
        ["arger x", "urn:x/a"],
        ["eclair", "urn:x/c"],
        ["kurz", "urn:x/d"],
        ["masse, lang", "urn:x/b"],
        ["n-1", "urn:x/N-1"],
        ["zuletzt", "urn:x/e"],
    ]
    english = lines(store, list_query("urn:C", "en", is_named=True))
    assert "zorn\turn:x/a" in english and "masse\turn:x/b" in english


def test_long_list_is_no_long_answer(
    published_project: Path, published: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer that the page reads has a row for each thing: it would hold up all others."""
    counts: list[int] = []
    rows = Site.rows

    async def counted(site: Site, visit: Visit, query: str) -> list[Row]:
        found = await rows(site, visit, query)
        if "Identifier" in query or "/id/identifier/" in query:
            counts.append(len(found))
        return found

    monkeypatch.setattr(Site, "rows", counted)
    with Client(create_app(read_project(published_project), published)) as client:
        text = client.get("/contents/list?class=http://www.w3.org/ns/adms%23Identifier").text
        assert len(names(text)) == SIZE
        assert (
            client.get(f"/contents/list?class={KGO.replace('#', '%23')}Nothing").status_code == 404
        )
    assert counts and max(counts) < 10 * SIZE


def test_any_page_is_no_page_that_is_there(overview: Client) -> None:
    """If-None-Match: * of what is not there is not answered with 304."""
    anything = {**PAGE, "If-None-Match": "*"}
    assert overview.get("/contents/list?class=urn:x", headers=anything).status_code == 404
    first = overview.get(f"{LIST}Book", headers=PAGE)
    known = {**PAGE, "If-None-Match": first.headers["etag"]}
    assert overview.get(f"{LIST}Book", headers=known).status_code == 304
