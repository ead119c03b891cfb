"""The writer's store of a project: named graphs, the union of them all, and what follows.

Every statement is in a named graph. Oxigraph's default graph holds each triple once that any of
them has, inferred ones included; see `kg.publish.store.with_union`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, Store, Triple

from kg.errors import Text
from kg.rdf.dataset import INFERRED
from kg.settings import Project
from kg.write.change import Change
from kg.write.faults import WriteError
from kg.write.head import graph_name, select, settled

DEFAULT = "default"
"""The name of the graph of what is written outside of named graphs."""


class UnionHead:
    """A head (see `kg.write.head.Head`) over the store of a published version."""

    def __init__(self, store: Store, project: Project, counts: dict[str, int]) -> None:
        """Take a store that holds the union, and how many statements each graph has."""
        self.store = store
        self._project = project
        self._inferred = NamedNode(project.graph_iri(INFERRED))
        self._default = NamedNode(project.graph_iri(DEFAULT))
        self._counts = Counter(counts)

    def query(
        self,
        text: str,
        *,
        base: str | None,
        default_graph: list[NamedNode] | None = None,
        named_graphs: list[NamedNode] | None = None,
    ) -> QuerySolutions:
        """Answer a SELECT query; without a dataset it sees the union."""
        return select(
            self.store, text, base=base, default_graph=default_graph, named_graphs=named_graphs
        )

    def quads(self, graph: NamedNode | DefaultGraph) -> list[Quad]:
        """Return what is stated in a graph; for the default graph what was written to it.

        That stands in a named graph, which the quads name: whoever removes them removes nothing
        elsewhere.
        """
        named = graph if isinstance(graph, NamedNode) else self._default
        return list(self.store.quads_for_pattern(None, None, None, named))

    def graphs(self) -> list[NamedNode]:
        """Return the graphs of what is stated."""
        named = (name for name in self.store.named_graphs() if isinstance(name, NamedNode))
        return [name for name in named if name != self._inferred]

    def has_graph(self, graph: NamedNode) -> bool:
        """Return whether a graph is there, though it may be empty."""
        return graph != self._inferred and self.store.contains_named_graph(graph)

    def counts(self) -> dict[str, int]:
        """Return how many statements each named graph has, by its IRI."""
        known = {name.value for name in self.store.named_graphs() if isinstance(name, NamedNode)}
        return {name: self._counts[name] for name in sorted(known)}

    def apply(self, change: Change) -> Change:
        """Apply a change and return what it has really changed, with the graphs that it is in.

        What is removed from the default graph is removed wherever it is stated. Raises WriteError
        for the graph of what was inferred.
        """
        self._refuse_inferred(change)
        nodes = (NamedNode(name) for name in change.dropped)
        dropped = [node for node in nodes if self.store.contains_named_graph(node)]
        gone = [quad for given in settled(change.removed) for quad in self._stated(given)]
        gone += [quad for node in dropped for quad in self.quads(node)]
        gone = list(dict.fromkeys(gone))
        self._remove(gone)
        for node in dropped:
            self.store.remove_graph(node)
        come = self._new(change.added)
        created = self._create([*change.created, *(graph_name(quad) for quad in come)])
        self._insert(come)
        back = set(come).intersection(gone)
        return Change(
            tuple(quad for quad in come if quad not in back),
            tuple(quad for quad in gone if quad not in back),
            created,
            tuple(node.value for node in dropped),
        )

    def stated_in(self, quad: Quad) -> list[NamedNode]:
        """Return the graphs in which the triple of `quad` is stated."""
        found = self.store.quads_for_pattern(quad.subject, quad.predicate, quad.object)
        named = (each.graph_name for each in found)
        return [name for name in named if isinstance(name, NamedNode) and name != self._inferred]

    def infer(self, come: Iterable[Triple], gone: Iterable[Triple]) -> None:
        """Change what is inferred; what is there already, or is not there, does not matter."""
        lost = [quad for quad in self._in_inferred(gone) if quad in self.store]
        self._remove(lost)
        self._insert([quad for quad in self._in_inferred(come) if quad not in self.store])

    def inferred(self, subject: NamedNode | None = None) -> list[Triple]:
        """Return what is inferred, about one thing if it is named.

        What describes the graph of the inferred itself is not among it.
        """
        found = self.store.quads_for_pattern(subject, None, None, self._inferred)
        return [quad.triple for quad in found if quad.subject != self._inferred]

    def _in_inferred(self, triples: Iterable[Triple]) -> list[Quad]:
        return [Quad(one.subject, one.predicate, one.object, self._inferred) for one in triples]

    def _refuse_inferred(self, change: Change) -> None:
        touched = {quad.graph_name for quad in change.added}
        named = {*change.created, *change.dropped}
        name = self._inferred.value
        if self._inferred in touched or name in named:
            raise WriteError(
                "forbidden",
                Text(
                    de=f"Der Graph <{name}> ist erschlossen und wird nicht geschrieben.",
                    en=f"The graph <{name}> is inferred and not written to.",
                ),
            )

    def _stated(self, quad: Quad) -> list[Quad]:
        """Return the statements of the store that `quad` removes."""
        if isinstance(quad.graph_name, DefaultGraph):
            names = self.stated_in(quad)
            return [Quad(quad.subject, quad.predicate, quad.object, name) for name in names]
        if quad.graph_name == self._inferred:  # a pattern that sees it may find what follows
            return []
        return [quad] if quad in self.store else []

    def _new(self, quads: Iterable[Quad]) -> list[Quad]:
        """Return the quads that are not in the store, as it writes them."""
        fresh: dict[Quad, None] = {}
        for quad in settled(quads):
            graph = quad.graph_name
            named = self._default if isinstance(graph, DefaultGraph) else graph
            one = Quad(quad.subject, quad.predicate, quad.object, named)
            if one not in self.store:
                fresh[one] = None
        return list(fresh)

    def _insert(self, quads: list[Quad]) -> None:
        if quads:
            self.store.extend(
                [*quads, *(Quad(each.subject, each.predicate, each.object) for each in quads)]
            )
            self._counts.update(graph_name(quad) for quad in quads)

    def _remove(self, quads: list[Quad]) -> None:
        for quad in quads:
            self.store.remove(quad)
        for quad in quads:
            others = self.store.quads_for_pattern(quad.subject, quad.predicate, quad.object)
            if all(isinstance(each.graph_name, DefaultGraph) for each in others):
                self.store.remove(Quad(quad.subject, quad.predicate, quad.object))
        self._counts.subtract(graph_name(quad) for quad in quads)

    def _create(self, names: Iterable[str]) -> tuple[str, ...]:
        """Have graphs be there; return those that were not."""
        wanted = dict.fromkeys(names)
        found = [name for name in wanted if not self.store.contains_named_graph(NamedNode(name))]
        for name in found:
            self.store.add_graph(NamedNode(name))
        return tuple(found)
