"""What commits changed of what is sought: an index in memory over the file of their base."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool

from kg.namespaces import ABSOLUTE_IRI, RDF_TYPE
from kg.publish.search.entries import NOTATION, Entry
from kg.publish.search.index import fill
from kg.publish.search.layer import Layer, layer_of, open_layer
from kg.publish.search.settings import SearchSettings
from kg.publish.versions import base_name
from kg.serve.pages.search.entries import (
    Told,
    about_query,
    entries_of,
    labels_query,
    owners_query,
    statements_query,
)
from kg.serve.pages.site import Site
from kg.serve.pages.visit import Visit
from kg.write.history import journal_of, live_from
from kg.write.journal_read import read_journal

_LONGEST = 2000
_AT_ONCE = 500
"""The subjects that one query asks about."""


@dataclass(frozen=True)
class _State:
    """The entries of what commits up to `number` changed, None for what is no more."""

    number: int
    entries: Mapping[str, Entry | None] = field(default_factory=dict)


class SearchLayers:
    """The index of each version that is read: that of its base, and what commits changed."""

    def __init__(self, site: Site, settings: SearchSettings) -> None:
        """Open nothing before it is asked for."""
        self._site = site
        self._settings = settings
        self._states: dict[str, _State] = {}
        self._bases: dict[str, Layer] = {}
        self._reading = asyncio.Lock()

    async def of(self, visit: Visit) -> tuple[Layer, ...]:
        """Return the layers of the version that is read; raises StageError without an index."""
        return await self._site.once(visit, "search", lambda: self._read(visit))

    async def _read(self, visit: Visit) -> tuple[Layer, ...]:
        async with self._reading:
            base = await self._base(visit)
            if not visit.version.base_version:
                return (base,)
            state = await self._state(visit, base)
            if not state.entries:
                return (base,)
            changed = await self._layer(visit, base, state)
            return (await run_in_threadpool(base.without, state.entries), changed)

    async def _base(self, visit: Visit) -> Layer:
        name = base_name(visit.version)
        if name not in self._bases:
            self._bases = dict(islice(reversed(self._bases.items()), 2))
            folder = self._site.project.build_dir / name
            self._bases[name] = await run_in_threadpool(open_layer, folder)
        return self._bases[name]

    async def _state(self, visit: Visit, base: Layer) -> _State:
        """Return the entries of what was changed; it goes on from the version read before."""
        name, number = base_name(visit.version), visit.version.commit
        known = self._states.get(name)
        if known is None or known.number > number:
            newest = base_name(self._site.serving.current().manifest) == name
            folder = journal_of(self._site.project)
            known = _State(live_from(folder) if newest else 0)
        if known.number >= number:
            return known
        names = await run_in_threadpool(
            changed, journal_of(self._site.project), known.number, number
        )
        entries = dict(known.entries)
        for part in _parts(await self._with_owners(visit, names)):
            found = await self._entries(visit, base, part)
            entries |= {each: found.get(each) for each in part}
        state = _State(number, entries)
        if name not in self._states or self._states[name].number < number:
            self._states = {name: state}
        return state

    async def _with_owners(self, visit: Visit, names: Names) -> list[str]:
        """Return what changed, and what has the identifiers whose keys changed."""
        found = dict.fromkeys(names.all)
        for part in _parts(names.identifiers):
            for row in await self._site.rows(visit, owners_query(part)):
                found[row["s"].value] = None
        return list(found)

    async def _entries(self, visit: Visit, base: Layer, part: list[str]) -> dict[str, Entry]:
        plain = visit.version.plain
        graph = None if plain else self._site.inferred
        rows = await self._site.rows(visit, statements_query(part, self._settings, graph))
        about = await self._site.rows(visit, about_query(part, self._settings))
        kinds = {each.iri: each.above for each in base.kinds}
        return entries_of(Told(rows, about, kinds))

    async def _layer(self, visit: Visit, base: Layer, state: _State) -> Layer:
        entries = [each for each in state.entries.values() if each]
        labels = {each.iri: each.labels for each in base.kinds if each.labels}
        labels |= {each.iri: each.labels for each in base.regions if each.labels}
        classes = {each.iri: each.above for each in base.kinds}
        named = {iri for one in entries for iri in (one.kind, *one.regions, *one.parents)}
        for part in _parts(sorted(named - labels.keys() - {""})):
            for row in await self._site.rows(visit, labels_query(part)):
                name, value = row["s"].value, row["o"]
                if value.is_iri:
                    classes[name] = classes.get(name, frozenset()) | {value.value}
                else:
                    labels[name] = {value.lang: value.value, **labels.get(name, {})}

        def made() -> Layer:
            connection = sqlite3.connect(":memory:", check_same_thread=False)
            fill(connection, entries, classes, self._settings, labels)
            return layer_of(connection)

        return await run_in_threadpool(made)


@dataclass(frozen=True)
class Names:
    """What commits touched: all IRIs but classes, and those of which a notation changed."""

    all: tuple[str, ...]
    identifiers: tuple[str, ...]


def changed(folder: Path, after: int, upto: int) -> Names:
    """Return what the commits after one number up to another touch; raises StageError."""
    found: dict[str, None] = {}
    identifiers: dict[str, None] = {}
    for commit in read_journal(folder, after=after, upto=upto):
        for quad in (*commit.change.added, *commit.change.removed):
            ends: list[object] = [quad.subject]
            if quad.predicate.value != RDF_TYPE:
                ends.append(quad.object)
            named = (end.value for end in ends if isinstance(end, NamedNode))
            found |= dict.fromkeys(name for name in named if _can_be_asked(name))
            if quad.predicate.value == NOTATION and isinstance(quad.subject, NamedNode):
                identifiers[quad.subject.value] = None
    return Names(tuple(found), tuple(name for name in identifiers if name in found))


def _can_be_asked(name: str) -> bool:
    return len(name) <= _LONGEST and ABSOLUTE_IRI.match(name) is not None


def _parts(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while part := list(islice(rest, _AT_ONCE)):
        yield part
