"""What a change newly entails and what it takes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kg.rdf.columns import Columns
from kg.rdf.dictionary import Dictionary
from kg.reason.arrays import EMPTY, Ints, contained, pack
from kg.reason.change import NOTHING, Triples, change
from kg.reason.clashes import contradictions
from kg.reason.closure import Contradiction
from kg.reason.engine import Engine
from kg.reason.entailed import worth_publishing
from kg.reason.proof import Triple
from kg.reason.state import Delta


@dataclass(frozen=True)
class Impact:
    """Triples by predicate that newly follow and that no longer do, stated ones left out.

    `appeared` and `resolved` are contradictions. `recomputed` says why everything was found
    anew, such as "ontology"; it is empty when the change was followed step by step.
    """

    entailed: dict[str, tuple[Triple, ...]]
    retracted: dict[str, tuple[Triple, ...]]
    appeared: tuple[Contradiction, ...]
    resolved: tuple[Contradiction, ...]
    recomputed: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the impact for JSON."""
        return {
            "entailed": {each: [list(t) for t in some] for each, some in self.entailed.items()},
            "retracted": {each: [list(t) for t in some] for each, some in self.retracted.items()},
            "contradictions": {
                "appeared": [_as_dict(each) for each in self.appeared],
                "resolved": [_as_dict(each) for each in self.resolved],
            },
            "recomputed": self.recomputed,
        }


def impact(engine: Engine, *, added: Triples = NOTHING, removed: Triples = NOTHING) -> Impact:
    """Apply a change to `engine` and return what it does to what follows.

    The arrays are those of `kg.reason.change.change`; `identify` makes them of columns.
    """
    before, clashes = _published(engine), set(contradictions(engine))
    done = change(engine, added=added, removed=removed)
    after, now = _published(engine), set(contradictions(engine))
    stated = {each: given.pairs() for each, given in engine.state.facts.given.items()}
    gone = _by_predicate(removed)
    come = _without(_without(after, before), _by_predicate(added))
    return Impact(
        entailed=_named(engine, _without(come, gone)),
        retracted=_named(engine, _without(_without(_without(before, after), stated), gone)),
        appeared=tuple(sorted(now - clashes, key=_order)),
        resolved=tuple(sorted(clashes - now, key=_order)),
        recomputed=done.why if done.recomputed else "",
    )


def identify(columns: Columns, dictionary: Dictionary, *, blank: str) -> Triples:
    """Return the triples of `columns` in the identifiers of `dictionary`, which grows.

    Blank nodes are named apart by the prefix `blank`.
    """
    subjects, predicates, objects = columns.triples()
    used = np.unique(np.concatenate((subjects, predicates, objects)))
    numbers = np.zeros(len(columns.dictionary), np.int64)
    for old, term in zip(used.tolist(), columns.dictionary.terms(used), strict=True):
        named = f"_:{blank}{term[2:]}" if term.startswith("_:") else term
        numbers[old] = dictionary.add(named)
    return numbers[predicates], numbers[subjects], numbers[objects]


def _published(engine: Engine) -> Delta:
    subjects, predicates, objects = worth_publishing(engine)
    return _by_predicate(
        (predicates.astype(np.int64), subjects.astype(np.int64), objects.astype(np.int64))
    )


def _by_predicate(triples: Triples) -> Delta:
    predicates, subjects, objects = triples
    pairs = pack(subjects, objects)
    return {
        predicate: np.sort(pairs[predicates == predicate])
        for predicate in np.unique(predicates).tolist()
    }


def _without(pairs: Delta, others: Delta) -> Delta:
    found: Delta = {}
    for predicate, some in pairs.items():
        rest: Ints = some[~contained(some, others.get(predicate, EMPTY))]
        if len(rest):
            found[predicate] = rest
    return found


def _named(engine: Engine, pairs: Delta) -> dict[str, tuple[Triple, ...]]:
    term = engine.state.facts.terms.term
    named = {
        term(predicate): tuple(
            sorted((term(p >> 32), term(predicate), term(p & 0xFFFFFFFF)) for p in some.tolist())
        )
        for predicate, some in pairs.items()
    }
    return dict(sorted(named.items()))


def _order(one: Contradiction) -> tuple[str, tuple[Triple, ...]]:
    return one.rule, one.triples


def _as_dict(one: Contradiction) -> dict[str, object]:
    return {"rule": one.rule, "triples": [list(triple) for triple in one.triples]}
