"""Datasets that are compared: equal but for the names of blank nodes."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, Store

from kg.write.head import PlainHead


def head_of(quads: Iterable[Quad] = ()) -> PlainHead:
    """Return a head in memory with `quads`."""
    store = Store()
    store.extend(quads)
    return PlainHead(store)


def canonical(quads: Iterable[Quad]) -> frozenset[Quad]:
    """Return `quads` with blank nodes named after where they stand."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return frozenset(dataset)
