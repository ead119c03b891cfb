"""What was committed stays so when the files are built anew."""

from __future__ import annotations

from tests.conftest import Tiny
from tests.helpers import HEADER, TINY

from kg.publish.build import build
from kg.publish.versions import find_base, find_current
from kg.settings import Project
from kg.write.change import About
from kg.write.options import WriteOptions
from kg.write.requests import Outcome, Request, UpdateText
from kg.write.state import Mode, opened
from kg.write.writer import Writer

SECRET = "e:a e:knows [ rdfs:comment 'open' , 'secret' ] ."


def written(project: Project, text: str) -> tuple[Outcome, int]:
    """What comes of an update, and how many removed statements the files have again."""
    with opened(project, Mode()) as state:
        writer = Writer(state, WriteOptions())
        writer.start()
        (outcome,) = writer.handle([Request(UpdateText(text), About("me", "update"))])
        return outcome, state.dangling


def test_statements_about_blank_nodes(tiny: Tiny) -> None:
    """What was removed of them stays away when another file changes; else the start says it."""
    files = {**TINY, "data/n.ttl": HEADER + SECRET}
    project = tiny(files)
    assert build(project).path
    remove = "DELETE WHERE { GRAPH ?g { ?s rdfs:comment 'secret' } }"
    assert written(project, remove)[0].removed == 1
    tiny({**files, "data/more.ttl": HEADER + "e:b rdfs:label 'b' ."})
    assert build(project, hold=True).path
    outcome, dangling = written(project, remove)
    assert (outcome.status, dangling) == ("unchanged", 0)
    tiny({**files, "data/n.ttl": HEADER + SECRET + " e:c rdfs:label 'c' ."})
    assert build(project, hold=True).path
    outcome, dangling = written(project, remove)
    assert (outcome.removed, dangling) == (1, 1)


def test_a_build_is_the_base_of_what_was_committed(tiny: Tiny) -> None:
    """Readers go from commits on one base to the same commits on the next one."""
    project = tiny(TINY)
    first = build(project).path
    assert written(project, "INSERT DATA { GRAPH e:g { e:c rdfs:label 'c' } }")[0].number == 1
    served = find_current(project.build_dir)
    tiny({**TINY, "data/more.ttl": HEADER + "e:b rdfs:label 'b' ."})
    second = build(project, hold=True).path
    assert second != first
    assert find_current(project.build_dir).path == served.path
    assert find_base(project.build_dir).path == second
    assert (
        written(project, "INSERT DATA { GRAPH e:g { e:c rdfs:label 'c' } }")[0].status
        == "unchanged"
    )
    manifest = find_current(project.build_dir).manifest
    assert (manifest.commit, manifest.base_version) == (1, find_base(project.build_dir).path.name)
    assert "https://example.org/graph/more" in manifest.graphs
    assert manifest.graphs["https://example.org/g"] == 1
