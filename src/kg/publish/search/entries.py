"""The statements of a version become entries of the search: a subject, its names, keys, place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.namespaces import DCT, OWL, RDF_TYPE, RDFS, SKOS
from kg.publish.search.settings import Path, SearchSettings
from kg.publish.statements import Statements
from kg.rdf.columns import Ids, distinct_rows
from kg.rdf.dictionary import IRI, LITERAL
from kg.rdf.literals import split

SCHEMA = ("https://schema.org/", "http://schema.org/")
NAMES = (
    SKOS + "prefLabel",
    RDFS + "label",
    DCT + "title",
    "http://xmlns.com/foaf/0.1/name",
    *(namespace + "name" for namespace in SCHEMA),
)
"""What names a subject, the best first."""
OTHER_NAMES = (
    SKOS + "altLabel",
    SKOS + "hiddenLabel",
    *(namespace + "alternateName" for namespace in SCHEMA),
)
LINKS = (SKOS + "exactMatch", SKOS + "closeMatch", OWL + "sameAs")
"""What leads to the same thing elsewhere; the last part of its IRI is a key."""
IDENTIFIER = "http://www.w3.org/ns/adms#identifier"
NOTATION = SKOS + "notation"
SUB_CLASS = RDFS + "subClassOf"


@dataclass(frozen=True, slots=True)
class Entry:
    """One subject that can be found.

    `labels` are its names by language, "" without one; `others` its further names. `kind` is the
    IRI of its most specific class, "" without one, `regions` those that it lies in, `parents`
    what tells it from others, `links` the number of statements that point to it.
    """

    iri: str
    labels: Mapping[str, str]
    others: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    kind: str = ""
    regions: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    links: int = 0

    @property
    def weight(self) -> float:
        """How much points to it, as a logarithm."""
        return log2(1 + self.links)


def last_part(iri: str) -> str:
    """Return what stands behind the last slash, hash or colon of an IRI."""
    short = iri.rstrip("/#")
    return short[max(short.rfind("/"), short.rfind("#"), short.rfind(":")) + 1 :]


def ancestors(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Return for each class of pairs of class and superclass all its superclasses."""
    above: dict[str, set[str]] = {}
    for low, high in pairs:
        if low != high:
            above.setdefault(low, set()).add(high)
    found: dict[str, frozenset[str]] = {}
    for start in above:
        seen, open_ = set[str](), [start]
        while open_:
            for each in above.get(open_.pop(), ()):
                if each not in seen:
                    seen.add(each)
                    open_.append(each)
        found[start] = frozenset(seen - {start})
    return found


