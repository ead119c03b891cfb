"""What is wrong with a text and where: the value that all who explain faults give back."""

from __future__ import annotations

from dataclasses import dataclass

from kg.errors import Text

LONGEST = 60
"""So many signs of a text are quoted."""


@dataclass(frozen=True)
class Fault:
    """A fault at an offset; `shown` is the text that is at fault, or after which a sign is due."""

    start: int
    shown: str
    text: Text
    after: bool = False


def cut(text: str) -> str:
    """Return a text as messages quote it: its start if it is long."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
