"""The chain of records in a journal file: its first line, checksums, records one by one.

The first line says after which commit the file goes on. The checksum of a record is BLAKE2b of 32
bytes over the checksum of the record before, in hexadecimal, and all bytes of the record before
its own line `# checksum`. So each covers all that was ever written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from kg.write import patch

LAYOUT = 1
_AT_ONCE = 1 << 20
_MARK = b"\n" + patch.CHECKSUM
_FIRST = re.compile(
    r"# kg journal, layout (\d+): RDF Patch, one record a commit; goes on after commit=(\d+) "
    r"id=(\S+) time=(\S+) checksum=([0-9a-f]{64}) line=([0-9a-f]{32})\n"
)


@dataclass(frozen=True)
class Tip:
    """Where a chain ends: the last commit; "" stands for the identifier and time of none."""

    number: int = 0
    identifier: str = ""
    time: str = ""
    checksum: str = "0" * 64


@dataclass(frozen=True)
class Record:
    """A record that fits to the one before: its bytes, its end in the file, the tip after it."""

    content: bytes
    end: int
    tip: Tip


def first_line(tip: Tip) -> bytes:
    """Return the first line of a file that goes on after `tip`."""
    line = (
        f"# kg journal, layout {LAYOUT}: RDF Patch, one record a commit; goes on after "
        f"commit={tip.number} id={tip.identifier or '-'} time={tip.time or '-'} "
        f"checksum={tip.checksum} line="
    )
    return f"{line}{_digest(line)}\n".encode()


def read_first_line(handle: int) -> tuple[Tip, int] | None:
    """Return what the first line of an open file says and its length; None if it is damaged."""
    start = os.pread(handle, 4096, 0)
    line = start[: start.find(b"\n") + 1].decode("utf-8", "replace")
    found = _FIRST.fullmatch(line)
    if found is None or int(found[1]) != LAYOUT or found[6] != _digest(line[: found.start(6)]):
        return None
    identifier, time = (found[at].removeprefix("-") for at in (3, 4))
    return Tip(int(found[2]), identifier, time, found[5]), len(line.encode())


def _digest(line: str) -> str:
    return blake2b(line.encode(), digest_size=16).hexdigest()


def checksum(before: str, content: bytes) -> str:
    """Return the checksum of a record whose bytes before its last line are `content`."""
    digest = blake2b(before.encode(), digest_size=32)
    digest.update(content)
    return digest.hexdigest()


def last_line(digest: str) -> bytes:
    """Return the line that ends a record."""
    return patch.CHECKSUM + digest.encode() + b"\n"


def records(handle: int, tip: Tip, start: int, end: int) -> Iterator[Record]:
    """Yield the records between two offsets of an open file, as long as they follow on `tip`.

    Ends before the first that is incomplete or wrong: if that is not at `end`, see
    `kg.write.journal_tail`. Memory is that of the longest record.
    """
    at = start
    for content in _pieces(handle, start, end):
        after = _verified(content, tip)
        if after is None:
            return
        tip, at = after, at + len(content)
        yield Record(content, at, tip)


def _verified(content: bytes, tip: Tip) -> Tip | None:
    """Return the tip after a record, or None if it does not follow on `tip`."""
    size = len(content) - len(last_line(tip.checksum))
    if size < 0:
        return None
    digest = checksum(tip.checksum, content[:size])
    label = patch.label(content)
    if content[size:] != last_line(digest) or label is None:
        return None
    if (label.number, label.prev) != (tip.number + 1, tip.identifier):
        return None
    return Tip(label.number, label.identifier, label.time, digest)


def _pieces(handle: int, start: int, end: int) -> Iterator[bytes]:
    """Yield what lies up to and with each line of a checksum."""
    buffer, searched = bytearray(), 0
    while start < end:
        block = os.pread(handle, min(_AT_ONCE, end - start), start)
        if not block:
            return
        start += len(block)
        buffer += block
        done = 0
        while (mark := buffer.find(_MARK, searched)) >= 0:
            stop = buffer.find(b"\n", mark + len(_MARK)) + 1
            if not stop:
                break
            yield bytes(buffer[done:stop])
            done = searched = stop
        searched = mark if mark >= 0 else max(done, len(buffer) - len(_MARK))
        searched -= done
        del buffer[:done]
