"""Findings get places: file, line and column of the statements that they speak of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from kg.errors import Place
from kg.namespaces import SH
from kg.rdf.dataset import Source
from kg.rdf.places import Finder, Stated, firsts, unique
from kg.validate.paths import Path, Step
from kg.validate.report import Report, Result, Spots
from kg.validate.walk import Passed, along, backwards, last_steps, walk

_MOST = 5
_MOST_VALUES = 100
_TOO_MANY = (SH + "MaxCountConstraintComponent", SH + "QualifiedMaxCountConstraintComponent")
_UNIQUE_LANG = SH + "UniqueLangConstraintComponent"
_CLOSED = SH + "ClosedConstraintComponent"


def with_places(report: Report, sources: Iterable[Source]) -> Report:
    """Return `report` with the places of its findings in `sources`.

    The sources under check come first. A finding that has places keeps them.
    """
    sources = tuple(sources)
    finder = Finder(sources)
    placed = (_with_places(result, finder) for result in report.results)
    return replace(report, results=tuple(_at_least_file(result, sources) for result in placed))


def _at_least_file(result: Result, sources: tuple[Source, ...]) -> Result:
    """Return a finding without places with the files of formats without places that speak of it."""
    blind = [each for each in sources if not each.has_places] if not result.places else []
    files = [
        Place(each.shown)
        for each in blind
        if any(str(quad.subject) == result.focus for quad in each.quads)
    ]
    return replace(result, places=unique(files)[:_MOST]) if files else result


def _with_places(result: Result, finder: Finder) -> Result:
    details = tuple(_with_places(each, finder) for each in result.details)
    if result.places:
        return replace(result, details=details)
    spots, places = _located(result, finder)
    return replace(result, details=details, spots=spots, places=places)


def _located(result: Result, finder: Finder) -> tuple[Spots, tuple[Place, ...]]:
    """Return the spots of a finding and the places of what is at fault."""
    tree = result.tree or _simple(result.path)
    passed = _statements(result, tree, finder)
    subjects = _subjects(result, passed, finder)
    focus = next(iter(subjects), None)
    if result.value is None:
        return _without_value(result, tree, passed, subjects)
    values = [each.value for each in passed if each.end == result.value]
    paths = [each.predicate for each in passed]
    if not values and result.value == result.focus:
        values = subjects
    spots = Spots(focus, next(iter(paths), None), next(iter(values), None))
    found = paths if result.component == _CLOSED and paths else values or paths or subjects
    return spots, unique(found)[:_MOST]


def _without_value(
    result: Result, tree: Path | None, passed: list[Passed], subjects: list[Place]
) -> tuple[Spots, tuple[Place, ...]]:
    focus = next(iter(subjects), None)
    paths = [each.predicate for each in passed]
    path = next(iter(paths), None)
    if result.component == _UNIQUE_LANG:
        passed = _of_one_language(passed)
    elif result.component not in _TOO_MANY:
        broken = [each for each in passed if not _is_last(each, tree)]
        return Spots(focus, path), unique([e.value for e in broken] or paths or subjects)[:_MOST]
    values = unique(each.value for each in passed)
    return Spots(focus, path, values[-1] if values else None), (values or unique(subjects))[
        :_MOST_VALUES
    ]


def _statements(result: Result, tree: Path | None, finder: Finder) -> list[Passed]:
    """Return the statements that lead to the value, or to all values when there is none.

    When there is no value at the end of the path, they are those where the way ends.
    """
    focus, value, graph = result.focus, result.value, result.graph
    if isinstance(tree, Step):
        found = along(finder, tree, start=focus, value=value, graph=graph)
    elif tree is not None:
        way = walk(finder, focus, tree, graph=graph)
        if value is None:
            return [each for how in way.last.values() for each in how] or way.broken
        found = way.last.get(value, [])
        if not found and value not in way.last:
            found = backwards(finder, value, tree, graph=graph)
    else:
        found = []
    if found or value is None or value == focus:
        return found
    # The value is not stated by this path, but entailed by another or found by a query.
    anyhow = finder.stated(focus, None, value, graph=graph)
    first = along(finder, tree, start=focus, graph=graph) if isinstance(tree, Step) else []
    return [Passed(each) for each in anyhow] or first


def _subjects(result: Result, passed: list[Passed], finder: Finder) -> list[Place]:
    """Return where the focus node is written: as subject of what is at fault, else of anything."""
    focus, graph = result.focus, result.graph
    own = [each.stated for each in passed if each.stated.item.subject.text == focus]
    stated = own or firsts(finder.stated(focus, graph=graph))
    if stated:
        return [each.subject for each in stated]
    return [each.object for each in firsts(finder.stated(value=focus, graph=graph))]


def _of_one_language(passed: list[Passed]) -> list[Passed]:
    """Return those of the values that have their language tag in common with another."""
    tags = Counter(_tag(each.stated) for each in passed)
    return [each for each in passed if _tag(each.stated) and tags[_tag(each.stated)] > 1]


def _tag(stated: Stated) -> str:
    text = stated.item.object.text
    return text.rpartition('"')[2].lower() if text.startswith('"') and text[-1] not in '">' else ""


def _is_last(passed: Passed, tree: Path | None) -> bool:
    """Return whether the statement belongs to the last step of its path."""
    steps = last_steps(tree) if tree is not None else []
    predicate = passed.stated.item.predicate.text
    return any(s.predicate == predicate and s.inverse == passed.inverse for s in steps)


def _simple(path: str | None) -> Step | None:
    """Return a property or an inverse property as a path; other texts of paths are left."""
    if path is None:
        return None
    predicate = path.removeprefix("^")
    if not predicate.startswith("<") or ">" in predicate[:-1] or not predicate.endswith(">"):
        return None
    return Step(predicate, inverse=path.startswith("^"))
