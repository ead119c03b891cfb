"""What can be sought: the kinds of things that are found, with the weightiest of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kg.publish.search.layer import Kind, Layer
from kg.publish.search.settings import SearchSettings
from kg.serve.pages.search.view import Names
from kg.serve.pages.terms import Term

_KINDS = 12
_EXAMPLES = 3


@dataclass(frozen=True)
class Group:
    """A class, its name, the number of what is found of it, and examples as IRI and name."""

    iri: str
    name: str
    count: int
    examples: tuple[tuple[str, Term], ...]


@dataclass(frozen=True)
class Overview:
    """The classes with most to find; `more` are hidden ones; `tries` are texts to seek."""

    groups: tuple[Group, ...]
    more: tuple[Group, ...]
    tries: tuple[str, ...]
    total: int


def overview(layers: Sequence[Layer], settings: SearchSettings, names: Names) -> Overview:
    """Return what can be sought in `layers`, with examples from there."""
    counts: Counter[str] = Counter()
    kinds: dict[str, Kind] = {}
    for layer in layers:
        numbers = Counter(layer.kind_of[1:])
        numbers.subtract(Counter(layer.kind_of[id] for id in layer.gone))
        for number, count in numbers.items():
            kind = layer.kinds[number]
            kinds[kind.iri] = kind
            counts[kind.iri] += count
    order = [iri for iri, count in counts.most_common() if iri and count > 0]
    groups = [_group(layers, kinds[iri], counts[iri], names) for iri in order]
    shown = [group for group in groups if not kinds[group.iri].hidden]
    tries = settings.examples or _tries(shown)
    return Overview(
        tuple(shown[:_KINDS]),
        tuple(group for group in groups if kinds[group.iri].hidden),
        tuple(tries),
        sum(group.count for group in shown),
    )


def _group(layers: Sequence[Layer], kind: Kind, count: int, names: Names) -> Group:
    found: list[tuple[str, Term]] = []
    for layer in () if kind.hidden else layers:
        numbers = {number for number, each in enumerate(layer.kinds) if each.iri == kind.iri}
        for number in numbers:
            for id in layer.examples(number, _EXAMPLES):
                row = layer.row(id)
                found.append((row.iri, names.term(row.labels, row.iri)))
    return Group(kind.iri, names.kind(kind), count, tuple(found[:_EXAMPLES]))


def _tries(groups: Sequence[Group]) -> list[str]:
    """Return the first example of each of the first groups."""
    return [label.value for group in groups for _, label in group.examples[:1]][:_EXAMPLES]
