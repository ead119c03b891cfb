"""Indexes that tests of the search make from files of this repository, without a build."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from kg.publish.search.entries import Entry, Gathering
from kg.publish.search.hits import Found, Sought, search
from kg.publish.search.index import fill
from kg.publish.search.layer import Layer, layer_of
from kg.publish.search.settings import SearchSettings, Step
from kg.publish.statements import Statements, as_stored
from kg.rdf.bulk import columns_of
from kg.rdf.columns import sorted_order

KGO = "https://w3id.org/kommunalgraph/ns#"
ID = "https://w3id.org/kommunalgraph/id/"
BELONGS = Step(KGO + "belongsTo")
STATED = "https://w3id.org/kommunalgraph/graph/stated"
NRW = (
    "ontology",
    "data/gazetteer/nordrhein-westfalen.ttl",
    "data/links/wikidata/nordrhein-westfalen.ttl",
    "data/documents",
    "data/pages",
)
"""What is stated of North Rhine-Westphalia; nothing of it was concluded."""


def files(root: Path, names: Iterable[str]) -> list[Path]:
    """Return the Turtle files of those names and in those folders."""
    found = (sorted((root / name).rglob("*.ttl")) or [root / name] for name in names)
    return [path for paths in found for path in paths]


def statements(quads: Iterable[Quad], inferred: str = "") -> Statements:
    """Return statements as a build has them; the graph `inferred` is what was concluded."""
    columns = columns_of(quads)
    stored, written = as_stored(columns.dictionary)
    o = stored[columns.o]
    order = sorted_order([columns.s, columns.p, o])
    s, p, o, g = (each[order] for each in (columns.s, columns.p, o, columns.g))
    graphs = columns.graphs
    number = graphs.index(f"<{inferred}>") if inferred else len(graphs)
    return Statements(columns.dictionary, graphs, number, s, p, o, g, written)


def read(paths: Iterable[Path], graph: str = STATED) -> Iterable[Quad]:
    """Yield the statements of Turtle files in one graph."""
    for path in paths:
        for quad in parse(path=str(path), format=RdfFormat.TURTLE):
            yield Quad(quad.subject, quad.predicate, quad.object, NamedNode(graph))


def layer(entries: Iterable[Entry], settings: SearchSettings, **more: object) -> Layer:
    """Return an index in memory."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    fill(connection, entries, more.get("classes", {}), settings)  # type: ignore[arg-type]
    return layer_of(connection)


def of_state(root: Path, settings: SearchSettings) -> tuple[Layer, SearchSettings]:
    """Return the index of North Rhine-Westphalia; the paths go along what is stated."""
    up = (BELONGS,)
    chains = tuple(up * count for count in range(1, 4))
    members = Step("http://www.w3.org/ns/org#organization", inverse=True)
    member = Step("http://www.w3.org/ns/org#member")
    paths = (*chains, *((members, member, *chain) for chain in chains))
    own = replace(settings, within=paths, parent=(up,))
    gathering = Gathering(statements(read(files(root, NRW))), own)
    return layer(gathering.entries(), own, classes=gathering.classes()), own


def names_of(found: Found) -> list[str]:
    """Return the labels of hits, in German if there is one."""
    labels = (hit.row.labels for hit in found.hits)
    return [each.get("de") or next(iter(each.values())) for each in labels]


def sought(index: Layer, settings: SearchSettings, text: str, **more: object) -> Found:
    """Seek a text."""
    return search((index,), Sought(text, **more), settings.pass_over)  # type: ignore[arg-type]
