"""/documents lists the sources, by date, with filters that work without JavaScript."""

from __future__ import annotations

import re

import pytest
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page


def rows(text: str) -> list[str]:
    """The names of the documents, in order."""
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [Page(cell).words for cell in re.findall(r'<th scope="row">.*?</th>', body, re.DOTALL)]


def test_newest_first(overview: Client) -> None:
    """What has a date comes first, the newest on top; markup in a name is text."""
    response = overview.get("/documents?lang=de", headers=PAGE)
    assert response.status_code == 200
    assert rows(response.text) == ["Satzung <i>", "Brief", "Ohne Tag"]
    words = Page(response.text).words
    assert "Mai 2024" in words
    assert "31. Januar 2019" in words
    assert "3 Dokumente" in words


def test_statements(overview: Client) -> None:
    """A document has the statements of the graphs that were made of it."""
    text = overview.get("/documents", headers=PAGE).text
    counts = re.findall(r'<td class="count" data-name="Aussagen">([^<]+)</td>', text)
    assert counts == ["8", "–", "–"]


def test_addresses(overview: Client) -> None:
    """The original is linked if it is on the web; what would run a script is not."""
    links = [one["href"] for one in Page(overview.get("/documents").text).all("a")]
    assert "https://papers.example/1" in links
    assert not any("javascript" in link for link in links)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=mit", ["Satzung <i>", "Brief"]),
        ("year=2019", ["Brief"]),
        ("year=-", ["Ohne Tag"]),
        ("kind=mit&year=-", []),
        ("kind=%00%F0%9F%AA%B2", []),
    ],
)
def test_filters(overview: Client, query: str, expected: list[str]) -> None:
    """The choice narrows the list, and is still chosen in the form."""
    response = overview.get(f"/documents?{query}", headers=PAGE)
    assert response.status_code == 200
    assert rows(response.text) == expected


def test_without_a_query(client: Client) -> None:
    """A project without such queries has none of these pages, is told why, and links to none."""
    for path in ("documents", "map", "network", "map/data", "network/data"):
        response = client.get(f"/{path}")
        assert response.status_code == 404
        name = path.partition("/")[0]
        assert f"queries/views/{name}.rq" in response.json()["messages"]["de"]
    links = [one["href"] for one in Page(client.get("/", headers=PAGE).text).all("a")]
    assert not {"documents", "map", "network"} & set(links)
