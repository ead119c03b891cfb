"""A table of answers as CSV for spreadsheets, flat: what is said of a group stands in each row.

UTF-8 with a byte order mark, lines that end with CR LF. Excel separates cells by what the country
does: the semicolon in German, the comma in English; LibreOffice knows both. What a spreadsheet
would take for a formula has an apostrophe before it. RFC 4180 for programs is at /sparql.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata

from kg.serve.pages.answer.sheet import GroupView, Piece, RowView, Sheet, TableView
from kg.serve.pages.visit import Visit

_UNSEEN = r"[\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"
_FORMULA = re.compile(rf"{_UNSEEN}[=+\-@]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*\Z")
_BREAK = re.compile(r"\s*[\t\n\v\f\r\x85\u2028\u2029]+\s*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def as_csv(visit: Visit, sheet: Sheet) -> tuple[bytes, str]:
    """Return the main table of the sheet, and the media type."""
    table = sheet.main
    output = io.StringIO()
    writer = csv.writer(output, delimiter=visit.t(";", ","), lineterminator="\r\n")
    writer.writerow(map(safe, _headings(visit, table)))
    for group in table.groups:
        said = _said(group, table)
        for row in group.rows or (None,):
            writer.writerow(map(safe, [*said, *_cells(visit, sheet, table, row)]))
    return output.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8"


def safe(text: str) -> str:
    """Return a cell that no spreadsheet computes, on one line."""
    line = _CONTROL.sub("", _BREAK.sub(" ", text))
    shown = unicodedata.normalize("NFKC", line)  # spreadsheets take ＝ for =
    return f"'{line}" if _FORMULA.match(shown) and not _NUMBER.match(line) else line


def joined(pieces: tuple[Piece, ...]) -> str:
    """Return the values of a cell."""
    return ", ".join(piece.text for piece in pieces)


def basis(visit: Visit, row: RowView) -> str:
    """Return how a row is known, in words."""
    words = {"stated": visit.t("belegt", "stated"), "derived": visit.t("abgeleitet", "derived")}
    return ", ".join(filter(None, (words.get(row.basis), *row.marks)))


def _headings(visit: Visit, table: TableView) -> list[str]:
    query = table.query
    group = [query.group.label.to(visit.lang)] if query.group else []
    names = [*group, *table.facts, *(one.heading for cell in table.columns for one in cell.all)]
    if table.has_basis:
        names.append(visit.t("Angabe", "Basis"))
    if table.source:
        names += [
            visit.t("Dokument", "Document"),
            visit.t("Stelle im Dokument", "Place in the document"),
            visit.t("Datum des Dokuments", "Date of the document"),
            visit.t("Herausgeber", "Publisher"),
            visit.t("Adresse", "Address"),
        ]
    return names


def _said(group: GroupView, table: TableView) -> list[str]:
    by_name = {
        fact.heading: ", ".join(piece.text for piece, _ in fact.values) for fact in group.facts
    }
    key = [group.heading.text if group.heading else ""] if table.query.group else []
    return key + [by_name.get(name, "") for name in table.facts]


def _cells(visit: Visit, sheet: Sheet, table: TableView, row: RowView | None) -> list[str]:
    if row is None:
        width = sum(len(cell.all) for cell in table.columns)
        return [""] * (width + table.has_basis + 5 * bool(table.source))
    cells = [joined(one.pieces) for cell in row.cells for one in cell.all]
    if table.has_basis:
        cells.append(basis(visit, row))
    if table.source:
        source = sheet.source(row.number) if row.number else None
        cells += [source.title.text, row.passage, source.date] if source else ["", row.passage, ""]
        cells += [source.publisher, source.page or source.iri] if source else ["", ""]
    return cells
