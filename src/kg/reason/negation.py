"""What a change does to rules with NOT EXISTS: what is now forbidden, and what now is not."""

from __future__ import annotations

import numpy as np

from kg.reason.arrays import distinct, pack
from kg.reason.engine import Engine
from kg.reason.firing import bind, conclude, matches
from kg.reason.instance import Instance
from kg.reason.matching import Body, Table, solutions
from kg.reason.state import Delta, Found, add


def blocked(engine: Engine, level: int, gained: Delta) -> Delta:
    """Return what rules of the stratum `level` concluded and what has come now forbids."""
    seeds: Delta = {}
    for instance in _at(engine, level):
        for group in instance.body.unless:
            body = Body(
                atoms=(*group.atoms, *instance.body.atoms),
                conditions=(*group.conditions, *instance.body.conditions),
                bindings=(*group.bindings, *instance.body.bindings),
            )
            for number, atom in enumerate(group.atoms):
                some = gained.get(atom[0])
                if some is None:
                    continue
                start = bind(atom, some)
                for table in solutions(
                    body, engine.state.facts, engine.state.meter, start=start, done=number
                ):
                    for predicate, subject, value in instance.head:
                        pairs = pack(table.column(subject), table.column(value))
                        add(seeds, predicate, distinct(pairs))
    return seeds


def opened(engine: Engine, level: int, *, gained: Delta, lost: Delta) -> Found:
    """Return what rules of `level` conclude from what has come, or as what forbade it is gone."""
    state = engine.state
    found = Found()
    for predicate, pairs in gained.items():
        for (instance, number), some in engine.active[level].of(predicate, pairs):
            for table in matches(state, instance, number, some):
                conclude(state, instance, table, found)
    for instance in _at(engine, level):
        outer = {term for atom in instance.body.atoms for term in atom if term < 0}
        for atom in (atom for group in instance.body.unless for atom in group.atoms):
            if atom[0] in lost:
                start = _project(bind(atom, lost[atom[0]]), outer)
                for table in solutions(instance.body, state.facts, state.meter, start=start):
                    conclude(state, instance, table, found)
    return found


def _at(engine: Engine, level: int) -> list[Instance]:
    return [each for each, stratum in engine.level_of.items() if stratum == level]


def _project(table: Table, names: set[int]) -> Table:
    """Return the distinct rows of the columns `names` of `table`."""
    kept = [name for name in table.columns if name in names]
    if not kept:
        return Table(min(table.size, 1))
    rows = np.unique(np.stack([table.columns[name] for name in kept], axis=1), axis=0)
    return Table(len(rows), dict(zip(kept, rows.T, strict=True)))
