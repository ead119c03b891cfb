"""Documents of a request become the statements of one graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import islice

from pyoxigraph import DefaultGraph, Quad, Triple, parse

from kg.errors import Place, ReadError, Text
from kg.rdf.formats import MEDIA_TYPES
from kg.rdf.nesting import refuse_nesting
from kg.rdf.outside import refuse_outside
from kg.rdf.read import all_read, decoded, syntax_error, term_too_long
from kg.write.faults import WriteError
from kg.write.head import GraphName
from kg.write.limits import WriteLimits
from kg.write.requests import Document

_NAMED = Text(
    de="Das Dokument hat benannte Graphen, geschrieben wird aber genau ein Graph. Senden Sie jeden "
    "Graphen für sich, oder benutzen Sie ein Update.",
    en="The document has named graphs, but exactly one graph is written. Send each graph by "
    "itself, or use an update.",
)
_TRIPLE_TERM = Text(
    de="Das Dokument hat Aussagen über Aussagen (RDF 1.2). Sie werden hier nicht angenommen.",
    en="The document has statements about statements (RDF 1.2). They are not accepted here.",
)


def read_documents(
    documents: Iterable[Document],
    *,
    graph: GraphName,
    base: str,
    prefixes: Mapping[str, str],
    limits: WriteLimits,
) -> list[Quad]:
    """Return the statements of all `documents` in `graph`; blank nodes are new ones in each.

    `base` is what relative IRIs are resolved against; messages propose namespaces of `prefixes`.
    Raises WriteError for a media type that is not read and for too many statements, ReadError
    with line and column for faults in documents, one for all of them.
    """
    read = partial(_read, base=base, prefixes=prefixes, limits=limits)
    quads = [
        Quad(quad.subject, quad.predicate, quad.object, graph)
        for found in all_read(partial(read, document) for document in documents)
        for quad in found
    ]
    limits.check(quads)
    return quads


def _read(
    document: Document, *, base: str, prefixes: Mapping[str, str], limits: WriteLimits
) -> list[Quad]:
    form = MEDIA_TYPES.get(document.media_type.lower())
    if form is None:
        raise _unknown(document)
    text = decoded(document.content, shown=document.name)
    refuse_outside(text, form, document.name)
    refuse_nesting(text, form, document.name)
    try:
        found = parse(text.encode(), form.oxigraph, base_iri=base, rename_blank_nodes=True)
        quads = list(islice(found, limits.quads + 1))
    except MemoryError as error:
        raise term_too_long(document.name) from error
    except SyntaxError as error:
        raise syntax_error(error, text, document.name, form=form, prefixes=prefixes) from error
    limits.check(quads)
    if any(not isinstance(quad.graph_name, DefaultGraph) for quad in quads):
        raise ReadError(_NAMED, place=Place(document.name))
    if not limits.triple_terms and any(isinstance(quad.object, Triple) for quad in quads):
        raise ReadError(_TRIPLE_TERM, place=Place(document.name))
    return quads


def _unknown(document: Document) -> WriteError:
    known = ", ".join(MEDIA_TYPES)
    return WriteError(
        "media",
        Text(
            de=f"Der Medientyp „{document.media_type}“ wird nicht gelesen. Möglich sind {known}.",
            en=f"The media type “{document.media_type}” is not read. Possible are {known}.",
        ),
        place=Place(document.name),
    )
