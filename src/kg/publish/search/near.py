"""Words of names that somebody may have meant: with the word in them, or spelled much alike."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from kg.publish.search.layer import Layer
from kg.publish.search.words import grams

_CANDIDATES = 60
_MEANT = 10
_ENDS = 7
"""So many trigrams of the beginning and of the end of a word are looked up."""
_MORE = 1.0
"""So many typing errors more than the nearest word is too many."""
_INSIDE = 4
"""From so many letters on a word is also sought within others."""


def meant(layers: Iterable[Layer], word: str) -> list[str]:
    """Return words of names that `word` may stand for, the nearest first."""
    found: dict[str, float] = {}
    for layer in layers:
        for each in _candidates(layer, word):
            distance = _distance(word, each)
            if distance <= _allowed(word):
                found[each] = distance
    near = min(found.values(), default=0.0) + _MORE
    close = (each for each, distance in found.items() if distance < near)
    return sorted(close, key=lambda each: (found[each], each))[:_MEANT]


def likeness(text: str, names: Iterable[str]) -> float:
    """Return how much one of `names` is like `text`, 0 to 1; both are folded."""
    return max((_likeness(text, name) for name in names), default=0.0)


def _likeness(text: str, name: str) -> float:
    """Compare with the whole name, or nearly as good with as many of its words."""
    whole = ratio(text, name)
    part = " ".join(name.split()[: text.count(" ") + 1])
    return max(whole, ratio(text, part) - 5.0) / 100


def _candidates(layer: Layer, word: str) -> set[str]:
    marked = grams(word)
    within = marked[1:-1] if len(word) >= _INSIDE else ()
    ends = dict.fromkeys((*marked[:_ENDS], *marked[-_ENDS:]))
    found = set(layer.words_with(_joined(ends, " OR "), _CANDIDATES))
    if within:
        found.update(layer.words_with(_joined(within, " AND "), _CANDIDATES))
    return found


def _joined(parts: Iterable[str], operator: str) -> str:
    return operator.join(f'"{part}"' for part in parts)


def _distance(word: str, other: str) -> float:
    """Return the number of typing errors, less than one when `word` is in `other`.

    While somebody types, `word` is but the beginning.
    """
    if len(word) >= _INSIDE and word in other:
        return 0.5
    whole = float(OSA.distance(word, other))
    if len(word) < _INSIDE or len(other) <= len(word):
        return whole
    sizes = range(len(word) - 1, min(len(word) + 2, len(other)))
    return min(whole, 0.25 + min(OSA.distance(word, other[:size]) for size in sizes))


def _allowed(word: str) -> float:
    """Return how many typing errors a word of its length may have."""
    if len(word) < 3:
        return 0.0
    return 1.25 if len(word) < 6 else 2.25 if len(word) < 10 else 3.25
