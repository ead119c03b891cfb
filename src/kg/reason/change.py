"""Statements come and go, and what follows from them is kept true without starting over.

Deleting overestimates what is lost, then finds again what still follows (DRed, Gupta, Mumick and
Subrahmanian 1993), stratum by stratum. Where that has no end worth having, such as when the
ontology shrinks, everything is found anew, and the change says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kg.reason.arrays import EMPTY, Ints, contained, distinct, merge, pack
from kg.reason.engine import Engine
from kg.reason.relation import Relation
from kg.reason.state import Delta
from kg.reason.update import StartOver, Update

Triples = tuple[Ints, Ints, Ints]
"""Predicates, subjects, objects: one identifier each for every triple."""
NOTHING: Triples = (EMPTY, EMPTY, EMPTY)


@dataclass
class Change:
    """What a change does to the facts, in representatives: pairs by predicate.

    `recomputed` says that everything was found anew, and `why`.
    """

    added: Delta = field(default_factory=dict)
    removed: Delta = field(default_factory=dict)
    recomputed: bool = False
    why: str = ""


def change(engine: Engine, *, added: Triples = NOTHING, removed: Triples = NOTHING) -> Change:
    """Add and remove statements; return what changed among stated and inferred triples.

    Statements that are there already, or are not there, do not matter. What is both removed and
    added stays.
    """
    news, olds = _restate(engine, added, removed)
    if not news and not olds:
        return Change()
    before = _Before(engine)
    try:
        gained, lost = Update(engine).run(news, olds)
        return Change(added=gained, removed=lost)
    except StartOver as reason:
        return _start_over(engine, before.pairs(), str(reason))
    finally:
        engine.log = None


def _restate(engine: Engine, added: Triples, removed: Triples) -> tuple[Delta, Delta]:
    """Change what is given; return the statements that are new and those that went."""
    wanted, unwanted = _by_predicate(added), _by_predicate(removed)
    given = engine.state.facts.given
    news: Delta = {}
    olds: Delta = {}
    for predicate, pairs in unwanted.items():
        relation = given.get(predicate)
        if relation is None:
            continue
        gone = pairs[relation.contains(pairs)]
        gone = gone[~contained(gone, wanted.get(predicate, EMPTY))]
        if len(gone):
            relation.remove(gone)
            olds[predicate] = gone
    for predicate, pairs in wanted.items():
        relation = given.setdefault(predicate, Relation())
        more = pairs[~relation.contains(pairs)]
        if len(more):
            relation.insert(more, 0)
            news[predicate] = more
    return news, olds


def _by_predicate(triples: Triples) -> Delta:
    predicates, subjects, objects = triples
    pairs = pack(subjects, objects)
    return {
        predicate: distinct(pairs[predicates == predicate])
        for predicate in distinct(np.asarray(predicates, np.int64)).tolist()
    }


class _Before:
    """The pairs before a change, should everything have to be found anew."""

    def __init__(self, engine: Engine) -> None:
        relations = engine.state.facts.relations.items()
        self._parts = {predicate: relation.parts() for predicate, relation in relations}

    def pairs(self) -> dict[int, Ints]:
        return {
            predicate: merge(main[~contained(main, dead)], front)
            for predicate, (main, front, dead) in self._parts.items()
        }


def _start_over(engine: Engine, old: dict[int, Ints], why: str) -> Change:
    """Find everything anew; `old` are the pairs before the change."""
    engine.clear()
    engine.close()
    done = Change(recomputed=True, why=why)
    new = {each: relation.pairs() for each, relation in engine.state.facts.relations.items()}
    for predicate in {*old, *new}:
        was, now = old.get(predicate, EMPTY), new.get(predicate, EMPTY)
        more, less = now[~contained(now, was)], was[~contained(was, now)]
        if len(more):
            done.added[predicate] = more
        if len(less):
            done.removed[predicate] = less
    return done
