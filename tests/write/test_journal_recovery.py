"""A journal that was cut off anywhere opens; one that was damaged anywhere does not."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from tests.write.journals import add, filled, numbers

from kg.errors import StageError
from kg.write.journal import FILE, open_journal, read_journal
from kg.write.journal_chain import checksum, last_line
from kg.write.patch import encode

COUNT = 4
END = re.compile(rb"\n# checksum [0-9a-f]{64}\n")
Whole = tuple[bytes, list[int]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests open thousands of files; none of them is about what reaches the disk."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """The bytes of a journal of four commits, and where its first line and each record end."""
    folder = tmp_path_factory.mktemp("whole")
    with open_journal(folder) as journal:
        content = filled(folder, journal, COUNT, size=1)
    return content, [content.index(b"\n") + 1, *(found.end() for found in END.finditer(content))]


def refused(folder: Path) -> str:
    """What is said of damage when it is opened; a reader must say it as well."""
    with pytest.raises(StageError) as opened:
        open_journal(folder)
    with pytest.raises(StageError):
        list(read_journal(folder))
    return str(opened.value)


def test_every_beginning_of_a_file_has_its_whole_commits(tmp_path: Path, whole: Whole) -> None:
    """Cut after any byte, the file opens with the commits that end before; the rest is told."""
    content, ends = whole
    file = tmp_path / FILE
    for size in range(len(content) + 1):
        file.write_bytes(content[:size])
        complete = sum(end <= size for end in ends) - 1
        if complete >= 0:
            assert numbers(tmp_path) == list(range(1, complete + 1))
        with open_journal(tmp_path) as journal:
            assert journal.number == max(0, complete)
            assert (journal.message is None) == (size in ends)
            if not size % 16:
                add(journal, size=1)
                journal.sync()
                assert numbers(tmp_path) == list(range(1, max(0, complete) + 2))
        for each in tmp_path.glob("torn-*"):
            assert each.read_bytes() == content[ends[complete] : size]
            each.unlink()


def test_what_was_cut_is_told_and_kept(tmp_path: Path, whole: Whole) -> None:
    """The message says how much, after which commit, that nobody was told of it, and where."""
    content, ends = whole
    (tmp_path / FILE).write_bytes(content[:-10])
    moment = datetime(2026, 11, 21, 14, 30, 5, tzinfo=UTC)
    with open_journal(tmp_path, clock=lambda: moment) as journal:
        said = journal.message
    assert said is not None
    size = len(content) - 10 - ends[-2]
    assert f"{size} bytes after commit 3 were cut" in said.en
    assert "never acknowledged" in said.en
    assert f"{size} Bytes nach Commit 3 wurden abgeschnitten" in said.de
    (torn,) = tmp_path.glob("torn-*")
    assert torn.name in said.en
    assert torn.name in said.de
    assert torn.read_bytes() == content[ends[-2] : -10]


def test_any_changed_byte_is_found(tmp_path: Path, whole: Whole) -> None:
    """Another bit, NUL or a line break in any place stops the start."""
    content = whole[0]
    file = tmp_path / FILE
    random = Random(11)
    for at, there in enumerate(content):
        others = {there ^ (1 << random.randrange(8)), random.choice([0, 10])} - {there}
        for other in others:
            file.write_bytes(content[:at] + bytes([other]) + content[at + 1 :])
            with pytest.raises(StageError):
                open_journal(tmp_path).close()
    assert not list(tmp_path.glob("torn-*"))


def test_a_reader_finds_changed_bytes_too(tmp_path: Path, whole: Whole) -> None:
    """Reading raises as opening does, and yields no commit from the damage on."""
    content, ends = whole
    random = Random(12)
    for at in random.sample(range(len(content)), 40):
        changed = content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :]
        (tmp_path / FILE).write_bytes(changed)
        found: list[int] = []
        with pytest.raises(StageError):
            found.extend(commit.number for commit in read_journal(tmp_path))
        assert len(found) <= sum(end <= at for end in ends)


def test_removed_and_added_pieces_are_found(tmp_path: Path, whole: Whole) -> None:
    """A piece that is missing, doubled or exchanged with another stops the start."""
    content, ends = whole
    first, records = content[: ends[0]], [content[a:b] for a, b in pairwise(ends)]
    random = Random(5)
    pieces = [
        first + records[0] + records[2] + records[3],
        first + b"".join(records[1:]),
        first + records[1] + records[0] + records[2] + records[3],
        first + records[0] * 2 + b"".join(records[1:]),
        content + records[3],
        content + b"x",
        content + b"\n",
        b"".join(records),
        first * 2 + b"".join(records),
    ]
    for _ in range(200):
        start, end = sorted(random.sample(range(ends[-2]), 2))
        pieces.append(content[:start] + content[end:])
        pieces.append(content[:end] + content[start:])
    for piece in pieces:
        (tmp_path / FILE).write_bytes(piece)
        if piece != content:
            with pytest.raises(StageError):
                open_journal(tmp_path)
    refused(tmp_path)


def test_damage_is_told_with_its_place_and_the_advice_is_true(tmp_path: Path, whole: Whole) -> None:
    """Byte, line and commit are named; cut there as advised, the journal opens up to it."""
    content, ends = whole
    file = tmp_path / FILE
    at = content.index(b"Commit 3")
    file.write_bytes(content[:at] + b"X" + content[at + 1 :])
    said = refused(tmp_path)
    line = content[: ends[2]].count(b"\n") + 1
    assert f"{file}:{line}: " in said
    assert f"damaged from byte {ends[2]} on, in commit 3; up to commit 2" in said
    assert f"truncate -s {ends[2]} {file}" in said
    assert f"{len(content) - ends[2]} bytes" in said
    with file.open("r+b") as handle:
        handle.truncate(ends[2])
    with open_journal(tmp_path) as journal:
        assert (journal.number, journal.message) == (2, None)


@pytest.mark.parametrize("kept", [0, 1, 700, 512, 1024])
@pytest.mark.parametrize("zeros", [1, 511, 512, 4096, 9000])
def test_pages_that_never_reached_the_disk_are_a_torn_end(
    tmp_path: Path, whole: Whole, kept: int, zeros: int
) -> None:
    """NUL to the end of the file, from a sector or the end of a record on, was not synced."""
    content, ends = whole
    start = ends[-2] + kept if kept < 512 else (ends[-2] // 512 + kept // 512) * 512
    start = ends[-2] if kept == 0 else start
    (tmp_path / FILE).write_bytes(content[:start] + bytes(zeros))
    if start != ends[-2] and start % 512:
        assert "damaged" in refused(tmp_path)
        return
    assert numbers(tmp_path) == [1, 2, 3]
    with open_journal(tmp_path) as journal:
        assert journal.number == 3
        assert journal.message is not None


def test_a_hole_in_a_record_that_ends_is_a_torn_end(tmp_path: Path) -> None:
    """The last page of a record may be on the disk and one before it not."""
    with open_journal(tmp_path) as journal:
        content = bytearray(filled(tmp_path, journal, 3, size=60))
    hole = content.index(b"Commit 3") // 512 * 512 + 1024
    content[hole : hole + 1024] = bytes(1024)
    (tmp_path / FILE).write_bytes(content)
    assert numbers(tmp_path) == [1, 2]
    with open_journal(tmp_path) as journal:
        assert journal.number == 2


@pytest.mark.parametrize("together", [True, False])
def test_a_hole_before_whole_records_is_torn_only_if_nobody_was_told(
    tmp_path: Path, together: bool
) -> None:
    """Records of one group may reach the disk in any order; what was synced may not be lost."""
    with open_journal(tmp_path) as journal:
        add(journal, 2, size=60)
        journal.sync()
        add(journal, 1, size=60)
        if not together:
            journal.sync()
        add(journal, 1, size=60)
        journal.sync()
    content = bytearray((tmp_path / FILE).read_bytes())
    hole = content.index(b"Commit 3") // 512 * 512 + 1024
    content[hole : hole + 512] = bytes(512)
    (tmp_path / FILE).write_bytes(content)
    if together:
        assert numbers(tmp_path) == [1, 2]
        with open_journal(tmp_path) as journal:
            assert journal.number == 2
    else:
        assert "in commit 3" in refused(tmp_path)


def test_a_hole_that_reaches_into_a_last_line_is_a_torn_end(tmp_path: Path) -> None:
    """Of a record only the end of its checksum is on the disk, and nothing of the next one."""
    with open_journal(tmp_path) as journal:
        filled(tmp_path, journal, 2)
        sizes = iter(range(60, 200))
        add(journal, 1, size=next(sizes))
        end = (tmp_path / FILE).stat().st_size
        while not 1 <= end % 512 <= 60:
            journal.cut()
            add(journal, 1, size=next(sizes))
            end = (tmp_path / FILE).stat().st_size
        add(journal, 1, size=60)
    content = bytearray((tmp_path / FILE).read_bytes())
    start = end // 512 * 512
    content[start - 512 : start] = bytes(512)
    content[end : start + 512] = bytes(start + 512 - end)
    (tmp_path / FILE).write_bytes(content)
    assert numbers(tmp_path) == [1, 2]
    with open_journal(tmp_path) as journal:
        assert journal.number == 2


def test_a_hole_among_old_commits_is_damage(tmp_path: Path) -> None:
    """A sector that reads as NUL in the middle of what was acknowledged is no torn end."""
    with open_journal(tmp_path) as journal:
        for _ in range(12):
            add(journal, size=20)
            journal.sync()
    content = bytearray((tmp_path / FILE).read_bytes())
    content[4096:8192] = bytes(4096)
    (tmp_path / FILE).write_bytes(content)
    assert "damaged from byte" in refused(tmp_path)


@pytest.mark.parametrize(("number", "prev"), [(3, None), (1, None), (2, "urn:uuid:other"), (2, "")])
def test_a_record_in_the_wrong_place_is_damage(
    tmp_path: Path, number: int, prev: str | None
) -> None:
    """A right checksum is not enough: the number is the next, the one before is named."""
    with open_journal(tmp_path) as journal:
        content = filled(tmp_path, journal, 1)
    (first,) = read_journal(tmp_path)
    forged = replace(first, number=number, identifier="urn:uuid:forged")
    before = first.identifier if prev is None else prev
    record = encode(forged, prev=before, durable=1)[1]
    (tmp_path / FILE).write_bytes(content + record + last_line(checksum(first.checksum, record)))
    assert "damaged from byte" in refused(tmp_path)
    record = encode(replace(forged, number=2), prev=first.identifier, durable=1)[1]
    (tmp_path / FILE).write_bytes(content + record + last_line(checksum(first.checksum, record)))
    assert [each.number for each in read_journal(tmp_path)] == [1, 2]


def test_a_whole_record_of_an_unknown_form_is_told(tmp_path: Path) -> None:
    """As from a newer program: it is neither cut nor skipped, and the message says which."""
    with open_journal(tmp_path) as journal:
        content = filled(tmp_path, journal, 1)
    (first,) = read_journal(tmp_path)
    record = encode(replace(first, number=2), prev=first.identifier, durable=1)[1]
    record = record.replace(b"TC .\n", b"PA <https://example.org/> .\nTC .\n")
    (tmp_path / FILE).write_bytes(content + record + last_line(checksum(first.checksum, record)))
    with pytest.raises(StageError, match="Commit 2 is whole but of a form"):
        list(read_journal(tmp_path))
    with open_journal(tmp_path) as journal, pytest.raises(StageError, match="Commit 2 is whole"):
        list(journal.commits())


def test_a_file_that_is_none_is_left_alone(tmp_path: Path) -> None:
    """What is not a journal, a folder, or of another layout stops the start and stays."""
    for content in (b"hello\n", b"\x00" * 300, b"# kg journal\n", b"TX .\nTC .\n" * 40):
        (tmp_path / FILE).write_bytes(content)
        assert "first line" in refused(tmp_path)
        assert (tmp_path / FILE).read_bytes() == content
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    refused(tmp_path)
