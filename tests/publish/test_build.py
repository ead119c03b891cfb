"""The build: what is wrong is reported and changes nothing served; what is right is published."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad
from tests.conftest import Tiny
from tests.helpers import ALONE, HEADER, TINY, triples

from kg import __version__
from kg.errors import Place, QueryError, Text
from kg.publish.build import build, check
from kg.publish.versions import LAYOUT, Version, current, open_current
from kg.rdf.dataset import fingerprint, load
from kg.settings import read_project

INFERRED = NamedNode("https://example.org/graph/inferred")
TITLE = NamedNode("http://purl.org/dc/terms/title")
DISJOINT = {
    **TINY,
    "ontology/d.ttl": HEADER
    + "e:Thing owl:disjointWith e:Other .\ne:Sub a owl:Class ; rdfs:subClassOf e:Other .\n",
    "data/x.ttl": HEADER + "\ne:a\n  a e:Sub .\n",
}


def in_graph(version: Version, graph: NamedNode) -> set[Quad]:
    return set(version.store.quads_for_pattern(None, None, None, graph))


def test_first_build_and_its_repetition(tiny: Tiny) -> None:
    """A valid project is published; unchanged files are not built again unless one insists."""
    project = tiny(TINY)
    said: list[Text] = []
    first = build(project, progress=said.append)
    assert first.report.conforms
    assert first.fresh
    assert first.path == current(project.build_dir)
    assert [text.de for text in said] == [
        "Dateien lesen",
        "Schließen",
        "Prüfen",
        "Version schreiben",
    ]
    again = build(project)
    assert (again.fresh, again.path) == (False, first.path)

    manifest = open_current(project.build_dir).manifest
    assert manifest.fingerprint == fingerprint(project)
    assert (manifest.program, manifest.layout) == (__version__, LAYOUT)
    assert (manifest.title, manifest.base) == ("Tiny", "https://example.org/")
    assert manifest.findings == {"violation": 0, "warning": 0, "info": 0}
    assert all(seconds >= 0 for seconds in manifest.seconds.values())

    (project.root / "data" / "a.ttl").write_text(TINY["data/a.ttl"] + "# changed\n")
    changed = build(project)
    assert changed.fresh
    assert changed.path not in (None, first.path)


def test_force(tiny: Tiny) -> None:
    """Who insists gets a new version of the same files."""
    project = tiny(TINY)
    first = build(project)
    second = build(project, force=True)
    assert second.fresh
    assert second.path is not None
    assert open_current(project.build_dir).path == second.path
    assert first.report == second.report


def test_inferred_graph(tiny: Tiny) -> None:
    """What was inferred is in a graph of its own that says what it is; counts are true."""
    project = tiny(TINY)
    build(project)
    version = open_current(project.build_dir)
    inferred = in_graph(version, INFERRED)
    about = {quad for quad in inferred if quad.subject == INFERRED}
    assert {quad.triple for quad in inferred - about} == set(triples("e:b e:knows e:a ."))
    titles = version.store.quads_for_pattern(INFERRED, TITLE, None, INFERRED)
    assert {str(quad.object) for quad in titles} == {
        '"Erschlossene Aussagen"@de',
        '"Inferred statements"@en',
    }
    assert len(about) == 6
    assert not in_graph(version, NamedNode("https://example.org/graph/a")) & inferred


@pytest.mark.parametrize("default_graph", ["union", "plain"])
def test_manifest_counts(default_graph: str, tiny: Tiny) -> None:
    """The counts are those of the named graphs; the union holds each triple once.

    It is there whatever the setting is, for a version can be served with another.
    """
    config = f'[project]\nbase = "https://example.org/"\ndefault_graph = "{default_graph}"\n'
    project = tiny({**TINY, "kg.toml": config, "data/copy.ttl": TINY["data/a.ttl"]})
    build(project)
    version = open_current(project.build_dir)
    stored = list(version.store)
    named = [quad for quad in stored if not isinstance(quad.graph_name, DefaultGraph)]
    assert version.manifest.graphs == Counter(str(quad.graph_name)[1:-1] for quad in named)
    assert version.manifest.graphs["https://example.org/graph/copy"] == 2
    assert version.manifest.triples == len(named)
    assert version.manifest.inferred == 1
    union = {quad.triple for quad in stored if isinstance(quad.graph_name, DefaultGraph)}
    assert union == {quad.triple for quad in named}
    assert len(stored) == len(named) + len(union)


def test_counts_of_the_real_project(published: Version) -> None:
    """The manifest of the project of this repository is true as well."""
    named = [q for q in published.store if not isinstance(q.graph_name, DefaultGraph)]
    assert published.manifest.graphs == Counter(str(quad.graph_name)[1:-1] for quad in named)
    assert published.manifest.triples == len(named)
    assert published.manifest.inferred > 1000
    assert published.manifest.findings["violation"] == 0


def test_violation_publishes_nothing(tiny: Tiny) -> None:
    """Data with a violation are not published, not even the first time."""
    project = tiny(ALONE)
    built = build(project)
    assert built.path is None
    assert [result.focus for result in built.report.results] == ["<https://example.org/c>"]
    assert built.report.results[0].places == (Place("data/b.ttl", 2, 1),)
    assert current(project.build_dir) is None
    assert [path.name for path in project.build_dir.iterdir()] == [".lock"]


def test_warning_is_published_and_counted(tiny: Tiny) -> None:
    """A warning is reported, counted in the manifest and no hindrance."""
    rule = "# severity: warning\n# en: {s}\nSELECT ?s { ?s <https://example.org/knows> ?o }"
    project = tiny({**TINY, "queries/hygiene/r.rq": rule})
    built = build(project)
    assert built.path is not None
    assert built.report.count("Warning") == 1
    assert open_current(project.build_dir).manifest.findings["warning"] == 1


@pytest.mark.parametrize("files", [ALONE, DISJOINT], ids=["violation", "contradiction"])
def test_served_version_stays(files: dict[str, str], tiny: Tiny) -> None:
    """What was served before a build that fails is served after it."""
    first = build(tiny(TINY)).path
    assert first is not None
    project = tiny(files)
    failed = build(project)
    assert (failed.path, failed.report.valid) == (None, False)
    assert open_current(project.build_dir).path == first
    assert sorted(path.name for path in project.build_dir.iterdir()) == [
        ".lock",
        first.name,
        "base",
        "current",
    ]


def test_contradiction_is_explained(tiny: Tiny) -> None:
    """The report names rule, triples and where they are stated; nothing is published."""
    project = tiny(DISJOINT)
    built = build(project)
    (result,) = built.report.results
    assert built.path is None
    assert (result.rule, result.severity) == ("cax-dw", "Violation")
    assert "e:a a e:Thing ; e:a a e:Other" in result.message.en
    assert "zwei Klassen, die sich ausschließen: e:a a e:Thing" in result.message.de
    stated, *candidates = result.places
    assert stated == Place("data/a.ttl", 2, 7)
    assert Place("data/x.ttl", 4, 3) in candidates  # of e:Sub follows e:Other
    assert current(project.build_dir) is None


def test_error_leaves_served_version(tiny: Tiny) -> None:
    """A rule that cannot run ends the build; the version before it stays."""
    first = build(tiny(TINY)).path
    broken = "CONSTRUCT { ?a ?b } WHERE { ?a ?b ?c }"
    project = tiny({**TINY, "queries/rules/broken.rq": broken})
    with pytest.raises(QueryError, match=r"broken\.rq"):
        build(project)
    assert current(project.build_dir) == first


@pytest.mark.parametrize("damage", ["", "{}"])
def test_damaged_version_is_built_anew(damage: str, tiny: Tiny) -> None:
    """A served version whose manifest is damaged is replaced although no file has changed."""
    project = tiny(TINY)
    path = build(project).path
    assert path is not None
    (path / "manifest.json").write_text(damage)
    (project.root / "data" / "a.ttl").write_text(TINY["data/a.ttl"])
    built = build(project)
    assert built.fresh
    assert open_current(project.build_dir).path == built.path


def test_check_sorts_all_findings(tiny: Tiny) -> None:
    """The check gives hygiene and shapes in one report, the gravest first."""
    rule = "# severity: info\n# en: {s}\nSELECT DISTINCT ?s { ?s a <https://example.org/Thing> }"
    dataset = load(tiny({**ALONE, "queries/hygiene/r.rq": rule}))
    report = check(dataset)
    assert [result.severity for result in report.results] == ["Violation", "Info", "Info"]


def test_folder_of_one_file(tmp_path: Path) -> None:
    """A folder without kg.toml, shapes and queries is a project too."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.ttl").write_text(HEADER + "e:a e:b e:c .")
    built = build(read_project(tmp_path))
    assert built.path is not None
    assert len(open_current(tmp_path / "build").store) == 2 * (1 + 6)
