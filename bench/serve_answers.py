"""Answers of different servers are compared: as multisets of rows, numbers by their value."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from pyoxigraph import Literal, RdfFormat, parse
from serve_client import Reply
from serve_queries import CSV, JSON, TURTLE

XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float", "int", "long")}
Cell = tuple[str, ...]
Row = tuple[Cell, ...]
WIDTH = 160


@dataclass(frozen=True)
class Rows:
    """The rows of an answer, or why there are none."""

    rows: Counter[Row]
    fault: str = ""

    def __len__(self) -> int:
        return self.rows.total()


def rows_of(reply: Reply, accept: str) -> Rows:
    """The rows of an answer in a format that was asked for: variables are in order of name."""
    if not reply.good:
        said = "broke off" if reply.status else "no answer"
        return Rows(Counter(), f"status {reply.status}" if reply.whole else said)
    try:
        return Rows(Counter(READERS[accept](reply.body)))
    except (ValueError, KeyError, SyntaxError) as error:
        return Rows(Counter(), f"not {accept}: {str(error)[:WIDTH]}")


def difference(ours: Rows, theirs: Rows) -> str:
    """What `theirs` lacks and has beyond `ours`, with an example; "" if they are alike."""
    if ours.fault or theirs.fault:
        return theirs.fault or f"cannot be compared: {ours.fault}"
    missing, extra = ours.rows - theirs.rows, theirs.rows - ours.rows
    if not missing and not extra:
        return ""
    parts = [
        f"{found.total()} rows {word}, such as {_shown(next(iter(found)))}"
        for word, found in (("missing", missing), ("more", extra))
        if found
    ]
    return "; ".join(parts)


def _shown(row: Row) -> str:
    return " ".join(cell[0] for cell in row)[:WIDTH].replace("|", "/")


def _json(body: bytes) -> Iterator[Row]:
    answer = json.loads(body)
    names = sorted(answer["head"]["vars"])
    for row in answer["results"]["bindings"]:
        yield tuple(_term(row[name]) if name in row else ("",) for name in names)


def _term(term: dict[str, Any]) -> Cell:
    if term["type"] in ("uri", "bnode"):
        return (term["value"], term["type"])
    return _literal(term["value"], term.get("datatype", ""), term.get("xml:lang", ""))


def _literal(value: str, datatype: str, language: str) -> Cell:
    if datatype in NUMBERS:
        return (_number(value), "number")
    return (value, datatype.removeprefix(XSD + "string"), language.lower())


def _number(text: str) -> str:
    try:
        return str(Decimal(text).normalize())
    except InvalidOperation:
        return text


def _csv(body: bytes) -> Iterator[Row]:
    lines = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
    next(lines)
    for line in lines:
        yield tuple((cell,) for cell in line)


def _turtle(body: bytes) -> Iterator[Row]:
    """The triples, each once: a graph is a set."""
    quads = {quad.triple for quad in parse(body, format=RdfFormat.TURTLE)}
    for triple in quads:
        value = triple.object
        last: Cell = (str(value),)
        if isinstance(value, Literal):
            datatype = "" if value.language else value.datatype.value
            last = _literal(value.value, datatype, value.language or "")
        yield (str(triple.subject),), (str(triple.predicate),), last


READERS = {JSON: _json, CSV: _csv, TURTLE: _turtle}
