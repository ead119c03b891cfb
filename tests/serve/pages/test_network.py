"""/network: who belongs to what, as a table and as data for the picture, whole or near a focus."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page

from kg.publish.versions import Version
from kg.serve.app import create_app
from kg.serve.pages.map.network import Focus, Tie, nearby, ties_of
from kg.serve.pages.terms import Term
from kg.settings import read_project

ID = "https://library.example/id/"
COUNTS = Path(__file__).parents[3] / "queries" / "competency" / "29-sources-of-cooperations.csv"
TIES = [Tie("g", "a"), Tie("g", "b"), Tie("h", "b"), Tie("h", "c"), Tie("i", "c"), Tie("j", "i")]


def pairs(text: str) -> list[str]:
    """The groups and members of the table."""
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    found = re.findall(r'<a href="[^"]*"[^>]*>([^<]*)</a>', body)
    return [f"{one} {other}" for one, other in zip(found[::2], found[1::2], strict=True)]


def test_table(overview: Client) -> None:
    """The table has each pair once, by name."""
    response = overview.get("/network?lang=de", headers=PAGE)
    assert response.status_code == 200
    assert pairs(re.sub(r'<a class="near".*?</a>', "", response.text)) == [
        "Nordring Aachen",
        "Nordring Örlinghausen &lt;b&gt;",
        "Südring Örlinghausen &lt;b&gt;",
    ]
    assert "Leihring: 2 · Ort: 2 · 3 Verbindungen" in Page(response.text).words


@pytest.mark.parametrize(
    ("query", "nodes", "ties"),
    [
        ("", 4, 3),
        (f"focus={ID}south", 2, 1),
        (f"focus={ID}south&depth=2", 4, 3),
        (f"focus={ID}aachen", 3, 2),
        ("focus=nonsense&depth=x", 4, 3),
        (f"focus={ID}south&depth=%C2%B2", 2, 1),
    ],
)
def test_data(overview: Client, query: str, nodes: int, ties: int) -> None:
    """The data has what is near the focus, everything for a focus that is not there."""
    response = overview.get(f"/network/data?lang=en&{query}")
    data = response.json()
    assert (len(data["nodes"]), len(data["ties"])) == (nodes, ties)
    for tie in data["ties"]:
        assert data["nodes"][tie["group"]]["group"]
        assert not data["nodes"][tie["member"]]["group"]
    etag = {"If-None-Match": response.headers["etag"]}
    assert overview.get(f"/network/data?lang=en&{query}", headers=etag).status_code == 304


@pytest.mark.parametrize(
    ("focus", "groups"),
    [
        (Focus(), "ghij"),
        (Focus("g", 1), "g"),
        (Focus("g", 2), "gh"),
        (Focus("b", 1), "gh"),
        (Focus("b", 2), "ghi"),
        (Focus("i", 1), "i"),
    ],
)
def test_nearby(focus: Focus, groups: str) -> None:
    """Each step adds the groups that the members are in."""
    assert {one.group for one in nearby(TIES, focus)} == set(groups)


def test_ties() -> None:
    """Rows of one pair are one tie with all that they say; a thing is not tied to itself."""

    def row(**values: str) -> dict[str, Term]:
        names = {"from_": "from"}
        return {names.get(name, name): Term("iri", value) for name, value in values.items()}

    rows = [
        row(from_="g", to="a", label="lead", document="d"),
        row(from_="g", to="a", label="member", document="d"),
        row(from_="g", to="g"),
        row(to="a"),
    ]
    (tie,) = ties_of(rows)
    assert [term.value for term in tie.labels] == ["lead", "member"]
    assert [term.value for term in tie.documents] == ["d"]


def test_cooperations(published_project: Path, published: Version) -> None:
    """Each cooperation has as many members as the question about sources counts."""
    with Client(create_app(read_project(published_project), published)) as client:
        data = client.get("/network/data?lang=de").json()
    found: dict[str, int] = {}
    for tie in data["ties"]:
        name = data["nodes"][tie["group"]]["name"]
        found[name] = found.get(name, 0) + 1
    with COUNTS.open(encoding="utf-8") as file:
        expected = {row["cooperation"]: int(row["members"]) for row in csv.DictReader(file)}
    assert found == expected
