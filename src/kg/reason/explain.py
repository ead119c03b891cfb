"""Why a triple holds: the shortest proof from what was stated, others on request, or why not.

A triple of rank n was concluded from triples of lower rank, so that proofs never run in circles.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, product

from kg.reason.engine import Engine
from kg.reason.instance import Instance
from kg.reason.lists import Lists, list_triples
from kg.reason.matching import Atom
from kg.reason.proof import STATED, Explanation, Proof, Triple, minimal
from kg.reason.relation import ABSENT
from kg.reason.triggers import Triggers
from kg.reason.why_not import attempts
from kg.reason.witness import Memory, witnesses

MAX_STEPS = 1_500
"""So many triples are looked at for the shortest proof; then the first one found counts."""
MAX_SHORT = 60
"""Of proofs with more triples it is not asked whether they are the shortest."""
MAX_WITNESSES = 200
"""So many ways to conclude a triple are compared."""
MAX_TRIED = 12_000
"""So many ways to conclude triples are looked at altogether."""
MAX_DEPTH = 40_000
"""So many calls may wait for each other: three for a step."""
MAX_LOOKED = 5_000
"""So many triples are looked at for further proofs."""
_ENDLESS = 1 << 40


@dataclass(frozen=True)
class _Way:
    """One step: a rule and what it needs."""

    rule: str
    premises: tuple[Atom, ...]


@dataclass(frozen=True)
class _Best:
    """The shortest way to a triple that is known, and its size."""

    size: int
    way: _Way | None


@contextmanager
def _deep() -> Iterator[None]:
    """Let functions call each other as often as a proof has steps."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, MAX_DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class Explainer:
    """Explains the triples of an engine; make a new one when the engine has changed."""

    def __init__(self, engine: Engine) -> None:
        """Prepare to explain the facts of `engine`."""
        self.engine = engine
        self.state = engine.state
        self.facts = engine.state.facts
        self.memory = Memory(self.facts)
        self._heads = Triggers()
        for instance in (*engine.instances, *engine.retired):
            if instance.link is None and instance.head:
                self._heads.add_head(instance)
        self._absent = {
            rule.name: tuple(
                tuple(pattern.terms() for pattern in group.patterns) for group in rule.unless
            )
            for rule in engine.rules
            if rule.unless
        }
        self._best: dict[Atom, _Best] = {}
        self._floor: dict[Atom, int] = {}
        self._known_ways: dict[Atom, list[_Way]] = {}
        self._steps = 0
        self._tried = 0
        self._looked = 0

    def explain(self, triple: Triple, *, limit: int = 1) -> Explanation:
        """Explain `triple`, with up to `limit` proofs, the shortest first.

        Proofs beyond the first are minimal: none stands on a superset of what another stands on.
        """
        atom = self._atom(triple)
        if atom is None or not self.holds(atom):
            missing = attempts(self.engine, triple)
            return Explanation(triple, (), attempts=missing)
        for memo in (self._best, self._floor, self._known_ways):
            memo.clear()
        self._steps = self._tried = self._looked = 0
        with _deep():
            size = self._find(atom)
        self._shorten(atom, min(size - 1, MAX_SHORT))
        first = self._proof(atom)
        proofs: tuple[Proof, ...] = (first,)
        if limit > 1:
            proofs = minimal(first, self._others(atom, 8 * limit), limit)
        short = self._steps < MAX_STEPS and size <= MAX_SHORT + 1
        return Explanation(triple, proofs, complete=short and self._looked <= MAX_LOOKED)

    def holds(self, atom: Atom) -> bool:
        """Return whether a triple is stated or follows, under any name of its terms."""
        predicate, subject, value = atom
        find = self.facts.equality.find
        if self.memory.is_stated(atom):
            return True
        if predicate == self.state.words.same:
            return find(subject) == find(value)
        if self.facts.known(find(predicate), find(subject), find(value)):
            return True
        return self._is_trivial_type(find(predicate), find(subject), find(value))

    def _is_trivial_type(self, predicate: int, subject: int, value: int) -> bool:
        """Return whether a triple says that a member of a class is an owl:Thing."""
        words = self.state.words
        if self.state.things or predicate != words.type or value != words.thing:
            return False
        return any(True for _ in self._things(subject))

    def _things(self, subject: int) -> Iterator[_Way]:
        words = self.state.words
        for kind in self.memory.partners(words.type, subject, by_object=False):
            if self.facts.known(words.sub_class, kind, words.thing):
                premises = (
                    (words.sub_class, kind, words.thing),
                    (words.type, subject, kind),
                )
                yield _Way("cax-sco", premises)

    def _atom(self, triple: Triple) -> Atom | None:
        find = self.facts.terms.find
        subject, predicate, value = (find(term) for term in triple)
        if subject is None or predicate is None or value is None:
            return None
        return predicate, subject, value

    # --- the shortest proof

    def _rank(self, atom: Atom) -> int:
        if self.memory.is_stated(atom):
            return 0
        predicate, subject, value = atom
        if predicate == self.state.words.same:
            steps = self.facts.equality.path(subject, value)
            return max((reason.rank for _, _, reason in steps), default=0)
        found = self.memory.rank(atom)
        return _ENDLESS if found == ABSENT else found

    def _find(self, atom: Atom) -> int:
        """Return the size of a short proof of `atom`, by premises of lower rank; remember it."""
        known = self._best.get(atom)
        if known is not None:
            return known.size
        if self.memory.is_stated(atom):
            self._best[atom] = _Best(1, _Way(STATED, ()))
            return 1
        self._steps += 1
        rank = self._rank(atom)
        best = _Best(_ENDLESS, None)
        self._best[atom] = best
        for way in self._ways(atom) if self._tried < MAX_TRIED else ():
            if not self._descends(way, rank):
                continue
            size = self._size(way, best.size)
            if size < best.size:
                best = _Best(size, way)
                if self._steps >= MAX_STEPS:
                    break
        if best.way is None:  # one of lower rank is there, however many others come first
            ways = self._all_ways(atom, _ENDLESS)
            first = next((each for each in ways if self._descends(each, rank)), None)
            if first is not None:
                best = _Best(self._size(first, _ENDLESS), first)
        self._best[atom] = best
        return best.size

    def _descends(self, way: _Way, rank: int) -> bool:
        return all(self._rank(premise) < rank for premise in way.premises)

    def _size(self, way: _Way, limit: int) -> int:
        size = 1
        for number, premise in enumerate(way.premises):
            if size + len(way.premises) - number >= limit:
                return _ENDLESS
            size += self._find(premise)
        return size

    def _shorten(self, atom: Atom, limit: int) -> int:
        """Return the size of the shortest proof of `atom` of up to `limit` triples, else _ENDLESS.

        Here a premise may have any rank: what was found later may be quicker to prove. Proofs do
        not run in circles, as each premise has less room than its conclusion.
        """
        best = self._best.get(atom, _Best(_ENDLESS, None))
        if self.memory.is_stated(atom):
            self._best[atom] = _Best(1, _Way(STATED, ()))
            return 1 if limit else _ENDLESS
        room = min(limit, best.size - 1)
        if room >= self._least(atom):
            self._steps += 1
            for way in self._ways(atom):
                if self._steps >= MAX_STEPS:
                    break
                size = self._fit(way, room)
                if size <= room:
                    best = self._best[atom] = _Best(size, way)
                    room = size - 1
            self._floor[atom] = max(self._least(atom), room + 1)
        return best.size if best.size <= limit else _ENDLESS

    def _fit(self, way: _Way, room: int) -> int:
        """Return the size of a proof by `way` if it has at most `room` triples."""
        size = 1
        ahead = sum(map(self._least, way.premises))
        for premise in way.premises:
            ahead -= self._least(premise)
            if size + ahead >= room:
                return _ENDLESS
            size += self._shorten(premise, room - size - ahead)
            if size >= _ENDLESS:
                return _ENDLESS
        return size

    def _least(self, atom: Atom) -> int:
        """Return a number of triples that every proof of `atom` has at least."""
        found = self._floor.get(atom)
        if found is None:
            predicate, subject, value = atom
            words = self.state.words
            easy = predicate == words.type or (predicate == words.same and subject == value)
            found = 1 if easy or self.memory.is_stated(atom) else 2
            self._floor[atom] = found
        return found

    def _ways(self, atom: Atom) -> list[_Way]:
        """Return the ways to conclude `atom`."""
        found = self._known_ways.get(atom)
        if found is None:
            made = dict.fromkeys(self._all_ways(atom, MAX_WITNESSES))
            found = self._known_ways[atom] = [way for way in made if atom not in way.premises]
        return found

    def _all_ways(self, atom: Atom, most: int) -> Iterator[_Way]:
        predicate, subject, value = atom
        if predicate == self.state.words.same:
            yield from self._equal_ways(subject, value)
            return
        found = 0
        for instance, number in self._heads.for_triple(predicate, value):
            lists = self._listed(instance.lists, instance)
            for premises in witnesses(self.state, self.memory, instance, number, atom):
                yield _Way(instance.rule.name, tuple(map(self._shown, premises)) + lists)
                found += 1
                self._tried += 1
                if self._tried >= MAX_TRIED:
                    self._steps = MAX_STEPS
                if found >= most:
                    return
        yield from self._renamings(atom)
        if (predicate, value) == (self.state.words.type, self.state.words.thing):
            yield from self._things(subject)
        if self._is_typed(atom):
            yield _Way("dt-type2", ())

    def _shown(self, atom: Atom) -> Atom:
        """Return `atom` with rdfs:subClassOf for the relation of proper subclasses."""
        if atom[0] == self.state.words.proper:
            return (self.state.words.sub_class, *atom[1:])
        return atom

    def _listed(self, lists: Lists, instance: Instance | None) -> tuple[Atom, ...]:
        """Return the triples of `lists`; of a long one only as far as `instance` looks."""
        wanted: set[int] = set()
        if instance and instance.rule.members and instance.rule.members.kind == "each":
            atoms = (*instance.body.atoms, *instance.head)
            wanted = {term for atom in atoms for term in atom}
        found = (
            atom
            for start, members in lists
            for atom in list_triples(start, members, self.facts, self.state.words, only=wanted)
        )
        return tuple(atom for atom in found if self.memory.rank(atom) != ABSENT)

    def _is_typed(self, atom: Atom) -> bool:
        predicate, subject, _ = atom
        return predicate == self.state.words.type and self.facts.is_literal(subject)

    def _equal_ways(self, one: int, other: int) -> Iterator[_Way]:
        same = self.state.words.same
        if one == other:
            yield _Way("eq-ref", ())
            return
        steps = self.facts.equality.path(one, other)
        if len(steps) > 1:
            yield _Way("eq-trans", tuple((same, first, second) for first, second, _ in steps))
        for first, second, reason in steps[:1] if len(steps) == 1 else ():
            turned = reason.rule == STATED and reason.premises != ((same, first, second),)
            if turned:
                yield _Way("eq-sym", reason.premises)
            elif reason.rule != STATED:
                lists = self._listed(reason.lists, None)
                yield _Way(reason.rule, tuple(map(self._shown, reason.premises)) + lists)

    def _renamings(self, atom: Atom) -> Iterator[_Way]:
        """Yield the ways to conclude `atom` by replacing equal terms (eq-rep-s, -p, -o)."""
        equality = self.facts.equality
        if not equality:
            return
        names = [equality.members(equality.find(term)) for term in atom]
        if all(len(each) == 1 for each in names):
            return
        same = self.state.words.same
        others: Iterator[Atom] = ((p, s, o) for p, s, o in product(*names))
        for other in islice(others, MAX_WITNESSES):
            if other == atom or not (
                self.memory.is_stated(other) or self.memory.rank(other) != ABSENT
            ):
                continue
            pairs = [(same, old, new) for old, new in zip(other, atom, strict=True) if old != new]
            changed = [
                rule
                for rule, old, new in zip(
                    ("eq-rep-p", "eq-rep-s", "eq-rep-o"), other, atom, strict=True
                )
                if old != new
            ]
            yield _Way("+".join(changed), (other, *pairs))

    def _proof(self, atom: Atom) -> Proof:
        """Return the shortest proof known of `atom`; what it needs twice is one object."""
        made: dict[Atom, Proof] = {}
        stack = [atom]
        while stack:
            here = stack[-1]
            if here not in self._best:
                self._find(here)
            way = self._best[here].way or _Way("?", ())
            missing = [premise for premise in way.premises if premise not in made]
            if missing:
                stack += missing
                continue
            stack.pop()
            made[here] = self._made(here, way, tuple(made[each] for each in way.premises))
        return made[atom]

    def _made(self, atom: Atom, way: _Way, premises: tuple[Proof, ...]) -> Proof:
        term = self.facts.terms.term
        predicate, subject, value = atom
        return Proof(
            triple=(term(subject), term(predicate), term(value)),
            rule=way.rule,
            premises=premises,
            absent=self._absent.get(way.rule, ()),
        )

    # --- other proofs

    def _others(self, atom: Atom, limit: int) -> Iterator[Proof]:
        """Yield up to `limit` proofs of `atom`, also of what it stands on."""
        yield from islice(self._every(atom, frozenset(), 12), limit)

    def _every(self, atom: Atom, above: frozenset[Atom], depth: int) -> Iterator[Proof]:
        self._looked += 1
        if self._looked > MAX_LOOKED:
            return
        if self.memory.is_stated(atom):
            yield self._made(atom, _Way(STATED, ()), ())
        if depth == 0 or atom in above:
            return
        for way in self._ways(atom):
            if atom in way.premises:
                continue
            parts = [
                list(islice(self._every(p, above | {atom}, depth - 1), 6)) for p in way.premises
            ]
            for premises in product(*parts):
                yield self._made(atom, way, premises)
