"""Statements of one graph, said with the prefixes of the project; every graph describes itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode, Triple

from kg.namespaces import XSD

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
DESTATIS = "Statistisches Bundesamt (Destatis)"
_OURS = "CC0 gilt nur für die eigene Bearbeitung in diesem Graphen."
_INTEGER, _DECIMAL, _DATE = (NamedNode(XSD + name) for name in ("integer", "decimal", "date"))


@dataclass(frozen=True)
class Publisher:
    """Who publishes a document: its name in IRIs, class, label and other names."""

    slug: str
    kind: str
    label: str
    others: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Document:
    """A register or table as a source: what is said of it in each graph that comes from it."""

    slug: str
    label: str
    title: str
    publisher: Publisher
    day: date | None = None
    language: str = ""
    licence: str = ""
    rights: str = ""
    graph_rights: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """The document as prefix and local name."""
        return f"document:{self.slug}"


class Statements:
    """The triples of one graph; subjects and predicates are written with prefixes."""

    def __init__(self, prefixes: Mapping[str, str], graph: str) -> None:
        """Start without triples; `graph` is the IRI of the graph."""
        self.graph = graph
        self.triples: list[Triple] = []
        self._prefixes = prefixes
        self._nodes: dict[str, NamedNode] = {}

    def say(self, subject: str, predicate: str, *values: str | Literal) -> None:
        """State one triple for each of `values`: names with a prefix, full IRIs or literals."""
        about, verb = self._node(subject), self._node(predicate)
        for value in values:
            node = self._node(value) if isinstance(value, str) else value
            self.triples.append(Triple(about, verb, node))

    def label(self, subject: str, label: str, others: Iterable[str] = ()) -> None:
        """State the preferred label and the other ones, in German."""
        self.say(subject, "skos:prefLabel", german(label))
        self.say(subject, "skos:altLabel", *map(german, others))

    def note(self, subject: str, text: str) -> None:
        """State what the editors have to say, if there is anything."""
        if text:
            self.say(subject, "skos:editorialNote", german(text))

    def describe(self, title: str, document: Document, note: str = "") -> None:
        """Describe the graph itself and the document it comes from."""
        self.say(self.graph, "rdf:type", "void:Dataset")
        self.say(self.graph, "dct:title", german(title))
        self.say(self.graph, "dct:license", LICENCE)
        self.say(self.graph, "dct:source", document.name)
        self.say(self.graph, "prov:wasDerivedFrom", document.name)
        if document.graph_rights:
            self.say(self.graph, "dct:rights", german(f"{document.graph_rights} {_OURS}"))
        self.note(self.graph, note)
        self._document(document)

    def _document(self, document: Document) -> None:
        name, publisher = document.name, f"organization:{document.publisher.slug}"
        self.say(name, "rdf:type", "kgo:Register")
        self.label(name, document.label)
        self.say(name, "dct:title", german(document.title))
        self.say(name, "kgo:documentKind", "document-kind:register")
        self.say(name, "dct:publisher", publisher)
        if document.day:
            self.say(name, "dct:date", day(document.day))
        if document.language:
            self.say(name, "dct:language", Literal(document.language))
        if document.licence:
            self.say(name, "dct:license", document.licence)
        if document.rights:
            self.say(name, "dct:rights", german(document.rights))
        self.note(name, document.note)
        self.say(publisher, "rdf:type", document.publisher.kind)
        self.label(publisher, document.publisher.label, document.publisher.others)
        self.note(publisher, document.publisher.note)

    def _node(self, name: str) -> NamedNode:
        node = self._nodes.get(name)
        if node is None:
            prefix, local = name.split(":", 1)
            space = self._prefixes.get(prefix)
            node = self._nodes[name] = NamedNode(name if space is None else space + local)
        return node


def german(text: str) -> Literal:
    """Return `text` as German."""
    return Literal(text, language="de")


def whole(number: int) -> Literal:
    """Return a whole number."""
    return Literal(str(number), datatype=_INTEGER)


def decimal(text: str) -> Literal:
    """Return a decimal number in canonical form, XSD 1.1 Datatypes section 3.3.3, with a point."""
    before, _, after = text.partition(".")
    return Literal(f"{before}.{after.rstrip('0') or '0'}", datatype=_DECIMAL)


def day(value: date) -> Literal:
    """Return a day."""
    return Literal(value.isoformat(), datatype=_DATE)
