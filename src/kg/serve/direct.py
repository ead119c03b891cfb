"""Look-ups are answered by the front process itself: a worker would take longer to be told.

It has the version that is served open: its files for look-ups, or its store if it has none.
While another version takes over, and whenever a question is not surely a small one, the workers
answer.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from kg.errors import StageError
from kg.publish.look_ups.look_ups import LookUps
from kg.publish.look_ups.mapped import open_mapped
from kg.publish.look_ups.statements import Statements, StoredStatements
from kg.publish.retention import hold
from kg.publish.store import open_read_only
from kg.serve.cache import Entry
from kg.serve.workers.output import whole_packed
from kg.serve.workers.worker import Setup

if TYPE_CHECKING:
    from kg.serve.answers import Question

_LOG = logging.getLogger("kg.serve")
_QUIET = 0.25
"""Seconds after a switch: of versions that come faster than that only the last is opened."""


class Direct:
    """Answers look-ups on one version; all calls are made in the event loop."""

    def __init__(self) -> None:
        """Have nothing open: no question is answered."""
        self.version = ""
        self._look_ups: LookUps | None = None
        self._sees_union = False
        self._held: IO[bytes] | None = None
        self._opening: asyncio.Task[None] | None = None

    def follow(self, setup: Setup) -> None:
        """Answer on another version, as soon as it is open."""
        if self._opening:
            self._opening.cancel()
        self._opening = asyncio.get_running_loop().create_task(self._open_later(setup))

    async def close(self) -> None:
        """Answer nothing any more."""
        if self._opening:
            self._opening.cancel()
            with suppress(asyncio.CancelledError):
                await self._opening
        self._forget()

    def is_look_up(self, text: str) -> bool:
        """Return whether a query has the shape of a look-up, which is a SELECT."""
        return self._look_ups is not None and self._look_ups.is_look_up(text)

    def answer(self, question: Question, version: str) -> Entry | None:
        """Return the answer of a look-up on `version`; None if it is for the workers."""
        if (
            version != self.version
            or self._look_ups is None
            or question.default_graphs is not None
            or question.named_graphs is not None
            or question.past
            or question.is_dump
            or not (self._sees_union or question.sees_all)
        ):
            return None
        try:
            content = self._look_ups.answer(question.text, question.representation.name)
        except OSError as error:
            _LOG.error("look-ups are left to the workers: %s", error)
            self._forget()
            return None
        if content is None:
            return None
        packed = whole_packed(content, question.coding)
        return Entry(
            version=version,
            content_type=question.representation.content_type,
            coding=None if packed is None else question.coding,
            content=content if packed is None else packed,
            direct=True,
        )

    async def _open_later(self, setup: Setup) -> None:
        if self._look_ups:
            await asyncio.sleep(_QUIET)
        self._forget()
        self._held = hold(setup.store.parent)
        try:
            statements = await asyncio.to_thread(_opened, setup.store)
        except StageError as error:
            _LOG.error("look-ups are left to the workers: %s", error)
            return
        self._look_ups = LookUps(statements, setup.prefixes)
        self._sees_union = setup.default_graph == "union"
        self.version = setup.version

    def _forget(self) -> None:
        self.version = ""
        self._look_ups = None
        if self._held:
            self._held.close()
            self._held = None


def _opened(store: Path) -> Statements:
    """Return the statements of a version; raises StageError when they cannot be opened."""
    try:
        mapped = open_mapped(store.parent)
    except StageError as error:
        _LOG.error("look-ups are made in the store: %s", error)
        mapped = None
    return mapped or StoredStatements(open_read_only(store))
