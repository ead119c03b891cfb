"""What the files under check tell about themselves: their source and their prefixes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from kg.namespaces import DCT, PROV
from kg.rdf.dataset import Source
from kg.validate.prefixes import declarations, has_prefixes
from kg.validate.report import Result

_SOURCES = (PROV + "wasDerivedFrom", DCT + "source")


class Given:
    """The files under check; their texts are read when a finding needs them."""

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        """Take the files, none when a whole project is checked."""
        self.sources = tuple(sources)
        self._declared: dict[str, frozenset[str] | None] = {}
        self._cited: dict[str, tuple[str, ...]] = {}

    @cached_property
    def subjects(self) -> frozenset[str]:
        """The subjects, in N-Triples form."""
        return frozenset(str(quad.subject) for each in self.sources for quad in each.quads)

    def having(self, value: str) -> list[str]:
        """Return the subjects that the files give `value`, under any property."""
        quads = (quad for each in self.sources for quad in each.quads)
        return [str(quad.subject) for quad in quads if str(quad.object) == value]

    def source_of(self, result: Result) -> str | None:
        """Return the one document that the file of a finding cites as its source."""
        source = self._file(result)
        if source is None:
            return None
        if source.shown not in self._cited:
            self._cited[source.shown] = tuple(
                dict.fromkeys(
                    str(quad.object)
                    for quad in source.quads
                    if quad.predicate.value in _SOURCES and str(quad.object).startswith("<")
                )
            )
        cited = [each for each in self._cited[source.shown] if each != result.focus]
        return cited[0] if len(cited) == 1 else None

    def lacks(self, result: Result, prefix: str) -> bool:
        """Return whether the file of a finding has no such prefix but could have it."""
        source = self._file(result)
        if source is None:
            return False
        if source.shown not in self._declared:
            self._declared[source.shown] = (
                frozenset(each.name for each in declarations(source.read()))
                if has_prefixes(source)
                else None
            )
        declared = self._declared[source.shown]
        return declared is not None and prefix not in declared

    def _file(self, result: Result) -> Source | None:
        """Return the file in which a finding stands, the only one if it has no place."""
        place = next(iter(result.places), None)
        if place is None:
            return self.sources[0] if len(self.sources) == 1 else None
        return next((each for each in self.sources if each.shown == place.file), None)
