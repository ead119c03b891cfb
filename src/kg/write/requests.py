"""What a front process asks of the writer, and what comes of it. Requests travel as pickles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from kg.errors import Text
from kg.write.change import About

Status = Literal["committed", "unchanged", "checked", "refused", "failed"]
Fault = Literal[
    "syntax",
    "media",
    "not-found",
    "forbidden",
    "precondition",
    "conflict",
    "too-large",
    "unavailable",
    "internal",
    "query",
]


@dataclass(frozen=True)
class UpdateText:
    """A SPARQL 1.1 Update request; the graphs are those of its parameters using-...-uri."""

    text: str
    using: tuple[str, ...] | None = None
    using_named: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Document:
    """One RDF document: `media_type` without parameters, `name` is shown in messages."""

    content: bytes
    media_type: str
    name: str = "data"


@dataclass(frozen=True)
class GraphWrite:
    """A write of the Graph Store Protocol; without `graph` it is about the default graph."""

    method: Literal["PUT", "POST", "DELETE"]
    graph: str | None
    documents: tuple[Document, ...] = ()
    if_match: str | None = None
    if_none_match: str | None = None
    """The values of these headers."""
    base: str | None = None
    """What relative IRIs are resolved against."""


@dataclass(frozen=True)
class Submit:
    """A contribution that is to be checked and kept until a publisher decides."""

    documents: tuple[Document, ...]
    note: str = ""
    source: str = ""


@dataclass(frozen=True)
class Decide:
    """What becomes of a contribution."""

    contribution: str
    decision: Literal["accept", "reject", "withdraw"]
    note: str = ""


@dataclass(frozen=True)
class Revert:
    """Undo a commit by a new one."""

    number: int


Operation = UpdateText | GraphWrite | Submit | Decide | Revert


@dataclass(frozen=True)
class Request:
    """One transaction. `may_publish`: protected graphs may be changed, and what others did.

    With `dry_run` nothing changes, and the outcome has report and impact.
    """

    operation: Operation
    about: About
    may_publish: bool = False
    dry_run: bool = False
    lang: str = "en"


@dataclass(frozen=True)
class Outcome:
    """What came of a request.

    `number` and `version` are those of the commit, and of the version in which it can be read.
    `report` is a validation report as `kg.validate.render_json.report_dict` makes it, `impact` as
    `kg.reason.impact.Impact.as_dict`. A fault has its kind, words and, with a place in the text
    of the request, line and column from 1. `added` and `removed` count statements. `existed` says
    whether the graph of a GraphWrite was there before. `more` is JSON for the client.
    """

    status: Status
    number: int = 0
    version: str = ""
    added: int = 0
    removed: int = 0
    existed: bool = True
    report: dict[str, Any] | None = None
    impact: dict[str, Any] | None = None
    fault: Fault | None = None
    text: Text | None = None
    line: int | None = None
    column: int | None = None
    more: dict[str, Any] = field(default_factory=dict)
