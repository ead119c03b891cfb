"""What goes into a store: the same statements, whether they go as text or as objects."""

from __future__ import annotations

from collections import Counter

import pytest
from pyoxigraph import Quad, Store
from tests.conftest import Tiny
from tests.helpers import HEADER, TINY

from kg.publish.content import Content
from kg.publish.explanations import reason_project
from kg.publish.store import fill, with_union
from kg.rdf.dataset import Dataset, load

MIXED = {
    **TINY,
    "data/b.ttl": HEADER + 'e:b e:knows [ e:p "ü\\n\\"x\\"" ], e:c ; e:p "x"@de-at, 007 .\n',
    "data/c.trig": HEADER + "e:b e:p 1 . e:g { e:a a e:Thing . e:b e:p 1 } _:g { e:c e:p 2 }\n",
    "data/d.ttl": HEADER + "e:a a e:Thing .\n",
}


@pytest.fixture
def dataset(tiny: Tiny) -> Dataset:
    """Files with blank nodes, several graphs, one of them nameless, and repeated triples."""
    return load(tiny(MIXED))


def stored(content: Content) -> list[Quad]:
    store = Store()
    fill(store, content.quads(), content.texts())
    return sorted(store, key=str)


def oxigraph(quads: list[Quad]) -> list[Quad]:
    store = Store()
    store.extend(quads)
    return sorted(store, key=str)


@pytest.mark.parametrize("union", [True, False])
def test_stated(union: bool, dataset: Dataset) -> None:
    """A store has each stated quad, and with `union` each triple once in the default graph."""
    content = Content(dataset, reason_project(dataset), union=union)
    quads = list(dataset.quads())
    assert stored(content) == oxigraph(list(with_union(quads)) if union else quads)
    assert sorted(content.store(), key=str) == stored(content)


def test_inferred(dataset: Dataset) -> None:
    """What follows and what is said of it stand in their graph and are counted with it."""
    reasoned = reason_project(dataset)
    graph = dataset.project.graph_iri("inferred")
    inferred = list(reasoned.closure.inferred())
    content = Content(dataset, reasoned, inferred=graph, union=False)
    found = [quad for quad in stored(content) if str(quad.graph_name) == f"<{graph}>"]
    assert sorted(str(quad.triple) for quad in found) == sorted(map(str, inferred)) != []
    counts = Counter(str(quad.graph_name)[1:-1] for quad in stored(content))
    assert content.counts() == dict(sorted(counts.items()))
