"""A commit is found in a long journal file without reading what is before it.

Each line of a checksum is followed by headers with a number, which grow: so it is found by
halving. What is before it is not checked then.
"""

from __future__ import annotations

import os
import re

from kg.write import patch
from kg.write.journal_chain import Tip

_AT_ONCE = 1 << 16
_NEAR = 1 << 18
_LONGEST = 1024
"""More than a line of a checksum and the headers with the numbers take."""
_JOINT = re.compile(rb"\n# checksum ([0-9a-f]{64})\n(?=H id )")


def seek(handle: int, begin: tuple[Tip, int], end: int, number: int) -> tuple[Tip, int]:
    """Return a tip with at most `number`, and where its record ends, near to that of `number`.

    `begin` is the tip and the offset to fall back on; the time in the tip is not known.
    """
    low, high = begin, end
    while high - low[1] > _NEAR:
        middle = (low[1] + high) // 2
        found = _joint(handle, middle, high)
        if found is None or found[0].number > number:
            high = middle
        elif found[0].number <= low[0].number:
            return begin  # numbers do not grow: whoever reads from the beginning sees why
        else:
            low = found
    return low


def _joint(handle: int, start: int, end: int) -> tuple[Tip, int] | None:
    """Return the first tip whose record ends between two offsets, and where."""
    while start < end:
        block = os.pread(handle, min(_AT_ONCE, end - start) + _LONGEST, start)
        for found in _JOINT.finditer(block):
            label = patch.label(block[found.end() :])
            if label is not None:
                tip = Tip(label.number - 1, label.prev, "", found[1].decode())
                return tip, start + found.end()
        if len(block) < _LONGEST:
            return None
        start += _AT_ONCE
    return None
