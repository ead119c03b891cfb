"""Files become columns with the same statements as the parser gives, and the same refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Quad, RdfFormat, Triple, parse
from tests.helpers import HEADER

from kg.errors import ReadError
from kg.rdf import bulk
from kg.rdf.bulk import Input, columns_of, read_columns
from kg.rdf.columns import Columns
from kg.rdf.formats import by_suffix
from kg.rdf.read import read_quads

ROOT = Path(__file__).parents[2]
XSD = "http://www.w3.org/2001/XMLSchema#"


def _rows(columns: Columns) -> list[tuple[str, str, str, str]]:
    terms = [columns.dictionary.terms(ids) for ids in (columns.s, columns.p, columns.o)]
    graphs = [columns.graphs[number] for number in columns.g.tolist()]
    return list(zip(*terms, graphs, strict=True))


def _term(term: object) -> str:
    if isinstance(term, BlankNode):
        return f"_:f1_{term.value}"
    return f"<<( {term} )>>" if isinstance(term, Triple) else str(term)


def _is_new(row: tuple[str, str, str, str]) -> bool:
    """Whether the object of a row is of RDF 1.2."""
    return row[2].startswith("<<(") or row[2].endswith("--ltr")


def _expected(text: bytes, form: RdfFormat) -> set[tuple[str, str, str, str]]:
    return {
        (
            _term(quad.subject),
            _term(quad.predicate),
            _term(quad.object),
            "" if str(quad.graph_name) == "DEFAULT" else _term(quad.graph_name),
        )
        for quad in parse(text, form)
    }


IRIS = st.sampled_from(
    [
        *("<http://e.org/a>", "<http://e.org/ä>", "<http://e.org/%C3%BC>", "<urn:x:y>", "<a:>"),
        *("<http://e.org/\\u00e9>", "<http://e.org:80/a?b=c#d>", "<http://[::1]/>", "<A:b>"),
        *("<http://e.org/𝔸>", "<http://u@e.org/>", "<file:///a//b>", "<http://e.org>"),
        *("<rel>", "<http://e.org/a b>", "<http://e.org:x/>", "<a://>", "<a:b#c#d>", "<a:%zz>"),
        *("<http://e.org/\ue000>", "<http://e.org/{}>", "<>", "<a:////>", "<http://e.org/\x85>"),
    ]
)
BLANKS = st.sampled_from(["_:b", "_:b.c", "_:1", "_:é", "_:f1_b", "_:a-b", "_:b.", "_:a:b", "_:"])
_TEXT = st.one_of(
    st.sampled_from(
        [
            *("", " ", " . ", "a <b> .", '\\"', "\\\\", '\\\\\\" . ', " <http://e.org/g>", "\t"),
            *("\\u00e9", "\\U0001D538", "\\'", "\\b\\f\\n\\r\\t", "\ufffe", "\x7f", "\\x", '"'),
            *(" _:g", "_:", "# c", "^^<a:b>", "@de", "\u2028", "\ufe0f", "\x85", "\\u0000", "<<("),
        ]
    ),
    st.text(max_size=5).filter(lambda text: not set(text) & set('"\\\r\n')),
)
_MARKS = st.sampled_from(
    [
        *("", "", "@de", "@DE", "@de-AT", "@de-at", "@de-x", "@abcdefghi", "@en--ltr", "@a", "@"),
        *("@de-1996", f"^^<{XSD}string>", f"^^<{XSD}integer>", f"^^<{XSD}strings>", "^^<rel>"),
        *("^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString>", "^^<a:\\u00e9>", "^^"),
    ]
)
LITERALS = st.builds(lambda text, mark: f'"{text}"{mark}', _TEXT, _MARKS)
TRIPLE_TERMS = st.just("<<( <a:b> <a:b> <a:b> )>>")
SUBJECTS = st.one_of(IRIS, IRIS, BLANKS)
OBJECTS = st.one_of(IRIS, BLANKS, LITERALS, LITERALS, LITERALS, TRIPLE_TERMS)
GAPS = st.sampled_from([" "] * 12 + ["  ", "\t", ""])
ENDS = st.sampled_from([" ."] * 12 + [".", " . ", " . # c", "\t.", "", " . .", " . <a:b> ."])
LINES = st.one_of(
    st.builds(
        lambda s, p, o, gap, end: f"{s}{gap}{p} {o}{end}", SUBJECTS, IRIS, OBJECTS, GAPS, ENDS
    ),
    st.builds(lambda s, o, g, end: f"{s} <a:p> {o} {g}{end}", SUBJECTS, OBJECTS, SUBJECTS, ENDS),
    st.sampled_from(["", "# comment", " ", "<a:b>", "@prefix a: <b:> ."]),
)
BREAKS = st.sampled_from(["\n"] * 8 + ["\r\n", "\r", "\n\n"])


@st.composite
def _texts(draw: st.DrawFn) -> bytes:
    lines = draw(st.lists(st.tuples(LINES, BREAKS), max_size=4))
    text = "".join(line + end for line, end in lines)
    return text[: len(text) - draw(st.integers(0, 1))].encode()


@pytest.mark.parametrize("suffix", [".nt", ".nq"])
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=_texts())
def test_hostile_lines(suffix: str, text: bytes, tmp_path: Path) -> None:
    """Every text gives the parser's statements; what the parser or RDF 1.1 refuses is refused."""
    path = tmp_path / f"hostile{suffix}"
    path.write_bytes(text)
    form = by_suffix(path)
    assert form is not None
    try:
        expected = _expected(text, form.oxigraph)
    except SyntaxError:
        with pytest.raises(ReadError) as theirs:
            read_quads(path)
        with pytest.raises(ReadError) as ours:
            read_columns([path])
        if b"--ltr" not in text and b"<<(" not in text:  # else that may be refused first
            assert (ours.value.text, ours.value.place) == (theirs.value.text, theirs.value.place)
        return
    if any(map(_is_new, expected)):
        with pytest.raises(ReadError, match=r"RDF 1\.2"):
            read_columns([path])
        return
    rows = _rows(read_columns([path]))
    assert set(rows) == expected
    assert len(rows) == len(expected)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(subject=SUBJECTS, value=OBJECTS)
