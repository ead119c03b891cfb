"""A look-up becomes steps over one list of terms: variables first, then what is known before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode

from kg.namespaces import RDF
from kg.publish.look_ups.order import ordered
from kg.publish.look_ups.reading import (
    Filter,
    Fixed,
    Given,
    Group,
    LookUp,
    Pattern,
    Slot,
    Variable,
    absolute,
)
from kg.publish.look_ups.statements import Id

Terms = list[Id]
"""Ids of terms by place; None for a variable without a value."""
_TAGGED = frozenset((f"{RDF}langString", f"{RDF}dirLangString"))


class Step(NamedTuple):
    """One pattern: the places of its terms, and what a statement that fits gives to which place.

    `gives` are places with a part of the statement, 0 to 2; `same` are pairs of parts that must be
    equal.
    """

    subject: int
    predicate: int
    object: int
    gives: tuple[tuple[int, int], ...]
    same: tuple[tuple[int, int], ...]
    is_whole: bool
    """All three are known: the statement is there or not."""


class Part(NamedTuple):
    """A group: its steps in order, and its filters."""

    steps: tuple[Step, ...]
    filters: tuple[Filter, ...]


@dataclass(frozen=True)
class Plan:
    """A look-up that can be carried out; `chosen` are the places of its columns.

    A solution begins with as many variables as `width`, then come the terms that are `fixed`, then
    those that are `given` by the text.
    """

    names: tuple[str, ...]
    chosen: tuple[int, ...]
    width: int
    fixed: tuple[NamedNode | Literal, ...]
    given: tuple[Given, ...]
    required: Part
    optional: tuple[Part, ...]
    distinct: bool
    limit: int | None

    def nodes(self, texts: list[str]) -> list[NamedNode | Literal]:
        """Return the terms that a text gives; raises ValueError for one that is none."""
        return [_made(given, texts) for given in self.given]


def plan_of(look_up: LookUp) -> Plan | None:
    """Return how a look-up is carried out; None if a graph would have to be gone through."""
    known = look_up.required.variables()
    places = _Places(look_up)
    required = places.part(look_up.required, set())
    optional = [places.part(group, known) for group in look_up.optional]
    whole = tuple(part for part in optional if part)
    if required is None or len(whole) < len(optional):
        return None
    return Plan(
        tuple(name for name, _ in look_up.chosen),
        tuple(place for _, place in look_up.chosen),
        look_up.width,
        tuple(fixed.node for fixed in places.fixed),
        tuple(places.given),
        required,
        whole,
        look_up.distinct,
        look_up.limit,
    )


class _Places:
    """Where the terms of a look-up stand in the list."""

    def __init__(self, look_up: LookUp) -> None:
        groups = (look_up.required, *look_up.optional)
        slots = [slot for group in groups for pattern in group.patterns for slot in pattern]
        self.fixed = _kinds(slots, Fixed)
        self.given = _kinds(slots, Given)
        self._width = look_up.width

    def part(self, group: Group, known: set[int]) -> Part | None:
        """Return a group as steps, when `known` have values; None if that would take too long."""
        patterns = ordered(group.patterns, known)
        if patterns is None:
            return None
        bound, steps = set(known), []
        for pattern in patterns:
            steps.append(self._step(pattern, bound))
            bound |= pattern.variables()
        return Part(tuple(steps), tuple(group.filters))

    def _step(self, pattern: Pattern, bound: set[int]) -> Step:
        first: dict[int, int] = {}
        same = []
        for part, slot in enumerate(pattern):
            if isinstance(slot, Variable) and slot.place not in bound:
                if slot.place in first:
                    same.append((first[slot.place], part))
                first.setdefault(slot.place, part)
        subject, predicate, thing = map(self._place, pattern)
        return Step(subject, predicate, thing, tuple(first.items()), tuple(same), not first)

    def _place(self, slot: Slot) -> int:
        if isinstance(slot, Variable):
            return slot.place
        if isinstance(slot, Fixed):
            return self._width + self.fixed.index(slot)
        return self._width + len(self.fixed) + self.given.index(slot)


def _kinds(slots: Iterable[Slot], kind: type[Any]) -> list[Any]:
    return list(dict.fromkeys(slot for slot in slots if isinstance(slot, kind)))


def _made(given: Given, texts: list[str]) -> NamedNode | Literal:
    text = texts[given.number][1:-1]
    if given.is_iri:
        return NamedNode(absolute(text))
    if given.language:
        return Literal(text, language=given.language)
    datatype = given.datatype
    if datatype is None:
        return Literal(text)
    if isinstance(datatype, int):
        datatype = NamedNode(absolute(texts[datatype][1:-1]))
    if datatype.value in _TAGGED:
        raise ValueError(text)
    return Literal(text, datatype=datatype)
