"""The statements of a version become its counts, and the file of what several graphs share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.namespaces import OWL, RDF_TYPE, SKOS
from kg.publish.statements import Statements
from kg.publish.statistics import SHARED, Linkset, Property, Statistics
from kg.rdf.columns import Ids, distinct_rows
from kg.rdf.dictionary import IRI

LINKS = (
    OWL + "sameAs",
    *(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch")),
)
"""The predicates whose objects outside of a project make a linkset."""
_EXAMPLES = 5
_MOST_SETS = 10_000
_SITE = re.compile(r"[A-Za-z][\w+.-]*:(?://[^/?#]*/?|[^:/?#]*:?)")


def measure(statements: Statements, space: str, namespaces: Iterable[str] = ()) -> Statistics:
    """Count `statements`, whose entities begin with `space`.

    The target of a link is the longest of `namespaces` that its object begins with, else the
    site of the object.
    """
    union = _Union.of(statements)
    subjects = np.unique(union.s)
    is_entity = statements.dictionary.starting(subjects, f"<{space}".encode())
    sets = _sets(statements)
    return Statistics(
        space=space,
        triples=len(union.s),
        subjects=len(subjects),
        objects=len(np.unique(union.o)),
        entities=int(is_entity.sum()),
        properties=union.properties(),
        classes=union.classes(),
        graphs=statements.sizes(),
        linksets=tuple(_linksets(statements, space, tuple(namespaces))),
        examples=tuple(union.examples(subjects[is_entity])),
        shared=sets if len(sets) <= _MOST_SETS else None,
    )


@dataclass(frozen=True)
class _Union:
    """The distinct triples, sorted by subject, predicate, object."""

    statements: Statements
    s: Ids
    p: Ids
    o: Ids

    @classmethod
    def of(cls, statements: Statements) -> _Union:
        first = statements.first
        return cls(statements, statements.s[first], statements.p[first], statements.o[first])

    def properties(self) -> dict[str, Property]:
        fresh = np.ones(len(self.s), bool)
        fresh[1:] = (self.s[1:] != self.s[:-1]) | (self.p[1:] != self.p[:-1])
        size = len(self.statements.dictionary)
        triples = np.bincount(self.p, minlength=size)
        subjects = np.bincount(self.p[fresh], minlength=size)
        objects = np.bincount(distinct_rows([self.p, self.o])[0], minlength=size)
        ids = np.flatnonzero(triples)
        counts = zip(*(each[ids].tolist() for each in (triples, subjects, objects)), strict=True)
        return dict(sorted(zip(self._iris(ids), (Property(*one) for one in counts), strict=True)))

    def classes(self) -> dict[str, int]:
        instances = np.bincount(self.o[self._typing()])
        ids = np.flatnonzero(instances)
        ids = ids[self.statements.dictionary.kinds[ids] == IRI]
        return dict(sorted(zip(self._iris(ids), instances[ids].tolist(), strict=True)))

    def examples(self, entities: Ids) -> Iterator[str]:
        """Yield of the largest classes with entities the one with most triples, each once."""
        size = len(self.statements.dictionary)
        said = np.zeros(size, np.int64)
        said[entities] = np.bincount(self.s, minlength=size)[entities]
        typing = self._typing()
        typing &= said[self.s] > 0
        instances = np.bincount(self.o[typing])
        largest = np.argsort(-instances, kind="stable")[: 4 * _EXAMPLES]
        found: dict[int, None] = {}
        for id in largest[instances[largest] > 0].tolist():
            members = self.s[typing & (self.o == id)]
            found[int(members[said[members].argmax()])] = None
        yield from self._iris(np.array(list(found)[:_EXAMPLES], np.int64))

    def _typing(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.p == _id(self.statements, RDF_TYPE)
        return found

    def _iris(self, ids: NDArray[Any]) -> list[str]:
        return [term[1:-1] for term in self.statements.dictionary.terms(ids)]


def _id(statements: Statements, iri: str) -> int:
    found = statements.dictionary.find(f"<{iri}>")
    return -1 if found is None else found


def _sets(statements: Statements) -> tuple[tuple[str, ...], ...]:
    triples, graphs, _ = statements.repeated
    pairs = zip(triples.tolist(), graphs.tolist(), strict=True)
    groups = groupby(pairs, lambda pair: pair[0])
    sets = {tuple(graph for _, graph in group) for _, group in groups}
    names = ([statements.graphs[graph] for graph in one] for one in sets)
    named = (tuple(sorted(name[1:-1] for name in one if name[0] == "<")) for one in names)
    return tuple(sorted({one for one in named if len(one) > 1}))


def _linksets(statements: Statements, space: str, namespaces: tuple[str, ...]) -> Iterator[Linkset]:
    dictionary = statements.dictionary
    predicates = np.array([_id(statements, iri) for iri in LINKS], np.int32)
    stated = statements.g != statements.inferred
    rows = np.flatnonzero(np.isin(statements.p, predicates) & stated)
    rows = rows[dictionary.kinds[statements.o[rows]] == IRI]
    rows = rows[~dictionary.starting(statements.o[rows], f"<{space}".encode())]
    targets = [_target(term[1:-1], namespaces) for term in dictionary.terms(statements.o[rows])]
    counts = Counter(
        zip(
            statements.g[rows].tolist(),
            statements.p[rows].tolist(),
            targets,
            strict=True,
        )
    )
    for (graph, predicate, target), count in sorted(counts.items()):
        name = statements.graphs[graph]
        if name[0] == "<":
            yield Linkset(name[1:-1], dictionary.term(predicate)[1:-1], target, count)


def _target(iri: str, namespaces: tuple[str, ...]) -> str:
    fitting = [namespace for namespace in namespaces if iri.startswith(namespace)]
    if fitting:
        return max(fitting, key=len)
    site = _SITE.match(iri)
    return site.group() if site else iri


def save_shared(statements: Statements, folder: Path) -> None:
    """Write SHARED into the folder of a version; raises OSError."""
    _, graphs, rows = statements.repeated
    terms = [
        statements.dictionary.terms(column[rows])
        for column in (statements.s, statements.p, statements.o)
    ]
    with (folder / SHARED).open("w", encoding="utf-8") as file:
        for s, p, o, graph in zip(*terms, graphs.tolist(), strict=True):
            file.write(f"{s} {p} {o} {statements.graphs[graph]} .\n")
