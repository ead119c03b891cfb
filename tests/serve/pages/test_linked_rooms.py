"""The pages of terms and rules: every term and shape with an anchor, in words, both languages."""

from __future__ import annotations

import pytest
from rdflib import OWL, RDF, Graph
from tests.serve.helpers import Client, write_project
from tests.serve.pages.library_site import PAGE, Page
from tests.serve.pages.linked_site import BASE

from kg.namespaces import WELL_KNOWN
from kg.publish.build import build
from kg.publish.versions import open_current
from kg.serve.app import create_app
from kg.serve.pages.addresses import Addresses, anchor, readings
from kg.serve.pages.linked.facts import facts_of
from kg.serve.pages.linked.shape_words import Words
from kg.serve.pages.linked.statements import Statement
from kg.serve.pages.terms import Term

SH = "http://www.w3.org/ns/shacl#"


def page_of(client: Client, path: str) -> Page:
    """Return a page."""
    response = client.get(path, headers=PAGE)
    assert response.status_code == 200, response.text
    return Page(response.text)


def test_terms_in_words(linked: Client) -> None:
    """A term has its label, definition, kind, relations, rules and use, in the language asked."""
    page = page_of(linked, "/ontology")
    assert "Ein dickes <Buch>." in page.words
    assert "Art von Buch" in page.words, "rdfs:subClassOf"
    assert "Unterarten Wälzer" in page.words
    assert "Regeln dazu Regeln für Wälzer" in page.words
    assert "steht bei Buch" in page.words, "rdfs:domain"
    assert "zum Beispiel" in page.words
    english = page_of(linked, "/ontology?lang=en")
    assert "A thick <book>." in english.words
    assert "kind of book" in english.words
    assert "<Buch>" not in linked.get("/ontology", headers=PAGE).text, "escaped"


def test_every_term_has_an_anchor(linked: Client) -> None:
    """All declared terms can be linked to: own ones by their name, others by prefix:name."""
    page = page_of(linked, "/ontology")
    graph = Graph().parse(data=linked.get("/ontology.ttl").text, format="turtle")
    anchors = {one["id"] for one in page.all("article")}
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    terms = {str(term) for kind in kinds for term in graph.subjects(RDF.type, kind)}
    assert len(terms) > 15
    prefixes = {**WELL_KNOWN, "lib": BASE + "ns#"}
    assert {anchor(term, BASE, prefixes) for term in terms} == anchors
    assert {"Tome", "rdfs:label", "skos:Concept"} <= anchors


@pytest.mark.parametrize("path", ["/ontology", "/shapes", "/ontology?lang=en", "/problems"])
def test_links_on_the_page_reach_something(linked: Client, path: str) -> None:
    """No id is there twice, and every link to a place on the page has one to go to."""
    page = page_of(linked, path)
    ids = [found["id"] for _, found in page.elements if found.get("id")]
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})
    for found in page.all("a"):
        if found["href"].startswith("#"):
            assert found["href"][1:] in ids, found
    for name, found in page.elements:
        for label in found.get("aria-labelledby", "").split():
            assert label in ids, (name, label)


def test_codes_stand_below_their_broader_ones(linked: Client) -> None:
    """A code list has its codes with notation, and special ones below general ones."""
    page = page_of(linked, "/ontology")
    assert "Zustand" in page.words
    assert page.words.index("gut good") < page.words.index("bestens best")
    assert page.all("th", **{"class": "depth-1"})


def test_rules_in_words(linked: Client) -> None:
    """A shape says for whom it holds and what it demands, as a contributor understands it."""
    page = page_of(linked, "/shapes")
    assert "Gilt für alles, was beschrieben ist als Wälzer." in page.words
    assert "genau eine auf Deutsch" in page.words
    assert "höchstens eine Angabe ganze Zahl mindestens 1" in page.words
    assert "Tag wie 2023-03-23 oder Jahr wie 2023" in page.words
    assert "Es fehlt eine deutsche Bezeichnung." in page.words
    assert "A German label is missing." in page.words
    assert "umgekehrt: Seltsames" in page.words
    assert "höchstens 3 Angaben" in page.words
    assert "nach dem Muster ^[A-Z]{2} [0-9]+$" in page.words, "of the library itself"
    assert 'sh:languageIn ( "de" )' in page.words, "as Turtle"
    assert "exactly one in German" in page_of(linked, "/shapes?lang=en").words


