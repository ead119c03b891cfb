"""The endpoint describes itself in RDF: SPARQL 1.1 Service Description, with counts from VoID.

What it says of entailment: every answer is what matches the stored triples. In the union of all
graphs what follows by OWL 2 RL stands beside what was stated; a graph by itself has no more than
its file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple, serialize

from kg.errors import Text
from kg.namespaces import DCT, RDF_TYPE, RDFS, SD, VOID, XSD
from kg.publish.statistics import Statistics
from kg.publish.store import GRAPHS
from kg.publish.versions import Manifest
from kg.settings import DefaultGraph

FORMATS = "http://www.w3.org/ns/formats/"
REGIME = "http://www.w3.org/ns/entailment/"
PROFILE = "http://www.w3.org/ns/owl-profile/"
LIMIT = "urn:kg:limit:"
"""What makes an IRI of the name of a limit: time, memory, body. No vocabulary has such terms."""
GRAPH_FORMATS = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")
RESULT_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    *GRAPH_FORMATS,
)
Subject = NamedNode | BlankNode


@dataclass(frozen=True)
class Limits:
    """What a query may take: `time` in seconds, `memory` and `body` in bytes; None is unsaid."""

    time: float | None = None
    memory: int | None = None
    body: int | None = None


@dataclass(frozen=True)
class Service:
    """What is said of an endpoint besides its address and its version.

    Without `statistics` the union of the graphs is not counted. `federated` are the endpoints
    that a query may ask with SERVICE, `void` is the address of the VoID description, whose
    dataset is `void`#dataset. With `updates`, those who have a token may send updates.
    """

    statistics: Statistics | None = None
    limits: Limits = field(default_factory=Limits)
    federated: tuple[str, ...] = ()
    void: str | None = None
    updates: bool = False


def describe(
    endpoint: str,
    manifest: Manifest,
    default_graph: DefaultGraph,
    result_format: str,
    service: Service | None = None,
) -> bytes:
    """Return the description of the service at the IRI `endpoint` in one of the RDF formats."""
    return write(_service(endpoint, manifest, default_graph, service or Service()), result_format)


def write(triples: Iterator[Triple], result_format: str) -> bytes:
    """Return triples in one of the RDF formats, with the prefixes of descriptions."""
    prefixes = {
        "sd": SD,
        "void": VOID,
        "dct": DCT,
        "rdfs": RDFS,
        "xsd": XSD,
        "format": FORMATS,
        "entailment": REGIME,
        "limit": LIMIT,
    }
    is_turtle = result_format == "turtle"
    form = GRAPHS[result_format]
    return serialize(triples, format=form, prefixes=prefixes if is_turtle else None) or b""


def _service(
    endpoint: str, manifest: Manifest, default_graph: DefaultGraph, service: Service
) -> Iterator[Triple]:
    node = NamedNode(endpoint)
    yield is_a(node, SD + "Service")
    yield Triple(node, _sd("endpoint"), node)
    updates = ("SPARQL11Update",) if service.updates else ()
    for language in ("SPARQL11Query", "SPARQL10Query", *updates):
        yield Triple(node, _sd("supportedLanguage"), _sd(language))
    for name in RESULT_FORMATS:
        yield Triple(node, _sd("resultFormat"), NamedNode(FORMATS + name))
    if default_graph == "union":
        yield Triple(node, _sd("feature"), _sd("UnionDefaultGraph"))
    if service.federated:
        yield Triple(node, _sd("feature"), _sd("BasicFederatedQuery"))
    yield from _entailment(node, default_graph)
    yield from _limits(node, service.limits)
    if service.void:
        yield Triple(node, NamedNode(RDFS + "seeAlso"), NamedNode(service.void))
    dataset = NamedNode(f"{endpoint}#dataset")
    yield Triple(node, _sd("defaultDataset"), dataset)
    is_union = default_graph == "union"
    yield from _dataset(dataset, manifest, service, is_union=is_union)


def _entailment(node: NamedNode, default_graph: DefaultGraph) -> Iterator[Triple]:
    """Say what regime holds for graphs of which nothing else is said (section 3.2.3)."""
    if default_graph == "union":
        regime = NamedNode(REGIME + "OWL-RDF-Based")
        yield Triple(node, _sd("defaultEntailmentRegime"), regime)
        yield Triple(node, _sd("defaultSupportedEntailmentProfile"), NamedNode(PROFILE + "RL"))
        yield from texts(node, RDFS + "comment", _CLOSED)
    else:
        yield Triple(node, _sd("defaultEntailmentRegime"), NamedNode(REGIME + "Simple"))
        yield from texts(node, RDFS + "comment", _OPEN)


def _limits(node: NamedNode, limits: Limits) -> Iterator[Triple]:
    if limits.time is not None:
        duration = literal(f"PT{limits.time:.15g}S", "duration")
        yield Triple(node, NamedNode(LIMIT + "time"), duration)
        text = Text(
            de=f"Eine Abfrage endet nach {_decimal(limits.time)} Sekunden mit dem Status 504; der "
            "Parameter timeout kann die Zeit verkürzen. Die Zahl der Zeilen ist nicht begrenzt.",
            en=f"A query ends after {limits.time:g} seconds with status 504; the parameter "
            "timeout can make the time shorter. The number of rows is not limited.",
        )
        yield from texts(node, RDFS + "comment", text)
    if limits.memory is not None:
        yield Triple(node, NamedNode(LIMIT + "memory"), literal(limits.memory, "integer"))
        mebibytes = limits.memory >> 20
        text = Text(
            de=f"Eine Abfrage, die mehr als {mebibytes} MiB Speicher braucht, endet mit dem "
            "Status 507.",
            en=f"A query that needs more than {mebibytes} MiB of memory ends with status 507.",
        )
        yield from texts(node, RDFS + "comment", text)
    if limits.body is not None:
        yield Triple(node, NamedNode(LIMIT + "body"), literal(limits.body, "integer"))
        text = Text(
            de=f"Eine Anfrage darf höchstens {limits.body} Byte haben.",
            en=f"A request may have at most {limits.body} bytes.",
        )
        yield from texts(node, RDFS + "comment", text)


def _decimal(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _dataset(
    dataset: NamedNode, manifest: Manifest, service: Service, *, is_union: bool
) -> Iterator[Triple]:
    counts = service.statistics
    yield is_a(dataset, SD + "Dataset")
    yield Triple(dataset, NamedNode(DCT + "title"), Literal(manifest.title))
    yield Triple(dataset, NamedNode(DCT + "issued"), literal(manifest.built, "dateTime"))
    shared = NamedNode(f"{service.void}#dataset") if service.void and is_union else None
    default: Subject = shared or BlankNode("default")
    yield Triple(dataset, _sd("defaultGraph"), default)
    graphs = manifest.graphs if counts is None else counts.graphs
    named = [(BlankNode(f"graph{number}"), iri) for number, iri in enumerate(graphs)]
    for entry, _ in named:
        yield Triple(dataset, _sd("namedGraph"), entry)
    yield is_a(default, SD + "Graph")
    if counts is not None or not is_union:
        number = counts.triples if counts is not None and is_union else 0
        yield Triple(default, NamedNode(VOID + "triples"), literal(number, "integer"))
    for entry, iri in named:
        yield from _named_graph(entry, iri, graphs[iri])


def _named_graph(entry: BlankNode, iri: str, count: int) -> Iterator[Triple]:
    graph = BlankNode(f"{entry.value}triples")
    yield is_a(entry, SD + "NamedGraph")
    yield Triple(entry, _sd("name"), NamedNode(iri))
    yield Triple(entry, _sd("graph"), graph)
    yield Triple(entry, _sd("entailmentRegime"), NamedNode(REGIME + "Simple"))
    yield is_a(graph, SD + "Graph")
    yield Triple(graph, NamedNode(VOID + "triples"), literal(count, "integer"))


def is_a(subject: Subject, kind: str) -> Triple:
    """Return the triple that says of what class, an IRI, something is."""
    return Triple(subject, NamedNode(RDF_TYPE), NamedNode(kind))


def literal(value: object, datatype: str) -> Literal:
    """Return a literal of a datatype of XML Schema."""
    return Literal(str(value), datatype=NamedNode(XSD + datatype))


def texts(subject: Subject, predicate: str, text: Text) -> Iterator[Triple]:
    """Yield a text in both languages."""
    for lang, words in text.as_dict().items():
        yield Triple(subject, NamedNode(predicate), Literal(words, language=lang))


def _sd(name: str) -> NamedNode:
    return NamedNode(SD + name)


_CLOSED = Text(
    de="Eine Abfrage ohne FROM sieht alle Graphen als einen, mit dem, was nach OWL 2 RL und den "
    "Regeln des Projekts daraus folgt. Das Erschlossene steht in einem eigenen Graphen; jeder "
    "andere enthält nur, was in ihm behauptet ist.",
    en="A query without FROM sees all graphs as one, with what follows from them by OWL 2 RL and "
    "the rules of the project. What was inferred stands in a graph of its own; each other graph "
    "holds only what is stated in it.",
)
_OPEN = Text(
    de="Eine Abfrage ohne FROM sieht nur, was außerhalb benannter Graphen steht; was in ihnen "
    "steht, nennt GRAPH. Auch das Erschlossene steht in einem benannten Graphen.",
    en="A query without FROM sees only what stands outside of named graphs; GRAPH finds what "
    "stands in them. What was inferred stands in a named graph as well.",
)
