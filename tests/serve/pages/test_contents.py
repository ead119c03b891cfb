"""/contents counts what is in the graph; the lists below it name every thing of a class."""

from __future__ import annotations

import re
import time

import pytest
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page
from tests.serve.pages.overview_site import MANY

from kg.publish.statistics import read_statistics
from kg.publish.versions import Version
from kg.serve.app import create_app
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
    """The register of Germany is listed whole, and pages of it come at once after the first."""
    counts = read_statistics(published.path)
    app = create_app(read_project(published.path.parents[1]), published)
    with Client(app) as client:
        address = f"/contents/list?class={KGO.replace('#', '%23')}Municipality"
        first = client.get(address, headers=PAGE)
        assert "10.943 Einträge" in Page(first.text).words
        assert counts.classes[f"{KGO}Municipality"] == 10_943
        assert names(client.get(f"{address}&page=110").text)[-1].startswith("Z")
        assert names(client.get(f"{address}&letter=B&q=elefeld").text) == ["Bielefeld"]
        began = time.perf_counter()
        client.get(f"{address}&page=50")
        assert time.perf_counter() - began < 1
