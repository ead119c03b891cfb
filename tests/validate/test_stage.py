"""The stage judges a project as a whole, and data with shapes that stand alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import Tiny
from tests.helpers import ALONE, HEADER, TINY

from kg.publish.build import check
from kg.rdf.dataset import Source, load, load_file
from kg.reason.stage import reason
from kg.validate.shape_graph import ShapesError
from kg.validate.stage import validate_alone, validate_dataset


def source(tiny: Tiny, path: Path, body: str) -> Source:
    path.write_text(HEADER + body)
    return load_file(tiny(TINY), path)


def test_project(tiny: Tiny) -> None:
    """A valid project gives no finding, one with a lonely thing gives that one, with its place."""
    for files, messages in ((TINY, []), (ALONE, ["allein"])):
        dataset = load(tiny(files))
        closure = reason(dataset.triples("ontology", "data"))
        report = validate_dataset(dataset, closure)
        assert [found.message.de for found in report.results] == messages
        assert check(dataset).results == report.results
    assert str(report.results[0].places[0]) == "data/b.ttl:2:1"


def test_alone(tiny: Tiny, tmp_path: Path) -> None:
    """Data and shapes alone know nothing of the project: neither its terms nor its shapes."""
    data = source(tiny, tmp_path / "data.ttl", "e:c a e:Unknown ; e:knows e:a .\n")
    shapes = source(
        tiny,
        tmp_path / "shapes.ttl",
        "e:S a sh:NodeShape ; sh:targetNode e:c , e:d ; sh:nodeKind sh:Literal .",
    )
    report = validate_alone((data,), (shapes,))
    assert sorted(found.focus[-3:] for found in report.results) == ["/c>", "/d>"]
    assert report.checked == {"triples": 2, "shapes": 1}
    assert {str(found.places[0]) for found in report.results if found.places} == {
        f"{tmp_path}/data.ttl:2:1"
    }


def test_broken_shapes_are_named_with_their_place(tiny: Tiny, tmp_path: Path) -> None:
    """Shapes that cannot be used are an error that says where, not a report."""
    shapes = source(
        tiny,
        tmp_path / "shapes.ttl",
        'e:S a sh:NodeShape ; sh:property [\n  sh:path e:p ; sh:minCount "1" ] .',
    )
    with pytest.raises(ShapesError) as raised:
        validate_alone((), (shapes,))
    assert str(raised.value.place) == f"{tmp_path}/shapes.ttl:3:29"
    assert "sh:minCount" in raised.value.to("de")
