"""Errors of writing, each of a kind that the answer to the client depends on."""

from __future__ import annotations

from kg.errors import (
    KgError,
    Place,
    QueryError,
    ReadError,
    RefusedQueryError,
    StageError,
    Text,
)
from kg.rdf.sparql_text import line_column, quote_at
from kg.validate.shape_graph import ShapesError
from kg.write.requests import Fault


class WriteError(KgError):
    """A write that cannot be done as things stand; `fault` says of what kind that is."""

    def __init__(self, fault: Fault, text: Text, *, place: Place | None = None) -> None:
        """Keep the kind besides message and place."""
        super().__init__(text, place=place)
        self.fault = fault


_FAULTS: tuple[tuple[type[KgError], Fault], ...] = (
    (RefusedQueryError, "forbidden"),
    (QueryError, "query"),
    (ReadError, "syntax"),
    (ShapesError, "syntax"),
    (StageError, "unavailable"),
)


def fault_of(error: KgError) -> Fault:
    """Return the kind of `error`: its own, else by its class, else "internal"."""
    if isinstance(error, WriteError):
        return error.fault
    return next((fault for kind, fault in _FAULTS if isinstance(error, kind)), "internal")


def too_many(what: Text, limit: int) -> WriteError:
    """Return the error for more than `limit` of `what`, which is in the plural."""
    return WriteError(
        "too-large",
        Text(
            de=f"Das sind mehr als {limit} {what.de}. Teilen Sie die Änderung auf.",
            en=f"These are more than {limit} {what.en}. Split the change.",
        ),
    )


def not_understood(text: str, offset: int, hint: Text | None = None) -> QueryError:
    """Return the error for an update that cannot be understood from `offset` on."""
    line, column = line_column(text, offset)
    near, more = quote_at(text, offset), hint or Text(de="", en="")
    return QueryError(
        Text(
            de=f"Das Update ist ab Zeile {line}, Spalte {column} nicht zu verstehen, "
            f"{near.de}.{more.de}",
            en=f"The update cannot be understood from line {line}, column {column} on, "
            f"{near.en}.{more.en}",
        ),
        place=Place("update", line, column),
    )