def test_shapes_that_demand_nothing_stand_apart(linked: Client) -> None:
    """What only orders the facts on pages is no rule: it is listed at the end."""
    page = page_of(linked, "/shapes")
    assert page.all("article", id="TomeShape")
    assert not page.all("article", id="TomeView")
    assert page.all("li", id="TomeView")
    assert "TomeView" not in page_of(linked, "/ontology").words


def test_pages_of_rooms_are_kept_by_version(linked: Client) -> None:
    """Who has a page or its data is told that it is the same."""
    for path in ("/ontology", "/shapes", "/ontology.ttl"):
        first = linked.get(path, headers=PAGE)
        again = linked.get(path, headers={**PAGE, "If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        assert 'rel="canonical"' in again.headers["link"]


def test_negotiation_of_rooms(linked: Client) -> None:
    """All of the ontology is one document of data; quads keep its modules apart."""
    turtle = linked.get("/ontology", headers={"Accept": "text/turtle"})
    assert turtle.headers["content-location"] == "http://testserver/ontology.ttl"
    quads = linked.get("/ontology.nq").text
    assert f"<{BASE}graph/ontology/library>" in quads
    assert f"<{BASE}graph/ontology/more>" in quads


def test_a_project_without_ontology_and_shapes(tmp_path: object) -> None:
    """Pages that have no matter say so."""
    project = write_project(tmp_path)  # type: ignore[arg-type]
    build(project)
    with Client(create_app(project, open_current(project.build_dir))) as client:
        assert "keine Regeln" in page_of(client, "/shapes").words
        assert "Animal" in page_of(client, "/ontology").words
        assert client.get("/shapes.ttl").status_code == 200
        assert client.get("/context.jsonld").json()["@context"]["Animal"]


def test_addresses_there_and_back() -> None:
    """The address of an IRI is read as that IRI."""
    addresses = Addresses(BASE)
    for rest in ("id/a", "id/ä/ö", "id/a%20b", "id/a(b)", "id/x.html", "code/x", "id/%C3%A4"):
        path = addresses.document(BASE + rest).removeprefix("doc/")
        assert BASE + rest in addresses.candidates(path), path
        address = addresses.resource(BASE + rest)
        assert address is not None
        assert BASE + rest in addresses.below(address)
    assert addresses.document(BASE + "id/a/../b").startswith("doc?iri=")
    assert addresses.document("https://elsewhere.example/x").startswith("doc?iri=")
    assert readings("a%28b") == ["a%28b", "a(b"]
    assert anchor(BASE + "ns#X", BASE, {}) == "X"
    assert anchor("http://x.example/y#Z", BASE, {"y": "http://x.example/y#"}) == "y:Z"
    assert anchor("http://x.example/y#Z", BASE, {}) == "http://x.example/y#Z"


@pytest.mark.parametrize(
    ("constraints", "german", "english"),
    [
        ({"minCount": 1}, "mindestens eine Angabe", "at least one value"),
        ({"minCount": 2, "maxCount": 4}, "2 bis 4 Angaben", "2 to 4 values"),
        ({"maxCount": 0}, "keine Angabe", "no value"),
        ({"minCount": 2, "maxCount": 2}, "genau 2 Angaben", "exactly 2 values"),
        ({"maxLength": 5}, "höchstens 5 Zeichen", "at most 5 characters"),
        ({"minLength": 1}, "nicht leer", "not empty"),
        ({"uniqueLang": "true"}, "je Sprache höchstens eine", "one in each language at most"),
        ({"maxExclusive": 7}, "weniger als 7", "less than 7"),
    ],
)
def test_words_of_constraints(constraints: dict[str, object], german: str, english: str) -> None:
    """Each constraint becomes words."""
    shape = Term("bnode", "x")
    known = facts_of(
        Statement("", shape, SH + name, Term("literal", str(value)))
        for name, value in constraints.items()
    )
    for lang, expected in (("de", german), ("en", english)):
        (sentence,) = Words(known, lang, str).rules(shape)
        assert "".join(piece.words for piece in sentence) == expected
