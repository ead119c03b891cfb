"""In which order the patterns of a look-up are looked for: each by what is known by then.

There are no statistics: a subject has few statements, a key has few subjects, and so has a thing
that something points to, unless it is a class.
"""

from __future__ import annotations

from collections.abc import Collection

from kg.namespaces import RDF_TYPE
from kg.publish.look_ups.reading import Fixed, Given, Pattern, Slot, Variable

_HOPELESS = 9


def ordered(patterns: Collection[Pattern], known: Collection[int]) -> list[Pattern] | None:
    """Return the patterns in the order of their look-ups; None if one would go through a graph.

    `known` are the places of variables that have values before.
    """
    rest, bound, found = list(patterns), set(known), []
    while rest:
        cost, place = min((_cost(pattern, bound), place) for place, pattern in enumerate(rest))
        if cost >= _HOPELESS:
            return None
        pattern = rest.pop(place)
        found.append(pattern)
        bound |= pattern.variables()
    return found


def _cost(pattern: Pattern, bound: Collection[int]) -> int:
    """Return a number that is the greater, the more statements may fit."""
    subject, predicate, thing = (_is_known(slot, bound) for slot in pattern)
    if subject:
        return 0 if predicate and thing else 1 if predicate or thing else 4
    if not thing:
        return _HOPELESS
    if _is_class_of(pattern):
        return 8
    literal = isinstance(pattern.object, Given) and not pattern.object.is_iri
    return (2 if literal else 3) if predicate else 5


def _is_known(slot: Slot, bound: Collection[int]) -> bool:
    return not isinstance(slot, Variable) or slot.place in bound


def _is_class_of(pattern: Pattern) -> bool:
    predicate = pattern.predicate
    return isinstance(predicate, Fixed) and predicate.node.value == RDF_TYPE
