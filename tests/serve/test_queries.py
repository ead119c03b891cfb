"""SELECT, ASK, CONSTRUCT and DESCRIBE are answered in all formats by all three ways of asking."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from urllib.parse import quote

import pytest
from rdflib import Graph
from tests.serve.helpers import Client

NAMES = "SELECT ?s ?name WHERE { ?s a ex:Beetle ; rdfs:label ?name } ORDER BY ?name"
STAG = "https://example.org/id/stag"
RESULTS = "{http://www.w3.org/2005/sparql-results#}"


def names(client: Client, query: str, **params: str | list[str]) -> list[str]:
    """Return the values of ?name."""
    response = client.get("/sparql", params={"query": query, **params})
    assert response.status_code == 200, response.text
    return [row["name"]["value"] for row in response.json()["results"]["bindings"]]


def test_get(client: Client) -> None:
    """A query in the address is answered as JSON, with the project's prefixes and in UTF-8."""
    assert names(client, NAMES) == ["Hirschkäfer", "Mistkäfer 🪲"]


def test_post_form(client: Client) -> None:
    """A query as form field is answered, percent-encoded or as plain UTF-8."""
    encoded = client.post("/sparql", data={"query": NAMES})
    plain = client.post(
        "/sparql",
        content=('query=SELECT * { ?s ?p "Hirschkäfer"@de }').encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
    )
    assert len(encoded.json()["results"]["bindings"]) == 2
    assert len(plain.json()["results"]["bindings"]) == 1


def test_post_body(client: Client) -> None:
    """A query as body is answered; the address may carry the dataset and the format."""
    response = client.post(
        "/sparql",
        params={"default-graph-uri": "https://example.org/graph/stag", "format": "csv"},
        content=NAMES.encode(),
        headers={"Content-Type": "application/sparql-query"},
    )
    assert response.status_code == 200
    assert response.text.split("\r\n")[1:] == [f"{STAG},Hirschkäfer", ""]


def test_percent_encoded_utf8(client: Client) -> None:
    """Letters beyond ASCII in the address find what they name."""
    query = quote('SELECT ?s { ?s rdfs:label "Mistkäfer 🪲"@de }', safe="")
    assert len(client.get(f"/sparql?query={query}").json()["results"]["bindings"]) == 1


def test_long_query(client: Client) -> None:
    """A query of 100 kB is answered by POST."""
    values = " ".join(f"<https://example.org/id/{number:06}>" for number in range(3200))
    query = f"SELECT ?s {{ VALUES ?s {{ {values} id:stag }} ?s a ex:Beetle }}"
    assert len(query) > 100_000
    response = client.post("/sparql", data={"query": query})
    assert [row["s"]["value"] for row in response.json()["results"]["bindings"]] == [STAG]


def test_select_as_xml(client: Client) -> None:
    """XML has the variables and the language of a literal."""
    response = client.get("/sparql", params={"query": NAMES, "format": "xml"})
    assert response.headers["content-type"] == "application/sparql-results+xml"
    root = ET.fromstring(response.content)
    assert [one.get("name") for one in root.iter(f"{RESULTS}variable")] == ["s", "name"]
    assert [one.text for one in root.iter(f"{RESULTS}literal")] == ["Hirschkäfer", "Mistkäfer 🪲"]


