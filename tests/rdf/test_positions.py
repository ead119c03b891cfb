"""Positions: the scanner finds the triples of the parser, each at its line and column."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from tests.helpers import HEADER, canonical_form

from kg.namespaces import XSD
from kg.rdf.alignment import aligned
from kg.rdf.positions import comments, positions

BASE = "https://example.org/graph/x"


def found(text: str, base: str = BASE) -> list[Triple]:
    """The scanner's triples as the parser's."""
    lines = "".join(" ".join(item.key) + " .\n" for item in positions(text, base=base))
    return [quad.triple for quad in parse(lines.encode(), RdfFormat.N_TRIPLES)]


def same(text: str, form: RdfFormat = RdfFormat.TURTLE) -> None:
    expected = [quad.triple for quad in parse(text.encode(), form, base_iri=BASE)]
    assert canonical_form(found(text)) == canonical_form(expected)
    assert expected


@pytest.mark.parametrize(
    "body",
    [
        "e:a e:b e:c . # e:x e:y e:z .\n# '''\ne:d e:e <https://example.org/#no-comment> .",
        'e:a e:b """long "quoted"\n\n# no comment\n""", \'\'\'it\'s "\n\'\'\' .',
        'e:a e:b """ends\n\\"""", "", "\\"", \'\\\'\' .',
        r'e:a e:b "tab\t nl\n \\ é \U0001F600", "\\u0041" .',
        'e:a e:b (1 (2 e:c) () [ e:d ( "x" ) ] ) , () .',
        "[ e:a [ e:b [] ; e:c [ e:d e:e ] ] ] .\n[] e:f e:g .\n[ e:h e:i ] e:j e:k .",
        "e:a.b e:c%20d e:e\\,f\\-g , e:h:i , e:1 , e:ü , e: .",
        "e:mu\u0308de e:😀 e:a\u00b7b , _:b.1 , _:ü .",
        "e:a e:b 1. e:c e:d 1.5 , .5 , 1e3 , 1.e3 , 1.5E-3 , -2 , +3 . e:f e:g -.5e1.",
        "e:a e:b true , false ; a e:C ;; e:d 1 ; .",
        "@prefix f: <http://f/> . PREFIX g: <http://g/>\nbase <http://h/> f:a g:b <c> .",
        "@base <http://h/x/> . <a> <../b> <#c> , <?d> , <> .\n@base <y/> . <a> <b> <c> .",
        '@prefix : <#> . :a :b "x"@de-DE , "y"@EN , "z"^^xsd:date , "w"^^<http://d/> .',
        '@prefix u: <http://u/\\u00fc/> . u:a <http://u/\\U000000fc> "v"^^xsd:string .',
        'VERSION "1.2"\ne:a e:b "x"@ar--rtl .',
        "e:a e:b e:c .# end\re:d e:e e:f .",
        "e:a\te:b\r\n  e:c\r\n.\r\n",
    ],
)
def test_scanner_agrees_with_the_parser(body: str) -> None:
    """Whatever Turtle may look like, the scanner finds exactly the triples of the parser."""
    same(HEADER + body)


@pytest.mark.parametrize(
    "body",
    [
        "e:g { e:a e:b e:c } { e:d e:e e:f . }",
        "GRAPH e:g { e:a e:b 1 ; e:c 2 . e:d e:e [ e:f () ] } e:x e:y e:z .",
        "graph _:g { [] e:a e:b } [] { [ e:a e:b ] . } _:h {} e:g{e:a e:b e:c}",
    ],
)
def test_scanner_reads_trig(body: str) -> None:
    """The triples of the graphs of a TriG file are found as well."""
    same(HEADER + body, RdfFormat.TRIG)


NAMES = st.text(
    st.characters(
        min_codepoint=33,
        max_codepoint=0x1FFFF,
        exclude_categories=["Cs", "Cc", "Cn", "Co"],
        exclude_characters=[chr(code) for code in range(0xFFF0, 0x10000)],  # RFC 3987, ucschar
    ),
    min_size=1,
    max_size=5,
).filter(lambda text: not set(text) & set('<>"{}|^`\\%#?/:@[]'))
IRIS = NAMES.map(lambda name: NamedNode(f"https://example.org/{name}"))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LITERALS = st.one_of(
    TEXTS.map(Literal),
    st.builds(lambda text: Literal(text, language="de-at"), TEXTS),
    st.integers().map(lambda n: Literal(str(n), datatype=NamedNode(XSD + "integer"))),
    st.builds(lambda text, kind: Literal(text, datatype=kind), TEXTS, IRIS),
)
OBJECTS = st.one_of(IRIS, LITERALS, st.sampled_from(("x", "y")).map(BlankNode))
GRAPHS = st.lists(st.builds(Triple, IRIS, IRIS, OBJECTS), min_size=1, max_size=5)
SPACES = st.lists(
    st.sampled_from((" ", "\n", "\r\n", "\t", " # e:x 'ü\n", "\n\n  ", " #😀\n")),
    min_size=1,
    max_size=3,
).map("".join)


