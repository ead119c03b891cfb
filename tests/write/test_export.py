"""What commits have changed becomes files that a build reads as the same graphs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad
from tests.conftest import Tiny
from tests.helpers import HEADER, TINY
from tests.write.committed import GRAPH, ONE, TWO, add, commit, quads, remove, texts

from kg.errors import KgError, ProjectError, StageError, UsageError
from kg.publish.build import build
from kg.publish.versions import open_current
from kg.rdf.canonical import canonical
from kg.rdf.checked_files import write_file
from kg.rdf.dataset import load
from kg.settings import Project
from kg.write import export_files
from kg.write.change import About, Change
from kg.write.export import Plan, Wanted, contributions_folder
from kg.write.export_files import Exported, export, export_and_truncate
from kg.write.export_graphs import same, same_as_stored
from kg.write.history import journal_of, live_from
from kg.write.journal import FILE, open_journal
from kg.write.options import WriteOptions
from kg.write.requests import Outcome, Request, UpdateText
from kg.write.state import Mode, opened
from kg.write.writer import Writer

KNOWS = "e:x a e:Thing ; e:knows e:y ."
OWN = f"contributions/{ONE}"
MINE = ("a", "b", "default", OWN)


@pytest.fixture
def project(tiny: Tiny) -> Project:
    """A project with a journal folder that is not in git."""
    return tiny(TINY)


def wanted(project: Project, *, everything: bool = False) -> Wanted:
    return Wanted(contributions_folder(project), everything)


def done(project: Project, *, everything: bool = True, force: bool = True) -> Exported:
    """An export into the project."""
    return export(project, wanted(project, everything=everything), force=force)


def names(project: Project, found: Plan) -> list[str]:
    return sorted(each.path.relative_to(project.root).as_posix() for each in found.files)


def stated(project: Project) -> set[Quad]:
    """What the files of the project state."""
    return set(load(project, may_be_empty=True).quads())


def truncated(project: Project, *, everything: bool = True) -> Exported:
    return export_and_truncate(project, force=True, everything=everything, say=lambda _: None)


def test_contribution_becomes_canonical_turtle(project: Project) -> None:
    """It fills the same graph as its commit, and `kg fmt` has nothing to change in it."""
    commit(project, [add(OWN, KNOWS), add(f"contributions/{TWO}", "e:z e:knows e:x .")])
    found = done(project, everything=False)
    assert names(project, found.plan) == [f"data/{OWN}.ttl", f"data/contributions/{TWO}.ttl"]
    assert found.plan.left == ()
    path = project.root / f"data/{OWN}.ttl"
    text = path.read_text()
    assert canonical(text, project, shown="x") == text
    assert texts(quads(OWN, KNOWS)) <= texts(stated(project))
    again = done(project)
    assert again.plan.files == ()


def test_later_commits_change_the_exported_file(project: Project) -> None:
    """What is added to or removed from an exported graph is in the file after another export."""
    commit(project, [add(OWN, KNOWS)])
    done(project)
    commit(project, [remove(OWN, "e:x e:knows e:y ."), add(OWN, "e:x e:knows e:z .")])
    done(project)
    own = {quad for quad in stated(project) if str(quad.graph_name) == f"<{GRAPH}{OWN}>"}
    assert texts(own) == texts(quads(OWN, "e:x a e:Thing ; e:knows e:z ."))


def test_what_was_reverted_is_not_written(project: Project) -> None:
    """A contribution that was undone leaves no file; one that was exported before loses it."""
    change = add(OWN, KNOWS)
    commit(project, [change, change.inverse()])
    assert done(project).plan.files == ()
    commit(project, [change])
    done(project)
    commit(project, [change.inverse()])
    found = done(project)
    assert [each.text for each in found.plan.files] == [None]
    assert not (project.root / f"data/{OWN}.ttl").exists()


def test_files_of_the_project_take_all(project: Project) -> None:
    """Without --all other graphs are named and left; with it their files are written anew."""
    path = project.root / "data/a.ttl"
    path.write_text(HEADER + "# why\ne:a a e:Thing ; # so\n  e:knows e:b ; e:n 007 .\n")
    before = path.read_bytes()
    commit(project, [add("a", "e:a e:n 8 ."), remove("a", "e:a e:knows e:b .")])
    found = done(project, everything=False)
    assert found.plan.left == (f"{GRAPH}a",)
    assert path.read_bytes() == before
    found = done(project)
    (file,) = found.plan.files
    assert file.comments == 2
    assert path.read_text().endswith("e:a\n  a e:Thing ;\n  e:n\n    007 ,\n    8 .\n")


def test_numbers_are_compared_by_value(project: Project) -> None:
    """The store knows 007 as 7: 7 goes, so 007 leaves the file; 8 comes, and 08 stays."""
    path = project.root / "data/a.ttl"
    path.write_text(HEADER + 'e:a e:n 007 , 08 ; e:t "2026-01-01T00:00:00.0Z"^^xsd:dateTime .\n')
    commit(project, [remove("a", "e:a e:n 7 ."), add("a", "e:a e:n 8 ; e:m 1.50 .")])
    done(project)
    text = path.read_text()
    assert "e:n 08 " in text
    assert "007" not in text
    assert "00:00:00.0Z" in text
    assert done(project).plan.files == ()


def test_other_graphs_share_a_file(project: Project) -> None:
    """Graphs that no file fills go into one TriG file, which later exports go on with."""
    commit(project, [add("default", KNOWS), add("urn:g", 'e:x e:t """a\n  b""" .')])
    assert names(project, done(project).plan) == ["data/contributions/other-graphs.trig"]
    assert texts(quads("urn:g", 'e:x e:t "a\\n  b" .')) <= texts(stated(project))
    commit(project, [add("uploaded/1", "e:u e:knows e:x ."), remove("default", KNOWS)])
    done(project)
    graphs = {str(quad.graph_name) for quad in stated(project)}
    assert {f"<{GRAPH}uploaded/1>", "<urn:g>"} <= graphs
    assert f"<{GRAPH}default>" not in graphs


def test_files_of_other_formats(project: Project) -> None:
    """N-Triples and N-Quads stay so; JSON-LD becomes Turtle, for the same graph."""
    root = project.root
    (root / "data/n.nt").write_text("<urn:a> <urn:p> <urn:b> .\n")
    (root / "data/q.nq").write_text("<urn:a> <urn:p> <urn:b> <urn:q> .\n")
    (root / "data/j.jsonld").write_text('{"@id": "urn:a", "urn:p": {"@id": "urn:b"}}')
    changes = [add(graph, "<urn:a> <urn:p> <urn:c> .") for graph in ("n", "urn:q", "j")]
    commit(project, changes)
    found = done(project)
    assert names(project, found.plan) == ["data/j.ttl", "data/n.nt", "data/q.nq"]
    assert not (root / "data/j.jsonld").exists()
    for graph in ("n", "urn:q", "j"):
        both = quads(graph, "<urn:a> <urn:p> <urn:b> , <urn:c> .")
        assert texts(both) <= texts(stated(project))
    assert (root / "data/q.nq").read_text().count("\n") == 2


def test_prefixes_of_a_file_stay(project: Project) -> None:
    """A namespace that only the file knows keeps its prefix."""
    path = project.root / "data/a.ttl"
    path.write_text("@prefix own: <urn:own:> .\nown:a own:p own:b .\n")
    commit(project, [add("a", "<urn:own:a> <urn:own:p> <urn:own:c> .")])
    done(project)
    assert "own:a own:p\n" in path.read_text() or "own:a\n  own:p" in path.read_text()


def test_file_without_statements_goes(project: Project) -> None:
    """A graph that was emptied has no file any more."""
    (project.root / "data/b.ttl").write_text("<urn:a> <urn:p> <urn:b> .\n")
    commit(project, [remove("b", "<urn:a> <urn:p> <urn:b> .")])
    (file,) = done(project).plan.files
    assert file.text is None
    assert not (project.root / "data/b.ttl").exists()


def test_blank_nodes_need_truncation(project: Project) -> None:
    """Replayed over their file they would be there twice; with --truncate they are there once."""
    commit(project, [add(OWN, "e:x e:knows [ a e:Thing ; e:knows e:x ] .")])
    with pytest.raises(ProjectError, match="blank nodes"):
        done(project)
    assert not (project.root / f"data/{OWN}.ttl").exists()
    found = truncated(project)
    assert found.archive is not None
    assert "e:knows [" in (project.root / f"data/{OWN}.ttl").read_text()
    store = open_current(project.build_dir).store
    assert len(list(store.quads_for_pattern(None, None, None, NamedNode(GRAPH + OWN)))) == 3


def test_crash_before_truncation_doubles_nothing(project: Project) -> None:
    """Files written, journal not cut: the next --truncate sees that they say the same."""
    commit(project, [add(OWN, "e:x e:knows [ a e:Thing ; e:knows e:x ] .")])
    whole = (journal_of(project) / FILE).read_bytes()
    truncated(project)
    text = (project.root / f"data/{OWN}.ttl").read_text()
    (journal_of(project) / FILE).write_bytes(whole)
    found = truncated(project)
    assert found.plan.files == ()
    assert found.archive is not None
    assert (project.root / f"data/{OWN}.ttl").read_text() == text


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("_:a e:knows _:b . _:b e:knows _:a .", ".nt"),
        ("e:x e:knows ( 1 [ e:knows e:x ] ) .", ".ttl"),
    ],
)
def test_blank_nodes_that_are_no_trees(project: Project, text: str, suffix: str) -> None:
    """What canonical Turtle cannot say is written as N-Triples, which fill the same graph."""
    commit(project, [add(OWN, text)])
    truncated(project)
    assert (project.root / f"data/{OWN}{suffix}").is_file()
    own = [quad for quad in stated(project) if str(quad.graph_name) == f"<{GRAPH}{OWN}>"]
    assert same_as_stored(own, quads(OWN, text))


def test_blank_node_in_two_graphs(project: Project) -> None:
    """A blank node that two graphs share stays one: N-Quads instead of TriG."""
    one, other = quads("urn:g", "_:a e:knows e:x .")[0], quads("urn:h", "e:x e:knows e:x .")[0]
    shared = Quad(one.subject, other.predicate, other.object, other.graph_name)
    commit(project, [Change(added=(one, shared))])
    truncated(project)
    assert (project.root / "data/contributions/other-graphs.nq").is_file()
    mine = [quad for quad in stated(project) if str(quad.graph_name) in ("<urn:g>", "<urn:h>")]
    assert same_as_stored(mine, (one, shared))


def test_truncation_keeps_the_graph_and_the_history(project: Project) -> None:
    """After it the journal is empty, its commits are archived, the version has them."""
    commit(project, [add(OWN, KNOWS), add("a", "e:a e:knows e:x .")])
    with pytest.raises(UsageError, match="--all"):
        truncated(project, everything=False)
    assert live_from(journal_of(project)) == 0
    found = truncated(project)
    assert found.archive is not None
    assert found.plan.upto == live_from(journal_of(project)) == 2
    store = open_current(project.build_dir).store
    held = {str(quad) for quad in store}
    assert texts((*quads(OWN, KNOWS), *quads("a", "e:a e:knows e:x ."))) <= held
    assert truncated(project).archive is None


def test_violations_keep_everything_as_it_was(project: Project) -> None:
    """If the build finds something, files and journal are as before, and the report says it."""
    path = project.root / "data/a.ttl"
    before = path.read_bytes()
    commit(project, [add(OWN, "e:alone a e:Thing ."), add("a", "e:a e:knows e:q .")])
    found = truncated(project)
    assert found.kept
    assert not found.report.valid
    assert path.read_bytes() == before
    assert not (project.root / f"data/{OWN}.ttl").exists()
    assert live_from(journal_of(project)) == 0


def test_fault_of_the_disk_keeps_everything(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If one of several files cannot be written, none is."""
    commit(project, [add(OWN, KNOWS), add(f"contributions/{TWO}", KNOWS)])
    wrote = write_file
    calls: list[Path] = []

    def fail(path: Path, content: memoryview) -> object:
        calls.append(path)
        if len(calls) == 2:
            raise OSError(28, "No space left on device", str(path))
        return wrote(path, content)

    monkeypatch.setattr(export_files, "write_file", fail)
    with pytest.raises(StageError, match="No space left"):
        done(project)
    assert list(contributions_folder(project).glob("*")) == []


