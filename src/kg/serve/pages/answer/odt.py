"""A sheet as OpenDocument text (ODF 1.3): A4 across, tables whose heading repeats, sources.

The same sheet gives the same bytes: times are those of the version.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from kg import __version__
from kg.serve.pages.answer.csv import basis
from kg.serve.pages.answer.markdown import state
from kg.serve.pages.answer.odt_styles import MANIFEST, NAMESPACES, STYLES, TABLE_STYLES, WIDTH
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

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD, _SOURCE, _OTHER = 5, 8, 4
"""The widths of columns relative to each other."""


def as_odt(visit: Visit, sheet: Sheet) -> tuple[bytes, str]:
    """Return the sheet, and the media type."""
    parts = {
        "content.xml": _document("content", f"{_table_styles(sheet)}{_body(visit, sheet)}"),
        "styles.xml": _document("styles", _styles(visit, sheet)),
        "meta.xml": _document("meta", _meta(visit, sheet)),
        "META-INF/manifest.xml": MANIFEST,
    }
    made = datetime.fromisoformat(visit.version.built)
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        _add(archive, made, "mimetype", MEDIA_TYPE, zipfile.ZIP_STORED)
        for name, text in parts.items():
            _add(archive, made, name, text, zipfile.ZIP_DEFLATED)
    return output.getvalue(), MEDIA_TYPE


def _add(archive: zipfile.ZipFile, made: datetime, name: str, text: str, how: int) -> None:
    """Put a text into the archive; the media type comes first, as it is (ODF 1.3 part 2, 3.3)."""
    entry = zipfile.ZipInfo(name, made.timetuple()[:6])
    entry.compress_type = how
    archive.writestr(entry, text.encode())


def _document(kind: str, inner: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-{kind} {NAMESPACES} '
        f'office:version="1.3">{inner}</office:document-{kind}>'
    )


def _styles(visit: Visit, sheet: Sheet) -> str:
    footer = f"{visit.version.title} – {sheet.title}"
    return STYLES.format(
        language=visit.lang,
        country=visit.t("DE", "GB"),
        footer=_text(footer),
        page=visit.t("Seite", "Page"),
        of=visit.t("von", "of"),
    )


def _meta(visit: Visit, sheet: Sheet) -> str:
    built = visit.version.built[:19]
    language = visit.t("de-DE", "en-GB")
    return (
        f"<office:meta><meta:generator>kg/{_text(__version__)}</meta:generator>"
        f"<dc:title>{_text(sheet.title)}</dc:title><dc:subject>{_text(state(visit))}</dc:subject>"
        f"<meta:creation-date>{built}</meta:creation-date><dc:date>{built}</dc:date>"
        f"<dc:language>{language}</dc:language></office:meta>"
    )


def _table_styles(sheet: Sheet) -> str:
    """Return the styles of cells and rows, and those of the columns of each table."""
    columns = "".join(
        f'<style:style style:name="T{number}.{place}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width:.2f}cm"/></style:style>'
        for number, table in enumerate(sheet.tables)
        for place, width in enumerate(_widths(table))
    )
    return f"<office:automatic-styles>{TABLE_STYLES}{columns}</office:automatic-styles>"


def _widths(table: TableView) -> list[float]:
    """Return the widths of the columns in centimetres."""
    middle = len(table.columns) - 1 + table.has_basis
    parts = [_HEAD, *[_OTHER] * middle, *([_SOURCE] if table.source else [])]
    return [WIDTH * part / sum(parts) for part in parts]


def _body(visit: Visit, sheet: Sheet) -> str:
    parts = [_paragraph("Title", _text(sheet.title))]
    if sheet.selection:
        chosen = f"{visit.t('Auswahl', 'Selection')}: {sheet.selection}"
        parts.append(_paragraph("Lead", _text(chosen)))
    for number, table in enumerate(sheet.tables):
        if number and not table.groups:
            continue
        if number:
            parts.append(_heading(table.title))
        parts += _table(visit, table, number)
    if sheet.sources:
        parts.append(_heading(visit.t("Quellen", "Sources")))
        parts += map(_source, sheet.sources)
    parts.append(_paragraph("State", _text(state(visit))))
    return f"<office:body><office:text>{''.join(parts)}</office:text></office:body>"


def _table(visit: Visit, table: TableView, number: int) -> Iterator[str]:
    if not table.groups:
        if table.empty:
            yield _paragraph("Text_20_body", _text(table.empty))
        return
    if table.summary:
        yield _paragraph("Lead", _text(table.summary))
    if table.intro:
        yield _paragraph("Text_20_body", _text(table.intro))
    for place, group in enumerate(table.groups):
        yield from _group(visit, table, group, f"{number}.{place}")


def _group(visit: Visit, table: TableView, group: GroupView, number: str) -> Iterator[str]:
    """Yield the heading of a group, what is said of it, and its table."""
    if group.heading:
        yield _heading(group.heading.text, 2)
    for fact in group.facts:
        values = "; ".join(map(_value, fact.values))
        yield _paragraph("Fact", f"{_text(fact.heading)}: {values}")
    if not group.rows:
        return
    first = number.partition(".")[0]
    columns = "".join(
        f'<table:table-column table:style-name="T{first}.{place}"/>' for place in range(table.width)
    )
    headings = "".join(
        _cell("Heading", [_paragraph("Table_20_Heading", _text(text))])
        for text in _headings(visit, table)
    )
    rows = "".join(_row("".join(_cells(visit, table, row))) for row in group.rows)
    name = quoteattr(_clean(f"{table.query.name}-{number}"))
    title = _text(group.heading.text if group.heading else table.title)
    yield (
        f'<table:table table:name={name} table:style-name="Table">'
        f"<table:title>{title}</table:title>{columns}"
        f"<table:table-header-rows>{_row(headings)}</table:table-header-rows>{rows}</table:table>"
        f"{_paragraph('Gap', '')}"
    )


def _headings(visit: Visit, table: TableView) -> list[str]:
    basis_ = [visit.t("Angabe", "Basis")] if table.has_basis else []
    columns = [column.heading for column in table.columns]
    return [*columns, *basis_, *([table.source] if table.source else [])]


def _cells(visit: Visit, table: TableView, row: RowView) -> Iterator[str]:
    first, *rest = row.cells
    if row.span:
        span = f' table:number-rows-spanned="{row.span}"' if row.span > 1 else ""
        style = "Own" if row.own else "Table_20_Contents"
        yield _cell("Cell", [_paragraph(style, _values(first))], span)
    else:
        yield "<table:covered-table-cell/>"
    texts = list(map(_values, rest))
    if table.has_basis:
        texts.append(_text(basis(visit, row)))
    if table.source:
        number = _numbers([row.number]) if row.number else ""
        texts.append(" ".join(filter(None, (number, _text(row.passage)))))
    for text in texts:
        yield _cell("Cell", [_paragraph("Table_20_Contents", text)])


def _source(source: SourceView) -> str:
    mark = f'<text:bookmark text:name="source-{source.number}"/>'
    parts = [f"{mark}[{source.number}]<text:tab/>{_text(source.title.text)}"]
    parts += [_text(source.line)] if source.line else []
    parts += [_link(source.page, source.page)] if source.page else []
    return _paragraph("Source", ", ".join(parts))


def _value(value: tuple[Piece, tuple[int, ...]]) -> str:
    piece, numbers = value
    return " ".join(filter(None, (_text(piece.text), _numbers(numbers))))


def _numbers(numbers: Iterable[int]) -> str:
    return " ".join(_link(f"#source-{number}", f"[{number}]") for number in numbers)


def _values(cell: Cell) -> str:
    more = [f"{_text(one.heading)} {_pieces(one.pieces)}" for one in cell.below if one.pieces]
    return " ".join([_pieces(cell.pieces), *(f"({one})" for one in more)]).strip()


def _pieces(pieces: Iterable[Piece]) -> str:
    return ", ".join(_text(piece.text) for piece in pieces)


def _link(address: str, words: str) -> str:
    to = quoteattr(_clean(address))
    return f'<text:a xlink:type="simple" xlink:href={to}>{_text(words)}</text:a>'


def _heading(text: str, level: int = 1) -> str:
    style = f'text:style-name="Heading_20_{level}" text:outline-level="{level}"'
    return f"<text:h {style}>{_text(text)}</text:h>"


def _paragraph(style: str, inner: str) -> str:
    return f'<text:p text:style-name="{style}">{inner}</text:p>'


def _cell(style: str, paragraphs: Iterable[str], more: str = "") -> str:
    inner = "".join(paragraphs)
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="string"{more}>'
        f"{inner}</table:table-cell>"
    )


def _row(cells: str) -> str:
    return f'<table:table-row table:style-name="Row">{cells}</table:table-row>'


def _text(text: str) -> str:
    return escape(_clean(text))


def _clean(text: str) -> str:
    """Return a text of signs that XML 1.0 can hold, with single spaces."""
    return " ".join(_NOT_XML.sub("", text).split())
