"""The data graph, or the part of it that queries can see, as a store of Oxigraph in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO

import numpy as np
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple
from pyoxigraph import parse as parse_rdf

from kg.rdf.dictionary import BLANK, LITERAL, Dictionary
from kg.rdf.ntriples import write_ntriples
from kg.reason.arrays import Ints, firsts, seconds
from kg.validate.graph import Graph

_FEW = 5_000


class GraphStore:
    """A store that holds the triples of some predicates of a graph, and more when asked for."""

    def __init__(self, graph: Graph, shapes: Iterable[Triple], name: str) -> None:
        """Take the data graph and the shapes graph, which gets the name `name`, an IRI."""
        self._graph = graph
        self._name = NamedNode(name)
        self._store = Store()
        self._loaded: set[int] = set()
        self._shapes = shapes
        self._with_shapes = False

    def size(self, predicates: frozenset[str] | None) -> int:
        """Return how many triples are still to load for `predicates`, None for all."""
        return sum(len(self._graph.relation(each)) for each in self._missing(predicates))

    def holding(self, predicates: frozenset[str] | None, *, with_shapes: bool) -> Store:
        """Return the store with all triples of `predicates`, None for all of the graph.

        `with_shapes` tells whether it must hold the shapes graph.
        """
        missing = self._missing(predicates)
        pairs = {each: self._graph.relation(each).pairs() for each in missing}
        load(self._store, self._graph.dictionary, pairs)
        self._loaded.update(missing)
        if with_shapes and not self._with_shapes:
            self._add_shapes(self._store)
            self._with_shapes = True
        return self._store

    def of(self, pairs: Mapping[int, Ints], *, with_shapes: bool) -> Store:
        """Return a store of its own with pairs by predicate and, if asked for, the shapes graph."""
        store = Store()
        load(store, self._graph.dictionary, pairs)
        if with_shapes:
            self._add_shapes(store)
        return store

    def _add_shapes(self, store: Store) -> None:
        store.extend(Quad(t.subject, t.predicate, t.object, self._name) for t in self._shapes)

    def _missing(self, predicates: frozenset[str] | None) -> list[int]:
        known = self._graph.predicates()
        if predicates is not None:
            wanted = {self._graph.id(each) for each in predicates}
            known = [each for each in known if each in wanted]
        return [each for each in known if each not in self._loaded]


def load(store: Store, dictionary: Dictionary, pairs: Mapping[int, Ints]) -> None:
    """Add pairs by predicate to the default graph; triples with a literal as subject are left out.

    Blank nodes keep their labels.
    """
    rows = [(firsts(some), predicate, seconds(some)) for predicate, some in pairs.items()]
    if not rows:
        return
    s = np.concatenate([row[0] for row in rows])
    p = np.repeat([row[1] for row in rows], [len(row[0]) for row in rows]).astype(np.int64)
    o = np.concatenate([row[2] for row in rows])
    kinds = dictionary.kinds
    blank = (kinds[s] == BLANK) | (kinds[o] == BLANK)
    sound = kinds[s] != LITERAL
    plain, other = sound & ~blank, sound & blank
    if plain.any():
        data = _text(dictionary, s[plain], p[plain], o[plain])
        store.load(data, RdfFormat.N_TRIPLES, lenient=True)
    if other.any():
        # Oxigraph gives blank nodes that it loads by itself new labels
        data = _text(dictionary, s[other], p[other], o[other])
        quads = parse_rdf(data, RdfFormat.N_TRIPLES, rename_blank_nodes=False, lenient=True)
        store.bulk_extend(quads)


def _text(dictionary: Dictionary, s: Ints, p: Ints, o: Ints) -> bytes:
    if len(s) > _FEW:
        file = BytesIO()
        rows = (s.astype(np.int32), p.astype(np.int32), o.astype(np.int32))
        write_ntriples(rows, dictionary, file)
        return file.getvalue()
    columns = (dictionary.terms(column) for column in (s, p, o))
    return "".join(f"{a} {b} {c} .\n" for a, b, c in zip(*columns, strict=True)).encode()
