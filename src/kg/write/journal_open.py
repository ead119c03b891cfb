"""A journal file is opened for writing: made, checked from its beginning, its torn end cut."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kg.errors import Text
from kg.rdf.checked_files import sync
from kg.write.journal_archive import archives
from kg.write.journal_chain import Tip, first_line, read_first_line, records
from kg.write.journal_damage import damage, first_line_damage, missing, no_file
from kg.write.journal_files import NEW, copied, trouble, write_whole
from kg.write.journal_tail import is_torn

_SLACK = timedelta(seconds=2)


@dataclass(frozen=True)
class Opened:
    """An open file: the tip and offset where its records begin, and where they end."""

    path: Path
    handle: int
    start: Tip
    first: int
    tip: Tip
    end: int
    message: Text | None


def recover(path: Path, moment: datetime) -> Opened:
    """Open the file in `path`, made if need be; cut what a crash left; bring it to the disk.

    `moment` is the time by the clock. Raises StageError for damage and when the disk fails.
    """
    with trouble(path, "Das Journal kann nicht geöffnet werden", "The journal cannot be opened"):
        begun = _make(path)
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            opened = _checked(path, handle)
            notes = [begun, _cut(opened, moment), _clock(opened.tip, moment)]
            os.fsync(handle)
            sync(path.parent)
        except BaseException:
            os.close(handle)
            raise
    said = [note for note in notes if note]
    message = Text(" ".join(n.de for n in said), " ".join(n.en for n in said)) if said else None
    return Opened(path, handle, opened.start, opened.first, opened.tip, opened.end, message)


def _make(path: Path) -> Text | None:
    """Make the file if it is not there, or if not even its first line was written."""
    for left in (*path.parent.glob(f"*{NEW}"), *path.parent.glob(f"*/*.rdfp{NEW}")):
        left.unlink()
    line = first_line(Tip())
    there = path.exists()
    if there and (path.stat().st_size >= len(line) or not line.startswith(path.read_bytes())):
        return None
    older = archives(path.parent)
    if older:
        raise no_file(path, older[-1].last)
    write_whole(path, [line])
    if not there:
        return None
    return Text(
        de="Die Journaldatei war leer oder hatte nur einen Teil ihrer ersten Zeile; sie wurde neu "
        "angelegt.",
        en="The journal file was empty or had only a part of its first line; it was made anew.",
    )


def _checked(path: Path, handle: int) -> Opened:
    """Read all records; what follows on them is torn, or the error says that it is damaged."""
    known = read_first_line(handle)
    if known is None:
        raise first_line_damage(path)
    start, first = known
    tip, end = start, first
    size = os.fstat(handle).st_size
    for record in records(handle, start, first, size):
        tip, end = record.tip, record.end
    if not is_torn(handle, end, size, tip.number + 1):
        raise damage(handle, path, end, tip)
    lost = [each for each in archives(path.parent) if each.last > tip.number]
    if lost:
        raise missing(path, tip.number + 1, lost[-1].last)
    return Opened(path, handle, start, first, tip, end, None)


def _cut(opened: Opened, moment: datetime) -> Text | None:
    """Cut the torn end, of which a copy is kept if there is room for it."""
    size = os.fstat(opened.handle).st_size
    torn = size - opened.end
    if not torn:
        return None
    copy = opened.path.with_name(f"torn-{moment.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}")
    try:
        write_whole(copy, copied(opened.handle, opened.end, size))
        kept = Text(de=f"liegt in {copy.name}", en=f"is in {copy.name}")
    except OSError as error:
        reason = error.strerror or str(error)
        kept = Text(de=f"ließ sich nicht aufheben: {reason}", en=f"could not be kept: {reason}")
    os.ftruncate(opened.handle, opened.end)
    number = opened.tip.number
    return Text(
        de=f"Das Ende des Journals war unvollständig: {torn} Bytes nach Commit {number} wurden "
        f"abgeschnitten, ein Rest, der nie bestätigt wurde. Was abgeschnitten wurde, {kept.de}.",
        en=f"The end of the journal was incomplete: {torn} bytes after commit {number} were cut, "
        f"remains of what was never acknowledged. What was cut {kept.en}.",
    )


def _clock(tip: Tip, moment: datetime) -> Text | None:
    """Say so if the clock is behind the last commit."""
    if not tip.time or datetime.fromisoformat(tip.time) <= moment + _SLACK:
        return None
    return Text(
        de=f"Die Uhr geht nach oder der letzte Commit hat eine Zeit in der Zukunft, {tip.time}: "
        "Bis dahin bekommen neue Commits diese Zeit.",
        en=f"The clock is slow or the last commit has a time in the future, {tip.time}: until "
        "then new commits get that time.",
    )
