"""The data graph, or the part of it that queries can see, as a store of Oxigraph in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple
from pyoxigraph import parse as parse_rdf

from kg.rdf.dictionary import BLANK, LITERAL, Dictionary
from kg.rdf.ntriples import write_ntriples
from kg.reason.arrays import Ints, firsts, seconds
from kg.validate.graph import Graph
from kg.validate.sparql_binding import term_of
from kg.validate.sparql_identity import KEPT, is_kept, kept

_FEW = 5_000
Rows = tuple[Ints, Ints, Ints]
"""Subjects, predicates and objects, identifiers."""


@dataclass
class Loaded:
    """A store; with `keeping` literals keep their identity, `kept` tells that some needed that."""

    store: Store
    keeping: bool = False
    kept: bool = False


class GraphStore:
    """A store that holds the triples of some predicates of a graph, and more when asked for."""

    def __init__(
        self, graph: Graph, shapes: Iterable[Triple], name: str, *, keeping: bool = False
    ) -> None:
        """Take the data graph and the shapes graph, which gets the name `name`, an IRI.

        With `keeping` literals keep their identity; see `kg.validate.sparql_identity`.
        """
        self._graph = graph
        self._name = NamedNode(name)
        self._keeping = keeping
        self._store = Loaded(Store(), keeping)
        self._loaded: set[int] = set()
        self._shapes = shapes
        self._with_shapes = False

    def size(self, predicates: frozenset[str] | None) -> int:
        """Return how many triples are still to load for `predicates`, None for all."""
        return sum(len(self._graph.relation(each)) for each in self._missing(predicates))

    def holding(self, predicates: frozenset[str] | None, *, with_shapes: bool) -> Loaded:
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

    def of(self, pairs: Mapping[int, Ints], *, with_shapes: bool) -> Loaded:
        """Return a store of its own with pairs by predicate and, if asked for, the shapes graph."""
        store = Loaded(Store(), self._keeping)
        load(store, self._graph.dictionary, pairs)
        if with_shapes:
            self._add_shapes(store)
        return store

    def _add_shapes(self, loaded: Loaded) -> None:
        for triple in self._shapes:
            value = triple.object
            if loaded.keeping and isinstance(value, Literal):
                spelt = kept(str(value))
                loaded.kept |= is_kept(spelt)
                value = term_of(spelt)
            loaded.store.add(Quad(triple.subject, triple.predicate, value, self._name))

    def _missing(self, predicates: frozenset[str] | None) -> list[int]:
        known = self._graph.predicates()
        if predicates is not None:
            wanted = {self._graph.id(each) for each in predicates}
            known = [each for each in known if each in wanted]
        return [each for each in known if each not in self._loaded]


def load(loaded: Loaded, dictionary: Dictionary, pairs: Mapping[int, Ints]) -> None:
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
        data = _text(loaded, dictionary, (s[plain], p[plain], o[plain]))
        loaded.store.load(data, RdfFormat.N_TRIPLES, lenient=True)
    if other.any():
        # Oxigraph gives blank nodes that it loads by itself new labels
        data = _text(loaded, dictionary, (s[other], p[other], o[other]))
        quads = parse_rdf(data, RdfFormat.N_TRIPLES, rename_blank_nodes=False, lenient=True)
        loaded.store.bulk_extend(quads)


def _text(loaded: Loaded, dictionary: Dictionary, columns: Rows) -> bytes:
    if len(columns[2]) <= _FEW:
        data = _lines(loaded, dictionary, columns)
    else:
        spelt = np.zeros(len(columns[2]), bool)
        if loaded.keeping:
            spelt = np.isin(columns[2], _spelt(dictionary, columns[2]))
        file = BytesIO()
        s, p, o = columns
        small = (s[~spelt].astype(np.int32), p[~spelt].astype(np.int32), o[~spelt].astype(np.int32))
        write_ntriples(small, dictionary, file)
        data = file.getvalue() + _lines(loaded, dictionary, (s[spelt], p[spelt], o[spelt]))
    loaded.kept |= loaded.keeping and f"^^<{KEPT}".encode() in data
    return data


def _spelt(dictionary: Dictionary, values: Ints) -> Ints:
    """Return those of `values` that are not stored as they are."""
    values = np.unique(values)
    values = values[dictionary.kinds[values] == LITERAL]
    values = values[dictionary.are_typed(values)]
    chosen = [kept(term) != term for term in dictionary.terms(values)]
    found: Ints = values[np.array(chosen, bool)]
    return found


def _lines(loaded: Loaded, dictionary: Dictionary, columns: Rows) -> bytes:
    s, p, o = (dictionary.terms(column) for column in columns)
    values = map(kept, o) if loaded.keeping else o
    return "".join(f"{a} {b} {c} .\n" for a, b, c in zip(s, p, values, strict=True)).encode()
