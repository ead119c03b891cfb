"""Which instances a triple may concern, by its predicate, or by its predicate and object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from kg.reason.arrays import Ints, contained, distinct, firsts, swap
from kg.reason.instance import Instance

Trigger = tuple[Instance, int]
"""An instance and the number of the atom, in its body or head, that a triple matches."""


class Triggers:
    """An index of atoms."""

    def __init__(self) -> None:
        """Begin without instances."""
        self._general: dict[int, list[Trigger]] = defaultdict(list)
        self._special: dict[int, dict[int, list[Trigger]]] = defaultdict(dict)

    def add(self, instance: Instance) -> None:
        """Note what in the body of `instance` a triple may match."""
        if instance.distinct:
            self._add_distinct(instance)
            return
        atoms = instance.link.body.atoms if instance.link else instance.body.atoms
        for number, (predicate, _, value) in enumerate(atoms):
            self._note(predicate, value, (instance, number))

    def add_head(self, instance: Instance) -> None:
        """Note what `instance` may conclude."""
        for number, (predicate, _, value) in enumerate(instance.head):
            self._note(predicate, value, (instance, number))

    def _note(self, predicate: int, value: int, trigger: Trigger) -> None:
        if value >= 0:
            self._special[predicate].setdefault(value, []).append(trigger)
        else:
            self._general[predicate].append(trigger)

    def _add_distinct(self, instance: Instance) -> None:
        """Any member of the list may be the property, or the class, of a triple."""
        predicate = instance.body.atoms[0][0]
        for member in dict.fromkeys(instance.distinct):
            if predicate < 0:
                self._note(member, -1, (instance, 0))
            else:
                self._note(predicate, member, (instance, 0))

    def of(self, predicate: int, pairs: Ints) -> Iterator[tuple[Trigger, Ints]]:
        """Yield the triggers of the sorted `pairs`, each with the pairs that concern it."""
        for trigger in self._general.get(predicate, ()):
            yield trigger, pairs
        by_object = self._special.get(predicate)
        if not by_object:
            return
        turned = np.sort(swap(pairs))
        values = distinct(firsts(turned))
        if len(values) <= len(by_object):
            wanted = [value for value in values.tolist() if value in by_object]
        else:
            keys = np.array(list(by_object), np.int64)
            wanted = keys[contained(keys, values)].tolist()
        for value in wanted:
            low, high = turned.searchsorted([value << 32, (value + 1) << 32])
            some = np.sort(swap(turned[low:high]))
            for trigger in by_object[value]:
                yield trigger, some

    def for_triple(self, predicate: int, value: int) -> Iterator[Trigger]:
        """Yield the triggers of one triple."""
        yield from self._general.get(predicate, ())
        yield from self._special.get(predicate, {}).get(value, ())
