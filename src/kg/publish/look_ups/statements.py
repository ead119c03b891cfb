"""What look-ups are made on: statements of one graph, found by the terms that are known.

Terms are known by ids, whatever they are: those of a store are the terms themselves, those of an
index are numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from kg.publish.look_ups.terms import csv_of, json_of

Id: TypeAlias = Any
"""What a term is known by; hashable, and equal for equal terms."""
Triple: TypeAlias = tuple[Id, Id, Id]
MOST = 400
"""Statements that a look-up may go through."""
_GRAPH = DefaultGraph()


LONGEST = 1 << 16
"""Characters of a term, or of the literals that are found at once."""


class TooMany(Exception):
    """More is to be looked at, or written, than a look-up may."""


class Statements(Protocol):
    """The statements, and the terms in them; all raise OSError when they cannot be read."""

    def id_of(self, node: NamedNode | Literal) -> Id:
        """Return the id of a term, one of no statement if there is none; ValueError in doubt."""

    def find(self, subject: Id, predicate: Id, thing: Id) -> Iterable[Triple]:
        """Return the statements with these terms, where None is any; may raise TooMany.

        Subject or object is known; either may be a term that cannot stand there.
        """

    def has(self, subject: Id, predicate: Id, thing: Id) -> bool:
        """Return whether there is a statement of these terms."""

    def language(self, term: Id) -> str | None:
        """Return the language of a literal, "" if it has none, or None for another term."""

    def as_json(self, term: Id) -> str:
        """Return a term as in SPARQL 1.1 Query Results JSON.

        Raises ValueError if it is of RDF 1.2, and TooMany if it is longer than LONGEST.
        """

    def as_csv(self, term: Id) -> str:
        """Return a term as in SPARQL 1.1 Query Results CSV; raises what `as_json` raises."""


class StoredStatements:
    """The default graph of a store."""

    def __init__(self, store: Store) -> None:
        """Look into `store`."""
        self._store = store

    def id_of(self, node: NamedNode | Literal) -> Id:
        """Return the term itself."""
        return node

    def find(self, subject: Id, predicate: Id, thing: Id) -> Iterable[Triple]:
        """Return the statements one by one, by the index that fits."""
        if not _may_stand(subject, predicate):
            return ()
        return _found(self._store.quads_for_pattern(subject, predicate, thing, _GRAPH))

    def has(self, subject: Id, predicate: Id, thing: Id) -> bool:
        """Return whether the graph holds a statement."""
        return (
            _may_stand(subject, predicate)
            and Quad(subject, predicate, thing, _GRAPH) in self._store
        )

    def language(self, term: Id) -> str | None:
        """Return the language of a literal, "" if it has none, or None for another term."""
        return (term.language or "") if isinstance(term, Literal) else None

    def as_json(self, term: Id) -> str:
        """Return a term for JSON."""
        return json_of(term)

    def as_csv(self, term: Id) -> str:
        """Return a term for CSV."""
        return csv_of(term)


def _found(quads: Iterable[Quad]) -> Iterator[Triple]:
    size = 0
    for quad in quads:
        if isinstance(quad.object, Literal):
            size += len(quad.object.value)
            if size > LONGEST:
                raise TooMany
        yield quad.subject, quad.predicate, quad.object


def _may_stand(subject: object, predicate: object) -> bool:
    """Return whether a statement may have these terms; None stands for any."""
    return isinstance(subject, NamedNode | BlankNode | None) and isinstance(
        predicate, NamedNode | None
    )
