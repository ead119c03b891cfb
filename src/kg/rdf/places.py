"""Where statements stand in the files of a dataset: file, line and column."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Quad

from kg.errors import Place, ReadError
from kg.rdf.blocks import Blocks
from kg.rdf.dataset import Source
from kg.rdf.positions import Positioned, Term

_MOST = 5
_LARGE = 2000
_MOST_BLOCKS = 50
_Pattern = tuple[str | None, str | None, str | None]
_Index = dict[_Pattern, list[Positioned]]


@dataclass(frozen=True)
class Stated:
    """A statement as it is written in a source."""

    source: Source
    item: Positioned

    @property
    def subject(self) -> Place:
        """Where its subject is written."""
        return self._place(self.item.subject)

    @property
    def predicate(self) -> Place:
        """Where its predicate is written."""
        return self._place(self.item.predicate)

    @property
    def object(self) -> Place:
        """Where its object is written."""
        return self._place(self.item.object)

    def _place(self, term: Term) -> Place:
        return Place(self.source.shown, term.line, term.column, term.pointer)


class Finder:
    """Looks up where statements stand; a text is scanned once, and only when it is concerned.

    The sources are asked in their order: what is under check should come first.
    """

    def __init__(self, sources: Iterable[Source]) -> None:
        """Find statements in `sources`."""
        self._sources = tuple(sources)
        self._speaking: dict[bool, dict[object, list[int]]] = {}
        self._read: dict[int, list[Positioned]] = {}
        self._blocks: dict[int, dict[str, list[Positioned] | None]] = {}
        self._texts: dict[int, tuple[Blocks, Counter[object]]] = {}
        self._indexes: dict[tuple[int, bool, bool, bool], _Index] = {}

    def find(
        self,
        subject: str,
        predicate: str | None = None,
        value: str | None = None,
        *,
        graph: str | None = None,
    ) -> tuple[Place, ...]:
        """Return where the triple stands, else where the property or the subject stands.

        All terms are in N-Triples form; the IRI `graph` restricts the search to the named graph.
        At most five places are returned.
        """
        exact = self.stated(subject, predicate, value, graph=graph) if predicate and value else []
        if exact:
            return unique(each.object for each in exact)[:_MOST]
        close = self.stated(subject, predicate, graph=graph) if predicate else []
        if close:
            return unique(each.predicate for each in close)[:_MOST]
        return unique(each.subject for each in firsts(self.stated(subject, graph=graph)))[:_MOST]

    def stated(
        self,
        subject: str | None = None,
        predicate: str | None = None,
        value: str | None = None,
        *,
        graph: str | None = None,
    ) -> list[Stated]:
        """Return the statements with these terms, in the order of the sources and their texts.

        At least one of `subject` and `value` is given.
        """
        wanted = (subject, predicate, value)
        term, as_object = (value or "", True) if subject is None else (subject, False)
        found = []
        for number in self._concerned(term, as_object):
            source = self._sources[number]
            for item in self._items(number, wanted):
                if graph is None or graph == (item.graph or f"<{source.graph}>").strip("<>"):
                    found.append(Stated(source, item))
        return found

    def _concerned(self, term: str, as_object: bool) -> Iterable[int]:
        """Return the numbers of the sources that have `term` as subject or as object."""
        key = _key(term)
        if key is None:
            return range(len(self._sources))
        if as_object not in self._speaking:
            index: dict[object, list[int]] = defaultdict(list)
            for number, source in enumerate(self._sources):
                for found in _keys(source.quads, as_object):
                    index[found].append(number)
            self._speaking[as_object] = index
        return self._speaking[as_object].get(key, ())

    def _items(self, number: int, wanted: _Pattern) -> Iterable[Positioned]:
        """Return the statements of a source that are `wanted`, from a block of it if that will do.

        Blocks are looked for while the subjects asked for are few.
        """
        subject = wanted[0]
        blocks = self._blocks.setdefault(number, {})
        if (
            subject is None
            or number in self._read
            or (subject not in blocks and len(blocks) >= _MOST_BLOCKS)
            or len(self._sources[number].quads) < _LARGE
        ):
            return self._index(number, wanted).get(wanted, ())
        if subject not in blocks:
            blocks[subject] = self._block(number, subject)
        found = blocks[subject]
        if found is None:
            return self._index(number, wanted).get(wanted, ())
        return [
            item
            for item in found
            if wanted[1] in (None, item.predicate.text) and wanted[2] in (None, item.object.text)
        ]

    def _block(self, number: int, subject: str) -> list[Positioned] | None:
        source = self._sources[number]
        if not subject.startswith("<") or not source.is_turtle:
            return None
        if number not in self._texts:
            try:
                text = source.read()
            except ReadError:
                return None
            self._texts[number] = Blocks(text), Counter(quad.subject for quad in source.quads)
        blocks, counts = self._texts[number]
        found = blocks.of(subject[1:-1])
        return found if found and len(found) == counts[NamedNode(subject[1:-1])] else None

    def _index(self, number: int, wanted: _Pattern) -> _Index:
        """Return the statements of a source by the terms that `wanted` has."""
        has = (wanted[0] is not None, wanted[1] is not None, wanted[2] is not None)
        if (number, *has) not in self._indexes:
            index: _Index = defaultdict(list)
            for item in self._positions(number):
                s, p, o = item.key
                index[s if has[0] else None, p if has[1] else None, o if has[2] else None].append(
                    item
                )
            self._indexes[(number, *has)] = index
        return self._indexes[(number, *has)]

    def _positions(self, number: int) -> list[Positioned]:
        if number not in self._read:
            try:
                self._read[number] = self._sources[number].locate()
            except ReadError:
                self._read[number] = []  # The file has changed since: it has no places.
        return self._read[number]


def unique(places: Iterable[Place]) -> tuple[Place, ...]:
    """Return `places` each once, in their order."""
    return tuple(dict.fromkeys(places))


def firsts(stated: Iterable[Stated]) -> list[Stated]:
    """Return the first statement of each source."""
    found: dict[str, Stated] = {}
    for each in stated:
        found.setdefault(each.source.shown, each)
    return list(found.values())


def _key(term: str) -> object:
    """Return an IRI or a blank node as the parser has it, None for a literal."""
    if term.startswith("<"):
        return NamedNode(term[1:-1])
    return BlankNode(term[2:]) if term.startswith("_:") else None


def _keys(quads: Iterable[Quad], as_object: bool) -> set[object]:
    return {quad.object for quad in quads} if as_object else {quad.subject for quad in quads}
