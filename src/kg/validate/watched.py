"""A graph with what follows from it, validated as it changes.

The data graph is what is stated and, about the subjects of statements, what follows from it and is
worth publishing. What follows about other things is left out: that something is named does not
mean that it is described. A change is followed through reasoning and validation, reported, and
can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from kg.namespaces import OWL, RDFS
from kg.rdf.dictionary import Dictionary
from kg.reason.arrays import EMPTY, Ints, contained, firsts, gather, pack, seconds
from kg.reason.change import NOTHING, Triples, change
from kg.reason.clashes import contradictions
from kg.reason.closure import Closure, Contradiction
from kg.reason.engine import Engine
from kg.reason.entailed import entailed_about, entailed_by, worth_publishing
from kg.reason.relation import Relation
from kg.reason.state import Delta
from kg.validate.engine import Changed, revalidate
from kg.validate.graph import TYPE, Graph, by_predicate, graph_of_rows
from kg.validate.inferred_types import counting_types
from kg.validate.shapes import Plan

_REMARKS = frozenset(
    (
        *(f"<{RDFS}{name}>" for name in ("label", "comment", "seeAlso", "isDefinedBy")),
        *(f"<{OWL}{name}>" for name in ("versionInfo", "deprecated")),
    )
)
"""Properties from which nothing follows."""


@dataclass(frozen=True)
class Followed:
    """What a change does: to the results, to the data graph, to the contradictions.

    `added` and `removed` are pairs by predicate of the data graph, statements included; `given`
    are the statements that are new, `taken` those that are gone.
    `recomputed` says why everything was found anew, such as "ontology", or is empty. Only about
    the things `touched` may something else be inferred than before, None when it may be about any.
    """

    results: Changed
    graph: Graph
    added: Delta
    removed: Delta
    given: Delta
    taken: Delta
    appeared: tuple[Contradiction, ...]
    resolved: tuple[Contradiction, ...]
    recomputed: str = ""
    touched: Ints | None = None


class Watched:
    """A closure and the data graph that it makes."""

    def __init__(self, closure: Closure, plan: Plan) -> None:
        """Take a closure that can be changed, and the shapes."""
        self._engine = closure.engine
        self._plan = plan
        self._dictionary = closure.dictionary
        self._last: tuple[Delta, Delta] = {}, {}
        self.graph = data_graph(closure.engine, closure.dictionary)
        self._subjects = _subjects(closure.engine)
        self._ahead = self.graph, self._subjects

    def follow(
        self, *, added: Triples = NOTHING, removed: Triples = NOTHING, more: Ints = EMPTY
    ) -> Followed:
        """Apply a change to the engine and say what it does; the data graph stays as it was.

        What is wrong with the focus nodes `more`, sorted, is reported even if it was so before.
        """
        engine = self._engine
        clashes = set(contradictions(engine)) if engine.state.clashes else set()
        given, taken = self._last = self._new(added), self._old(removed, added)
        classes = len(engine.state.facts.equality.replaced())
        touched: Ints | None = None
        done = change(engine, added=added, removed=removed)
        moved = engine.merged or classes != len(engine.state.facts.equality.replaced())
        if done.recomputed or moved or self._is_schema({*given, *taken}):
            after, come, gone = self._anew()
            self._ahead = after, _subjects(engine)
        else:
            come, gone = entailed_by(engine, done, given=given, taken=taken)
            touched = _subjects_of(given, taken, come, gone)
            things = _ends(given, taken, come, gone)
            come, gone = self._described(come, gone, given, taken)
            again = self._respell(come, gone, (given, taken, done.added, done.removed))
            touched = gather([touched, again])
            come, gone = self._net(*self._with_types(come, gone, things))
            after = self.graph.branch(come, gone)
            self._ahead = after, self._ahead[1]
        results = revalidate(self._plan, self.graph, after, added=come, removed=gone, more=more)
        now = set(contradictions(engine)) if engine.state.clashes else set()
        return Followed(
            results=results,
            graph=after,
            added=come,
            removed=gone,
            given=given,
            taken=taken,
            appeared=tuple(sorted(now - clashes, key=_order)),
            resolved=tuple(sorted(clashes - now, key=_order)),
            recomputed=done.why if done.recomputed else "",
            touched=touched,
        )

    def adopt(self, plan: Plan) -> None:
        """Validate with other shapes from now on."""
        self._plan = plan

    def keep(self) -> None:
        """Have the change that `follow` was given last stay: the next one comes after it."""
        self.graph, self._subjects = self._ahead
        self._last = {}, {}

    def undo(self) -> None:
        """Take back the change that `follow` was given last."""
        given, taken = self._last
        self._ahead = self.graph, self._subjects
        change(self._engine, added=triples_of(taken), removed=triples_of(given))
        self._last = {}, {}

    def _new(self, triples: Triples) -> Delta:
        """Return the triples that nobody has stated."""
        given = self._engine.state.facts.given
        found = by_predicate(triples[1], triples[0], triples[2])
        return {
            each: pairs[~given[each].contains(pairs)] if each in given else pairs
            for each, pairs in found.items()
        }

    def _old(self, triples: Triples, kept: Triples) -> Delta:
        """Return the triples that were stated and are not among `kept`."""
        given = self._engine.state.facts.given
        stay = by_predicate(kept[1], kept[0], kept[2])
        found = by_predicate(triples[1], triples[0], triples[2])
        gone = {
            each: pairs[given[each].contains(pairs)]
            for each, pairs in found.items()
            if each in given
        }
        return {each: some[~contained(some, stay.get(each, EMPTY))] for each, some in gone.items()}

    def _is_schema(self, predicates: Iterable[int]) -> bool:
        """Return whether one of `predicates` is of RDFS or OWL and more than a remark."""
        names = (self._dictionary.term(each) for each in predicates)
        return any(
            name.startswith((f"<{RDFS}", f"<{OWL}")) and name not in _REMARKS for name in names
        )

    def _described(
        self, come: Delta, gone: Delta, given: Delta, taken: Delta
    ) -> tuple[Delta, Delta]:
        """Leave out what comes about things that nobody describes; see to those that change so."""
        began = gather([firsts(pairs) for pairs in given.values()])
        began = began[~contained(began, self._subjects)]
        ended = gather([firsts(pairs) for pairs in taken.values()])
        ended = ended[~contained(ended, self._stated_about(ended))]
        subjects = gather([self._subjects, began])
        subjects = subjects[~contained(subjects, ended)]
        self._ahead = self.graph, subjects
        come = {each: pairs[contained(firsts(pairs), subjects)] for each, pairs in come.items()}
        for predicate, pairs in entailed_about(self._engine, began).items():
            come[predicate] = gather([pairs, come.get(predicate, EMPTY)])
        if len(ended):
            for predicate in self.graph.predicates():
                which, values = self.graph.relation(predicate).expand(ended)
                left = pack(ended[which], values)
                gone[predicate] = gather([left, gone.get(predicate, EMPTY)])
        return come, gone

    def _stated_about(self, things: Ints) -> Ints:
        """Return those of `things` that are subjects of statements."""
        described = np.zeros(len(things), bool)
        for relation in self._engine.state.facts.given.values():
            described[relation.expand(things)[0]] = True
        return things[described]

    def _respell(self, come: Delta, gone: Delta, deltas: tuple[Delta, ...]) -> Ints:
        """Find anew what is known of things that a change speaks of in several spellings.

        Returns these things.
        """
        facts = self._engine.state.facts
        if not facts.equality:
            return EMPTY
        several = facts.equality.representatives()
        found: list[Ints] = []
        for delta in deltas:
            for pairs in delta.values():
                first, second = (facts.equality.map(end(pairs)) for end in (firsts, seconds))
                found.append(first[contained(first, several) | contained(second, several)])
        names = {name for each in gather(found).tolist() for name in facts.equality.members(each)}
        things = np.array(sorted(names), np.int64)
        if not len(things):
            return EMPTY
        after = entailed_about(self._engine, self._stated_about(things))
        for predicate in {*self.graph.predicates(), *facts.given, *after}:
            which, values = self.graph.relation(predicate).expand(things)
            before = np.sort(pack(things[which], values))
            which, values = facts.given.get(predicate, Relation()).expand(things)
            now = gather([after.get(predicate, EMPTY), pack(things[which], values)])
            for delta, mine in ((come, now), (gone, without(before, now))):
                others = delta.get(predicate, EMPTY)
                delta[predicate] = gather([others[~contained(firsts(others), things)], mine])
        return things

    def _with_types(self, come: Delta, gone: Delta, things: Ints) -> tuple[Delta, Delta]:
        """Find anew what counts as a type of the things that the change is about."""
        number = self.graph.id(TYPE)
        if number < 0:
            return come, gone
        stated = self._engine.state.facts.given
        things = self._stated_about(things)
        which, kinds = self.graph.relation(number).expand(things)
        before = np.sort(pack(things[which], kinds))
        inferred = entailed_about(self._engine, things, only=number).get(number, EMPTY)
        which, kinds = stated.get(number, Relation()).expand(things)
        said = pack(things[which], kinds)
        after = gather([counting_types(self._engine, inferred), said])
        left = gone.get(number, EMPTY)
        left = left[~contained(firsts(left), things)]
        come = {**come, number: after[~contained(after, before)]}
        gone = {**gone, number: gather([left, before[~contained(before, after)]])}
        return come, gone

    def _net(self, come: Delta, gone: Delta) -> tuple[Delta, Delta]:
        """Return the pairs that are new in the data graph, and those that leave it."""
        before = self.graph
        lost = {each: without(pairs, come.get(each, EMPTY)) for each, pairs in gone.items()}
        return (
            _kept({e: some[~before.relation(e).contains(some)] for e, some in come.items()}),
            _kept({e: some[before.relation(e).contains(some)] for e, some in lost.items()}),
        )

    def _anew(self) -> tuple[Graph, Delta, Delta]:
        """Make the data graph from the engine, and compare it with the one before."""
        after = data_graph(self._engine, self._dictionary)
        come: Delta = {}
        gone: Delta = {}
        for predicate in {*self.graph.predicates(), *after.predicates()}:
            was, now = (graph.relation(predicate).pairs() for graph in (self.graph, after))
            come[predicate], gone[predicate] = without(now, was), without(was, now)
        return after, _kept(come), _kept(gone)


def data_graph(engine: Engine, dictionary: Dictionary) -> Graph:
    """Return what was stated and what follows from it about the subjects of statements."""
    given = engine.state.facts.given.items()
    stated = [_rows(predicate, relation.pairs()) for predicate, relation in given]
    subjects, predicates, objects = (each.astype(np.int64) for each in worth_publishing(engine))
    about = contained(subjects, _subjects(engine))
    number = dictionary.find(TYPE)
    types = about & (predicates == (-1 if number is None else number))
    others = about & ~types
    inferred = subjects[others], predicates[others], objects[others]
    if number is None:
        return graph_of_rows(dictionary, [*stated, inferred])
    counting = counting_types(engine, np.sort(pack(subjects[types], objects[types])))
    return graph_of_rows(dictionary, [*stated, inferred, _rows(number, counting)])


def _subjects(engine: Engine) -> Ints:
    """Return the subjects of statements, sorted."""
    return gather([firsts(rel.pairs()) for rel in engine.state.facts.given.values()])


def _rows(predicate: int, pairs: Ints) -> tuple[Ints, Ints, Ints]:
    return pairs >> 32, np.full(len(pairs), predicate, np.int64), pairs & 0xFFFFFFFF


def _ends(*deltas: Delta) -> Ints:
    """Return all subjects and objects, sorted."""
    pairs = [some for delta in deltas for some in delta.values()]
    return gather([part for some in pairs for part in (firsts(some), seconds(some))])


def _subjects_of(*deltas: Delta) -> Ints:
    return gather([firsts(pairs) for delta in deltas for pairs in delta.values()])


def triples_of(delta: Delta) -> Triples:
    """Return pairs by predicate as predicates, subjects and objects."""
    parts = [_rows(predicate, pairs) for predicate, pairs in delta.items()]
    if not parts:
        return NOTHING
    subjects, predicates, objects = (np.concatenate(each) for each in zip(*parts, strict=True))
    return predicates, subjects, objects


def without(pairs: Ints, others: Ints) -> Ints:
    """Return those of `pairs` that are not among `others`, sorted."""
    return pairs[~contained(pairs, others)]


def _kept(delta: Delta) -> Delta:
    return {each: pairs for each, pairs in delta.items() if len(pairs)}


def _order(one: Contradiction) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    return one.rule, one.triples
