"""Any change becomes text that any reader of RDF Patch takes, and comes back as it was."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)
from tests.write.journals import E, about_of, change_of

from kg.errors import StageError
from kg.write.change import About, Change, Commit
from kg.write.patch import decode, encode, label

ID = "urn:uuid:00000000-0000-4000-8000-000000000001"
TIME = "2026-11-21T14:00:00.000Z"
iris = st.sampled_from(["a", "ü/%C3%BC", "x?y=1&z#t", "'()*", "\U0001f3d8"]).map(
    lambda tail: NamedNode(E + tail)
)
blanks = st.from_regex(r"[A-Za-z0-9_]([A-Za-z0-9_.\-]{0,8}[A-Za-z0-9_])?", fullmatch=True).map(
    BlankNode
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
literals = st.one_of(
    texts.map(Literal),
    texts.map(lambda t: Literal(t, language="de-DE-1996")),
    texts.map(lambda t: Literal(t, language="ar", direction=BaseDirection.RTL)),
    texts.map(lambda t: Literal(t, datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))),
)
objects = st.one_of(
    iris, blanks, literals, st.builds(Triple, st.one_of(iris, blanks), iris, literals)
)
graphs = st.one_of(iris, blanks, st.just(DefaultGraph()))
quads = st.builds(Quad, st.one_of(iris, blanks), iris, objects, graphs)
sides = st.lists(quads, max_size=6, unique=True).map(tuple)


def commit_of(change: Change, about: About | None = None, number: int = 1) -> Commit:
    return Commit(number, ID, TIME, about or about_of(number), change, "")


def back(commit: Commit, prev: str = "") -> Commit:
    written, record = encode(commit, prev=prev, durable=0)
    found = decode(record, "")
    assert found == written
    return found


@settings(deadline=None, max_examples=300)
@given(
    sides,
    sides,
    st.lists(iris.map(lambda i: i.value), max_size=2, unique=True),
    st.lists(iris.map(lambda i: i.value), max_size=2, unique=True),
)
def test_any_change_comes_back(
    added: tuple[Quad, ...], removed: tuple[Quad, ...], created: list[str], dropped: list[str]
) -> None:
    """Statements keep their terms, their order, the labels of blank nodes and their graphs."""
    change = Change(added, removed, tuple(created), tuple(dropped))
    assert back(commit_of(change)).change == change


@settings(deadline=None, max_examples=300)
@given(texts, texts, texts, st.integers(0, 10**12))
def test_any_words_come_back(agent: str, note: str, source: str, reverts: int) -> None:
    """Names, notes and sources may have any sign of Unicode, line breaks and NUL too."""
    about = About(agent, "revert", note, source, "20261121-3f9a2c", reverts)
    assert back(commit_of(Change(), about)).about == about


def test_a_lone_surrogate_is_replaced() -> None:
    """What JSON lets through and UTF-8 does not becomes the sign for it, also in the result."""
    found = back(commit_of(Change(), About("an\ud800na", "put", note="\udfffü")))
    assert set(found.about.agent) == {"a", "n", "\ufffd"}
    assert found.about.note.endswith("\ufffdü")


def test_the_text_is_rdf_patch() -> None:
    """Line by line: headers, TX, what goes, what comes, TC; the statements are N-Quads."""
    commit = commit_of(change_of(7), number=7)
    lines = encode(commit, prev="urn:uuid:before", durable=5)[1].decode().splitlines()
    assert lines[:3] == [f"H id <{ID}> .", "H prev <urn:uuid:before> .", 'H kg-number "7" .']
    assert r'H kg-note "Commit 7\n" .' in lines
    assert f'H kg-created "{E}created/7" .' in lines
    begin = lines.index("TX .")
    assert all(re.fullmatch(r"H [a-z-]+ (<\S+>|\".*\") \.", line) for line in lines[:begin])
    assert [line[:2] for line in lines[begin:]] == ["TX", "D ", "A ", "A ", "A ", "TC"]
    statements = "\n".join(line[2:] for line in lines[begin + 1 : -1])
    change = commit.change
    assert list(parse(statements, RdfFormat.N_QUADS)) == [*change.removed, *change.added]


def test_what_looks_like_structure_stays_text() -> None:
    """A literal or note with lines of a patch in it does not end the record or change sides."""
    evil = 'x" .\nTC .\n# checksum ' + "0" * 64 + "\nTX .\nD <a> <b> <c> .\nA "
    quad = Quad(NamedNode(E), NamedNode(E), Literal(evil))
    commit = commit_of(Change((quad,), (quad,)), About(evil, "put", evil, evil, evil))
    assert back(commit).change == commit.change
    assert encode(commit, prev="", durable=0)[1].count(b"\nTC .\n") == 1


@pytest.mark.parametrize("iri", ["http://e/a>b", "http://e/a\nb", "http://e/\0", "http://e/a b> <"])
def test_a_term_that_would_not_be_read_again_is_refused(iri: str) -> None:
    """An IRI with signs that end it, which only a lenient reader lets in, is not written."""
    escaped = "".join(f"\\u{ord(sign):04X}" for sign in iri)
    quad = next(iter(parse(f"<{escaped}> <{E}p> <{E}o> .", RdfFormat.N_QUADS, lenient=True)))
    with pytest.raises(StageError, match="could not be read again"):
        encode(commit_of(Change((quad,))), prev="", durable=0)


def test_the_label_is_read_without_the_statements() -> None:
    """Number, time and identifiers are told of a record, and of nothing else."""
    record = encode(commit_of(Change(), number=12), prev="urn:x", durable=0)[1]
    found = label(record)
    assert found is not None
    assert (found.number, found.prev, found.identifier, found.time) == (12, "urn:x", ID, TIME)
    assert label(b"# " + record) is None
    assert label(record[:40]) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"TX .\n", b""),
        (b"TC .\n", b""),
        (b"TC .\n", b"D <a:a> <a:a> <a:a> .\nTC .\n"),
        (b"TC .\n", b"A <a:a> <a:a> .\nTC .\n"),
        (b"TC .\n", b"X <a:a> <a:a> <a:a> .\nTC .\n"),
        (b'H kg-reverts "3"', b'H kg-reverts "x"'),
        (b'H kg-note "', b'H kg-note "\\x'),
    ],
)
def test_what_is_no_record_is_refused(before: bytes, after: bytes) -> None:
    """A text of another form raises ValueError and nothing else."""
    about = About("anna", "revert", note="x", reverts=3)
    record = encode(commit_of(change_of(1), about), prev="", durable=0)[1]
    assert before in record
    with pytest.raises(ValueError, match=r"\w"):
        decode(record.replace(before, after, 1), "")
