"""Queries on a store: result formats, places of errors, what is refused, which graphs are seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse
from tests.helpers import HEADER, canonical_form

from kg.errors import Place, QueryError, RefusedQueryError, StageError
from kg.publish.store import (
    GRAPHS,
    Query,
    answer,
    is_graph_query,
    memory_store,
    open_read_only,
    run,
    with_union,
)

TRIG = HEADER + 'e:g1 { e:a e:p "ü" . e:a e:p e:b } e:g2 { e:a e:p "ü" . e:c e:p 1 } e:z e:p 2 .'
QUADS = list(parse(TRIG.encode(), RdfFormat.TRIG))
PREFIX = {"e": "https://example.org/"}
G1, G2 = "https://example.org/g1", "https://example.org/g2"


@pytest.fixture
def store() -> Store:
    """Four triples, of which one stands in two graphs and one in none."""
    return memory_store(QUADS)


def rows(store: Store, query: Query) -> list[str]:
    found = run(store, query)
    assert isinstance(found, QuerySolutions)
    return sorted(" ".join(term.value for term in row) for row in found)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("csv", b"s,o\r\nhttps://example.org/c,1\r\n"),
        ("tsv", b"?s\t?o\n<https://example.org/c>\t1\n"),
    ],
)
def test_rows_as_text(form: str, expected: bytes, store: Store) -> None:
    """Rows as CSV and TSV are those of the SPARQL recommendation."""
    query = Query(
        "SELECT ?s ?o { GRAPH e:g2 { ?s e:p ?o FILTER(isNumeric(?o)) } }", prefixes=PREFIX
    )
    assert answer(store, query, form) == expected


def test_rows_as_json_and_xml(store: Store) -> None:
    """Rows as JSON and XML hold the text unharmed; so does the answer to ASK."""
    query = Query('SELECT ?o { e:a e:p ?o FILTER(?o = "ü") }', prefixes=PREFIX)
    result = json.loads(answer(store, query, "json"))
    assert result["head"] == {"vars": ["o"]}
    assert result["results"]["bindings"] == [{"o": {"type": "literal", "value": "ü"}}]
    assert "<literal>ü</literal>" in answer(store, query, "xml").decode()
    ask = Query("ASK { ?s ?p 99 }")
    assert json.loads(answer(store, ask, "json"))["boolean"] is False
    assert b"<boolean>false</boolean>" in answer(store, ask, "xml")


@pytest.mark.parametrize("form", GRAPHS)
def test_graphs_in_all_formats(form: str, store: Store) -> None:
    """A graph in each format is, read again, the graph."""
    query = Query("CONSTRUCT WHERE { ?s e:p ?o }", prefixes=PREFIX)
    text = answer(store, query, form)
    read = [quad.triple for quad in parse(text, GRAPHS[form])]
    assert canonical_form(read) == canonical_form({quad.triple for quad in QUADS})
    assert len(read) == 4


@pytest.mark.parametrize(
    ("text", "form", "known"),
    [
        ("SELECT * { ?s ?p ?o }", "turtle", "json, xml, csv, tsv"),
        ("ASK { ?s ?p ?o }", "ntriples", "json, xml, csv, tsv"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "csv", "turtle, ntriples, rdfxml, jsonld"),
        ("DESCRIBE <urn:x>", "json", "turtle, ntriples, rdfxml, jsonld"),
        ("SELECT * { ?s ?p ?o }", "pdf", "json, xml, csv, tsv"),
    ],
)
def test_format_that_does_not_fit(text: str, form: str, known: str, store: Store) -> None:
    """A format that this form of query does not have is an error that lists those it has."""
    with pytest.raises(QueryError, match=known) as caught:
        answer(store, Query(text), form)
    assert form in caught.value.to("de")


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("SELECT ?x\nWHERE { ?x ?y }", 2, 15, "“}”"),
        ("SELECT * {\n  ?s nope:p ?o\n}", 2, 6, "prefix is not declared"),
        ("SELEKT * {}", 1, 1, "“SELEKT"),
        ("SELECT * { ?s ?p ?o", 1, 20, "at the end"),
        ("", 1, 1, "at the end"),
    ],
)
def test_error_has_its_place(text: str, line: int, column: int, said: str, store: Store) -> None:
    """What does not parse is an error with line, column and the words there, in both languages."""
    with pytest.raises(QueryError) as caught:
        run(store, Query(text))
    assert caught.value.place == Place("query", line, column)
    assert said in caught.value.to("en")
    assert f"Zeile {line}, Spalte {column}" in caught.value.to("de")


def test_error_while_running(store: Store) -> None:
    """A function that is not there is an error too, although the query parses."""
    with pytest.raises(QueryError, match="urn:none"):
        answer(store, Query("SELECT (<urn:none>(?s) AS ?x) { ?s ?p ?o }"), "json")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "INSERT"),
        ("PREFIX e: <urn:x> DELETE WHERE { ?s ?p ?o }", "DELETE"),
        ("# SELECT\nLOAD <http://127.0.0.1:9/>", "LOAD"),
        ("drop all", "DROP"),
        ("WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "WITH"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
    ],
)
def test_refused(text: str, word: str, store: Store) -> None:
    """Updates and calls to other servers are understood and refused; nothing changes."""
    before = len(store)
    with pytest.raises(RefusedQueryError, match=word) as caught:
        run(store, Query(text))
    assert word in caught.value.to("de")
    assert len(store) == before


def test_default_graph_is_a_set(store: Store) -> None:
    """A triple that stands in two graphs counts once, as a graph is a set."""
    assert rows(store, Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")) == ["4"]
    assert rows(store, Query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")) == ["4"]
    assert rows(store, Query("SELECT ?g { GRAPH ?g { e:a e:p 'ü' } }", prefixes=PREFIX)) == [G1, G2]


def test_union_keeps_all_quads() -> None:
    """The union comes in addition: the quads themselves stay in their graphs."""
    united = list(with_union(QUADS))
    assert set(QUADS) <= set(united)
    assert {q.triple for q in united if q.graph_name == QUADS[-1].graph_name} == {
        quad.triple for quad in QUADS
    }
    assert list(with_union([])) == []


@pytest.mark.parametrize(
    ("default", "named", "seen", "in_graphs"),
    [
        (None, None, 4, 4),
        ((G1,), None, 2, 0),
        ((G1, G2), None, 3, 0),
        (None, (G2,), 0, 2),
        ((G1,), (G2,), 2, 2),
        (("urn:none",), (), 0, 0),
    ],
)
def test_dataset_of_the_protocol(
    default: tuple[str, ...] | None,
    named: tuple[str, ...] | None,
    seen: int,
    in_graphs: int,
    store: Store,
) -> None:
    """default-graph-uri and named-graph-uri make up the dataset; what is not named is not seen."""
    for pattern, expected in (("?s ?p ?o", seen), ("GRAPH ?g { ?s ?p ?o }", in_graphs)):
        query = Query(f"SELECT DISTINCT * {{ {pattern} }}", default, named)
        assert len(rows(store, query)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PREFIX construct: <urn:x> SELECT * {}", False),
        ("# SELECT\nDescribe <urn:x>", True),
        ("construct where {}", True),
        ("", False),
    ],
)
def test_is_graph_query(text: str, expected: bool) -> None:
    """The first keyword decides whether the answer is a graph."""
    assert is_graph_query(text) is expected


def test_store_that_is_not_there(tmp_path: Path) -> None:
    """A store that cannot be opened is an error that names the folder and the remedy."""
    with pytest.raises(StageError, match="kg build") as caught:
        open_read_only(tmp_path / "store")
    assert caught.value.place == Place(str(tmp_path / "store"))


def test_opened_store_is_read_only(tmp_path: Path) -> None:
    """Nobody can write to a store that was opened for reading."""
    Store(str(tmp_path / "store")).flush()
    node = NamedNode("urn:a")
    with pytest.raises(RuntimeError, match="read-write"):
        open_read_only(tmp_path / "store").add(Quad(node, node, node))
