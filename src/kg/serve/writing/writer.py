"""What front processes know of the writer: it is asked, and it answers."""

from __future__ import annotations

from typing import Protocol

from kg.write.requests import Outcome, Request


class Writing(Protocol):
    """The writer, however it is reached."""

    async def ask(self, request: Request) -> Outcome:
        """Return what came of `request`; raises RequestError when there is no writer.

        When this returns a commit, this process answers queries on a version that has it.
        """