def test_server_keeps_the_journal_from_truncation(project: Project) -> None:
    """While a writer has the journal it is not cut; exporting alone goes on."""
    commit(project, [add(OWN, KNOWS)])
    with open_journal(journal_of(project)):
        with pytest.raises(StageError):
            truncated(project)
        assert len(done(project).plan.files) == 1


def git(root: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t", *arguments],
        cwd=root,
        check=True,
        capture_output=True,
    )


def test_what_git_does_not_have_is_not_overwritten(project: Project) -> None:
    """Without git, and while a file is new, changed or ignored, it takes --force."""
    root = project.root
    commit(project, [add("a", "e:a e:knows e:c .")])
    path = root / "data/a.ttl"
    before = path.read_bytes()

    def refused() -> None:
        with pytest.raises(ProjectError, match="not in git"):
            done(project, force=False)
        assert path.read_bytes() == before

    refused()
    git(root, "init")
    refused()
    (root / ".gitignore").write_text("data/\n")
    refused()
    (root / ".gitignore").unlink()
    git(root, "add", "data", "kg.toml")
    refused()
    git(root, "commit", "-m", "x")
    assert len(done(project, force=False).plan.files) == 1
    commit(project, [add("a", "e:a e:knows e:d .")])
    before = path.read_bytes()
    refused()


