"""What a look-up may take: uses of indexes, statements, memory and shapes are all bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store
from tests.publish.look_ups.agreeing import Asking, E, mapped_of

from kg.namespaces import XSD
from kg.publish.look_ups.look_ups import LookUps
from kg.publish.look_ups.shape import LONGEST
from kg.publish.look_ups.statements import MOST, Statements, StoredStatements, Triple

PREFIXES = {"e": E}
HUB, GRID, LONG = 10_000, 20, 100_000


def quads() -> Iterable[Quad]:
    """Statements to and from a hub, a grid where each points to each, and long texts."""

    def node(name: str) -> NamedNode:
        return NamedNode(E + name)

    for number in range(HUB):
        yield Quad(node(f"s{number}"), node("to"), node("hub"))
        yield Quad(node("hub"), node("of"), node(f"s{number}"))
    for one in range(GRID):
        for other in range(GRID):
            yield Quad(node(f"n{one}"), node("next"), node(f"n{other}"))
    for number in range(300):
        yield Quad(node("many"), node("p"), Literal(f"word {number}", language="de"))
    for number in range(100):
        yield Quad(node("long"), node("p"), Literal(f"{number}" + "x" * LONG))


class Counting:
    """Statements that count what they are asked for, and what they give."""

    def __init__(self, statements: Statements) -> None:
        self.statements = statements
        self.uses, self.given, self.terms = 0, 0, 0

    def id_of(self, node: Any) -> Any:
        return self.statements.id_of(node)

    def find(self, subject: Any, predicate: Any, thing: Any) -> Iterable[Triple]:
        self.uses += 1
        for found in self.statements.find(subject, predicate, thing):
            self.given += 1
            yield found

    def has(self, subject: Any, predicate: Any, thing: Any) -> bool:
        self.uses += 1
        return self.statements.has(subject, predicate, thing)

    def language(self, term: Any) -> str | None:
        self.terms += 1
        return self.statements.language(term)

    def as_json(self, term: Any) -> str:
        self.terms += 1
        return self.statements.as_json(term)

    def as_csv(self, term: Any) -> str:
        self.terms += 1
        return self.statements.as_csv(term)

    def forget(self) -> None:
        self.uses, self.given, self.terms = 0, 0, 0


@pytest.fixture(scope="module")
def store() -> Store:
    """The statements in a store."""
    found = Store()
    found.bulk_extend(quads())
    return found


@pytest.fixture(scope="module")
def mapped() -> Statements:
    """The statements in files."""
    return mapped_of(quads())


@pytest.fixture(params=["stored", "mapped"])
def counting(request: pytest.FixtureRequest, store: Store, mapped: Statements) -> Counting:
    """The statements of either kind, counted from none on."""
    return Counting(StoredStatements(store) if request.param == "stored" else mapped)


GOES_ON = "".join(f" . ?v{i} e:next ?v{i + 1}" for i in range(40))
TOO_MUCH = {
    "to a hub": "?s e:to e:hub",
    "from a hub": "e:hub ?p ?s",
    "around a hub": "e:s7 e:to ?h . ?t e:to ?h",
    "behind a hub": "?s e:to e:hub . ?s ?q ?r",
    "optional hub": "e:s1 e:to ?hub OPTIONAL { ?hub e:of ?s }",
    "product": "e:n0 e:next ?a . e:n1 e:next ?b . e:n2 e:next ?c",
    "multiplied": "e:n0 e:next ?v0 . ?v0 e:next ?v1 . ?v1 e:next ?v2",
    "longest chain": f"e:n0 e:next ?v0{' . '.join(GOES_ON.split(' . ')[:32])}",
    "optional chain": "e:n0 e:next ?a OPTIONAL { ?a e:next ?b . ?b e:next ?c }",
    "many optionals": "e:n0 e:next ?a"
    + "".join(f" OPTIONAL {{ ?a e:x{i} ?b{i} }}" for i in range(31)),
    "filters": "e:many e:p ?o" + ' FILTER(LANG(?o) = "de")' * 3,
    "wide": "".join(f"?a{i} ?b{i} e:s{i} . " for i in range(10)) + "e:many e:p ?o",
    "long texts": "e:long e:p ?o",
    "filtered": 'e:long e:p ?o FILTER LANGMATCHES(LANG(?o), "de")',
}


@pytest.mark.parametrize("body", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_too_much(body: str, counting: Counting) -> None:
    """What would take much is given up soon; after the second time it is not begun."""
    look_ups = LookUps(counting, PREFIXES)
    for _ in range(2):
        counting.forget()
        assert look_ups.answer(f"SELECT * {{ {body} }}", "json") is None
        assert 0 < counting.uses <= MOST // 4
        assert counting.given <= MOST + 1
        assert counting.terms <= 2 * MOST
    counting.forget()
    assert look_ups.answer(f"SELECT * {{ {body} }}", "json") is None
    assert counting.uses == 0
    assert LookUps(counting, PREFIXES).answer(f"SELECT * {{ {body} }}", "csv") is None
    assert counting.uses > 0, "other look-ups learn by themselves"


NOTHING_DONE = {
    "all": "?s ?p ?o",
    "of a predicate": "?s e:p ?o . e:s1 e:to ?h",
    "33 patterns": f"e:n0 e:next ?v0{' . '.join(GOES_ON.split(' . ')[:33])}",
    "filters and patterns": "e:many e:p ?o" + ' FILTER(LANG(?o) = "de")' * 32,
    "500 variables": "?v " + ";".join(f"?p{i} ?o{i}" for i in range(250)),
    "500 objects": "e:a e:b " + ",".join(f"?o{i}" for i in range(500)),
    "many optionals": "e:n0 e:next ?a" + "".join(f" OPTIONAL{{?a e:p ?b{i}}}" for i in range(150)),
    "many filters": "e:n0 e:next ?a" + 'FILTER(LANG(?a)="")' * 180,
    "dots": "e:a e:b ?c " + "." * 4000,
    "angles": "<" * 4000,
    "quotes": '"' * 4000,
    "commented": "e:a e:b ?c" + "#\n" * 1900,
    "braces": "{" * 4000,
    "names": "e:a " * 1000,
    "longer than a look-up": "e:many e:p ?o" + " " * LONGEST,
}


@pytest.mark.parametrize("body", NOTHING_DONE.values(), ids=NOTHING_DONE.keys())
def test_nothing_is_done(body: str, counting: Counting) -> None:
    """What is no look-up uses no index at all."""
    assert LookUps(counting, PREFIXES).answer(f"SELECT * {{ {body} }}", "json") is None
    assert (counting.uses, counting.terms) == (0, 0)


def test_32_patterns() -> None:
    """As many patterns as there may be are answered, and so is a text of just the length."""
    asking = Asking(quads(), PREFIXES)
    text = f"SELECT * {{ {' . '.join(f'e:n{i % GRID} e:next e:n{i // 2}' for i in range(32))} }}"
    assert asking.agree(text)
    text = "SELECT * { e:many e:p ?o } LIMIT 3"
    assert asking.agree(text.ljust(LONGEST))
    assert not asking.agree(text.ljust(LONGEST + 1))


def test_many_shapes(counting: Counting) -> None:
    """Of thousands of shapes few are kept, and each text uses one index."""
    look_ups = LookUps(counting, PREFIXES)
    for number in range(5_000):
        assert look_ups.answer(f"SELECT ?v{number} {{ e:s1 e:to ?v{number} }}", "csv")
    assert counting.uses == 5_000
    assert len(look_ups._shapes) <= 500
    for number in range(2_000):
        assert look_ups.answer(f"SELECT ?v{number} {{ nobody knows }}", "csv") is None
    assert len(look_ups._shapes) <= 500


def test_a_shape_recovers(counting: Counting) -> None:
    """A shape that was once too much is answered for other terms; after two in a row it rests."""
    look_ups = LookUps(counting, PREFIXES)

    def ask(name: str) -> bool:
        return look_ups.answer(f"SELECT * {{ ?s <{E}to> <{E}{name}> }}", "json") is not None

    assert [ask(name) for name in ("hub", "s1", "hub", "s1")] == [False, True, False, True]
    assert [ask(name) for name in ("hub", "hub")] == [False, False]
    uses = counting.uses
    assert not any(ask("s1") for _ in range(200))
    assert counting.uses == uses
    assert [ask(name) for name in ("hub", "s1")] == [False, False], "one more, and it rests again"
    assert [ask("s1") for _ in range(200)] == [False] * 199 + [True]
    assert [ask(name) for name in ("hub", "s1")] == [False, True]


def test_faults_are_not_counted(counting: Counting) -> None:
    """A shape of which some texts are wrong, or have a range of languages that is none, stays."""
    look_ups = LookUps(counting, PREFIXES)
    text = f'SELECT ?o {{ <{E}s1> ?p ?o FILTER LANGMATCHES(LANG(?o), "de") }} LIMIT 1'
    for _ in range(3):
        assert look_ups.answer(text.replace('"de"', '"de-"'), "json") is None
        assert look_ups.answer(text.replace(f"{E}s1", "no iri"), "json") is None
        assert look_ups.answer(text.replace(f"{E}s1", "x:%zz"), "json") is None
    assert look_ups.answer(text, "json")


class Once:
    """A store that takes one statement."""

    def __init__(self) -> None:
        self.store = Store()

    def add(self, quad: Quad) -> None:
        assert not self.store, "what is taken out of a store stays in its memory, and in its way"
        self.store.add(quad)

    def __iter__(self) -> Iterator[Quad]:
        return iter(self.store)

    def clear(self) -> None:
        raise AssertionError("it would be used again")


def test_values_leave_nothing(mapped: Statements, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store in memory is asked how it writes a value, each time another one: old ones grow."""
    monkeypatch.setattr("kg.publish.look_ups.mapped.Store", Once)
    look_ups = LookUps(mapped, PREFIXES)
    for number in range(100):
        text = f'SELECT ?s {{ ?s e:p "0{number}"^^<{XSD}integer> }}'
        assert look_ups.answer(text, "csv") == b"s\r\n"
