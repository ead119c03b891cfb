"""Things found equal become one: classes grow, relations are rewritten to representatives."""

from __future__ import annotations

import numpy as np

from kg.reason.arrays import EMPTY, Ints, contained, distinct, firsts, pack, seconds
from kg.reason.relation import Relation
from kg.reason.state import Delta, Found, State


def merge(state: State, found: Found, delta: Delta) -> Ints:
    """Make equal what was found so; rewrite the relations and `delta`, which they contain.

    Returns the identifiers that are no longer representatives, sorted. Two literals of different
    values are not made equal but are a contradiction (dt-diff).
    """
    equality = state.facts.equality
    before = equality.replaced()
    for one, other, reason in found.equal:
        first, second = equality.find(one), equality.find(other)
        if first == second:
            continue
        literals = state.facts.is_literal(first) and state.facts.is_literal(second)
        if literals and state.values.different(first, second):
            state.contradict("dt-diff", reason.premises)
        else:
            equality.unite(one, other, reason)
    after = equality.replaced()
    old = after[~contained(after, before)]
    if len(old):
        state.rank += 1
        _rewrite(state, old, delta)
    return old


def _rewrite(state: State, old: Ints, delta: Delta) -> None:
    """Replace the identifiers `old` by their representatives in relations and `delta`."""
    facts = state.facts
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
        _rename(state, renamed, pairs, delta)
    for predicate in [each for each, pairs in delta.items() if not len(pairs)]:
        del delta[predicate]


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
        delta[predicate] = distinct(np.concatenate((delta.get(predicate, EMPTY), news)))


def _archive(state: State, predicate: int, relation: Relation, pairs: Ints) -> None:
    """Remember pairs under names that are no longer used, for explanations."""
    archive = state.facts.replaced.setdefault(predicate, Relation())
    news = pairs[~archive.contains(pairs)]
    ranks = [relation.rank(pair >> 32, pair & 0xFFFFFFFF) for pair in news.tolist()]
    archive.insert(news, np.array(ranks, np.int32))