def test_new_files_need_no_git(project: Project) -> None:
    """A file that is not there yet overwrites nothing."""
    commit(project, [add(OWN, KNOWS)])
    assert len(done(project, force=False).plan.files) == 1


def test_folder_outside_takes_contributions_only(project: Project, tmp_path: Path) -> None:
    """Elsewhere graphs would have other names: only contributions, and not within the project."""
    commit(project, [add(OWN, KNOWS), add("a", "e:a e:knows e:x .")])
    outside = tmp_path.parent / f"{tmp_path.name}-out"
    found = export(project, Wanted(outside))
    assert [path.name for path in outside.iterdir()] == [f"{ONE}.ttl"]
    assert found.plan.left == (f"{GRAPH}a",)
    for target, everything in ((outside, True), (project.root / "data", False)):
        with pytest.raises(UsageError):
            export(project, Wanted(target, everything))


def test_plain_stores_have_no_files(project: Project) -> None:
    """Statements outside of named graphs are no part of any file: it says what to do instead."""
    quad = quads("a", "e:a e:knows e:q .")[0]
    plain = Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())
    commit(project, [Change(added=(plain,))])
    with pytest.raises(ProjectError, match="kg backup"):
        done(project)


def test_removed_blank_nodes_are_not_lost_silently(project: Project) -> None:
    """A file that is written has other names for them: only with --truncate that does no harm."""
    path = project.root / "data/a.ttl"
    path.write_text(HEADER + "e:a a e:Thing ; e:knows [ a e:Thing ; e:knows e:a ] .\n")
    blank = [quad for quad in stated(project) if str(quad.object).startswith("_:")]
    commit(project, [Change(removed=tuple(blank))])
    with pytest.raises(ProjectError, match="--truncate"):
        done(project)


