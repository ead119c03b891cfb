"""CLEAR, DROP, CREATE, COPY, MOVE and ADD: SPARQL 1.1 Update section 3.2."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyoxigraph import DefaultGraph, NamedNode, Quad

from kg.errors import Text
from kg.write.change import Change
from kg.write.faults import WriteError
from kg.write.head import GraphName, Head
from kg.write.limits import WriteLimits
from kg.write.update_check import evaluated
from kg.write.update_text import Operation, Token

_SHAPE = re.compile(
    r"(?:CLEAR|DROP) (?:SILENT )?(?:GRAPH I|DEFAULT|NAMED|ALL)|CREATE (?:SILENT )?GRAPH I"
    r"|(?:COPY|MOVE|ADD) (?:SILENT )?(?:(?:GRAPH )?I|DEFAULT) TO (?:(?:GRAPH )?I|DEFAULT)"
)


def is_graph_operation(shape: str) -> bool:
    """Return whether an operation of this shape is one on whole graphs."""
    return _SHAPE.fullmatch(shape) is not None


def graph_named(part: Operation, token: Token) -> NamedNode:
    """Return the IRI that `token`, an IRI or a prefixed name, stands for."""
    (graph,) = evaluated(part.prologue, f"CREATE GRAPH {token.text}").named_graphs()
    if not isinstance(graph, NamedNode):
        raise TypeError(graph)
    return graph


def run_graph_operation(head: Head, part: Operation, limits: WriteLimits) -> Change:
    """Return what the operation changes; nothing when it fails and is SILENT.

    Raises WriteError when a graph is missing or, for CREATE, there already.
    """
    words = part.shape.split(" ")
    silent = words[1] == "SILENT"
    try:
        if words[0] == "CREATE":
            return _create(head, graph_named(part, part.tokens[-1]))
        if words[0] in ("CLEAR", "DROP"):
            return _emptied(head, part, limits, drop=words[0] == "DROP")
        return _transferred(head, part, limits)
    except WriteError as error:
        if silent and error.fault == "conflict":
            return Change()
        raise


def _create(head: Head, graph: NamedNode) -> Change:
    if head.has_graph(graph):
        raise WriteError(
            "conflict",
            Text(de=f"Der Graph {graph} ist schon da.", en=f"The graph {graph} is there already."),
        )
    return Change(created=(graph.value,))


def _emptied(head: Head, part: Operation, limits: WriteLimits, *, drop: bool) -> Change:
    word = part.shape.rsplit(" ", 1)[-1]
    graphs: list[GraphName] = []
    if word in ("DEFAULT", "ALL"):
        graphs.append(DefaultGraph())
    if word in ("NAMED", "ALL"):
        graphs += head.graphs()
    if word == "I":
        graphs.append(_present(head, graph_named(part, part.tokens[-1])))
    return _removal(head, graphs, limits, drop=drop)


def _removal(head: Head, graphs: Iterable[GraphName], limits: WriteLimits, *, drop: bool) -> Change:
    quads: list[Quad] = []
    dropped = []
    for graph in graphs:
        quads += head.quads(graph)
        limits.check(quads)
        if drop and isinstance(graph, NamedNode):
            dropped.append(graph.value)
    return Change(removed=tuple(quads), dropped=tuple(dropped))


def _transferred(head: Head, part: Operation, limits: WriteLimits) -> Change:
    """COPY, MOVE, ADD: a graph onto itself stays as it is."""
    words = part.shape.split(" ")
    to = words.index("TO")
    source, target = _reference(part, part.tokens[to - 1]), _reference(part, part.tokens[-1])
    _present(head, source)
    if source == target:
        return Change()
    quads = list(head.quads(source))
    limits.check(quads)
    added = {Quad(quad.subject, quad.predicate, quad.object, target): None for quad in quads}
    removed: list[Quad] = []
    if words[0] != "ADD":
        removed += (quad for quad in head.quads(target) if quad not in added)
    dropped: tuple[str, ...] = ()
    if words[0] == "MOVE":
        removed += quads
        dropped = (source.value,) if isinstance(source, NamedNode) else ()
    limits.check(removed)
    created = (target.value,) if isinstance(target, NamedNode) else ()
    return Change(tuple(added), tuple(removed), created, dropped)


def _reference(part: Operation, token: Token) -> GraphName:
    return DefaultGraph() if token.kind == "word" else graph_named(part, token)


def _present(head: Head, graph: GraphName) -> GraphName:
    if isinstance(graph, NamedNode) and not head.has_graph(graph):
        raise WriteError(
            "conflict",
            Text(de=f"Der Graph {graph} ist nicht da.", en=f"There is no graph {graph}."),
        )
    return graph
