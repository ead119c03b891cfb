"""RDF lists in the relations rdf:first and rdf:rest: their members, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kg.errors import Text
from kg.reason.matching import Atom, Facts
from kg.reason.vocabulary import Vocabulary

Lists = tuple[tuple[int, tuple[int, ...]], ...]
"""Lists: the first node and the members of each."""
MAX_SHOWN = 16
"""Of a longer list a proof shows only the way to the member that counts."""
MAX_READINGS = 64
"""A list that branches can be read in several ways; so many are followed."""
MAX_MEMBERS = 2_000_000


def readings(
    start: int, facts: Facts, *, first: int, rest: int, nil: int
) -> tuple[list[tuple[int, ...]], Text | None]:
    """Return the members of the list at `start`, in each way to read it, and what is wrong.

    A well-formed list has one reading. A node without rdf:first or rdf:rest, or an rdf:rest that
    leads back, ends a reading without result.
    """
    found: list[tuple[int, ...]] = []
    trouble: Text | None = None
    firsts, rests = facts.relation(first), facts.relation(rest)
    stack: list[tuple[int, list[int], set[int]]] = [(start, [], set())]
    while stack:
        node, members, seen = stack.pop()
        while node != nil:
            items = firsts.partners(node).tolist() if firsts else []
            nexts = rests.partners(node).tolist() if rests else []
            if node in seen or not items or not nexts or len(members) >= MAX_MEMBERS:
                trouble = _ENDLESS if node in seen else _BROKEN
                break
            seen.add(node)
            if len(items) * len(nexts) > 1:
                trouble = _BRANCHING
                ways = [(item, onward) for item in items for onward in nexts][1:]
                for item, onward in ways[: MAX_READINGS - len(stack)]:
                    stack.append((onward, [*members, item], set(seen)))
            members.append(items[0])
            node = nexts[0]
        else:
            found.append(tuple(members))
            if len(found) >= MAX_READINGS:
                break
    return list(dict.fromkeys(found)), trouble


def list_triples(
    start: int,
    members: tuple[int, ...],
    facts: Facts,
    words: Vocabulary,
    *,
    only: set[int],
) -> Iterator[Atom]:
    """Yield the triples of a list that has one reading.

    Of a list of more than MAX_SHOWN members only the way to the first that is one of `only`,
    unless that is empty.
    """
    first, rest = words.first, words.rest
    places = list(_nodes(start, members, facts, rest))
    if only and len(members) > MAX_SHOWN:
        last = next((n for n, member in enumerate(members) if member in only), 0)
        yield first, places[last], members[last]
        places = places[: last + 1]
    else:
        yield from ((first, node, member) for node, member in zip(places, members, strict=False))
        places.append(words.nil)
    yield from ((rest, one, other) for one, other in pairwise(places))


def _nodes(start: int, members: tuple[int, ...], facts: Facts, rest: int) -> Iterator[int]:
    """Yield the nodes of a list, as many as it has `members`."""
    relation, node = facts.relation(rest), start
    for _ in members:
        yield node
        onward = relation.partners(node).tolist() if relation else []
        if not onward:
            return
        node = onward[0]


_BROKEN = Text(
    de="Die Liste ist unvollständig: Einem Glied fehlt rdf:first oder rdf:rest. "
    "Sie wird nicht ausgewertet.",
    en="The list is incomplete: a node lacks rdf:first or rdf:rest. It is not used.",
)
_ENDLESS = Text(
    de="Die Liste führt über rdf:rest auf sich selbst zurück. Sie wird nicht ausgewertet.",
    en="The list leads back to itself through rdf:rest. It is not used.",
)
_BRANCHING = Text(
    de="Ein Glied der Liste hat mehrere rdf:first oder rdf:rest; jede Lesart gilt.",
    en="A node of the list has several rdf:first or rdf:rest; every reading counts.",
)
