"""Writers are killed, and power is lost: what was acknowledged is there, all else whole or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.write.journals import add, numbers

from kg.write.journal import FILE, open_journal, read_journal

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("KG_TEST_KILLS", "4"))
POWER_LOSSES = int(os.environ.get("KG_TEST_POWER_LOSSES", "60"))
WRITER = """
import sys
from pathlib import Path
from random import Random
from tests.write.journals import add
from kg.write.journal import open_journal
random = Random(int(sys.argv[2]))
with open_journal(Path(sys.argv[1])) as journal:
    while True:
        add(journal, random.randint(1, 4), random.choice([1, 10, 300]))
        if random.random() < 0.1:
            journal.cut()
        else:
            journal.sync()
            print(journal.number, flush=True)
"""


def test_killed_writers_lose_nothing(tmp_path: Path) -> None:
    """After kill -9 at any moment all numbers that were printed are there, and none is half."""
    random = Random(1)
    acknowledged = 0
    for turn in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, tmp_path, str(turn)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            time.sleep(random.random() * 0.2)
            writer.send_signal(signal.SIGKILL)
            told = [line for line in (first + writer.stdout.read()).split("\n") if line]
        acknowledged = max(acknowledged, *map(int, told[:-1]), int(first))
        found = numbers(tmp_path)
        assert found == list(range(1, len(found) + 1))
        assert len(found) >= acknowledged
        acknowledged = len(found)
    with open_journal(tmp_path) as journal:
        assert journal.number == acknowledged


@dataclass
class Disk:
    """What the disk has of one file: as of the last sync, and each state of it since."""

    path: Path
    states: list[bytes] = field(default_factory=list)

    def written(self) -> None:
        if self.path.exists():
            self.states.append(self.path.read_bytes())

    def synced(self) -> None:
        self.states = [self.path.read_bytes()]

    def after_power_loss(self, random: Random, page: int) -> bytes:
        """Any length there was, each page as it was in any state, NUL where it had none."""
        lengths = {len(state) for state in self.states}
        longest = max(lengths)
        between = range(min(lengths) // page * page + page, longest, page)
        size = random.choice([*lengths, *between])
        pages = []
        for start in range(0, size, page):
            state = random.choice(self.states)
            end = min(start + page, size)
            pages.append(state[start:end].ljust(end - start, b"\0"))
        return b"".join(pages)


@contextmanager
def watched(path: Path) -> Iterator[Disk]:
    """Record what is written to `path` and what is synced."""
    disk = Disk(path)
    write, sync, cut = os.pwrite, os.fsync, os.ftruncate

    def is_it(handle: int) -> bool:
        return path.exists() and os.path.samestat(os.fstat(handle), path.stat())

    def pwrite(handle: int, data: bytes, offset: int) -> int:
        done = write(handle, data, offset)
        if is_it(handle):
            disk.written()
        return done

    def fsync(handle: int) -> None:
        sync(handle)
        if is_it(handle):
            disk.synced()

    def ftruncate(handle: int, length: int) -> None:
        cut(handle, length)
        if is_it(handle):
            disk.written()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "pwrite", pwrite)
        patch.setattr(os, "fsync", fsync)
        patch.setattr(os, "ftruncate", ftruncate)
        yield disk


@pytest.mark.parametrize("page", [512, 4096])
def test_power_losses_lose_nothing(tmp_path: Path, page: int) -> None:
    """Pages that were not synced are dropped or NUL in any combination, again and again.

    What was synced is there; of what was not there are whole commits in order, and it goes on.
    """
    random = Random(page)
    torn = partly = 0
    with watched(tmp_path / FILE) as disk:
        for _ in range(POWER_LOSSES):
            with open_journal(tmp_path) as journal:
                torn += journal.message is not None
                for _ in range(random.randint(1, 3)):
                    add(journal, random.randint(1, 4), random.choice([0, 1, 5, 40]))
                    if random.random() < 0.2:
                        journal.cut()
                    elif random.random() < 0.7:
                        journal.sync()
                synced, appended = journal._durable[0].number, journal.number
            if random.random() < 0.3:
                continue  # killed, with nothing lost: what was not synced is not yet on the disk
            disk.path.write_bytes(disk.after_power_loss(random, page))
            disk.states = [disk.path.read_bytes()]
            found = numbers(tmp_path)
            assert found == list(range(1, len(found) + 1))
            assert synced <= len(found) <= max(appended, synced + 4)
            partly += synced < len(found) < appended
            for left in tmp_path.glob("torn-*"):
                left.unlink()
    assert torn > POWER_LOSSES // 30
    assert partly > 0


def test_power_is_lost_again_while_the_torn_end_is_cut(tmp_path: Path) -> None:
    """Opening cuts and syncs; if power is lost before that sync, the next opening copes."""
    random = Random(2)
    with open_journal(tmp_path) as journal:
        add(journal, 2)
        journal.sync()
        add(journal, 2, size=60)
    torn = (tmp_path / FILE).read_bytes()[:-300]
    for _ in range(60):
        (tmp_path / FILE).write_bytes(torn)
        open_journal(tmp_path).close()
        disk = Disk(tmp_path / FILE, [torn, (tmp_path / FILE).read_bytes()])
        (tmp_path / FILE).write_bytes(disk.after_power_loss(random, 512))
        assert numbers(tmp_path) == [1, 2, 3]
        with open_journal(tmp_path) as journal:
            assert journal.number == 3


CALLS = ("fsync", "replace", "unlink", "mkdir", "open", "close", "pread", "rename")


def _die_at(count: int) -> None:
    """Make the process end without any cleaning up at the `count`-th call to the disk."""
    left = [count]

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                os._exit(9)
            return real(*args, **kwargs)

        return call

    for name in CALLS:
        setattr(os, name, dying(getattr(os, name)))


@pytest.mark.parametrize("left_archive", [False, True])
def test_a_crash_at_any_step_of_a_truncation_loses_nothing(
    tmp_path: Path, left_archive: bool
) -> None:
    """All commits are read afterwards, each once, and the truncation can be done again."""
    finished = steps = 0
    while not finished:
        folder = tmp_path / f"{steps}-{left_archive}"
        with open_journal(folder) as journal:
            add(journal, 6)
            journal.truncate(2)
            if left_archive:
                (folder / "archive" / "000003-000004.rdfp").write_bytes(b"left by a crash")
        child = os.fork()
        if not child:
            journal = open_journal(folder)
            _die_at(steps)
            journal.truncate(5)
            os._exit(0)
        finished = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert numbers(folder) == [1, 2, 3, 4, 5, 6]
        with open_journal(folder) as journal:
            assert journal.message is None
            assert journal.number == 6
            journal.truncate(5)
            assert journal.start == 5
            assert [each.number for each in journal.commits()] == [6]
        assert numbers(folder) == [1, 2, 3, 4, 5, 6]
        assert sorted(each.name for each in folder.glob("archive/*")) == [
            "000001-000002.rdfp",
            "000003-000005.rdfp",
        ]
        assert not list(folder.rglob("*.new"))
        steps += 1
    assert steps > 12


def test_a_truncation_syncs_before_it_names(tmp_path: Path) -> None:
    """A file is on the disk before it has its name, and the archive before the journal is cut."""
    calls: list[str] = []
    sync, replace = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        calls.append(f"sync {path.relative_to(tmp_path)}")
        sync(handle)

    def renamed(self: Path, target: Path) -> Path:
        calls.append(f"name {target.relative_to(tmp_path)}")
        return replace(self, target)

    with open_journal(tmp_path) as journal:
        add(journal, 3)
        journal.sync()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            patch.setattr(Path, "replace", renamed)
            journal.truncate(2)
    assert calls == [
        "sync .",
        "sync archive/000001-000002.rdfp.new",
        "name archive/000001-000002.rdfp",
        "sync archive",
        "sync commits.rdfp.new",
        "name commits.rdfp",
        "sync .",
    ]


def test_an_acknowledged_commit_was_synced(tmp_path: Path) -> None:
    """`sync` brings the file to the disk once, and not again when nothing was appended."""
    calls: list[int] = []
    sync = os.fsync

    def fsync(handle: int) -> None:
        sync(handle)
        calls.append(handle)

    with open_journal(tmp_path) as journal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        add(journal, 4)
        assert calls == []
        journal.sync()
        journal.sync()
        assert calls == [journal._handle]
    assert [each.number for each in read_journal(tmp_path)] == [1, 2, 3, 4]
