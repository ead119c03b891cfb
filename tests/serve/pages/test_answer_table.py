"""Rows become tables: what is one row, what is left out, and in which order people read it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.errors import Text
from kg.serve.pages.answer.csv import safe
from kg.serve.pages.answer.markdown import escaped
from kg.serve.pages.answer.query import Column, PageQuery
from kg.serve.pages.answer.table import Choice, Table, chosen, ordered, sort_key, table_of
from kg.serve.pages.terms import Row, Term

NOTHING = Text("", "")
THIS = "https://e.org/this"


def column(name: str) -> Column:
    return Column(name, Text(name, name))


QUERY = PageQuery(
    name="x",
    title=NOTHING,
    file=NOTHING,
    classes=frozenset(),
    text="",
    columns=(column("member"), column("role"), column("since"), column("until")),
    take=NOTHING,
    summary=NOTHING,
    intro=NOTHING,
    empty=NOTHING,
    group=column("group"),
    of_group=(column("topic"),),
    marks=(column("implied"),),
    source=column("document"),
    passage="passage",
    cite="cited",
    row="membership",
    why=("this", "https://e.org/with", "member"),
    filters=(column("topic"),),
    years=("since", "until"),
)


def node(name: str) -> Term:
    return Term("iri", f"https://e.org/{name}")


def row(**values: str) -> Row:
    """A row; values are IRIs, but years and texts."""
    plain = ("since", "until", "passage", "implied")
    return {
        name: Term("literal", value) if name in plain else node(value)
        for name, value in values.items()
    }


ROWS = [
    row(group="g", membership="m1", member="a", role="lead", document="d1", passage="1. Satz"),
    row(group="g", membership="m1", member="a", role="member", document="d1", passage="1. Satz"),
    row(group="g", membership="m2", member="a", since="2016-03-16", document="d2"),
    row(group="g", membership="m3", member="this", document="d1", implied="true"),
    row(group="g", topic="smart", cited="d3"),
    row(group="g", topic="smart", cited="d1"),
    row(group="h", membership="m4", member="b", until="2018", document="d1", implied="false"),
    row(group="h", topic="data"),
]


def table(rows: list[Row] = ROWS) -> Table:
    return table_of(QUERY, rows, THIS)


def members(found: Table) -> list[str]:
    """The last part of each row's first cell."""
    return [found_row.cells["member"][0].value.rpartition("/")[2] for found_row in found.rows]


def test_rows_of_one_membership_are_one() -> None:
    """With all its roles; another document of the same member is another row."""
    first, second, own, _ = table().rows
    assert first.cells["role"] == (node("lead"), node("member"))
    assert (first.passage, first.document) == ("1. Satz", "https://e.org/d1")
    assert "role" not in second.cells
    assert own.marks == {"implied"}


def test_what_is_said_of_a_group_keeps_its_documents() -> None:
    """A row without a member says something of the group only."""
    first, second = table().groups
    assert len(first.rows) == 3 and len(second.rows) == 1
    assert [said.documents for said in first.said["topic"]] == [
        ("https://e.org/d3", "https://e.org/d1")
    ]
    assert second.said["topic"][0].documents == ()


def test_row_about_the_thing_itself_stands_for_no_statement() -> None:
    """Nobody cooperates with itself."""
    first, _, own, other = table().rows
    assert first.why == (THIS, "https://e.org/with", "https://e.org/a")
    assert own.why is None and other.why is not None


def test_counts() -> None:
    """The thing itself is no partner of itself; documents are those of rows."""
    found = table()
    assert (found.count("member"), found.count("group"), found.count("document")) == (2, 2, 2)


def test_choice_by_what_is_said_of_a_group() -> None:
    """All rows of a group with the topic are kept."""
    assert members(chosen(table(), Choice({"topic": "https://e.org/smart"}))) == ["a", "a", "this"]
    assert members(chosen(table(), Choice({"topic": "https://e.org/no"}))) == []


def test_choice_by_year() -> None:
    """A period holds a year from its start to its end; what has no period may have been then."""
    found = {
        year: [one.cells["member"][0].value[-1] for one in chosen(table(), Choice(year=year)).rows]
        for year in (2015, 2016, 2018, 2019)
    }
    assert found == {
        2015: ["a", "s", "b"],
        2016: ["a", "a", "s", "b"],
        2018: ["a", "a", "s", "b"],
        2019: ["a", "a", "s"],
    }
    assert members(chosen(table(), Choice(dated=True))) == ["a", "b"]
    assert members(chosen(table(), Choice(year=2019, dated=True))) == ["a"]


def test_order_is_that_of_people() -> None:
    """Groups by name, the thing itself first, then its partners by name."""
    names = {"g": "Zebra", "h": "Ähre", "a": "Ulm", "this": "Zwickau", "b": "B"}
    found = ordered(table(), lambda term: names.get(term.value.rpartition("/")[2], ""))
    assert members(found) == ["b", "this", "a", "a"]


def test_german_sorting() -> None:
    """ä as a, ß as ss, signs do not count (DIN 5007-1)."""
    names = ["Zülpich", "Aachen", "Ähre", "„Ahre“", "Straße", "Strasse 2", "5 für OWL", "Öhningen"]
    assert sorted(names, key=sort_key) == [
        *("5 für OWL", "Aachen", "Ähre", "„Ahre“", "Öhningen", "Straße", "Strasse 2", "Zülpich"),
    ]


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    """Whatever a name is, no spreadsheet computes it, and it stays on its line."""
    cell = safe(text)
    assert cell[:1] not in ("=", "@", "\t", "\r") and "\n" not in cell
    assert cell[:1] not in ("+", "-") or cell[1:].replace(",", "").replace(".", "").isdigit()


@given(st.text())
def test_markdown_stays_on_its_line_and_in_its_cell(text: str) -> None:
    """No sign of Markdown is left that would end a cell or begin an element."""
    found = escaped(text)
    assert "\n" not in found and "\r" not in found
    bare = found.replace("\\\\", "").split("\\")
    rest = bare[0] + "".join(part[1:] for part in bare[1:])
    assert not set(rest) & set("|<[]`*_~")
