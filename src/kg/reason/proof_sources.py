"""Who says a statement: its graphs, the documents these were derived from, file and line."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from kg.errors import Place
from kg.namespaces import DCT, PROV
from kg.rdf.columns import Columns, Ids
from kg.reason.facts import Facts
from kg.reason.proof import Triple

Stated = Callable[[Triple], Iterable[str]]
"""Returns the names of the graphs that state a triple, all in N-Triples terms."""
DERIVED = (f"<{PROV}wasDerivedFrom>", f"<{DCT}source>")
"""How a graph, or what it describes, names its document."""


class Placing(Protocol):
    """What knows where statements stand: `kg.reason.proof_places`."""

    def place(self, graph: str, row: int) -> Place | None:
        """Return where the statement of a row of `graph` stands, None when nobody knows."""
        ...


@dataclass(frozen=True)
class Origin:
    """One graph that states a triple; terms are in N-Triples form."""

    graph: str
    documents: tuple[str, ...] = ()
    place: Place | None = None


class Sources:
    """Looks up who states what in columns."""

    def __init__(
        self, columns: Columns, facts: Facts, places: Placing, stated: Stated | None = None
    ) -> None:
        """Keep `columns`, the `facts` that were concluded from them, and where they stand.

        With `stated` the graphs are what it says; the columns know only the places.
        """
        self._stated = stated
        self._columns = columns
        self._facts = facts
        self._places = places
        self._order: Ids = columns.order("spo")

    def origins(self, triple: Triple) -> tuple[Origin, ...]:
        """Return the graphs that state `triple`, with their documents."""
        rows: dict[str, int | None] = {
            self._columns.graphs[int(self._columns.g[row])]: row for row in self._rows(triple)
        }
        if self._stated:
            rows = {graph: rows.get(graph) for graph in sorted(self._stated(triple))}
        return tuple(
            Origin(
                graph,
                self._documents(graph, triple[0]),
                None if row is None else self._places.place(graph, row),
            )
            for graph, row in rows.items()
        )

    def _rows(self, triple: Triple) -> Iterator[int]:
        ids = tuple(map(self._columns.dictionary.find, triple))
        if None in ids:
            return
        s, p, o = self._columns.s, self._columns.p, self._columns.o

        def key(row: int) -> tuple[int, int, int]:
            return int(s[row]), int(p[row]), int(o[row])

        at = bisect_left(self._order, ids, key=key)
        while at < len(self._order) and key(int(self._order[at])) == ids:
            yield int(self._order[at])
            at += 1

    def _documents(self, graph: str, subject: str) -> tuple[str, ...]:
        """Return the documents of `graph`, only those that `subject` names if it names any."""
        whole = self._derived(graph)
        own = [document for document in self._derived(subject) if document in whole]
        return tuple(own or whole)

    def _derived(self, term: str) -> list[str]:
        number = self._facts.terms.find(term) if term else None
        found: dict[int, None] = {}
        for name in DERIVED if number is not None else ():
            predicate = self._facts.terms.find(name)
            relation = None if predicate is None else self._facts.given.get(predicate)
            if relation is not None and number is not None:
                found |= dict.fromkeys(relation.partners(number).tolist())
        return [self._facts.terms.term(one) for one in sorted(found)]
