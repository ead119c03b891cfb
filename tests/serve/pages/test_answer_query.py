"""Files of questions with a page: what a header may say, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.helpers import CONFIG

from kg.errors import KgError, Text
from kg.serve.pages.answer.query import MOST, PageQuery, read_page_queries
from kg.settings import read_project

HEADER = """# name: beetles
# de: Wo lebt {label}?
# en: Where does {label} live?
# class: ex:Beetle <https://other.example/Bug>
# column place: Ort | Place
"""
QUERY = """PREFIX ex: <https://example.org/ns#>
SELECT ?place ?note ?d WHERE {
  { VALUES ?this { ex:stag } ?this ex:livesIn ?place }
  UNION { values $this { ex:stag ex:dung } ?this ex:seenIn ?place BIND ("} VALUES" AS ?note) }
}
"""


def read(root: Path, header: str, query: str = QUERY, name: str = "01-beetles.rq") -> PageQuery:
    """The question of a project with one file."""
    folder = root / "queries" / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    (root / "kg.toml").write_text(f'{CONFIG}ex = "https://example.org/ns#"\n')
    (folder / name).write_text(header + query, encoding="utf-8")
    return read_page_queries(read_project(root))[0]


def test_header_is_read(tmp_path: Path) -> None:
    """Columns keep their order; one below belongs to the column before it."""
    more = """# column note: Hinweis | Note
# below d: laut | says
# filter: place
# why: this ex:livesIn ?place
# empty-de: Nichts.
"""
    query = read(tmp_path, HEADER + more)
    assert query.title == Text("Wo lebt {label}?", "Where does {label} live?")
    assert query.classes == {"https://example.org/ns#Beetle", "https://other.example/Bug"}
    assert [column.name for column in query.columns] == ["place", "note"]
    assert [column.name for column in query.cells] == ["place", "note", "d"]
    assert query.columns[1].below[0].label == Text("laut", "says")
    assert query.why == ("this", "https://example.org/ns#livesIn", "place")
    assert query.empty == Text("Nichts.", "Nichts.")


def test_thing_takes_the_place_of_the_example(tmp_path: Path) -> None:
    """In all blocks VALUES ?this, and nowhere else."""
    text = read(tmp_path, HEADER).about("https://example.org/x")
    assert text.count("<https://example.org/x>") == 2
    assert "ex:stag" not in text and '"} VALUES"' in text


@pytest.mark.parametrize("name", ["x> } DROP ALL #", "a b", "relative", "\n", "https://e.org/{x}"])
def test_what_is_no_iri_is_not_put_in(tmp_path: Path, name: str) -> None:
    """No text gets out of its place in the query."""
    query = read(tmp_path, HEADER)
    with pytest.raises(KgError):
        query.about(name)


@pytest.mark.parametrize(
    ("header", "query", "german", "english"),
    [
        (HEADER, "SELECT ?place WHERE { ?place ?p ?o }", "VALUES ?this", "VALUES ?this"),
        (HEADER, QUERY.replace("SELECT ?place ?note ?d", "ASK"), "Nur SELECT", "Only SELECT"),
        (HEADER, QUERY.replace("UNION {", "UNION"), "", ""),
        (HEADER.replace("place", "town"), QUERY, "gibt keine Variable ?town", "no variable ?town"),
        (HEADER + "# passage: p\n", QUERY, "gibt keine Variable ?p", "no variable ?p"),
        (HEADER + "# kolumn x: y\n", QUERY, "„# kolumn x:“", "“# kolumn x:”"),
        (HEADER + "# colour: red\n", QUERY, "„# colour:“", "“# colour:”"),
        (HEADER.replace("# column", "# mark"), QUERY, "Es fehlt eine Zeile", "is missing"),
        (HEADER.replace("ex:Beetle", "zoo:Beetle"), QUERY, "Präfix", "prefix"),
        (HEADER + "# filter: note\n", QUERY, "keine Überschrift", "no heading"),
        (HEADER + "# why: this ex:p\n", QUERY, "# why:", "# why:"),
        (HEADER + "# year: place note d\n", QUERY, "# year:", "# year:"),
        (HEADER + "# group note: a\n# group d: b\n", QUERY, "eine zu viel", "one too many"),
        ("# below note: x\n" + HEADER, QUERY, "# column davor", "before it"),
    ],
)
def test_wrong_file_is_told_with_its_place(
    tmp_path: Path, header: str, query: str, german: str, english: str
) -> None:
    """The server does not start; the message says what is wrong, in both languages, and where."""
    with pytest.raises(KgError) as caught:
        read(tmp_path, header, query)
    assert german in caught.value.text.de
    assert english in caught.value.text.en
    assert "01-beetles.rq" in str(caught.value.place)


def test_class_has_so_many_questions_at_most(tmp_path: Path) -> None:
    """Each is a query of one page."""
    for number in range(MOST):
        read(tmp_path, HEADER, name=f"{number:02}-x.rq")
    with pytest.raises(KgError, match="Beetle"):
        read(tmp_path, HEADER, name="99-x.rq")


def test_project_without_questions(tmp_path: Path) -> None:
    """Needs no folder."""
    (tmp_path / "kg.toml").write_text(CONFIG)
    assert read_page_queries(read_project(tmp_path)) == ()
