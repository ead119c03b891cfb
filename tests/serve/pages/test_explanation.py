"""/explain in a browser: sentences, a tree and its sources; a form; parts for other pages."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page, served

from kg.serve.pages.explanation.words import clause, text_of

HELD = "/explain?s=library:moby-dick&p=lib:heldBy&o=library:city"
STATED = "/explain?s=library:moby-dick&p=lib:standsIn&o=library:harbour"
FAILS = "/explain?s=library:emma&p=lib:heldBy&o=library:harbour"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of the library."""
    more = {
        "data/hostile.ttl": """@prefix lib: <https://library.example/ns#> .
@prefix library: <https://library.example/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

library:evil
  a lib:Book ;
  rdfs:label "<script>alert(1)</script> & \\"more\\""@en ;
  lib:shelf "EV 1" ;
  lib:standsIn library:west .
"""
    }
    with served(tmp_path_factory.mktemp("explanation"), more) as client:
        yield client


def page(client: Client, path: str, lang: str = "de", status: int = 200) -> Page:
    """Return a page as a browser gets it."""
    response = client.get(path, headers={**PAGE, "Accept-Language": lang})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-language"] == lang
    return Page(response.text)


def test_a_derived_statement_in_sentences(client: Client) -> None:
    """The conclusion, its reasons by their labels, the rule and where the reasons stand."""
    found = page(client, HELD)
    assert "Moby-Dick gehört zum Bestand von Stadtbücherei, denn Moby-Dick steht in" in found.words
    assert "Was in einer Zweigstelle steht, gehört auch zum Bestand jeder Bücherei" in found.words
    assert "data/books.ttl" in found.words
    assert "folgt aus dem, was Quellen sagen" in found.words


def test_the_tree_needs_no_script(client: Client) -> None:
    """Each derived step is an element that opens; the statements below it are links."""
    found = page(client, HELD)
    assert len(found.all("details")) >= 2
    assert all("onclick" not in attributes for _, attributes in found.elements)
    assert all("style" not in attributes for _, attributes in found.elements)
    links = {each["href"] for each in found.all("a")}
    assert "doc/moby-dick" in links
    assert "ontology#heldBy" in links


def test_a_stated_statement(client: Client) -> None:
    """What a source says is said to be so, with the file."""
    found = page(client, STATED)
    assert "So steht es in einer Quelle" in found.words
    assert "data/books.ttl, Zeile" in found.words
    assert "abgeleitet" not in found.words


def test_what_does_not_hold(client: Client) -> None:
    """For what does not hold the rules are shown with what of them is missing."""
    found = page(client, FAILS, "en")
    assert "No source says this" in found.words
    assert "missing:" in found.words
    assert "What stands in a branch is held by it." in found.words


def test_unknown_terms_lead_to_the_search(client: Client) -> None:
    """A term that the graph does not have is named, with a link that searches for it."""
    found = page(client, "/explain?s=library:nobody&p=lib:heldBy&o=library:city")
    assert "Im Graphen kommt nicht vor: library:nobody" in found.words
    assert any(each["href"].startswith("search?q=library") for each in found.all("a"))


def test_without_parameters_there_is_a_form(client: Client) -> None:
    """The form has a label for each field, and derived statements of the graph as examples."""
    found = page(client, "/explain")
    labelled = {each["for"] for each in found.all("label")}
    assert {f"explain-{name}" for name in "spo"} <= labelled
    examples = [each["href"] for each in found.all("a") if each["href"].startswith("explain?s=")]
    assert examples
    shown = page(client, f"/{examples[0]}")
    assert "abgeleitet" in shown.words


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("s=nix:a&p=lib:heldBy&o=library:city", "s"),
        ("s=library:emma&p=%3Ca%20b%3E&o=library:city", "p"),
        ("s=library:emma&p=lib:heldBy", "o"),
    ],
)
def test_malformed_terms_come_back_in_the_form(client: Client, query: str, field: str) -> None:
    """The status is 400; what was typed is kept, the fault is named and its field is marked."""
    found = page(client, f"/explain?{query}", status=400)
    (wrong,) = found.all("input", **{"aria-invalid": "true"})
    assert wrong["name"] == field
    assert found.all("div", role="alert")
    kept = {each["name"]: each["value"] for each in found.all("input") if "value" in each}
    assert kept["s"] == ("nix:a" if field == "s" else "library:emma")


