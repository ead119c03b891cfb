"""The data graph as one relation a predicate, and how it looks after a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.namespaces import RDF_TYPE, RDFS
from kg.rdf.columns import Columns
from kg.rdf.dictionary import Dictionary
from kg.reason.arrays import EMPTY, Ints, Mask, contained, distinct, gather, pack
from kg.reason.relation import Relation

Pairs = Mapping[int, Ints]
"""Sorted pairs of subject and object by predicate, all of them identifiers."""
Rows = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
"""Subjects, predicates and objects, of the same length."""
_NONE = Relation()
TYPE = f"<{RDF_TYPE}>"
SUBCLASS = f"<{RDFS}subClassOf>"


@dataclass(frozen=True)
class Kinds:
    """Nodes with a class each; a node may stand several times."""

    nodes: Ints
    kinds: Ints

    def having(self, classes: Ints) -> Ints:
        """Return the nodes that have one of `classes`, both sorted."""
        return distinct(self.nodes[contained(self.kinds, classes)])


class Graph:
    """Triples by predicate, over a dictionary; terms are given in N-Triples form.

    A graph is not changed: `branch` gives the graph after a change, which shares with this one
    what did not change.
    """

    def __init__(self, dictionary: Dictionary, relations: Mapping[int, Relation]) -> None:
        """Take relations by the identifier of their predicate."""
        self.dictionary = dictionary
        self._relations = dict(relations)
        self._below: dict[int, Ints] = {}
        self._members: dict[int, Ints] = {}
        self._ids: dict[str, int] = {}

    def __len__(self) -> int:
        """Return the number of triples."""
        return sum(map(len, self._relations.values()))

    def id(self, term: str) -> int:
        """Return the identifier of `term`, -1 when the dictionary does not have it."""
        known = self._ids.get(term)
        if known is None:
            known = self.dictionary.find(term)
            if known is None:
                return -1
            self._ids[term] = known
        return known

    def predicates(self) -> list[int]:
        """Return the identifiers of the predicates in use."""
        return [each for each, relation in self._relations.items() if len(relation)]

    def relation(self, predicate: int) -> Relation:
        """Return the pairs of a predicate, by its identifier."""
        return self._relations.get(predicate, _NONE)

    def of(self, predicate: str) -> Relation:
        """Return the pairs of a predicate, by its term."""
        return self.relation(self.id(predicate))

    def objects(self, subject: int, predicate: str) -> Ints:
        """Return the objects of a subject."""
        return self.of(predicate).partners(subject)

    def subjects(self, predicate: str, value: int) -> Ints:
        """Return the subjects that have an object."""
        return self.of(predicate).partners(value, by_object=True)

    def below(self, cls: int) -> Ints:
        """Return a class and its subclasses by rdfs:subClassOf, sorted."""
        if cls not in self._below:
            self._below[cls] = self.reachable(self.of(SUBCLASS), cls)
        return self._below[cls]

    @staticmethod
    def reachable(relation: Relation, start: int) -> Ints:
        """Return `start` and what leads to it by `relation` in any number of steps, sorted."""
        seen = {start}
        edge = [start]
        while edge:
            near = relation.expand(np.array(edge, np.int64), by_object=True)[1].tolist()
            edge = [each for each in set(near) if each not in seen]
            seen.update(edge)
        return np.array(sorted(seen), np.int64)

    def instances(self, cls: str) -> Ints:
        """Return the SHACL instances of a class, sorted: section 1.1 of the recommendation."""
        return self.members(self.id(cls))

    def members(self, cls: int) -> Ints:
        """Return the SHACL instances of a class, by its identifier, sorted."""
        if cls not in self._members:
            types = self.of(TYPE)
            found = [types.partners(each, by_object=True) for each in self.below(cls).tolist()]
            self._members[cls] = gather(found)
        return self._members[cls]

    def are_instances(self, nodes: Ints, cls: int) -> Mask:
        """Return which of `nodes` are SHACL instances of a class, by its identifier."""
        found = np.zeros(len(nodes), bool)
        below = self.below(cls)
        which, kinds = self.of(TYPE).expand(nodes)
        if len(kinds):
            found[which[contained(kinds, below)]] = True
        return found

    def kinds_of(self, nodes: Ints) -> Kinds:
        """Return the classes of `nodes`, sorted, as they are stated."""
        which, kinds = self.of(TYPE).expand(nodes)
        return Kinds(nodes[which], kinds)

    def branch(self, added: Pairs, removed: Pairs) -> Graph:
        """Return the graph with `removed` taken out and then `added`, which may be there."""
        relations = dict(self._relations)
        for predicate in {*added, *removed}:
            twin = self.relation(predicate).branch()
            gone, come = removed.get(predicate, EMPTY), added.get(predicate, EMPTY)
            twin.remove(gone[twin.contains(gone)])
            twin.insert(come[~twin.contains(come)], 0)
            relations[predicate] = twin
        changed = Graph(self.dictionary, relations)
        changed._ids = self._ids
        kept = {self.id(SUBCLASS), self.id(TYPE)}.isdisjoint({*added, *removed})
        if self.id(SUBCLASS) not in {*added, *removed}:
            changed._below = self._below
        if kept:
            changed._members = self._members
        return changed


def graph_of(columns: Columns, *graphs: str) -> Graph:
    """Return the union of the named graphs of `columns`, of all when none is given."""
    return Graph(columns.dictionary, _relations(*columns.triples(*graphs)))


def graph_of_rows(
    dictionary: Dictionary, parts: Iterable[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]
) -> Graph:
    """Return the graph of rows of subjects, predicates and objects, which may repeat."""
    rows = [tuple(np.asarray(each, np.int64) for each in part) for part in parts]
    if not rows:
        return Graph(dictionary, {})
    subjects, predicates, objects = (np.concatenate(each) for each in zip(*rows, strict=True))
    pairs = by_predicate(subjects, predicates, objects)
    return Graph(dictionary, {each: Relation(some) for each, some in pairs.items()})


def by_predicate(
    subjects: NDArray[Any], predicates: NDArray[Any], objects: NDArray[Any]
) -> dict[int, Ints]:
    """Return rows as sorted pairs by predicate, each once."""
    found: dict[int, Ints] = {}
    for predicate in np.unique(predicates).tolist():
        here = predicates == predicate
        found[predicate] = distinct(pack(subjects[here].astype(np.int64), objects[here]))
    return found


def _relations(s: NDArray[Any], p: NDArray[Any], o: NDArray[Any]) -> dict[int, Relation]:
    """Return relations of rows that are sorted by s, p, o, each once."""
    if not len(p):
        return {}
    present = np.flatnonzero(np.bincount(p))
    rank = np.zeros(int(present[-1]) + 1, np.uint16 if len(present) < 1 << 16 else np.int64)
    rank[present] = np.arange(len(present))
    ranked = rank[p]
    order = np.argsort(ranked, kind="stable")
    pairs = pack(s[order].astype(np.int64), o[order])
    ends = np.cumsum(np.bincount(ranked, minlength=len(present))).tolist()
    starts = [0, *ends[:-1]]
    return {
        predicate: Relation(pairs[start:end])
        for predicate, start, end in zip(present.tolist(), starts, ends, strict=True)
    }
