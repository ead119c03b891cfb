"""kg revert: undo a commit by a new one."""

from __future__ import annotations

from kg.commands.asking import Asking, ask, tell
from kg.commands.common import Out
from kg.write.requests import Revert


def revert(asking: Asking, number: int, *, note: str, out: Out) -> int:
    """Undo commit `number`; 0 when that lasts, 1 when what is left would not be valid."""
    return tell(asking, ask(asking, Revert(number), kind="revert", note=note), out=out)
