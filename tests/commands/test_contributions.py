"""A contribution as people work with it on the command line: from handing in to git."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions
from tests.helpers import CONFIG, HEADER, TINY, kg
from typer.testing import CliRunner

from kg.cli import app
from kg.commands import asking
from kg.errors import KgError
from kg.publish.build import build
from kg.publish.versions import open_current
from kg.settings import Project, read_project
from kg.write.options import WriteOptions
from kg.write.requests import Outcome, Request
from kg.write.state import Mode, opened
from kg.write.writer import Writer

NEW = HEADER + "e:c a e:Thing ; e:knows e:a .\n"
ALONE = HEADER + "e:d a e:Thing .\n"
KNOWS = "SELECT ?s WHERE { ?s <https://example.org/knows> <https://example.org/c> }"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that is built, to be copied."""
    root = tmp_path_factory.mktemp("built")
    for name, text in {"kg.toml": CONFIG, **TINY}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    assert build(read_project(root)).path
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built project and, beside it, two contributions: a valid and an invalid one."""
    root = tmp_path / "project"
    shutil.copytree(built, root, symlinks=True)
    (root / "new.ttl").write_text(NEW)
    (root / "alone.ttl").write_text(ALONE)
    monkeypatch.chdir(root)
    monkeypatch.setattr(asking, "ask_writer", write)
    return root


def write(project: Project, request: Request) -> Outcome:
    """Ask a writer in this process; `test_commands_start_a_writer` asks the real one."""
    with opened(project, Mode()) as state:
        writer = Writer(state, WriteOptions())
        writer.start()
        (outcome,) = writer.handle([request])
    return outcome


@dataclass(frozen=True)
class Run:
    """What a command in this process left with and printed; other processes take too long."""

    code: int
    said: str


def run(*arguments: str, lang: str = "en") -> Run:
    """Run a command as `kg` does, in the folder where we are."""
    result = CliRunner().invoke(app, ["--lang", lang, *arguments])
    if isinstance(result.exception, KgError):
        return Run(result.exception.exit_code, result.output + result.exception.to(lang))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return Run(result.exit_code, result.output)


def ok(*arguments: str, lang: str = "en") -> str:
    """What a command prints that has to succeed."""
    done = run(*arguments, lang=lang)
    assert done.code == 0, done.said
    return done.said


def refused(*arguments: str, code: int = 2, lang: str = "en") -> str:
    """What a command says that has to fail."""
    done = run(*arguments, lang=lang)
    assert done.code == code, done.said
    return done.said


def submitted(*more: str) -> str:
    """Hand in the valid contribution; its name."""
    text = ok("contribution", "submit", "new.ttl", "--as", "lippe", *more)
    return text.split()[1]


def answers(root: Path) -> list[str]:
    """Who knows e:c, as readers see it."""
    found = open_current(root / "build").store.query(KNOWS)
    assert isinstance(found, QuerySolutions)
    return [str(row["s"]) for row in found]


def test_from_handing_in_to_git(root: Path) -> None:
    """Submit, look, accept, read, export, truncate: at the end a build has it, the journal not."""
    name = submitted("--note", "Neu", "--source", "https://example.org/doc")
    assert answers(root) == []
    shown = ok("contribution", "show", name)
    for part in ("pending", "lippe", "Neu", "https://example.org/doc", "new.ttl", "e:knows (1)"):
        assert part in shown
    assert "2 statements are new" in ok("contribution", "diff", name)
    assert "e:c e:knows e:a" in ok("contribution", "diff", name)
    said = ok("contribution", "accept", name, "--as", "redaktion", lang="de")
    assert said == f"Beitrag {name} ist angenommen: Commit 1, 14 Aussagen.\n"
    assert answers(root) == ["<https://example.org/a>"]
    (listed,) = json.loads(ok("contribution", "list", "--json"))
    assert (listed["status"], listed["decided_by"], listed["commit"]) == (
        "accepted",
        "redaktion",
        1,
    )
    (entry,) = json.loads(ok("history", "--json"))
    assert (entry["agent"], entry["contribution"]) == ("redaktion", name)
    assert ok("export", "--to", "data/contributions").startswith(
        f"data/contributions/{name}.ttl: 14 statements"
    )
    assert ok("fmt", "--check", f"data/contributions/{name}.ttl") == ""
    assert "archive" in ok("export", "--truncate")
    assert ok("build").startswith("Unchanged")
    assert answers(root) == ["<https://example.org/a>"]
    assert "no. 1" in ok("history", "--verify")


def test_commands_start_a_writer(root: Path) -> None:
    """Without a server a process of its own writes; from then on its version is the current one."""
    done = kg("contribution", "submit", "new.ttl", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    done = kg("contribution", "accept", done.stdout.split()[1], cwd=root, lang="de")
    assert (done.returncode, done.stderr) == (0, "")
    assert "ist angenommen: Commit 1" in done.stdout
    assert answers(root) == ["<https://example.org/a>"]
    done = kg("revert", "2", cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_invalid_contribution_is_refused(root: Path) -> None:
    """The report says why; nothing is kept, and nothing changes."""
    said = refused("contribution", "submit", "alone.ttl", code=1, lang="de")
    assert "allein" in said
    assert "e:d" in said
    assert "Zurückgewiesen" in said
    assert ok("contribution", "list") == "There are no contributions.\n"
    assert "no commits" in ok("history")


def test_dry_run_changes_nothing(root: Path) -> None:
    """It gives the impact, and nothing is kept; accepting can be tried as well."""
    said = ok("contribution", "submit", "new.ttl", "--dry-run")
    assert "Newly inferred: 1" in said
    assert ok("contribution", "list") == "There are no contributions.\n"
    name = submitted()
    assert "Checked only" in ok("contribution", "accept", name, "--dry-run")
    assert answers(root) == []
    assert "pending" in ok("contribution", "show", name)


def test_decisions_are_final(root: Path) -> None:
    """What is rejected or withdrawn cannot be accepted; an unknown name is said to be so."""
    first, second = submitted(), submitted()
    assert "rejected" in ok("contribution", "reject", first, "--note", "why")
    assert "withdrawn" in ok("contribution", "withdraw", second)
    for name in (first, second):
        assert name in refused("contribution", "accept", name)
    refused("contribution", "accept", "20200101-000000")
    refused("contribution", "show", "../x")
    refused("contribution", "list", "--status", "lost")
    assert second not in ok("contribution", "list", "--status", "rejected")


@pytest.mark.parametrize("file", ["missing.ttl", "kg.toml", "data"])
def test_what_is_no_document_is_said(root: Path, file: str) -> None:
    """A file that is not there, one that is not of RDF, and a broken one are named."""
    if file == "data":
        (root / "data/broken.ttl").write_text("e:a e:b")
        file = "data/broken.ttl"
    said = refused("contribution", "submit", file)
    assert Path(file).name in said


def test_revert_undoes_a_commit(root: Path) -> None:
    """It is a commit of its own, and readers no longer see what was undone."""
    name = submitted()
    ok("contribution", "accept", name)
    assert "would be accepted" in ok("revert", "1", "--dry-run")
    assert ok("revert", "1", "--note", "doch nicht").startswith("Commit 2: 0 statements")
    assert answers(root) == []
    newest = json.loads(ok("history", "--json", "--limit", "1"))[0]
    assert (newest["number"], newest["reverts"], newest["note"]) == (2, 1, "doch nicht")
    assert ok("diff", "0") == ""
    assert ok("diff", "1").count("\n- ") == 12
    assert ok("diff", "1", "0", "--format", "patch").startswith("TX .\nD ")
    assert "Undone by commit 2" in ok("contribution", "show", name)
    refused("revert", "7")
    refused("diff", "7")
    assert ok("export").startswith("There is nothing to write")


def test_backup_is_restored(root: Path) -> None:
    """The copy builds, has the commits, and answers as the original."""
    ok("contribution", "accept", submitted())
    assert "commits up to no. 1" in ok("backup", "copy")
    assert "copy is there already" in refused("backup", "copy")
    assert "kg build again" in ok("restore", "copy", "again")
    again = read_project(root / "again")
    assert build(again, hold=True).path
    with opened(again, Mode()) as state:
        Writer(state, WriteOptions()).start()
    assert answers(root / "again") == ["<https://example.org/a>"]
    assert "not empty" in refused("restore", "copy", ".")


def test_tables_keep_strange_notes_on_one_line(root: Path) -> None:
    """Control signs and markup of a note reach the terminal as text."""
    submitted("--note", "[red]a\x1b[2J\nb")
    said = ok("contribution", "list")
    assert "\x1b" not in said
    assert "[red]" in said
