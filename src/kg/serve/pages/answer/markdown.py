"""A sheet as Markdown: headings, pipe tables (GitHub Flavored Markdown 4.10), numbered sources.

Whatever Markdown would read as a sign of its own is escaped, and texts stay on one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.serve.pages.answer.csv import basis
from kg.serve.pages.answer.sheet import (
    Cell,
    GroupView,
    Piece,
    RowView,
    Sheet,
    SourceView,
    TableView,
)
from kg.serve.pages.visit import Visit

_SIGNS = re.compile(r"([\\`*_\[\]<|~]|&(?=#?\w+;))")
_LEADING = re.compile(r"^(\d*)([-+=:#>.)])")
_SPACE = re.compile(r"\s+")
_IN_ADDRESS = re.compile(r"[\s<>]")


def as_markdown(visit: Visit, sheet: Sheet) -> tuple[bytes, str]:
    """Return the sheet, and the media type."""
    lines = [f"# {escaped(sheet.title)}", ""]
    if sheet.selection:
        lines += [f"{visit.t('Auswahl', 'Selection')}: {escaped(sheet.selection)}", ""]
    for number, table in enumerate(sheet.tables):
        if number and not table.groups:
            continue
        if number:
            lines += [f"## {escaped(table.title)}", ""]
        lines += _table(visit, table, level=2 if number == 0 else 3)
    if sheet.sources:
        lines += [f"## {visit.t('Quellen', 'Sources')}", ""]
        lines += [_source(source) for source in sheet.sources]
        lines.append("")
    lines += ["---", "", escaped(state(visit)), ""]
    return "\n".join(lines).encode(), "text/markdown; charset=utf-8"


def state(visit: Visit) -> str:
    """Return the sentence that says of which day and version the data is."""
    built, version = visit.day(visit.version.built[:10]), visit.version.version
    title = visit.version.title
    return visit.t(
        f"{title}, Stand der Daten: {built} (Version {version}). "
        "Erfasst ist nur, was in ausgewerteten Quellen steht.",
        f"{title}, data as of {built} (version {version}). "
        "Only what the sources evaluated so far say is recorded.",
    )


def escaped(text: str) -> str:
    """Return a text as Markdown shows it as it is."""
    return _LEADING.sub(r"\1\\\2", _SIGNS.sub(r"\\\1", _SPACE.sub(" ", text).strip()))


def _table(visit: Visit, table: TableView, level: int) -> list[str]:
    if not table.groups:
        return [escaped(table.empty), ""] if table.empty else []
    lines = [text for part in (table.summary, table.intro) if part for text in (escaped(part), "")]
    for group in table.groups:
        lines += _group(visit, table, group, level)
    return lines


def _group(visit: Visit, table: TableView, group: GroupView, level: int) -> Iterator[str]:
    if group.heading:
        yield from (f"{'#' * level} {escaped(group.heading.text)}", "")
    for fact in group.facts:
        values = "; ".join(
            escaped(piece.text) + _numbers(numbers) for piece, numbers in fact.values
        )
        yield f"- {escaped(fact.heading)}: {values}"
    if group.facts:
        yield ""
    if group.rows:
        headings = [escaped(column.heading) for column in table.columns]
        headings += [visit.t("Angabe", "Basis")] if table.has_basis else []
        headings += [escaped(table.source)] if table.source else []
        yield _line(headings)
        yield _line(["---"] * len(headings))
        yield from (_line(_cells(visit, table, row)) for row in group.rows)
        yield ""


def _cells(visit: Visit, table: TableView, row: RowView) -> Iterator[str]:
    yield from map(_cell, row.cells)
    if table.has_basis:
        yield escaped(basis(visit, row))
    if table.source:
        number = _numbers((row.number,) if row.number else ()).strip()
        yield " ".join(filter(None, (number, escaped(row.passage))))


def _cell(cell: Cell) -> str:
    more = [f"{escaped(one.heading)} {_pieces(one.pieces)}" for one in cell.below if one.pieces]
    return " ".join([_pieces(cell.pieces), *(f"({one})" for one in more)]).strip()


def _pieces(pieces: Iterable[Piece]) -> str:
    return ", ".join(escaped(piece.text) for piece in pieces)


def _numbers(numbers: Iterable[int]) -> str:
    return "".join(f" \\[{number}\\]" for number in numbers)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _source(source: SourceView) -> str:
    more = f", {escaped(source.line)}" if source.line else ""
    page = f", <{_IN_ADDRESS.sub('', source.page)}>" if source.page else ""
    return f"{source.number}. {escaped(source.title.text)}{more}{page}"
