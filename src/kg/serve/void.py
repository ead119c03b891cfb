"""/.well-known/void: what the dataset holds, in the Vocabulary of Interlinked Datasets (VoID).

The counts were made when the version was built; see `kg.publish.statistics`. Of a version with
commits only the graphs are counted: what is not known is not said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from starlette.requests import Request
from starlette.responses import Response

from kg.namespaces import DCT, RDF, VOID
from kg.publish.statistics import Linkset, Statistics, read_statistics
from kg.publish.versions import Manifest, Published
from kg.serve.description import FORMATS, GRAPH_FORMATS, Subject, is_a, literal, write
from kg.serve.headers import etag, is_fresh
from kg.serve.sparql import negotiated
from kg.settings import DefaultGraph

FOAF = "http://xmlns.com/foaf/0.1/"
DUMP = "ntriples"
"""The format of dumps: the fastest to write and to read."""
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?\Z|\[[0-9A-Fa-f:.]+\](:\d+)?\Z")
_NAMESPACE = re.compile(r".*[/#:]", re.DOTALL)


class Void:
    """Answers /.well-known/void on the current version."""

    def __init__(
        self,
        current: Callable[[], Published],
        *,
        default_graph: DefaultGraph = "union",
        license: str | None = None,
    ) -> None:
        """Describe what `current` returns, published under `license`, an IRI."""
        self._current = current
        self._default_graph = default_graph
        self._license = license
        self._counts = Counts()

    async def handle(self, request: Request) -> Response:
        """Answer one request; raises RequestError, or StageError without counts."""
        published = self._current()
        root = root_of(request)
        parameters = request.query_params
        formats = (*parameters.getlist("format"), *parameters.getlist("output"))
        accept = ", ".join(request.headers.getlist("accept"))
        representation = negotiated("graphs", accept, formats)
        headers = {
            "ETag": etag(published.manifest.version, "void", representation.name),
            "Vary": "Accept",
        }
        if is_fresh(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        triples = self._document(root, published)
        headers["Content-Type"] = representation.content_type
        return Response(write(triples, representation.name), headers=headers)

    def _document(self, root: str, published: Published) -> Iterator[Triple]:
        statistics = self._counts.of(published)
        dataset = NamedNode(dataset_at(root))
        yield from about(root, published.manifest, statistics)
        if self._license:
            yield Triple(dataset, NamedNode(DCT + "license"), NamedNode(self._license))
        if self._default_graph == "union":
            dump = NamedNode(graph_at(root, None, DUMP))
            yield Triple(dataset, NamedNode(VOID + "dataDump"), dump)
        yield from subsets(root, published.manifest, statistics)
        if statistics:
            yield from partitions(dataset, statistics)
            for number, links in enumerate(statistics.linksets):
                yield from _linkset(dataset, links, number)


class Counts:
    """The counts of the version that was asked for last."""

    def __init__(self) -> None:
        """Know none."""
        self._last: tuple[Path, Statistics] | None = None

    def of(self, version: Published) -> Statistics | None:
        """Return the counts of a version, None if it was made of commits; raises StageError."""
        if version.manifest.base_version:
            return None
        if self._last is None or self._last[0] != version.path:
            self._last = version.path, read_statistics(version.path)
        return self._last[1]


def about(root: str, manifest: Manifest, statistics: Statistics | None) -> Iterator[Triple]:
    """Yield what describes the dataset as a whole; `root` is the address of /."""
    document, dataset = NamedNode(void_at(root)), NamedNode(dataset_at(root))
    yield is_a(document, VOID + "DatasetDescription")
    yield Triple(document, NamedNode(FOAF + "primaryTopic"), dataset)
    yield is_a(dataset, VOID + "Dataset")
    yield Triple(dataset, NamedNode(DCT + "title"), Literal(manifest.title))
    yield Triple(dataset, NamedNode(DCT + "issued"), literal(manifest.built, "dateTime"))
    yield Triple(dataset, _void("sparqlEndpoint"), NamedNode(endpoint_at(root)))
    yield Triple(dataset, _void("uriSpace"), Literal(manifest.base))
    for name in GRAPH_FORMATS:
        yield Triple(dataset, _void("feature"), NamedNode(FORMATS + name))
    if statistics is None:
        return
    for iri in statistics.examples:
        yield Triple(dataset, _void("exampleResource"), NamedNode(iri))
    for iri in vocabularies(statistics):
        yield Triple(dataset, _void("vocabulary"), NamedNode(iri))
    counts = {
        "triples": statistics.triples,
        "entities": statistics.entities,
        "distinctSubjects": statistics.subjects,
        "distinctObjects": statistics.objects,
        "properties": len(statistics.properties),
        "classes": len(statistics.classes),
    }
    yield from _counts(dataset, counts)


def vocabularies(statistics: Statistics) -> list[str]:
    """Return the namespaces of the properties and classes, without that of RDF itself."""
    matches = map(_NAMESPACE.match, (*statistics.properties, *statistics.classes))
    return sorted({match.group() for match in matches if match} - {RDF})


def partitions(dataset: NamedNode, statistics: Statistics) -> Iterator[Triple]:
    """Yield how many entities each class and how many triples each property has."""
    for number, (iri, count) in enumerate(statistics.classes.items()):
        part = BlankNode(f"class{number}")
        yield Triple(dataset, _void("classPartition"), part)
        yield Triple(part, _void("class"), NamedNode(iri))
        yield from _counts(part, {"entities": count})
    for number, (iri, used) in enumerate(statistics.properties.items()):
        part = BlankNode(f"property{number}")
        yield Triple(dataset, _void("propertyPartition"), part)
        yield Triple(part, _void("property"), NamedNode(iri))
        counts = {
            "triples": used.triples,
            "distinctSubjects": used.subjects,
            "distinctObjects": used.objects,
        }
        yield from _counts(part, counts)


def subsets(root: str, manifest: Manifest, statistics: Statistics | None) -> Iterator[Triple]:
    """Yield the named graphs with their sizes and where each can be had."""
    dataset = NamedNode(dataset_at(root))
    graphs = statistics.graphs if statistics else manifest.graphs
    for iri, count in graphs.items():
        graph = NamedNode(iri)
        yield Triple(dataset, _void("subset"), graph)
        yield is_a(graph, VOID + "Dataset")
        yield from _counts(graph, {"triples": count})
        yield Triple(graph, _void("dataDump"), NamedNode(graph_at(root, iri, DUMP)))


def _linkset(dataset: NamedNode, links: Linkset, number: int) -> Iterator[Triple]:
    node, target = BlankNode(f"links{number}"), BlankNode(f"links{number}target")
    yield Triple(NamedNode(links.graph), _void("subset"), node)
    yield is_a(node, VOID + "Linkset")
    yield Triple(node, _void("subjectsTarget"), dataset)
    yield Triple(node, _void("objectsTarget"), target)
    yield Triple(node, _void("linkPredicate"), NamedNode(links.predicate))
    yield from _counts(node, {"triples": links.triples})
    yield is_a(target, VOID + "Dataset")
    yield Triple(target, _void("uriSpace"), Literal(links.target))


def _counts(subject: Subject, counts: dict[str, int]) -> Iterator[Triple]:
    for name, count in counts.items():
        yield Triple(subject, _void(name), literal(count, "integer"))


def _void(name: str) -> NamedNode:
    return NamedNode(VOID + name)


def root_of(request: Request) -> str:
    """Return the address of /, with its slash; a Host that is none is passed over."""
    if _HOST.match(request.headers.get("host", "")):
        return str(request.base_url)
    host, port = request.scope.get("server") or ("localhost", None)
    name = f"[{host}]" if ":" in host else host
    return f"{request.url.scheme}://{name}{f':{port}' if port else ''}/"


def endpoint_at(root: str) -> str:
    """Return the address of the SPARQL endpoint; `root` is the address of /."""
    return f"{root}sparql"


def void_at(root: str) -> str:
    """Return the address of the VoID description, RFC 5785 and VoID section 7.2."""
    return f"{root}.well-known/void"


def dataset_at(root: str) -> str:
    """Return the IRI of the dataset that is served: the union of its named graphs."""
    return f"{void_at(root)}#dataset"


def graph_at(root: str, iri: str | None, form: str | None = None) -> str:
    """Return the address of the graph `iri`, of the default graph for None, in a format."""
    fields = {"graph": iri} if iri is not None else {}
    fields |= {"format": form} if form else {}
    query = "&".join(filter(None, ("" if iri is not None else "default", urlencode(fields))))
    return f"{root}graphs?{query}"
