"""A search: what was found in the layers of an index, filtered, counted, ordered, a page of it."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import TypeVar

from kg.publish.search.layer import Kind, Layer, Region, Row
from kg.publish.search.query import (
    BARE,
    KEY,
    KEY_START,
    Asked,
    How,
    Tiers,
    kinds_of,
    matches,
)
from kg.publish.search.words import key, words

T = TypeVar("T")
LIMIT = 20


@dataclass(frozen=True)
class Sought:
    """What is sought: a text, perhaps only in a class or a region, and which part of the hits."""

    text: str
    kind: str = ""
    region: str = ""
    offset: int = 0
    limit: int = LIMIT


@dataclass(frozen=True)
class Hit:
    """One entry that was found, by `key` or by the name `other` if that is not its label.

    `score` is 100 for a key, and falls to 0.
    """

    row: Row
    score: float
    key: str = ""
    other: str = ""


@dataclass(frozen=True)
class Found:
    """The hits asked for, of `total`, and how many there are of each kind and each region.

    They have all words of the query, words spelled alike, or some: `how`. `hidden` are those of
    kinds that are found only when nothing else is. `exact` is set if the first hit alone has the
    key or name that is sought. `unfiltered` are all hits, whatever their kind and region.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    kinds: tuple[tuple[Kind, int], ...] = ()
    regions: tuple[tuple[Region, int], ...] = ()
    how: How = "all"
    hidden: bool = False
    exact: bool = False
    unfiltered: int = 0


@dataclass(frozen=True)
class _One:
    """An entry that was found, with what orders it."""

    tier: float
    weight: float
    layer: Layer
    id: int


def search(layers: Sequence[Layer], sought: Sought, pass_over: frozenset[str]) -> Found:
    """Return what `layers` have of what is sought; any text will do. Raises sqlite3.Error."""
    asked = Asked.of(sought.text, pass_over)
    found = matches(layers, asked, sought.kind)
    if found is None:
        return Found()
    how, tiers = found
    pairs = list(zip(layers, tiers, strict=True))
    kinds: Counter[str] = Counter()
    regions: Counter[str] = Counter()
    kept: list[Tiers] = []
    for layer, own in pairs:
        of_kind, in_region = kinds_of(layer, sought.kind), _sets(layer, sought.region)
        there = _only(own, layer.set_of, in_region, len(layer.sets))
        alike = _only(own, layer.kind_of, of_kind, len(layer.kinds))
        _count(layer, there, kinds)
        _count_regions(layer, alike, regions)
        kept.append(_only(there, layer.kind_of, of_kind, len(layer.kinds)))
    page, first = _page(pairs, kept, sought)
    return Found(
        tuple(_hit(one, asked) for one in page),
        sum(map(len, kept)),
        _named(kinds, {each.iri: each for layer in layers for each in layer.kinds}),
        _named(regions, {each.iri: each for layer in layers for each in layer.regions}),
        how,
        hidden=any(next(iter(own), 0) > layer.shown for layer, own in pairs),
        exact=_is_exact(first),
        unfiltered=sum(map(len, tiers)),
    )


def _page(
    pairs: list[tuple[Layer, Tiers]], kept: list[Tiers], sought: Sought
) -> tuple[list[_One], list[_One]]:
    """Return the hits of the page that is sought, and the first two of all."""
    end = max(sought.offset + sought.limit, 2)
    found: list[_One] = []
    for (layer, _), tiers in zip(pairs, kept, strict=True):
        best = [id for id, _ in nsmallest(end, tiers.items(), key=_by_tier)]
        weights = layer.weights(best)
        found += [_One(tiers[id], weights[id], layer, id) for id in best]
    if len(pairs) > 1:
        found.sort(key=lambda one: (one.tier, -one.weight))
    return found[sought.offset : end][: sought.limit], found[:2]


def _by_tier(found: tuple[int, float]) -> tuple[float, int]:
    return found[1], found[0]


def _only(found: Tiers, numbers: array[int], wanted: frozenset[int], size: int) -> Tiers:
    """Return of what was found that whose number is `wanted`, of `size` numbers."""
    if len(wanted) == size:
        return found
    return {id: tier for id, tier in found.items() if numbers[id] in wanted}


def _is_exact(first: Iterable[_One]) -> bool:
    """Return whether the first alone has the key or the name that is sought."""
    tiers = [one.tier for one in first]
    if not tiers or tiers[0] >= BARE:
        return False
    return len(tiers) < 2 or tiers[1] > tiers[0]


def _sets(layer: Layer, region: str) -> frozenset[int]:
    """Return the numbers of the sets that have a region; all for ""."""
    numbers = {at for at, each in enumerate(layer.regions) if each.iri == region}
    numbered = enumerate(layer.sets)
    return frozenset(at for at, each in numbered if not region or numbers.intersection(each))


def _count(layer: Layer, ids: Iterable[int], kinds: Counter[str]) -> None:
    for number, count in Counter(map(layer.kind_of.__getitem__, ids)).items():
        kinds[layer.kinds[number].iri] += count


def _count_regions(layer: Layer, ids: Iterable[int], regions: Counter[str]) -> None:
    for number, count in Counter(map(layer.set_of.__getitem__, ids)).items():
        for each in layer.sets[number]:
            regions[layer.regions[each].iri] += count


def _named(counts: Counter[str], known: Mapping[str, T]) -> tuple[tuple[T, int], ...]:
    """Return what is counted, the most frequent first."""
    order = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple((known[iri], count) for iri, count in order)


def _hit(one: _One, asked: Asked) -> Hit:
    row = one.layer.row(one.id)
    score = round(max(0.0, 100 - 7 * one.tier), 1)
    if one.tier in (KEY, KEY_START):
        return Hit(row, score, key=_key(one, asked))
    return Hit(row, score, other=_other(row, asked))


def _key(one: _One, asked: Asked) -> str:
    """Return the key that was found as it is written, "" for an IRI."""
    folded = key(asked.text)
    found = one.layer.with_key(folded) if one.tier == KEY else one.layer.with_key_from(folded)
    return next((written for id, written in found if id == one.id), "")


def _other(row: Row, asked: Asked) -> str:
    """Return the further name that has more of the words sought than the labels have."""
    shown = [word for text in row.labels.values() for word in words(text)]
    missing = [each for each in asked.core if not _has(shown, each)]
    if not missing:
        return ""
    return next((text for text in row.others if _has_all(words(text), missing)), "")


def _has_all(found: list[str], sought: list[str]) -> bool:
    return all(_has(found, word) for word in sought)


def _has(found: list[str], word: str) -> bool:
    return any(each.startswith(word) for each in found)