def test_a_label_leads_to_its_term(client: Client) -> None:
    """Who types a name is offered the term of that name."""
    found = page(client, "/explain?s=Emma&p=lib:heldBy&o=library:city", status=400)
    links = [each["href"] for each in found.all("a") if "id%2Femma" in each["href"]]
    assert links
    assert "Emma gehört zum Bestand von Stadtbücherei" in page(client, f"/{links[0]}").words


def test_programs_get_what_they_got(client: Client) -> None:
    """Without a wish for a page the answer is JSON, and format= goes before Accept."""
    assert client.get(HELD).json()["holds"] is True
    text = client.get(f"{HELD}&format=text", headers=PAGE)
    assert text.headers["content-type"].startswith("text/plain")
    assert client.get(f"{HELD}&format=html").headers["content-type"].startswith("text/html")
    assert client.get("/explain").headers["content-type"] == "application/problem+json"


def test_a_part_for_other_pages(client: Client) -> None:
    """htmx gets the sentences alone, with links that are right on the page that asked."""
    response = client.get(
        HELD,
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/x/doc/a/b?y=1"},
    )
    assert response.status_code == 200
    assert "<html" not in response.text
    links = [each["href"] for each in Page(response.text).all("a")]
    assert links
    assert all(link.startswith("../../") for link in links)


def test_validators(client: Client) -> None:
    """The page has an ETag of its own; who has it gets 304."""
    response = client.get(HELD, headers=PAGE)
    tag = response.headers["etag"]
    assert tag != client.get(HELD).headers["etag"]
    again = client.get(HELD, headers={**PAGE, "If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert "HX-Request" in response.headers["vary"]


def test_markup_is_shown_as_text(client: Client) -> None:
    """Labels and parameters with markup in them appear as text."""
    found = page(client, "/explain?s=library:evil&p=lib:heldBy&o=library:city")
    assert '<script>alert(1)</script> & "more"' in found.words
    assert all(each.get("src") for each in found.all("script"))
    typed = '"><script>alert(2)</script>'
    found = page(client, f"/explain?s={quote(typed)}&p=a&o=a", status=400)
    assert typed in {each.get("value") for each in found.all("input")}
    assert all(each.get("src") for each in found.all("script"))


def test_hostile_parameters(client: Client) -> None:
    """What is no UTF-8 and what is very long is refused on a page as well."""
    for query in ("s=%FF&p=a&o=a", "s=%ED%A0%80&p=a&o=a", f"s={'x' * 20_000}&p=a&o=a"):
        response = client.get(f"/explain?{query}", headers=PAGE)
        assert response.status_code == 400
        assert len(response.content) < 150_000


@pytest.mark.parametrize(
    ("label", "lang", "expected"),
    [
        ("kooperiert mit", "de", "A kooperiert mit B"),
        ("Mitglied", "de", "A hat als Mitglied B"),
        ("Teil von", "de", "A ist Teil von B"),
        ("gegenüber", "de", "A gilt gegenüber B"),
        ("im Programm", "de", "A steht im Programm B"),
        ("unterzeichnet von", "de", "A ist unterzeichnet von B"),
        ("gültig ab", "de", "A ist gültig ab B"),
        ("knüpft an … an", "de", "A knüpft an B an"),
        ("handelnde Einheit", "de", "A hat als handelnde Einheit B"),
        ("cooperates with", "en", "A cooperates with B"),
        ("member", "en", "A has as member B"),
        ("part of", "en", "A is part of B"),
        ("held by", "en", "A is held by B"),
        ("leads", "en", "A leads B"),
    ],
)
def test_labels_become_sentences(label: str, lang: str, expected: str) -> None:
    """Verbs stay, nouns and prepositions get a verb."""
    triple = {
        "subject": {"type": "uri", "value": "urn:a", "label": "A"},
        "predicate": {"type": "uri", "value": "urn:p", "label": label},
        "object": {"type": "uri", "value": "urn:b", "label": "B"},
    }
    assert text_of(clause(triple, "de" if lang == "de" else "en", {})) == expected
