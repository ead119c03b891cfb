"""Faults of syntax: the place is where the writer has to do something, the words say what."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import HEADER

from kg.errors import ReadError
from kg.rdf.formats import FORMATS, Format
from kg.rdf.read import all_read, decoded, parse_quads, read_quads
from kg.rdf.turtle_values import decimal_commas

FORMS = {form.name: form for form in FORMATS}
DOCUMENT = """e:one
  a e:Cooperation , e:Network ;
  e:label "One"@de ;
  e:period [ e:end "2025" ] ;
  e:amount 2.5 .

e:two
  a e:Paper ;
  e:label \"\"\"Two
  lines\"\"\" ;
  e:list ( 1 e:b ) .
"""
"""Without fault; its first line is line 2 after HEADER."""


def fault(text: str, form: Format = FORMS["turtle"]) -> ReadError:
    with pytest.raises(ReadError) as caught:
        parse_quads(text, form, base="https://example.org/x", shown="x")
    return caught.value


def place(error: ReadError) -> tuple[int | None, int | None]:
    assert error.place is not None
    return error.place.line, error.place.column


EDITS = [
    # a sign is missing, or another one stands in its place
    ("2.5 .", "2.5", 6, 15, "fehlt ein Punkt", "a dot is missing"),
    ('"One"@de ;', '"One"@de', 4, 19, "fehlt ein Semikolon", "a semicolon is missing"),
    ("e:Network ;", "e:Network", 3, 30, "Ende von Zeile 3", "end of line 3"),
    ("2.5 .", "2.5 ;", 6, 16, "erwartet wird ein Punkt", "a dot is expected"),
    ('"One"@de ;', '"One"@de .', 4, 20, "erwartet wird ein Semikolon", "a semicolon is expected"),
    ("e:Network ;", "e:Network ,", 3, 31, "steht ein Komma", "Here is a comma"),
    ("e:Network ;", "e:Network , ;", 3, 31, "Nach dem Komma fehlt", "missing after the comma"),
    ("e:Network ;", "e:Network .", 3, 31, "steht ein Punkt", "Here is a dot"),
    ('"2025" ]', '"2025"', 6, 16, "schließende Klammer ]", "closing bracket ]"),
    ("1 e:b )", "1 e:b", 12, 18, "schließende Klammer )", "closing bracket )"),
    ("e:list ( 1 e:b ) .", "e:list ( 1 e:b )", 12, 19, "fehlt ein Punkt", "A dot is missing"),
    ('e:label "One"@de', "e:label", 4, 3, "fehlt der Wert", "is missing"),
    ("a e:Paper", "a e:Paper e:Thing", 9, 12, "ein Komma, wenn", "a comma if"),
    ("a e:Paper", "a e:Pa per", 9, 9, "Meinten Sie e:Pa-per?", "Did you mean e:Pa-per?"),
    ("2.5 .", "2.5 ,", 6, 16, "erwartet wird ein Punkt", "a dot is expected"),
    ('"2025" ]', '"2025" ; "2026" ]', 5, 27, "erwartet wird ein Komma", "a comma is expected"),
    ('"One"@de ;', '"One"@de . "Two" ;', 4, 20, "erwartet wird ein Komma", "a comma is expected"),
    ('"One"@de ;', '"One"@de , e:b <urn:x> ;', 4, 25, "fehlt ein Zeichen", "a sign is missing"),
    # quotation marks and brackets
    ('"One"@de', '"One@de', 4, 11, 'Anführungszeichen "', 'quotation mark "'),
    ('"One"@de', '"The "One" again"@de', 4, 16, "beendet den Text", "ends the text"),
    ('"One"@de', "„One“@de", 4, 11, "Anführungszeichen „", "quotation mark „"),
    ('"One"@de', "“One”@de", 4, 11, "Anführungszeichen “", "quotation mark “"),
    ('"One"@de', '"One“@de', 4, 15, "Anführungszeichen “", "quotation mark “"),
    ('"One"@de', "«One»@de", 4, 11, "Anführungszeichen «", "quotation mark «"),
    ('"One"@de', "`One`@de", 4, 11, "ein Akzent", "an accent"),
    ('lines"""', "lines", 10, 11, 'Es fehlt """', '""" is missing'),
    ("e:Paper", "<https://e.org/x", 9, 5, "spitze Klammer >", "pointed bracket >"),
    ("e:Paper", "<C:\\Vorlagen>", 9, 5, "mit https://", "starts with https://"),
    ("e:Paper", "https://e.org/x", 9, 5, "<https:…>", "<https:…>"),
    # signs from elsewhere
    ("e:two", "// new\ne:two", 8, 1, "beginnt mit #", "starts with #"),
    ("e:two", "/* new */\ne:two", 8, 1, "beginnt mit #", "starts with #"),
    ("e:two", "<!-- new -->\ne:two", 8, 1, "beginnt in Turtle mit #", "starts with # in Turtle"),
    ("e:Paper ;", "e:Paper\u00a0;", 9, 12, "U+00A0", "U+00A0"),
    ("e:Paper", "\u200be:Paper", 9, 5, "unsichtbares Zeichen (U+200B)", "invisible sign"),
    ("e:Paper", "e:Pa–per", 9, 9, "Gedankenstrich", "dash"),
    ("a e:Paper", "a = e:Paper", 9, 5, "kein =", "no ="),
    ('"2025"', '"2025"^e:y', 5, 26, "^^", "^^"),
    ('"2025"', '"2025" xsd:gYear', 5, 26, "fehlt ^^", "^^ is missing"),
    # keywords, words, numbers and dates
    ("a e:Paper", "A e:Paper", 9, 3, "a wird klein geschrieben", "small letters"),
    ("2.5", "True", 6, 12, "true wird klein geschrieben", "small letters"),
    ("2.5", "ja", 6, 12, "ja ist kein Name", "ja is not a name"),
    ("2.5", "1.250.000", 6, 12, "Schreiben Sie 1250000 statt", "Write 1250000 instead"),
    ("2.5", "1.250.000,50", 6, 12, "Schreiben Sie 1250000.50 statt", "Write 1250000.50"),
    ("2.5", "14.5.2024", 6, 12, '"2024-05-14"^^xsd:date', '"2024-05-14"^^xsd:date'),
    ("2.5", "2024-05-14", 6, 12, '"2024-05-14"^^xsd:date', '"2024-05-14"^^xsd:date'),
    ("2.5", "5 %", 6, 14, "Zeichen %", "sign %"),
    # git
    (
        "  e:amount 2.5 .",
        "<<<<<<< HEAD\n  e:amount 2.5 .\n=======\n  e:amount 3 .\n>>>>>>> x",
        6,
        1,
        "Konflikt von git",
        "conflict of git",
    ),
]


