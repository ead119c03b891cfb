"""What a front process asks of a worker, and the frames in which the worker answers.

A task is four bytes of length and a pickle, for the front process is trusted. An answer is frames
of one byte of kind, four bytes that say how many microseconds the task has taken, four bytes of
length and the data: a process that runs what strangers ask is
believed as little as possible, so nothing of it is unpickled.
"""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

from kg.errors import Place, QueryError, RefusedQueryError, StageError, Text
from kg.serve.federation.faults import ServiceError

LENGTH = struct.Struct(">I")
HEADER = struct.Struct(">BII")
_MOST = (1 << 32) - 1
RETIRE = 0x80
"""Added to the kind of a last frame: the worker asks to be replaced."""


class Kind(IntEnum):
    """The kinds of frames."""

    READY = 1
    WHOLE = 2
    """A whole answer as it is; the last frame of its task."""
    CODED = 3
    """The same, compressed as the task allows."""
    PART = 4
    """A part of a stream, compressed if the task allows it."""
    END = 5
    """The end of a stream; the last frame of its task."""
    FAULT = 6
    """What went wrong, as JSON; the last frame of its task."""


class Task(NamedTuple):
    """One query: its dataset is as in `kg.publish.store.Query`, `form` a name of a result format.

    `coding` is gzip, zstd or None.
    """

    text: str
    form: str
    coding: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    is_dump: bool = False
    """The text asks for all of the one default graph, or of the store's if none is named."""
    sees_all: bool = False
    """Without a dataset of its own it sees all graphs, whatever the project's default graph is."""

    def encode(self) -> bytes:
        """Return the task as a worker reads it."""
        raw = pickle.dumps(tuple(self), protocol=5)
        return LENGTH.pack(len(raw)) + raw


@dataclass(frozen=True)
class Fault:
    """Why a task has no answer: one of query, refused, service, stage; line and column from 1."""

    kind: str
    text: Text
    line: int | None = None
    column: int | None = None
    members: Mapping[str, Any] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return the fault as JSON."""
        return json.dumps(
            {
                "kind": self.kind,
                **self.text.as_dict(),
                "line": self.line,
                "column": self.column,
                "members": dict(self.members),
            }
        ).encode()

    @staticmethod
    def decode(raw: bytes) -> Fault:
        """Return the fault that `encode` wrote; raises ValueError or KeyError for anything else."""
        found = json.loads(raw)
        text = Text(str(found["de"]), str(found["en"]))
        return Fault(
            str(found["kind"]), text, found["line"], found["column"], dict(found["members"])
        )

    def error(self) -> QueryError | StageError:
        """Return the fault as an exception."""
        place = Place("query", self.line, self.column) if self.line else None
        if self.kind in ("stage", "service"):
            return (ServiceError if self.kind == "service" else StageError)(self.text, place=place)
        kind = RefusedQueryError if self.kind == "refused" else QueryError
        return kind(self.text, place=place)


def frame(kind: int, data: bytes | bytearray = b"", seconds: float = 0.0) -> bytes:
    """Return a frame of a task that has taken `seconds`."""
    return HEADER.pack(kind, min(int(seconds * 1e6), _MOST), len(data)) + data
