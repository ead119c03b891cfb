"""What is wrong after the last good record of a journal: a torn end, which is normal, or damage.

A crash leaves the beginning of a record. A loss of power may also leave pages that were never
written: they read as NUL from one sector to another, and a record of the same group behind them
may be whole. Nothing of that was acknowledged. Anything else is damage of what was.
"""

from __future__ import annotations

import os
import re

from kg.write.patch import CHECKSUM

_SECTOR = 512
_AT_ONCE = 1 << 20
_WHOLE = re.compile(rb"\n# checksum [0-9a-f]{64}\n")
_ENDED = re.compile(rb"# checksum [0-9a-f]{64}\n\Z")
_END_OF_ENDED = re.compile(rb"[# a-z]{0,11}[0-9a-f]{0,64}\n")
_LAST_LINE = len(CHECKSUM) + 65
_PREFIX = re.compile(
    rb"(?:H [^\n]* \.\n)*+"
    rb"(?:TX \.\n(?:D [^\n]* \.\n)*+(?:A [^\n]* \.\n)*+(?P<closed>TC \.\n)?)?"
)
_BEGUN = re.compile(rb"|[HAD]|[HAD] [^\n]*|T[XC]?|T[XC] \.?")
_HEX = re.compile(rb"[0-9a-f]{0,64}")
_LINE = re.compile(rb"H [^\n]* \.|TX \.|TC \.|[AD] [^\n]* \.|# checksum [0-9a-f]{64}")
_DURABLE = re.compile(rb'^H kg-durable "(\d+)" \.$', re.MULTILINE)
_NULS = re.compile(rb"\0+")


def is_torn(handle: int, start: int, end: int, number: int) -> bool:
    """Return whether what stands from `start` to `end` may be left by a crash; else it is damage.

    `number` is that of the commit that should begin there.
    """
    rest = _rest(handle, start, end)
    if b"\0" not in rest:
        return _is_prefix(rest)
    return _pages_are_missing(rest, start) and not _was_durable(rest, number)


def _rest(handle: int, start: int, end: int) -> bytes:
    """Read, not map: a writer may shorten the file meanwhile."""
    parts = []
    while part := os.pread(handle, min(_AT_ONCE, end - start), start):
        parts.append(part)
        start += len(part)
    return b"".join(parts)


def _is_prefix(rest: bytes) -> bool:
    """Return whether a record begins so and does not end."""
    found = _PREFIX.match(rest)
    if _WHOLE.search(rest) or found is None:
        return False
    left = rest[found.end() :]
    if found["closed"]:
        return CHECKSUM.startswith(left[: len(CHECKSUM)]) and bool(
            _HEX.fullmatch(left[len(CHECKSUM) :])
        )
    return bool(_BEGUN.fullmatch(left))


def _pages_are_missing(rest: bytes, start: int) -> bool:
    """Return whether NUL fills whole sectors, from the end of a record on, and the lines are ours.

    `start` is where `rest` begins in the file.
    """
    before = 0
    for found in _NULS.finditer(rest):
        first, end = found.span()
        begins = (start + first) % _SECTOR == 0 or _ends_a_record(rest[before:first], before > 0)
        ends = (start + end) % _SECTOR == 0 or end == len(rest)
        if not (begins and ends and _lines_are_ours(rest[before:first], before > 0)):
            return False
        before = end
    return _lines_are_ours(rest[before:], True)


def _ends_a_record(text: bytes, begins_within: bool) -> bool:
    """Return whether a piece ends as a record does, of which it may be only the end."""
    if begins_within and len(text) < _LAST_LINE:
        return bool(_END_OF_ENDED.fullmatch(text))
    return not text or bool(_ENDED.search(text[-_LAST_LINE:]))


def _lines_are_ours(text: bytes, begins_within: bool) -> bool:
    """Return whether all whole lines of a piece beside missing pages are such as we write."""
    lines = text.split(b"\n")[int(begins_within) : -1]
    return all(_LINE.fullmatch(line) for line in lines)


def _was_durable(rest: bytes, number: int) -> bool:
    """Return whether a record behind says that commit `number` was on the disk before it."""
    return any(int(found[1]) >= number for found in _DURABLE.finditer(rest))
