"""What a store holds: mostly N-Quads, which Oxigraph reads faster than objects.

Statements with blank nodes stay objects, for reading a text would rename them, and a version
names them alike in its store and its columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import BlankNode, Quad, Store

from kg.publish.explanations import Reasoned
from kg.publish.store import fill, with_union
from kg.rdf.columns import Ids
from kg.rdf.dataset import MEANINGFUL, Dataset
from kg.rdf.dictionary import BLANK
from kg.rdf.ntriples import write_ntriples

Rows = tuple[Ids, Ids, Ids]
_AT_ONCE = 16 << 20
"""Bytes of a text that is given to Oxigraph: more take more memory, fewer more time."""


@dataclass(frozen=True)
class Content:
    """The statements of a dataset and, in the graph `inferred` if it has a name, what follows.

    `more` are further statements. With `union` all stand in the default graph once more.
    """

    dataset: Dataset
    reasoned: Reasoned
    inferred: str = ""
    more: tuple[Quad, ...] = ()
    union: bool = True

    def counts(self) -> dict[str, int]:
        """Return the number of statements of each named graph, by its IRI."""
        columns = self.reasoned.columns
        counts = Counter(str(quad.graph_name)[1:-1] for quad in self.others())
        sizes = np.bincount(columns.g, minlength=len(columns.graphs)).tolist()
        counts.update(
            {graph[1:-1]: size for graph, size in zip(columns.graphs, sizes, strict=True)}
        )
        if self.inferred:
            counts[self.inferred] += len(self.reasoned.closure.published[0])
        return dict(sorted(counts.items()))

    def store(self) -> Store:
        """Return a store in memory that holds everything."""
        store = Store()
        fill(store, self.quads(), self.texts())
        return store

    def quads(self) -> Iterator[Quad]:
        """Yield the statements that are not in `texts`."""
        sources = self.dataset.in_room(*MEANINGFUL)
        blank = (quad for source in sources for quad in source.quads if _has_blank(quad))
        found = (*blank, *self.others())
        return with_union(found) if self.union else iter(found)

    def others(self) -> set[Quad]:
        """Return the statements of which no columns were made."""
        rooms = (source for source in self.dataset.sources if source.room not in MEANINGFUL)
        return {*self.more, *(quad for source in rooms for quad in source.quads)}

    def texts(self) -> Iterator[bytes]:
        """Yield the statements without blank nodes as N-Quads, in parts of whole lines."""
        buffer = BytesIO()
        for graph, rows in self._parts():
            write_ntriples(rows, self.reasoned.closure.dictionary, buffer, graph=graph)
            if buffer.tell() > _AT_ONCE:
                yield buffer.getvalue()
                buffer = BytesIO()
        if buffer.tell():
            yield buffer.getvalue()

    def _parts(self) -> Iterable[tuple[str, Rows]]:
        columns, published = self.reasoned.columns, self.reasoned.closure.published
        named = self._named((columns.s, columns.p, columns.o))
        for number, graph in enumerate(columns.graphs):
            if graph.startswith("_:"):
                continue
            low, high = columns.g.searchsorted([number, number + 1]).tolist()
            part = slice(low, high)
            keep = named[part]
            yield (
                graph,
                (columns.s[part][keep], columns.p[part][keep], columns.o[part][keep]),
            )
        if self.inferred:
            yield f"<{self.inferred}>", published
        if self.union:
            triples = columns.triples()
            keep = self._named(triples)
            yield "", (triples[0][keep], triples[1][keep], triples[2][keep])
            if self.inferred:
                yield "", published

    def _named(self, rows: Rows) -> NDArray[np.bool_]:
        """Return which of `rows` have no blank node."""
        blank = self.reasoned.columns.dictionary.kinds == BLANK
        found: NDArray[np.bool_] = ~(blank[rows[0]] | blank[rows[2]])
        return found


def _has_blank(quad: Quad) -> bool:
    return any(isinstance(node, BlankNode) for node in (quad.subject, quad.object, quad.graph_name))
