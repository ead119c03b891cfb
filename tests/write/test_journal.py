"""The journal takes commits in order, gives them back, and is written by one process alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.write.journals import about_of, add, change_of, filled, numbers

from kg.errors import StageError, UsageError
from kg.write.change import Change, Commit
from kg.write.journal import FILE, Journal, open_journal, read_journal

START = datetime(2026, 11, 21, 14, tzinfo=UTC)


def test_commits_come_back_after_reopening(tmp_path: Path) -> None:
    """What was appended is there as it was, in a new journal and in a reader, and goes on."""
    folder = tmp_path / "deep" / "journal"
    with open_journal(folder) as journal:
        assert (journal.number, journal.start, journal.message) == (0, 0, None)
        assert journal.checksum == "0" * 64
        written = add(journal, 5)
        journal.sync()
    with open_journal(folder) as journal:
        assert journal.message is None
        assert list(journal.commits()) == list(read_journal(folder)) == written
        assert (journal.number, journal.checksum) == (5, written[-1].checksum)
        written += add(journal, 2)
        journal.sync()
        assert list(journal.commits()) == list(read_journal(folder)) == written
    assert [each.number for each in written] == [1, 2, 3, 4, 5, 6, 7]
    assert len({each.identifier for each in written}) == 7


def test_a_journal_that_is_not_there_has_no_commits(tmp_path: Path) -> None:
    """Reading makes no file and finds nothing."""
    assert list(read_journal(tmp_path / "journal")) == []
    assert list(tmp_path.iterdir()) == []


def test_what_lies_between_two_numbers_is_read(tmp_path: Path) -> None:
    """`after` is left out, `upto` is in; numbers that are not there are no fault."""
    with open_journal(tmp_path) as journal:
        filled(tmp_path, journal, 6)
    assert numbers(tmp_path, after=2, upto=4) == [3, 4]
    assert numbers(tmp_path, after=4) == [5, 6]
    assert numbers(tmp_path, upto=1) == [1]
    assert numbers(tmp_path, after=6) == numbers(tmp_path, after=9) == []
    assert numbers(tmp_path, upto=0) == numbers(tmp_path, after=4, upto=4) == []
    assert numbers(tmp_path, upto=99) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("last", "sizes"), [(2500, (1,)), (25, (3000, 1, 1, 40, 1)), (40, (0, 900))]
)
def test_a_commit_is_found_in_a_long_file(
    tmp_path: Path, last: int, sizes: tuple[int, ...]
) -> None:
    """Whatever the lengths of the records, reading after a number begins exactly behind it."""
    with open_journal(tmp_path) as journal:
        for number in range(1, last + 1):
            add(journal, size=sizes[number % len(sizes)])
        assert (tmp_path / FILE).stat().st_size > 1 << 20
    random = Random(7)
    for after in (0, 1, 2, last - 2, last - 1, last, *random.sample(range(last), 12)):
        assert numbers(tmp_path, after=after, upto=after + 2) == [
            each for each in (after + 1, after + 2) if each <= last
        ]


def test_the_checksum_covers_all_before(tmp_path: Path) -> None:
    """It is BLAKE2b, which b2sum computes as well, of the last checksum and the record."""
    with open_journal(tmp_path) as journal:
        lines = filled(tmp_path, journal, 3).splitlines(keepends=True)[1:]
    before, content = "0" * 64, b""
    found: list[str] = []
    for line in lines:
        if line.startswith(b"# checksum "):
            before = blake2b(before.encode() + content, digest_size=32).hexdigest()
            assert line == b"# checksum " + before.encode() + b"\n"
            found, content = [*found, before], b""
        else:
            content += line
    assert found == [each.checksum for each in read_journal(tmp_path)]
    assert len(found) == 3


def test_what_was_not_synced_can_be_taken_back(tmp_path: Path) -> None:
    """`cut` goes back to the last `sync`, in the file too; then other commits follow."""
    with open_journal(tmp_path) as journal:
        kept = add(journal, 2)
        journal.sync()
        size, checksum = (tmp_path / FILE).stat().st_size, journal.checksum
        add(journal, 3)
        journal.cut()
        assert (journal.number, journal.checksum) == (2, checksum)
        assert (tmp_path / FILE).stat().st_size == size
        journal.cut()
        journal.sync()
        kept.append(journal.append(about_of(3), change_of(3)))
        journal.sync()
        assert list(journal.commits()) == kept
    assert list(read_journal(tmp_path)) == kept


def test_times_never_go_backwards(tmp_path: Path) -> None:
    """With a clock that does, a commit gets the time of the one before, and opening says so."""
    hours = iter([0, 0, 2, 1, -48, 3])
    with open_journal(tmp_path, clock=lambda: START + timedelta(hours=next(hours))) as journal:
        times = [each.time for each in add(journal, 5)]
        journal.sync()
    late = "2026-11-21T16:00:00.000Z"
    assert times == ["2026-11-21T14:00:00.000Z", late, late, late, "2026-11-21T17:00:00.000Z"]
    with open_journal(tmp_path, clock=lambda: START) as journal:
        assert journal.message is not None
        assert "2026-11-21T17:00:00.000Z" in journal.message.de
        assert "The clock is slow" in journal.message.en
        assert add(journal)[0].time == "2026-11-21T17:00:00.000Z"
    with open_journal(tmp_path, clock=lambda: START + timedelta(hours=4)) as journal:
        assert journal.message is None


def test_the_time_is_utc_whatever_the_zone_of_the_clock(tmp_path: Path) -> None:
    """A clock of another zone gives the same times."""
    here = START.astimezone(tz=None)
    with open_journal(tmp_path, clock=lambda: here) as journal:
        assert add(journal)[0].time == "2026-11-21T14:00:00.000Z"


def test_one_process_writes(tmp_path: Path) -> None:
    """A second writer, in this process or another, is told who has the journal."""
    with open_journal(tmp_path) as journal:
        add(journal)
        with pytest.raises(StageError, match=f"process {os.getpid()}"):
            open_journal(tmp_path)
        code = (
            "from pathlib import Path; from kg.write.journal import open_journal; "
            f"open_journal(Path({str(tmp_path)!r}))"
        )
        command = [sys.executable, "-c", code]
        other = subprocess.run(command, capture_output=True, text=True, check=False)
        assert other.returncode == 1
        assert f"process {os.getpid()}" in other.stderr
        assert numbers(tmp_path) == [1]
    with open_journal(tmp_path) as journal:
        assert journal.number == 1


def test_a_failed_opening_gives_the_lock_back(tmp_path: Path) -> None:
    """After damage was refused, and mended, the journal opens in the same process."""
    with open_journal(tmp_path) as journal:
        content = filled(tmp_path, journal, 2)
    (tmp_path / FILE).write_bytes(content.replace(b"Commit 1", b"Commit 7"))
    with pytest.raises(StageError):
        open_journal(tmp_path)
    (tmp_path / FILE).write_bytes(content)
    with open_journal(tmp_path) as journal:
        assert journal.number == 2


def test_a_closed_journal_says_so(tmp_path: Path) -> None:
    """Every call after `close` raises, and a second `close` does nothing."""
    journal = open_journal(tmp_path)
    journal.close()
    journal.close()
    for call in (journal.sync, journal.cut, lambda: add(journal), lambda: journal.truncate(0)):
        with pytest.raises(StageError, match="closed"):
            call()


def test_commits_are_read_while_a_writer_writes_and_takes_back(tmp_path: Path) -> None:
    """A reader never sees half a commit, a gap or damage, and all that was synced before."""
    done = threading.Event()
    synced = [0]
    journal = open_journal(tmp_path)

    def write() -> None:
        random = Random(3)
        for _ in range(400):
            add(journal, random.randint(1, 3), random.choice([1, 3, 400]))
            if random.random() < 0.4:
                journal.cut()
            else:
                journal.sync()
                synced[0] = journal.number
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    rounds = 0
    while not done.is_set():
        least = synced[0]
        after = max(0, least - 20)
        found = numbers(tmp_path, after=after, upto=least)
        assert found == list(range(after + 1, least + 1))
        beyond = [commit.number for commit in read_journal(tmp_path, after=after)]
        assert beyond == list(range(after + 1, after + 1 + len(beyond)))
        rounds += 1
    thread.join()
    journal.close()
    assert rounds > 5
    assert numbers(tmp_path) == list(range(1, synced[0] + 1))


def test_what_is_taken_back_under_a_reader_is_no_damage(tmp_path: Path) -> None:
    """Who has read a commit that is taken back then reads no further, and hears of no damage."""
    journal = open_journal(tmp_path)
    add(journal, 1, 1)
    journal.sync()
    add(journal, 20, 2000)
    reader = read_journal(tmp_path)
    assert [next(reader).number, next(reader).number] == [1, 2]
    journal.cut()
    add(journal, 15, 2100)
    journal.sync()
    seen = [commit.number for commit in reader]
    assert seen == list(range(3, 3 + len(seen)))
    assert len(seen) < 19
    assert numbers(tmp_path) == list(range(1, 17))
    journal.close()


class Histories(RuleBasedStateMachine):
    """Appends, syncs, takings back, truncations and new beginnings, beside a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.home = tempfile.TemporaryDirectory()
        self.folder = Path(self.home.name)
        self.synced: list[Commit] = []
        self.since: list[Commit] = []
        self.start = 0

    @initialize()
    def begin(self) -> None:
        self.journal: Journal = open_journal(self.folder)

    @rule(count=st.integers(1, 3))
    def append(self, count: int) -> None:
        self.since += add(self.journal, count, 1)

    @rule()
    def empty(self) -> None:
        about = replace(about_of(0), note="")
        self.since.append(self.journal.append(about, Change()))

    @rule()
    def sync(self) -> None:
        self.journal.sync()
        self.synced, self.since = self.synced + self.since, []

    @rule()
    def cut(self) -> None:
        self.journal.cut()
        self.since = []

    @rule(back=st.integers(0, 5))
    def truncate(self, back: int) -> None:
        upto = max(0, len(self.synced) + len(self.since) - back)
        archived = self.journal.truncate(upto)
        self.synced, self.since = self.synced + self.since, []
        assert (archived is None) == (upto <= self.start)
        self.start = max(self.start, upto)

    @rule()
    def beyond(self) -> None:
        self.sync()
        with pytest.raises(UsageError):
            self.journal.truncate(len(self.synced) + 1)

    @rule()
    def again(self) -> None:
        """A new beginning takes what is in the file as it is: all was written whole."""
        self.journal.close()
        self.synced, self.since = self.synced + self.since, []
        self.journal = open_journal(self.folder)
        assert self.journal.message is None

    @invariant()
    def all_is_there(self) -> None:
        if not hasattr(self, "journal"):
            return
        everything = self.synced + self.since
        assert self.journal.number == len(everything)
        assert self.journal.start == self.start
        assert list(self.journal.commits()) == everything[self.start :]
        assert list(read_journal(self.folder)) == everything
        middle = len(everything) // 2
        assert list(read_journal(self.folder, after=middle)) == everything[middle:]
        assert all(first.time <= second.time for first, second in pairwise(everything))

    def teardown(self) -> None:
        if hasattr(self, "journal"):
            self.journal.close()
        self.home.cleanup()


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    deadline=None,
    max_examples=60,
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow],
)
