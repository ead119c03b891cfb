"""Tables become the sheet of one visit: names for things, numbers for documents, links, marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kg.serve.pages.answer.query import Column
from kg.serve.pages.answer.sheet import (
    Cell,
    Fact,
    GroupView,
    Piece,
    RowView,
    Sheet,
    SourceView,
    TableView,
)
from kg.serve.pages.answer.sources import DATES, NUMBERS, TITLES, Background
from kg.serve.pages.answer.table import Group, Said, Table, TableRow
from kg.serve.pages.labels import Labels
from kg.serve.pages.terms import Term
from kg.serve.pages.visit import Visit

_COUNT = re.compile(r"\{(\w+)\s*:\s*([^|{}]+)\|([^{}]+)\}")
_QUOTED = re.compile(r"[\"„“]([^\"„“”]*)[\"“”]")
_XSD = "http://www.w3.org/2001/XMLSchema#"
_DATES = frozenset(f"{_XSD}{name}" for name in ("date", "gYear", "gYearMonth", "dateTime"))
_WHOLE = frozenset(
    f"{_XSD}{name}" for name in ("integer", "int", "long", "nonNegativeInteger", "positiveInteger")
)


class Viewer:
    """Makes the sheet of one visit."""

    def __init__(self, visit: Visit, labels: Labels, background: Background, inferred: str) -> None:
        """Name things by `labels`; `inferred` is the graph of what follows."""
        self._visit = visit
        self._labels = labels
        self._background = background
        self._inferred = inferred
        self._numbers: dict[str, int] = {}
        self._pieces: dict[Term, Piece] = {}

    def sheet(self, name: str, tables: Sequence[Table]) -> Sheet:
        """Return what is said about the resource `name`; documents are numbered as they come."""
        shown = tuple(map(self._table, tables))
        sources = tuple(self._source(document) for document in self._numbers)
        label = self._piece(Term("iri", name))
        return Sheet(name, label, self._labels.kind(name), shown, sources)

    def name(self, term: Term) -> str:
        """Return the name of a resource, or a literal as it is read."""
        return self._piece(term).text

    def _table(self, table: Table) -> TableView:
        query, lang = table.query, self._visit.lang
        used = [kept for column in query.columns if (kept := _used(table, column))]
        said = [column for column in query.of_group if table.values(column.name)]
        groups = tuple(self._group(group, table, used, said) for group in table.groups)
        return TableView(
            query=query,
            title=self._filled(query.title.to(lang), table),
            summary=self._summary(query.summary.to(lang), table),
            intro=self._filled(query.intro.to(lang), table),
            empty=self._filled(query.empty.to(lang), table),
            columns=tuple(map(self._heading, used)),
            facts=tuple(column.label.to(lang) for column in said),
            source=query.source.label.to(lang) if query.source else "",
            has_basis=any(
                row.marks or (query.why and row.basis) for one in groups for row in one.rows
            ),
            groups=groups,
        )

    def _summary(self, text: str, table: Table) -> str:
        """Return the sentence, none if it would count what is not there."""
        counts = [table.count(match.group(1)) for match in _COUNT.finditer(text)]
        return "" if 0 in counts else self._filled(text, table)

    def _filled(self, text: str, table: Table) -> str:
        def counted(match: re.Match[str]) -> str:
            count = table.count(match.group(1))
            return f"{self._visit.number(count)} {match.group(2 if count == 1 else 3).strip()}"

        label = self._labels.of(table.this)
        return _COUNT.sub(counted, text).replace("{label}", label)

    def _group(
        self, group: Group, table: Table, used: list[Column], said: list[Column]
    ) -> GroupView:
        heading = self._piece(group.key) if group.key else None
        facts = tuple(
            Fact(column.label.to(self._visit.lang), self._said(group.said[column.name]))
            for column in said
            if column.name in group.said
        )
        head = table.query.head.name
        rows: list[RowView] = []
        for number, row in enumerate(group.rows):
            same = [other.cells.get(head) == row.cells.get(head) for other in group.rows[number:]]
            follows = number and group.rows[number - 1].cells.get(head) == row.cells.get(head)
            span = 0 if follows else [*same, False].index(False)
            rows.append(self._row(row, table, used, span))
        return GroupView(heading, facts, tuple(rows))

    def _said(self, values: Iterable[Said]) -> tuple[tuple[Piece, tuple[int, ...]], ...]:
        kept = {said.term: said for said in values}
        terms = in_language(kept, self._visit.lang)
        return tuple(
            (self._piece(term), tuple(sorted(map(self._number, kept[term].documents))))
            for term in terms
        )

    def _row(self, row: TableRow, table: Table, used: list[Column], span: int) -> RowView:
        query, lang = table.query, self._visit.lang
        basis = self._background.basis(row.why, self._inferred)
        marks = tuple(one.label.to(lang) for one in query.marks if one.name in row.marks)
        head = row.first(query.head.name)
        return RowView(
            cells=tuple(self._cell(column, row) for column in used),
            span=span,
            own=head is not None and head.value == table.this,
            number=self._number(row.document) if row.document else 0,
            passage=row.passage,
            basis=basis or ("stated" if row.document and not marks else ""),
            marks=marks,
            why=row.why if basis == "derived" else None,
        )

    def _heading(self, column: Column) -> Cell:
        below = tuple(map(self._heading, column.below))
        return Cell(column.label.to(self._visit.lang), (), below)

    def _cell(self, column: Column, row: TableRow) -> Cell:
        terms = row.cells.get(column.name, ())
        pieces = tuple(map(self._piece, in_language(terms, self._visit.lang)))
        if len(pieces) > 1:
            pieces = tuple(sorted(pieces, key=lambda piece: piece.text))
        below = tuple(self._cell(one, row) for one in column.below)
        return Cell(column.label.to(self._visit.lang), pieces, below)

    def _number(self, document: str) -> int:
        return self._numbers.setdefault(document, len(self._numbers) + 1)

    def _piece(self, term: Term) -> Piece:
        found = self._pieces.get(term)
        if found is None:
            found = self._pieces[term] = self._made(term)
        return found

    def _made(self, term: Term) -> Piece:
        visit = self._visit
        if term.kind == "iri":
            name = self._labels.term(term.value)
            return Piece(name.value, _other(name.lang, visit.lang), visit.see(term.value))
        if term.kind == "bnode":
            return Piece(visit.t("ohne Namen", "without a name"))
        if term.datatype in _DATES:
            return Piece(visit.day(term.value))
        if term.datatype in _WHOLE and term.value.lstrip("+-").isdigit():
            return Piece(visit.number(int(term.value)))
        if term.datatype == f"{_XSD}boolean":
            return Piece(
                visit.t("ja", "yes") if term.value in ("true", "1") else visit.t("nein", "no")
            )
        return Piece(term.value, _other(term.lang, visit.lang))

    def _source(self, document: str) -> SourceView:
        cited, lang = self._background.cited(document), self._visit.lang
        title = self._piece(Term("iri", document))
        formal, identifier, date = (
            found.value if (found := cited.first(names, lang)) else ""
            for names in (TITLES, NUMBERS, DATES)
        )
        publisher = ", ".join(map(self.name, cited.publishers))
        told = [
            self._quoted(formal) if formal not in title.text else "",
            identifier if identifier not in title.text else "",
            publisher,
            self._visit.day(date),
        ]
        return SourceView(
            number=self._numbers[document],
            iri=document,
            title=title,
            line=", ".join(filter(None, told)),
            date=date,
            publisher=publisher,
            page=cited.page,
        )

    def _quoted(self, text: str) -> str:
        """Return a title in quotation marks, those in it with single ones."""
        inner = _QUOTED.sub(self._visit.t(r"‚\1‘", r"‘\1’"), text)
        return self._visit.t(f"„{inner}“", f"“{inner}”")


def _used(table: Table, column: Column) -> Column | None:
    """Return a column with what has a value of what is below it, None if none has."""
    below = tuple(one for one in column.below if table.values(one.name))
    return replace(column, below=below) if below or table.values(column.name) else None


def in_language(terms: Iterable[Term], lang: str) -> list[Term]:
    """Return the terms without those of other languages, if any is of `lang`."""
    given = list(terms)
    if not any(_primary(term) == lang for term in given):
        return given
    return [term for term in given if not term.lang or _primary(term) == lang]


def _primary(term: Term) -> str:
    return term.lang.lower().partition("-")[0]


def _other(lang: str, page: str) -> str:
    return "" if lang.lower().partition("-")[0] == page else lang
