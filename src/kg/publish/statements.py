"""All statements of a version as rows of ids, as its store will tell them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store

from kg.publish.explanations import Reasoned
from kg.rdf.bulk import columns_of
from kg.rdf.columns import Columns, Ids, distinct_rows, sorted_order
from kg.rdf.dictionary import LITERAL, Dictionary

_XSD = r"<http://www\.w3\.org/2001/XMLSchema#"
_STORED = re.compile(
    rf'"(?:-?[1-9]\d{{0,8}}|0)"\^\^{_XSD}(?:integer|decimal)>'
    rf'|"(?:-?[1-9]\d{{0,8}}|0)\.\d{{0,8}}[1-9]"\^\^{_XSD}decimal>'
    rf'|"[12]\d\d\d-[01]\d-[0-3]\d"\^\^{_XSD}date>'
)
"""Literals that Oxigraph stores just as they are written; of others it is asked."""
_LINE = re.compile(rb"<urn:(\d+)> <urn:as> (.*) \.")


@dataclass(frozen=True)
class Statements:
    """Statements sorted by subject, predicate, object; `s`, `p`, `o` are ids of `dictionary`.

    `g` are numbers of `graphs`, whose names are N-Triples forms; a statement that a graph has
    twice, because the store writes two of its literals alike, is here twice. `inferred` is the
    number of the graph of what was concluded. `written` are the terms that the store writes in a
    form that is not in the dictionary, by their ids.
    """

    dictionary: Dictionary
    graphs: tuple[str, ...]
    inferred: int
    s: Ids
    p: Ids
    o: Ids
    g: Ids
    written: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def first(self) -> NDArray[np.bool_]:
        """Which rows are the first with their triple: together, the union of all graphs."""
        same = np.zeros(len(self.s), bool)
        same[1:] = self.s[1:] == self.s[:-1]
        for column in (self.p, self.o):
            same[1:] &= column[1:] == column[:-1]
        return ~same

    @cached_property
    def triple(self) -> Ids:
        """The number of the triple of each row, from 0."""
        return np.cumsum(self.first, dtype=np.int32) - np.int32(1)

    @cached_property
    def repeated(self) -> tuple[Ids, Ids, Ids]:
        """The triples that stand in more than one row: their numbers, graphs and first rows.

        A pair of triple and graph comes once.
        """
        rows = np.flatnonzero(~self._once)
        number, graph = distinct_rows([self.triple[rows], self.g[rows]])
        return number, graph, np.flatnonzero(self.first)[number].astype(np.int32)

    def sizes(self) -> dict[str, int]:
        """Return the number of statements of each named graph that has an IRI, by that IRI."""
        _, graph, _ = self.repeated
        counts = np.bincount(self.g[self._once], minlength=len(self.graphs))
        counts += np.bincount(graph, minlength=len(self.graphs))
        found = zip(self.graphs, counts.tolist(), strict=True)
        return dict(sorted((name[1:-1], count) for name, count in found if name[0] == "<"))

    @cached_property
    def _once(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.bincount(self.triple)[self.triple] == 1
        return found


def statements_of(reasoned: Reasoned, others: Iterable[Quad], inferred: str) -> Statements:
    """Return what was stated and what follows, in the graph `inferred`, with `others`."""
    settled = reasoned.closure.dictionary.settled()
    dictionary = Dictionary(settled.blob, settled.offsets, settled.index())
    columns, more = reasoned.columns, columns_of(others)
    ids = np.array([dictionary.add(term) for term in _terms(more)], np.int32)
    numbers = {name: number for number, name in enumerate(columns.graphs)}
    own = numbers.setdefault(f"<{inferred}>", len(numbers))
    graphs = np.array([numbers.setdefault(one, len(numbers)) for one in more.graphs], np.int32)
    published = reasoned.closure.published
    s = np.concatenate((columns.s, published[0], ids[more.s]))
    p = np.concatenate((columns.p, published[1], ids[more.p]))
    stored, written = as_stored(dictionary)
    o = stored[np.concatenate((columns.o, published[2], ids[more.o]))]
    concluded = np.full(len(published[0]), own, np.int32)
    g = np.concatenate((columns.g, concluded, graphs[more.g]))
    order = sorted_order([s, p, o])
    rows = s[order], p[order], o[order], g[order]
    return Statements(dictionary, tuple(numbers), own, *rows, written)


def _terms(columns: Columns) -> list[str]:
    return columns.dictionary.terms(np.arange(len(columns.dictionary)))


def as_stored(dictionary: Dictionary) -> tuple[Ids, dict[int, str]]:
    """Return for each id the one whose term stands for it: Oxigraph stores 007 as 7.

    Terms that are stored alike get the id of one of them; no term is added. If that is none of
    the term as it is stored, the second result has it.
    """
    found = np.arange(len(dictionary), dtype=np.int32)
    literals = np.flatnonzero(dictionary.kinds == LITERAL)
    typed = literals[dictionary.are_typed(literals)]
    terms = zip(typed.tolist(), dictionary.terms(typed), strict=True)
    odd = [(id, term) for id, term in terms if not _STORED.fullmatch(term)]
    kept: dict[str, int] = {}
    for id, term in _stored(odd):
        same = dictionary.find(term)
        found[id] = kept.setdefault(term, id) if same is None else same
    return found, {id: term for term, id in kept.items()}


def _stored(terms: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield each id with its literal as a store gives it back."""
    lines = "".join(f"<urn:{id}> <urn:as> {term} .\n" for id, term in terms)
    store = Store()
    store.bulk_load(lines.encode(), RdfFormat.N_TRIPLES, lenient=True)
    dumped = store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()) or b""
    for match in _LINE.finditer(dumped):
        yield int(match[1]), match[2].decode()
