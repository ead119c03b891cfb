"""Patterns meet relations: all solutions of the body of a rule, as columns of identifiers.

Solutions are found for many starting rows at once. What would fill the memory is cut into pieces;
what would take forever ends in a StageError that says which rule it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from kg.errors import StageError, Text
from kg.reason.arrays import MANY, Ints, Mask, among, pack
from kg.reason.relation import Relation
from kg.reason.rule import Expression

Atom = tuple[int, int, int]
"""Predicate, subject, object: identifiers, or variables as negative numbers."""
PIECE = 4_000_000
"""So many rows at most are made in one step."""
_SAMPLE = 256


@dataclass(frozen=True)
class Condition:
    """A FILTER: its expression and the variables in it, by name."""

    expression: Expression
    variables: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Binding:
    """A BIND: the variable and the condition-like expression that gives its value."""

    variable: int
    value: Condition


@dataclass(frozen=True)
class Body:
    """What must match: atoms, conditions, assignments and groups that must not match."""

    atoms: tuple[Atom, ...]
    conditions: tuple[Condition, ...] = ()
    bindings: tuple[Binding, ...] = ()
    unless: tuple[Body, ...] = ()

    def variables(self) -> set[int]:
        """Return the variables that its atoms and assignments bind."""
        found = {term for atom in self.atoms for term in atom if term < 0}
        return found | {binding.variable for binding in self.bindings}


@dataclass(frozen=True)
class Table:
    """`size` solutions: a column of identifiers for each bound variable."""

    size: int
    columns: Mapping[int, Ints] = field(default_factory=dict)

    def take(self, rows: Ints | Mask | slice) -> Table:
        """Return the solutions at `rows`."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        if isinstance(rows, slice):
            size = len(range(*rows.indices(self.size)))
        else:
            size = int(rows.sum()) if rows.dtype == bool else len(rows)
        return Table(size, columns)

    def having(self, variable: int, column: Ints) -> Table:
        """Return the solutions with one more variable."""
        return Table(self.size, {**self.columns, variable: column})

    def column(self, term: int) -> Ints:
        """Return the column of a variable, or of an identifier that is the same in each row."""
        return self.columns[term] if term < 0 else np.full(self.size, term, np.int64)


ONE = Table(1)
"""The table with one solution that binds nothing."""
NOTHING = Table(0)
"""The table without solutions."""


class Facts(Protocol):
    """Where patterns are looked up."""

    def relation(self, predicate: int) -> Relation | None:
        """Return the triples of `predicate`, None when there are none."""
        ...

    def holds(self, condition: Condition, values: Mapping[int, int]) -> bool:
        """Return whether `condition` is true of the terms that `values` binds."""
        ...

    def value(self, condition: Condition, values: Mapping[int, int]) -> int | None:
        """Return the term that the expression gives, None for an error."""
        ...

    def are_plain(self, ids: Ints) -> Mask:
        """Return which of `ids` are not literals, so that they differ when their numbers do."""
        ...


class Meter:
    """Counts the rows made, and stops when they pass the limit."""

    def __init__(self, limit: int) -> None:
        """Allow `limit` rows."""
        self.limit = limit
        self.rows = 0
        self.rule = ""

    def count(self, rows: int) -> None:
        """Add `rows`; raises StageError when there are too many."""
        self.rows += rows
        if self.rows > self.limit:
            raise StageError(
                Text(
                    de=f"Das Schließen wurde abgebrochen: Die Regel {self.rule} führt über "
                    f"die Grenze von {self.limit:,} Zwischenergebnissen hinaus.",
                    en=f"Reasoning was stopped: the rule {self.rule} leads beyond the limit "
                    f"of {self.limit:,} intermediate results.",
                )
            )


def solutions(
    body: Body, facts: Facts, meter: Meter, *, start: Table = ONE, done: int | None = None
) -> Iterator[Table]:
    """Yield the solutions of `body` that extend those of `start`, in tables.

    `done` is the number of an atom that the rows of `start` match already.
    """
    atoms = tuple(atom for number, atom in enumerate(body.atoms) if number != done)
    if len(atoms) < 2 and not (body.conditions or body.bindings or body.unless):
        if atoms:
            yield from (each for each in _step(start, atoms[0], facts, meter) if each.size)
        elif start.size:
            yield start
        return
    rest = _Rest(atoms, body.conditions, body.bindings)
    for found in _extended(start, rest, facts, meter):
        table = _exclude(found, body.unless, facts, meter)
        if table.size:
            yield table


