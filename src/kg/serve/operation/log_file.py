"""Lines are appended to a file or to standard output, whatever happens to either."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from kg.errors import Place, StageError, Text

STANDARD_OUTPUT = "-"
PIPE_LINE = 4096
"""So much goes into a pipe in one piece: other processes cannot write in between (POSIX)."""
FILE_LINE = 1 << 16
_PATIENCE = 2.0
_LOG = logging.getLogger("kg.serve")


class LogFile:
    """An open log, for one thread; several processes may append to one file.

    `longest` is the length in bytes that no line may exceed.
    """

    def __init__(self, target: str) -> None:
        """Open a path, or standard output for "-"; raises StageError when it cannot be."""
        self._path = None if target == STANDARD_OUTPUT else Path(target)
        self._failing: set[str] = set()
        self._torn = False
        try:
            self._file = _opened(self._path) if self._path else os.dup(sys.stdout.fileno())
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise StageError(
                Text(
                    de=f"Das Protokoll der Anfragen kann nicht geöffnet werden: {reason}",
                    en=f"The request log cannot be opened: {reason}",
                ),
                place=Place(target),
            ) from error
        is_file = stat.S_ISREG(os.fstat(self._file).st_mode)
        self.longest = FILE_LINE if is_file else PIPE_LINE
        self._piece = 1 << 20 if is_file else PIPE_LINE

    def write(self, lines: Sequence[bytes]) -> int:
        """Append lines, each with its end, and return how many were lost."""
        lost = 0
        for count, piece in _pieces(lines, self._piece):
            written, error = self._append(piece)
            if error is None:
                self._say("written", None)
                continue
            lost += count - written
            self._say("written", error)
        return lost

    def reopen(self) -> None:
        """Open the path anew; where that fails, the file that is open stays in use."""
        if self._path is None:
            return
        try:
            fresh = _opened(self._path)
        except OSError as error:
            self._say("opened", error)
            return
        self._say("opened", None)
        os.close(self._file)
        self._file, self._torn = fresh, False

    def reopen_if_moved(self) -> None:
        """Open the path anew when another file, or none, is there now."""
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            ours = os.fstat(self._file)
            try:
                there = self._path.stat()
            except FileNotFoundError:
                self.reopen()
                return
            if (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino):
                self.reopen()

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _append(self, piece: bytes) -> tuple[int, OSError | None]:
        """Write a piece and return how many lines of it are whole, and what went wrong."""
        start = b"\n" if self._torn else b""  # a line that broke off must not run into the next
        rest = memoryview(start + piece)
        done = 0
        try:
            while done < len(rest):
                done += self._some(rest[done:])
        except OSError as error:
            if done > 0:
                self._torn = rest[done - 1] != ord("\n")
            return bytes(rest[len(start) : done]).count(b"\n"), error
        self._torn = False
        return piece.count(b"\n"), None

    def _some(self, rest: memoryview) -> int:
        try:
            return os.write(self._file, rest)
        except BlockingIOError:  # a pipe that the parent made non-blocking
            select.select([], [self._file], [], _PATIENCE)
            return os.write(self._file, rest)

    def _say(self, what: str, error: OSError | None) -> None:
        """Report the first of several failures, and that it works again."""
        if error is not None and what not in self._failing:
            _LOG.error("the request log cannot be %s: %s", what, error)
            self._failing.add(what)
        elif error is None and what in self._failing:
            _LOG.warning("the request log can be %s again", what)
            self._failing.remove(what)


def _opened(path: Path) -> int:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    return os.open(path, flags, 0o640)


def _pieces(lines: Sequence[bytes], size: int) -> Iterator[tuple[int, bytes]]:
    """Yield lines joined to at most `size` bytes, or one line, with how many they are."""
    piece: list[bytes] = []
    length = 0
    for line in lines:
        if piece and length + len(line) > size:
            yield len(piece), b"".join(piece)
            piece, length = [], 0
        piece.append(line)
        length += len(line)
    if piece:
        yield len(piece), b"".join(piece)
