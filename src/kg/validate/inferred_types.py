"""Which inferred types count when data is validated.

A domain or range makes everything at the end of a property a member of its class. If that
counted, no statement could ever point to something of a wrong class. So a thing that is said to
be of some class is not taken for a member of another because of a domain or range; a thing of
which nobody says what it is, is.
"""

from __future__ import annotations

import numpy as np

from kg.namespaces import RDFS
from kg.reason.arrays import Ints, Mask, contained, distinct, firsts, gather, pack, seconds
from kg.reason.engine import Engine
from kg.reason.relation import Relation
from kg.validate.graph import SUBCLASS, TYPE

_ENDS = ((f"<{RDFS}domain>", False), (f"<{RDFS}range>", True))
_NONE = Relation()


def counting_types(engine: Engine, inferred: Ints) -> Ints:
    """Return those of the pairs of thing and class, inferred, that count."""
    facts = engine.state.facts
    things = distinct(firsts(inferred))
    stated = _relation(engine, TYPE, given=True)
    which, kinds = stated.expand(things)
    typed = contained(firsts(inferred), things[distinct(which)])
    if not typed.any():
        return inferred
    doubtful = np.flatnonzero(typed)
    pairs = inferred[doubtful]
    by_end = np.zeros(len(pairs), bool)
    for name, by_object in _ENDS:
        for axiom in _relation(engine, name).pairs().tolist():
            rows = np.flatnonzero(~by_end & (seconds(pairs) == axiom & 0xFFFFFFFF))
            if len(rows):
                relation = facts.relations.get(axiom >> 32, _NONE)
                by_end[rows] = _occurring(relation, firsts(pairs[rows]), by_object=by_object)
    if not by_end.any():
        return inferred
    higher = _relation(engine, SUBCLASS)
    said = _above(pairs, things, (which, kinds), higher)
    dropped = np.zeros(len(inferred), bool)
    dropped[doubtful[by_end & ~said]] = True
    return inferred[~dropped]


def _relation(engine: Engine, term: str, *, given: bool = False) -> Relation:
    facts = engine.state.facts
    number = facts.terms.find(term)
    relations = facts.given if given else facts.relations
    return _NONE if number is None else relations.get(number, _NONE)


def _occurring(relation: Relation, nodes: Ints, *, by_object: bool) -> Mask:
    which, _ = relation.expand(nodes, by_object=by_object)
    found = np.zeros(len(nodes), bool)
    found[which] = True
    return found


def _above(pairs: Ints, things: Ints, types: tuple[Ints, Ints], higher: Relation) -> Mask:
    """Return of which pairs the class is above one that the thing is stated to be of."""
    which, kinds = types
    if not len(which):
        return np.zeros(len(pairs), bool)
    rows, classes = higher.expand(kinds)
    known = gather([pack(things[which], kinds), pack(things[which[rows]], classes)])
    return contained(pairs, known)
