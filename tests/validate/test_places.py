"""Findings say where their statements stand."""

from __future__ import annotations

import pytest
from tests.conftest import Tiny
from tests.helpers import HEADER

from kg.errors import Place, Text
from kg.rdf.dataset import load, load_file
from kg.validate.places import with_places
from kg.validate.report import Report, Result

E = "https://example.org/"
FILES = {
    "data/a.ttl": HEADER + 'e:ann e:name "Ann" ;\n  e:age 7 , 8 .\n',
    "data/b.ttl": HEADER + "\n\ne:ann e:age 7 .\n",
}


@pytest.mark.parametrize(
    ("path", "value", "graph", "expected"),
    [
        ("age", '"8"', None, ["data/a.ttl:3:13"]),
        ("age", '"7"', None, ["data/a.ttl:3:9", "data/b.ttl:4:13"]),
        ("age", '"7"', "b", ["data/b.ttl:4:13"]),
        ("name", None, None, ["data/a.ttl:2:7"]),
        ("height", None, None, ["data/a.ttl:2:1", "data/b.ttl:4:1"]),
        (None, None, "b", ["data/b.ttl:4:1"]),
    ],
)
def test_place(
    tiny: Tiny, path: str | None, value: str | None, graph: str | None, expected: list[str]
) -> None:
    """The value's place comes first, else that of the property, else that of the subject."""
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    result = Result(
        severity="Violation",
        message=Text(de="", en=""),
        focus=f"<{E}ann>",
        path=path and f"<{E}{path}>",
        value=value and value + integer,
        graph=graph and f"{E}graph/{graph}",
    )
    report = with_places(Report((result,)), load(tiny(FILES)).sources)
    assert [str(place) for place in report.results[0].places] == expected


def test_two_files_of_one_name(tiny: Tiny) -> None:
    """Contributions of the same name in two folders keep their places apart."""
    project = tiny({"x/c.ttl": HEADER + "e:ann e:age 7 .", "y/c.ttl": HEADER + "\ne:bob e:age 8 ."})
    sources = [load_file(project, project.root / name / "c.ttl") for name in ("x", "y")]
    results = [Result("Info", Text(de="", en=""), focus=f"<{E}{who}>") for who in ("ann", "bob")]
    report = with_places(Report(tuple(results)), sources)
    lines = [[place.line for place in result.places] for result in report.results]
    assert lines == [[2], [3]]


def test_known_places_stay(tiny: Tiny) -> None:
    """A finding that knows its places keeps them."""
    places = (Place("x.ttl", 1, 2),)
    result = Result("Info", Text(de="", en=""), focus=f"<{E}ann>", places=places)
    report = with_places(Report((result,)), load(tiny(FILES)).sources)
    assert report.results[0].places == places
