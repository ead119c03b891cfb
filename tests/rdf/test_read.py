"""Reading: every format, lexical forms kept, and faults with file, line, column and text."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, Quad, serialize
from tests.helpers import HEADER, triples

from kg.errors import Place, ReadError
from kg.rdf.formats import FORMATS, Format
from kg.rdf.read import read_quads, read_text


def fault(path: Path) -> ReadError:
    with pytest.raises(ReadError) as caught:
        read_quads(path)
    return caught.value


def written(path: Path, content: str | bytes | None) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content or b"")
    return path


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_every_format_is_read(form: Format, tmp_path: Path) -> None:
    """A triple written in any of the six formats is read as that triple."""
    (triple,) = triples('e:a e:b "ü 😀"@de .')
    for suffix in form.suffixes:
        path = written(tmp_path / f"x{suffix.upper()}", serialize([triple], format=form.oxigraph))
        assert [quad.triple for quad in read_quads(path)] == [triple]


@pytest.mark.parametrize(
    ("body", "line", "column", "shown"),
    [
        ("e:a e:b e:c\ne:d e:e e:f .", 2, 12, "e:d"),
        ("e:a x:b e:c .", 2, 5, "x:b"),
        ('e:a e:b "😀ü" oops .', 2, 14, "oops"),
        ('e:a e:b "open .', 2, 9, '"open .'),
        ("e:a e:b <a b> .", 2, 9, "<a b"),
        ("e:a e:b (e:c .", 2, 14, "."),
        ("e:a e:b \r\n  e:c e:d .", 3, 6, "e:d"),
        ('e:a e:b "\u2028", oops .', 2, 14, "oops"),
    ],
)
def test_syntax_error_names_its_place(
    body: str, line: int, column: int, shown: str, tmp_path: Path
) -> None:
    """A syntax error has file, line and column and quotes the text that is at fault."""
    path = written(tmp_path / "bad.ttl", HEADER + body)
    error = fault(path)
    assert error.place == Place(str(path), line, column)
    assert shown in error.to("de")
    assert shown in error.to("en")
    assert str(error.place) in error.to("en")


def test_file_that_ends_within_a_statement(tmp_path: Path) -> None:
    """What ends too early is an error at its last line, with a quotation of it."""
    error = fault(written(tmp_path / "bad.ttl", HEADER + "e:a e:b"))
    assert error.place is not None
    assert error.place.line in (2, 3)
    assert "e:a e:b" in error.to("en")


@pytest.mark.parametrize(
    ("before", "line", "column"),
    [
        (b"", 1, 1),
        ("# ü\n".encode(), 2, 1),
        ("ab\r\nüx ".encode(), 2, 4),
        (b"\xef\xbb\xbfab", 1, 3),
    ],
)
def test_not_utf8(before: bytes, line: int, column: int, tmp_path: Path) -> None:
    """Text in another encoding is an error with the byte and its line and column, in signs."""
    error = fault(written(tmp_path / "latin.ttl", before + "Gütersloh".encode("latin-1")[1:]))
    assert (error.place and error.place.line, error.place and error.place.column) == (line, column)
    assert "0xFC" in error.to("en")
    assert "UTF-8" in error.to("de")


def test_missing_file_and_unknown_suffix(tmp_path: Path) -> None:
    """A file that is not there, a folder and a suffix that is not of RDF are named."""
    assert "none.ttl" in fault(tmp_path / "none.ttl").to("en")
    (tmp_path / "folder.ttl").mkdir()
    assert "folder.ttl" in fault(tmp_path / "folder.ttl").to("de")
    assert ".ttl" in fault(written(tmp_path / "x.docx", "")).to("en")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.jsonld", '{"@context": "https://example.org/context", "a": 1}'),
        ("x.jsonld", '{"a": 1,}'),
        ("x.rdf", "<rdf:RDF>"),
        ("x.nt", "<https://example.org/a> <b> ."),
    ],
)
def test_faults_of_other_formats(name: str, content: str, tmp_path: Path) -> None:
    """A fault in a format without good places of its own still names the file."""
    path = written(tmp_path / name, content)
    assert str(path) in fault(path).to("en")


@pytest.mark.parametrize("lexical", ["007", "+1", "1.50", "1E0", "2020-01-01Z", " 1 "])
def test_lexical_forms_are_kept(lexical: str, tmp_path: Path) -> None:
    """What is written is what is read: no number or date is rewritten."""
    path = written(tmp_path / "x.ttl", HEADER + f'e:a e:b "{lexical}"^^xsd:decimal .')
    (quad,) = read_quads(path)
    assert isinstance(quad.object, Literal)
    assert quad.object.value == lexical


def test_blank_nodes_of_two_files_stay_apart(tmp_path: Path) -> None:
    """The same label in two files, or in one file read twice, is not the same node."""
    one, two = (written(tmp_path / name, HEADER + "_:x e:b e:c .") for name in ("1.ttl", "2.ttl"))
    nodes = {quad.subject for path in (one, two, one) for quad in read_quads(path)}
    assert all(isinstance(node, BlankNode) for node in nodes)
    assert len(nodes) == 3


def test_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    """A byte order mark is no part of the text and does not move columns."""
    path = written(tmp_path / "x.ttl", b"\xef\xbb\xbf" + HEADER.encode() + b"e:a e:b e:c .")
    assert read_text(path).startswith("@prefix")
    quads: list[Quad] = read_quads(path)
    assert len(quads) == 1


def test_base_resolves_relative_iris(tmp_path: Path) -> None:
    """A relative IRI is resolved against the given base."""
    path = written(tmp_path / "x.ttl", "<#a> <b> <> .")
    (quad,) = read_quads(path, base="https://example.org/graph/x")
    assert str(quad.triple) == (
        "<https://example.org/graph/x#a> <https://example.org/graph/b> "
        "<https://example.org/graph/x>"
    )
