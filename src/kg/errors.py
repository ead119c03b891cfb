"""All exceptions of kg, each with a message in German and English, a place and an exit code.

    KgError
     ├── UsageError         a wrong call: exit code 2
     ├── ProjectError       the project folder cannot be used: exit code 2
     │    └── ReadError     a file of it cannot be read: exit code 2
     ├── QueryError         a query that does not parse: exit code 2
     │    └── RefusedQueryError   one that would write or call other servers: exit code 2
     └── StageError         an engine or the disk failed: exit code 2

What is wrong with the *data* is not an exception but a finding in a report: exit code 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Self

LANGUAGES = ("de", "en")


@dataclass(frozen=True)
class Text:
    """One message in both languages of the users."""

    de: str
    en: str

    def to(self, lang: str) -> str:
        """Return the message in `lang`, in English if `lang` is neither "de" nor "en"."""
        return self.de if lang == "de" else self.en

    def as_dict(self) -> dict[str, str]:
        """Return {"de": ..., "en": ...}, for JSON."""
        return {"de": self.de, "en": self.en}


@dataclass(frozen=True)
class Place:
    """Where something stands: a file and, where known, a line and a column, both from 1.

    `pointer` is a JSON pointer, RFC 6901, for a place in a JSON document.
    """

    file: str
    line: int | None = None
    column: int | None = None
    pointer: str | None = None

    def __str__(self) -> str:
        """Return file:line:column, as far as known, or file:pointer."""
        parts = [self.file, self.line, self.column]
        if self.line is None:
            parts.append(self.pointer)
        return ":".join(str(part) for part in parts if part is not None)


class KgError(Exception):
    """What cannot go on; the message is for people, the place says where to look."""

    exit_code = 2

    def __init__(self, text: Text, *, place: Place | None = None) -> None:
        """Keep the message in both languages and the place it speaks of."""
        super().__init__(f"{place}: {text.en}" if place else text.en)
        self.text = text
        self.place = place

    def to(self, lang: str) -> str:
        """Return "place: message" in `lang`."""
        message = self.text.to(lang)
        return f"{self.place}: {message}" if self.place else message


class UsageError(KgError):
    """The command or function was called in a way that has no meaning."""


class ProjectError(KgError):
    """The project folder is missing, empty or contradicts itself."""


class ReadError(ProjectError):
    """A file cannot be read: not UTF-8, not of its format, too large."""


class QueryError(KgError):
    """A query does not parse or asks for what is not allowed; `place` has line and column."""

    def in_file(self, file: PurePath) -> Self:
        """Return the error with the same line and column, but in `file`."""
        place = self.place or Place("")
        return type(self)(self.text, place=replace(place, file=str(file)))


class RefusedQueryError(QueryError):
    """A query is understood but not allowed here: an update, or SERVICE."""


class StageError(KgError):
    """A stage could not do its work for a reason outside of the data."""
