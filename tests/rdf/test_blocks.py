"""Statements of one subject in a large text are found where a scan of all of it finds them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.helpers import HEADER

from kg.rdf import places
from kg.rdf.blocks import Blocks
from kg.rdf.dataset import Source, source_of_text
from kg.rdf.formats import by_suffix
from kg.rdf.places import Finder

PREFIX = "@prefix e: <https://example.org/> .\n"
PLAIN = PREFIX + "\ne:a\n  e:p 1 ;\n  e:q\n    2 ,\n    3 .\n\ne:b\n  e:p 1 .\n\ne:a\n  e:p 4 .\n"
A = "https://example.org/a"


def test_blocks_of_a_subject() -> None:
    """All blocks of a subject are found, with lines and columns of the whole text."""
    found = Blocks(PLAIN).of(A)
    assert found
    assert [(item.subject.line, item.object.line, item.object.column) for item in found] == [
        (3, 4, 7),
        (3, 6, 5),
        (3, 7, 5),
        (12, 13, 7),
    ]
    assert Blocks(PLAIN).of("https://example.org/c") == []


@pytest.mark.parametrize(
    "text",
    [
        PREFIX + "e:a\n  e:p [ e:q 1 ] .\n",
        PREFIX + "e:a\n  e:p 1 .\nPREFIX e: <https://other.org/>\ne:a\n  e:p 1 .\n",
        PREFIX.replace("example", "other") + "e:a\n  e:p 1 .\n" + PREFIX + "e:a\n  e:p 1 .\n",
    ],
)
def test_what_is_not_plain(text: str) -> None:
    """Blank nodes, or a prefix with two meanings, are left to the scan of the whole text."""
    assert Blocks(text).of(A) is None


def source(text: str) -> Source:
    form = by_suffix("x.ttl")
    assert form
    return source_of_text(text, form, shown="x", graph="https://example.org/g")


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        HEADER + "e:a e:p 1 . e:a\n  e:p 2 .\n",
        PREFIX + 'e:b\n  e:p """\ne:a\n  e:p 3 .\n""" .\ne:a\n  e:p 4 .\n',
        PREFIX + "\n<https://example.org/a>\n  e:p 1 .\n\ne:a\n  e:p 2 .\n",
        PREFIX + "e:a\n  e:p\n# no\n 1 .\n",
    ],
)
def test_large_and_small_texts_give_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether by blocks or by a scan, the places are the same."""
    one = source(text)
    expected = Finder([one]).stated(f"<{A}>")
    monkeypatch.setattr(places, "_LARGE", 0)
    assert Finder([one]).stated(f"<{A}>") == expected
    assert expected


def test_real_files(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The subjects of a document of the project stand where the scan says."""
    folder = repository / "data" / "documents"
    texts = [source(path.read_text()) for path in sorted(folder.glob("*.ttl"))]
    scanned, by_blocks = Finder(texts), Finder(texts)
    subjects = sorted({str(quad.subject) for one in texts for quad in one.quads})[:40]
    expected = [scanned.stated(subject) for subject in subjects]
    monkeypatch.setattr(places, "_LARGE", 0)
    assert [by_blocks.stated(subject) for subject in subjects] == expected
