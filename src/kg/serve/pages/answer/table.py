"""Rows of a page query become a table: rows in groups, chosen by what the reader asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from kg.serve.pages.answer.query import THIS, PageQuery
from kg.serve.pages.terms import Row, Term

Triple = tuple[str, str, str]
_YEAR = re.compile(r"-?\d{4,}")
_TRUE = ("true", "1")


@dataclass(frozen=True)
class Said:
    """A value with the documents that say it."""

    term: Term
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableRow:
    """One row; `cells` has the values of each column that has any, `marks` the names that hold.

    `why` is the statement that the row stands for, None for a row about the thing itself.
    """

    cells: Mapping[str, tuple[Term, ...]]
    document: str = ""
    passage: str = ""
    marks: frozenset[str] = frozenset()
    why: Triple | None = None

    def first(self, name: str) -> Term | None:
        """Return the first value of a column, None if it has none."""
        return next(iter(self.cells.get(name, ())), None)


@dataclass(frozen=True)
class Group:
    """Rows with one value of the group's variable, and what is said of it."""

    key: Term | None
    said: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    rows: tuple[TableRow, ...] = ()


@dataclass(frozen=True)
class Table:
    """The answer to one question about the resource `this`."""

    query: PageQuery
    this: str
    groups: tuple[Group, ...]

    @property
    def rows(self) -> Iterator[TableRow]:
        """All rows."""
        return (row for group in self.groups for row in group.rows)

    @property
    def documents(self) -> Iterator[str]:
        """The documents of values and rows, in the order in which they come."""
        for group in self.groups:
            for values in group.said.values():
                for said in values:
                    yield from said.documents
            yield from (row.document for row in group.rows if row.document)

    def values(self, name: str) -> list[Term]:
        """Return the values of a column or of a group, each once."""
        found: dict[Term, None] = {}
        for group in self.groups:
            if self.query.group and name == self.query.group.name and group.key:
                found[group.key] = None
            found.update(dict.fromkeys(said.term for said in group.said.get(name, ())))
            for row in group.rows:
                found.update(dict.fromkeys(row.cells.get(name, ())))
        return list(found)

    def count(self, name: str) -> int:
        """Return how many values a variable has; the thing itself is no partner of itself."""
        if self.query.source and name == self.query.source.name:
            return len({row.document for row in self.rows if row.document})
        values = self.values(name)
        return len(values) - (name == self.query.head.name and _is(self.this, values))


@dataclass(frozen=True)
class Choice:
    """What the reader asked for; `dated` leaves rows out that have no period."""

    values: Mapping[str, str] = field(default_factory=dict)
    year: int | None = None
    dated: bool = False

    def __bool__(self) -> bool:
        """Return whether anything is left out."""
        return bool(self.values) or self.year is not None or self.dated


def asked_of(query: PageQuery, choice: Choice) -> bool:
    """Return whether the rows of a question can be chosen by what the reader asked for."""
    names = {column.name for column in query.filters}
    by_year = choice.year is not None or choice.dated
    return names.issuperset(choice.values) and (bool(query.years) or not by_year)


def table_of(query: PageQuery, rows: Iterable[Row], this: str) -> Table:
    """Return the table that the rows of `query` about `this` make, in the order of the rows."""
    by_group: dict[Term | None, list[Row]] = {}
    for row in rows:
        key = row.get(query.group.name) if query.group else None
        by_group.setdefault(key, []).append(row)
    groups = tuple(_group(query, key, found, this) for key, found in by_group.items())
    return Table(query, this, groups)


def chosen(table: Table, choice: Choice) -> Table:
    """Return the table with what the reader asked for."""
    query = table.query
    groups: list[Group] = []
    for group in table.groups:
        rows = group.rows
        for column in query.filters:
            value = choice.values.get(column.name)
            if value is not None and value not in _of_group(query, group, column.name):
                rows = tuple(row for row in rows if _is(value, row.cells.get(column.name, ())))
        if query.years:
            rows = tuple(row for row in rows if in_year(row, query.years, choice))
        if rows or not (group.rows or choice):
            groups.append(replace(group, rows=rows))
    return replace(table, groups=tuple(groups))


