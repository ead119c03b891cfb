"""JSON-LD for people: short keys, a context that travels along, the same triples."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rdflib import Graph
from rdflib.compare import to_isomorphic
from rdflib.plugins.shared.jsonld import context as rdflib_context
from tests.serve.helpers import Client
from tests.serve.pages.linked_site import BASE, read

from kg.namespaces import OWL, SKOS, XSD
from kg.serve.pages.linked.context import Context, Declared, context_of
from kg.serve.pages.linked.json import as_json_ld
from kg.serve.pages.linked.statements import Statement
from kg.serve.pages.terms import Term

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning:rdflib")

LIB = BASE + "ns#"
PREFIXES = {"lib": LIB, "library": BASE + "id/", "owl": OWL, "skos": SKOS, "xsd": XSD}


def node(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the node of a document with that id."""
    return next(one for one in document["@graph"] if one.get("id") == name)


def test_keys_are_short(linked: Client) -> None:
    """A document has local names as keys, labels by language, numbers and truth as in JSON."""
    document = linked.get("/doc/K%C3%A4fer.jsonld").json()
    beetle = node(document, f"{BASE}id/Käfer")
    assert document["@graph"][0] is beetle, "what it is about comes first"
    assert beetle["type"] == ["Book", "Item"]
    assert beetle["label"] == {"de": "Käfer & <Co>", "en": "Beetles"}
    assert beetle["comment"] == {"@none": "plain", "de": ["auch schön", "schön"]}
    assert beetle["standsIn"] == "library:west"
    assert beetle["pages"] == 120
    assert beetle["lent"] is True
    assert beetle["bought"] == "2023-03-23"
    assert beetle["weight"] == "1.50" or beetle["weight"] == "1.5"
    assert beetle["title"] == [{"@language": "en", "@value": "Beetles"}, "Käfer"]
    assert beetle["note"] == [5, "x\ny"]


def test_values_that_do_not_fit_their_coercion(linked: Client) -> None:
    """An integer where decimals are declared keeps its datatype: it stands under another key."""
    document = linked.get("/doc/50%25-off.jsonld").json()
    thing = node(document, f"{BASE}id/50%25-off")
    assert "weight" not in thing
    assert thing["lib:weight"] == 2


def test_a_scheme_that_is_also_a_prefix(linked: Client) -> None:
    """geo:52,8 stays what it is, though geo is a prefix of the project."""
    document = linked.get("/doc/K%C3%A4fer.jsonld").json()
    assert "geo" not in document["@context"]
    assert "geo:52.02,8.53" in node(document, f"{BASE}id/Käfer")["lib:odd"]


def test_the_context_is_only_what_is_used(linked: Client) -> None:
    """A document carries the part of the published context that it needs, unchanged."""
    part = linked.get("/doc/west.jsonld").json()["@context"]
    response = linked.get("/context.jsonld")
    assert response.headers["content-type"] == "application/ld+json"
    assert response.headers["access-control-allow-origin"] == "*"
    whole = response.json()["@context"]
    assert part.items() <= whole.items()
    assert len(part) < len(whole) / 2
    assert whole["bought"] == {"@id": f"{LIB}bought", "@type": f"{XSD}date"}
    assert whole["odd"] == {"@id": "https://library.example/odd-", "@prefix": True}, "a prefix"
    assert whole["lib:odd"] == {"@id": f"{LIB}odd", "@type": "@id"}, "a term of that name"


@pytest.mark.parametrize("path", ["west", "50%25-off", "document/x.html", "odd-thing"])
def test_the_published_context_gives_the_same_triples(
    linked: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document that names /context.jsonld instead of carrying it is the same graph."""
    expected = read(linked.get(f"/doc/{path}.nt"), "nt")
    document = linked.get(f"/doc/{path}.jsonld").json()
    document["@context"] = "http://testserver/context.jsonld"

    def load(source: str, *_: object, **__: object) -> tuple[Any, None]:
        assert source == "http://testserver/context.jsonld"
        return linked.get("/context.jsonld").json(), None

    monkeypatch.setattr(rdflib_context, "source_to_json", load)
    graph = Graph().parse(data=json.dumps(document), format="json-ld")
    assert to_isomorphic(graph) == expected


def test_who_gets_a_short_key() -> None:
    """An own term goes before others; of equals each has prefix:name; prefixes stay prefixes."""
    declared = [
        _declared(f"{LIB}title"),
        _declared("http://purl.org/dc/terms/title"),
        _declared(f"{SKOS}member"),
        _declared("http://www.w3.org/ns/org#member"),
        _declared(f"{LIB}type"),
        _declared(f"{LIB}library"),
        _declared("urn:nothing:member"),
    ]
    prefixes = {**PREFIXES, "org": "http://www.w3.org/ns/org#"}
    keys = context_of(declared, prefixes, BASE).keys
    assert keys["title"] == f"{LIB}title"
    assert "member" not in keys
    assert (keys["skos:member"], keys["org:member"]) == (
        f"{SKOS}member",
        "http://www.w3.org/ns/org#member",
    )
    assert keys["lib:type"] == f"{LIB}type", "type is a keyword"
    assert keys["lib:library"] == f"{LIB}library", "library is a prefix"
    assert keys.keys().isdisjoint(prefixes)


def test_lists_and_shared_blank_nodes() -> None:
    """A list is a list; a blank node stands inside of its only parent, a shared one by itself."""
    thing, inner, shared, cell, rest = (
        Term("iri", BASE + "id/x"),
        *(Term("bnode", name) for name in ("inner", "shared", "cell", "rest")),
    )
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    nil, one, two = Term("iri", rdf + "nil"), Term("literal", "1"), Term("iri", BASE + "id/y")
    triples = [
        (thing, LIB + "a", inner),
        (inner, LIB + "b", shared),
        (thing, LIB + "b", shared),
        (shared, LIB + "c", one),
        (thing, LIB + "list", cell),
        (cell, rdf + "first", one),
        (cell, rdf + "rest", rest),
        (rest, rdf + "first", two),
        (rest, rdf + "rest", nil),
        (thing, LIB + "empty", nil),
    ]
    statements = [Statement("", *triple) for triple in triples]
    known = context_of([_declared(LIB + "list", "ObjectProperty")], PREFIXES, BASE)
    text = as_json_ld(statements, known, first=[thing.value])
    document = json.loads(text)
    assert document["@graph"][0]["list"] == {"@list": [{"@value": "1"}, {"id": "library:y"}]}
    assert document["@graph"][0]["lib:a"] == {"lib:b": {"id": "_:shared"}}
    assert len(document["@graph"]) == 2
    lines = "".join(f"{s.n3} <{p}> {o.n3} .\n" for s, p, o in triples)
    expected = to_isomorphic(Graph().parse(data=lines, format="nt"))
    assert to_isomorphic(Graph().parse(data=text, format="json-ld")) == expected


def test_compact_iris_are_ones_that_expand_back() -> None:
    """A compact IRI needs a plain local name: no slash, no sign that means something else."""
    known = Context(PREFIXES, {}, {})
    assert known.compact(BASE + "id/a") == ("library:a", "library")
    assert known.compact(BASE + "id//a") is None
    assert known.compact(BASE + "id/") is None
    assert known.compact(BASE + "id/a", without=["library"]) is None


def _declared(iri: str, kind: str = "AnnotationProperty") -> Declared:
    return Declared(iri, frozenset((OWL + kind,)), frozenset())
