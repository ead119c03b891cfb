"""The journal of a project is copied while a writer appends to it, accepts and decides.

The order matters: contributions first. If one is accepted in between, its copy still waits while
the copy of the journal has the commit, and the writer that starts on it writes the decision down.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from kg.errors import Place, StageError, Text
from kg.write.audit import FILE as AUDIT
from kg.write.journal import FILE
from kg.write.journal_archive import ARCHIVE, archives
from kg.write.journal_chain import Tip, read_first_line, records
from kg.write.journal_damage import damage, first_line_damage
from kg.write.journal_files import copied, write_whole
from kg.write.journal_tail import is_torn
from kg.write.submissions import FOLDER as CONTRIBUTIONS
from kg.write.submitted import IDENTIFIER
from kg.write.tokens import FILE as TOKENS

_TRIES = 5
_PAUSE = 0.02


def copy_journal(folder: Path, target: Path, *, tokens: bool) -> Tip:
    """Copy the journal in `folder` to the new folder `target`; return the last commit in it.

    Without a journal there is an empty folder. Raises StageError when the journal is damaged or
    is being archived all the time, OSError when the disk does not take it.
    """
    target.mkdir(mode=0o700)
    if not folder.is_dir():
        return Tip()
    _copy_contributions(folder, target)
    tip = _copy_commits(folder, target)
    _copy_lines(folder / AUDIT, target / AUDIT)
    if tokens and (folder / TOKENS).is_file():
        shutil.copyfile(folder / TOKENS, target / TOKENS)
        (target / TOKENS).chmod(0o600)
    return tip


def _copy_contributions(folder: Path, target: Path) -> None:
    if not (folder / CONTRIBUTIONS).is_dir():
        return
    (target / CONTRIBUTIONS).mkdir()
    for path in sorted((folder / CONTRIBUTIONS).iterdir()):
        if IDENTIFIER.fullmatch(path.name):
            shutil.copytree(
                path, target / CONTRIBUTIONS / path.name, ignore=shutil.ignore_patterns("*.new")
            )


def _copy_commits(folder: Path, target: Path) -> Tip:
    """Copy journal file and archives as they are at one moment."""
    if not (folder / FILE).is_file():
        return Tip()
    for _ in range(_TRIES):
        before = _mark(folder)
        for each in archives(folder):
            (target / ARCHIVE).mkdir(exist_ok=True)
            shutil.copyfile(each.path, target / ARCHIVE / each.path.name)
        tip = _copy_whole(folder / FILE, target / FILE)
        if _mark(folder) == before:
            return tip
        shutil.rmtree(target / ARCHIVE, ignore_errors=True)
    raise StageError(
        Text(
            de="Das Journal wird gerade gekürzt. Versuchen Sie es noch einmal.",
            en="The journal is just being truncated. Try again.",
        ),
        place=Place(str(folder)),
    )


def _mark(folder: Path) -> tuple[object, ...]:
    """Return what changes when the journal is truncated: it gets a new file, and an archive."""
    file = (folder / FILE).stat()
    return (file.st_dev, file.st_ino, *(each.path.name for each in archives(folder)))


def _copy_whole(source: Path, target: Path) -> Tip:
    """Copy a journal file up to its last complete record; raises StageError if it is damaged."""
    handle = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    try:
        first = read_first_line(handle)
        if first is None:
            raise first_line_damage(source)
        tip, end = first
        for _ in range(_TRIES):
            size = os.fstat(handle).st_size
            for record in records(handle, tip, end, size):
                tip, end = record.tip, record.end
            if is_torn(handle, end, size, tip.number + 1):
                break
            time.sleep(_PAUSE)  # what is only half written is whole soon
        else:
            raise damage(handle, source, end, tip)
        write_whole(target, copied(handle, 0, end))
    finally:
        os.close(handle)
    return tip


def _copy_lines(source: Path, target: Path) -> None:
    """Copy a file of lines up to its last whole line, if there is one."""
    try:
        content = source.read_bytes()
    except FileNotFoundError:
        return
    target.write_bytes(content[: content.rfind(b"\n") + 1])
