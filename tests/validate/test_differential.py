"""The engine against pySHACL on random shapes and data, and its paths against Oxigraph.

`kg.validate.reference_child` mends pySHACL where it strays from the recommendation. What it cannot
do at all is not among the random shapes but in `test_components`, `test_nesting`, `test_targets`:
empty lists of sh:and, sh:or and sh:xone, which it refuses, sh:minLength 0 on blank nodes, which it
lets pass, the flag x of sh:pattern, which it does not know, and implicit classes that are instances
of a subclass of rdfs:Class. rdflib takes empty texts and false for unbound at the start of a
repeated path, so that the random queries have none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from pyoxigraph import Quad, QuerySolutions, Store, Triple
from tests.validate import random_shapes as made
from tests.validate.random_shapes import Row, counted, triples

from kg.errors import StageError
from kg.validate.engine import check
from kg.validate.reference import Reference
from kg.validate.report import Report
from kg.validate.shape_reader import read_shapes

BLOCKS, CASES = 8, 60
"""So many blocks of so many cases each."""


@pytest.fixture(scope="module")
def reference() -> Iterator[Reference]:
    """One process for all cases."""
    with Reference() as process:
        yield process


def test_the_reference_goes_on(reference: Reference) -> None:
    """One process answers many tasks, also after one that failed, and keeps labels and paths."""
    shapes = [
        (made.name("S"), made.sh("targetNode"), made.name("x0")),
        (made.name("S"), made.sh("path"), "_:p"),
        ("_:p", made.sh("inversePath"), "_:q"),
        ("_:q", made.sh("zeroOrMorePath"), made.PROPERTIES[0]),
        (made.name("S"), made.sh("in"), made.NIL),
    ]
    data = triples([("_:d0", made.PROPERTIES[0], made.name("x0"))])
    with pytest.raises(StageError):
        reference.check(data, triples(shapes[:-2]))
    found = counted(reference.check(data, triples(shapes)))
    assert {row[2] for row in found} == {"_:d0", made.name("x0")}
    assert {row[1] for row in found} == {f"^({made.PROPERTIES[0]}*)"}


@pytest.mark.parametrize("block", range(BLOCKS))
def test_random_shapes(reference: Reference, block: int) -> None:
    """Both find the same results as often: focus, path, value, component, shape, severity."""
    components: Counter[str | None] = Counter()
    for number in range(CASES):
        seed = f"differential-{block}-{number}"
        random = Random(seed)
        shapes, data = triples(made.shapes(random)), triples(made.data(random, 25))
        ours = counted(check(data, shapes))
        assert ours == counted(reference.check(data, shapes)), seed
        components.update(row[3] for row in ours.elements())
    assert sum(components.values()) > 2 * CASES
    assert len(components) > 20


def test_random_queries(reference: Reference) -> None:
    """The same with SPARQL-based constraints, alone and within other shapes."""
    components: Counter[str | None] = Counter()
    for number in range(120):
        random = Random(f"queries-{number}")
        shapes, data = triples(made.shapes(random, sparql=True)), triples(made.data(random, 25))
        ours = counted(check(data, shapes))
        assert ours == counted(reference.check(data, shapes)), number
        components.update(row[3] for row in ours.elements())
    assert components["SPARQL"] > 60


def test_more_data(reference: Reference) -> None:
    """The same with hundreds of numbers, dates and texts, which are looked at all at once."""
    count = 0
    for number in range(6):
        random = Random(f"more-{number}")
        data = triples([*made.data(random, 25), *padding(random, 700)])
        shapes = triples(limited(random))
        ours = counted(check(data, shapes))
        assert ours == counted(reference.check(data, shapes)), number
        count += sum(ours.values())
    assert count > 2000


def limited(random: Random) -> list[Row]:
    """Shapes for all objects of a property, with as many constraints as will go together."""
    it = made.Sketch(random)
    for number, prop in enumerate(made.PROPERTIES):
        node = made.name(f"T{number}")
        it.say(node, "targetObjectsOf", prop)
        for make in dict.fromkeys(random.choice(made.ANYWHERE) for _ in range(4)):
            make(it, node, 0)
        limit = random.choice(("1", "500000", "-3", "0"))
        it.say(node, "property", inner := it.blank())
        it.say(inner, "path", prop)
        it.say(inner, "maxExclusive", made.typed(limit, random.choice(("integer", "decimal"))))
        it.say(inner, "lessThan", random.choice(made.PROPERTIES))
    return it.rows


def test_padding_changes_nothing() -> None:
    """What nothing leads to does not change the results, though there are forty thousand of it."""
    count = 0
    more = triples(padding(Random("padding"), 40_000))
    for number in range(8):
        random = Random(f"padding-{number}")
        shapes, data = triples(made.shapes(random)), triples(made.data(random, 25))
        alone = counted(check(data, shapes))
        found = counted(check([*data, *more], shapes))
        drowned = {row: times for row, times in found.items() if own(row[0] or "", data)}
        assert drowned == alone, number
        count += sum(found.values())
    assert count > 10_000


def padding(random: Random, number: int) -> list[Row]:
    """Triples with the usual properties that nothing leads to from those of `data`."""
    things = [made.name(f"pad{each}") for each in range(max(number // 4, 1))]
    lexical = (
        lambda: made.typed(str(random.randint(-9, 10**6)), "integer"),
        lambda: made.typed(f"{random.randint(-9, 9)}.{random.randint(0, 10**6)}", "decimal"),
        lambda: made.typed(f"{random.randint(1000, 9999)}-05-{random.randint(1, 31):02d}", "date"),
        lambda: f'"text {random.randint(0, 10**6)}"',
        lambda: f'"Wörter {random.randint(0, 10**6)}"@{random.choice(("de", "en", "de-at"))}',
    )
    found = []
    for _ in range(number):
        value = random.choice(things) if random.random() < 0.4 else random.choice(lexical)()
        found.append((random.choice(things), random.choice(made.PROPERTIES), value))
    return [row for row in dict.fromkeys(found) if row[2] not in made.LITERALS]


def own(focus: str, data: list[Triple]) -> bool:
    """Whether a focus node is none of the padding."""
    known = {str(term) for triple in data for term in (triple.subject, triple.object)}
    return focus in known or focus in made.THINGS or focus in made.LITERALS


def test_details_are_what_the_shape_within_says() -> None:
    """The details of a result of sh:node are the results of that shape for the value alone."""
    count = 0
    for number in range(400):
        random = Random(f"details-{number}")
        rows, data = made.shapes(random), triples(made.data(random, 25))
        inner = {row[0]: row[2] for row in rows if row[1] == made.sh("node")}
        for result in check(data, triples(rows)).results:
            value = result.value or ""
            if not (result.component or "").endswith("#NodeConstraintComponent") or value[0] == "_":
                continue
            shape = inner[result.source_shape or ""]
            untargeted = [row for row in rows if "#target" not in row[1]]
            own = [row for row in untargeted if row[1] != made.TYPE or "shacl#" in row[2]]
            alone = check(data, triples([*own, (shape, made.sh("targetNode"), value)]))
            assert counted(Report(result.details)) == counted(alone), number
            count += 1
    assert count > 50


def test_paths_as_in_sparql() -> None:
    """Random paths, nested three deep, lead where Oxigraph says that they lead."""
    count = 0
    for number in range(400):
        random = Random(f"path-{number}")
        rows = [row for row in made.data(random, 25) if row[2] not in REWRITTEN]
        data = triples(rows)
        it = made.Sketch(random)
        shape = made.name("S")
        it.say(shape, "path", it.path(3))
        it.say(shape, "in", made.NIL)
        there = {term for row in rows for term in row} & set(NAMED)
        for thing in there:
            it.say(shape, "targetNode", thing)
        (read,) = read_shapes(triples(it.rows)).shapes
        results = check(data, triples(it.rows)).results
        ours = Counter((result.focus, result.value) for result in results)
        store = Store()
        store.extend(Quad(*triple) for triple in data)
        assert ours == reached(store, there, str(read.path)), (number, str(read.path))
        count += len(ours)
    assert count > 1000


NAMED = made.THINGS[:5]
"""Oxigraph finds no way of no length from a term that the data do not have; it is not asked."""
REWRITTEN = (*made.NUMBERS, *made.MOMENTS, *made.ILL)
"""Literals to which Oxigraph may give another form."""


def reached(store: Store, starts: set[str], path: str) -> Counter[tuple[str, str | None]]:
    """Start and end of all ways along a path, each pair once."""
    found: Counter[tuple[str, str | None]] = Counter()
    for thing in starts:
        solutions = store.query(f"SELECT DISTINCT ?v WHERE {{ {thing} {path} ?v }}")
        assert isinstance(solutions, QuerySolutions)
        found.update((thing, str(solution["v"])) for solution in solutions)
    return found
