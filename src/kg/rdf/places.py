"""Where statements stand in the files of a dataset: file, line and column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kg.errors import Place
from kg.rdf.dataset import Source
from kg.rdf.positions import Positioned, Term

_MOST = 5


class Finder:
    """Looks up where statements stand; reads a file again only when a finding needs it."""

    def __init__(self, sources: Iterable[Source]) -> None:
        """Keep `sources` with an index from subject to the sources that speak of it."""
        self._by_subject: dict[str, list[Source]] = defaultdict(list)
        self._read: dict[str, dict[str, list[Positioned]]] = {}
        for source in sources:
            for subject in {str(quad.subject) for quad in source.quads}:
                self._by_subject[subject].append(source)

    def find(
        self,
        subject: str,
        predicate: str | None = None,
        value: str | None = None,
        *,
        graph: str | None = None,
    ) -> tuple[Place, ...]:
        """Return where the triple stands, else where the property or the subject stands.

        All terms are in N-Triples form; the IRI `graph` restricts the search to the file that
        fills it. At most five places are returned.
        """
        exact: list[Place] = []
        close: list[Place] = []
        loose: list[Place] = []
        for source in self._by_subject.get(subject, []):
            if graph is not None and source.graph != graph:
                continue
            stated = self._positions(source).get(subject, [])
            for item in stated:
                if predicate and item.predicate.text == predicate:
                    if value and item.object.text == value:
                        exact.append(_place(source, item.object))
                    else:
                        close.append(_place(source, item.predicate))
            if stated:
                loose.append(_place(source, stated[0].subject))
        return tuple(dict.fromkeys(exact or close or loose))[:_MOST]

    def _positions(self, source: Source) -> dict[str, list[Positioned]]:
        if source.shown not in self._read:
            index: dict[str, list[Positioned]] = defaultdict(list)
            for item in source.locate():
                index[item.subject.text].append(item)
            self._read[source.shown] = index
        return self._read[source.shown]


def _place(source: Source, term: Term) -> Place:
    return Place(source.shown, term.line, term.column)
