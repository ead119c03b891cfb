"""Cases of validation written by hand: shapes and data in Turtle, and the results line by line."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from _pytest.mark import ParameterSet
from tests.helpers import triples

from kg.namespaces import RDF, RDFS, SH, XSD
from kg.validate.engine import check

_SPACES = {"e": "https://example.org/", "rdf": RDF, "rdfs": RDFS, "sh": SH, "xsd": XSD}
_NAME = re.compile(r"\b(e|rdf|rdfs|sh|xsd):(\w+)")


def case(title: str, shapes: str, data: str, *results: str) -> ParameterSet:
    """A case with its results: focus, path, value, component, source shape, maybe severity.

    The parts are separated by " ; " and - stands for none. Names have the prefixes of
    tests.helpers; literals are written as in N-Triples.
    """
    return pytest.param(shapes, data, results, id=title.replace(" ", "-"))


def expected(results: tuple[str, ...]) -> Counter[tuple[str | None, ...]]:
    """The results as terms."""
    return Counter(map(_row, results))


def _row(line: str) -> tuple[str | None, ...]:
    parts = [None if part == "-" else _term(part) for part in line.split(" ; ")]
    component = f"{SH}{line.split(' ; ')[3]}ConstraintComponent"
    severity = parts[5] if len(parts) > 5 else f"<{SH}Violation>"
    return (*parts[:3], component, parts[4], severity)


def _term(text: str) -> str:
    return _NAME.sub(lambda found: f"<{_SPACES[found[1]]}{found[2]}>", text)


def found(shapes: str, data: str) -> Counter[tuple[str | None, ...]]:
    """The results of the engine in the same form."""
    return Counter(
        (
            result.focus,
            result.path,
            result.value,
            result.component,
            result.source_shape,
            f"<{result.severity_iri or SH + result.severity}>",
        )
        for result in check(triples(data), triples(shapes)).results
    )
