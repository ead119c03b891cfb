"""The look-ups of one version: texts go in, results come out, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg.publish.look_ups.finding import solutions
from kg.publish.look_ups.plan import Plan, plan_of
from kg.publish.look_ups.reading import look_up_of
from kg.publish.look_ups.rows import FORMS, written
from kg.publish.look_ups.shape import Shape, shape_of
from kg.publish.look_ups.statements import Id, Statements, TooMany

_MOST = 500
"""Shapes that are known at a time."""
_FAILURES = 2
"""A shape that took too much so many times in a row is left to the workers for a while."""
_REST = 200
"""So many texts of such a shape are left to them before one is tried again."""


@dataclass
class _Known:
    """What was learned of a shape; no plan when its texts are not for us."""

    plan: Plan | None
    start: tuple[Id, ...] = ()
    """Places for variables, and the terms that all texts of the shape have."""
    failures: int = 0
    resting: int = 0


class LookUps:
    """Answers queries that touch few of many statements; the others it leaves alone."""

    def __init__(self, statements: Statements, prefixes: Mapping[str, str]) -> None:
        """Look things up in `statements`; a text may leave out `prefixes`.

        If one of these is no IRI, none is known: Oxigraph refuses every text that needs any.
        """
        self._statements = statements
        self._prefixes = prefixes if all(map(_is_iri, prefixes.values())) else {}
        self._shapes: dict[Shape, _Known] = {}
        self._last: tuple[str, _Known, list[str]] = ("", _Known(None), [])

    def is_look_up(self, text: str) -> bool:
        """Return whether a query has the shape of a look-up, which is a SELECT."""
        return self._read(text)[0].plan is not None

    def answer(self, text: str, form: str) -> bytes | None:
        """Return the result of a query in `form`, a name of a result format.

        None when it is not surely a look-up, is wrong, takes too much or has another form. The
        time it takes is bounded. Raises OSError when the store cannot be read.
        """
        if form not in FORMS:
            return None
        known, terms = self._read(text)
        if known.plan is None:
            return None
        if known.resting:
            known.resting -= 1
            return None
        try:
            given = [self._statements.id_of(node) for node in known.plan.nodes(terms)]
            rows = solutions(self._statements, known.plan, [*known.start, *given], terms)
            content = written(known.plan.names, rows, self._statements, form)
        except TooMany:
            known.failures += 1
            if known.failures >= _FAILURES:
                known.resting = _REST
            return None
        except ValueError:  # a term that is none: the parser says where
            return None
        known.failures = 0
        return content

    def _read(self, text: str) -> tuple[_Known, list[str]]:
        """Return what is known of the shape of a text, and its terms; it is often asked twice."""
        last, known, terms = self._last
        if text is last:
            return known, terms
        found = shape_of(text)
        if found is None:
            return _Known(None), []
        shape, terms = found
        known = self._shapes.get(shape) or self._learn(shape)
        self._last = text, known, terms
        return known, terms

    def _learn(self, shape: Shape) -> _Known:
        look_up = look_up_of(shape, self._prefixes)
        plan = plan_of(look_up) if look_up else None
        known = _Known(plan)
        if plan:
            fixed = [self._statements.id_of(node) for node in plan.fixed]
            known.start = (*[None] * plan.width, *fixed)
        if len(self._shapes) >= _MOST:
            self._shapes.clear()
        self._shapes[shape] = known
        return known


def _is_iri(text: str) -> bool:
    try:
        return bool(NamedNode(text))
    except ValueError:
        return False
