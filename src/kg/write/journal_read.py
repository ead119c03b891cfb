"""Commits are read from a journal and its archives, also while a writer appends."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from kg.write.change import Commit
from kg.write.journal_archive import Archive, archives
from kg.write.journal_chain import Record, Tip, read_first_line, records
from kg.write.journal_damage import damage, first_line_damage, missing, not_understood
from kg.write.journal_files import trouble
from kg.write.journal_seek import seek
from kg.write.journal_tail import is_torn
from kg.write.patch import decode

FILE = "commits.rdfp"
_TRIES = 5
_PAUSE = 0.005
_UNREADABLE = "Das Journal ist nicht lesbar", "The journal is not readable"


def read_journal(folder: Path, *, after: int = 0, upto: int | None = None) -> Iterator[Commit]:
    """Yield the commits of the journal in `folder`, oldest first, without its lock.

    It begins after commit `after`, and what is before is not checked then; if that is 0, with
    the oldest that is kept. It ends with `upto`, or before an incomplete record, which a writer
    may just be writing. The last commits may not be on the disk yet: with `upto` ask only for
    what was acknowledged. There is nothing if there is no journal. Raises StageError for damage
    and for commits that are not kept.
    """
    path = folder / FILE
    with trouble(path, *_UNREADABLE):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            begin = _begin(handle, path)
            start = begin[0].number
            last = start if upto is None else min(upto, start)
            yield from _archived(folder, after, last, begin[0])
            for record in _live(handle, path, begin, after):
                if upto is not None and record.tip.number > upto:
                    return
                if record.tip.number > after:
                    yield _commit(record, path)
        finally:
            os.close(handle)


def whole_records(handle: int, path: Path, tip: Tip, span: tuple[int, int]) -> Iterator[Record]:
    """Yield the records of a span of an open file, which follow on `tip` and fill it.

    Raises StageError for damage.
    """
    start, end = span
    with trouble(path, *_UNREADABLE):
        for record in records(handle, tip, start, end):
            tip, start = record.tip, record.end
            yield record
        if start != end:
            raise damage(handle, path, start, tip)


def whole_commits(handle: int, path: Path, tip: Tip, span: tuple[int, int]) -> Iterator[Commit]:
    """Yield the commits of a span of an open file, as `whole_records` does."""
    return (_commit(record, path) for record in whole_records(handle, path, tip, span))


def _commit(record: Record, path: Path) -> Commit:
    try:
        return decode(record.content, record.tip.checksum)
    except ValueError as error:
        raise not_understood(path, record.tip.number, str(error)) from error


def _begin(handle: int, path: Path) -> tuple[Tip, int]:
    """Return what the first line of a file says, and its length."""
    known = read_first_line(handle)
    if known is None:
        raise first_line_damage(path)
    return known


def _archived(folder: Path, after: int, last: int, end: Tip) -> Iterator[Commit]:
    """Yield the commits after `after` up to `last` from the archives, which end with `end`.

    Without an `after`, those before the oldest archive are not missed.
    """
    at, begun = after, after > 0
    for each in archives(folder):
        if each.last <= at or each.first > last:
            continue
        if begun and each.first > at + 1:
            break
        for record in _archive(each, at, end):
            if at < record.tip.number <= last:
                yield _commit(record, each.path)
        at, begun = each.last, True
    if begun and at < last:
        raise missing(folder, at + 1, last)


def _archive(archive: Archive, after: int, end: Tip) -> Iterator[Record]:
    """Yield the records of an archive, from near `after` on; the last of all has the tip `end`."""
    path = archive.path
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(handle).st_size
        tip, start = seek(handle, _begin(handle, path), size, after)
        for record in whole_records(handle, path, tip, (start, size)):
            tip = record.tip
            yield record
        if tip.number != archive.last:
            raise missing(path, tip.number + 1, archive.last)
        if tip.number == end.number and tip.checksum != end.checksum:
            raise first_line_damage(path)
    finally:
        os.close(handle)


def _live(handle: int, path: Path, begin: tuple[Tip, int], after: int) -> Iterator[Record]:
    """Yield the records of a file to which a writer may be appending, from near `after` on.

    What is wrong may only be half written, or taken back just now: it is looked at again before
    it counts as damage. If the last record itself was taken back, nothing can follow on it.
    """
    end = os.fstat(handle).st_size
    tip, at = seek(handle, begin, end, after)
    before = tip, at
    for _ in range(_TRIES):
        for record in records(handle, tip, at, end):
            before = tip, at
            tip, at = record.tip, record.end
            yield record
        if is_torn(handle, at, end, tip.number + 1):
            return
        if before != (tip, at) and not _is_there(handle, before, tip, at):
            return
        time.sleep(_PAUSE)
    raise damage(handle, path, at, tip)


def _is_there(handle: int, before: tuple[Tip, int], tip: Tip, end: int) -> bool:
    """Return whether the record that ends at `end` with `tip` is still in the file."""
    start, at = before
    return any(record.tip == tip for record in records(handle, start, at, end))
