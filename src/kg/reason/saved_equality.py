"""Classes of equal identifiers, with the reasons of every union, as one array of numbers.

Class by class: how many members, the members, the representative first. Then the reasons: rule,
rank, premises and lists, each with its length before it. Then for each identifier in how many
unions it stands, and for each of these the other identifier and the number of the reason.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kg.reason.arrays import Ints
from kg.reason.equality import Equality, Reason
from kg.reason.matching import Atom
from kg.reason.proof import STATED

RULES = (
    STATED,
    "dt-eq",
    "prp-fp",
    "prp-ifp",
    "prp-key",
    "cls-maxc2",
    "cls-maxqc3",
    "cls-maxqc4",
)
"""The rules of OWL 2 RL/RDF that find things equal; others are written letter by letter."""


def numbers_of(equality: Equality) -> Ints:
    """Return the classes and reasons of `equality` as numbers."""
    classes = [members for _, members in equality.classes()]
    found = [len(classes)]
    for members in classes:
        representative = equality.find(members[0])
        found += [len(members), representative, *members]
    edges = {one: equality._edges[one] for one in equality._edges}
    reasons = list({id(reason): reason for some in edges.values() for _, reason in some}.values())
    places = {id(reason): number for number, reason in enumerate(reasons)}
    found.append(len(reasons))
    for reason in reasons:
        found += _reason(reason)
    found.append(len(edges))
    for one, some in edges.items():
        found += [one, len(some)]
        for other, reason in some:
            found += [other, places[id(reason)]]
    return np.array(found, np.int64)


def equality_of(numbers: Ints, equality: Equality) -> None:
    """Put what `numbers_of` returned into `equality`, which has no classes yet.

    Raises ValueError when the numbers are not of that kind.
    """
    reader = iter(numbers.tolist())
    try:
        for _ in range(next(reader)):
            count, representative = next(reader), next(reader)
            members = _take(reader, count)
            equality._members[representative] = members
            equality._representative.update(dict.fromkeys(members, representative))
        reasons = [_read_reason(reader) for _ in range(next(reader))]
        for _ in range(next(reader)):
            one, count = next(reader), next(reader)
            equality._edges[one] = [(next(reader), reasons[next(reader)]) for _ in range(count)]
    except (StopIteration, RuntimeError) as error:
        raise ValueError("numbers") from error
    equality._old = equality._several = None


def _reason(reason: Reason) -> list[int]:
    known = reason.rule in RULES
    name = [] if known else [ord(letter) for letter in reason.rule]
    found = [RULES.index(reason.rule) if known else -len(name), *name, reason.rank]
    found.append(len(reason.premises))
    found += [term for premise in reason.premises for term in premise]
    found.append(len(reason.lists))
    for start, members in reason.lists:
        found += [start, len(members), *members]
    return found


def _read_reason(reader: Iterator[int]) -> Reason:
    rule = next(reader)
    name = RULES[rule] if rule >= 0 else "".join(map(chr, _take(reader, -rule)))
    rank = next(reader)
    premises: list[Atom] = []
    for _ in range(next(reader)):
        predicate, subject, value = _take(reader, 3)
        premises.append((predicate, subject, value))
    lists = []
    for _ in range(next(reader)):
        start, count = next(reader), next(reader)
        lists.append((start, tuple(_take(reader, count))))
    return Reason(name, tuple(premises), rank, tuple(lists))


def _take(reader: Iterator[int], count: int) -> list[int]:
    return [next(reader) for _ in range(count)]
