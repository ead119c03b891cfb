"""All findings on the fixtures of the shapes stand at the right line, checked by their text."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Triple

from kg.errors import Place
from kg.namespaces import shorten
from kg.rdf.bulk import columns_of
from kg.rdf.dataset import load_file, rdf_files
from kg.rdf.read import read_quads
from kg.settings import Project, read_project
from kg.validate.engine import validate
from kg.validate.graph import graph_of
from kg.validate.places import with_places
from kg.validate.report import Result
from kg.validate.shape_reader import read_shapes
from kg.validate.shapes import Plan

ROOT = Path(__file__).parents[2]
FIXTURES = sorted(
    path for path in (ROOT / "tests/shapes").glob("*/*.ttl") if not path.stem.endswith("-valid")
)


@cache
def project() -> Project:
    return read_project(ROOT)


@cache
def ontology() -> frozenset[Triple]:
    files = rdf_files(ROOT / "ontology")
    return frozenset(quad.triple for path in files for quad in read_quads(path))


@cache
def plan() -> Plan:
    quads = [quad for path in rdf_files(ROOT / "shapes") for quad in read_quads(path)]
    return read_shapes((quad.triple for quad in quads), project().prefixes)


def written(term: str) -> str:
    """How canonical Turtle begins to write a term."""
    if term.startswith("_:"):
        return "["
    if term.startswith("<"):
        return "a" if term.endswith("#type>") else shorten(term[1:-1], project().prefixes)
    return re.sub(r'^"([^"\\]*)"\^\^.*', r"\1", term)


def at(lines: list[str], place: Place) -> str:
    assert place.line and place.column
    return lines[place.line - 1][place.column - 1 :].removeprefix('"')


def above(lines: list[str], place: Place, indent: str) -> str:
    """The nearest line at or above a place that starts with `indent` and a sign."""
    assert place.line
    found = [line for line in lines[: place.line] if re.match(indent + r"\S", line)]
    return found[-1].strip()


def assert_right(result: Result, lines: list[str]) -> None:
    spots, place = result.spots, result.places[0]
    assert spots.focus
    focus = written(result.focus)
    assert at(lines, spots.focus).startswith(focus)
    path = (result.path or "").removeprefix("^")
    if result.value is None or result.value == result.focus:
        counted = "MaxCount" in str(result.component) or "UniqueLang" in str(result.component)
        name = written(path) if spots.path else focus
        assert counted or at(lines, place).startswith(name)
        assert not counted or above(lines, place, "  ").split()[0] == name
    else:
        assert at(lines, place).startswith(written(result.value).removeprefix('"'))
        assert above(lines, place, "  ").split()[0] == written(path)
        assert above(lines, place, "").split()[0] == focus


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_every_finding_has_its_line(fixture: Path) -> None:
    """At the place of a finding stands its value, else its property, else its focus node.

    Values stand in the block of the focus node and below the property.
    """
    source = load_file(project(), fixture)
    graph = graph_of(columns_of(ontology().union(source.triples())))
    report = with_places(validate(graph, plan()), [source])
    assert report.results
    lines = fixture.read_text().splitlines()
    for result in report.results:
        assert_right(result, lines)
