"""The endpoint describes itself in RDF: SPARQL 1.1 Service Description, with counts from VoID."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple, serialize

from kg.namespaces import DCT, RDF_TYPE, SD, VOID, XSD
from kg.publish.store import GRAPHS
from kg.publish.versions import Manifest
from kg.settings import DefaultGraph

FORMATS = "http://www.w3.org/ns/formats/"
RESULT_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)
Subject = NamedNode | BlankNode


def describe(
    endpoint: str, manifest: Manifest, default_graph: DefaultGraph, result_format: str
) -> bytes:
    """Return the description of the service at the IRI `endpoint` in one of the RDF formats."""
    prefixes = {"sd": SD, "void": VOID, "dct": DCT, "format": FORMATS, "xsd": XSD}
    triples = _service(endpoint, manifest, default_graph)
    is_turtle = result_format == "turtle"
    form = GRAPHS[result_format]
    return serialize(triples, format=form, prefixes=prefixes if is_turtle else None) or b""


def _service(endpoint: str, manifest: Manifest, default_graph: DefaultGraph) -> Iterator[Triple]:
    service = NamedNode(endpoint)
    dataset = NamedNode(f"{endpoint}#dataset")
    yield _is_a(service, "Service")
    yield Triple(service, _sd("endpoint"), service)
    yield Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    for name in RESULT_FORMATS:
        yield Triple(service, _sd("resultFormat"), NamedNode(FORMATS + name))
    if default_graph == "union":
        yield Triple(service, _sd("feature"), _sd("UnionDefaultGraph"))
    yield Triple(service, _sd("defaultDataset"), dataset)
    yield _is_a(dataset, "Dataset")
    yield Triple(dataset, NamedNode(DCT + "title"), Literal(manifest.title))
    yield Triple(dataset, NamedNode(DCT + "issued"), _literal(manifest.built, "dateTime"))
    yield Triple(dataset, NamedNode(VOID + "triples"), _literal(manifest.triples, "integer"))
    default = BlankNode("default")
    yield Triple(dataset, _sd("defaultGraph"), default)
    named = [(BlankNode(f"graph{number}"), iri) for number, iri in enumerate(manifest.graphs)]
    for entry, _ in named:
        yield Triple(dataset, _sd("namedGraph"), entry)
    yield _is_a(default, "Graph")
    for entry, iri in named:
        yield from _named_graph(entry, iri, manifest.graphs[iri])


def _named_graph(entry: BlankNode, iri: str, count: int) -> Iterator[Triple]:
    graph = BlankNode(f"{entry.value}triples")
    yield _is_a(entry, "NamedGraph")
    yield Triple(entry, _sd("name"), NamedNode(iri))
    yield Triple(entry, _sd("graph"), graph)
    yield _is_a(graph, "Graph")
    yield Triple(graph, NamedNode(VOID + "triples"), _literal(count, "integer"))


def _is_a(subject: Subject, name: str) -> Triple:
    return Triple(subject, NamedNode(RDF_TYPE), _sd(name))


def _sd(name: str) -> NamedNode:
    return NamedNode(SD + name)


def _literal(value: object, datatype: str) -> Literal:
    return Literal(str(value), datatype=NamedNode(XSD + datatype))
