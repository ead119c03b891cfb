"""A view of the project as a table: what its header names are the columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.errors import Text
from kg.serve.pages.overview.project_views import ProjectView
from kg.serve.pages.terms import Row

_NUMBERS = ("integer", "decimal", "double", "int", "long", "nonNegativeInteger")


@dataclass(frozen=True)
class Table:
    """The names of the columns by variable, and the rows; `numbers` are columns of numbers."""

    columns: Sequence[tuple[str, Text]]
    rows: Sequence[Row]
    numbers: frozenset[str]

    @property
    def iris(self) -> list[str]:
        """The resources that the rows name, each once."""
        every = (term.value for row in self.rows for term in row.values() if term.is_iri)
        return list(dict.fromkeys(every))


def table_of(view: ProjectView, rows: Iterable[Row]) -> Table:
    """Return the table with the columns that the view names; all others are left out."""
    found = list(rows)
    columns = [
        (name, text) for name, text in view.columns.items() if any(name in row for row in found)
    ]
    numbers = frozenset(name for name, _ in columns if _is_number(found, name))
    return Table(columns, found, numbers)


def _is_number(rows: Iterable[Row], name: str) -> bool:
    kinds = {row[name].datatype.rpartition("#")[2] for row in rows if name in row}
    return bool(kinds) and kinds.issubset(_NUMBERS)
