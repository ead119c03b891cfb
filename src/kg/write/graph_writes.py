"""Writes of the Graph Store Protocol: a graph is replaced, added to or removed.

SPARQL 1.1 Graph Store HTTP Protocol sections 5.3 to 5.5; conditions of RFC 9110 section 13.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, NamedNode, Quad

from kg.errors import Text
from kg.write.change import Change
from kg.write.documents import read_documents
from kg.write.faults import WriteError
from kg.write.head import GraphName, Head, settled
from kg.write.limits import WriteLimits
from kg.write.requests import GraphWrite

_ETAG = re.compile(r"\s*(?:W/)?\"([^\"]*)\"\s*(?:,|$)")
Unchanged = Callable[[str, str], bool | None]


@dataclass(frozen=True)
class GraphWritten:
    """What a write changes, and whether the graph was there before; the default graph always is."""

    change: Change
    existed: bool


def run_graph_write(
    head: Head,
    operation: GraphWrite,
    *,
    prefixes: Mapping[str, str],
    limits: WriteLimits,
    project_base: str,
    is_unchanged: Unchanged,
) -> GraphWritten:
    """Write one graph of `head` and return what changes by it, in the forms of the head.

    `prefixes` are proposed in messages about documents, `project_base` is the base of documents
    that have no other. `is_unchanged` is asked with the name of a version and the IRI of the
    graph, "" for the default graph, and answers None for a version that it does not know.

    Raises ReadError with the place of a fault in a document, WriteError for a graph that is not
    there, conditions that do not hold, a format that is not read and at a limit.
    """
    graph = _target(operation.graph)
    existed = not isinstance(graph, NamedNode) or head.has_graph(graph)
    if operation.method == "DELETE" and not existed:
        raise _missing(graph)
    _check_conditions(operation, existed, is_unchanged)
    base = operation.base or operation.graph or project_base
    quads = read_documents(
        operation.documents, graph=graph, base=base, prefixes=prefixes, limits=limits
    )
    change = head.apply(_change(head, operation, graph, quads, existed=existed))
    return GraphWritten(change, existed)


def _target(iri: str | None) -> GraphName:
    try:
        return DefaultGraph() if iri is None else NamedNode(iri)
    except ValueError as error:
        raise WriteError(
            "query",
            Text(
                de=f"Der Name des Graphen ist keine absolute IRI: {iri}",
                en=f"The name of the graph is not an absolute IRI: {iri}",
            ),
        ) from error


def _change(
    head: Head, operation: GraphWrite, graph: GraphName, quads: Iterable[Quad], *, existed: bool
) -> Change:
    name = graph.value if isinstance(graph, NamedNode) else None
    if operation.method == "DELETE":
        gone = (name,) if name is not None else ()
        return Change(removed=tuple(head.quads(graph)), dropped=gone)
    created = (name,) if name is not None and not existed else ()
    coming = dict.fromkeys(settled(quads))
    if operation.method == "POST" or not existed:
        return Change(added=tuple(coming), created=created)
    present = dict.fromkeys(head.quads(graph))
    return Change(
        added=tuple(quad for quad in coming if quad not in present),
        removed=tuple(quad for quad in present if quad not in coming),
        created=created,
    )


def _check_conditions(operation: GraphWrite, existed: bool, is_unchanged: Unchanged) -> None:
    """Raise WriteError unless If-Match and If-None-Match hold."""
    name = operation.graph or ""
    match, none_match = operation.if_match, operation.if_none_match
    if match is not None and not (existed and _holds(match, name, is_unchanged)):
        raise WriteError("precondition", _CHANGED)
    if none_match is not None and existed and _holds(none_match, name, is_unchanged):
        raise WriteError("precondition", _PRESENT)


def _holds(header: str, name: str, is_unchanged: Unchanged) -> bool:
    """Return whether a list of ETags names the graph as it is; a version stands before the dot."""
    if header.strip() == "*":
        return True
    versions = (match[1].partition(".")[0] for match in _ETAG.finditer(header))
    return any(is_unchanged(version, name) for version in versions)


_CHANGED = Text(
    de="Der Graph ist nicht mehr so, wie If-Match es verlangt. Holen Sie ihn neu und ändern Sie "
    "ihn dann.",
    en="The graph is no longer as If-Match demands. Fetch it anew, then change it.",
)
_PRESENT = Text(
    de="Der Graph ist schon da, und If-None-Match schließt das aus.",
    en="The graph is there already, which If-None-Match excludes.",
)


def _missing(graph: GraphName) -> WriteError:
    return WriteError(
        "not-found",
        Text(de=f"Der Graph {graph} ist nicht da.", en=f"There is no graph {graph}."),
    )
