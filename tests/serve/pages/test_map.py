"""/map: what is a point in the picture is a row of the list, and both follow the choice."""

from __future__ import annotations

import csv
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import QuerySolutions
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page

from kg.publish.store import Query, run
from kg.publish.versions import Version
from kg.serve.app import create_app
from kg.serve.pages.map.places import Choice, chosen, places_of
from kg.serve.pages.terms import Term
from kg.settings import read_project

ID = "https://library.example/id/"
COMPETENCY = Path(__file__).parents[3] / "queries" / "competency"
ALIKE = """SELECT DISTINCT ?a ?b WHERE {
  ?a kgo:cooperatesWith ?b FILTER (STR(?a) < STR(?b))
  VALUES ?kind { kgo:Municipality kgo:District } VALUES ?other { kgo:Municipality kgo:District }
  ?a a ?kind . ?b a ?other
}"""


def rows(text: str) -> list[str]:
    """The names in the list."""
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [Page(cell).words for cell in re.findall(r'<th scope="row">.*?</th>', body, re.DOTALL)]


def iris(data: dict[str, Any], name: str) -> list[str]:
    """The things of a column of the data."""
    return [data[name]["before"] + rest for rest in data[name]["rest"]]


def test_list(overview: Client) -> None:
    """The list has all places, those in most groups first; markup in a name is text."""
    response = overview.get("/map?lang=de", headers=PAGE)
    assert response.status_code == 200
    assert rows(response.text) == ["Örlinghausen <b>", "Aachen", "Nirgends", "Zwiesel"]
    words = Page(response.text).words
    assert "Nordring, Südring" in words
    assert "1 haben keine Koordinaten" in words
    assert "Koordinaten: niemand" in words


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"group={ID}north", ["Örlinghausen <b>", "Aachen"]),
        (f"topic={ID}poetry", ["Örlinghausen <b>", "Aachen"]),
        (f"group={ID}south&topic={ID}poetry", []),
        ("q=orling", ["Örlinghausen <b>"]),
        ("q=%00%27%22%3Cscript%3E", []),
        ("group=nonsense", []),
    ],
)
def test_choice(overview: Client, query: str, expected: list[str]) -> None:
    """Group, topic and name narrow the list."""
    response = overview.get(f"/map?{query}", headers=PAGE)
    assert response.status_code == 200
    assert rows(response.text) == expected


def test_data(overview: Client) -> None:
    """The data has what has a point, with groups and pairs by position, compressed if wanted."""
    response = overview.get("/map/data?lang=en")
    data = response.json()
    assert iris(data, "thing") == [f"{ID}aachen", f"{ID}oerlinghausen", f"{ID}zwiesel"]
    assert data["name"][1] == "Örlinghausen <b>"
    assert (data["lat"][0], data["long"][0], data["scale"]) == (507700, 60800, 10000)
    assert data["size"] == [2500, 170, 0]
    north, south = data["groups"]
    assert (north["name"], north["places"], north["lines"]) == ("North ring", [0, 1], [0, 1])
    assert (south["name"], south["topics"], south["lines"]) == ("South ring", [], [])
    again = overview.get("/map/data?lang=en", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304
    plain = overview.get("/map/data?lang=en", headers={"Accept-Encoding": "identity"})
    assert plain.json() == data
    assert "content-encoding" not in plain.headers


def test_card(overview: Client) -> None:
    """The card of a place names its groups and links to its page; others have none."""
    text = overview.get("/map/card?lang=de", params={"thing": f"{ID}oerlinghausen"}).text
    page = Page(text)
    assert "Örlinghausen <b>" in page.words
    assert "170 Leser" in page.words
    assert page.all("a")[0]["href"].startswith("../doc/oerlinghausen")
    for wrong in ("", "nonsense", f"{ID}north", "\x00"):
        assert overview.get("/map/card", params={"thing": wrong}).status_code == 400


def test_largest_size_counts() -> None:
    """Of several rows of a thing the one with the largest size counts; a wrong number is none."""

    def row(size: str) -> dict[str, Term]:
        texts = {"lat": "50", "long": "8", "size": size}
        return {"thing": Term("iri", "urn:a")} | {
            name: Term("literal", text) for name, text in texts.items()
        }

    found = places_of([row("3"), row("20"), row("inf"), row("nan"), row("7")], [], [])
    assert [one.size for one in found.places] == [20]
    far = places_of([row("1") | {"lat": Term("literal", "91")}], [], [])
    assert far.without_point == 1
    assert chosen(found, Choice(text="A")) == [0]


@pytest.fixture(scope="module")
def germany(published_project: Path, published: Version) -> dict[str, Any]:
    """The data of this project."""
    with Client(create_app(read_project(published_project), published)) as client:
        headers = {"Accept-Encoding": "gzip"}
        response = client.get("/map/data?lang=de", headers=headers)
        data: dict[str, Any] = response.json()
    assert len(gzip.compress(response.content, 8)) < 250_000
    return data


def test_germany(germany: dict[str, Any]) -> None:
    """The points are where the gazetteer has them: the answer to a question known by heart."""
    pages = iris({"page": germany["page"] | {"rest": germany["thing"]["rest"]}}, "page")
    assert sum("municipality/" in page for page in pages) == 10_939
    with (COMPETENCY / "32-map-of-members.csv").open(encoding="utf-8") as file:
        expected = list(csv.DictReader(file))
    for row in expected:
        at = pages.index(f"doc/municipality/{row['ags']}")
        assert germany["name"][at] == row["member"]
        for name, column in (("lat", "latitude"), ("long", "longitude")):
            assert abs(germany[name][at] / germany["scale"] - float(row[column])) < 0.0001
    (network,) = [one for one in germany["groups"] if one["name"] == "Regiopole-Netzwerk"]
    assert len(network["places"]) == len(expected)


def test_lines_are_what_is_derived(germany: dict[str, Any], published: Version) -> None:
    """Two places are connected in some group exactly if the graph says that they cooperate."""
    prefixes = {"kgo": "https://w3id.org/kommunalgraph/ns#"}
    answer = run(published.store, Query(ALIKE, prefixes=prefixes))
    assert isinstance(answer, QuerySolutions)
    things = iris(germany, "thing")
    expected = {(row["a"].value, row["b"].value) for row in answer}
    found = {
        tuple(sorted((things[one], things[other])))
        for group in germany["groups"]
        for one, other in zip(group["lines"][::2], group["lines"][1::2], strict=True)
    }
    assert len(expected) > 500
    assert found == {tuple(sorted(pair)) for pair in expected}
    assert json.dumps(germany)
