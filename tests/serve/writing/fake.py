"""A writer that says what it is told to say, and keeps what it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.errors import KgError
from kg.write.requests import Outcome, Request


@dataclass
class FakeWriter:
    """Answers every request with `outcome`, or raises `fault`."""

    outcome: Outcome = field(
        default_factory=lambda: Outcome("committed", 7, "20260101T000000Z-c7-x", 3, 1)
    )
    fault: KgError | None = None
    asked: list[Request] = field(default_factory=list)

    async def ask(self, request: Request) -> Outcome:
        """Keep the request and answer."""
        self.asked.append(request)
        if self.fault:
            raise self.fault
        return self.outcome

    async def start(self) -> None:
        """Begin."""

    async def close(self) -> None:
        """End."""

    @property
    def last(self) -> Request:
        """What was asked last."""
        return self.asked[-1]
