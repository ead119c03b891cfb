"""A backup holds all that was acknowledged, also while a writer goes on, and restores as it was."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import Tiny
from tests.helpers import TINY
from tests.write.committed import ONE, add, commit

from kg.errors import KgError, ProjectError, StageError, UsageError
from kg.settings import Project, read_project
from kg.write import backup_journal, submissions
from kg.write.backup import backup
from kg.write.change import About
from kg.write.history import entries, verify
from kg.write.journal import FILE, FOLDER, open_journal
from kg.write.requests import Document
from kg.write.restore import prove, restore
from kg.write.submissions import Decision, Submission
from kg.write.tokens import FILE as TOKENS
from kg.write.tokens import create, read_tokens

STEPS = [add(f"contributions/{ONE}", f"e:x e:knows e:y{number}") for number in range(20)]
FILES = {**TINY, "queries/rules/r.rq": "# nothing\n", "data/.hidden.ttl": "x", "README.md": "x"}
WRITES = """
import sys
from pathlib import Path
from tests.write.committed import add
from kg.write.change import About
from kg.write.journal import open_journal
folder = Path(sys.argv[1])
with open_journal(folder) as journal:
    for number in range(100_000):
        made = journal.append(About("anna", "update"), add("g", f"e:x e:knows e:y{number}"))
        journal.sync()
        print(made.number, flush=True)
        if number % 300 == 299:
            journal.truncate(made.number - 100)
"""


@pytest.fixture
def project(tiny: Tiny) -> Project:
    """A project with commits, a contribution, an archive and a token."""
    project = tiny(FILES)
    commit(project, STEPS)
    folder = project.root / FOLDER
    with open_journal(folder) as journal:
        journal.truncate(5)
    document = Document(b"<urn:a> <urn:b> <urn:c> .", "text/turtle", "d.ttl")
    submissions.add(folder, Submission((document,), agent="lippe"))
    create(folder, "anna", "publish")
    (folder / "audit.log").write_text('{"a": 1}\n{"b')
    return project


@pytest.fixture
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is not there yet."""
    return tmp_path_factory.mktemp("backups") / "today"


def content(folder: Path, names: Iterator[Path] | None = None) -> dict[str, bytes]:
    found = names or folder.rglob("*")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in found if path.is_file()
    }


def test_backup_and_restore(project: Project, target: Path) -> None:
    """Files of the project, commits, archives and contributions come back as they were."""
    made = backup(project, target)
    restored = target.parent / "new"
    assert restore(target, restored) == made == prove(target)
    assert made.commit == 20
    again = read_project(restored)
    assert entries(again) == entries(project)
    assert verify(again) == verify(project)
    folder = project.root / FOLDER
    assert submissions.list_all(restored / FOLDER) == submissions.list_all(folder)
    before, after = content(project.root), content(restored)
    for name in ("data/.hidden.ttl", "README.md", "journal/tokens.json"):
        before.pop(name)
    before = {name: text for name, text in before.items() if not name.startswith("journal/.")}
    before["journal/audit.log"] = b'{"a": 1}\n'
    assert after == before
    assert (restored / FOLDER).stat().st_mode & 0o077 == 0


def test_tokens_only_when_asked_for(project: Project, target: Path) -> None:
    """With --tokens they are in it, and only the owner may read them afterwards."""
    assert backup(project, target, tokens=True).tokens
    restored = target.parent / "new"
    restore(target, restored)
    path = restored / FOLDER / TOKENS
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in read_tokens(restored / FOLDER)] == ["anna"]


def test_project_without_journal(tiny: Tiny, target: Path) -> None:
    """What nobody has written to is backed up and restored as well."""
    project = tiny(TINY)
    assert backup(project, target).commit == 0
    restore(target, target.parent / "new")
    assert entries(read_project(target.parent / "new")) == []