def test_single_terms(subject: str, value: str, tmp_path: Path) -> None:
    """A plain line with one hostile term is read as the parser reads it."""
    path = tmp_path / "one.nt"
    text = f"{subject} <http://e.org/p> {value} .\n".encode()
    path.write_bytes(text)
    try:
        expected = _expected(text, RdfFormat.N_TRIPLES)
    except SyntaxError:
        with pytest.raises(ReadError):
            read_columns([path])
        return
    if not any(map(_is_new, expected)):
        assert set(_rows(read_columns([path]))) == expected


def test_every_character(tmp_path: Path) -> None:
    """Each character that the parser takes in a literal or an IRI becomes what the parser says."""
    ranges = ((1, 0x900), (0x2000, 0x2080), (0xD700, 0xD800), (0xE000, 0xE080), (0xF8C0, 0x10040))
    codes = [code for first, last in ranges for code in range(first, last)]
    lines = []
    for code in codes:
        for form in ('"{}"', "<http://e.org/{}>", "<http://e.org/?{}>", "<a:{}>"):
            line = f"<a:s> <a:p> {form.format(chr(code))} .\n".encode()
            try:
                list(parse(line, RdfFormat.N_TRIPLES))
            except SyntaxError:
                continue
            lines.append(line)
    path = tmp_path / "all.nt"
    path.write_bytes(b"".join(lines))
    assert set(_rows(read_columns([path]))) == _expected(path.read_bytes(), RdfFormat.N_TRIPLES)