@given(data=st.data(), graph=GRAPHS)
@settings(deadline=None, max_examples=60)
def test_places_are_those_of_the_terms(data: st.DataObject, graph: list[Triple]) -> None:
    """At the line and column that is found, the text of the term starts, in any layout."""
    text, expected = "", []
    for triple in graph:
        for term in triple:
            text += data.draw(SPACES)
            lines = text.replace("\r\n", "\n").split("\n")
            expected.append((str(term), len(lines), len(lines[-1]) + 1))
            text += str(term)
        text += data.draw(SPACES) + "."
    terms = [
        (term.text, term.line, term.column)
        for item in positions(text)
        for term in (item.subject, item.predicate, item.object)
    ]
    assert terms == expected


@pytest.mark.parametrize(
    ("body", "text", "line", "column"),
    [
        ("e:a\n  e:b\n    e:c .", "<https://example.org/c>", 4, 5),
        ('e:a e:b """\n\n""" ,\n "x" .', '"x"', 5, 2),
        ('e:a e:b "😀" , "x" .', '"x"', 2, 15),
        ("e:a e:b (\n 1\n  2 ) .", f'"2"^^<{XSD}integer>', 4, 3),
        ("e:a e:b e:c .\r\n\r\ne:d e:e e:f .", "<https://example.org/f>", 4, 9),
        ("e:a e:b [\n e:c 5 ] .", f'"5"^^<{XSD}integer>', 3, 6),
        ("e:a e:b e:c .# x\re:d e:e e:f .", "<https://example.org/f>", 3, 9),
    ],
)
def test_line_and_column(body: str, text: str, line: int, column: int) -> None:
    """Lines count every line end, also within strings; columns count signs, not bytes."""
    places = [
        (item.object.line, item.object.column)
        for item in positions(HEADER + body)
        if item.object.text == text
    ]
    assert places == [(line, column)]


@pytest.mark.parametrize(
    "body", ["e:a e:b", "e:a e:b ( e:c", "e:a e:b [ e:c", "e:a | e:b", "@prefix"]
)
def test_text_that_no_parser_accepted_ends_the_scan(body: str) -> None:
    """What is not Turtle ends the scan; it neither fails nor runs forever."""
    assert positions(HEADER + "e:x e:y e:z .\n" + body)[0].subject.line == 2


def test_deep_nesting_ends_the_scan() -> None:
    """Brackets a hundred thousand deep do not bring the program down."""
    depth = 100_000
    text = HEADER + "e:x e:y e:z .\ne:a e:b " + "[ e:b " * depth + "1" + " ]" * depth + " ."
    assert positions(text)[0].subject.line == 2


def test_comments_are_found_with_their_lines() -> None:
    """Comments are told from strings and IRIs with a hash."""
    text = HEADER + '# one\ne:a e:b "# no" , <https://e/#no> . # two\r\n#three'
    assert comments(text) == [(2, "# one"), (3, "# two"), (4, "#three")]


TREES = st.recursive(
    st.sampled_from(("e:a", "1", "'x'", "'y'@de", "'z'^^e:t", "_:l", "true", "[]", "()")),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda items: f"( {' '.join(items)} )"),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: f"[ e:p {' , '.join(items)} ]"),
        st.lists(inner, min_size=2, max_size=3).map(
            lambda items: "[ " + " ; ".join(f"e:q {item}" for item in items) + " ]"
        ),
    ),
    max_leaves=12,
)


@given(subject=TREES.filter(lambda text: text[0] in "e_[("), objects=st.lists(TREES, min_size=1))
@settings(deadline=None, max_examples=150)
def test_blank_nodes_are_those_of_the_parser(subject: str, objects: list[str]) -> None:
    """However blank nodes and lists are nested, each gets the name that the parser gave it."""
    text = HEADER + f"{subject} e:p {' , '.join(objects)} .\n_:l e:q _:m ."
    quads = list(parse(text.encode(), RdfFormat.TURTLE, base_iri=BASE, rename_blank_nodes=True))
    found = aligned(positions(text, base=BASE), quads)
    assert [item.key for item in found] == [
        (str(quad.subject), str(quad.predicate), str(quad.object)) for quad in quads
    ]


def test_blank_nodes_of_another_text_get_no_name() -> None:
    """Where positions and triples differ or end, no name is taken over any more."""
    quads = list(parse((HEADER + "_:a e:p 1 . _:b e:p 2 .").encode(), RdfFormat.TURTLE))
    found = aligned(positions(HEADER + "_:x e:p 1 . _:y e:p 3 . _:y e:q 4 ."), quads[:1])
    assert [item.subject.text for item in found] == ["_:a", "_:y", "_:y"]
    other = aligned(positions(HEADER + "_:x e:q 1 ."), quads)
    assert other[0].subject.text == "_:x"
