"""Batches of an evaluation become results with messages and, for nested shapes, details."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from kg.errors import Text
from kg.namespaces import WELL_KNOWN, shorten
from kg.reason.arrays import distinct
from kg.validate.constraint_reader import component
from kg.validate.evaluate import PROPERTY, Batch, Evaluation
from kg.validate.messages import default_message
from kg.validate.paths import Step
from kg.validate.report import Result
from kg.validate.shapes import SEVERITY_TERMS, Constraint, Shape

Messages = tuple[tuple[str, str], ...]
_DETAILED = frozenset((component("Node"), component("And")))
_SPARQL = component("SPARQL")
_DEPTH = 8
_MOST_APART = 200
"""Of so many values details are found that need each value by itself."""


def results_of(
    evaluation: Evaluation, batches: Iterable[Batch], *, depth: int = _DEPTH
) -> Iterator[Result]:
    """Yield a result for each row of `batches`; details go `depth` shapes deep."""
    maker = _Maker(evaluation, depth)
    for batch in batches:
        yield from maker.results(batch)


class _Maker:
    def __init__(self, evaluation: Evaluation, depth: int) -> None:
        self._evaluation = evaluation
        self._dictionary = evaluation.graph.dictionary
        self._depth = depth
        self._table = {**WELL_KNOWN, **evaluation.plan.prefixes}

    def results(self, batch: Batch) -> Iterator[Result]:
        """Yield the results of a batch."""
        if batch.rows is not None:
            yield from self._asked(batch)
            return
        shape, constraint = batch.shape, batch.constraint
        path = str(shape.path) if shape.path else None
        message, messages = self._message(shape, constraint)
        focus = self._dictionary.terms(batch.focus)
        values = [None] * len(focus) if batch.values is None else self._named(batch.values)
        details = self._details(batch)
        closed = None if batch.predicates is None else self._dictionary.terms(batch.predicates)
        for row, (node, value) in enumerate(zip(focus, values, strict=True)):
            yield Result(
                severity=shape.severity,
                message=message,
                focus=node,
                path=closed[row] if closed else path,
                value=value,
                component=constraint.component,
                shape=shape.name,
                tree=Step(closed[row]) if closed else shape.path,
                source_shape=shape.node,
                severity_iri=shape.severity_iri,
                messages=messages,
                details=details.get(int(batch.values[row]), ())
                if details and batch.values is not None
                else (),
            )

    def _named(self, ids: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[str | None]:
        return [*self._dictionary.terms(ids)]

    def _asked(self, batch: Batch) -> Iterator[Result]:
        """Yield the results of a SPARQL-based constraint."""
        rows, shape, constraint = batch.rows, batch.shape, batch.constraint
        if rows is None:
            return
        check = constraint.extra
        own = f"<{check.severity}>" if check.severity else None
        severity = SEVERITY_TERMS.get(own, "Info") if own else shape.severity
        iri = check.severity if own and own not in SEVERITY_TERMS else None
        for row, node in enumerate(self._dictionary.terms(batch.focus)):
            message, messages = self._message(shape, constraint, rows.messages[row])
            tree = rows.path[row] or shape.path
            yield Result(
                severity=severity,
                message=message,
                focus=node,
                path=str(tree) if tree else None,
                value=rows.value[row],
                component=constraint.component,
                shape=shape.name,
                tree=tree,
                source_shape=shape.node,
                constraint=check.node if constraint.component == _SPARQL else None,
                severity_iri=iri if own else shape.severity_iri,
                messages=messages,
            )

    def _message(
        self, shape: Shape, constraint: Constraint, messages: Messages | None = None
    ) -> tuple[Text, Messages]:
        """Return the message to show and those that are declared."""
        known = shape.messages if messages is None else messages
        if not known:
            path = self._short(str(shape.path)) if shape.path else None
            return default_message(constraint, path, self._short), ()
        by_language: dict[str, str] = {}
        for text, language in known:
            by_language.setdefault(language.split("-")[0], text)
        some = by_language.get("") or by_language.get("en") or known[0][0]
        return Text(de=by_language.get("de", some), en=by_language.get("en", some)), known

    def _short(self, term: str) -> str:
        if term.startswith("<") and term.find(">") == len(term) - 1:
            return shorten(term[1:-1], self._table)
        if term.startswith("^<") and term.find(">") == len(term) - 1:
            return "^" + shorten(term[2:-1], self._table)
        return term

    def _details(self, batch: Batch) -> dict[int, tuple[Result, ...]]:
        """Return for each value what the nested shapes say of it."""
        constraint = batch.constraint
        if constraint.component not in _DETAILED or not self._depth or batch.values is None:
            return {}
        values = distinct(batch.values)
        found: dict[int, list[Result]] = defaultdict(list)
        for inner in constraint.shapes:
            if _stays(inner):
                for part in self._evaluation.results(inner, values):
                    for focus, result in zip(part.focus.tolist(), self._inner(part), strict=True):
                        found[focus].append(result)
            else:
                for value in values[:_MOST_APART].tolist():
                    for part in self._evaluation.results(inner, np.array([value])):
                        found[value] += self._inner(part)
        return {value: tuple(sorted(some, key=_order)) for value, some in found.items()}

    def _inner(self, part: Batch) -> Iterator[Result]:
        return results_of(self._evaluation, [part], depth=self._depth - 1)


def _stays(shape: Shape) -> bool:
    """Return whether the focus node of each result of a shape is that of the shape."""
    inner = [c.shapes[0] for c in shape.constraints if c.component == PROPERTY]
    return all(c.component != PROPERTY for each in inner for c in each.constraints)


def _order(result: Result) -> tuple[object, ...]:
    return (*result.order, result.component or "", result.source_shape or "")