def test_the_document_is_without_fault() -> None:
    """What the cases edit is read without a fault."""
    assert parse_quads(HEADER + DOCUMENT, FORMS["turtle"], base=None, shown="x")


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit[1])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_edits(edit: tuple[str, str, int, int, str, str], end: str) -> None:
    """An edit that breaks Turtle is named for what it is, in both languages and at its place."""
    old, new, line, column, german, english = edit
    assert DOCUMENT.count(old) == 1
    error = fault((HEADER + DOCUMENT.replace(old, new)).replace("\n", end))
    assert place(error) == (line, column)
    assert german in error.text.de
    assert english in error.text.en


@pytest.mark.parametrize(
    ("head", "line", "column", "german"),
    [
        ("@PREFIX x: <urn:x> .\n", 1, 1, "@prefix wird klein geschrieben"),
        ("@prefix x: <urn:x>\n\n", 1, 19, "Am Ende von Zeile 1 fehlt ein Punkt"),
        ("PREFIX x: <urn:x> .\n", 1, 19, "kein Punkt"),
        ("@prefix x <urn:x> .\n", 1, 9, "Präfix mit Doppelpunkt"),
        ("@prefix x: urn:x .\n", 1, 12, "in spitzen Klammern"),
        ("<!DOCTYPE html>\n<html>\n", 1, 1, "HTML-Seite"),
        ("\n<?xml version='1.0'?>\n", 2, 1, "Das ist XML"),
        ('{\n "@id": "x" }', 1, 1, "Das ist JSON"),
    ],
)
def test_heads(head: str, line: int, column: int, german: str) -> None:
    """What is wrong with a directive, or with the whole file, is said at its first lines."""
    error = fault(f"{head}{HEADER}e:a e:b e:c .")
    assert place(error) == (line, column)
    assert german in error.text.de


def test_trig() -> None:
    """A graph that is not closed is missing its bracket at the end, opened in a line named."""
    error = fault(f"{HEADER}e:g {{\n  e:a e:b e:c .\n\n", FORMS["trig"])
    assert place(error) == (3, 16)
    assert "schließende Klammer }; geöffnet wird sie in Zeile 2" in error.text.de


@pytest.mark.parametrize(
    ("form", "text", "line", "column", "german"),
    [
        ("jsonld", '{\n "@id": "e:x"\n "@type": "e:T" }', 2, 14, "fehlt ein Komma"),
        ("jsonld", '{ "@id": "e:x", }', 1, None, "Komma"),
        ("jsonld", '{ "@id": x }', 1, 10, "wird ein Wert erwartet"),
        ("jsonld", '{ "@id": "e:x', 1, 10, "endet nicht"),
        ("jsonld", '{ "@id" "e:x" }', 1, 9, "Doppelpunkt"),
        ("jsonld", '{ "@id": "e:x", "@type": 1 }', None, None, "@type"),
        ("rdfxml", "<a>\n <b>ü<c/></d></a>", 2, 10, "Erwartet wird </b>"),
        ("rdfxml", "<a>\n ü & b</a>", 2, 5, "&amp;"),
        ("rdfxml", "<a>\n <x:b/></a>", 2, 2, "Präfix"),
        ("ntriples", "e:a e:b e:c .", 1, 1, "In N-Triples"),
        ("ntriples", "<urn:a> <urn:b> <urn:c>", 1, 24, "Punkt am Ende der Zeile"),
    ],
)
def test_other_formats(
    form: str, text: str, line: int | None, column: int | None, german: str
) -> None:
    """Faults of JSON-LD, RDF/XML and N-Triples have a place and German words, too."""
    error = fault(text, FORMS[form])
    assert error.place is not None
    assert error.place.line == line
    assert column is None or error.place.column == column
    assert german in error.text.de


