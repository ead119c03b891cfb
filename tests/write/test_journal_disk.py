"""Full, read-only and removed disks: nothing is half written, and the message says why."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.write.journals import add, filled, numbers

from kg.errors import StageError
from kg.write.journal import FILE, open_journal, read_journal


@contextmanager
def limited(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Callable[..., None]]:
    """A file system of a few kilobytes in `folder`; the test is skipped where it may not be."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        pytest.skip("needs the right to mount")

    def again(*options: str) -> None:
        subprocess.run(["mount", "-o", ",".join(("remount", *options)), str(folder)], check=True)

    try:
        yield again
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def failing(number: int) -> Callable[..., None]:
    """A call to the disk that fails with an error number."""

    def call(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


def test_a_commit_for_which_there_is_no_room_is_not_there(tmp_path: Path) -> None:
    """Part of a record is taken back; what was appended before stays, and it goes on later."""
    with open_journal(tmp_path) as journal:
        size = len(filled(tmp_path, journal, 2))
        add(journal)
        number, checksum = journal.number, journal.checksum
        before = (tmp_path / FILE).read_bytes()
        for room in (0, 1, 100, 700):
            with (
                limited(len(before) + room),
                pytest.raises(StageError, match="could not be written: File too large") as error,
            ):
                add(journal, size=50)
            assert "konnte nicht geschrieben werden" in error.value.text.de
            assert (tmp_path / FILE).read_bytes() == before
            assert (journal.number, journal.checksum) == (number, checksum)
        add(journal)
        journal.sync()
        assert len(before) > size
    assert numbers(tmp_path) == [1, 2, 3, 4]
    with open_journal(tmp_path) as journal:
        assert journal.message is None


def test_a_full_disk_takes_nothing_by_halves(tmp_path: Path) -> None:
    """On a file system without room commits are refused until there is room again."""
    folder = tmp_path / "disk"
    with mounted(folder, "200k"):
        with open_journal(folder / "journal") as journal:
            with pytest.raises(StageError, match="No space left on device"):
                while True:
                    add(journal, size=20)
                    journal.sync()
            last = journal.number
            assert last > 10
            with pytest.raises(StageError, match="No space left on device"):
                add(journal, size=20)
            with pytest.raises(StageError, match="could not be truncated: No space left"):
                journal.truncate(last - 1)
            assert not list(folder.rglob("*.new"))
            assert numbers(folder / "journal") == list(range(1, last + 1))
        with open_journal(folder / "journal") as journal:
            assert (journal.number, journal.message) == (last, None)
            subprocess.run(["mount", "-o", "remount,size=900k", str(folder)], check=True)
            add(journal, size=20)
            journal.sync()
            journal.truncate(last - 1)
        assert numbers(folder / "journal") == list(range(1, last + 2))


def test_a_torn_end_is_cut_on_a_full_disk(tmp_path: Path) -> None:
    """Without room for a copy it is cut all the same, and the message says that it is gone."""
    folder = tmp_path / "disk"
    with mounted(folder, "200k"):
        with open_journal(folder) as journal:
            filled(folder, journal, 2)
            add(journal, size=300)
        content = (folder / FILE).read_bytes()
        (folder / FILE).write_bytes(content[:-20])
        with (
            (folder / "filler").open("wb", buffering=0) as file,
            pytest.raises(OSError, match="No space"),
        ):
            while True:
                file.write(bytes(4096))
        with open_journal(folder) as journal:
            assert journal.message is not None
            assert "could not be kept: No space left" in journal.message.en
            assert journal.number == 2
        assert not list(folder.glob("torn-*"))


def test_a_read_only_disk_stops_the_start_and_lets_readers_read(tmp_path: Path) -> None:
    """The message names the folder and says why; reading needs no right to write."""
    folder = tmp_path / "disk"
    with mounted(folder, "200k") as again:
        with open_journal(folder / "journal") as journal:
            filled(folder / "journal", journal, 2)
        again("ro")
        with pytest.raises(StageError, match="cannot be written: Read-only file system") as error:
            open_journal(folder / "journal")
        assert str(folder) in str(error.value)
        assert "kann nicht geschrieben werden" in error.value.text.de
        with pytest.raises(StageError, match="Read-only file system"):
            open_journal(folder / "other")
        assert numbers(folder / "journal") == [1, 2]


@contextmanager
def unprivileged() -> Iterator[Path]:
    """A folder of a user who may not write everywhere, which is us meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid():
            yield Path(name)
            return
        os.chown(name, 65534, 65534)
        os.seteuid(65534)
        try:
            yield Path(name)
        finally:
            os.seteuid(0)


def test_a_folder_without_rights_stops_the_start() -> None:
    """The same for a folder or a file that others may write but not we."""
    with unprivileged() as home:
        folder = home / "journal"
        with open_journal(folder) as journal:
            filled(folder, journal, 1)
        (folder / FILE).chmod(0o444)
        with pytest.raises(StageError, match="cannot be opened: Permission denied"):
            open_journal(folder)
        assert numbers(folder) == [1]
        (folder / FILE).chmod(0)
        with pytest.raises(StageError, match="Permission denied"):
            list(read_journal(folder))
        (folder / ".lock").chmod(0o444)
        with pytest.raises(StageError, match="cannot be written: Permission denied"):
            open_journal(folder)
        home.chmod(0o555)
        with pytest.raises(StageError, match="cannot be written: Permission denied"):
            open_journal(home / "other")


def test_a_sync_that_fails_takes_back_what_it_should_have_kept(tmp_path: Path) -> None:
    """All since the last sync is gone, in the file too; the next commit has the next number."""
    with open_journal(tmp_path) as journal:
        before = filled(tmp_path, journal, 2)
        add(journal, 3)
        sync = os.fsync

        def fails_once(handle: int) -> None:
            patch.setattr(os, "fsync", sync)
            failing(errno.EIO)(handle)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", fails_once)
            with pytest.raises(StageError, match="taken back: Input/output error") as error:
                journal.sync()
        assert "ist zurückgenommen" in error.value.text.de
        assert (tmp_path / FILE).read_bytes() == before
        assert journal.number == 2
        add(journal)
        journal.sync()
    assert numbers(tmp_path) == [1, 2, 3]


@pytest.mark.parametrize("call", ["fsync", "ftruncate"])
def test_a_journal_that_cannot_be_set_right_is_broken(tmp_path: Path, call: str) -> None:
    """If taking back fails as well nothing is accepted any more until a new start."""
    with open_journal(tmp_path) as journal:
        filled(tmp_path, journal, 2)
        add(journal, 1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", failing(errno.EIO))
            patch.setattr(os, call, failing(errno.EIO))
            with pytest.raises(StageError):
                journal.sync()
        attempts: list[Callable[[], object]] = [
            journal.sync,
            journal.cut,
            lambda: add(journal),
            lambda: journal.truncate(1),
        ]
        for attempt in attempts:
            with pytest.raises(StageError, match="accepts nothing more"):
                attempt()
    with open_journal(tmp_path) as journal:
        assert journal.number in (2, 3)
        assert numbers(tmp_path) == list(range(1, journal.number + 1))


def test_a_removed_folder_is_noticed(tmp_path: Path) -> None:
    """Neither an append nor a sync succeeds when nobody would find the file again."""
    folder = tmp_path / "journal"
    with open_journal(folder) as journal:
        filled(folder, journal, 2)
        add(journal)
        shutil.rmtree(folder)
        with pytest.raises(StageError, match="removed or replaced") as error:
            journal.sync()
        assert "entfernt oder ersetzt" in error.value.text.de
        with pytest.raises(StageError, match="removed or replaced"):
            add(journal)
        with pytest.raises(StageError, match="removed or replaced"):
            journal.truncate(1)
        assert not folder.exists()


def test_a_folder_that_comes_back_is_gone_on_with(tmp_path: Path) -> None:
    """Moved away and back, it has what was acknowledged, and takes new commits."""
    folder, away = tmp_path / "journal", tmp_path / "away"
    with open_journal(folder) as journal:
        filled(folder, journal, 2)
        add(journal)
        folder.rename(away)
        with pytest.raises(StageError):
            journal.sync()
        away.rename(folder)
        assert journal.number == 2
        add(journal)
        journal.sync()
    assert numbers(folder) == [1, 2, 3]


def test_a_replaced_file_is_noticed(tmp_path: Path) -> None:
    """A copy in its place, as a backup tool makes one, is not the file that is written."""
    with open_journal(tmp_path) as journal:
        content = filled(tmp_path, journal, 2)
        (tmp_path / FILE).unlink()
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(StageError, match="removed or replaced"):
            add(journal)
    assert (tmp_path / FILE).read_bytes() == content


@pytest.mark.parametrize("appended", [False, True])
@pytest.mark.parametrize("longer", [False, True])
def test_a_changed_file_is_noticed_and_left_alone(
    tmp_path: Path, appended: bool, longer: bool
) -> None:
    """If someone else has written to the file or cut it, we neither write to it nor cut it."""
    with open_journal(tmp_path) as journal:
        filled(tmp_path, journal, 2)
        if appended:
            add(journal)
        content = (tmp_path / FILE).read_bytes()
        content = content + b"x\n" if longer else content[:-5]
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(StageError, match="changed by someone else"):
            journal.sync() if appended else add(journal)
        with pytest.raises(StageError, match="changed by someone else"):
            journal.cut()
    assert (tmp_path / FILE).read_bytes() == content


def test_a_failed_truncation_leaves_the_journal_as_it_is(tmp_path: Path) -> None:
    """At whichever sync it fails, all is there, the journal goes on, and the next one works."""
    with open_journal(tmp_path) as journal:
        filled(tmp_path, journal, 5)
        sync, fails = os.fsync, 0
        for turn in range(20):
            left = [turn]

            def fsync(handle: int, left: list[int] = left) -> None:
                left[0] -= 1
                if left[0] < 0:
                    raise OSError(errno.EIO, os.strerror(errno.EIO))
                sync(handle)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(os, "fsync", fsync)
                try:
                    journal.truncate(journal.start + 1)
                except StageError as error:
                    assert "could not be truncated" in str(error)
                    fails += 1
            assert numbers(tmp_path) == list(range(1, journal.number + 1))
            add(journal)
            journal.sync()
            if not fails:
                break
            if left[0] > 0:
                break
        assert 4 <= fails <= 6
    assert numbers(tmp_path) == list(range(1, journal.number + 1))
    with open_journal(tmp_path) as journal:
        assert journal.message is None
