"""Named graphs of a version with their titles and the documents that they were made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kg.namespaces import DCT, PROV
from kg.serve.pages.labels import NAMES, best
from kg.serve.pages.terms import Row, Term, iri, one_of
from kg.serve.pages.words import Lang

_FROM = (f"{DCT}source", f"{PROV}wasDerivedFrom")


@dataclass(frozen=True)
class Document:
    """What a graph was made from: its IRI and its names."""

    iri: str
    names: tuple[Term, ...]

    def title(self, lang: Lang) -> Term:
        """Return the title, the IRI if there is none."""
        return best(self.names, lang) if self.names else Term("literal", self.iri)


@dataclass(frozen=True)
class Source:
    """A graph, with its names and documents."""

    graph: str
    names: tuple[Term, ...] = ()
    documents: tuple[Document, ...] = ()

    def title(self, lang: Lang) -> Term:
        """Return the title of the graph, the IRI if there is none."""
        return best(self.names, lang) if self.names else Term("literal", self.graph)


@dataclass(frozen=True)
class Sources:
    """All graphs that describe themselves, by IRI; `inferred` is that of what follows."""

    inferred: str
    graphs: Mapping[str, Source] = field(default_factory=dict)

    def of(self, graph: str) -> Source:
        """Return what is known of a graph."""
        return self.graphs.get(graph) or Source(graph)


def sources_query(graphs: Iterable[str]) -> str:
    """Return the query for `sources_of`."""
    named = " ".join(map(iri, graphs))
    return f"""SELECT DISTINCT ?g ?name ?document ?title WHERE {{
  {{ VALUES ?g {{ {named} }} GRAPH ?g {{ ?g ?p ?name }} {one_of("p", NAMES)} }}
  UNION {{
    VALUES ?g {{ {named} }} GRAPH ?g {{ ?g ?p ?document }} {one_of("p", _FROM)}
    OPTIONAL {{ ?document ?q ?title {one_of("q", NAMES)} }}
  }}
}}"""


def sources_of(rows: Iterable[Row], inferred: str) -> Sources:
    """Return the graphs that the rows of `sources_query` tell of."""
    names: dict[str, list[Term]] = {}
    titles: dict[str, dict[str, list[Term]]] = {}
    for row in rows:
        graph = row["g"].value
        if "name" in row:
            names.setdefault(graph, []).append(row["name"])
        if "document" in row:
            known = titles.setdefault(graph, {}).setdefault(row["document"].value, [])
            known += [row["title"]] if "title" in row else []
    found = {
        graph: Source(
            graph,
            tuple(names.get(graph, ())),
            tuple(Document(iri, tuple(told)) for iri, told in titles.get(graph, {}).items()),
        )
        for graph in names.keys() | titles.keys()
    }
    return Sources(inferred, MappingProxyType(found))
