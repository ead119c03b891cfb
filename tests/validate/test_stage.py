"""The stage judges a project as a whole and contributions to it."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Tiny
from tests.helpers import ALONE, HEADER, TINY

from kg.rdf.dataset import load, load_file
from kg.validate.stage import validate_dataset, validate_files


def test_project(tiny: Tiny) -> None:
    """A valid project gives no finding, one with a lonely thing gives that one, with its place."""
    assert validate_dataset(load(tiny(TINY))).results == ()
    (found,) = validate_dataset(load(tiny(ALONE))).results
    assert found.message.as_dict() == {"de": "allein", "en": "alone"}
    assert str(found.places[0]) == "data/b.ttl:2:1"


def test_contribution(tiny: Tiny, tmp_path: Path) -> None:
    """A contribution is seen with the data, alone with the ontology; shapes can be replaced."""
    project = tiny(TINY)
    file = tmp_path / "new.ttl"
    file.write_text(HEADER + "e:c a e:Thing ; e:knows e:a .\ne:b a e:Thing .\n")
    dataset, new = load(project), (load_file(project, file),)
    assert [r.focus for r in validate_files(dataset, new).results] == ["<https://example.org/b>"]
    shapes = tmp_path / "other.ttl"
    shapes.write_text(HEADER + "e:S a sh:NodeShape ; sh:targetNode e:c ; sh:nodeKind sh:Literal .")
    other = load_file(project, shapes).triples()
    assert len(validate_files(dataset, new, shapes=other, alone=True).results) == 1


def test_blank_node_as_focus(tiny: Tiny, tmp_path: Path) -> None:
    """A contribution that describes only a blank node is judged as well."""
    project = tiny(TINY)
    file = tmp_path / "blank.ttl"
    file.write_text(HEADER + "[] a e:Thing .\n")
    report = validate_files(load(project), (load_file(project, file),))
    assert not report.valid
