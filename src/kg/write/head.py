"""The dataset that is written: its statements as they are now, in a store of Oxigraph."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Protocol

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, Store

from kg.errors import QueryError, Text
from kg.write.change import Change, net

GraphName = NamedNode | DefaultGraph


class Head(Protocol):
    """What an update reads and changes."""

    def query(
        self,
        text: str,
        *,
        base: str | None,
        default_graph: list[NamedNode] | None = None,
        named_graphs: list[NamedNode] | None = None,
    ) -> QuerySolutions:
        """Answer a SELECT query; None stands for the graphs that the head itself has.

        The solutions are those of this moment, also while the head changes. Raises QueryError
        when the query cannot be evaluated.
        """

    def quads(self, graph: GraphName) -> Iterable[Quad]:
        """Return what is stated in `graph`, safe to change meanwhile."""

    def graphs(self) -> list[NamedNode]:
        """Return the named graphs, empty ones too."""

    def has_graph(self, graph: NamedNode) -> bool:
        """Return whether there is such a named graph, which may be empty."""

    def apply(self, change: Change) -> Change:
        """Change the statements: remove, drop, create, add, in this order.

        Returns what that really changed: without what was there or was not there before, in the
        forms that the head has, with graphs that came to be because statements came.
        """


class PlainHead:
    """An ordinary dataset: what is in `store` is what is stated."""

    def __init__(self, store: Store) -> None:
        """Take a store that nobody else changes."""
        self.store = store
        self._sizes: Counter[str] | None = None

    def query(
        self,
        text: str,
        *,
        base: str | None,
        default_graph: list[NamedNode] | None = None,
        named_graphs: list[NamedNode] | None = None,
    ) -> QuerySolutions:
        """Answer a SELECT query; see `Head`."""
        return select(
            self.store, text, base=base, default_graph=default_graph, named_graphs=named_graphs
        )

    def quads(self, graph: GraphName) -> list[Quad]:
        """Return what is stated in `graph`."""
        return list(self.store.quads_for_pattern(None, None, None, graph))

    def graphs(self) -> list[NamedNode]:
        """Return the named graphs, empty ones too."""
        return [graph for graph in self.store.named_graphs() if isinstance(graph, NamedNode)]

    def has_graph(self, graph: NamedNode) -> bool:
        """Return whether there is such a named graph."""
        return self.store.contains_named_graph(graph)

    def counts(self) -> dict[str, int]:
        """Return how many statements each named graph has, by its IRI."""
        sizes = self._known_sizes()
        return {name: sizes[name] for name in sorted(each.value for each in self.graphs())}

    def __len__(self) -> int:
        """Return the number of statements."""
        return self._known_sizes().total()

    def _known_sizes(self) -> Counter[str]:
        """Return the number of statements of each graph, "" for the default graph."""
        if self._sizes is None:
            self._sizes = Counter(graph_name(quad) for quad in self.store)
        return self._sizes

    def apply(self, change: Change) -> Change:
        """Change the statements; see `Head`. Raises OSError when the store fails."""
        done = _apply(self.store, change)
        if self._sizes is not None:
            self._sizes.update(map(graph_name, done.added))
            self._sizes.subtract(map(graph_name, done.removed))
        return done


def apply_to_some(head: Head, change: Change) -> Change:
    """Apply a change to what has some of it already, or something else besides.

    A graph that is to go stays if there are other statements in it.
    """
    first = head.apply(replace(change, dropped=()))
    empty = [name for name in change.dropped if not list(head.quads(NamedNode(name)))]
    return net([first, head.apply(Change(dropped=tuple(empty)))])


def settled(quads: Iterable[Quad]) -> list[Quad]:
    """Return `quads`, each once, with literals as a store of Oxigraph keeps them.

    It writes numbers and times in its own way: "007"^^xsd:integer becomes 7.
    """
    store = Store()
    store.extend(quads)
    return list(store)


def select(
    store: Store,
    text: str,
    *,
    base: str | None,
    default_graph: list[NamedNode] | None = None,
    named_graphs: list[NamedNode] | None = None,
) -> QuerySolutions:
    """Answer a SELECT query; the default graph is the merge of `default_graph`, a set.

    Oxigraph finds a triple as often as there are graphs that hold it; here it is found once.
    """
    dataset: dict[str, Any] = {}
    if default_graph is not None:
        dataset["default_graph"] = list(dict.fromkeys(default_graph))
    if named_graphs is not None:
        dataset["named_graphs"] = named_graphs
    merged = dataset.get("default_graph", ())
    try:
        if len(merged) < 2:
            result = store.query(text, base_iri=base, **dataset)
        else:
            result = _in_merge(store, text, base, dataset)
    except (SyntaxError, ValueError, RuntimeError) as error:
        raise failed_query(error) from error
    if not isinstance(result, QuerySolutions):
        raise failed_query(ValueError("not a SELECT query"))
    return result


def failed_query(error: Exception) -> QueryError:
    """Return the error for a pattern that cannot be evaluated."""
    return QueryError(
        Text(
            de=f"Das Muster in WHERE lässt sich nicht auswerten: {error}",
            en=f"The pattern in WHERE cannot be evaluated: {error}",
        )
    )


def _in_merge(store: Store, text: str, base: str | None, dataset: dict[str, Any]) -> Any:
    """Query with what the smaller graphs add to the largest one in a graph of its own.

    It is removed before the solutions are read: a query sees the store as it was at its start.
    """
    graphs = {
        graph: list(store.quads_for_pattern(None, None, None, graph))
        for graph in dataset["default_graph"]
    }
    largest = max(graphs, key=lambda graph: len(graphs[graph]))
    held = {quad.triple for quad in graphs.pop(largest)}
    scratch = NamedNode(f"urn:kg:merged:{secrets.token_hex(8)}")
    more = {quad.triple: None for quads in graphs.values() for quad in quads}
    store.extend(
        Quad(each.subject, each.predicate, each.object, scratch)
        for each in more
        if each not in held
    )
    try:
        return store.query(
            text,
            base_iri=base,
            default_graph=[largest, scratch],
            named_graphs=dataset.get("named_graphs", list(store.named_graphs())),
        )
    finally:
        store.remove_graph(scratch)


def _apply(store: Store, change: Change) -> Change:
    removed = [quad for quad in settled(change.removed) if quad in store]
    for quad in removed:
        store.remove(quad)
    dropped = []
    for name in change.dropped:
        graph = NamedNode(name)
        if store.contains_named_graph(graph):
            removed += store.quads_for_pattern(None, None, None, graph)
            store.remove_graph(graph)
            dropped.append(name)
    added = [quad for quad in settled(change.added) if quad not in store]
    graphs = dict.fromkeys(NamedNode(name) for name in change.created)
    graphs |= dict.fromkeys(
        quad.graph_name for quad in added if isinstance(quad.graph_name, NamedNode)
    )
    created = [graph for graph in graphs if not store.contains_named_graph(graph)]
    for graph in created:
        store.add_graph(graph)
    store.extend(added)
    names = tuple(graph.value for graph in created)
    return Change(tuple(added), tuple(removed), names, tuple(dropped))


def graph_name(quad: Quad) -> str:
    """Return the IRI of the graph of a statement, "" outside of named graphs."""
    graph = quad.graph_name
    return graph.value if isinstance(graph, NamedNode) else ""
