"""The history is paged newest first, and differences between states are those of the commits."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Tiny
from tests.helpers import TINY
from tests.write.committed import GRAPH, ONE, add, commit, quads, remove, texts

from kg.errors import StageError
from kg.publish.build import build
from kg.settings import Project
from kg.write import history
from kg.write.change import About, Change
from kg.write.difference import diff, state_of
from kg.write.faults import WriteError
from kg.write.journal import FILE, FOLDER, open_journal

STEPS = [add("g", f"e:x e:knows e:y{number}") for number in range(30)]


def numbers(found: list[dict[str, Any]]) -> list[int]:
    return [each["number"] for each in found]


@pytest.fixture
def project(tiny: Tiny) -> Project:
    """A project that is not built yet."""
    return tiny(TINY)


def test_entries_are_paged_newest_first(project: Project) -> None:
    """Each page goes on where the one before ended; beyond the first commit there is nothing."""
    assert history.entries(project) == []
    commit(project, STEPS)
    assert numbers(history.entries(project)) == list(range(30, 0, -1))
    assert numbers(history.entries(project, limit=4)) == [30, 29, 28, 27]
    assert numbers(history.entries(project, before=27, limit=4)) == [26, 25, 24, 23]
    assert numbers(history.entries(project, before=3, limit=4)) == [2, 1]
    assert numbers(history.entries(project, before=99, limit=2)) == [30, 29]
    for before, limit in ((1, 5), (0, 5), (-3, 5), (5, 0), (5, -1)):
        assert history.entries(project, before=before, limit=limit) == []


def test_entry_says_who_when_and_how_much(project: Project) -> None:
    """Counts are by graph; the default graph has no name."""
    there = add("g", "e:a e:knows e:b , e:c").added
    plain = [type(quad)(quad.subject, quad.predicate, quad.object) for quad in there]
    change = Change(there, (*quads("h", "e:a e:knows e:b"), *plain[:1]), (), ("urn:x",))
    with open_journal(project.root / FOLDER) as journal:
        about = About("anna", "revert", "zurück\n", "urn:doc", ONE, 3)
        made = journal.append(about, change)
        journal.sync()
    (found,) = history.entries(project)
    assert found == history.entry(made) == history.entry(history.commit(project, 1))
    assert (found["agent"], found["kind"], found["note"]) == ("anna", "revert", "zurück\n")
    assert (found["source"], found["contribution"], found["reverts"]) == ("urn:doc", ONE, 3)
    assert (found["added"], found["removed"], found["dropped"]) == (2, 2, ["urn:x"])
    assert found["graphs"] == [
        {"graph": None, "added": 0, "removed": 1},
        {"graph": f"{GRAPH}g", "added": 2, "removed": 0},
        {"graph": f"{GRAPH}h", "added": 0, "removed": 1},
    ]


def test_archived_commits_are_in_the_history(project: Project) -> None:
    """After truncation pages go on into the archive; if that is taken away, they end there."""
    commit(project, STEPS)
    folder = project.root / FOLDER
    with open_journal(folder) as journal:
        journal.truncate(28)
    assert history.live_from(folder) == 28
    assert numbers(history.entries(project, limit=4)) == [30, 29, 28, 27]
    assert history.commit(project, 5).number == 5
    shutil.rmtree(folder / "archive")
    assert numbers(history.entries(project, limit=4)) == [30, 29]
    with open_journal(folder) as journal:
        journal.truncate(30)
    shutil.rmtree(folder / "archive")
    assert history.entries(project) == []
    assert state_of(project, "now").number == 30


def test_commit_that_is_being_written_is_not_there_yet(project: Project) -> None:
    """Half a record at the end is passed over."""
    commit(project, STEPS)
    path = project.root / FOLDER / FILE
    path.write_bytes(path.read_bytes()[:-10])
    assert numbers(history.entries(project, limit=2)) in ([29, 28], [29])
    assert state_of(project, "now").number == 29


def test_last_number_of_a_long_record(project: Project) -> None:
    """The header of the last record is found though its statements fill many blocks."""
    many = " , ".join(f'"{number:01000}"' for number in range(300))
    commit(project, [STEPS[0], add("g", f"e:x e:y {many}")])
    assert history.last_number(project.root / FOLDER) == 2
    assert numbers(history.entries(project, limit=1)) == [2]


@pytest.mark.parametrize("number", [0, -1, 31, 10**20])
def test_unknown_commit_is_not_found(project: Project, number: int) -> None:
    """Neither before the first nor after the last is there a commit."""
    commit(project, STEPS)
    with pytest.raises(WriteError) as raised:
        history.commit(project, number)
    assert raised.value.fault == "not-found"


def test_undone_commits(project: Project) -> None:
    """A commit is undone by its revert, and no longer when that is reverted in turn."""
    with open_journal(project.root / FOLDER) as journal:
        for reverts in (0, 0, 1, 2, 3):
            about = About("anna", "revert" if reverts else "update", reverts=reverts)
            journal.append(about, STEPS[0])
        journal.sync()
    assert history.undone(project) == {2: 4, 3: 5}


def test_verify_reads_everything(project: Project) -> None:
    """It gives the last commit; a changed byte in the archive or the journal is found."""
    assert history.verify(project) is None
    made = commit(project, STEPS)
    folder = project.root / FOLDER
    with open_journal(folder) as journal:
        archive = journal.truncate(20)
    last = history.verify(project)
    assert last is not None
    assert last.checksum == made[-1].checksum
    assert archive is not None
    for path in (archive, folder / FILE):
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b"knows", b"knOws", 1))
        with pytest.raises(StageError):
            history.verify(project)
        path.write_bytes(whole)


def test_archive_of_another_journal_is_found(tmp_path: Path, tiny: Tiny) -> None:
    """An archive that is whole but of another history does not fit to the journal."""
    project = tiny(TINY)
    other = Project(root=tmp_path / "other", title="", base="urn:kg:")
    other.root.mkdir()
    for each in (project, other):
        commit(each, STEPS)
        with open_journal(each.root / FOLDER) as journal:
            journal.truncate(20)
    (name,) = (path.name for path in (other.root / FOLDER / "archive").iterdir())
    shutil.copy(other.root / FOLDER / "archive" / name, project.root / FOLDER / "archive" / name)
    with pytest.raises(StageError):
        history.verify(project)


def test_difference_is_net(project: Project) -> None:
    """What came and went again is not in it; backwards it is the inverse."""
    one, other = "e:a e:knows e:b", "e:a e:knows e:c"
    commit(project, [add("g", one), add("g", other), remove("g", one), add("h", one)])
    change = diff(project, "0", "now")
    assert texts(change.added) == texts((*quads("g", other), *quads("h", one)))
    assert change.removed == ()
    assert diff(project, "now", "0") == change.inverse()
    assert texts(diff(project, "1", "3").removed) == texts(quads("g", one))
    assert not diff(project, "2", "2")


def test_states_are_found_by_time(project: Project) -> None:
    """A day is its end, a time is to the millisecond; before the first commit it is 0."""
    made = commit(project, STEPS[:3])
    day = made[-1].time[:10]
    assert state_of(project, day).number == 3
    assert state_of(project, made[-1].time).number == 3
    assert state_of(project, "2000-01-01").number == 0
    assert state_of(project, f"{day}T00:00:00+14:00").number == 0


@pytest.mark.parametrize(
    "name",
    ["31", "x", "", "-1", "..", "current", "2026-13-01", "2026-11-21T99:00:00Z", "a/b", "\0"],
)
def test_unknown_state_is_not_found(project: Project, name: str) -> None:
    """What is neither number, day, time nor version is said not to be there."""
    commit(project, STEPS)
    with pytest.raises(WriteError) as raised:
        diff(project, name, "now")
    assert raised.value.fault == "not-found"


def test_versions_of_different_files_are_compared(project: Project) -> None:
    """Between two builds there are no commits; what the files say differently is the difference."""
    first = build(project).path
    path = project.root / "data/a.ttl"
    path.write_text(path.read_text() + "e:a e:knows e:d .\n")
    second = build(project).path
    assert first is not None
    assert second is not None
    change = diff(project, first.name, second.name)
    assert texts(change.added) == texts(quads("a", "e:a e:knows e:d"))
    assert change.removed == ()
    assert diff(project, second.name, first.name).removed == change.added
    commit(project, STEPS[:1])
    with pytest.raises(WriteError) as raised:
        diff(project, first.name, "now")
    assert raised.value.fault == "conflict"
    assert len(diff(project, second.name, "now").added) == 1
