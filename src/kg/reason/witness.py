"""Backwards through a rule: the premises from which one triple may have been concluded.

This is for one triple at a time and in plain numbers, where arrays would cost more than they save.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kg.reason.facts import Facts
from kg.reason.instance import Instance
from kg.reason.matching import Atom, Condition, Table
from kg.reason.matching import solutions as table_solutions
from kg.reason.relation import ABSENT
from kg.reason.state import State

Values = dict[int, int]


class Memory:
    """Facts under all names they ever had: the current relations and the replaced pairs."""

    def __init__(self, facts: Facts) -> None:
        """Read from `facts`."""
        self.facts = facts

    def rank(self, atom: Atom) -> int:
        """Return the rank of a triple, ABSENT when it is not known under these names."""
        predicate, subject, value = atom
        relation = self.facts.relations.get(predicate)
        found = relation.rank(subject, value) if relation is not None else ABSENT
        if found == ABSENT and self.facts.replaced:
            old = self.facts.replaced.get(predicate)
            found = old.rank(subject, value) if old is not None else ABSENT
        return found

    def is_stated(self, atom: Atom) -> bool:
        """Return whether a triple was stated in these words."""
        predicate, subject, value = atom
        relation = self.facts.given.get(predicate)
        return relation is not None and relation.rank(subject, value) != ABSENT

    def partners(self, predicate: int, key: int, *, by_object: bool) -> list[int]:
        """Return what `key` is related to."""
        relation = self.facts.relations.get(predicate)
        found: list[int] = []
        if relation is not None:
            found = relation.partners(key, by_object=by_object).tolist()
        if self.facts.replaced and (old := self.facts.replaced.get(predicate)) is not None:
            found += old.partners(key, by_object=by_object).tolist()
        return found

    def subjects(self, predicate: int) -> list[int]:
        """Return everything that is the subject of `predicate`."""
        relations = (each.get(predicate) for each in (self.facts.relations, self.facts.replaced))
        keys = [each.keys(by_object=False).tolist() for each in relations if each is not None]
        return list(dict.fromkeys(key for some in keys for key in some))


def witnesses(
    state: State, memory: Memory, instance: Instance, number: int, atom: Atom
) -> Iterator[tuple[Atom, ...]]:
    """Yield the premises with which `instance` concludes `atom` by its head `number`."""
    _, subject, value = instance.head[number]
    values: Values = {}
    for term, wanted in ((subject, atom[1]), (value, atom[2])):
        if term < 0 and values.setdefault(term, wanted) != wanted:
            return
        if term >= 0 and term != wanted:
            return
    body = instance.body
    for found in _match(memory, list(body.atoms), values):
        if _allowed(state, instance, found):
            atoms = (_put(each, found) for each in body.atoms)
            yield (*instance.ground, *dict.fromkeys(atoms))


def _allowed(state: State, instance: Instance, values: Values) -> bool:
    """Return whether conditions and NOT EXISTS of `instance` let a solution pass."""
    body = instance.body
    if not all(_holds(state, condition, values) for condition in body.conditions):
        return False
    for binding in body.bindings:
        got = state.facts.value(binding.value, values)
        if got is None or values.get(binding.variable, got) != got:
            return False
    return not any(True for _ in blocking(state, instance, values))


def blocking(state: State, instance: Instance, values: Values) -> Iterator[tuple[Atom, ...]]:
    """Yield what makes a group of NOT EXISTS match."""
    columns = {name: np.array([one], np.int64) for name, one in values.items()}
    for group in instance.body.unless:
        start = Table(1, columns)
        for table in table_solutions(group, state.facts, state.meter, start=start):
            row = {name: int(column[0]) for name, column in table.columns.items()}
            yield tuple(_put(atom, row) for atom in group.atoms)


def _holds(state: State, condition: Condition, values: Values) -> bool:
    numbers = [number for _, number in condition.variables]
    every = {number: values.get(number, number) for number in numbers}
    operator = condition.expression.operator
    if len(numbers) == 2 and condition.expression.compares_terms():
        one, other = (every[number] for number in numbers)
        if operator == "sameTerm" or one == other:
            return (one == other) == (operator == "sameTerm")
        if not (state.facts.is_literal(one) and state.facts.is_literal(other)):
            return True
    return state.facts.holds(condition, every)


def _match(memory: Memory, atoms: list[Atom], values: Values) -> Iterator[Values]:
    """Yield the values that make all `atoms` known."""
    if not atoms:
        yield values
        return
    place, partners, wanted = _most_selective(memory, atoms, values)
    rest = atoms if place < 0 else atoms[:place] + atoms[place + 1 :]
    if wanted is None:
        if partners:
            yield from _match(memory, rest, values)
        return
    for partner in partners:
        yield from _match(memory, rest, {**values, wanted: partner})


def _most_selective(
    memory: Memory, atoms: list[Atom], values: Values
) -> tuple[int, list[int], int | None]:
    """Return the place of the atom to match next, its partners and the variable they are for.

    When both ends of the atom are bound, there is no variable, and partners only if it is known.
    The place is -1 when a variable has to be tried without an atom being matched by that.
    """
    best: tuple[int, list[int], int | None] | None = None
    for place, atom in enumerate(atoms):
        predicate, subject, value = atom
        subject, value = values.get(subject, subject), values.get(value, value)
        if subject >= 0 and value >= 0:
            known = memory.rank((predicate, subject, value)) != ABSENT
            return place, [1] if known else [], None
        if subject < 0 and value < 0:
            continue
        by_object = subject < 0
        key = value if by_object else subject
        partners = memory.partners(predicate, key, by_object=by_object)
        if best is None or len(partners) < len(best[1]):
            best = place, partners, subject if by_object else value
    return best or (-1, memory.subjects(atoms[0][0]), atoms[0][1])


def _put(atom: Atom, values: Values) -> Atom:
    predicate, subject, value = atom
    return predicate, values.get(subject, subject), values.get(value, value)
