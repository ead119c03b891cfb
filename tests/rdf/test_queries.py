"""Query files: the header says what a query is for; the text is the query."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import ReadError
from kg.rdf.queries import read_queries, read_query

TEXT = """# name: the-name
# en: Who knows
#   whom?
# en: And why?
# severity: error
#

# note: still the header
SELECT * { ?s ?p "# de: no header" }
# de: no header either
"""


def test_header(tmp_path: Path) -> None:
    """Keys are read up to the query; later lines of a key are joined."""
    path = tmp_path / "q.rq"
    path.write_text(TEXT)
    query = read_query(path)
    assert query.header == {
        "name": "the-name",
        "en": "Who knows whom? And why?",
        "severity": "error",
        "note": "still the header",
    }
    assert query.text == TEXT
    assert query.name == "the-name"
    assert query.about.de == query.about.en == "Who knows whom? And why?"


def test_key_with_a_variable(tmp_path: Path) -> None:
    """A key may name a variable of the query; more words before a colon are text."""
    path = tmp_path / "q.rq"
    path.write_text("# column since: seit\n# of-group theTopic: Thema\n# it goes on: here\nASK {}")
    assert read_query(path).header == {
        "column since": "seit",
        "of-group theTopic": "Thema it goes on: here",
    }


def test_file_without_header(tmp_path: Path) -> None:
    """Without a header the name is that of the file."""
    path = tmp_path / "plain.rq"
    path.write_text("ASK {}")
    query = read_query(path)
    assert (query.name, query.header, query.about.en) == ("plain", {}, "plain")


def test_folder_is_read_in_order(tmp_path: Path) -> None:
    """All .rq files below the folder, sorted; none when there is no folder."""
    for name in ("b.rq", "a/c.rq", "x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("ASK {}")
    assert [query.name for query in read_queries(tmp_path)] == ["c", "b"]
    assert read_queries(tmp_path / "none") == []


def test_file_that_is_not_utf8(tmp_path: Path) -> None:
    """A query in another encoding is an error with its place."""
    (tmp_path / "q.rq").write_bytes(b"# de: f\xfcr\nASK {}")
    with pytest.raises(ReadError, match=r"q\.rq:1:8"):
        read_query(tmp_path / "q.rq")
