"""Findings get places: file, line and column of the statements that they speak of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kg.rdf.dataset import Source
from kg.rdf.places import Finder
from kg.validate.report import Report, Result


def with_places(report: Report, sources: Iterable[Source]) -> Report:
    """Return `report` with the places of its findings in `sources`."""
    finder = Finder(sources)
    return replace(report, results=tuple(_with_place(result, finder) for result in report.results))


def _with_place(result: Result, finder: Finder) -> Result:
    if result.places:
        return result
    places = finder.find(result.focus, result.path, result.value, graph=result.graph)
    return replace(result, places=places)