def in_year(row: TableRow, names: tuple[str, ...], choice: Choice) -> bool:
    """Return whether a row is of the year asked for: its period holds it, or it has none.

    A period without an end goes on, one without a start began before.
    """
    start, end = (year_of(row.first(name)) for name in (names * 2)[:2])
    if len(names) == 1:
        end = start
    if start is None and end is None:
        return not choice.dated
    if choice.year is None:
        return True
    return (start is None or start <= choice.year) and (end is None or choice.year <= end)


def year_of(term: Term | None) -> int | None:
    """Return the year of a date, month or year."""
    found = _YEAR.match(term.value) if term else None
    return int(found.group()) if found else None


def ordered(table: Table, name_of: Callable[[Term], str]) -> Table:
    """Return the table in the order of people: by names, rows about the thing itself first."""

    def by_name(term: Term | None) -> str:
        return sort_key(name_of(term)) if term else ""

    def key(row: TableRow) -> tuple[bool, str, str]:
        head = row.first(table.query.head.name)
        return not (head and head.value == table.this), by_name(head), row.document

    groups = [
        replace(group, rows=tuple(sorted(group.rows, key=key)), said=_sorted(group, by_name))
        for group in table.groups
    ]
    return replace(table, groups=tuple(sorted(groups, key=lambda group: by_name(group.key))))


def sort_key(text: str) -> str:
    """Return what a name is sorted by in German: ä as a, ß as ss (DIN 5007-1)."""
    folded = text.casefold().translate(_UMLAUTS)
    return re.sub(r"[^\w ]+", "", folded) or folded


_UMLAUTS = str.maketrans("äöüáàâéèêëíóòôúçñ", "aouaaaeeeeioooucn")


def _sorted(group: Group, by_name: Callable[[Term], str]) -> dict[str, tuple[Said, ...]]:
    return {
        name: tuple(sorted(values, key=lambda said: by_name(said.term)))
        for name, values in group.said.items()
    }


def _group(query: PageQuery, key: Term | None, rows: list[Row], this: str) -> Group:
    said: dict[str, dict[Term, dict[str, None]]] = {}
    by_row: dict[object, list[Row]] = {}
    for row in rows:
        cited = [row[query.cite].value] if query.cite in row else []
        for column in query.of_group:
            if column.name in row:
                values = said.setdefault(column.name, {})
                values.setdefault(row[column.name], {}).update(dict.fromkeys(cited))
        if query.head.name in row:
            identity = row.get(query.row) if query.row else tuple(sorted(row.items()))
            by_row.setdefault(identity, []).append(row)
    found = {
        name: tuple(Said(term, tuple(documents)) for term, documents in values.items())
        for name, values in said.items()
    }
    return Group(key, found, tuple(_row(query, merged, this) for merged in by_row.values()))


def _row(query: PageQuery, rows: list[Row], this: str) -> TableRow:
    first = rows[0]
    cells: dict[str, tuple[Term, ...]] = {}
    for column in query.cells:
        values = dict.fromkeys(row[column.name] for row in rows if column.name in row)
        if values:
            cells[column.name] = tuple(sorted(values))
    source = query.source.name if query.source else ""
    marks = frozenset(
        column.name
        for column in query.marks
        if any(row[column.name].value in _TRUE for row in rows if column.name in row)
    )
    return TableRow(
        cells,
        document=first[source].value if source in first else "",
        passage=first[query.passage].value if query.passage in first else "",
        marks=marks,
        why=_why(query, first, this),
    )


def _why(query: PageQuery, row: Row, this: str) -> Triple | None:
    if not query.why:
        return None
    ends = [
        this if name == THIS else row[name].value if name in row and row[name].is_iri else ""
        for name in (query.why[0], query.why[2])
    ]
    if not all(ends) or ends[0] == ends[1]:
        return None
    return ends[0], query.why[1], ends[1]


def _of_group(query: PageQuery, group: Group, name: str) -> set[str]:
    """Return the values of a name for a whole group."""
    found = {said.term.value for said in group.said.get(name, ())}
    if query.group and name == query.group.name and group.key:
        found.add(group.key.value)
    return found


def _is(value: str, terms: Iterable[Term]) -> bool:
    return any(term.value == value for term in terms)
