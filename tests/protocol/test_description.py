"""The service description at GET without a query: the three tests of W3C, and that it is true."""

from __future__ import annotations

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from tests.protocol.served import Served

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = Namespace("http://rdfs.org/ns/void#")
FORMATS = {
    "SPARQL_Results_JSON": ("ASK {}", "application/sparql-results+json"),
    "SPARQL_Results_XML": ("ASK {}", "application/sparql-results+xml"),
    "SPARQL_Results_CSV": ("SELECT (1 AS ?x) {}", "text/csv"),
    "SPARQL_Results_TSV": ("SELECT (1 AS ?x) {}", "text/tab-separated-values"),
    "Turtle": ("DESCRIBE id:plain", "text/turtle"),
    "N-Triples": ("DESCRIBE id:plain", "application/n-triples"),
    "RDF_XML": ("DESCRIBE id:plain", "application/rdf+xml"),
    "JSON-LD": ("DESCRIBE id:plain", "application/ld+json"),
}


def description(served: Served) -> Graph:
    """The description, read from Turtle."""
    reply = served.request("GET", "/sparql", headers={"Accept": "text/turtle"})
    assert reply.status == 200
    return Graph().parse(data=reply.body, format="turtle")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own use
@pytest.mark.parametrize(
    ("accept", "parser"),
    [
        (None, "turtle"),
        ("text/turtle", "turtle"),
        ("application/rdf+xml", "xml"),
        ("application/n-triples", "nt"),
        ("application/ld+json", "json-ld"),
        ("*/*", "turtle"),
        ("text/html, */*", "turtle"),
    ],
)
def test_returns_rdf(served: Served, accept: str | None, parser: str) -> None:
    """GET on the endpoint returns RDF, in the format asked for."""
    headers = {} if accept is None else {"Accept": accept}
    reply = served.request("GET", "/sparql", headers=headers)
    assert reply.status == 200
    if accept and "*" not in accept:
        assert reply.media_type == accept
    graph = Graph().parse(data=reply.body, format=parser)
    assert (None, RDF.type, SD.Service) in graph


def test_endpoint(served: Served) -> None:
    """There is a service whose sd:endpoint is the address that was asked."""
    graph = description(served)
    services = list(graph.subjects(RDF.type, SD.Service))
    assert len(services) == 1
    assert list(graph.objects(services[0], SD.endpoint)) == [URIRef(served.endpoint)]


def test_schema(served: Served) -> None:
    """What is said uses the terms of the vocabulary in their places."""
    graph = description(served)
    (service,) = graph.subjects(RDF.type, SD.Service)
    terms = {str(p) for _, p, _ in graph if str(p).startswith(str(SD))}
    terms |= {str(o) for _, p, o in graph if p == RDF.type and str(o).startswith(str(SD))}
    known = [
        "Service",
        "Dataset",
        "Graph",
        "NamedGraph",
        "endpoint",
        "supportedLanguage",
        "resultFormat",
        "inputFormat",
        "feature",
        "defaultDataset",
        "defaultGraph",
        "namedGraph",
        "name",
        "graph",
        "defaultEntailmentRegime",
        "entailmentRegime",
        "supportedEntailmentProfile",
        "defaultSupportedEntailmentProfile",
        "extensionFunction",
        "extensionAggregate",
        "languageExtension",
        "propertyFeature",
        "availableGraphs",
    ]
    assert {term.removeprefix(str(SD)) for term in terms} <= set(known)
    assert SD.SPARQL11Query in set(graph.objects(service, SD.supportedLanguage))
    assert SD.SPARQL11Update not in set(graph.objects(service, SD.supportedLanguage))
    assert SD.BasicFederatedQuery not in set(graph.objects(service, SD.feature))
    for named in graph.objects(None, SD.namedGraph):
        assert (named, RDF.type, SD.NamedGraph) in graph
        assert graph.value(named, SD.name) is not None


def test_formats_are_true(served: Served) -> None:
    """Every result format that is promised is had."""
    (service,) = description(served).subjects(RDF.type, SD.Service)
    promised = {
        str(o).rsplit("/", 1)[1] for o in description(served).objects(service, SD.resultFormat)
    }
    assert promised >= set(FORMATS)
    for name in promised & set(FORMATS):
        query, media_type = FORMATS[name]
        assert served.ask(query, media_type).media_type == media_type


def test_graphs_are_true(served: Served) -> None:
    """The named graphs and their sizes are those that queries find."""
    graph = description(served)
    said = {
        str(graph.value(named, SD.name)): int(str(graph.value(inner, VOID.triples)))
        for named, inner in graph.subject_objects(SD.graph)
    }
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    rows = served.ask(query).json()["results"]["bindings"]
    found = {row["g"]["value"]: int(row["n"]["value"]) for row in rows}
    assert said == found
    assert "https://example.org/graph/drei-ä" in said


def test_default_graph_is_true(served: Served) -> None:
    """A union is promised, and the number of its triples is the one that is counted."""
    graph = description(served)
    (service,) = graph.subjects(RDF.type, SD.Service)
    assert SD.UnionDefaultGraph in set(graph.objects(service, SD.feature))
    dataset = graph.value(service, SD.defaultDataset)
    counted = served.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv").text.split()[1]
    about = (dataset, graph.value(dataset, SD.defaultGraph))
    assert {str(n) for each in about for n in graph.objects(each, VOID.triples)} == {counted}
    assert served.ask("ASK { ?s ex:in 1 . ?t ex:in 2 }").json()["boolean"] is True


def test_entailment(served: Served) -> None:
    """The regime is OWL entailment with the profile RL."""
    graph = description(served)
    (service,) = graph.subjects(RDF.type, SD.Service)
    regimes = set(graph.objects(None, SD.defaultEntailmentRegime))
    assert regimes & {URIRef("http://www.w3.org/ns/entailment/OWL-RDF-Based")}
    profiles = set(graph.objects(None, SD.defaultSupportedEntailmentProfile))
    assert URIRef("http://www.w3.org/ns/owl-profile/RL") in profiles
    assert (service, None, None) in graph


def test_host_of_the_client(served: Served) -> None:
    """The endpoint is named as the client calls it; what is no host is not repeated."""
    turtle = {"Accept": "text/turtle"}
    named = served.request("GET", "/sparql", headers={**turtle, "Host": "data.example.org"})
    assert "<http://data.example.org/sparql>" in named.text
    for host in ("<evil>", "a b", 'x"y', "x/../y", "x>", "x#y", "x?y"):
        reply = served.request("GET", "/sparql", headers={**turtle, "Host": host})
        if reply.status == 200:
            graph = Graph().parse(data=reply.body, format="turtle")
            endpoint = next(graph.objects(None, SD.endpoint))
            assert host not in str(endpoint)
        assert reply.status in (200, 400)


def test_only_without_query(served: Served) -> None:
    """Unknown parameters alone still describe; a format parameter chooses; POST does not."""
    assert served.request("GET", "/sparql?a=b").media_type == "text/turtle"
    assert served.request("GET", "/sparql?format=jsonld").media_type == "application/ld+json"
    assert served.request("GET", "/sparql?format=csv").status == 406
    assert served.request("POST", "/sparql").status in (400, 415)


def test_literals(served: Served) -> None:
    """The title is that of the project."""
    assert Literal("Protocol") in set(description(served).objects())