def test_excerpts_stand_in_quotation_marks_of_the_language() -> None:
    """What a message quotes stands in German marks in German, in English ones in English."""
    error = fault(f"{HEADER}e:a x:b e:c .")
    assert "bei „x:b“" in error.text.de
    assert "at “x:b”" in error.text.en


def test_prefixes_that_are_known_are_written_out(tmp_path: Path) -> None:
    """The line to add for a prefix has its namespace, if the project or everybody knows it."""
    path = tmp_path / "x.ttl"
    path.write_text("<urn:a> kgo:b <urn:c> .", encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        read_quads(path, prefixes={"kgo": "https://example.org/ns#"})
    assert "@prefix kgo: <https://example.org/ns#> ." in caught.value.text.de
    assert "@prefix skos: <http://www.w3.org/2004/02/skos/core#> ." in fault("<a:a> skos:b 1.").to(
        "en"
    )
    assert "@prefix x: <…> ." in fault("<a:a> x:b 1 .").to("en")


def test_all_faults_of_several_files(tmp_path: Path) -> None:
    """Of several files each with a fault is named on a line of its own; one keeps its place."""
    for name, text in (("a.ttl", "<urn:a> x"), ("b.ttl", ""), ("c.ttl", "<urn:a> ö:b 1 .")):
        (tmp_path / name).write_text(text, encoding="utf-8")

    def reading(*names: str) -> None:
        all_read(partial(read_quads, tmp_path / name, shown=name) for name in names)

    with pytest.raises(ReadError) as several:
        reading("a.ttl", "b.ttl", "c.ttl", "d.ttl")
    lines = several.value.to("de").split("\n")
    assert [line.split(":")[0] for line in lines] == ["a.ttl", "c.ttl", "d.ttl"]
    assert lines[1].startswith("c.ttl:1:9: Syntaxfehler")
    with pytest.raises(ReadError) as one:
        reading("b.ttl", "c.ttl")
    assert place(one.value) == (1, 9)
    reading("b.ttl")


@pytest.mark.parametrize(
    ("raw", "german"),
    [("a".encode("utf-16"), "UTF-16"), (b"PK\x03\x04\x00", "Word-"), (b"a\xfc", "0xFC")],
)
def test_bytes_that_are_no_text(raw: bytes, german: str) -> None:
    """UTF-16, a file of a word processor and other encodings are told apart."""
    with pytest.raises(ReadError) as caught:
        decoded(raw, shown="x")
    assert german in caught.value.text.de


def test_decimal_commas() -> None:
    """Two numbers around a comma without a space are one number with a decimal comma."""
    text = f'{HEADER}# 1,5\ne:a e:b 250000,50 , 3 , "7,5" ;\n  e:c 1, 2 ; e:d 1,5,2 .'
    found = [(one.line, one.column, one.written, one.due) for one in decimal_commas(text)]
    assert found[0] == (3, 9, "250000,50", "250000.50")
    assert all(line == 4 and written != "1, 2" for line, _, written, _ in found[1:])
    assert decimal_commas(HEADER + DOCUMENT) == []


@given(st.data())
def test_any_edit_is_explained(data: st.DataObject) -> None:
    """However a document is broken, its fault has a place in the text and words of both."""
    at = data.draw(st.integers(0, len(DOCUMENT)))
    until = data.draw(st.integers(at, min(at + 3, len(DOCUMENT))))
    put = data.draw(st.text("\"'<>[](){}.;,:^@/\\#=a1–„“\u00a0\n ", max_size=3))
    text = HEADER + DOCUMENT[:at] + put + DOCUMENT[until:]
    try:
        parse_quads(text, FORMS["turtle"], base="https://example.org/x", shown="x")
    except ReadError as error:
        line, column = place(error)
        lines = text.split("\n")
        assert line is not None
        assert column is not None
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
        assert error.text.de
        assert "is not" not in error.text.de


@pytest.mark.parametrize(
    ("before", "german"),
    [
        ("e:a e:b e:c .\n", "fehlt ein Punkt"),
        ("e:a e:b '\"'; e:c ( ( 1 ) ) .\n", "fehlt ein Punkt"),
        ("#\n", "Syntaxfehler"),
    ],
)
def test_a_fault_far_behind_is_found_soon(before: str, german: str) -> None:
    """The fault of a text of a megabyte is explained by reading it, not anew for each line."""
    text = HEADER + before * (1_000_000 // len(before)) + "e:a e:b e:c\ne:d a e:f ."
    start = time.process_time()
    error = fault(text)
    assert time.process_time() - start < 30
    assert german in error.text.de
