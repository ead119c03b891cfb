"""The journal: every commit in order, on the disk before it is acknowledged.

journal/
  commits.rdfp   the commits, see `kg.write.patch` and `kg.write.journal_chain`; only ever grows
  archive/       older ones, see `kg.write.journal_archive`
  torn-<time>    what a crash left of a record that was never acknowledged
  .lock          held by the one process that writes
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from kg.errors import Place, StageError, Text, UsageError
from kg.rdf.checked_files import sync as sync_folder
from kg.write.change import About, Change, Commit
from kg.write.journal_archive import archive_path, archives
from kg.write.journal_chain import Tip, checksum, first_line, last_line
from kg.write.journal_files import copied, is_at, lock, trouble, write_all, write_whole
from kg.write.journal_open import Opened, recover
from kg.write.journal_read import FILE, read_journal, whole_commits, whole_records
from kg.write.journal_words import changed_by_others, closed, not_taken_back, removed_by_others
from kg.write.patch import encode

__all__ = ["FILE", "FOLDER", "Journal", "now", "open_journal", "read_journal"]
FOLDER = "journal"
_TAKEN_BACK = (
    "Was seit der letzten Sicherung auf die Platte geschrieben wurde, ist zurückgenommen",
    "What was written since the disk last had everything is taken back",
)


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def open_journal(folder: Path, *, clock: Callable[[], datetime] = now) -> Journal:
    """Open the journal in `folder`, which is made if need be, for writing; recover it.

    Raises StageError if another process has it, if it is damaged, and if it cannot be read and
    written.
    """
    held = lock(folder)
    try:
        return Journal(recover(folder / FILE, clock()), held, clock)
    except BaseException:
        os.close(held)
        raise


class Journal:
    """An open journal. One thread at a time uses it.

    `start` is the last commit that is in the archives, `number` and `checksum` are those of the
    last one appended, `message` says what recovery did.
    """

    def __init__(self, opened: Opened, held: int, clock: Callable[[], datetime]) -> None:
        """Take over an opened file, which is on the disk up to its end, and the lock."""
        self.message = opened.message
        self._path = opened.path
        self._handle = opened.handle
        self._first = (opened.start, opened.first)
        self._durable = self._now = (opened.tip, opened.end)
        self._held = held
        self._clock = clock
        self._broken: StageError | None = None

    def __enter__(self) -> Self:
        """Return the journal."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the journal."""
        self.close()

    @property
    def start(self) -> int:
        """The number of the commit after which the file begins, 0 if it has them all."""
        return self._first[0].number

    @property
    def number(self) -> int:
        """The number of the last commit, 0 if there is none."""
        return self._now[0].number

    @property
    def checksum(self) -> str:
        """The checksum of the last commit, which covers all before it."""
        return self._now[0].checksum

    def commits(self) -> Iterator[Commit]:
        """Yield the commits after `start`, oldest first; raises StageError for damage."""
        tip, start = self._first
        return whole_commits(self._handle, self._path, tip, (start, self._now[1]))

    def append(self, about: About, change: Change) -> Commit:
        """Write a commit and return it; it is acknowledged to nobody before `sync`.

        Its time is never before that of the last one. Raises StageError when it cannot be
        written; then nothing of it is there, and the ones before it are.
        """
        self._check()
        tip, end = self._now
        time = max(_stamp(self._clock()), tip.time)
        fresh = Commit(tip.number + 1, f"urn:uuid:{uuid4()}", time, about, change, "")
        commit, content = encode(fresh, prev=tip.identifier, durable=self._durable[0].number)
        digest = checksum(tip.checksum, content)
        record = content + last_line(digest)
        try:
            with trouble(
                self._path,
                "Der Commit konnte nicht geschrieben werden",
                "The commit could not be written",
            ):
                write_all(self._handle, record, end)
        except BaseException:
            self._shorten(self._now)
            raise
        self._now = (Tip(commit.number, commit.identifier, time, digest), end + len(record))
        return Commit(commit.number, commit.identifier, time, commit.about, change, digest)

    def sync(self) -> None:
        """Bring all that was appended to the disk.

        Raises StageError if that fails: then what was appended since the last `sync` is not
        there any more.
        """
        if self._now == self._durable and self._broken is None:
            return
        try:
            self._check()
            with trouble(self._path, *_TAKEN_BACK):
                os.fsync(self._handle)
        except BaseException:
            self._shorten(self._durable)
            raise
        self._durable = self._now

    def cut(self) -> None:
        """Take back what was appended since the last `sync`; raises StageError if that fails."""
        if self._broken is not None:
            raise self._broken
        if self._now != self._durable:
            self._shorten(self._durable)
        if self._broken is not None:
            raise self._broken

    def truncate(self, upto: int) -> Path | None:
        """Move the commits up to a number into an archive and return it, None if none is moved.

        At any moment of it a crash leaves all commits in the one or the other. Raises UsageError
        if there is no such commit and StageError when the disk does not take it.
        """
        self.sync()
        self._check()
        if upto > self.number:
            raise UsageError(
                Text(
                    de=f"Es gibt keinen Commit {upto}, der letzte ist {self.number}.",
                    en=f"There is no commit {upto}, the last is {self.number}.",
                ),
                place=Place(str(self._path)),
            )
        if upto <= self.start:
            return None
        with trouble(
            self._path,
            "Das Journal konnte nicht gekürzt werden",
            "The journal could not be truncated",
        ):
            return self._truncate(upto)

    def _truncate(self, upto: int) -> Path:
        first, start = self._first
        whole = whole_records(self._handle, self._path, first, (start, self._now[1]))
        last = next(record for record in whole if record.tip.number == upto)
        tip, split = last.tip, last.end
        folder = self._path.parent
        self._forget_left_archives(first.number)
        target = archive_path(folder, first.number + 1, upto)
        if not target.parent.is_dir():
            target.parent.mkdir()
            sync_folder(folder)
        write_whole(target, copied(self._handle, 0, split))
        line = first_line(tip)
        rest = copied(self._handle, split, self._now[1])
        try:
            write_whole(self._path, (part for parts in ([line], rest) for part in parts))
        finally:
            self._reopen(tip, len(line), split)
        return target

    def _forget_left_archives(self, start: int) -> None:
        """Remove archives of commits that the file has as well: left by a crash."""
        for each in archives(self._path.parent):
            if each.first > start:
                each.path.unlink()

    def _reopen(self, tip: Tip, start: int, split: int) -> None:
        """Go on in the new file, if it has taken the place of the old one."""
        if is_at(self._handle, self._path):
            return
        handle = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        os.close(self._handle)
        self._handle, self._first = handle, (tip, start)
        self._durable = self._now = (self._now[0], self._now[1] - split + start)

    def close(self) -> None:
        """Close the file and give the lock back; what was not synced may be there or not."""
        if self._handle >= 0:
            os.close(self._handle)
            os.close(self._held)
        self._handle = self._held = -1
        self._broken = closed(self._path)

    def _check(self) -> None:
        """Raise if the journal is broken or closed, or the file is not there as we left it."""
        if self._broken is not None:
            raise self._broken
        if os.fstat(self._handle).st_size != self._now[1]:
            self._broken = changed_by_others(self._path)
            raise self._broken
        if not is_at(self._handle, self._path):
            raise removed_by_others(self._path)

    def _shorten(self, to: tuple[Tip, int]) -> None:
        """Cut the file, on the disk as well; if that fails, the journal is broken."""
        if self._broken is not None:
            return
        try:
            os.ftruncate(self._handle, to[1])
            os.fsync(self._handle)
        except OSError as error:
            self._broken = not_taken_back(self._path, error)
            return
        self._now = to


def _stamp(moment: datetime) -> str:
    """Return a time as xsd:dateTime in UTC, to the millisecond; as text such times sort."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
