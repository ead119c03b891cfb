"""In which order rules with NOT EXISTS, or with a look at names, may run.

What such a rule asks to be absent has to be complete before it runs. A key is a predicate, or
rdf:type with a class; EQUAL is the key of "these two are equal", on which all others depend.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from kg.errors import QueryError, Text
from kg.reason.instance import Instance, substitute_atom
from kg.reason.matching import Atom, Body, solutions
from kg.reason.state import State

Key = int | tuple[int, int]
EQUAL: Key = -1
_MANY = 200_000


def is_gated(instance: Instance) -> bool:
    """Return whether `instance` may conclude less when more is known.

    That is so with NOT EXISTS, and with conditions: two names may turn out to denote one thing.
    """
    return bool(instance.body.unless or instance.body.conditions or instance.body.bindings)


def levels(state: State, instances: Iterable[Instance]) -> dict[Instance, int]:
    """Return for each gated instance the number of the stratum in which it runs, from 1.

    Raises QueryError when a rule needs the absence of what follows from itself.
    """
    used = [instance for instance in instances if instance.head and not instance.implied]
    gated = [instance for instance in used if is_gated(instance)]
    if not gated:
        return {}
    edges = [_edges(state, instance) for instance in used]
    level: dict[Key, int] = {}
    equal = bool(state.facts.equality) or any(
        atom[0] == state.words.same for instance in used for atom in instance.head
    )
    found = dict.fromkeys(gated, 1)
    changed = True
    while changed:
        changed = False
        for instance, ways in zip(used, edges, strict=True):
            for body, absent, head in ways:
                base = level.get(EQUAL, 0)
                need = max([base, *(level.get(key, 0) for key in body)])
                need = max([need, *(level.get(key, 0) + 1 for key in absent)])
                if instance in found:
                    if equal and instance.body.conditions:
                        need = max(need, base + 1)
                    need = found[instance] = max(found[instance], need)
                    if need > len(gated) + 1:
                        raise _no_order(instance)
                for key in head:
                    if need > level.get(key, 0):
                        level[key] = need
                        changed = True
    return found


Way = tuple[list[Key], list[Key], list[Key]]


def _edges(state: State, instance: Instance) -> list[Way]:
    """Return what `instance` needs, what it needs to be absent, and what it gives."""
    ways: list[Way] = []
    for values in _classes(state, instance):
        body = [_key(state, substitute_atom(atom, values)) for atom in instance.body.atoms]
        absent = [
            _key(state, substitute_atom(atom, values))
            for group in instance.body.unless
            for atom in group.atoms
        ]
        head = [_key(state, substitute_atom(atom, values)) for atom in instance.head]
        ways.append((body, absent, head))
    return ways


def _key(state: State, atom: Atom) -> Key:
    predicate, _, value = atom
    if predicate == state.words.same:
        return EQUAL
    if predicate == state.words.proper:
        return state.words.sub_class
    return (predicate, value) if predicate == state.words.type else predicate


def _classes(state: State, instance: Instance) -> Iterator[dict[int, int]]:
    """Yield the classes that the variables for classes of `instance` may stand for."""
    kind = state.words.type
    atoms = (*instance.body.atoms, *instance.head)
    names = sorted({atom[2] for atom in atoms if atom[0] == kind and atom[2] < 0})
    if not names:
        yield {}
        return
    others = tuple(a for a in instance.body.atoms if a[0] != kind or a[2] not in names)
    bound = {term for atom in others for term in atom}
    if not set(names) <= bound:
        yield {}
        return
    rows: set[tuple[int, ...]] = set()
    for table in solutions(Body(others), state.facts, state.meter):
        columns = np.stack([table.columns[name] for name in names], axis=1)
        rows |= set(map(tuple, np.unique(columns, axis=0).tolist()))
        if len(rows) > _MANY:
            yield {}
            return
    for row in rows:
        yield dict(zip(names, row, strict=True))


def _no_order(instance: Instance) -> QueryError:
    name = instance.rule.name
    return QueryError(
        Text(
            de=f"Die Regel {name} setzt voraus, dass etwas nicht gilt, was aus ihr selbst folgen "
            "kann. Dafür gibt es keine Reihenfolge: Nehmen Sie aus NOT EXISTS oder FILTER heraus, "
            "was die Regel schließt.",
            en=f"The rule {name} requires the absence of what may follow from itself. There is "
            "no order for that: take what the rule concludes out of NOT EXISTS or FILTER.",
        ),
        place=instance.rule.place,
    )
