"""Rows of a look-up as a result, in the bytes that Oxigraph writes for the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg.publish.look_ups.statements import Id, Statements, TooMany

FORMS = frozenset(("json", "csv"))
_LARGEST = 1 << 18
"""Characters of a result."""


def written(
    names: Sequence[str], rows: Iterable[Sequence[Id]], statements: Statements, form: str
) -> bytes:
    """Return rows under the names of their columns in `form`, one of FORMS.

    They have ids of `statements`, None where there is no value. Raises ValueError for a term that
    only RDF 1.2 has, and TooMany when the result becomes large.
    """
    return (_json if form == "json" else _csv)(names, rows, statements).encode()


def _json(names: Sequence[str], rows: Iterable[Sequence[Id]], statements: Statements) -> str:
    heads, write = [f'"{name}":' for name in names], statements.as_json
    bindings = _bounded(
        ",".join(
            [head + write(term) for head, term in zip(heads, row, strict=True) if term is not None]
        )
        for row in rows
    )
    columns = ",".join([f'"{name}"' for name in names])
    body = "{" + "},{".join(bindings) + "}" if bindings else ""
    return f'{{"head":{{"vars":[{columns}]}},"results":{{"bindings":[{body}]}}}}'


def _csv(names: Sequence[str], rows: Iterable[Sequence[Id]], statements: Statements) -> str:
    write = statements.as_csv
    lines = _bounded(
        ",".join([("" if term is None else write(term)) for term in row]) for row in rows
    )
    return "\r\n".join([",".join(names), *lines, ""])


def _bounded(parts: Iterable[str]) -> list[str]:
    """Return all parts; raises TooMany when they are long together."""
    found, size = [], 0
    for part in parts:
        size += len(part)
        if size > _LARGEST:
            raise TooMany
        found.append(part)
    return found