def test_file_that_cannot_be_read_is_named(project: Project) -> None:
    """A file of the project with a fault stops the export, with its place."""
    commit(project, [add("a", KNOWS)])
    (project.root / "data/a.ttl").write_text("e:a e:b")
    with pytest.raises(KgError) as raised:
        done(project)
    assert raised.value.place is not None


def test_deleted_statement_stays_away_after_export_and_build(project: Project) -> None:
    """A file has it from an export, a later commit removes it: a build and the journal agree."""
    assert build(project).path
    insert = f"INSERT DATA {{ GRAPH <{GRAPH}{OWN}> {{ e:x a e:Thing ; e:knows e:a , e:b }} }}"
    assert written(project, insert).status == "committed"
    done(project)
    delete = f"DELETE DATA {{ GRAPH <{GRAPH}{OWN}> {{ e:x e:knows e:a }} }}"
    assert written(project, delete).status == "committed"
    assert build(project, hold=True).path
    assert written(project, delete).status == "unchanged"


def written(project: Project, text: str) -> Outcome:
    """What a writer that starts for it says of an update with the prefix e."""
    update = UpdateText(f"PREFIX e: <https://example.org/> {text}")
    request = Request(update, About("anna", "update"), may_publish=True)
    with opened(project, Mode()) as state:
        writer = Writer(state, WriteOptions())
        writer.start()
        (outcome,) = writer.handle([request])
    return outcome


def random_changes(random: Random, present: Iterable[Quad]) -> list[Change]:
    """Commits that each take some of what is there and add to several graphs."""
    held, found = set(present), []
    values = [NamedNode(f"https://example.org/{name}") for name in "abc"]
    literal: list[NamedNode | Literal] = [
        Literal("x\n“”", language="de"),
        Literal("01"),
        Literal(7),
        Literal(True),
    ]
    graphs = [NamedNode(GRAPH + name) for name in MINE]
    for _ in range(random.randrange(1, 6)):
        some = [
            Quad(
                random.choice(values),
                NamedNode("https://example.org/p"),
                random.choice([*literal, *values]),
                random.choice(graphs),
            )
            for _ in range(random.randrange(8))
        ]
        gone = tuple(quad for quad in sorted(held, key=str) if random.random() < 0.3)
        come = tuple(dict.fromkeys(quad for quad in some if quad not in held))
        held = (held - set(gone)) | set(come)
        found.append(Change(come, gone))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_random_commits_become_files(project: Project, seed: int) -> None:
    """Whatever comes and goes, exports in between and truncation: the files say what holds."""
    random = Random(seed)
    (project.root / "data/b.nq").write_text(f'<urn:a> <urn:p> "01" <{GRAPH}b> .\n')
    held = stated(project)
    for _ in range(4):
        own = [q for q in held if str(q.graph_name) in {f"<{GRAPH}{name}>" for name in MINE}]
        last = 0
        for each in random_changes(random, own):
            (made,) = commit(project, [each])
            held, last = (held - set(each.removed)) | set(each.added), made.number
        done(project)
        assert same(stated(project), held)
        if random.random() < 0.3:
            with open_journal(journal_of(project)) as journal:
                journal.truncate(last)
