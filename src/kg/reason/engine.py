"""The semi-naive engine: facts and rules in, everything that follows from them out.

In every round the instances of rules meet what the round before has found. The ontology is looked
at again when it has grown; things found equal are replaced by one representative at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from kg.errors import StageError, Text
from kg.reason.arrays import EMPTY, Ints, contained, distinct, firsts, gather, pack, seconds
from kg.reason.equality import Reason
from kg.reason.facts import Terms
from kg.reason.firing import fire
from kg.reason.instance import Instance, Template, all_atoms, template
from kg.reason.merging import merge
from kg.reason.owl_rules import owl_rules
from kg.reason.relation import Relation
from kg.reason.rule import Rule
from kg.reason.specialise import Specialiser, guards
from kg.reason.state import Delta, Found, Limits, State, add
from kg.reason.strata import is_gated, levels
from kg.reason.triggers import Triggers
from kg.reason.values import literals_of


class Engine:
    """Facts, rules and what follows from them.

    `state` takes a graph; `kg.reason.change` adds and removes; `kg.reason.explain` says why.
    """

    def __init__(
        self,
        terms: Terms,
        rules: Sequence[Rule] = (),
        *,
        things: bool = False,
        limits: Limits | None = None,
    ) -> None:
        """Take the rules of OWL 2 RL/RDF and `rules`.

        `things`: find also that everything is an owl:Thing, which otherwise is found only when
        a rule asks for it.
        """
        self.rules = tuple(rules)
        self.all_things = things
        self.state = State(terms, limits or Limits())
        self.templates = [template(rule, terms.add) for rule in (*owl_rules(), *rules)]
        self.clear()

    def clear(self) -> None:
        """Forget everything but what was stated."""
        old = self.state
        self.state = State(old.facts.terms, old.limits)
        self.state.facts.given = old.facts.given
        self.state.things = self.all_things
        self.specialiser = Specialiser(self.state)
        self.instances: list[Instance] = []
        self.retired: list[Instance] = []
        """Instances that name identifiers which were replaced; explanations may need them."""
        self.active: dict[int, Triggers] = {0: Triggers()}
        self.level_of: dict[Instance, int] = {}
        self.merged = False
        self.watched = _watched(self.templates, self.state)
        self._fresh: list[Instance] = []
        self._waiting: list[Instance] = []
        self._asked: set[int] = set()
        self._literals: list[Ints] = []
        self._grounds: dict[int, Ints] | None = None
        self._constants: set[int] | None = None
        self._heads: Triggers | None = None
        self.possible: tuple[int, Triggers] | None = None
        """What could be concluded, found by `kg.reason.why_not`, with the rank at that time."""
        self.log: dict[int, list[Ints]] | None = None

    def load(self, predicates: Ints, subjects: Ints, objects: Ints) -> None:
        """Take over the statements of a graph and close them.

        The arrays have one identifier for each statement; repeated statements count once. Raises
        StageError at a limit and QueryError for rules that have no order.
        """
        self.state.facts.state(predicates, subjects, objects)
        self.close()

    def close(self) -> None:
        """Find all that follows from what is stated, from the beginning."""
        state = self.state
        state.facts.begin()
        found = Found()
        literals = literals_of(state.facts)
        self._literals = [literals]
        for one, other in state.values.equal(literals):
            found.equal.append((one, other, Reason("dt-eq", (), 0)))
        found.equal += stated_equal(state, state.facts.relations.pop(state.words.same, None))
        delta = {each: relation.pairs() for each, relation in state.facts.relations.items()}
        merge(state, found, delta)
        state.shadow({each: relation.pairs() for each, relation in state.facts.relations.items()})
        self._specialise({})
        self.saturate({})

    # --- rounds

    def saturate(self, delta: Delta) -> None:
        """Apply all rules to `delta`, which is in the facts already, until nothing is new."""
        self.run(delta, max(self.active))
        while self._waiting:
            order = levels(self.state, self.instances)
            lowest = min(order[instance] for instance in self._waiting)
            self._forbid_return(order, lowest)
            now = [instance for instance in self._waiting if order[instance] == lowest]
            self._waiting = [each for each in self._waiting if order[each] != lowest]
            triggers = self.active.setdefault(lowest, Triggers())
            for instance in now:
                triggers.add(instance)
                self.level_of[instance] = lowest
            self._fresh += now
            self.run({}, max(self.active))

    def run(self, delta: Delta, level: int) -> None:
        """Apply the rules up to the stratum `level` to `delta` until nothing is new."""
        state = self.state
        while delta or self._fresh:
            state.rank += 1
            found = Found()
            fresh, self._fresh = self._fresh, []
            for instance in fresh:
                fire(state, instance, found)
            for stratum, triggers in self.active.items():
                if stratum > level:
                    continue
                for predicate, pairs in delta.items():
                    for (instance, number), some in triggers.of(predicate, pairs):
                        fire(state, instance, found, number=number, pairs=some)
            delta = self.take(found)
            if self.log is not None:
                for predicate, pairs in delta.items():
                    self.log.setdefault(predicate, []).append(pairs)

    def take(self, found: Found) -> Delta:
        """Put what a round has found into the facts; return what of it is new."""
        state = self.state
        delta: Delta = {}
        for predicate, parts in found.heads.items():
            relation = state.facts.of(predicate)
            pairs = gather(parts)
            pairs = pairs[~relation.contains(pairs)]
            if len(pairs):
                state.insert(relation, pairs)
                delta[predicate] = pairs
        for predicate, closed in found.closed.items():
            relation = state.facts.of(predicate)
            new = ~relation.contains(closed.pairs)
            pairs = closed.pairs[new]
            if len(pairs):
                state.insert(relation, pairs, closed.ranks[new])
                state.rank = max(state.rank, int(closed.ranks.max()))
                add(delta, predicate, pairs)
            state.transitive[predicate] = len(relation)
        state.shadow(delta)
        self.settle(found, delta)
        return delta

    def settle(self, found: Found, delta: Delta) -> None:
        """Do what new triples ask for: equality, literals, the ontology, owl:Thing."""
        state = self.state
        old = merge(state, found, delta) if found.equal else EMPTY
        if len(old):
            self.merged = True
            self._renew(old)
        self._check_values(delta)
        proper = delta.get(state.words.proper, EMPTY)
        if not state.things and (
            self.specialiser.needs_things or (firsts(proper) == state.words.thing).any()
        ):
            self._use_things(delta)
        fresh = self._appeared(delta)
        if self._concerned(delta):
            self._specialise(delta)
        elif len(fresh):
            self._specialise(delta, fresh=fresh)

    # --- the ontology

    def _concerned(self, delta: Delta) -> bool:
        """Return whether `delta` may make new instances of what the ontology says."""
        return any(self.watches(each, pairs).any() for each, pairs in delta.items())

    def _appeared(self, delta: Delta) -> Ints:
        """Return the predicates that had no triple before `delta`."""
        relations = self.state.facts.relations
        found = [each for each, pairs in delta.items() if len(relations[each]) == len(pairs)]
        return np.array(sorted(found), np.int64)

    def watches(self, predicate: int, pairs: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Return which of `pairs` instances may be made from."""
        objects = self.watched.get(predicate)
        if objects is None:
            return np.zeros(len(pairs), bool)
        return contained(seconds(pairs), objects) if len(objects) else np.ones(len(pairs), bool)

    def _specialise(self, delta: Delta, *, fresh: Ints | None = None) -> None:
        """Make the instances that the ontology now asks for; add to `delta` what they ask for."""
        for instance in self.specialiser.instances(self.templates, fresh=fresh):
            self.instances.append(instance)
            self._grounds = self._constants = self._heads = None
            if instance.implied:
                continue
            if is_gated(instance):
                self._waiting.append(instance)
            else:
                self.active[0].add(instance)
                self._fresh.append(instance)
            self._ask(instance, delta)

    def _ask(self, instance: Instance, delta: Delta) -> None:
        """Say which literals are in the datatypes that `instance` looks for (dt-type2)."""
        kind, known = self.state.words.type, self.state.values.datatypes()
        groups = (instance.body, *instance.body.unless)
        for predicate, _, value in (atom for body in groups for atom in body.atoms):
            if predicate == kind and value in known and value not in self._asked:
                self._asked.add(value)
                self.add_typed(gather(self._literals), value, delta)

    def add_typed(self, literals: Ints, datatype: int, delta: Delta) -> None:
        """Add to the facts which of `literals` are in `datatype`."""
        fitting = self.state.values.fitting(literals, datatype)
        ids = self.state.facts.equality.map(np.array(fitting, np.int64))
        relation = self.state.facts.of(self.state.words.type)
        pairs = distinct(pack(ids, datatype))
        pairs = pairs[~relation.contains(pairs)]
        if len(pairs):
            relation.insert(pairs, self.state.rank)
            add(delta, self.state.words.type, pairs)

    def restore_typed(self, types: Ints, delta: Delta) -> None:
        """Add those of the pairs `types`, literals and classes, that dt-type2 gives."""
        for datatype in self._asked:
            self.add_typed(firsts(types[seconds(types) == datatype]), datatype, delta)

    def add_literals(self, literals: Ints, delta: Delta) -> None:
        """Take new literals in: they may be in the datatypes that were looked for."""
        if not len(literals):
            return
        self._literals.append(literals)
        for datatype in self._asked:
            self.add_typed(literals, datatype, delta)

    def _use_things(self, delta: Delta) -> None:
        """From now on treat owl:Thing as any other class."""
        state = self.state
        state.things = True
        everything = {state.words.sub_class: state.facts.of(state.words.sub_class).pairs()}
        state.shadow(everything)
        more = everything.get(state.words.proper, EMPTY)
        if len(more):
            add(delta, state.words.proper, more)
        self._specialise(delta)

    def _renew(self, old: Ints) -> None:
        """Make the instances again if one of them names an identifier that was replaced."""
        different = any(
            instance.distinct and instance.body.atoms[0][0] == self.state.words.same
            for instance in self.instances
        )
        named = not self.constants().isdisjoint(old.tolist())
        if named or self.specialiser.waiting or different:
            self.specialiser.forget()
            self.retired += self.instances
            self.instances = []
            self._fresh.clear()
            self._waiting.clear()
            self.active = {0: Triggers()}
            self.level_of.clear()
            self.watched = _watched(self.templates, self.state)
            self._specialise({})

    # --- what the instances are made of

    def grounds(self) -> dict[int, Ints]:
        """Return the triples of the ontology that instances were made from."""
        if self._grounds is None:
            parts: dict[int, list[int]] = {}
            for instance in self.instances:
                for predicate, subject, value in instance.ground:
                    parts.setdefault(predicate, []).append((subject << 32) | value)
            self._grounds = {
                predicate: distinct(np.array(pairs, np.int64)) for predicate, pairs in parts.items()
            }
        return self._grounds

    def constants(self) -> set[int]:
        """Return the identifiers that instances name."""
        if self._constants is None:
            self._constants = set()
            for instance in self.instances:
                atoms = (*all_atoms(instance.body), *instance.head, *instance.ground)
                self._constants.update(term for atom in atoms for term in atom)
                self._constants.update(instance.distinct)
        return self._constants

    def heads(self) -> Triggers:
        """Return which instances may conclude a triple."""
        if self._heads is None:
            self._heads = Triggers()
            for instance in self.instances:
                if not instance.implied:
                    self._heads.add_head(instance)
        return self._heads

    def waiting(self) -> bool:
        """Return whether there are instances whose stratum has not come."""
        return bool(self._waiting)

    def _forbid_return(self, order: dict[Instance, int], lowest: int) -> None:
        """Refuse a rule that has run but should have waited for one that only now appears."""
        for instance, level in self.level_of.items():
            if instance.body.unless and level > lowest and order.get(instance, level) != level:
                name = instance.rule.name
                raise StageError(
                    Text(
                        de=f"Die Regel {name} mit NOT EXISTS ändert, was die Ontologie über ihre "
                        "eigenen Voraussetzungen sagt. Das wird nicht unterstützt.",
                        en=f"The rule {name} with NOT EXISTS changes what the ontology says about "
                        "its own premises. That is not supported.",
                    )
                )

    # --- literals

    def _check_values(self, delta: Delta) -> None:
        """Find literals in classes that are datatypes they do not fit (dt-not-type)."""
        types = delta.get(self.state.words.type)
        if types is None:
            return
        types = types[~self.state.facts.are_plain(firsts(types))]
        for datatype in distinct(seconds(types)).tolist():
            if datatype in self.state.values.datatypes():
                members = firsts(types[seconds(types) == datatype])
                for one in self.state.values.misfits(members, datatype):
                    premise = (self.state.words.type, one, datatype)
                    self.state.contradict("dt-not-type", (premise,))


def stated_equal(state: State, same: Relation | None) -> list[tuple[int, int, Reason]]:
    """Return the pairs of the relation of stated owl:sameAs as things found equal."""
    found = []
    for pair in same.pairs().tolist() if same else ():
        one, other = pair >> 32, pair & 0xFFFFFFFF
        found.append((one, other, Reason("stated", ((state.words.same, one, other),), 0)))
    return found


def _watched(templates: Iterable[Template], state: State) -> dict[int, Ints]:
    """Return the predicates that instances are made from, and the objects looked for.

    An empty array stands for any object.
    """
    find = state.facts.equality.find
    found: dict[int, set[int] | None] = {
        find(state.words.first): None,
        find(state.words.rest): None,
    }
    for each in templates:
        for predicate, _, value in guards(each)[0].atoms if each.fixed else ():
            key = find(predicate)
            if value < 0:
                found[key] = None
            elif (objects := found.setdefault(key, set())) is not None:
                objects.add(find(value))
    return {
        key: np.array(sorted(objects), np.int64) if objects else EMPTY
        for key, objects in found.items()
    }