class Gathering:
    """The columns of one version, and what of them speaks of names, keys, classes and places."""

    def __init__(self, statements: Statements, settings: SearchSettings) -> None:
        """Read `statements` as `settings` say."""
        self._of = statements
        self._settings = settings

    def entries(self) -> Iterator[Entry]:
        """Yield an entry for each IRI that has a name."""
        labels, others = self._texts(NAMES), self._texts(OTHER_NAMES)
        named = np.array(sorted(labels), np.int64)
        keys = self._keys(named)
        kinds = self._kinds(named)
        regions = self._places(named, self._settings.within, self._regions)
        parents = self._places(named, self._settings.parent, None)
        links = np.bincount(self._of.o[self._of.first], minlength=len(self._of.dictionary))
        terms = self._of.dictionary.terms(named)
        for id, term in zip(named.tolist(), terms, strict=True):
            own: dict[str, str] = {}
            more: list[str] = []
            for text, language in labels[id]:
                if own.setdefault(language, text) != text:
                    more.append(text)
            more += (text for text, _ in others.get(id, ()))
            yield Entry(
                term[1:-1],
                own,
                tuple(dict.fromkeys(more)),
                keys.get(id, ()),
                kinds.get(id, ""),
                regions.get(id, ()),
                parents.get(id, ()),
                int(links[id]),
            )

    def _rows(self, property: str) -> tuple[Ids, Ids]:
        """Return subjects and objects of the statements with a property."""
        id = self._of.dictionary.find(f"<{property}>")
        if id is None:
            empty = np.empty(0, np.int32)
            return empty, empty
        rows = self._by_property[1][
            slice(*np.searchsorted(self._by_property[0], [id, id + 1]).tolist())
        ]
        return self._of.s[rows], self._of.o[rows]

    @cached_property
    def _by_property(self) -> tuple[Ids, NDArray[np.int64]]:
        """The properties of the rows in their order, and the rows."""
        rows = np.argsort(self._of.p, kind="stable")
        return self._of.p[rows], rows

    def _texts(self, properties: Iterable[str]) -> dict[int, list[tuple[str, str]]]:
        """Return the literals of each IRI with their languages, of the first property first."""
        kinds = self._of.dictionary.kinds
        rows = [self._rows(property) for property in properties]
        s, o = (np.concatenate([pair[side] for pair in rows]) for side in (0, 1))
        rank = np.repeat(np.arange(len(rows), dtype=np.int32), [len(pair[0]) for pair in rows])
        keep = (kinds[o] == LITERAL) & (kinds[s] == IRI)
        s, o, rank = distinct_rows([s[keep], o[keep], rank[keep]])
        fresh = np.ones(len(s), bool)
        fresh[1:] = (s[1:] != s[:-1]) | (o[1:] != o[:-1])
        s, rank, o = distinct_rows([s[fresh], rank[fresh], o[fresh]])
        unique, inverse = np.unique(o, return_inverse=True)
        texts = [_text(term) for term in self._of.dictionary.terms(unique)]
        found: dict[int, list[tuple[str, str]]] = {}
        for id, place in zip(s.tolist(), inverse.tolist(), strict=True):
            found.setdefault(id, []).append(texts[place])
        return found

    def _keys(self, named: NDArray[np.int64]) -> dict[int, tuple[str, ...]]:
        kinds = self._of.dictionary.kinds
        notations, texts = self._rows(NOTATION)
        owners, identifiers = self._rows(IDENTIFIER)
        pairs = [(s, o) for s, o in map(self._rows, (*self._settings.keys, NOTATION))]
        pairs.append(_joined(owners, identifiers, notations, texts))
        s = np.concatenate([pair[0] for pair in pairs])
        o = np.concatenate([pair[1] for pair in pairs])
        keep = (kinds[o] == LITERAL) & np.isin(s, named)
        found = self._listed(s[keep], o[keep], lambda term: _text(term)[0])
        for link in LINKS:
            s, o = self._rows(link)
            keep = (kinds[o] == IRI) & (s != o)
            found += self._listed(s[keep], o[keep], lambda term: last_part(term[1:-1]))
        keys: dict[int, dict[str, None]] = {}
        for id, text in found:
            keys.setdefault(id, {})[text] = None
        return {id: tuple(texts) for id, texts in keys.items()}

    def _listed(self, s: Ids, o: Ids, text: Callable[[str], str]) -> list[tuple[int, str]]:
        s, o = distinct_rows([s, o])
        terms = self._of.dictionary.terms(o)
        return [(id, text(term)) for id, term in zip(s.tolist(), terms, strict=True)]

    def _kinds(self, named: NDArray[np.int64]) -> dict[int, str]:
        """Return the most specific stated class of each of `named`, else a concluded one."""
        typing = self._of.dictionary.find(f"<{RDF_TYPE}>")
        rows = np.flatnonzero(self._of.p == (-1 if typing is None else typing))
        rows = rows[np.isin(self._of.s[rows], named)]
        s, o = self._of.s[rows], self._of.o[rows]
        stated = self._of.g[rows] != self._of.inferred
        depth = np.zeros(len(self._of.dictionary), np.int32)
        for name, above in self.classes().items():
            id = self._of.dictionary.find(f"<{name}>")
            if id is not None:
                depth[id] = len(above)
        order = np.lexsort((-o, depth[o], stated, s))
        s, o = s[order], o[order]
        last = np.ones(len(s), bool)
        last[:-1] = s[1:] != s[:-1]
        keep = last & (self._of.dictionary.kinds[o] == IRI)
        names = {int(id): self._of.dictionary.term(int(id))[1:-1] for id in np.unique(o[keep])}
        pairs = zip(s[keep].tolist(), o[keep].tolist(), strict=True)
        return {id: names[kind] for id, kind in pairs}

    def classes(self) -> dict[str, frozenset[str]]:
        """Return the superclasses of each class that has some."""
        kinds = self._of.dictionary.kinds
        s, o = self._rows(SUB_CLASS)
        keep = (kinds[s] == IRI) & (kinds[o] == IRI)
        lows, highs = (self._of.dictionary.terms(side[keep]) for side in (s, o))
        pairs = zip(lows, highs, strict=True)
        return ancestors((low[1:-1], high[1:-1]) for low, high in pairs)

    @property
    def _regions(self) -> NDArray[np.int64]:
        """The subjects that are regions."""
        id = self._of.dictionary.find(f"<{self._settings.regions}>")
        s, o = self._rows(RDF_TYPE)
        return np.unique(s[o == (-1 if id is None else id)]).astype(np.int64)

    def _places(
        self, named: NDArray[np.int64], paths: Iterable[Path], among: NDArray[np.int64] | None
    ) -> dict[int, tuple[str, ...]]:
        """Return where paths lead from each of `named`; `among` others, themselves included."""
        starts, ends = [named[:0]], [named[:0]]
        if among is not None:
            starts, ends = [among], [among]
        for path in paths:
            start, at = named, named
            for step in path:
                s, o = self._rows(step.property)
                side = (o, s) if step.inverse else (s, o)
                start, at = _joined(start, at, *side)
            starts.append(start)
            ends.append(at)
        s, o = np.concatenate(starts).astype(np.int32), np.concatenate(ends).astype(np.int32)
        keep = self._of.dictionary.kinds[o] == IRI
        if among is not None:
            keep &= np.isin(o, among)
        found: dict[int, tuple[str, ...]] = {}
        names: dict[int, str] = {}
        s, o = distinct_rows([s[keep], o[keep]])
        for id, place in zip(s.tolist(), o.tolist(), strict=True):
            name = names.get(place) or self._of.dictionary.term(place)[1:-1]
            found[id] = (*found.get(id, ()), names.setdefault(place, name))
        return found


def _joined(
    start: NDArray[Any], at: NDArray[Any], froms: NDArray[Any], tos: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Go one step on: return the pairs of a start and what it reaches from where it is."""
    order = np.argsort(froms, kind="stable")
    froms, tos = froms[order], tos[order]
    low, high = np.searchsorted(froms, at), np.searchsorted(froms, at, side="right")
    counts = high - low
    first = np.repeat(low - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
    return np.repeat(start, counts), tos[first + np.arange(int(counts.sum()))]


def _text(term: str) -> tuple[str, str]:
    """Return text and language, "" for none, of a literal in N-Triples form."""
    found = split(term)
    return found.lexical, found.language.lower()
