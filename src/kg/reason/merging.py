"""Things found equal become one: classes grow, relations are rewritten to representatives."""

from __future__ import annotations

import numpy as np

from kg.reason.arrays import Ints, contained, distinct, firsts, pack, seconds
from kg.reason.equality import Pair, Reason
from kg.reason.relation import Relation
from kg.reason.state import Delta, Found, State, add


def merge(state: State, found: Found, delta: Delta) -> Ints:
    """Make equal what was found so; rewrite the relations and `delta`, which they contain.

    Returns the identifiers that are no longer representatives, sorted. Two literals of different
    values are not made equal but are a contradiction (dt-diff).
    """
    equality = state.facts.equality
    before = equality.replaced()
    pending = found.equal
    while pending:
        for refused in equality.unite(pending, lambda one, other: _differ(state, one, other)):
            state.contradict("dt-diff", refused.premises)
        after = equality.replaced()
        old = after[~contained(after, before)]
        pending = []
        if len(old):
            state.rank += 1
            pending = _rewrite(state, old, delta)
    after = equality.replaced()
    return after[~contained(after, before)]


def _differ(state: State, one: int, other: int) -> bool:
    """Return whether two representatives are literals of different values."""
    facts = state.facts
    return facts.is_literal(one) and facts.is_literal(other) and state.values.different(one, other)


def _rewrite(state: State, old: Ints, delta: Delta) -> list[Pair]:
    """Replace the identifiers `old` by their representatives in relations and `delta`.

    Returns what a property that turned out to be owl:sameAs says to be equal.
    """
    facts = state.facts
    equal: list[Pair] = []
    for predicate, relation in list(facts.relations.items()):
        renamed = facts.equality.find(predicate)
        pairs = relation.pairs().copy() if renamed != predicate else mentioning(relation, old)
        if not len(pairs):
            continue
        _archive(state, predicate, relation, pairs)
        relation.remove(pairs)
        if renamed != predicate:
            del facts.relations[predicate]
        if predicate in delta:
            delta[predicate] = delta[predicate][~contained(delta[predicate], pairs)]
        if renamed == state.words.same:
            equal += _equated(state, predicate, pairs)
        else:
            _rename(state, renamed, pairs, delta)
    for predicate in [each for each, pairs in delta.items() if not len(pairs)]:
        del delta[predicate]
    return equal


def _equated(state: State, predicate: int, pairs: Ints) -> list[Pair]:
    """Return the pairs of another name of owl:sameAs as things that are equal."""
    same = state.words.same
    found = []
    for pair in pairs.tolist():
        one, other = pair >> 32, pair & 0xFFFFFFFF
        needed = ((predicate, one, other), (same, predicate, same))
        found.append((one, other, Reason("eq-rep-p", needed, state.rank)))
    return found


def mentioning(relation: Relation, names: Ints) -> Ints:
    """Return the pairs of `relation` in which one of `names` is subject or object, sorted."""
    which, values = relation.expand(names)
    also, subjects = relation.expand(names, by_object=True)
    return distinct(np.concatenate((pack(names[which], values), pack(subjects, names[also]))))


def _rename(state: State, predicate: int, pairs: Ints, delta: Delta) -> None:
    equality = state.facts.equality
    news = distinct(pack(equality.map(firsts(pairs)), equality.map(seconds(pairs))))
    target = state.facts.of(predicate)
    news = news[~target.contains(news)]
    if len(news):
        target.insert(news, state.rank)
        add(delta, predicate, news)


def _archive(state: State, predicate: int, relation: Relation, pairs: Ints) -> None:
    """Remember pairs under names that are no longer used, for explanations."""
    archive = state.facts.replaced.setdefault(predicate, Relation())
    news = pairs[~archive.contains(pairs)]
    ranks = [relation.rank(pair >> 32, pair & 0xFFFFFFFF) for pair in news.tolist()]
    archive.insert(news, np.array(ranks, np.int32))
