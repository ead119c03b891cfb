"""The documents of a contribution become the statements of one graph, and what is new in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from kg.errors import Place, Text
from kg.rdf.dataset import Source, has_blank, source_of_text
from kg.rdf.formats import FORMATS
from kg.rdf.read import all_read, decoded
from kg.settings import Project
from kg.write.faults import WriteError
from kg.write.provenance import graph_of
from kg.write.requests import Document
from kg.write.submitted import format_of


@dataclass(frozen=True)
class Difference:
    """The triples of a contribution that are new, and the number of those that are there."""

    new: tuple[Triple, ...]
    known: int


def sources_of(
    project: Project, identifier: str, documents: Sequence[Document]
) -> tuple[Source, ...]:
    """Read the documents of the contribution `identifier`; all statements are in its graph.

    Named graphs of TriG, N-Quads and JSON-LD are not kept: a contribution is one graph. That
    graph's IRI is the base of relative IRIs, `<>` the graph itself. Blank nodes of different
    documents are different. Raises one ReadError, with line and column, for all that do not
    parse; WriteError, media, for a format that is not of RDF.
    """
    return tuple(all_read(partial(_source, project, identifier, each) for each in documents))


def _source(project: Project, identifier: str, document: Document) -> Source:
    form = format_of(document)
    if form is None:
        raise WriteError("media", _unknown_format(document), place=Place(document.name))
    graph = graph_of(project, identifier)
    source = source_of_text(
        decoded(document.content, shown=document.name),
        form,
        shown=document.name,
        graph=graph.value,
        prefixes=project.prefixes,
    )
    return replace(source, quads=tuple(dict.fromkeys(_in(graph, quad) for quad in source.quads)))


def _in(graph: NamedNode, quad: Quad) -> Quad:
    if quad.graph_name == graph:
        return quad
    return Quad(quad.subject, quad.predicate, quad.object, graph)


def _unknown_format(document: Document) -> Text:
    media = document.media_type
    known = ", ".join(form.oxigraph.media_type for form in FORMATS)
    return Text(
        de=f"Das Format „{media}“ ist keines von RDF. Gelesen wird {known}.",
        en=f"The format “{media}” is not one of RDF. What is read is {known}.",
    )


def difference(sources: Sequence[Source], store: Store) -> Difference:
    """Return what `sources` would add to the union of all graphs, which `store` has as default.

    A statement with a blank node always counts as new. Numbers are compared as the store writes
    them.
    """
    triples = dict.fromkeys(triple for source in sources for triple in source.triples())
    new = tuple(each for each in triples if has_blank(each) or not _holds(store, each))
    return Difference(new, len(triples) - len(new))


def _holds(store: Store, triple: Triple) -> bool:
    return Quad(triple.subject, triple.predicate, triple.object, DefaultGraph()) in store
