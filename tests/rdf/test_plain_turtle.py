"""Plain Turtle: the fast scanner finds what the scanner of all Turtle finds, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from kg.rdf.plain_turtle import plain_lines, plain_positions
from kg.rdf.positions import positions
from kg.rdf.turtle import write_turtle

ROOT = Path(__file__).parents[2]
E = "https://example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"
INTEGER, DECIMAL, BOOLEAN, DATE = (
    NamedNode(XSD + name) for name in ("integer", "decimal", "boolean", "date")
)
PREFIXES = {"e": E, "xsd": XSD, "p-q": E + "p#"}
names = st.sampled_from(
    [f"{E}{name}" for name in ("a", "b-1", "c.d", "05774032", "ü", "x%20y", "p#a", "a/b", "")]
).map(NamedNode)
literals = st.one_of(
    st.text(max_size=8).map(Literal),
    st.text("a\"\\\n\t\x7f\u00a0\u200b😀'#.;", max_size=6).map(Literal),
    st.text(max_size=3).map(lambda text: Literal(text, language="de-AT")),
    st.sampled_from(["1", "-2", "007", "x"]).map(lambda t: Literal(t, datatype=INTEGER)),
    st.sampled_from(["1.0", ".5", "+3.25"]).map(lambda t: Literal(t, datatype=DECIMAL)),
    st.sampled_from(["true", "maybe"]).map(lambda t: Literal(t, datatype=BOOLEAN)),
    st.just(Literal("2024-12-31", datatype=DATE)),
    st.just(Literal("1", datatype=NamedNode("urn:other:type"))),
)


def agrees(text: str) -> None:
    """The two scanners give the same, statement by statement."""
    expected = positions(text)
    assert plain_positions(text) == expected
    assert plain_lines(text) == [
        (item.key, item.object.line, item.predicate.line) for item in expected
    ]


@given(st.lists(st.builds(Triple, names, names, st.one_of(names, literals)), max_size=8))
def test_agrees_with_the_other_scanner(statements: list[Triple]) -> None:
    """Whatever canonical Turtle without blank nodes holds, each statement has its lines."""
    text = write_turtle(statements, PREFIXES)
    if plain_lines(text) is not None:
        agrees(text)


def test_data_is_plain() -> None:
    """All data of this repository is plain, so that its lines are found fast, and found right."""
    for path in sorted((ROOT / "data").rglob("*.ttl")):
        text = path.read_text(encoding="utf-8")
        assert plain_lines(text) is not None, path
        if path.stat().st_size < 100_000:
            agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        "<urn:a> <urn:b> <urn:c> .",
        "<urn:a>\n  <urn:b> <urn:c> . # why\n",
        "# why\n<urn:a>\n  <urn:b> <urn:c> .\n",
        '<urn:a>\n  <urn:b> """x\n  <urn:c> <urn:d> ;\n""" .\n',
        "<urn:a>\n  <urn:b> [\n    <urn:c> <urn:d>\n  ] .\n",
        "<urn:a>\n  <urn:b> ( 1 2 ) .\n",
        "_:a\n  <urn:b> <urn:c> .\n",
        "<a>\n  <urn:b> <urn:c> .\n",
        "@prefix e: <x#> .\n\ne:a\n  e:b e:c .\n",
        "@base <http://h/> .\n\n<urn:a>\n  <urn:b> <urn:c> .\n",
        "<urn:a>\n  <urn:b> <urn:c> .\r\n",
        "<urn:a>\n  <urn:b> <http://h/a/../b> .\n",
        "<urn:a>\n  <urn:b> 1e3 .\n",
        "@prefix e: <urn:e:> .\n\ne:a\n  e:b\\,c e:d .\n",
    ],
)
def test_other_turtle_is_left_alone(text: str) -> None:
    """What is not plain is not guessed at: the other scanner has to find its lines."""
    assert plain_lines(text) is None
    assert plain_positions(text) is None


def test_prefix_declared_anew() -> None:
    """A name means what its prefix means at its place."""
    agrees(
        "@prefix e: <urn:1:> .\n\ne:a\n  e:b e:c .\n\n@prefix e: <urn:2:> .\n\ne:a\n  e:b e:c .\n"
    )
