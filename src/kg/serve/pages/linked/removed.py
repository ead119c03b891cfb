"""Which resources commits have removed: read from the journal, each commit once."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool

from kg.errors import StageError
from kg.settings import Project
from kg.write.history import journal_of
from kg.write.journal_read import FILE, read_journal

_MOST_COMMITS, _MOST_NAMES = 20_000, 200_000


@dataclass(frozen=True)
class Removal:
    """The last commit that took statements about a resource away, and its time, xsd:dateTime."""

    number: int
    time: str


class Removed:
    """Knows the last commits of a journal; it goes on where it was when it is asked again."""

    def __init__(self, project: Project) -> None:
        """Read the journal of `project` when the first question comes."""
        self._folder = journal_of(project)
        self._reading = threading.Lock()
        self._known: dict[str, Removal] = {}
        self._upto = 0

    async def of(self, iri: str, upto: int) -> Removal | None:
        """Return what removed statements about `iri`, in commits up to number `upto`; 0 is all."""
        if not (self._folder / FILE).is_file():
            return None
        return await run_in_threadpool(self._of, iri, upto)

    def _of(self, iri: str, upto: int) -> Removal | None:
        with self._reading:
            if not upto or upto > self._upto:
                self._read(upto)
            found = self._known.get(iri)
        return found if found and (not upto or found.number <= upto) else None

    def _read(self, upto: int) -> None:
        """Read on; a damaged journal is reported by those who need all of it."""
        after = max(self._upto, upto - _MOST_COMMITS)
        try:
            for commit in read_journal(self._folder, after=after, upto=upto or None):
                self._upto = commit.number
                removal = Removal(commit.number, commit.time)
                for quad in commit.change.removed:
                    if isinstance(quad.subject, NamedNode):
                        self._known.pop(quad.subject.value, None)
                        self._known[quad.subject.value] = removal
        except StageError:
            return
        finally:
            while len(self._known) > _MOST_NAMES:
                del self._known[next(iter(self._known))]
