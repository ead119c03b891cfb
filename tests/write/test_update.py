"""SPARQL Update on a head: what changes, what is undone, and what the messages say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from tests.write.datasets import canonical, head_of

from kg.errors import QueryError, RefusedQueryError
from kg.write.change import Change
from kg.write.faults import WriteError, fault_of
from kg.write.head import PlainHead
from kg.write.limits import WriteLimits
from kg.write.requests import UpdateText
from kg.write.update import run_update

NS = "http://example.org/"
A, B, C, G, H = (NamedNode(NS + name) for name in "abcgh")
Fails = Callable[[str], Exception]


def run(head: PlainHead, text: str, **options: tuple[str, ...]) -> Change:
    """Run an update whose base and prefix `e` are that of the tests."""
    return run_update(
        head, UpdateText(text, **options), base=NS, prefixes={"e": NS}, limits=WriteLimits()
    )


def test_effective_change() -> None:
    """Only what was not there comes, and only what was there goes, in the forms of the store."""
    head = head_of([Quad(A, B, Literal(7))])
    change = run(head, "INSERT DATA { <a> <b> 007, 8 } ; DELETE DATA { <a> <b> 9, 007 }")
    assert change == Change(added=(Quad(A, B, Literal(8)),), removed=(Quad(A, B, Literal(7)),))


def test_what_comes_and_goes_is_nothing() -> None:
    """Operations that undo each other change nothing."""
    head = head_of()
    text = "INSERT DATA { GRAPH <g> { <a> <b> <c> } } ; DROP GRAPH <g>"
    assert not run(head, text)
    assert head.graphs() == []


def test_declarations_between_operations() -> None:
    """A declaration holds from there on, one for the same prefix takes its place."""
    head = head_of()
    run(
        head,
        """PREFIX x: <x/> INSERT DATA { x:1 e:b <c> } ;
        BASE <http://other.org/> PREFIX x: <y/> # ; a comment
        INSERT DATA { x:2 e:b <c> } ; PREFIX z: <z/>""",
    )
    assert set(head.store) == {
        Quad(NamedNode(NS + "x/1"), B, C),
        Quad(NamedNode("http://other.org/y/2"), B, NamedNode("http://other.org/c")),
    }


def test_blank_nodes_are_new_in_each_solution() -> None:
    """One label is one node in a solution and another one in the next."""
    head = head_of([Quad(A, B, Literal(number)) for number in range(3)])
    change = run(head, "INSERT { GRAPH <g> { _:n <b> ?o ; <c> _:n } } WHERE { ?s <b> ?o }")
    assert len({quad.subject for quad in change.added}) == 3
    assert len(change.added) == 6


def test_what_is_no_statement_is_left_out() -> None:
    """Unbound variables, literals for subjects and graphs leave a statement out, not the rest."""
    head = head_of([Quad(A, B, Literal("x")), Quad(A, C, BlankNode("n"))])
    change = run(
        head,
        "INSERT { ?o <b> ?s . ?s ?o <b> . GRAPH ?o { <a> <a> <a> } ?s <b> ?none . ?s <c> ?o } "
        "WHERE { ?s <b> ?o }",
    )
    assert change.added == (Quad(A, C, Literal("x")),)


def test_using_several_graphs_finds_a_triple_once() -> None:
    """The merge of graphs is a set: a triple in both of them is counted once."""
    head = head_of([Quad(A, B, C, G), Quad(A, B, C, H), Quad(B, B, C, H)])
    run(
        head,
        "INSERT { <n> <is> ?n } USING <g> USING <h> "
        "WHERE { SELECT (COUNT(*) AS ?n) { ?s <b> ?o } }",
    )
    assert Quad(NamedNode(NS + "n"), NamedNode(NS + "is"), Literal(2)) in head.store
    assert set(head.graphs()) == {G, H}


def test_parameters_name_the_graphs_of_where() -> None:
    """They are the dataset of the pattern; what is written goes where the template says."""
    head = head_of([Quad(A, B, C, G), Quad(B, B, C, H)])
    change = run(
        head,
        "INSERT { ?s a ?g } WHERE { ?s <b> <c> OPTIONAL { GRAPH ?g { ?x <b> <c> } } }",
        using=(G.value,),
        using_named=(H.value,),
    )
    assert [(quad.subject, quad.object) for quad in change.added] == [(A, H)]
    assert not run(head, "DELETE WHERE { ?s <b> <c> }", using_named=(H.value,))


@pytest.mark.parametrize(
    "clause", ["WITH <g> DELETE { ?s ?p ?o }", "DELETE { ?s ?p ?o } USING <g>"]
)
def test_graphs_named_twice(clause: str) -> None:
    """Parameters beside WITH or USING are an error: SPARQL 1.1 Protocol section 2.2.3."""
    with pytest.raises(QueryError, match="using-graph-uri"):
        run(head_of(), f"{clause} WHERE {{ ?s ?p ?o }}", using=(G.value,))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("CREATE GRAPH <g>", "conflict"),
        ("CLEAR GRAPH <none>", "conflict"),
        ("DROP GRAPH <none>", "conflict"),
        ("COPY <none> TO <g>", "conflict"),
        ("MOVE <none> TO DEFAULT", "conflict"),
        ("ADD <none> TO <none>", "conflict"),
        ("INSERT DATA { GRAPH <g> { <a> <b> <<( <a> <b> <c> )>> } }", "query"),
        ("INSERT { <x> <y> ?t } WHERE { BIND(TRIPLE(<a>, <b>, <c>) AS ?t) }", "query"),
        ("INSERT { <x> <y> ?t } WHERE { BIND(<nothing>(1) AS ?t) }", "query"),
        ("LOAD <http://127.0.0.1:9/>", "forbidden"),
        ("INSERT DATA { <a> <b> }", "query"),
    ],
)
def test_failure_leaves_all_as_it_was(text: str, fault: str) -> None:
    """What came before the operation that fails is undone, graphs too."""
    head = head_of([Quad(A, B, C), Quad(A, B, BlankNode("x"), G)])
    before = set(head.store)
    with pytest.raises((QueryError, WriteError)) as caught:
        run(head, f"INSERT DATA {{ GRAPH <new> {{ <a> <b> 1 }} }} ; CLEAR DEFAULT ; {text}")
    assert fault_of(caught.value) == fault
    assert set(head.store) == before
    assert head.graphs() == [G]


@pytest.mark.parametrize("word", ["CLEAR", "DROP", "CREATE"])
def test_silent_failure(word: str) -> None:
    """SILENT operations that fail change nothing, and the others are done."""
    head = head_of([Quad(A, B, C, G)])
    graph = "g" if word == "CREATE" else "none"
    change = run(head, f"{word} SILENT GRAPH <{graph}> ; INSERT DATA {{ <a> <b> <c> }}")
    assert change == Change(added=(Quad(A, B, C),))


def test_load_silent_does_nothing() -> None:
    """LOAD is off, so that LOAD SILENT fails without saying so."""
    assert not run(head_of(), "LOAD SILENT <http://127.0.0.1:9/> INTO GRAPH <g>")


def test_empty_graphs_are_kept() -> None:
    """CREATE, and CLEAR of what it held, leave a graph that is there and can be undone."""
    head = head_of()
    change = run(head, "CREATE GRAPH <g> ; COPY <g> TO <h>")
    assert set(change.created) == {G.value, H.value}
    assert set(head.graphs()) == {G, H}
    head.apply(change.inverse())
    assert head.graphs() == []


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("INSERT DATA { <a> <b> 1 } ;\n  INSERT DATA { <a> ?b 1 }", 2, 21, "?b 1"),
        ("INSERT DATA { <a> x:b 1 }", 1, 19, "not declared"),
        ("INSERT DATA { <a> <b> 1 }\nINSERT DATA { <a> <b> 1 }", 2, 1, "INSERT"),
        ("CLEAR ALL ;; CLEAR ALL", 1, 12, ";"),
        ("PREFIX x: <http://a b> CLEAR ALL", 1, 1, "PREFIX"),
        ("INSERT DATA { <a> <b> _:n } ; INSERT DATA { <c> <b> _:n }", 1, 53, "blank node"),
        ("DELETE { ?s ?p [] } INSERT { _:x ?p ?s } WHERE { ?s ?p ?o }", 1, 16, "blank nodes"),
        ("CLEAR ALL ; DELETE DATA { <a> <b> _:x }", 1, 35, "blank nodes"),
        ("CLEAR ALL ;\nSELECT * { ?s ?p ?o }", 2, 1, "a query"),
        ("INSERTDATA { <a> <b> 1 }", 1, 1, "spaces"),
    ],
)
def test_place_of_a_fault(text: str, line: int, column: int, words: str) -> None:
    """The message names line and column in the whole text, and the words that stand there."""
    with pytest.raises(QueryError) as caught:
        run(head_of(), text)
    place = caught.value.place
    assert place is not None
    assert (place.line, place.column) == (line, column)
    assert words in caught.value.text.en
    assert not isinstance(caught.value, RefusedQueryError)


def test_triple_terms_where_they_are_accepted() -> None:
    """A plain store keeps statements about statements, also with variables within them."""
    head = head_of([Quad(A, B, C)])
    change = run_update(
        head,
        UpdateText("INSERT { <x> <says> <<( ?s <b> ?o )>> } WHERE { ?s <b> ?o }"),
        base=NS,
        prefixes={},
        limits=WriteLimits(triple_terms=True),
    )
    assert [quad.object for quad in change.added] == [Triple(A, B, C)]


def test_limits() -> None:
    """Too many statements, or operations, change nothing."""
    head = head_of()
    limits = WriteLimits(quads=3, operations=2)
    for text in (
        "INSERT DATA { <a> <b> 1, 2, 3, 4 }",
        "INSERT DATA { <a> <b> 1, 2, 3 } ; INSERT { ?s <c> ?o, ?s } WHERE { ?s <b> ?o }",
        "CLEAR ALL ; CLEAR ALL ; CLEAR ALL",
    ):
        with pytest.raises(WriteError) as caught:
            run_update(head, UpdateText(text), base=NS, prefixes={}, limits=limits)
        assert caught.value.fault == "too-large"
        assert len(head.store) == 0


def test_time_limit() -> None:
    """Solutions that take longer than they may are given up, and nothing is changed."""
    head = head_of(Quad(A, B, Literal(number)) for number in range(300))
    text = "INSERT { ?s <c> ?x } WHERE { ?s <b> ?x, ?y, ?z }"
    with pytest.raises(WriteError, match=r"0\.2 seconds"):
        run_update(head, UpdateText(text), base=NS, prefixes={}, limits=WriteLimits(seconds=0.2))
    assert len(head.store) == 300


def test_variables_in_strings_and_names_are_none() -> None:
    """Only tokens are variables, not what looks like one in a string, a comment or an IRI."""
    head = head_of([Quad(A, B, C)])
    change = run(
        head,
        'INSERT { ?s <q?s> "?s $s", """a"?s""" . # ?none\n ?s e:x\\?s "}" } WHERE { ?s ?p ?o }',
    )
    assert canonical(change.added) == {
        Quad(A, NamedNode(NS + "q?s"), Literal("?s $s")),
        Quad(A, NamedNode(NS + "q?s"), Literal('a"?s')),
        Quad(A, NamedNode(NS + "x?s"), Literal("}")),
    }
