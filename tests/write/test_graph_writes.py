"""Writes of the Graph Store Protocol on a head."""

from __future__ import annotations

from typing import Literal as OneOf

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad
from tests.write.datasets import canonical, head_of

from kg.errors import KgError, ReadError
from kg.rdf.formats import MEDIA_TYPES
from kg.write.change import Change
from kg.write.faults import WriteError, fault_of
from kg.write.graph_writes import GraphWritten, run_graph_write
from kg.write.head import PlainHead
from kg.write.limits import WriteLimits
from kg.write.requests import Document, GraphWrite

NS = "http://example.org/"
A, B, C, G, H = (NamedNode(NS + name) for name in "abcgh")
TURTLE = "text/turtle"
WRITES = {
    "text/turtle": "<a> <b> 007 .",
    "application/trig": "{ <a> <b> 007 }",
    "application/n-triples": f'<{NS}a> <{NS}b> "007"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    "application/n-quads": f'<{NS}a> <{NS}b> "007"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    "application/ld+json": f'{{"@id": "a", "{NS}b": 7}}',
    "application/rdf+xml": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    f'xmlns:e="{NS}"><rdf:Description rdf:about="a"><e:b rdf:datatype='
    '"http://www.w3.org/2001/XMLSchema#integer">007</e:b></rdf:Description></rdf:RDF>',
    "application/x-turtle": "<a> <b> 7 .",
    "application/x-trig": "<a> <b> 7 .",
}


def documents(*texts: str, media_type: str = TURTLE) -> tuple[Document, ...]:
    """Return documents of these texts."""
    return tuple(
        Document(text.encode(), media_type, f"part-{number}") for number, text in enumerate(texts)
    )


def run(head: PlainHead, operation: GraphWrite, limits: WriteLimits | None = None) -> GraphWritten:
    """Run a write; the version "now" is the one in which no graph has changed since."""
    return run_graph_write(
        head,
        operation,
        prefixes={},
        limits=limits or WriteLimits(),
        project_base=NS,
        is_unchanged=lambda version, _: {"now": True, "old": False}.get(version),
    )


def test_put_replaces() -> None:
    """What both have stays; a second time nothing changes; numbers count as the store has them."""
    head = head_of([Quad(A, B, Literal(1), G), Quad(A, B, Literal(7), G), Quad(A, B, C, H)])
    put = GraphWrite("PUT", G.value, documents("<a> <b> 007, 8 ."))
    written = run(head, put)
    assert written.existed
    assert written.change == Change((Quad(A, B, Literal(8), G),), (Quad(A, B, Literal(1), G),))
    assert not run(head, put).change
    assert Quad(A, B, C, H) in head.store


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_new_graph(method: OneOf["PUT", "POST"]) -> None:
    """A graph that was not there is made, also an empty one; the change can be undone."""
    head = head_of()
    for texts in ((), ("",), ("<a> <b> <c> .", "<a> <b> <c> , 1 .")):
        written = run(head, GraphWrite(method, G.value, documents(*texts)))
        assert not written.existed
        assert written.change.created == (G.value,)
        assert len(written.change.added) == (2 if len(texts) == 2 else 0)
        head.apply(written.change.inverse())
        assert head.graphs() == [] and len(head.store) == 0


def test_post_keeps_blank_nodes_apart() -> None:
    """Blank nodes of documents are new ones: not those of the graph, nor of each other."""
    head = head_of([Quad(BlankNode("x"), B, C, G)])
    run(head, GraphWrite("POST", G.value, documents("_:x <b> <c> .", "_:x <b> <c> .")))
    assert len({quad.subject for quad in head.store}) == 3


def test_delete() -> None:
    """A graph goes with all it has; the second time it is not there."""
    head = head_of([Quad(A, B, C, G), Quad(A, B, C)])
    assert run(head, GraphWrite("DELETE", G.value)).change == Change(
        removed=(Quad(A, B, C, G),), dropped=(G.value,)
    )
    with pytest.raises(WriteError) as caught:
        run(head, GraphWrite("DELETE", G.value))
    assert caught.value.fault == "not-found"
    written = run(head, GraphWrite("DELETE", None))
    assert written.existed and written.change.removed == (Quad(A, B, C),)


