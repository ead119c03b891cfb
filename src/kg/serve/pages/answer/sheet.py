"""What people read of answers, in one language, for the page and for files alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from kg.serve.pages.answer.query import PageQuery
from kg.serve.pages.answer.table import Triple

_LINKED = Markup('<a href="{}"{} dir="auto">{}</a>')
_PLAIN = Markup('<span{} dir="auto">{}</span>')
_BELOW = Markup(' <span class="below">{} {}</span>')


@dataclass(frozen=True)
class Piece:
    """A text, of a language if it is not that of the page; what is said of what it names."""

    text: str
    lang: str = ""
    link: str = ""

    @cached_property
    def html(self) -> Markup:
        """The text for a page, escaped, with its link; the same piece stands in many rows."""
        lang = Markup(' lang="{}"').format(self.lang) if self.lang else ""
        if self.link:
            return _LINKED.format(self.link, lang, self.text)
        return _PLAIN.format(lang, self.text)


@dataclass(frozen=True)
class Fact:
    """A heading with values and the numbers of the documents that say them."""

    heading: str
    values: tuple[tuple[Piece, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Cell:
    """The values of one row in a column, and of those below it, each with its heading."""

    heading: str
    pieces: tuple[Piece, ...]
    below: tuple[Cell, ...] = ()

    @property
    def html(self) -> Markup:
        """The values for a page, escaped."""
        values = Markup(", ").join(piece.html for piece in self.pieces)
        more = (_BELOW.format(one.heading, one.html) for one in self.below if one.pieces)
        return values + Markup("").join(more) if self.below else values

    @property
    def all(self) -> tuple[Cell, ...]:
        """The cell and those below it."""
        return self, *self.below


@dataclass(frozen=True)
class RowView:
    """One row. `span` is the number of rows that its first cell stands for, 0 if one above does.

    `basis` is "stated", "derived" or empty, `number` that of the document, 0 without one.
    """

    cells: tuple[Cell, ...]
    span: int
    own: bool
    number: int
    passage: str
    basis: str
    marks: tuple[str, ...]
    why: Triple | None


@dataclass(frozen=True)
class GroupView:
    """Rows under one heading."""

    heading: Piece | None
    facts: tuple[Fact, ...]
    rows: tuple[RowView, ...]


@dataclass(frozen=True)
class TableView:
    """The answer to one question; `columns` are the headings of those with a value.

    The document's is `source`.
    """

    query: PageQuery
    title: str
    summary: str
    intro: str
    empty: str
    columns: tuple[Cell, ...]
    facts: tuple[str, ...]
    source: str
    has_basis: bool
    groups: tuple[GroupView, ...]

    @property
    def width(self) -> int:
        """The number of columns that are shown."""
        return len(self.columns) + bool(self.source) + self.has_basis


@dataclass(frozen=True)
class SourceView:
    """A document as it is cited."""

    number: int
    iri: str
    title: Piece
    line: str
    """What is known of it besides its title and address."""
    date: str
    publisher: str
    page: str


@dataclass(frozen=True)
class Sheet:
    """All that a page says about the resource `iri`."""

    iri: str
    label: Piece
    kind: str
    tables: tuple[TableView, ...]
    sources: tuple[SourceView, ...]
    selection: str = ""
    """What the reader chose, empty if everything is shown."""

    @property
    def title(self) -> str:
        """The first question."""
        return self.tables[0].title

    @property
    def main(self) -> TableView:
        """The first table that has a row, else the first."""
        return next((table for table in self.tables if table.groups), self.tables[0])

    @property
    def is_empty(self) -> bool:
        """Whether no question has an answer."""
        return not any(table.groups for table in self.tables)

    def source(self, number: int) -> SourceView:
        """Return the document with a number."""
        return self.sources[number - 1]
