"""A folder as a dataset: graph names, what is read, what is refused, the fingerprint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.conftest import Tiny
from tests.helpers import HEADER, TINY

from kg.errors import ProjectError, ReadError
from kg.rdf.dataset import fingerprint, load, load_file, source_of_text
from kg.rdf.formats import by_suffix
from kg.settings import read_project

ONE = HEADER + "e:a e:b e:c ."


def test_graph_names(tiny: Tiny) -> None:
    """Each file is a graph named after its path; data/ is not part of the name."""
    dataset = load(
        tiny({"ontology/x/o.ttl": ONE, "shapes/s.ttl": ONE, "data/x/d.nt": "", "data/ü v.ttl": ONE})
    )
    assert [(source.shown, source.graph) for source in dataset.sources] == [
        ("ontology/x/o.ttl", "https://example.org/graph/ontology/x/o"),
        ("shapes/s.ttl", "https://example.org/graph/shapes/s"),
        ("data/x/d.nt", "https://example.org/graph/x/d"),
        ("data/ü v.ttl", "https://example.org/graph/ü%20v"),
    ]
    assert {str(quad.graph_name)[1:-1] for quad in dataset.quads()} == {
        source.graph for source in dataset.sources if source.quads
    }


def test_trig_keeps_its_own_graphs(tiny: Tiny) -> None:
    """Triples in a graph of the file stay there; those outside go to the graph of the file."""
    dataset = load(tiny({"data/d.trig": HEADER + "e:g { e:a e:b 1 } e:a e:b 2 ."}))
    assert {str(quad.graph_name) for quad in dataset.quads()} == {
        "<https://example.org/g>",
        "<https://example.org/graph/d>",
    }


def test_rooms(tiny: Tiny) -> None:
    """The triples of each room can be had on their own."""
    dataset = load(tiny(TINY))
    assert len(dataset.triples("data")) == 2
    assert len(dataset.triples()) == sum(
        len(dataset.triples(room)) for room in ("ontology", "shapes", "data")
    )
    assert [source.room for source in dataset.in_room("shapes")] == ["shapes"]


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that is not there is named."""
    with pytest.raises(ProjectError, match="nowhere"):
        read_project(tmp_path / "nowhere")


@pytest.mark.parametrize("files", [{}, {"data/empty.ttl": ""}, {"shapes/s.ttl": ONE}])
def test_folder_without_statements(files: dict[str, str], tiny: Tiny) -> None:
    """A project without a statement about the world is an error that says what is expected."""
    with pytest.raises(ProjectError, match="ontology/, data/"):
        load(tiny(files))


@pytest.mark.parametrize(
    "files",
    [
        {"data/a.ttl": ONE, "data/a.nt": "<urn:a> <urn:b> <urn:c> ."},
        {"ontology/a.ttl": ONE, "data/ontology/a.ttl": ONE},
        {"data/a.ttl": ONE, "data/b.trig": HEADER + "<https://example.org/graph/a> { e:a e:b 1 }"},
        {"data/a.trig": HEADER + "e:g { e:a e:b 1 }", "data/b.trig": HEADER + "e:g { e:a e:b 2 }"},
    ],
)
def test_two_files_claim_one_graph(files: dict[str, str], tiny: Tiny) -> None:
    """A graph belongs to one file; the error names both files and the graph."""
    with pytest.raises(ProjectError) as caught:
        load(tiny(files))
    assert all(name in caught.value.to("en") for name in files)
    assert "<https://example.org/g" in caught.value.to("de")


def test_graph_of_inferred_triples_is_reserved(tiny: Tiny) -> None:
    """A file cannot mix its statements with those that are inferred."""
    with pytest.raises(ProjectError, match="inferred"):
        load(tiny({"data/inferred.ttl": ONE}))


def test_hidden_and_other_files_are_ignored(tiny: Tiny) -> None:
    """Hidden files and folders and files that are not RDF are left alone."""
    other = {
        "data/.a.ttl": "oops",
        "data/.x/a.ttl": "oops",
        "data/~a.ttl.swp": "oops",
        "data/a.md": "",
    }
    assert [source.shown for source in load(tiny({"data/b.ttl": ONE, **other})).sources] == [
        "data/b.ttl"
    ]


def test_fingerprint_changes_with_the_content_only(tiny: Tiny) -> None:
    """Touching a file changes nothing; a byte, a name, a rule and the settings do."""
    files: dict[str, str | bytes] = {
        **TINY,
        "queries/rules/r.rq": "CONSTRUCT {} WHERE {}",
        "data/note.md": "x",
    }
    project = tiny(files)
    first = fingerprint(project)
    (project.root / "data/a.ttl").touch()
    (project.root / "data/note.md").write_text("y")
    (project.root / "data/.hidden.ttl").write_text("")
    assert fingerprint(project) == first
    seen = {first}
    for name in ("data/a.ttl", "queries/rules/r.rq", "kg.toml", "shapes/s.ttl"):
        path = project.root / name
        path.write_text(path.read_text() + "\n")
        seen.add(fingerprint(project))
    (project.root / "data/a.ttl").rename(project.root / "data/b.ttl")
    seen.add(fingerprint(project))
    assert len(seen) == 6


def test_contribution_has_a_graph_of_its_own(tiny: Tiny) -> None:
    """A file from elsewhere is read, whatever it is called, and keeps its places."""
    project = tiny({"elsewhere/my file.ttl": ONE})
    source = load_file(project, project.root / "elsewhere" / "my file.ttl")
    assert source.graph == "https://example.org/graph/contribution/my%20file"
    assert [item.subject.line for item in source.locate()] == [2]


def test_text_becomes_a_source_with_places() -> None:
    """A posted text needs no file: it has its quads in its graph, and places by the text."""
    form = by_suffix("x.ttl")
    assert form
    graph = "https://example.org/graph/posted"
    source = source_of_text("\ufeff" + HEADER + "<#a> e:b e:c .", form, shown="body", graph=graph)
    assert [str(quad.graph_name) for quad in source.quads] == [f"<{graph}>"]
    assert [(item.subject.text, item.subject.line) for item in source.locate()] == [
        (f"<{graph}#a>", 2)
    ]


def test_fault_of_a_text_has_its_place() -> None:
    """What does not parse says the name of the text, line and column."""
    form = by_suffix("x.ttl")
    assert form
    with pytest.raises(ReadError) as fault:
        source_of_text(HEADER + "e:a\n e:b ;", form, shown="body", graph="https://e/")
    assert str(fault.value.place).startswith("body:3:")


@pytest.mark.parametrize(
    ("config", "entry"),
    [
        ("[project\n", "TOML"),
        ("project = 1", "project"),
        ("[project]\ntitle = 1", "title"),
        ('[project]\nbase = "no iri"', "base"),
        ('[project]\nbase = "relative/"', "base"),
        ('[project]\ndefault_graph = "all"', "default_graph"),
        ("[prefixes]\ne = 1", "e"),
        (b"[project]\ntitle = '\xfc'", "TOML"),
    ],
)
def test_wrong_settings_are_named(config: str | bytes, entry: str, tiny: Tiny) -> None:
    """An entry of kg.toml that cannot be used is an error with the file and the entry."""
    with pytest.raises(ProjectError, match=re.escape(entry)) as caught:
        tiny({"kg.toml": config})
    assert "kg.toml" in caught.value.to("de")
