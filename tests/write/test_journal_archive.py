"""Older commits move into archives: they are read as before, and what is missing is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.write.journals import add, filled, numbers

from kg.errors import StageError
from kg.write.journal import FILE, open_journal, read_journal


def truncated(folder: Path, *uptos: int, count: int = 9) -> None:
    """Fill a journal with `count` commits, then move those up to each number into an archive."""
    with open_journal(folder) as journal:
        filled(folder, journal, count)
        for upto in uptos:
            path = journal.truncate(upto)
            assert path is not None
            assert path.parent == folder / "archive"


def test_archives_are_read_like_the_journal(tmp_path: Path) -> None:
    """Numbers, times, checksums and statements are the same before and after."""
    with open_journal(tmp_path) as journal:
        before = add(journal, 9)
        checksum = journal.checksum
        journal.truncate(2)
        journal.truncate(6)
        assert (journal.start, journal.number, journal.checksum) == (6, 9, checksum)
        assert [each.number for each in journal.commits()] == [7, 8, 9]
        before += add(journal, 1)
        journal.sync()
    assert list(read_journal(tmp_path)) == before
    for after in range(11):
        for upto in range(11):
            assert numbers(tmp_path, after=after, upto=upto) == list(range(after + 1, upto + 1))


def test_all_commits_may_be_archived(tmp_path: Path) -> None:
    """Then the journal goes on with the next number, the chain and the time."""
    truncated(tmp_path, 9)
    assert (tmp_path / FILE).read_bytes().count(b"\n") == 1
    with open_journal(tmp_path) as journal:
        assert (journal.start, journal.number, journal.message) == (9, 9, None)
        assert list(journal.commits()) == []
        found = add(journal)[0]
        journal.sync()
    *_, last, after = read_journal(tmp_path)
    assert after == found
    assert last.time <= after.time
    assert numbers(tmp_path) == list(range(1, 11))


def test_a_reader_that_began_before_ends_as_it_began(tmp_path: Path) -> None:
    """A truncation and further commits between two steps of a reader do not disturb it."""
    with open_journal(tmp_path) as journal:
        filled(tmp_path, journal, 9)
        journal.truncate(3)
        reader = read_journal(tmp_path)
        found = [next(reader).number]
        journal.truncate(8)
        add(journal, 2)
        journal.sync()
        found += [each.number for each in reader]
    assert found == list(range(1, 10))


def test_an_archive_is_a_journal_by_itself(tmp_path: Path) -> None:
    """Put in place of the journal it opens, and has what it had."""
    truncated(tmp_path, 4, 7)
    for name, expected in (("000001-000004", [1, 2, 3, 4]), ("000005-000007", [5, 6, 7])):
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(tmp_path / "archive" / f"{name}.rdfp", folder / FILE)
        assert numbers(folder) == expected
        with open_journal(folder) as journal:
            assert (journal.start, journal.number) == (expected[0] - 1, expected[-1])


def test_the_oldest_archives_may_be_removed(tmp_path: Path) -> None:
    """Reading begins with the oldest that is kept, but who asks for one before is told."""
    truncated(tmp_path, 2, 4, 6)
    (tmp_path / "archive" / "000001-000002.rdfp").unlink()
    assert numbers(tmp_path) == [3, 4, 5, 6, 7, 8, 9]
    assert numbers(tmp_path, after=2) == [3, 4, 5, 6, 7, 8, 9]
    with pytest.raises(StageError, match="Commits 2 to 6 are missing"):
        numbers(tmp_path, after=1)
    assert numbers(tmp_path, upto=1) == []
    open_journal(tmp_path).close()


def test_a_gap_between_archives_is_told(tmp_path: Path) -> None:
    """Commits in the middle are not left out silently."""
    truncated(tmp_path, 2, 4, 6)
    (tmp_path / "archive" / "000003-000004.rdfp").unlink()
    with pytest.raises(StageError, match="Commits 3 to 6 are missing"):
        numbers(tmp_path)
    assert numbers(tmp_path, after=4) == [5, 6, 7, 8, 9]
    assert numbers(tmp_path, after=6) == [7, 8, 9]
    shutil.rmtree(tmp_path / "archive")
    assert numbers(tmp_path) == [7, 8, 9]
    with pytest.raises(StageError, match="Commits 2 to 6 are missing"):
        numbers(tmp_path, after=1)


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    """With its file and line; one that was cut off as well, and one of another journal."""
    truncated(tmp_path, 4)
    path = tmp_path / "archive" / "000001-000004.rdfp"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"Commit 3", b"Commit 8"))
    with pytest.raises(StageError, match=r"000004\.rdfp:\d+: The journal is damaged .* commit 3"):
        numbers(tmp_path)
    path.write_bytes(content[:-20])
    with pytest.raises(StageError, match="in commit 4"):
        numbers(tmp_path)
    path.write_bytes(content[: content.index(b"H id", content.index(b"Commit 3"))])
    with pytest.raises(StageError, match="Commits 4 to 4 are missing"):
        numbers(tmp_path)
    truncated(tmp_path / "other", 4)
    shutil.copy(tmp_path / "other" / "archive" / path.name, path)
    with pytest.raises(StageError, match=r"000004\.rdfp"):
        numbers(tmp_path)
    path.write_bytes(content)
    assert numbers(tmp_path) == list(range(1, 10))


@pytest.mark.parametrize("older", [None, b"", b"# kg journal, layout 1: RDF"])
def test_a_journal_without_its_file_is_not_begun_anew(tmp_path: Path, older: bytes | None) -> None:
    """If there are archives, commits would be lost silently: the start is stopped."""
    truncated(tmp_path, 4)
    (tmp_path / FILE).unlink()
    if older is not None:
        (tmp_path / FILE).write_bytes(older)
    with pytest.raises(StageError, match="archives up to commit 4"):
        open_journal(tmp_path)


def test_an_older_journal_beside_newer_archives_is_not_gone_on_with(tmp_path: Path) -> None:
    """A file brought back from before has fewer commits than the archives: that is told."""
    with open_journal(tmp_path) as journal:
        old = filled(tmp_path, journal, 3)
        filled(tmp_path, journal, 4)
        journal.truncate(6)
    (tmp_path / FILE).write_bytes(old)
    with pytest.raises(StageError, match="Commits 4 to 6 are missing"):
        open_journal(tmp_path)