@dataclass(frozen=True)
class _Rest:
    """What of a body has not been matched yet."""

    atoms: tuple[Atom, ...]
    conditions: tuple[Condition, ...]
    bindings: tuple[Binding, ...]


def _extended(table: Table, rest: _Rest, facts: Facts, meter: Meter) -> Iterator[Table]:
    """Yield the solutions of `rest` that extend `table`; of pieces, one after the other."""
    conditions, bindings = rest.conditions, rest.bindings
    while table.size and (conditions or bindings):
        pending = len(conditions) + len(bindings)
        table, conditions = _filter(table, conditions, facts)
        table, bindings = _assign(table, bindings, facts)
        if pending == len(conditions) + len(bindings):
            break
    if not table.size:
        return
    if rest.atoms:
        number = _next(table, rest.atoms, facts)
        atoms = rest.atoms[:number] + rest.atoms[number + 1 :]
        for piece in _step(table, rest.atoms[number], facts, meter):
            yield from _extended(piece, _Rest(atoms, conditions, bindings), facts, meter)
    elif not conditions and not bindings:
        yield table  # otherwise they speak of a variable that nothing binds


def _ready(table: Table, variables: tuple[tuple[str, int], ...]) -> bool:
    return all(number >= 0 or number in table.columns for _, number in variables)


def _filter(
    table: Table, conditions: tuple[Condition, ...], facts: Facts
) -> tuple[Table, tuple[Condition, ...]]:
    """Apply the conditions whose variables are bound; return what is left of both."""
    if not conditions:
        return table, conditions
    left = []
    for condition in conditions:
        if not _ready(table, condition.variables):
            left.append(condition)
        elif table.size:
            table = table.take(_true(table, condition, facts))
    return table, tuple(left)


def _true(table: Table, condition: Condition, facts: Facts) -> Mask:
    """Return in which rows `condition` is true; each combination of values is tried once."""
    numbers = [number for _, number in condition.variables]
    undecided: Mask = np.ones(table.size, bool)
    result: Mask = np.zeros(table.size, bool)
    if len(numbers) == 2 and condition.expression.compares_terms():
        if condition.expression.operator == "sameTerm":
            same: Mask = table.column(numbers[0]) == table.column(numbers[1])
            return same
        one, other = (table.column(number) for number in numbers)
        result = (one != other) & (facts.are_plain(one) | facts.are_plain(other))
        undecided = (one != other) & ~result
        if not undecided.any():
            return result
    rows = np.flatnonzero(undecided)
    if not numbers:
        return np.full(table.size, facts.holds(condition, {}))
    combined = np.stack([table.column(number)[rows] for number in numbers], axis=1)
    kinds, which = np.unique(combined, axis=0, return_inverse=True)
    truths = np.array(
        [facts.holds(condition, dict(zip(numbers, kind, strict=True))) for kind in kinds.tolist()],
        bool,
    )
    result[rows] = truths[which.reshape(-1)]
    return result


def _assign(
    table: Table, bindings: tuple[Binding, ...], facts: Facts
) -> tuple[Table, tuple[Binding, ...]]:
    """Apply the assignments whose variables are bound; return what is left of both."""
    left = []
    for binding in bindings:
        if not _ready(table, binding.value.variables):
            left.append(binding)
            continue
        numbers = [number for _, number in binding.value.variables]
        columns = [table.column(number).tolist() for number in numbers]
        keys = list(zip(*columns, strict=True)) if columns else [()] * table.size
        seen = {
            key: facts.value(binding.value, dict(zip(numbers, key, strict=True)))
            for key in set(keys)
        }
        found = [seen[key] for key in keys]
        values = np.array([-1 if each is None else each for each in found], np.int64)
        if binding.variable in table.columns:
            table = table.take(values == table.columns[binding.variable])
        else:
            table = table.having(binding.variable, values).take(values >= 0)
    return table, tuple(left)