def test_select_as_csv_and_tsv(client: Client) -> None:
    """CSV has bare values, TSV has terms; both say that they are UTF-8."""
    table = client.get("/sparql", params={"query": NAMES}, headers={"Accept": "text/csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(table.content.decode())))
    assert rows[:2] == [["s", "name"], [STAG, "Hirschkäfer"]]
    terms = client.get(
        "/sparql", params={"query": NAMES}, headers={"Accept": "text/tab-separated-values"}
    )
    assert terms.headers["content-type"] == "text/tab-separated-values; charset=utf-8"
    assert terms.text.splitlines()[:2] == ["?s\t?name", f'<{STAG}>\t"Hirschkäfer"@de']


@pytest.mark.parametrize("text", ["true", "false"])
def test_ask(client: Client, text: str) -> None:
    """ASK is answered in all four formats."""
    query = "ASK { id:stag a ex:Animal }" if text == "true" else "ASK { id:stag a ex:Plant }"

    def ask(form: str) -> bytes:
        return client.get("/sparql", params={"query": query, "format": form}).content

    assert json.loads(ask("json"))["boolean"] is (text == "true")
    boolean = ET.fromstring(ask("xml")).find(f"{RESULTS}boolean")
    assert boolean is not None
    assert boolean.text == text
    assert ask("csv").decode().strip() == text
    assert ask("tsv").decode().strip() == text


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own use
@pytest.mark.parametrize(
    ("media_type", "parser"),
    [
        ("text/turtle", "turtle"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "xml"),
        ("application/ld+json", "json-ld"),
    ],
)
@pytest.mark.parametrize(
    "query", ["DESCRIBE id:stag", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?s = id:stag) }"]
)
def test_graph_formats(client: Client, query: str, media_type: str, parser: str) -> None:
    """CONSTRUCT and DESCRIBE give the same triples in all formats; another parser reads them."""
    response = client.get("/sparql", params={"query": query}, headers={"Accept": media_type})
    assert response.headers["content-type"].partition(";")[0] == media_type
    found = {str(o) for _, _, o in Graph().parse(data=response.content, format=parser)}
    assert {
        "Hirschkäfer",
        "https://example.org/ns#Beetle",
        "https://example.org/ns#Animal",
    } <= found


def test_turtle_uses_prefixes(client: Client) -> None:
    """Turtle comes with the project's prefixes, for people."""
    assert "id:stag a ex:" in client.get("/sparql", params={"query": "DESCRIBE id:stag"}).text


def test_default_graph(client: Client) -> None:
    """default-graph-uri restricts what patterns outside of GRAPH see; several are merged."""
    dung, stag = "https://example.org/graph/dung", "https://example.org/graph/stag"
    both: dict[str, str | list[str]] = {"default-graph-uri": [dung, stag]}
    assert names(client, NAMES, **{"default-graph-uri": dung}) == ["Mistkäfer 🪲"]
    assert len(names(client, NAMES, **both)) == 2
    assert names(client, NAMES, **{"default-graph-uri": "https://example.org/graph/none"}) == []


def test_named_graph(client: Client) -> None:
    """named-graph-uri says which graphs GRAPH ranges over; the default graph is empty then."""
    dung = "https://example.org/graph/dung"
    query = "SELECT ?name WHERE { GRAPH ?g { ?s rdfs:label ?name } }"
    assert names(client, query, **{"named-graph-uri": dung}) == ["Mistkäfer 🪲"]
    assert names(client, NAMES, **{"named-graph-uri": dung}) == []
    assert names(client, query, **{"default-graph-uri": dung}) == []


def test_dataset_in_the_query(client: Client) -> None:
    """FROM restricts as default-graph-uri does, although the default graph is a union."""
    source = NAMES.replace("WHERE", "FROM <https://example.org/graph/dung> WHERE")
    assert names(client, source) == ["Mistkäfer 🪲"]
    stag = "https://example.org/graph/stag"
    assert names(client, source, **{"default-graph-uri": stag}) == ["Hirschkäfer"]


def test_client_library_parameters(client: Client) -> None:
    """Formats given twice and as lists, as SPARQLWrapper does it, are understood."""
    query = quote("DESCRIBE id:stag")
    many = "application/ld%2Bjson%2Capplication/x-json%2Bld"
    response = client.get(f"/sparql?query={query}&format=json-ld&format={many}&output=json-ld")
    assert response.headers["content-type"] == "application/ld+json"


def test_service_as_a_word(client: Client) -> None:
    """The word SERVICE in strings, comments, names and IRIs is no SERVICE clause."""
    query = """# SERVICE <http://example.org/> in a comment
        SELECT ?service ?Service (service:x AS ?iri) {
          BIND("SERVICE <x> {}" AS ?service) BIND(<http://service.example/#a> AS ?Service) }"""
    response = client.get("/sparql", params={"query": query})
    assert response.status_code == 200, response.text
    row = response.json()["results"]["bindings"][0]
    assert row["service"]["value"] == "SERVICE <x> {}"
    assert row["iri"]["value"] == "https://example.org/service/x"


def test_deep_query(client: Client) -> None:
    """Ten thousand brackets in each other do not end the server."""
    query = "ASK { FILTER(" + "(" * 10_000 + "1" + ")" * 10_000 + ") }"
    assert client.post("/sparql", data={"query": query}).json()["boolean"] is True
