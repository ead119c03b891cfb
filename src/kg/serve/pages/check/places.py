"""Lines and columns of a text, found without taking a long text apart."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

_BLOCK = 1024


class Places:
    """A text and where its lines begin; lines end with line feeds."""

    def __init__(self, text: str) -> None:
        """Count the lines of `text` by blocks."""
        self.text = text
        blocks = range(0, len(text), _BLOCK)
        counts = (text.count("\n", at, at + _BLOCK) for at in blocks)
        self._before = [0, *accumulate(counts)]
        self.lines = self._before[-1] + 1
        """How many there are."""

    def start(self, line: int) -> int | None:
        """Return the offset at which a line, from 1, begins, None if there is no such line."""
        if not 0 < line <= self.lines:
            return None
        if line == 1:
            return 0
        block = bisect_left(self._before, line - 1) - 1
        at = block * _BLOCK
        for _ in range(line - 1 - self._before[block]):
            at = self.text.find("\n", at) + 1
        return at

    def offset(self, line: int, column: int) -> int | None:
        """Return the place of a line and column, both from 1, None if the text has no such."""
        start = self.start(line)
        if start is None:
            return None
        at = start + max(column, 1) - 1
        return at if at <= len(self.text) else None

    def line(self, number: int, longest: int) -> str:
        """Return the first `longest` signs of a line, empty if there is no such line."""
        start = self.start(number)
        return "" if start is None else self.text[start : start + longest].partition("\n")[0]
