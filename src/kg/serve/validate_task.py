"""What is asked of the process that validates, within which limits, and what it may answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kg.errors import Text
from kg.serve.problems import (
    BAD_REQUEST,
    BUSY,
    INTERNAL,
    MEDIA,
    MEMORY,
    TIME,
    TOO_LARGE,
    UNAVAILABLE,
    Details,
    Kind,
    RequestError,
)

MIB = 1 << 20
SYNTAX = Kind("rdf-syntax", 400, Text("Fehler in den Daten", "Fault in the data"))
SHAPES = Kind("shapes", 422, Text("Shapes unbrauchbar", "Shapes cannot be used"))
KINDS = MappingProxyType(
    {
        kind.slug: kind
        for kind in (
            *(BAD_REQUEST, INTERNAL, MEDIA, TOO_LARGE, UNAVAILABLE),
            *(SYNTAX, SHAPES, BUSY, TIME, MEMORY),
        )
    }
)


@dataclass(frozen=True)
class Limits:
    """How much a validation may take; sizes are in bytes, times in seconds."""

    body: int = 8 * MIB
    """The body as it is sent."""
    text: int = 64 * MIB
    """All parts together, decompressed."""
    statements: int = 200_000
    """In all parts together."""
    answer: int = 64 * MIB
    """The report as it is sent."""
    seconds: float = 20
    """For one validation, once it has begun."""
    memory: int = 1024 * MIB
    """What one validation may take beyond the opened version, as address space."""
    waiting: int = 8
    """So many requests may wait while another is being validated."""
    patience: float = 20
    """So long one of them waits."""
    start: float = 60
    """For the process to open the version."""
    tasks: int = 200
    """After so many validations a fresh process takes over."""
    retry: int = 5
    """What Retry-After says."""


@dataclass(frozen=True)
class Task:
    """One request, undecoded: `content_type` and `coding` are the values of its headers."""

    body: bytes
    content_type: str
    coding: str
    form: str
    lang: str
    impact: bool = False
    version: str = ""
    """The version of commits that the contribution is for; empty for what was built."""


@dataclass(frozen=True)
class Explain:
    """Why does a triple, in N-Triples terms, hold in a version of commits?"""

    triple: tuple[str, str, str]
    limit: int
    form: str
    lang: str
    version: str


@dataclass(frozen=True)
class Reply:
    """What came of a task: a report as text, or a fault."""

    body: bytes = b""
    fault: RequestError | None = None


@dataclass(frozen=True)
class Message:
    """The first of the two messages of a reply: nothing, or a fault; `log` is for our own log."""

    kind: str = ""
    text: Text = field(default_factory=lambda: Text("", ""))
    members: Mapping[str, Any] = field(default_factory=dict)
    log: str = ""

    def encode(self) -> bytes:
        """Return the message as JSON: what a process that may be overrun sends is not pickled."""
        document = {
            "kind": self.kind,
            "text": self.text.as_dict(),
            "members": dict(self.members),
            "log": self.log,
        }
        return json.dumps(document).encode()

    @staticmethod
    def decode(raw: bytes) -> Message:
        """Return the message that `encode` wrote."""
        found = json.loads(raw)
        return Message(found["kind"], Text(**found["text"]), found["members"], found["log"])

    def fault(self) -> RequestError | None:
        """Return the fault, if it is one."""
        kind = KINDS.get(self.kind)
        return RequestError(kind, self.text, Details(self.members)) if kind else None


def out_of_time(limits: Limits) -> RequestError:
    """Return the fault of a validation that does not end."""
    return RequestError(
        TIME,
        Text(
            de=f"Die Prüfung war nach {limits.seconds:g} Sekunden nicht zu Ende. Senden Sie "
            "weniger auf einmal, oder prüfen Sie mit kg validate.",
            en=f"The validation had not ended after {limits.seconds:g} seconds. Send less at "
            "once, or use kg validate.",
        ),
        Details({"limit": limits.seconds}),
    )


def out_of_memory(limits: Limits) -> RequestError:
    """Return the fault of a validation that takes too much memory."""
    return RequestError(
        MEMORY,
        Text(
            de=f"Die Prüfung braucht mehr als {limits.memory // MIB} MiB Arbeitsspeicher. Senden "
            "Sie weniger auf einmal, oder prüfen Sie mit kg validate.",
            en=f"The validation needs more than {limits.memory // MIB} MiB of memory. Send less "
            "at once, or use kg validate.",
        ),
        Details({"limit": limits.memory}),
    )


def too_large(what: Text, limit: int) -> RequestError:
    """Return the fault of input that exceeds a limit; `what` says which, with its unit."""
    return RequestError(
        TOO_LARGE,
        Text(
            de=f"Erlaubt sind höchstens {limit} {what.de}.",
            en=f"At most {limit} {what.en} are allowed.",
        ),
        Details({"limit": limit}),
    )


def busy(limits: Limits) -> RequestError:
    """Return the fault of a request that cannot have its turn."""
    return RequestError(
        BUSY,
        Text(
            de="Es werden gerade andere Daten geprüft. Versuchen Sie es gleich noch einmal.",
            en="Other data is being validated just now. Try again in a moment.",
        ),
        Details(headers={"Retry-After": str(limits.retry)}),
    )


def broken(limits: Limits) -> RequestError:
    """Return the fault of a validation whose process is gone."""
    return RequestError(
        UNAVAILABLE,
        Text(
            de="Die Prüfung ist ohne Ergebnis abgebrochen. Versuchen Sie es noch einmal.",
            en="The validation ended without a result. Try again.",
        ),
        Details(headers={"Retry-After": str(limits.retry)}),
    )
