"""One change followed step by step: take out what may be lost, put in, find again.

The steps are those of `kg.reason.change`, stratum by stratum.
"""

from __future__ import annotations

import numpy as np

from kg.reason.arrays import (
    EMPTY,
    Ints,
    Mask,
    contained,
    distinct,
    firsts,
    gather,
    merge,
    pack,
    seconds,
)
from kg.reason.engine import Engine, stated_equal
from kg.reason.equality import Reason
from kg.reason.firing import bind, fire, link_tables, matches
from kg.reason.instance import Instance
from kg.reason.matching import solutions
from kg.reason.merging import mentioning
from kg.reason.negation import blocked, opened
from kg.reason.relation import Relation
from kg.reason.state import Delta, Found, add


class StartOver(Exception):
    """The change touches what only a new beginning gets right; carries the reason."""


class Update:
    """One incremental change."""

    def __init__(self, engine: Engine) -> None:
        """Prepare to change the facts of `engine`."""
        self.engine = engine
        self.state = engine.state
        self.facts = engine.state.facts
        self.lost: Delta = {}
        """What was taken out, even if it has come back since."""
        self.taken: Delta = {}
        """What is to be taken out next."""
        self.came: dict[int, list[Ints]] = {}
        """What was put in, even if it was there before."""
        self.split: set[int] = set()

    def run(self, news: Delta, olds: Delta) -> tuple[Delta, Delta]:
        """Bring the facts in line with what is given now; return what came and what went.

        `news` and `olds` are the statements that were added and removed. Raises StartOver, which
        leaves the facts half changed.
        """
        engine = self.engine
        self.state.rank += 1
        self.state.transitive.clear()
        engine.merged = False
        engine.log = self.came
        self._overdelete(self._seeds(olds))
        loose = self._take_out()
        delta = self._put_in(news, loose)
        for level in sorted(engine.active):
            if level:
                delta = self._stratum(level)
            self._rederive(level, delta)
            engine.run(delta, level)
            self._check()
        self._recall()
        return self.net_gained(), self.net_lost()

    # --- taking out

    def _seeds(self, olds: Delta) -> Delta:
        """Return the pairs that `olds` stand for; classes that were stated equal are split."""
        seeds: Delta = {}
        equality = self.facts.equality
        for predicate, pairs in olds.items():
            renamed = equality.find(predicate)
            if renamed != predicate:
                raise StartOver("owl:sameAs")
            if predicate == self.state.words.same:
                self._suspect(distinct(equality.map(firsts(pairs))), seeds)
            else:
                first, second = equality.map(firsts(pairs)), equality.map(seconds(pairs))
                mapped = pack(first, second)
                self._forget_names(predicate, pairs[mapped != pairs])
                add(seeds, predicate, distinct(mapped))
        return seeds

    def _overdelete(self, pending: Delta) -> None:
        """Find what `pending` is, unless it is stated, and what followed from it: `taken`."""
        self.taken = {}
        everywhere = list(self.engine.active.values())
        while pending:
            batch: Delta = {}
            for predicate, pairs in pending.items():
                doubtful = self._doubtful(predicate, pairs)
                if len(doubtful):
                    batch[predicate] = doubtful
            self._shadow(batch)
            for predicate, pairs in batch.items():
                self._forbid(predicate, pairs)
                self.taken[predicate] = merge(self.taken.get(predicate, EMPTY), pairs)
            pending = {}
            for predicate, pairs in batch.items():
                for triggers in everywhere:
                    for (instance, number), some in triggers.of(predicate, pairs):
                        self._consequences(instance, number, some, pending)

    def _doubtful(self, predicate: int, pairs: Ints) -> Ints:
        """Return those of `pairs` that are there, not yet lost, and not stated for sure.

        A pair that stands for several, with other names of the same things, is in doubt even if
        it is stated: what it has made equal may have come from another one.
        """
        relation = self.facts.relation(predicate)
        if relation is None:
            return EMPTY
        pairs = pairs[relation.contains(pairs)]
        pairs = pairs[~contained(pairs, self.taken.get(predicate, EMPTY))]
        stated = self.facts.stated(predicate, pairs) & ~self._several_names(pairs)
        return pairs[~stated]

    def _several_names(self, pairs: Ints) -> Mask:
        several = self.facts.equality.representatives()
        return contained(firsts(pairs), several) | contained(seconds(pairs), several)

    def _forget_names(self, predicate: int, pairs: Ints) -> None:
        """Forget pairs under names that are no longer used."""
        archive = self.facts.replaced.get(predicate)
        if archive is not None:
            archive.remove(pairs[archive.contains(pairs)])

    def _shadow(self, batch: Delta) -> None:
        pairs = batch.get(self.state.words.sub_class)
        if pairs is not None:
            proper = self.state.proper(pairs)
            batch[self.state.words.proper] = proper[
                self.facts.of(self.state.words.proper).contains(proper)
            ]

    def _forbid(self, predicate: int, pairs: Ints) -> None:
        """Start over when the ontology loses what instances were made from."""
        words = self.state.words
        grounds = self.engine.grounds()
        if predicate in (words.first, words.rest) or (
            predicate in grounds and contained(pairs, grounds[predicate]).any()
        ):
            raise StartOver("ontology")

    def _suspect(self, terms: Ints, pending: Delta) -> None:
        """Take the classes of equal things apart that `terms` represent."""
        found = terms[contained(terms, self.facts.equality.representatives())]
        if len(found) and self.split:
            found = found[[one not in self.split for one in found.tolist()]]
        if not len(found):
            return
        if len(self.engine.active) > 1:
            raise StartOver("owl:sameAs")
        members = {each for one in found.tolist() for each in self.facts.equality.members(one)}
        if members & self.engine.constants():
            raise StartOver("owl:sameAs")
        self.split.update(found.tolist())
        for predicate, relation in self.facts.relations.items():
            pairs = mentioning(relation, found)
            if len(pairs):
                add(pending, predicate, pairs)

    def _consequences(self, instance: Instance, number: int, pairs: Ints, pending: Delta) -> None:
        """Add to `pending` what `instance` concluded from `pairs`."""
        if instance.distinct or not instance.head:
            return
        if instance.link:
            for table in link_tables(self.state, instance, number, pairs):
                self._suspect(distinct(table.columns[instance.link.variable]), pending)
            return
        for table in matches(self.state, instance, number, pairs):
            for predicate, subject, value in instance.head:
                first, second = table.column(subject), table.column(value)
                if predicate == self.state.words.same:
                    self._suspect(distinct(np.concatenate((first, second))), pending)
                else:
                    add(pending, predicate, distinct(pack(first, second)))

    def _take_out(self) -> list[int]:
        """Remove what is taken; return the names that no longer belong to a class."""
        fresh = self.net_gained()
        for predicate, pairs in self.taken.items():
            self.facts.of(predicate).remove(pairs)
            old = pairs[~contained(pairs, fresh.get(predicate, EMPTY))]
            self.lost[predicate] = gather([self.lost.get(predicate, EMPTY), old])
            if self.facts.replaced:
                self._forget_names(predicate, self._other_names(pairs))
        loose = self.facts.equality.split(self.split)
        if loose:
            names = distinct(np.array(loose, np.int64))
            for archive in self.facts.replaced.values():
                archive.remove(mentioning(archive, names))
        return loose

    def _other_names(self, pairs: Ints) -> Ints:
        """Return `pairs` under all names of their terms, where there are several."""
        equality = self.facts.equality
        found = [
            (subject << 32) | value
            for pair in pairs[self._several_names(pairs)].tolist()
            for subject in equality.members(pair >> 32)
            for value in equality.members(pair & 0xFFFFFFFF)
        ]
        return distinct(np.array(found, np.int64))

    # --- putting in

    def _put_in(self, news: Delta, loose: list[int]) -> Delta:
        """Put in what is newly stated, and what was stated of the names `loose`."""
        state, facts = self.state, self.facts
        found = Found()
        delta: Delta = {}
        stated = [*news.items(), *(facts.given_with(loose) if loose else ())]
        for predicate, pairs in stated:
            if predicate == state.words.same:
                found.equal += stated_equal(state, Relation(pairs))
            else:
                self._state(predicate, pairs, delta)
        objects = [seconds(pairs) for pairs in news.values()]
        literals = distinct(np.concatenate((*objects, np.array(loose, np.int64))))
        literals = literals[~facts.are_plain(literals)]
        for one, other in state.values.equal(literals):
            found.equal.append((one, other, Reason("dt-eq", (), 0)))
        for predicate, pairs in self.lost.items():
            for name in facts.equality.members(predicate) if facts.equality else ():
                given = facts.given.get(name)
                if given is not None:
                    names = gather([pairs, self._other_names(pairs)])
                    self._state(name, names[given.contains(names)], delta)
        state.shadow(delta)
        self.engine.add_literals(literals, delta)
        self.engine.settle(found, delta)
        self._came(delta)
        return delta

    def _state(self, predicate: int, pairs: Ints, delta: Delta) -> None:
        equality = self.facts.equality
        renamed = equality.find(predicate)
        mapped = pack(equality.map(firsts(pairs)), equality.map(seconds(pairs)))
        if renamed != predicate or not np.array_equal(mapped, pairs):
            archive = self.facts.replaced.setdefault(predicate, Relation())
            other = pairs[(mapped != pairs) | (renamed != predicate)]
            archive.insert(other[~archive.contains(other)], 0)
        relation = self.facts.of(renamed)
        plain = mapped[mapped == pairs] if renamed == predicate else EMPTY
        plain = distinct(plain)
        plain = plain[~relation.contains(plain)]
        relation.insert(plain, 0)
        others = distinct(mapped)
        others = others[~relation.contains(others)]
        relation.insert(others, self.state.rank)
        both = merge(plain, others)
        if len(both):
            add(delta, renamed, both)

    def _rederive(self, level: int, delta: Delta) -> None:
        """Find again what is lost but follows from what is left, by the rules up to `level`."""
        state = self.state
        state.rank += 1
        found = Found()
        for predicate, pairs in self.lost.items():
            relation = self.facts.relation(predicate)
            missing = pairs if relation is None else pairs[~relation.contains(pairs)]
            if predicate == state.words.proper or not len(missing):
                continue
            for (instance, number), some in self.engine.heads().of(predicate, missing):
                if self.engine.level_of.get(instance, 0) > level:
                    continue
                state.meter.rule = instance.rule.name
                start = bind(instance.head[number], some)
                for table in solutions(instance.body, self.facts, state.meter, start=start):
                    _, subject, value = instance.head[number]
                    made = pack(table.column(subject), table.column(value))
                    found.add(predicate, made)
        more = self.engine.take(found)
        types = self.lost.get(state.words.type, EMPTY)
        self.engine.restore_typed(types[~self.facts.are_plain(firsts(types))], more)
        self._came(more)
        for predicate, pairs in more.items():
            add(delta, predicate, pairs)

    def _stratum(self, level: int) -> Delta:
        """Take back what rules of `level` may no longer conclude; add what they now may."""
        seeds = blocked(self.engine, level, self.net_gained())
        if seeds:
            self._overdelete(seeds)
            self._take_out()
        self.state.rank += 1
        delta = self.engine.take(
            opened(self.engine, level, gained=self.net_gained(), lost=self.net_lost())
        )
        self._came(delta)
        return delta

    # --- the end

    def _check(self) -> None:
        engine = self.engine
        if engine.waiting():
            raise StartOver("rules")
        if engine.merged and engine.level_of:
            raise StartOver("owl:sameAs")

    def _came(self, delta: Delta) -> None:
        for predicate, pairs in delta.items():
            self.came.setdefault(predicate, []).append(pairs)

    def net_gained(self) -> Delta:
        """Return what is there now and was not before."""
        found: Delta = {}
        for predicate, parts in self.came.items():
            relation = self.facts.relation(predicate)
            if relation is None:
                continue
            pairs = gather(parts)
            pairs = pairs[relation.contains(pairs)]
            pairs = pairs[~contained(pairs, self.lost.get(predicate, EMPTY))]
            if len(pairs):
                found[predicate] = pairs
        return found

    def net_lost(self) -> Delta:
        """Return what was there before and is not now."""
        found: Delta = {}
        for predicate, pairs in self.lost.items():
            relation = self.facts.relation(predicate)
            gone = pairs if relation is None else pairs[~relation.contains(pairs)]
            if len(gone):
                found[predicate] = gone
        return found

    def _recall(self) -> None:
        """Take contradictions back whose premises no longer hold.

        Of several things that should not meet, each was found with the next one only: then the
        others are looked for again.
        """
        before = len(self.state.clashes)
        for clash in list(self.state.clashes):
            if not all(self._holds(premise) for premise in (*clash.premises, *clash.ground)):
                del self.state.clashes[clash]
        if len(self.state.clashes) < before:
            found = Found()
            for instance in self.engine.instances:
                if instance.link or instance.distinct:
                    fire(self.state, instance, found)
            self.engine.settle(found, {})

    def _holds(self, premise: tuple[int, int, int]) -> bool:
        find = self.facts.equality.find
        predicate, subject, value = (find(term) for term in premise)
        if predicate == self.state.words.same:
            return subject == value
        return self.facts.known(predicate, subject, value)
