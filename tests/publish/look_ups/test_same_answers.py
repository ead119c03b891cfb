"""Whatever a look-up answers, Oxigraph answers as well: any small data, any look-up."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BaseDirection, BlankNode, Literal, NamedNode, Quad, Triple
from tests.publish.look_ups.agreeing import BASE, TAGS, Asking, E, world
from tests.publish.look_ups.asked import look_up


def test_any_data_and_any_look_up() -> None:
    """Rows, columns and, of a single row, bytes are the same; most of the texts are answered."""
    counts: Counter[str] = Counter()

    @settings(max_examples=300, deadline=None)
    @given(st.randoms(use_true_random=True), st.sampled_from([None, BASE]))
    def compare(random: Random, base: str | None) -> None:
        some = world(random)
        Asking(some, base=base, counts=counts).agree(look_up(random, some))

    compare()
    assert counts["answered"] > 0.4 * counts["asked"], counts
    assert counts["1 rows"] + counts["2 rows"] > 0.08 * counts["asked"], counts


def test_many_look_ups_of_one_store() -> None:
    """The same for thousands, with shapes that are known from texts before."""
    counts: Counter[str] = Counter()
    random = Random(7)
    for _ in range(20):
        some = world(random)
        asking = Asking(some, counts=counts)
        for _ in range(60):
            asking.agree(look_up(random, some))
    assert counts["answered"] > 0.4 * counts["asked"], counts


def test_terms_of_rdf_1_2() -> None:
    """Triple terms and directions may stand in a store: a look-up that meets them is left alone."""
    a, p, q = (NamedNode(E + name) for name in "apq")
    asking = Asking(
        [
            Quad(a, p, Triple(a, p, a)),
            Quad(a, q, Literal("x")),
            Quad(q, p, a),
            Quad(q, q, Literal("x", language="ar", direction=BaseDirection.RTL)),
        ]
    )
    assert asking.agree("SELECT ?x { e:a e:q ?x }")
    assert asking.agree("SELECT ?p { e:a ?p ?o }")
    assert asking.agree('SELECT ?l { ?s e:p e:a ; e:q ?l FILTER(LANG(?l) = "de") }')
    assert asking.agree("SELECT ?x { e:a e:p ?o . ?o e:p ?x }")
    assert asking.agree("SELECT ?x { e:a e:p ?o OPTIONAL { ?o ?x ?o } }")
    assert asking.agree("SELECT ?x { e:a ?p ?o OPTIONAL { ?o ?o ?x } OPTIONAL { ?y ?o e:a } }")
    assert not asking.agree("SELECT * { e:a ?p ?o }")
    assert not asking.agree("SELECT * { e:q ?p ?o }")


def test_control_characters() -> None:
    """Each character of a literal is written as Oxigraph writes it, in both formats."""
    codes = [
        *range(0x100),
        *range(0x2000, 0x2010),
        0x2028,
        0x2029,
        0xFEFF,
        0xFFFD,
        0xFFFF,
        0x1F600,
        0x10FFFF,
    ]
    quads, p = [], NamedNode(E + "p")
    for code in codes:
        for number, literal in enumerate((f"a{chr(code)}b", chr(code))):
            subject = NamedNode(f"{E}{code}/{number}")
            quads.append(Quad(subject, p, Literal(literal, language="en")))
    asking = Asking(quads)
    for code in codes:
        assert asking.agree(f"SELECT ?o {{ <{E}{code}/0> e:p ?o }}")
        assert asking.agree(f"SELECT ?p ?o {{ <{E}{code}/1> ?p ?o }}")
        asking.agree(f'SELECT ?s {{ ?s e:p "a{chr(code)}b"@en }}')


@pytest.mark.parametrize(
    "wanted", ["", "*", "d", "de", "DE", "de-AT", "de-at", "en", "en-x", "deu"]
)
def test_languages(wanted: str) -> None:
    """Both conditions find the languages that Oxigraph finds, in both kinds of groups."""
    subject, predicate = NamedNode(E + "a"), NamedNode(E + "p")
    values = [Literal("x", language=tag) for tag in TAGS]
    values += [Literal(""), Literal(5)]
    quads = [Quad(subject, predicate, value) for value in values]
    quads += [Quad(subject, predicate, node) for node in (subject, BlankNode("b"))]
    asking = Asking(quads)
    conditions = [f'(LANG(?v) = "{wanted}")', f'LANGMATCHES(LANG(?v), "{wanted}")']
    answered = []
    for condition in conditions:
        answered.append(asking.agree(f"SELECT ?v {{ e:a e:p ?v FILTER {condition} }}"))
        asking.agree(f"SELECT * {{ e:a ?p e:a OPTIONAL {{ e:a e:p ?v FILTER {condition} }} }}")
        asking.agree(f"SELECT * {{ e:a e:p ?v OPTIONAL {{ ?v e:p ?w FILTER {condition} }} }}")
    assert answered == [True, wanted != ""]
