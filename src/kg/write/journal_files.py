"""What a journal asks of the disk, and what it says when the disk does not do it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.errors import Place, StageError, Text
from kg.rdf.checked_files import sync

LOCK = ".lock"
NEW = ".new"
_AT_ONCE = 1 << 20


@contextmanager
def trouble(path: Path, de: str, en: str) -> Iterator[None]:
    """Turn an OSError into a StageError that says what could not be done, and why."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StageError(
            Text(de=f"{de}: {reason}", en=f"{en}: {reason}"), place=Place(str(path))
        ) from error


class LockedError(StageError):
    """Another process has the journal."""


def lock(folder: Path) -> int:
    """Make `folder`, take its lock and return the open file; closing it gives the lock back.

    Raises StageError if another process has it or the folder cannot be written.
    """
    with trouble(
        folder, "Das Journal kann nicht geschrieben werden", "The journal cannot be written"
    ):
        if not folder.is_dir():
            folder.mkdir(parents=True)
            sync(folder.parent)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    except BlockingIOError as error:
        holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "?"
        os.close(handle)
        raise LockedError(
            Text(
                de=f"Ein anderer Prozess schreibt in dieses Journal (Prozess {holder}). "
                "Beenden Sie ihn zuerst.",
                en=f"Another process writes to this journal (process {holder}). End it first.",
            ),
            place=Place(str(folder)),
        ) from error
    except OSError:
        pass  # The lock is held; only the number for messages could not be written.
    return handle


def write_all(handle: int, content: bytes, at: int) -> None:
    """Write all of `content` at an offset; raises OSError, a part may be there then."""
    view = memoryview(content)
    while view:
        done = os.pwrite(handle, view[:_AT_ONCE], at)
        view, at = view[done:], at + done


def write_whole(path: Path, parts: Iterable[bytes]) -> None:
    """Make a file that is there whole and on the disk, or not at all; raises OSError."""
    new = path.with_name(path.name + NEW)
    try:
        with new.open("wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    sync(path.parent)


def copied(handle: int, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes between two offsets of an open file in blocks."""
    while start < end:
        part = os.pread(handle, min(_AT_ONCE, end - start), start)
        if not part:
            raise OSError("the file became shorter")
        start += len(part)
        yield part


def is_at(handle: int, path: Path) -> bool:
    """Return whether an open file still has its name."""
    ours = os.fstat(handle)
    try:
        there = path.stat()
    except OSError:
        return False
    return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)
