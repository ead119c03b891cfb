"""For a term that a graph does not have: those that are written or called alike."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from kg.namespaces import shorten
from kg.reason.facts import IRI, LITERAL, Facts
from kg.reason.labels import LABELS, Labels, parts

MOST = 3
_LONGEST = 200


def suggest(text: str, facts: Facts, *, labels: Labels, prefixes: Mapping[str, str]) -> list[str]:
    """Return up to three "name (label)" of terms that `text`, an IRI or a label, may have meant."""
    if text.startswith("<"):
        sought = shorten(text[1:-1], prefixes)
        names = _names(facts, prefixes)
        found = [names[name] for name in get_close_matches(sought[:_LONGEST], names, n=MOST)]
    else:
        called = _called(facts)
        key = " ".join(text.split()).casefold()[:_LONGEST]
        near = [key] if key in called else get_close_matches(key, called, n=MOST)
        found = list(dict.fromkeys(term for name in near for term in called[name]))[:MOST]
    labels.prepare(found)
    return [_shown(term, labels, prefixes) for term in found]


def _shown(term: str, labels: Labels, prefixes: Mapping[str, str]) -> str:
    name, label = shorten(term[1:-1], prefixes), labels.named(term)
    return f"{name} ({label})" if label else name


def _names(facts: Facts, prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return all IRIs of the graph by their short names."""
    ids = (facts.terms.kinds == IRI).nonzero()[0]
    terms = facts.terms.terms(ids) if len(ids) else []
    return {shorten(term[1:-1], prefixes): term for term in terms if not term.startswith("<kg:")}


def _called(facts: Facts) -> dict[str, list[str]]:
    """Return what has a label by that label, case apart."""
    found: dict[str, list[str]] = {}
    for name in (each for group in LABELS for each in group):
        number = facts.terms.find(name)
        relation = None if number is None else facts.relations.get(facts.equality.find(number))
        if relation is None or not len(relation):
            continue
        pairs = relation.pairs()
        things, values = pairs >> 32, pairs & 0xFFFFFFFF
        kept = (facts.terms.kinds[things] == IRI) & (facts.terms.kinds[values] == LITERAL)
        if not kept.any():
            continue
        both = zip(facts.terms.terms(things[kept]), facts.terms.terms(values[kept]), strict=True)
        for thing, literal in both:
            key = " ".join(parts(literal)[0].split()).casefold()[:_LONGEST]
            found.setdefault(key, []).append(thing)
    return found
