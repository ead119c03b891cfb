"""A description becomes the bytes of a document in one of the formats of linked data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from types import MappingProxyType

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from kg.errors import ReadError
from kg.publish.xml_output import XmlOutput, nameable
from kg.rdf.turtle import write_turtle
from kg.serve.negotiate import Offer, Representation
from kg.serve.pages.linked.context import Context
from kg.serve.pages.linked.json import as_json_ld
from kg.serve.pages.linked.statements import Statement
from kg.serve.pages.terms import Term

HTML = Representation("html", "text/html")
DOCUMENTS = Offer(
    representations=(
        HTML,
        Representation("turtle", "text/turtle"),
        Representation("jsonld", "application/ld+json"),
        Representation("ntriples", "application/n-triples"),
        Representation("rdfxml", "application/rdf+xml"),
        Representation("trig", "application/trig"),
        Representation("nquads", "application/n-quads"),
        Representation("html", "application/xhtml+xml"),
        Representation("ntriples", "text/plain"),
        Representation("turtle", "application/x-turtle"),
        Representation("turtle", "text/n3"),
        Representation("turtle", "text/rdf+n3"),
        Representation("rdfxml", "application/xml"),
        Representation("rdfxml", "text/xml"),
        Representation("jsonld", "application/json"),
    ),
    names={
        "html": "html",
        **dict.fromkeys(("turtle", "ttl", "n3"), "turtle"),
        **dict.fromkeys(("jsonld", "json-ld", "json"), "jsonld"),
        **dict.fromkeys(("nt", "ntriples", "n-triples"), "ntriples"),
        **dict.fromkeys(("rdf", "rdfxml", "rdf+xml", "rdf/xml", "xml"), "rdfxml"),
        "trig": "trig",
        **dict.fromkeys(("nq", "nquads", "n-quads"), "nquads"),
    },
)
"""What /doc can be answered as; the page goes before data."""
SUFFIXES: Mapping[str, str] = MappingProxyType(
    {
        "html": "html",
        "turtle": "ttl",
        "jsonld": "jsonld",
        "ntriples": "nt",
        "rdfxml": "rdf",
        "trig": "trig",
        "nquads": "nq",
    }
)
"""The suffix of each format in addresses."""
Node = NamedNode | BlankNode


@dataclass(frozen=True)
class Document:
    """What is written: `statements` stand in graphs, `others` speak of the document.

    The nodes of the IRIs `first` come first where the order is free.
    """

    statements: tuple[Statement, ...]
    others: tuple[Statement, ...]
    first: tuple[str, ...] = ()

    @property
    def triples(self) -> list[Triple]:
        """All statements without their graphs, each once."""
        return list(dict.fromkeys(_quad(one).triple for one in self._all()))

    @property
    def quads(self) -> list[Quad]:
        """All statements; what speaks of the document stands in the default graph."""
        return [_quad(one) for one in self._all()]

    def _all(self) -> Iterable[Statement]:
        return chain(self.statements, self.others)


def write(document: Document, form: str, *, prefixes: Mapping[str, str], context: Context) -> bytes:
    """Return `document` in the format of that name; raises QueryError when it has no such form."""
    if form == "jsonld":
        statements = (*document.statements, *document.others)
        return (as_json_ld(statements, context, first=document.first) + "\n").encode()
    return _WRITERS[form](document, prefixes)


def _turtle(document: Document, prefixes: Mapping[str, str]) -> bytes:
    triples = document.triples
    try:
        return write_turtle(triples, prefixes).encode()
    except ReadError:  # blank nodes that are no trees, which only data of others has
        return _serialized(triples, RdfFormat.TURTLE, _used(triples, prefixes))


def _ntriples(document: Document, prefixes: Mapping[str, str]) -> bytes:
    del prefixes
    return b"".join(sorted(f"{triple} .\n".encode() for triple in document.triples))


def _rdfxml(document: Document, prefixes: Mapping[str, str]) -> bytes:
    triples = sorted(document.triples, key=str)
    output = BytesIO()
    safe = XmlOutput(output)
    form = RdfFormat.RDF_XML
    serialize(nameable(triples), safe, form, prefixes=_used(triples, prefixes))  # type: ignore[arg-type]
    return output.getvalue()


def _trig(document: Document, prefixes: Mapping[str, str]) -> bytes:
    quads = sorted(document.quads, key=lambda quad: (str(quad.graph_name), str(quad.triple)))
    return _serialized(quads, RdfFormat.TRIG, _used([quad.triple for quad in quads], prefixes))


def _nquads(document: Document, prefixes: Mapping[str, str]) -> bytes:
    del prefixes
    return b"".join(sorted(_serialized([quad], RdfFormat.N_QUADS, None) for quad in document.quads))


_WRITERS: Mapping[str, Callable[[Document, Mapping[str, str]], bytes]] = MappingProxyType(
    {
        "turtle": _turtle,
        "ntriples": _ntriples,
        "rdfxml": _rdfxml,
        "trig": _trig,
        "nquads": _nquads,
    }
)


def _serialized(
    statements: Iterable[Triple] | Iterable[Quad],
    form: RdfFormat,
    prefixes: dict[str, str] | None,
) -> bytes:
    return serialize(statements, format=form, prefixes=prefixes) or b""


def _used(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes that some IRI of the triples begins with."""
    named = {
        node.value
        for triple in triples
        for node in (triple.subject, triple.predicate, triple.object)
        if isinstance(node, NamedNode)
    }
    return {
        prefix: space
        for prefix, space in prefixes.items()
        if any(iri.startswith(space) for iri in named)
    }


def _quad(statement: Statement) -> Quad:
    subject, value = _node(statement.subject), statement.object
    triple = (
        subject if not isinstance(subject, Literal) else BlankNode(),
        NamedNode(statement.predicate),
        _node(value),
    )
    return Quad(*triple, NamedNode(statement.graph)) if statement.graph else Quad(*triple)


def _node(term: Term) -> NamedNode | BlankNode | Literal:
    if term.kind == "iri":
        return NamedNode(term.value)
    if term.kind == "bnode":
        return BlankNode(term.value)
    if term.lang:
        return Literal(term.value, language=term.lang)
    return (
        Literal(term.value, datatype=NamedNode(term.datatype))
        if term.datatype
        else Literal(term.value)
    )