def test_default_graph() -> None:
    """Without a graph the default graph is written, which is always there."""
    head = head_of([Quad(A, B, C, G)])
    written = run(head, GraphWrite("PUT", None, documents("<a> <b> <c> .")))
    assert written.existed
    assert written.change == Change((Quad(A, B, C, DefaultGraph()),))


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_formats(media_type: str) -> None:
    """Each format gives the same statement, with IRIs resolved against the graph."""
    head = head_of()
    run(head, GraphWrite("PUT", G.value, documents(WRITES[media_type], media_type=media_type)))
    assert canonical(head.store) == {Quad(A, B, Literal(7), G)}


def test_base() -> None:
    """The base of the request goes before the IRI of the graph."""
    head = head_of()
    base = "http://other.org/x"
    run(head, GraphWrite("PUT", G.value, documents("<> <b> <#c> ."), base=base))
    other = [NamedNode(f"http://other.org/{name}") for name in ("x", "b", "x#c")]
    assert set(head.store) == {Quad(other[0], other[1], other[2], G)}


@pytest.mark.parametrize(
    ("header", "value", "is_there", "passes"),
    [
        ("match", "*", True, True),
        ("match", "*", False, False),
        ("match", '"now.turtle"', True, True),
        ("match", 'W/"old.turtle", W/"now.jsonld-gzip"', True, True),
        ("match", '"old.turtle"', True, False),
        ("match", '"unknown.turtle"', True, False),
        ("match", '"now.turtle"', False, False),
        ("match", "now", True, False),
        ("none_match", "*", True, False),
        ("none_match", "*", False, True),
        ("none_match", '"now.turtle"', True, False),
        ("none_match", '"old.turtle", "x"', True, True),
    ],
)
def test_conditions(header: str, value: str, is_there: bool, passes: bool) -> None:
    """RFC 9110 section 13.1: nothing is written when a condition does not hold."""
    head = head_of([Quad(A, B, C, G)] if is_there else [])
    before = set(head.store)
    write = GraphWrite(
        "PUT",
        G.value,
        documents("<a> <b> 1 ."),
        if_match=value if header == "match" else None,
        if_none_match=value if header == "none_match" else None,
    )
    if passes:
        assert run(head, write).change
        return
    with pytest.raises(WriteError) as caught:
        run(head, write)
    assert caught.value.fault == "precondition"
    assert set(head.store) == before


@pytest.mark.parametrize(
    ("graph", "text", "media_type", "fault", "words"),
    [
        ("g", "", TURTLE, "query", "absolute IRI"),
        (G.value, "", "text/csv", "media", "text/turtle"),
        (G.value, "<g> { <a> <b> 1 }", "application/trig", "syntax", "named graphs"),
        (G.value, "<a> <b> 1\n<a> <b> 2 .", TURTLE, "syntax", "part-0:"),
        (G.value, "<a> <b> x:y .", TURTLE, "syntax", "part-0:1:"),
        (
            G.value,
            '{"@context": "http://127.0.0.1:9/"}',
            "application/ld+json",
            "syntax",
            "Kontext",
        ),
        (G.value, "<a> <b> <<( <a> <b> 1 )>> .", TURTLE, "syntax", "RDF 1.2"),
        (G.value, "<a> <b> 1, 2, 3, 4 .", TURTLE, "too-large", "3"),
    ],
)
def test_faults(graph: str, text: str, media_type: str, fault: str, words: str) -> None:
    """What cannot be read is refused with the place, and nothing is written."""
    head = head_of()
    write = GraphWrite("POST", graph, documents(text, "<a> <b> 1 .", media_type=media_type))
    with pytest.raises(KgError) as caught:
        run(head, write, WriteLimits(quads=3))
    assert fault_of(caught.value) == fault
    assert words in caught.value.to("de") + caught.value.to("en")
    assert len(head.store) == 0 and head.graphs() == []


def test_all_faults_are_said() -> None:
    """Several documents with faults give one error that names them all."""
    with pytest.raises(ReadError) as caught:
        run(head_of(), GraphWrite("POST", None, documents("<a> <b>", "<a> <b> 1 .", "<a>")))
    assert "part-0" in caught.value.text.de
    assert "part-2" in caught.value.text.de