def _exclude(table: Table, unless: tuple[Body, ...], facts: Facts, meter: Meter) -> Table:
    """Drop the rows for which a group of `unless` matches."""
    for group in unless:
        if not table.size:
            break
        row = min((*table.columns, *group.variables(), 0)) - 1
        outer = table.having(row, np.arange(table.size))
        blocked = np.zeros(table.size, bool)
        for found in solutions(group, facts, meter, start=outer):
            blocked[found.columns[row]] = True
        table = table.take(~blocked)
    return table


def _next(table: Table, atoms: tuple[Atom, ...], facts: Facts) -> int:
    """Return the number of the atom to match next: the one that makes the fewest rows."""
    best, least = 0, float("inf")
    if len(atoms) == 1:
        return 0
    for number, atom in enumerate(atoms):
        cost = _cost(table, atom, facts)
        if cost < least:
            best, least = number, cost
        if least < 1:
            break
    return best


def _cost(table: Table, atom: Atom, facts: Facts) -> float:
    """Return about how many rows one row becomes when `atom` is matched."""
    predicate, subject, value = atom
    relation = facts.relation(predicate)
    if relation is None or not len(relation):
        return 0
    bound_s = subject >= 0 or subject in table.columns
    bound_o = value >= 0 or value in table.columns
    if bound_s and bound_o:
        return 0.5
    if not bound_s and not bound_o:
        return float(len(relation))
    known, by_object = (subject, False) if bound_s else (value, True)
    if known >= 0:
        return float(len(relation.partners(known, by_object=by_object)))
    keys = table.columns[known]
    keys = keys[:: max(1, len(keys) // _SAMPLE)]
    return max(0.75, float(relation.counts(keys, by_object=by_object).mean()))


def _step(table: Table, atom: Atom, facts: Facts, meter: Meter) -> Iterator[Table]:
    """Yield the solutions of `table` and `atom`, in pieces."""
    predicate, subject, value = atom
    relation = facts.relation(predicate)
    if relation is None or not len(relation):
        return
    bound_s = subject >= 0 or subject in table.columns
    bound_o = value >= 0 or value in table.columns
    if bound_s and bound_o:
        yield table.take(_known(table, relation, subject, value))
    elif bound_s or bound_o:
        known, wanted = (subject, value) if bound_s else (value, subject)
        for piece in _pieces(table, known, relation, by_object=not bound_s):
            if known >= 0:
                found = relation.partners(known, by_object=not bound_s)
                which = np.repeat(np.arange(piece.size), len(found))
                found = np.tile(found, piece.size)
            else:
                which, found = relation.expand(piece.columns[known], by_object=not bound_s)
            meter.count(len(which))
            yield piece.take(which).having(wanted, found)
    else:
        pairs = relation.pairs()
        first, second = pairs >> 32, pairs & 0xFFFFFFFF
        if subject == value:
            first = second = first[first == second]
        meter.count(len(first) * table.size)
        for low in range(table.size):
            row = table.take(np.full(len(first), low))
            yield row.having(subject, first).having(value, second)


def _known(table: Table, relation: Relation, subject: int, value: int) -> Mask:
    """Return in which rows of `table` the pair of `subject` and `value` is in `relation`."""
    if subject < 0 <= value:
        partners = relation.partners(value, by_object=True) if table.size > MANY else None
        if partners is not None:
            return among(table.columns[subject], partners)
    return relation.contains(pack(table.column(subject), table.column(value)))


def _pieces(table: Table, known: int, relation: Relation, *, by_object: bool) -> Iterator[Table]:
    """Yield `table` cut so that each piece makes no more than about PIECE rows."""
    if known >= 0:
        each = max(1, len(relation.partners(known, by_object=by_object)))
        step = max(1, PIECE // each)
        for low in range(0, table.size, step):
            yield table if step >= table.size else table.take(slice(low, low + step))
        return
    if table.size * 4 < PIECE and table.size * len(relation) < PIECE:
        yield table
        return
    ends = np.cumsum(relation.counts(table.columns[known], by_object=by_object))
    if not len(ends) or ends[-1] <= PIECE:
        yield table
        return
    cuts = ends.searchsorted(np.arange(PIECE, ends[-1] + PIECE, PIECE), side="right")
    low = 0
    for high in sorted({*np.maximum(cuts, 1).tolist(), table.size}):
        if high > low:
            yield table.take(slice(low, high))
        low = max(low, high)
