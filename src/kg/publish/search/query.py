"""What somebody seeks becomes hits: exact ones before beginnings before what is spelled alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2
from typing import Literal

from kg.namespaces import ABSOLUTE_IRI
from kg.publish.search.index import FORMAL, MAIN, OTHER
from kg.publish.search.layer import Layer
from kg.publish.search.near import likeness, meant
from kg.publish.search.words import core, key, query_words

How = Literal["all", "alike", "some"]
KEY, NAME, BARE, KEY_START, BEGIN, WHOLE, START, ALIKE = 0, 1, 4, 7, 8, 10, 11, 12
"""Tiers of what was found, the best first: from NAME on a name, its grade added, from BARE on one
without the words to pass over, from BEGIN on the beginning of a name."""
_MOST = 100_000
_MOST_ALIKE = 200
_MOST_ALIKE_WORDS = 5
_CONTEXT = 3
"""From so many letters on a word may be the beginning of a word of a kind or region."""
_KEY_START = 3
_LONGEST_KEY = 100
_WHOLE_NAME = 0.05
"""What it counts that a word is all of a name, beside how rare the word is."""
_LONGEST_IRI = 2_000

Tiers = dict[int, float]
"""The numbers of entries that were found, with their tiers."""


@dataclass(frozen=True)
class Asked:
    """A query: its text, its words, and those of them that weigh."""

    text: str
    words: list[str]
    core: list[str]

    @classmethod
    def of(cls, text: str, pass_over: frozenset[str]) -> Asked:
        """Return the query of a text, which may be any."""
        sound = text.encode("utf-8", "replace").decode()
        words = query_words(sound)
        return cls(sound.strip(), words, core(words, pass_over))


def matches(
    layers: Sequence[Layer], asked: Asked, kind: str = ""
) -> tuple[How, list[Tiers]] | None:
    """Return how something was found, and what in each of `layers`; None for nothing.

    What is hidden is found when nothing else is, or alone if all that `kind` has is hidden. A
    query without text finds everything. Raises sqlite3.Error.
    """
    hidden = is_hidden(layers, kind)
    if not asked.text:
        return "all", [_everything(layer, kind if hidden else "") for layer in layers]
    for how, found in _attempts(layers, asked, kind if hidden else ""):
        if any(found):
            return how, found
    return None


def _attempts(
    layers: Sequence[Layer], asked: Asked, hidden: str
) -> Iterator[tuple[How, list[Tiers]]]:
    """Find in one way after the other, as long as the next is asked for.

    `hidden` is the class that is sought alone.
    """
    if not hidden:
        yield "all", [_shown(layer, asked) for layer in layers]
        yield "alike", _alike(layers, asked)
    yield "all", [_hidden(layer, asked, hidden) for layer in layers]
    yield "some", [_some(layer, asked) for layer in layers]


def is_hidden(layers: Sequence[Layer], kind: str) -> bool:
    """Return whether all is hidden that a class has."""
    fitting = [layer.kinds[number] for layer in layers for number in kinds_of(layer, kind)]
    return bool(kind and fitting) and all(each.hidden for each in fitting)


def kinds_of(layer: Layer, kind: str) -> frozenset[int]:
    """Return the numbers of the kinds that are `kind` or below it; all for ""."""
    numbered = enumerate(layer.kinds)
    return frozenset(at for at, each in numbered if not kind or kind in (each.iri, *each.above))


def _everything(layer: Layer, hidden: str) -> Tiers:
    spans = _spans(layer, hidden) if hidden else [(1, layer.shown)]
    numbers = (number for first, last in spans for number in range(first, last + 1))
    found: Tiers = dict.fromkeys(numbers, START)
    for id in layer.gone:
        found.pop(id, None)
    return found


def _spans(layer: Layer, hidden: str) -> list[tuple[int, int]]:
    """Return where the hidden entries of a class are, all of them for ""."""
    if not hidden:
        return [(layer.shown + 1, len(layer))]
    return [layer.spans[number] for number in kinds_of(layer, hidden) if number in layer.spans]


def _shown(layer: Layer, asked: Asked) -> Tiers:
    """Find by key, name and the beginnings of all words."""
    found: Tiers = {}
    if asked.words:
        span = (1, layer.shown)
        joined = "".join(asked.core)
        expression = _all_of(asked.core, "*")
        if len(asked.core) > 1:
            expression = f'({expression}) OR names : "{joined}" *'
        found.update(dict.fromkeys(layer.matching(expression, *span, _MOST), START))
        whole = layer.matching(_all_of(asked.core, ""), *span, _MOST)
        found.update(dict.fromkeys(whole, WHOLE))
        _better(found, _names(layer, asked))
    _better(found, _keys(layer, asked))
    return {id: tier for id, tier in found.items() if id <= layer.shown and id not in layer.gone}


def _names(layer: Layer, asked: Asked) -> Iterator[tuple[int, float]]:
    """Yield the entries with the name that is sought, or one that begins so."""
    whole, bare = " ".join(asked.words), " ".join(asked.core)
    for grade, id in layer.named_from(whole):
        yield id, BEGIN + grade / 4
    if bare != whole:
        for grade, id in layer.named_from(bare):
            yield id, BEGIN + (3 + grade) / 4
        for grade, id in layer.named(bare):
            yield id, BARE + (OTHER if grade == FORMAL else grade)
    for grade, id in layer.named(whole):
        yield id, NAME + (OTHER if grade == FORMAL else grade)


def _keys(layer: Layer, asked: Asked) -> Iterator[tuple[int, float]]:
    """Yield the entries with the key or IRI that is sought, or a key that begins so."""
    if len(asked.text) <= _LONGEST_KEY:
        folded = key(asked.text)
        if len(folded) >= _KEY_START and any(sign.isdigit() for sign in folded):
            for id, _ in layer.with_key_from(folded):
                yield id, KEY_START
        for id, _ in layer.with_key(folded):
            yield id, KEY
    iri = asked.text.removeprefix("<").removesuffix(">")
    if len(iri) <= _LONGEST_IRI and ABSOLUTE_IRI.match(iri) and (id := layer.number(iri)):
        yield id, KEY


def _better(found: Tiers, more: Iterator[tuple[int, float]]) -> None:
    """Add `more`, each with the better of its tiers."""
    for id, tier in more:
        if tier < found.get(id, ALIKE):
            found[id] = tier


def _alike(layers: Sequence[Layer], asked: Asked) -> list[Tiers]:
    """Find names with words that are spelled alike, the likest first."""
    found: list[Tiers] = [{} for _ in layers]
    parts = []
    if len(asked.core) > _MOST_ALIKE_WORDS:
        return found
    for word in asked.core:
        choices = [f'names : "{each}"' for each in meant(layers, word)]
        if len(word) < _CONTEXT:
            choices.append(f'names : "{word}" *')
        if not choices:
            return found
        parts.append(f"({' OR '.join(choices)})")
    if not parts:
        return found
    text = " ".join(asked.core)
    for layer, tiers in zip(layers, found, strict=True):
        ids = layer.matching(" AND ".join(parts), 1, layer.shown, _MOST_ALIKE)
        for id, names in layer.folded(id for id in ids if id not in layer.gone).items():
            tiers[id] = ALIKE + 1 - likeness(text, names)
    return found


def _hidden(layer: Layer, asked: Asked, kind: str) -> Tiers:
    """Find what is hidden, perhaps only of a class, by key, IRI and the beginnings of all words."""
    found: Tiers = {}
    if asked.core:
        expression = _all_of(asked.core, "*")
        for first, last in _spans(layer, kind):
            found.update(dict.fromkeys(layer.matching(expression, first, last, _MOST), START))
    _better(found, _keys(layer, asked))
    return {id: tier for id, tier in found.items() if id > layer.shown and id not in layer.gone}


def _some(layer: Layer, asked: Asked) -> Tiers:
    """Find what has some of the words, best what has many and rare ones."""
    weighty = [word for word in asked.core if len(word) >= _CONTEXT]
    if len(asked.core) < 2:
        return {}
    scores: dict[int, float] = defaultdict(float)
    for word in dict.fromkeys(weighty):
        ids = layer.matching(f'names : "{word}"', 1, layer.shown, _MOST)
        for id in ids:
            scores[id] += 1 / (2 + log2(1 + len(ids)))
        for grade, id in layer.named(word):
            if grade == MAIN:
                scores[id] += _WHOLE_NAME
    best = ((id, score) for id, score in scores.items() if id not in layer.gone)
    return {id: ALIKE + 1 + 1 / (1 + score) for id, score in best}


def _all_of(words: list[str], star: str) -> str:
    """Return what FTS5 is asked for: all words, one of them in a name.

    The words consist of letters and digits alone.
    """
    parts = []
    words = list(dict.fromkeys(words))
    for word in words:
        end = "*" if star and len(word) >= _CONTEXT else ""
        parts.append(f'(names : "{word}" {star} OR context : "{word}" {end})')
    named = " OR ".join(f'names : "{word}" {star}' for word in words)
    return " AND ".join([*parts, f"({named})"]) if len(words) > 1 else named