@pytest.mark.parametrize("size", [1, 64, 1 << 20])
def test_blocks_and_places(size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault far behind in a file has the same place and words as without blocks."""
    monkeypatch.setattr(bulk, "_BLOCK", size)
    path = tmp_path / "long.nt"
    good = "".join(f'<a:s{i}> <a:p> "ä{i}" .\n' for i in range(300))
    path.write_text(f'{good}<a:s> <a:p> "x" <a:g> .\n{good}')
    with pytest.raises(ReadError) as theirs:
        read_quads(path)
    with pytest.raises(ReadError) as ours:
        read_columns([path])
    assert ours.value.place == theirs.value.place
    assert ours.value.text == theirs.value.text
    path.write_text(f"{good}{good.replace('a:s', 'a:t')}<a:s> <a:p> <a:o> .")
    assert len(read_columns([path])) == 601


def test_rdf_1_2_has_its_line(tmp_path: Path) -> None:
    """A triple term is refused with the line where it stands."""
    path = tmp_path / "new.nt"
    path.write_text("# c\n<a:s> <a:p> <a:o> .\n<a:s> <a:p> <<( <a:s> <a:p> <a:o> )>> .\n")
    with pytest.raises(ReadError, match=r"RDF 1\.2") as caught:
        read_columns([path])
    assert caught.value.place is not None
    assert caught.value.place.line == 3
    path = tmp_path / "new.ttl"
    path.write_text('<a:s> <a:p> "x"@en--ltr .\n')
    with pytest.raises(ReadError, match=r"RDF 1\.2"):
        read_columns([path])


@pytest.mark.parametrize("name", ["x.nt", "x.nq", "x.ttl", "x.jsonld", "x.rdf", "x.txt", "no.nt"])
def test_unreadable(name: str, tmp_path: Path) -> None:
    """Bytes that are not UTF-8, an unknown suffix or a missing file: the words of read_quads."""
    path = tmp_path / name
    if not name.startswith("no"):
        path.write_bytes(b'<a:s> <a:p> <a:o> .\n<a:s> <a:p> "\xe4" .\n')
    with pytest.raises(ReadError) as theirs:
        read_quads(path)
    with pytest.raises(ReadError) as ours:
        read_columns([path])
    assert (ours.value.text, ours.value.place) == (theirs.value.text, theirs.value.place)


def test_blank_nodes_of_files(tmp_path: Path) -> None:
    """A label means one node within a file, through plain and other lines, and another elsewhere.

    A label that looks like one of ours does not meet it.
    """
    one, other = tmp_path / "one.nt", tmp_path / "other.nt"
    one.write_text("_:b <a:p> _:f2_b .\n")
    other.write_text("_:b <a:p> <a:o> .\n_:f1_b\t<a:p> _:b .\n")
    rows = {row[:3] for row in _rows(read_columns([one, other]))}
    assert rows == {
        ("_:f1_b", "<a:p>", "_:f1_f2_b"),
        ("_:f2_b", "<a:p>", "<a:o>"),
        ("_:f2_f1_b", "<a:p>", "_:f2_b"),
    }


def test_other_formats_agree(tmp_path: Path) -> None:
    """Turtle with base, lists and nodes without labels: stable, readable names, exact numbers."""
    path = tmp_path / "a.ttl"
    path.write_text(HEADER + "<x> e:p 007, 1.50, _:n, [ e:q ( true ) ] .\n")
    one = Input(path, graph="<a:g>", base="https://base.org/")
    columns = read_columns([one])
    rows = _rows(columns)
    assert ("<https://base.org/x>", "<https://example.org/p>", "_:f1_n", "<a:g>") in rows
    assert f'"007"^^<{XSD}integer>' in {row[2] for row in rows}
    blanks = {row[0] for row in rows if row[0].startswith("_:")}
    assert blanks == {"_:f1-1", "_:f1-2"}
    assert rows == _rows(read_columns([one]))


def test_graphs(tmp_path: Path) -> None:
    """Graphs come from the file or from the caller; their union has each triple once."""
    quads, triples = tmp_path / "a.nq", tmp_path / "b.nt"
    quads.write_text('<a:s> <a:p> "x <y> z" <a:g> .\n<a:s> <a:p> "x <y> z" .\n')
    triples.write_text('<a:s> <a:p> "x <y> z" .\n' * 2)
    columns = read_columns([quads, (triples, "<a:h>")])
    assert set(columns.graphs) == {"<a:g>", "", "<a:h>"}
    assert len(columns) == 3
    assert len(columns.triples()[0]) == 1
    assert len(columns.triples("<a:g>", "<a:h>")[0]) == 1
    assert len(columns.triples("<a:none>")[0]) == 0
    assert len(read_columns([])) == 0
    assert [len(part) for part in read_columns([]).triples()] == [0, 0, 0]


def test_the_real_data() -> None:
    """All files of the project give as many statements as the parser finds in them."""
    paths = sorted(ROOT.glob("data/**/*.ttl")) + sorted(ROOT.glob("data/**/*.trig"))
    paths += sorted(ROOT.glob("ontology/**/*.ttl"))
    assert paths
    for path in paths:
        base = "https://example.org/base"
        quads = set(parse(path=str(path), base_iri=base))
        columns = read_columns([Input(path, base=base)])
        assert len(columns) == len(quads), path
        plain = {str(quad.triple) for quad in quads if "_:" not in str(quad)}
        ours = {" ".join(row[:3]) for row in _rows(columns)}
        assert plain <= ours


def test_statements_in_memory() -> None:
    """Quads and triples keep the labels of their blank nodes."""
    node = BlankNode("x")
    quad = next(iter(parse(b"<a:s> <a:p> 1 .", RdfFormat.TURTLE)))
    triple = Triple(node, quad.predicate, quad.object)
    rows = _rows(columns_of([Quad(node, quad.predicate, node), triple, quad]))
    assert {row[:3] for row in rows} == {
        ("_:x", "<a:p>", "_:x"),
        ("_:x", "<a:p>", f'"1"^^<{XSD}integer>'),
        ("<a:s>", "<a:p>", f'"1"^^<{XSD}integer>'),
    }
