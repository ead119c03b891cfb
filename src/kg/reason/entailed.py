"""The closure as rows of identifiers: all of it, or what is worth publishing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from kg.namespaces import OWL, RDF, RDFS, XSD
from kg.reason.arrays import EMPTY, Ints, Mask, contained, distinct, firsts, pack, seconds
from kg.reason.change import Change
from kg.reason.engine import Engine
from kg.reason.facts import BLANK, IRI, LITERAL
from kg.reason.spelling import Spelling
from kg.reason.state import Delta, State

Rows = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]
"""Subjects, predicates, objects of the same length."""
_REFLEXIVE = (
    f"<{OWL}sameAs>",
    f"<{OWL}equivalentClass>",
    f"<{OWL}equivalentProperty>",
    f"<{RDFS}subClassOf>",
    f"<{RDFS}subPropertyOf>",
)
_TOP = (f"<{OWL}Thing>", f"<{RDFS}Resource>")
_W3 = b"<http://www.w3.org/"
_BUILT_IN = tuple(f"<{space}".encode() for space in (RDF, RDFS, OWL, XSD))


def worth_publishing(engine: Engine) -> Rows:
    """Return what was inferred, without what is trivial.

    Trivial are triples with a literal as subject or a blank node, those about terms of RDF, RDFS,
    OWL and XSD, reflexive ones of the schema and of owl:sameAs, membership in owl:Thing, and
    those that only write a literal in another of the forms of its value.
    """
    state = engine.state
    parts = [
        (predicate, _worth(state, predicate, pairs))
        for predicate, pairs in _pairs(state, respelled=False)
    ]
    return _rows(parts)


def everything(engine: Engine) -> Rows:
    """Return the whole closure: what was stated and all that follows, trivial or not.

    Triples with a literal as subject are left out: RDF does not have them. That everything is an
    owl:Thing is in it if the engine was told to find that.
    """
    state = engine.state
    parts = []
    names = [EMPTY]
    for predicate, pairs in _pairs(state, respelled=True):
        kept = pairs[state.facts.are_plain(firsts(pairs))]
        if len(kept):
            parts.append((predicate, kept))
            names += [firsts(kept), seconds(kept), np.array([predicate], np.int64)]
    same = distinct(np.concatenate(names))
    same = same[state.facts.are_plain(same)]
    equal = next((pairs for predicate, pairs in parts if predicate == state.words.same), EMPTY)
    parts = [(predicate, pairs) for predicate, pairs in parts if predicate != state.words.same]
    parts.append((state.words.same, distinct(np.concatenate((pack(same, same), equal)))))
    return _rows(parts)


def _rows(parts: list[tuple[int, Ints]]) -> Rows:
    parts = [(predicate, pairs) for predicate, pairs in parts if len(pairs)]
    if not parts:
        none = np.empty(0, np.int32)
        return none, none, none
    pairs = np.concatenate([pairs for _, pairs in parts])
    predicates = np.concatenate([np.full(len(some), each, np.int32) for each, some in parts])
    return firsts(pairs).astype(np.int32), predicates, seconds(pairs).astype(np.int32)


def _pairs(state: State, *, respelled: bool) -> Iterator[tuple[int, Ints]]:
    """Yield the known pairs of each predicate, under all names of their terms.

    Without `respelled` not under other forms of a literal, and of the stated ones only those
    that are known under other names too.
    """
    equality = state.facts.equality
    spelling = Spelling(state)
    marked = np.zeros(len(state.facts.terms), bool)
    marked[equality.representatives()] = True
    for predicate, relation in state.facts.relations.items():
        if predicate == state.words.proper or not len(relation):
            continue
        pairs = relation.pairs()
        if not respelled:
            found = relation.ranks() > 0
            pairs = pairs[found if not equality else found | _mixed(pairs, marked)]
        if equality:
            pairs = _renamed(state, pairs, marked, (spelling, respelled))
        for name in equality.members(predicate):
            if state.facts.terms.kinds[name] == IRI:
                yield name, pairs
    same = _equal(state, equality.classes())
    if len(same):
        yield state.words.same, same


def _equal(state: State, classes: Iterable[tuple[int, list[int]]]) -> Ints:
    """Return the pairs of owl:sameAs within `classes`, of things only."""
    pairs = [
        (one << 32) | other
        for _, members in classes
        if len(members) > 1
        for one in members
        if not state.facts.is_literal(one)
        for other in members
    ]
    return distinct(np.array(pairs, np.int64))


def _mixed(pairs: Ints, marked: Mask) -> Mask:
    """Return which of `pairs` have a subject or object that is `marked`."""
    found: Mask = marked[firsts(pairs)] | marked[seconds(pairs)]
    return found


def _renamed(state: State, pairs: Ints, marked: Mask, way: tuple[Spelling, bool]) -> Ints:
    """Return `pairs` under all their names; the objects, as told, in every form or fit ones."""
    mixed = _mixed(pairs, marked)
    if not mixed.any():
        return pairs
    spelling, respelled = way
    made = []
    for pair in pairs[mixed].tolist():
        subject, value = pair >> 32, pair & 0xFFFFFFFF
        objects = [value]
        if marked[value]:
            objects = spelling.names(value) if respelled else spelling.of(subject, value)
        for one in spelling.names(subject) if marked[subject] else [subject]:
            made += [(one << 32) | other for other in objects]
    return distinct(np.concatenate((pairs[~mixed], np.array(made, np.int64))))


def _worth(state: State, predicate: int, pairs: Ints) -> Ints:
    facts = state.facts
    kinds = facts.terms.kinds
    keep: Mask = (kinds[firsts(pairs)] == IRI) & (kinds[seconds(pairs)] != BLANK)
    given = facts.given.get(predicate)
    if given is not None:
        keep &= ~given.contains(pairs)
    term = facts.terms.term(predicate)
    if term in _REFLEXIVE:
        keep &= firsts(pairs) != seconds(pairs)
    if term in (*_REFLEXIVE, f"<{RDF}type>"):
        for top in _TOP:
            if (number := facts.terms.find(top)) is not None:
                keep &= seconds(pairs) != number
    pairs = pairs[keep]
    pairs = pairs[~_about_vocabulary(state, firsts(pairs))]
    if given is not None and facts.equality:
        pairs = pairs[~_only_respelled(state, predicate, pairs)]
    return pairs


def _only_respelled(state: State, predicate: int, pairs: Ints) -> Mask:
    """Return which of `pairs` were stated with another form of the same literal."""
    equality = state.facts.equality
    result = np.zeros(len(pairs), bool)
    several = equality.representatives()
    values = seconds(pairs)
    mapped = equality.map(values)
    rows = contained(mapped, several) & (state.facts.terms.kinds[values] == LITERAL)
    given = state.facts.given[predicate]
    for row in np.flatnonzero(rows).tolist():
        subject = int(pairs[row]) >> 32
        forms = equality.members(int(mapped[row]))
        result[row] = any(given.rank(subject, form) >= 0 for form in forms)
    return result


def _about_vocabulary(state: State, ids: Ints) -> Mask:
    """Return which of `ids` are terms of RDF, RDFS, OWL or XSD."""
    if not len(ids):
        return np.zeros(0, bool)
    terms = state.facts.terms
    candidates = distinct(ids[terms.starting(ids, _W3)])
    lines = terms.write(candidates).split(b"\n")
    return contained(ids, candidates[[line.startswith(_BUILT_IN) for line in lines[:-1]]])


def entailed_by(engine: Engine, done: Change, *, given: Delta, taken: Delta) -> tuple[Delta, Delta]:
    """Return what came to statements and `worth_publishing` together, and what went from them.

    `done` is a change that was followed step by step; `given` are the statements that it added
    and `taken` those that it removed. Pairs that were there before, or were not, may be among
    the result.
    """
    state = engine.state
    come, gone = _named(state, done.added), _named(state, done.removed)
    for predicate, pairs in taken.items():
        stays = contained(pairs, _worth(state, predicate, _known(state, predicate, pairs)))
        gone[predicate] = distinct(np.concatenate((gone.get(predicate, EMPTY), pairs[~stays])))
    come = {predicate: _worth(state, predicate, pairs) for predicate, pairs in come.items()}
    for predicate, pairs in given.items():
        come[predicate] = distinct(np.concatenate((come.get(predicate, EMPTY), pairs)))
    stated = state.facts.given
    for predicate, pairs in gone.items():
        if predicate in stated:
            gone[predicate] = pairs[~stated[predicate].contains(pairs)]
    return come, gone


def entailed_about(engine: Engine, subjects: Ints, *, only: int | None = None) -> Delta:
    """Return what was inferred about `subjects`, sorted, and is worth publishing.

    `only`: nothing but the triples of this predicate.
    """
    state = engine.state
    equality = state.facts.equality
    known = distinct(equality.map(subjects)) if equality else subjects
    found: Delta = {}
    for predicate, relation in state.facts.relations.items():
        if only is not None and predicate != only:
            continue
        which, values = relation.expand(known)
        if len(which):
            found[predicate] = distinct(pack(known[which], values))
    named = _named(state, found)
    if only in (None, state.words.same):
        classes = ((one, equality.members(one)) for one in known.tolist())
        named[state.words.same] = _equal(state, classes)
    about = {
        predicate: _worth(state, predicate, pairs[contained(firsts(pairs), subjects)])
        for predicate, pairs in named.items()
    }
    return {predicate: pairs for predicate, pairs in about.items() if len(pairs)}


def _named(state: State, changed: Delta) -> Delta:
    """Return pairs of representatives under all names of their terms."""
    equality = state.facts.equality
    if not equality:
        return dict(changed)
    spelling = Spelling(state)
    marked = np.zeros(len(state.facts.terms), bool)
    marked[equality.representatives()] = True
    return {
        name: _renamed(state, pairs, marked, (spelling, False))
        for predicate, pairs in changed.items()
        for name in equality.members(predicate)
        if predicate != state.words.proper and state.facts.terms.kinds[name] == IRI
    }


def _known(state: State, predicate: int, pairs: Ints) -> Ints:
    """Return those of `pairs` that hold."""
    equality = state.facts.equality
    relation = state.facts.relations.get(equality.find(predicate) if equality else predicate)
    if relation is None:
        return EMPTY
    mapped = pack(equality.map(firsts(pairs)), equality.map(seconds(pairs))) if equality else pairs
    return pairs[relation.contains(mapped)]
