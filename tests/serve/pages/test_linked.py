"""Linked data: addresses, negotiation, headers, and the same graph in every format."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from rdflib import DCTERMS, RDF, RDFS, Graph, Literal, Namespace, URIRef
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page
from tests.serve.pages.linked_site import BASE, SUFFIXES, follow, read

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning:rdflib")

LIB = Namespace(BASE + "ns#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
VOID = Namespace("http://rdfs.org/ns/void#")
PROV = Namespace("http://www.w3.org/ns/prov#")
SERVER = "http://testserver/"
BEETLE = "doc/K%C3%A4fer"
ODD = (
    "id/Käfer",
    "id/50%25-off",
    "id/two%20words",
    "id/a(b):c'd",
    "id/document/x.html",
    "id/document/x",
    "id/a%2Fb",
    "id/q?a=1",
    "id/%C3%A4",
    "odd-thing",
    "code/state/good",
    "graph/odd",
    "",
)
"""IRIs below the base that are hard to reach."""


def links(response: object) -> dict[str, list[str]]:
    """Return the targets of the header Link by their relation."""
    found: dict[str, list[str]] = {}
    header = response.headers["link"]  # type: ignore[attr-defined]
    for target, names in re.findall(r'<([^>]*)>; rel="([^"]*)"', header):
        for name in names.split():
            found.setdefault(name, []).append(target)
    return found


@pytest.mark.parametrize("path", ODD)
def test_every_iri_leads_to_its_document(linked: Client, path: str) -> None:
    """The address of a resource leads to the document about it, whatever signs its IRI has."""
    iri = BASE + path
    address = linked.get("/doc", params={"iri": iri, "format": "nt"})
    assert URIRef(iri) in read(address, "nt").objects(None, FOAF.primaryTopic)
    if "?" in path or not path or path.startswith("graph"):
        return
    response = follow(linked, "/" + quote(path, safe="/%:()'"), headers={"Accept": "text/turtle"})
    assert URIRef(iri) in read(response, "turtle").objects(None, FOAF.primaryTopic)


def test_needless_encoding_leads_to_the_same(linked: Client) -> None:
    """Clients that encode parentheses, colons and quotes reach the same resource."""
    response = linked.get("/doc/a%28b%29%3ac%27d.ttl")
    assert URIRef(BASE + "id/a(b):c'd") in read(response, "turtle").subjects()


def test_303_says_where_the_data_is(linked: Client) -> None:
    """A thing answers with 303 to its document, keeping parameters, and links to its forms."""
    response = linked.get("/id/K%C3%A4fer?lang=en")
    assert response.status_code == 303
    assert response.headers["location"] == f"{SERVER}{BEETLE}?lang=en"
    assert {"Accept", "Accept-Language"} <= set(response.headers["vary"].split(", "))
    assert links(response)["describedby"] == [SERVER + BEETLE]
    assert f"{SERVER}{BEETLE}.ttl" in links(response)["alternate"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/html", "text/html"),
        ("*/*", "text/html"),
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/json;q=0.5, text/turtle;q=0.4", "application/json"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/n-triples", "application/n-triples"),
        ("application/trig", "application/trig"),
        ("application/n-quads", "application/n-quads"),
        (PAGE["Accept"], "text/html"),
        ("application/rdf+xml, text/turtle;q=0.9, */*;q=0.1", "application/rdf+xml"),
    ],
)
def test_accept_decides(linked: Client, accept: str, expected: str) -> None:
    """The header Accept decides, and the answer says at which address its form is."""
    response = linked.get("/" + BEETLE, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == expected
    assert response.headers["content-location"].startswith(f"{SERVER}{BEETLE}.")
    assert "Accept" in response.headers["vary"].split(", ")
    assert "Accept-Datetime" in response.headers["vary"].split(", ")


def test_nothing_acceptable(linked: Client) -> None:
    """Who accepts only pictures is told what there is."""
    response = linked.get("/" + BEETLE, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.json()["available"]


def test_a_suffix_and_a_parameter_go_before_accept(linked: Client) -> None:
    """.ttl and format=ttl give Turtle to a browser; .html gives a page to a program."""
    for address in (f"/{BEETLE}.ttl", f"/{BEETLE}?format=ttl"):
        assert linked.get(address, headers=PAGE).headers["content-type"].startswith("text/turtle")
    page = linked.get(f"/{BEETLE}.html", headers={"Accept": "text/turtle"})
    assert "Käfer & <Co>" in Page(page.text).words


def test_an_iri_that_ends_in_a_suffix(linked: Client) -> None:
    """document/x.html is the thing of that name, not the page about document/x."""
    for path, label in (("document/x.html", "Seite"), ("document/x", "Ordner")):
        graph = read(linked.get(f"/doc/{path}.ttl"), "turtle")
        assert Literal(label, lang="de") in graph.objects(URIRef(f"{BASE}id/{path}"), RDFS.label)
    assert "Seite" in Page(linked.get("/doc/document/x.html").text).words


@pytest.mark.parametrize(
    "address",
    [
        "/doc/K%C3%A4fer",
        "/doc/document/x.html",
        "/doc/50%25-off",
        "/doc/odd-thing",
        "/doc/west",
        "/doc/graph/odd",
        f"/doc?iri={quote(LIB.Tome)}",
        f"/doc?iri={quote(LIB.TomeShape)}",
        f"/doc?iri={quote(LIB.BookShape)}",
        f"/doc?iri={quote(RDFS.label)}",
        "/ontology",
        "/shapes",
    ],
)
def test_the_same_graph_in_every_format(linked: Client, address: str) -> None:
    """rdflib reads the same triples from each form, blank nodes and odd literals included."""
    graphs = {}
    for suffix, form in SUFFIXES.items():
        path = f"{address}&format={suffix}" if "?" in address else f"{address}.{suffix}"
        graphs[suffix] = read(linked.get(path), form)
    assert len(graphs["nt"]) > 3
    for suffix, graph in graphs.items():
        assert graph == graphs["nt"], suffix


def test_what_a_document_says(linked: Client) -> None:
    """Statements about and with the thing, names of what is mentioned, and the document itself."""
    graph = read(linked.get("/doc/west.ttl"), "turtle")
    west, document = URIRef(BASE + "id/west"), URIRef(SERVER + "doc/west")
    assert (west, LIB.partOf, URIRef(BASE + "id/city")) in graph, "stated about it"
    assert (URIRef(BASE + "id/harbour"), LIB.partOf, west) in graph, "stated with it"
    assert (west, LIB.stocks, URIRef(BASE + "id/emma")) in graph, "derived"
    assert (LIB.partOf, RDFS.label, Literal("Teil von", lang="de")) in graph, "a name"
    assert (document, FOAF.primaryTopic, west) in graph
    assert (document, RDF.type, FOAF.Document) in graph
    assert (document, VOID.inDataset, URIRef(SERVER + ".well-known/void#dataset")) in graph
    license = URIRef("https://creativecommons.org/publicdomain/zero/1.0/")
    assert (document, DCTERMS.license, license) in graph
    assert (document, PROV.wasDerivedFrom, URIRef(BASE + "graph/branches")) in graph
    assert len(list(graph.objects(document, PROV.generatedAtTime))) == 1


def test_quads_tell_stated_from_derived(linked: Client) -> None:
    """N-Quads name the graph of each statement: a file, or that of what follows."""
    lines = linked.get("/doc/west.nq").text.splitlines()
    (derived,) = [line for line in lines if f"{LIB.stocks}> <{BASE}id/emma" in line]
    (stated,) = [line for line in lines if f"<{BASE}id/west> <{LIB.partOf}> <{BASE}id/city" in line]
    assert derived.endswith(f"<{BASE}graph/inferred> .")
    assert stated.endswith(f"<{BASE}graph/branches> .")


def test_blank_nodes_hang_on_it(linked: Client) -> None:
    """The restriction of a class and the rules of a shape are part of their documents."""
    graph = read(linked.get("/doc", params={"iri": LIB.Tome, "format": "ttl"}), "turtle")
    owl = Namespace("http://www.w3.org/2002/07/owl#")
    assert (None, owl.onProperty, LIB.pages) in graph
    graph = read(linked.get("/doc", params={"iri": LIB.TomeShape, "format": "ttl"}), "turtle")
    assert Literal("de") in graph.objects(None, RDF.first), "a list in a shape in a shape"


def test_turtle_is_pretty(linked: Client) -> None:
    """Turtle has the prefixes of the project, sorted subjects and one block a subject."""
    text = linked.get("/doc/west.ttl").text
    assert text.startswith("@prefix dct: <http://purl.org/dc/terms/> .")
    assert "\nlibrary:west\n  a\n" in text or "\nlibrary:west\n  a lib:Branch ;" in text
    assert text.count("\nlibrary:west\n") == 1


def test_headers_of_a_document(linked: Client) -> None:
    """Link names canonical address, forms, topic, licence and time gate; scripts may read it."""
    response = linked.get("/" + BEETLE, headers=PAGE)
    found = links(response)
    assert found["canonical"] == [SERVER + BEETLE]
    assert found["describes"] == [BASE + "id/K%C3%A4fer"]
    assert found["license"] == ["https://creativecommons.org/publicdomain/zero/1.0/"]
    assert found["timegate"] == [SERVER + BEETLE]
    assert len(found["alternate"]) == 7
    assert response.headers["access-control-allow-origin"] == "*"
    for target in found["alternate"]:
        assert linked.get(target.removeprefix(SERVER[:-1])).status_code == 200, target
    timemap = linked.get(found["timemap"][0].removeprefix(SERVER[:-1]))
    assert f"{SERVER}{BEETLE}?version=" in timemap.text


def test_head_options_and_304(linked: Client) -> None:
    """HEAD has the headers of GET; OPTIONS says what can be done; who has it is told so."""
    get = linked.get(f"/{BEETLE}.ttl")
    head = linked.request("HEAD", f"/{BEETLE}.ttl")
    for name in ("etag", "content-type", "link", "content-location", "vary"):
        assert head.headers[name] == get.headers[name]
    assert head.text == ""
    options = linked.request("OPTIONS", "/" + BEETLE)
    assert options.status_code == 204
    assert options.headers["allow"] == "GET, HEAD, OPTIONS"
    again = linked.get(f"/{BEETLE}.ttl", headers={"If-None-Match": get.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["link"] == get.headers["link"]
    assert linked.get(f"/{BEETLE}.nt").headers["etag"] != get.headers["etag"]


def test_versions(linked: Client) -> None:
    """?version= and Accept-Datetime give a state with its Memento headers; an unknown one 404."""
    version = linked.get("/health").json()["version"]
    response = linked.get(f"/{BEETLE}.ttl?version={version}")
    assert "memento-datetime" in response.headers
    assert response.headers["content-location"] == f"{SERVER}{BEETLE}.ttl?version={version}"
    assert links(response)["memento"] == [f"{SERVER}{BEETLE}.ttl?version={version}"]
    document = URIRef(f"{SERVER}{BEETLE}?version={version}")
    assert document in read(response, "turtle").subjects()
    dated = linked.get("/" + BEETLE, headers={"Accept-Datetime": "Sat, 21 Nov 2026 14:00:00 GMT"})
    assert "memento-datetime" in dated.headers
    assert linked.get(f"/{BEETLE}.ttl?version=never").status_code == 404


def test_namespace_leads_to_the_terms(linked: Client) -> None:
    """The namespace of the terms answers with 303 to their page, which has their anchors."""
    response = linked.get("/ns")
    assert response.headers["location"] == SERVER + "ontology"
    page = Page(linked.get("/ontology", headers=PAGE).text)
    assert page.all("article", id="Tome")


def test_iri_as_a_short_name(linked: Client) -> None:
    """/doc?iri= takes prefix:name as well; what is no IRI is a fault of the request."""
    graph = read(linked.get("/doc", params={"iri": "library:west", "format": "ttl"}), "turtle")
    assert URIRef(BASE + "id/west") in graph.subjects()
    assert linked.get("/doc", params={"iri": "no iri"}).status_code in (400, 404)
    assert linked.get("/doc", params={"iri": '<x>" }'}).status_code in (400, 404)


def test_many_statements_are_cut_and_said_to_be(
    linked: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many statements with a thing the first are given, with the query for all of them."""
    from kg.serve.pages.linked import statements as linked_statements

    monkeypatch.setattr(linked_statements, "MOST_BACK", 3)
    response = linked.get("/doc", params={"iri": LIB.Book, "format": "nt"})
    graph = read(response, "nt")
    assert len(list(graph.subject_predicates(LIB.Book))) == 4, "three, and the document"
    document = next(graph.subjects(FOAF.primaryTopic, LIB.Book))
    (query,) = graph.objects(document, RDFS.seeAlso)
    rest = linked.get(str(query).removeprefix(SERVER[:-1]), headers={"Accept": "text/turtle"})
    assert len(Graph().parse(data=rest.text, format="turtle")) > 10
    notes = [one for one in graph.objects(document, RDFS.comment) if isinstance(one, Literal)]
    assert {one.language for one in notes} == {"de", "en"}
