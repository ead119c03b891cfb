"""A head applies changes and says what they really changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store
from tests.write.datasets import head_of

from kg.errors import QueryError
from kg.write.change import Change
from kg.write.head import PlainHead, settled

NS = "http://example.org/"
A, B, C, G, H = (NamedNode(NS + name) for name in "abcgh")
INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")


def test_effective_change(tmp_path: Path) -> None:
    """What is there does not come again, what is not there does not go, also on disk."""
    head = PlainHead(Store(str(tmp_path)))
    head.store.extend([Quad(A, B, C, G), Quad(A, B, BlankNode("x"), H)])
    change = Change(
        added=(Quad(A, B, C, G), Quad(A, B, A, G), Quad(A, B, Literal("07", datatype=INTEGER))),
        removed=(Quad(A, B, C), Quad(A, B, BlankNode("x"), H)),
        created=(G.value, NS + "new"),
        dropped=(NS + "none", H.value),
    )
    done = head.apply(change)
    assert set(done.added) == {Quad(A, B, A, G), Quad(A, B, Literal(7))}
    assert done.removed == (Quad(A, B, BlankNode("x"), H),)
    assert (done.created, done.dropped) == ((NS + "new",), (H.value,))
    assert not head.apply(done)
    head.apply(done.inverse())
    assert set(head.store) == {Quad(A, B, C, G), Quad(A, B, BlankNode("x"), H)}
    assert set(head.graphs()) == {G, H}


def test_what_a_dropped_graph_had_goes() -> None:
    """Dropping a graph removes its statements, though they are not named."""
    head = head_of([Quad(A, B, C, G)])
    done = head.apply(Change(dropped=(G.value,)))
    assert done == Change(removed=(Quad(A, B, C, G),), dropped=(G.value,))


def test_graphs_come_with_statements() -> None:
    """A graph that comes to be because a statement comes is told, and goes when it is undone."""
    head = head_of()
    done = head.apply(Change(added=(Quad(A, B, C, G),)))
    assert done.created == (G.value,)
    head.apply(done.inverse())
    assert not head.has_graph(G)


def test_settled() -> None:
    """Numbers have the form of the store, and each statement is there once."""
    number = Literal("007", datatype=INTEGER)
    assert settled([Quad(A, B, number), Quad(A, B, Literal(7))]) == [Quad(A, B, Literal(7))]


def test_query_sees_the_moment_of_its_start() -> None:
    """Solutions do not change while statements do."""
    head = head_of([Quad(A, B, Literal(number)) for number in range(1000)])
    solutions = head.query("SELECT ?o { ?s ?p ?o }", base=None)
    head.apply(Change(removed=tuple(head.quads(DefaultGraph()))))
    assert len(list(solutions)) == 1000


def test_merge_leaves_no_trace() -> None:
    """A query on several graphs sees each triple once, and the store is as it was after it."""
    quads = [Quad(A, B, C, G), Quad(A, B, C, H), Quad(A, B, A, H), Quad(B, B, C)]
    head = head_of(quads)
    text = "SELECT ?o ?g { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    rows = head.query(text, base=None, default_graph=[G, H, G], named_graphs=[G])
    assert {(row[0], row[1]) for row in rows} == {(C, None), (A, None), (C, G)}
    rows = head.query("SELECT ?g { GRAPH ?g {} }", base=None, default_graph=[G, H])
    assert {row[0] for row in rows} == {G, H}
    assert set(head.store) == set(quads)
    assert set(head.graphs()) == {G, H}


@pytest.mark.parametrize("text", ["ASK {}", "SELECT", "SELECT (<f>(1) AS ?x) {}"])
def test_query_that_fails(text: str) -> None:
    """What cannot be evaluated is a fault of the request."""
    with pytest.raises(QueryError):
        list(head_of().query(text, base=NS))
