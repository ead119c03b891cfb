"""What is wrong with a text and where: the value that all who explain faults give back."""

from __future__ import annotations

from dataclasses import dataclass

from kg.errors import Text


@dataclass(frozen=True)
class Fault:
    """A fault at an offset; `shown` is the text that is at fault, or after which a sign is due."""

    start: int
    shown: str
    text: Text
    after: bool = False
