"""What the recommendation's own shapes say of a shapes graph: Appendix C, "SHACL Shapes to
Validate Shapes Graphs", as pySHACL brings it along.
"""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from random import Random

import pytest
from pyoxigraph import RdfFormat, parse
from tests.validate import random_shapes as made
from tests.validate.random_shapes import Row, triples

from kg.errors import KgError
from kg.rdf.bulk import columns_of
from kg.validate.engine import validate
from kg.validate.graph import graph_of
from kg.validate.shape_reader import read_shapes
from kg.validate.shapes import Plan

CASES = 200


@pytest.fixture(scope="module")
def shapes_of_shapes() -> Plan:
    """The shapes for shapes graphs."""
    text = (files("pyshacl") / "assets" / "shacl-shacl.ttl").read_bytes()
    return read_shapes(quad.triple for quad in parse(text, RdfFormat.TURTLE))


def test_what_is_ill_formed_is_refused(shapes_of_shapes: Plan) -> None:
    """Random shapes conform, damaged ones are refused at least when these shapes find a fault."""
    counts: Counter[bool] = Counter()
    for number in range(CASES):
        random = Random(f"damage-{number}")
        good = made.shapes(random)
        bad = damaged(random, good)
        for rows in (good, bad):
            graph = graph_of(columns_of(triples(rows)))
            found = validate(graph, shapes_of_shapes).results
            refused = refuses(rows)
            if found:
                assert refused, (number, found[0])
            if rows is good:
                assert not found, (number, found[0])
                assert not refused, (number, refused)
            counts[bool(found)] += 1
    assert counts[True] > CASES // 4


def refuses(rows: list[Row]) -> KgError | None:
    try:
        read_shapes(triples(rows))
    except KgError as error:
        return error
    return None


OBJECTS = ("_:new", '"text"', '"a"@de', made.name("x0"), made.NIL)


def damaged(random: Random, rows: list[Row]) -> list[Row]:
    """The rows with one or two of them lost, doubled with another object, or spoilt."""
    found = list(rows)
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(len(found))
        subject, predicate, value = found[at]
        other = random.choice((*OBJECTS, made.typed("1", "integer"), random.choice(found)[2]))
        choice = random.randrange(3)
        if choice == 0 and len(found) > 1:
            del found[at]
        elif choice == 1:
            found[at] = (subject, predicate, other)
        else:
            found.append((subject, predicate, other if random.random() < 0.5 else value))
    return list(dict.fromkeys(found))
