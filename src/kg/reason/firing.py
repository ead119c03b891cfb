"""One instance meets new triples: what it concludes, finds equal, or finds contradictory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np

from kg.reason.arrays import EMPTY, Ints, Mask, distinct, firsts, pack, seconds
from kg.reason.equality import Reason
from kg.reason.instance import Instance, substitute_atom
from kg.reason.matching import ONE, Atom, Body, Table, solutions
from kg.reason.state import Found, State
from kg.reason.transitive import ENOUGH, TooMany, close, cost, is_transitive

MANY_ALIKE = 32
"""Of so many things that should not meet, or are equal, not every two are looked at."""
_SOME = -1_000_000
"""A variable for what is not looked at."""


def fire(
    state: State,
    instance: Instance,
    found: Found,
    *,
    number: int | None = None,
    pairs: Ints = EMPTY,
) -> None:
    """Add to `found` what `instance` concludes, from `pairs` that match its atom `number`.

    Without a number it meets all facts. Contradictions go to the state.
    """
    state.meter.rule = instance.rule.name
    if instance.distinct:
        _distinct(state, instance, number, pairs)
    elif instance.link:
        _link(state, instance, found, number, pairs)
    elif not _closes(state, instance, found, number, pairs):
        for table in matches(state, instance, number, pairs):
            conclude(state, instance, table, found)


def _closes(
    state: State, instance: Instance, found: Found, number: int | None, pairs: Ints
) -> bool:
    """Close a transitive relation at once if joining it would take long; return whether."""
    if not is_transitive(instance):
        return False
    predicate = instance.head[0][0]
    if predicate in found.closed:
        return True
    relation = state.facts.of(predicate)
    if state.transitive.get(predicate) == len(relation):
        return True
    if cost(relation, None if number is None else pairs) < ENOUGH:
        return False
    try:
        room = state.limits.inferred - state.inferred + len(relation)
        found.closed[predicate] = close(relation, rank=state.rank, limit=room)
    except TooMany:
        raise state.too_many() from None
    return True


def matches(state: State, instance: Instance, number: int | None, pairs: Ints) -> Iterator[Table]:
    """Yield the solutions of the body in which `pairs` match its atom `number`."""
    body = instance.body
    start = ONE if number is None else bind(body.atoms[number], pairs)
    return solutions(body, state.facts, state.meter, start=start, done=number)


def conclude(state: State, instance: Instance, table: Table, found: Found) -> None:
    """Add to `found` the head of `instance` in each solution of `table`."""
    if not instance.head:
        ground = instance.ground
        for row in range(table.size):
            matched = tuple(each for each in premises(instance, table, row) if each not in ground)
            state.contradict(instance.rule.name, matched, ground)
    for predicate, subject, value in instance.head:
        if predicate == state.words.same:
            first, second = table.column(subject), table.column(value)
            for row in np.flatnonzero(first != second).tolist():
                needed = premises(instance, table, row)
                why = Reason(instance.rule.name, needed, state.rank, instance.lists)
                found.equal.append((int(first[row]), int(second[row]), why))
        else:
            found.add(predicate, pack(table.column(subject), table.column(value)))


def link_tables(state: State, instance: Instance, number: int | None, pairs: Ints) -> list[Table]:
    """Return the solutions of half the body of a link; with `number`, those `pairs` lead to."""
    assert instance.link
    body = instance.link.body
    start = ONE if number is None else bind(body.atoms[number], pairs)
    return list(solutions(body, state.facts, state.meter, start=start, done=number))


def _link(state: State, instance: Instance, found: Found, number: int | None, pairs: Ints) -> None:
    """Find things equal that share what the rule says; each with the next one only."""
    link = instance.link
    assert link is not None
    tables = link_tables(state, instance, number, pairs)
    if number is not None:
        keys = _rows(tables, link.shared)
        if not len(keys):
            return
        start = Table(len(keys), dict(zip(link.shared, keys.T, strict=True)))
        tables = list(solutions(link.body, state.facts, state.meter, start=start))
    rows = _rows(tables, (*link.shared, link.variable))
    if len(rows) < 2:
        return
    alike = (rows[1:, :-1] == rows[:-1, :-1]).all(axis=1)
    names = (*link.shared, link.variable)
    rest = [atom for atom in link.body.atoms if atom not in link.half]
    for first, second in _meetings(alike):
        one = dict(zip(names, rows[first].tolist(), strict=True))
        other = dict(zip(names, rows[second].tolist(), strict=True))
        atoms = [substitute_atom(atom, one) for atom in (*rest, *link.half)]
        atoms += [substitute_atom(atom, other) for atom in link.half]
        needed = (*instance.ground, *dict.fromkeys(atoms))
        why = Reason(instance.rule.name, needed, state.rank, instance.lists)
        found.equal.append((one[link.variable], other[link.variable], why))


def _meetings(alike: Mask) -> Iterator[tuple[int, int]]:
    """Yield the numbers of rows that agree, two by two.

    `alike` says which row agrees with the next one. Of more than MANY_ALIKE rows that agree each
    meets the next one only.
    """
    places = np.flatnonzero(alike)
    if not len(places):
        return
    breaks = np.flatnonzero(np.diff(places) > 1) + 1
    for run in np.split(places, breaks):
        low, high = int(run[0]), int(run[-1]) + 1
        if high - low >= MANY_ALIKE:
            yield from ((row, row + 1) for row in range(low, high))
        else:
            yield from combinations(range(low, high + 1), 2)


def _distinct(state: State, instance: Instance, number: int | None, pairs: Ints) -> None:
    """Report what two members of a list share that may share nothing."""
    if instance.body.atoms[0][0] == state.words.same:
        _same_members(state, instance)
        return
    item = item_of(instance)
    pattern = instance.body.atoms[0]
    start = ONE
    if number is not None:
        bound = bind(substitute_atom(pattern, {item: _SOME}), pairs)
        columns = {name: each for name, each in bound.columns.items() if name != _SOME}
        start = Table(bound.size, columns)
    names = sorted({term for term in pattern if term < 0} - {item})
    keys, members = [], []
    for place, member in enumerate(instance.distinct):
        atom = substitute_atom(pattern, {item: member})
        for table in solutions(Body((atom,)), state.facts, state.meter, start=start):
            parts = [table.columns[name] for name in names]
            keys.append(distinct(parts[0] if len(parts) == 1 else pack(parts[0], parts[1])))
            members.append(np.full(len(keys[-1]), place, np.int64))
    if not keys:
        return
    key, which = np.concatenate(keys), np.concatenate(members)
    order = np.argsort(key, kind="stable")
    key, which = key[order], which[order]
    for one, other in _meetings(key[1:] == key[:-1]):
        shared = [int(key[one])]
        if len(names) == 2:
            shared = [shared[0] >> 32, shared[0] & 0xFFFFFFFF]
        values = dict(zip(names, shared, strict=True))
        matched = tuple(
            substitute_atom(pattern, {**values, item: instance.distinct[int(which[row])]})
            for row in (one, other)
        )
        state.contradict(instance.rule.name, tuple(dict.fromkeys(matched)), instance.ground)


def _same_members(state: State, instance: Instance) -> None:
    """Report members of a list of different things that are equal (eq-diff2, eq-diff3)."""
    seen: set[int] = set()
    for member in instance.distinct:
        one = state.facts.equality.find(member)
        if one in seen:
            names = _listed_names(state, one) or [member]
            premise = (state.words.same, names[0], names[-1])
            state.contradict(instance.rule.name, (premise,), instance.ground)
        seen.add(one)


def _listed_names(state: State, representative: int) -> list[int]:
    """Return the names of a thing that stated lists have as members."""
    first = state.facts.given.get(state.words.first)
    names = state.facts.equality.members(representative)
    found = [name for name in names if first and len(first.partners(name, by_object=True))]
    return sorted(found, key=state.facts.terms.term)


def item_of(instance: Instance) -> int:
    """Return the variable that stands for a member of the list."""
    members = instance.rule.members
    assert members is not None
    return -1 - instance.names.index(members.item)


def premises(instance: Instance, table: Table, row: int) -> tuple[Atom, ...]:
    """Return the triples that one solution of the body of `instance` stands on."""
    values = {name: int(column[row]) for name, column in table.columns.items()}
    atoms = [substitute_atom(atom, values) for atom in instance.body.atoms]
    return (*instance.ground, *dict.fromkeys(atoms))


def bind(atom: Atom, pairs: Ints) -> Table:
    """Return the solutions that `pairs` give the variables of `atom`."""
    _, subject, value = atom
    first, second = firsts(pairs), seconds(pairs)
    keep = np.ones(len(pairs), bool)
    if subject >= 0:
        keep &= first == subject
    if value >= 0:
        keep &= second == value
    if subject == value:
        keep &= first == second
    if not keep.all():
        first, second = first[keep], second[keep]
    columns = {}
    if subject < 0:
        columns[subject] = first
    if value < 0:
        columns[value] = second
    return Table(len(first), columns)


def _rows(tables: Iterable[Table], names: Sequence[int]) -> Ints:
    """Return the distinct rows of the columns `names` of all `tables`, sorted."""
    parts = [np.stack([t.column(n) for n in names], axis=1) for t in tables if t.size]
    if not parts:
        return np.empty((0, len(names)), np.int64)
    rows = np.concatenate(parts)
    if rows.shape[1] == 2:
        packed = distinct(pack(rows[:, 0], rows[:, 1]))
        return np.stack((firsts(packed), seconds(packed)), axis=1)
    return np.unique(rows, axis=0)
