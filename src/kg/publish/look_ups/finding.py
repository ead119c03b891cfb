"""The solutions of a look-up: one pattern after the other, by what is known then."""

from __future__ import annotations

import re
from collections.abc import Callable

from kg.publish.look_ups.plan import Part, Plan, Step, Terms
from kg.publish.look_ups.reading import Filter
from kg.publish.look_ups.statements import MOST, Id, Statements, TooMany

_INDEX = 4
"""Statements that are read in the time that it takes to find the first one."""
_MOST_VALUES = 2_000
"""Values in a result, before DISTINCT and LIMIT."""
_RANGE = re.compile(r"\*|[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


def solutions(statements: Statements, plan: Plan, start: Terms, texts: list[str]) -> list[Terms]:
    """Return the rows of a look-up that begins as `start`; its query has the terms `texts`.

    Raises TooMany when that is not done soon, and ValueError for a term that is none.
    """
    search = _Search(statements, texts)
    found = search.extended([start], plan.required)
    for part in plan.optional:
        found = [fit for values in found for fit in search.extended([values], part) or (values,)]
    chosen = plan.chosen
    if len(found) * len(chosen) > _MOST_VALUES:
        raise TooMany
    rows = [[values[place] for place in chosen] for values in found]
    if plan.distinct:
        rows = list({tuple(row): row for row in rows}.values())
    return rows if plan.limit is None else rows[: plan.limit]


class _Search:
    """One look-up on its way."""

    def __init__(self, statements: Statements, texts: list[str]) -> None:
        self._statements = statements
        self._texts = texts
        self._left = MOST

    def extended(self, solutions: list[Terms], part: Part) -> list[Terms]:
        """Return all solutions that extend one of `solutions` by a part."""
        for step in part.steps:
            solutions = self._after(step, solutions)
        for condition in part.filters:
            self._left -= len(solutions)
            if self._left < 0:
                raise TooMany
            fits = self._condition(condition)
            solutions = [values for values in solutions if fits(values[condition.place])]
        return solutions

    def _after(self, step: Step, solutions: list[Terms]) -> list[Terms]:
        subject, predicate, thing, gives, same, is_whole = step
        find, left = self._statements.find, self._left
        found: list[Terms] = []
        for values in solutions:
            left -= _INDEX
            if left < 0:
                raise TooMany
            known = values[subject], values[predicate], values[thing]
            if is_whole:
                found += [values] if self._statements.has(*known) else []
                continue
            for statement in find(*known):
                left -= 1
                if left < 0:
                    raise TooMany
                if same and any(statement[one] != statement[other] for one, other in same):
                    continue
                fit = values.copy()
                for place, part in gives:
                    fit[place] = statement[part]
                found.append(fit)
        self._left = left
        return found

    def _condition(self, condition: Filter) -> Callable[[Id], bool]:
        """Return what says whether a value has the language that is wanted."""
        language = self._statements.language
        wanted = self._texts[condition.wanted][1:-1]
        if not condition.matches:
            return lambda value: value is not None and language(value) == wanted
        if not _RANGE.fullmatch(wanted):
            raise ValueError(wanted)
        return lambda value: value is not None and _matches(language(value), wanted.lower())


def _matches(language: str | None, wanted: str) -> bool:
    """Return what LANGMATCHES says of a tag and a range in small letters (RFC 4647, 3.3.1)."""
    tag = (language or "").lower()
    return bool(tag) if wanted == "*" else tag == wanted or tag.startswith(f"{wanted}-")
