"""Canonical Turtle: one text for one graph, and nothing of the graph is lost."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse
from tests.helpers import canonical_form, triples
from tests.rdf.test_positions import IRIS, LITERALS

from kg.errors import ReadError
from kg.namespaces import RDF, XSD
from kg.rdf.turtle import quoted, write_turtle

TABLE = {"e": "https://example.org/", "xsd": XSD, "rdf": RDF}


def read(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(text.encode(), RdfFormat.TURTLE)]


def check(graph: list[Triple]) -> str:
    """Writing loses nothing and a second writing changes nothing."""
    text = write_turtle(graph, TABLE)
    assert canonical_form(read(text)) == canonical_form(graph)
    assert write_turtle(read(text), TABLE) == text
    return text


VALUES = st.recursive(
    st.one_of(IRIS, LITERALS).map(str),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"( {' '.join(items)} )"),
        st.lists(st.tuples(IRIS, inner), max_size=2).map(
            lambda pairs: f"[ {' ; '.join(f'{p} {o}' for p, o in pairs)} ]"
        ),
    ),
    max_leaves=5,
)
STATEMENTS = st.lists(st.tuples(IRIS.map(str), IRIS.map(str), VALUES), min_size=1, max_size=5)


@given(STATEMENTS)
@settings(deadline=None, max_examples=80)
def test_written_graph_is_the_graph(statements: list[tuple[str, str, str]]) -> None:
    """Any graph whose blank nodes are trees is written without loss and idempotently."""
    check(read("".join(f"{s} {p} {o} .\n" for s, p, o in statements)))


GRAPH = """
e:b a e:C ; e:p 1 , "x"@de , "y" , e:a ; rdfs:label "B" .
e:a e:p [ e:q 1 ; e:r ( e:x [ e:y 2 ] ) ] , [ e:q 2 ] , [ e:q 3 ] .
[] a e:D . [ e:only e:root ] .
<https://example.org/> a owl:Ontology .
"""


@pytest.mark.parametrize("seed", range(5))
def test_order_and_labels_do_not_matter(seed: int) -> None:
    """The same graph with its statements shuffled and other blank nodes is the same text."""
    graph = triples(GRAPH)
    random.Random(seed).shuffle(graph)
    assert check(graph) == write_turtle(triples(GRAPH), TABLE)


def test_layout() -> None:
    """Headers first, `a` and labels before other predicates, objects sorted, prefixes as used."""
    text = write_turtle(triples("e:b e:p 2 , 1 ; a e:C . e:z a owl:Ontology ."), TABLE)
    assert text == (
        "@prefix e: <https://example.org/> .\n\n"
        "e:z\n  a <http://www.w3.org/2002/07/owl#Ontology> .\n\n"
        "e:b\n  a e:C ;\n  e:p\n    1 ,\n    2 .\n"
    )


@pytest.mark.parametrize(
    "body",
    [
        "e:a e:p _:x . e:b e:p _:x .",
        "_:x e:p _:y . _:y e:p _:x .",
        "_:x e:p _:x .",
        "e:a e:p _:x . _:x e:p _:y . _:y e:p _:x .",
    ],
)
def test_shared_and_cyclic_blank_nodes_are_refused(body: str) -> None:
    """A blank node that is not part of a tree has no canonical form: it needs an IRI."""
    with pytest.raises(ReadError, match="IRI"):
        write_turtle(triples(body), TABLE)


def test_triple_terms_are_refused() -> None:
    """What RDF 1.1 cannot say is refused, not dropped."""
    with pytest.raises(ReadError, match=r"RDF 1\.2"):
        write_turtle(triples("e:a e:b <<( e:c e:d e:e )>> ."), TABLE)


def test_nesting_without_end_is_refused() -> None:
    """Trees that are too deep to write are an error that says so."""
    depth = 3000
    graph = triples("e:a e:p _:b0 ." + "".join(f"_:b{n} e:p _:b{n + 1} ." for n in range(depth)))
    with pytest.raises(ReadError, match="deep"):
        write_turtle(graph, TABLE)


@pytest.mark.parametrize(
    "value",
    [
        *("", '"', '""', '"""', "\\", "\\\\", "'", "a\tb", "\r", "\x00\x01", "\u2028"),
        *("\n", '\n"', '\n""', '\n"""', '\n""""', '\n\\"', '\n\\\\"', '"""\n', "\n\r\n", '\n"x""'),
    ],
)
def test_strings_survive(value: str) -> None:
    """Quotes, backslashes and line ends survive at any place of a string."""
    (triple,) = read(f"<urn:s> <urn:p> {quoted(value)} .")
    assert triple.object == Literal(value)


@pytest.mark.parametrize(
    "local",
    [
        "",
        "a.",
        ".a",
        "a.b",
        "-a",
        "a-",
        "m²",
        "ª",
        "1",
        "a/b",
        "a#b",
        "a%20b",
        "ü",
        "😀",
        "a'b",
        "_",
    ],
)
def test_strange_iris_survive(local: str) -> None:
    """An IRI that cannot be a prefixed name is written in full."""
    iri = NamedNode("https://example.org/" + local)
    check([Triple(iri, iri, iri)])


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("e:a e:p () .", "e:p ( )"),
        ("e:a e:p (1 2) .", "e:p ( 1 2 )"),
        ("e:a e:p rdf:nil .", "e:p ( )"),
        ("e:a e:p [ rdf:first 1 ; rdf:rest () ; e:q 2 ] .", "rdf:first 1"),
        ("e:a e:p [ rdf:first 1 , 2 ; rdf:rest () ] .", "rdf:first"),
        ("e:a e:p [ rdf:first 1 ; rdf:rest e:b ] .", "rdf:rest e:b"),
        ("rdf:nil e:p 1 .", "rdf:nil"),
        ('e:a e:p "x"@ar--rtl .', '"x"@ar--rtl'),
        ('e:a e:p "1.50"^^xsd:decimal , "01"^^xsd:integer , 1e0 .', "1.50"),
        ('e:a e:p "x"^^xsd:integer , "1 "^^xsd:integer , "1."^^xsd:decimal .', '"x"^^xsd:integer'),
        ('e:a e:p "1"^^xsd:boolean , true .', '"1"^^xsd:boolean'),
    ],
)
def test_lists_and_literals(body: str, shown: str) -> None:
    """Well-formed lists are written short, others in full; lexical forms are kept."""
    assert shown in check(triples(body))


def test_empty_graph_is_empty_text() -> None:
    """No triple, no text: not even prefixes."""
    assert write_turtle([], TABLE) == ""