@pytest.mark.parametrize("change", ["byte", "missing", "more", "manifest", "outside"])
def test_damaged_backup_is_not_restored(project: Project, target: Path, change: str) -> None:
    """One changed, missing or additional file is named, and nothing is written."""
    backup(project, target)
    path = target / "journal" / FILE
    manifest = target / "manifest.json"
    if change == "byte":
        path.write_bytes(path.read_bytes().replace(b"knows", b"knOws", 1))
    elif change == "missing":
        path.unlink()
    elif change == "more":
        (target / "project/data/more.ttl").touch()
    elif change == "manifest":
        manifest.write_text(manifest.read_text()[:-5])
    else:
        raw = json.loads(manifest.read_text())
        raw["files"]["project/../../outside.ttl"] = raw["files"].pop("project/data/a.ttl")
        manifest.write_text(json.dumps(raw))
    restored = target.parent / "new"
    with pytest.raises(StageError) as raised:
        restore(target, restored)
    assert {"byte": FILE, "missing": FILE, "more": "more.ttl"}.get(change, "") in str(raised.value)
    assert not restored.exists()
    assert [each.name for each in target.parent.iterdir()] == [target.name]


def test_journal_that_was_damaged_before_is_found(project: Project, target: Path) -> None:
    """A backup of a damaged journal is refused, not made without what is behind the damage."""
    path = project.root / FOLDER / FILE
    path.write_bytes(path.read_bytes().replace(b"y12>", b"y1Z>", 1))
    with pytest.raises(StageError):
        backup(project, target)
    assert not target.exists()
    assert list(target.parent.iterdir()) == []


def test_nothing_is_overwritten(project: Project, target: Path) -> None:
    """Neither a backup nor a project takes the place of anything."""
    target.mkdir()
    with pytest.raises(UsageError):
        backup(project, target)
    with pytest.raises(UsageError):
        backup(project, project.root / "data/backup")
    with pytest.raises(ProjectError):
        backup(project, target / "a/b")
    target.rmdir()
    backup(project, target)
    for place in (project.root, project.root / "kg.toml"):
        with pytest.raises(UsageError):
            restore(target, place)
    empty = target.parent / "empty"
    empty.mkdir()
    restore(target, empty)
    assert (empty / "kg.toml").is_file()


def test_acceptance_in_between_is_not_lost(
    project: Project, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contribution that is accepted during the backup is so after the start on its copy."""
    folder = project.root / FOLDER
    (waiting,) = submissions.list_all(folder)
    copy = backup_journal._copy_contributions

    def accept(source: Path, to: Path) -> None:
        copy(source, to)
        with open_journal(folder) as journal:
            about = About("anna", "contribution", contribution=waiting.id)
            number = journal.append(about, STEPS[0]).number
            journal.sync()
        submissions.decide(folder, waiting.id, Decision("accepted", "anna", commit=number))

    monkeypatch.setattr(backup_journal, "_copy_contributions", accept)
    backup(project, target)
    restored = target.parent / "new"
    restore(target, restored)
    assert submissions.get(restored / FOLDER, waiting.id).status == "pending"
    with open_journal(restored / FOLDER) as journal:
        assert submissions.settle(restored / FOLDER, journal.commits()) == [waiting.id]
    assert submissions.get(restored / FOLDER, waiting.id).commit == 21


def test_backup_while_a_writer_goes_on(tiny: Tiny, target: Path, repository: Path) -> None:
    """What was acknowledged before the backup is in it; it is whole, truncation or not."""
    project = tiny(TINY)
    folder = project.root / FOLDER
    with subprocess.Popen(
        [sys.executable, "-c", WRITES, str(folder)],
        stdout=subprocess.PIPE,
        cwd=repository,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        try:
            for number in range(6):
                for _ in range(60):
                    acknowledged = int(writer.stdout.readline())
                copy = target.with_name(f"copy{number}")
                made = backup(project, copy)
                assert made.commit >= acknowledged
                assert prove(copy) == made
                restored = target.with_name(f"new{number}")
                restore(copy, restored)
                last = verify(read_project(restored))
                assert last is not None
                assert (last.number, last.checksum) == (made.commit, made.checksum)
                with open_journal(restored / FOLDER) as journal:
                    assert journal.number == made.commit
        finally:
            writer.kill()


def test_full_disk_leaves_nothing(
    project: Project, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault while copying is said, and no half backup is there."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", fail)
    with pytest.raises(KgError, match="No space left"):
        backup(project, target)
    assert list(target.parent.iterdir()) == []
