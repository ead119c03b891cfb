"""Rules and an ontology become instances: what the ontology says is put in for the variables.

`prp-dom` with `ex:mayor rdfs:domain ex:Town` becomes "whoever has ex:mayor is an ex:Town".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import product

import numpy as np

from kg.errors import Text
from kg.reason.arrays import Ints, contained
from kg.reason.instance import (
    Instance,
    Template,
    all_atoms,
    linked,
    substitute,
    substitute_atom,
)
from kg.reason.lists import readings
from kg.reason.matching import ONE, Atom, Body, Condition, Table, solutions
from kg.reason.rule import Expression
from kg.reason.state import State

Key = tuple[str, tuple[int, ...], tuple[int, ...]]


def variables(atoms: Iterable[Atom]) -> set[int]:
    """Return the variables of `atoms`."""
    return {term for atom in atoms for term in atom if term < 0}


class Specialiser:
    """Makes the instances of templates, each once."""

    def __init__(self, state: State, *, unused: bool = False) -> None:
        """Look the ontology up in the facts of `state`.

        `unused`: also for properties that have no triple.
        """
        self.unused = unused
        self.state = state
        self.facts = state.facts
        self.words = state.words
        self.meter = state.meter
        self.needs_things = False
        self.waiting = False
        self.remarks: dict[int, Text] = {}
        self._made: set[Key] = set()
        self._fresh: Ints | None = None

    def forget(self) -> None:
        """Make all instances anew when asked next."""
        self._made.clear()

    def instances(
        self, templates: Iterable[Template], *, fresh: Ints | None = None
    ) -> Iterator[Instance]:
        """Yield the instances of `templates` that were not made before.

        With `fresh`, sorted, nothing has changed but that these predicates now have triples.
        """
        self._fresh = fresh
        for template in templates:
            current = self._renamed(template)
            self.meter.rule = template.rule.name
            for values in self._bindings(current):
                yield from self._with_members(current, values)

    def _renamed(self, template: Template) -> Template:
        """Return `template` with representatives as constants."""
        equality = self.facts.equality
        if not equality:
            return template
        used = {term for atom in all_atoms(template.body) for term in atom}
        used |= {term for atom in template.head for term in atom}
        members = template.members
        if members:
            used |= {term for atom in members.repeated for term in atom}
        values = {term: equality.find(term) for term in used if term >= 0}
        if members:
            repeated = tuple(substitute_atom(atom, values) for atom in members.repeated)
            members = replace(members, repeated=repeated)
        return replace(
            template,
            body=substitute(template.body, values),
            head=tuple(substitute_atom(atom, values) for atom in template.head),
            members=members,
        )

    def _bindings(self, template: Template) -> Iterator[dict[int, int]]:
        """Yield the values of the fixed variables of `template`."""
        fixed = sorted(template.fixed)
        if not fixed:
            yield {}
            return
        body, free = guards(template)
        names = [name for name in fixed if name not in free]
        found: set[tuple[int, ...]] = set()
        for solved in solutions(body, self.facts, self.meter) if names else [ONE]:
            table = self._usable(solved, template)
            if not table.size:
                continue
            rows = np.stack([table.columns[name] for name in names], axis=1) if names else None
            found |= {()} if rows is None else set(map(tuple, np.unique(rows, axis=0).tolist()))
        predicates = self.facts.predicates().tolist() if free else []
        for row in sorted(found):
            for more in product(predicates, repeat=len(free)):
                values = dict(zip(names, row, strict=True))
                yield {**values, **dict(zip(free, more, strict=True))}

    def _usable(self, table: Table, template: Template) -> Table:
        """Return the rows in which the predicates of the body have triples."""
        needed = {atom[0] for atom in template.body.atoms if atom[0] in table.columns}
        if needed and not self.unused:
            used = self.facts.predicates()
            for name in needed:
                table = table.take(contained(table.columns[name], used))
        if needed and self._fresh is not None:
            concerned = [contained(table.columns[name], self._fresh) for name in needed]
            table = table.take(np.logical_or.reduce(concerned))
        return table

    def _with_members(self, template: Template, values: dict[int, int]) -> Iterator[Instance]:
        members = template.members
        if members is None:
            yield from self._finish(template, template.body, template.head, values)
            return
        start = values[members.start]
        words = self.words
        found, trouble = readings(
            start, self.facts, first=words.first, rest=words.rest, nil=words.nil
        )
        if trouble:
            self.remarks[start] = trouble
        for reading in found:
            extra = ((start, reading),)
            if members.kind == "each":
                for item in dict.fromkeys(reading):
                    bound = {**values, members.item: item}
                    yield from self._finish(
                        template, template.body, template.head, bound, lists=extra
                    )
            elif members.kind == "pair":
                yield from self._pairs(template, values, reading)
            elif reading:
                atoms = self._copies(template, reading)
                body = replace(template.body, atoms=template.body.atoms + atoms)
                yield from self._finish(template, body, template.head, values, lists=extra)

    def _copies(self, template: Template, reading: tuple[int, ...]) -> tuple[Atom, ...]:
        """Return the atoms that a chain, or a pattern repeated for all members, stands for."""
        members = template.members
        assert members is not None
        new = -1 - len(template.names)
        if members.kind == "chain":
            first, last = members.fresh
            inner = [new - number for number in range(len(reading) - 1)]
            stops = [first, *inner, last]
            return tuple(zip(reading, stops, stops[1:], strict=False))
        atoms: list[Atom] = []
        for place, item in enumerate(reading):
            fresh = {
                name: new - place * len(members.fresh) - number
                for number, name in enumerate(members.fresh)
            }
            bound = {members.item: item, **fresh}
            atoms += [substitute_atom(atom, bound) for atom in members.repeated]
        return tuple(atoms)

    def _pairs(
        self, template: Template, values: dict[int, int], reading: tuple[int, ...]
    ) -> Iterator[Instance]:
        """Yield the one instance that stands for all pairs of members of a list."""
        members = template.members
        assert members is not None
        key = (template.rule.name, tuple(values.values()), reading)
        if key in self._made or len(reading) < 2:
            return
        self._made.add(key)
        self.needs_things |= self.words.thing in reading
        half = tuple(atom for atom in members.repeated if members.item in atom)
        yield Instance(
            rule=template.rule,
            body=Body(tuple(substitute_atom(atom, values) for atom in half)),
            head=(),
            names=template.names,
            ground=tuple(substitute_atom(atom, values) for atom in template.body.atoms),
            lists=((values[members.start], reading),),
            distinct=reading,
        )

    def _finish(
        self,
        template: Template,
        body: Body,
        head: tuple[Atom, ...],
        values: dict[int, int],
        *,
        lists: tuple[tuple[int, tuple[int, ...]], ...] = (),
    ) -> Iterator[Instance]:
        body, head = substitute(body, values), tuple(substitute_atom(a, values) for a in head)
        unified = self._unified(body, head)
        if unified is None:
            self.waiting = True
            return
        body, head = unified
        ground = tuple(atom for atom in body.atoms if not variables([atom]))
        atoms = tuple(dict.fromkeys(atom for atom in body.atoms if variables([atom])))
        key = (
            template.rule.name,
            tuple(values[name] for name in sorted(values)),
            tuple(term for atom in atoms for term in atom) if lists else (),
        )
        if key in self._made or self._idle(template, atoms, head):
            return
        self._made.add(key)
        self._watch_thing(template, atoms)
        instance = Instance(
            rule=template.rule,
            body=replace(body, atoms=atoms, conditions=_open(body)),
            head=head,
            names=template.names,
            ground=ground,
            lists=lists,
            implied=template.rule.implied,
        )
        yield linked(instance, self.words.same)

    def _unified(
        self, body: Body, head: tuple[Atom, ...], *, inner: bool = False
    ) -> tuple[Body, tuple[Atom, ...]] | None:
        """Replace `?a owl:sameAs ?b` in a body by one name for both: they are represented so.

        Returns None when it says of two constants that they are equal, and they are not.
        """
        while True:
            pair = next((a for a in body.atoms if a[0] == self.words.same), None)
            if pair is None:
                break
            _, one, other = pair
            rest = tuple(atom for atom in body.atoms if atom is not pair)
            if one >= 0 and other >= 0:
                if one != other:
                    return None
                body = replace(body, atoms=rest)
                continue
            old, new = (one, other) if one < 0 else (other, one)
            body = substitute(replace(body, atoms=rest), {old: new})
            if inner:
                body = replace(body, conditions=(*body.conditions, _same(old, new)))
            head = tuple(substitute_atom(atom, {old: new}) for atom in head)
        groups = [self._unified(group, (), inner=True) for group in body.unless]
        return replace(body, unless=tuple(group[0] for group in groups if group)), head

    def _idle(self, template: Template, atoms: tuple[Atom, ...], head: tuple[Atom, ...]) -> bool:
        """Return whether an instance adds nothing: to its own body, or only `a owl:Thing`."""
        words = self.words
        if head and set(head) <= set(atoms):
            return True
        if self.state.things or not head:
            return False
        return all(atom[0] == words.type and atom[2] == words.thing for atom in head)

    def _watch_thing(self, template: Template, atoms: tuple[Atom, ...]) -> None:
        """Note when somebody asks who is an owl:Thing."""
        words = self.words
        own = bool(template.rule.text)
        for predicate, _, value in atoms:
            if predicate != words.type:
                continue
            general = value < 0 and own
            if general or (value == words.thing and template.rule.name not in _ASKED_OTHERWISE):
                self.needs_things = True


def _open(body: Body) -> tuple[Condition, ...]:
    """Return the conditions that were not decided when the fixed variables got their values."""
    return tuple(
        condition
        for condition in body.conditions
        if not condition.variables or any(number < 0 for _, number in condition.variables)
    )


def _same(one: int, other: int) -> Condition:
    """Return the condition that two variables of different groups stand for one thing."""
    return Condition(Expression("sameTerm", ("?one", "?other")), (("?one", one), ("?other", other)))


_ASKED_OTHERWISE = ("cls-svf1", "cls-maxqc1", "cls-maxqc3")
"""Rules on owl:Thing that have a sister for which anything will do."""


@lru_cache(maxsize=4096)
def guards(template: Template) -> tuple[Body, list[int]]:
    """Return the patterns that give the fixed variables their values, and those left without.

    These are the patterns with no other variables; for the rest the patterns that mention them.
    """
    fixed = set(template.fixed)
    usable = [atom for atom in template.body.atoms if atom[0] >= 0]
    full = [atom for atom in usable if variables([atom]) and variables([atom]) <= fixed]
    missing = fixed - variables(full)
    partly = [atom for atom in usable if atom not in full and variables([atom]) & missing]
    atoms = tuple(full + partly)
    bound = variables(atoms)
    conditions = tuple(
        condition
        for condition in template.body.conditions
        if all(number in bound for _, number in condition.variables)
    )
    return Body(atoms, conditions), sorted(fixed - bound)
