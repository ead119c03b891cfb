"""Why a triple does not hold: the rules that could conclude it, and what each of them lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np

from kg.reason.engine import Engine
from kg.reason.instance import Instance, substitute_atom
from kg.reason.matching import Atom, Body, Table, solutions
from kg.reason.proof import Attempt, Triple
from kg.reason.rule import Expression
from kg.reason.specialise import Specialiser
from kg.reason.triggers import Triggers
from kg.reason.witness import blocking

MAX_ATTEMPTS = 10
MAX_ATOMS = 7
"""Rules with longer bodies are only said to lack something when one premise is missing."""


def attempts(engine: Engine, triple: Triple) -> tuple[Attempt, ...]:
    """Return what the rules lack that could conclude `triple`, those that lack least first."""
    find = engine.state.facts.terms.find
    subject, predicate, value = (find(term) for term in triple)
    if predicate is None:
        return ()
    same = engine.state.facts.equality.find
    words = engine.state.words
    wanted = (
        same(predicate),
        words.nobody if subject is None else same(subject),
        words.nothing if value is None else same(value),
    )
    found = []
    for instance, number in _candidates(engine).for_triple(wanted[0], wanted[2]):
        values = _bound(instance.head[number], wanted)
        if values is not None:
            attempt = _attempt(engine, instance, values, triple)
            if attempt is not None and attempt not in found:
                found.append(attempt)
    found.sort(key=lambda each: (len(each.missing) + len(each.failed), -len(each.present)))
    return tuple(found[:MAX_ATTEMPTS])


def _candidates(engine: Engine) -> Triggers:
    """Return what every instance may conclude, also those of properties without a triple.

    It is found once for each state of the engine.
    """
    rank = engine.state.rank
    if engine.possible is not None and engine.possible[0] == rank:
        return engine.possible[1]
    specialiser = Specialiser(engine.state, unused=True)
    heads = Triggers()
    for instance in specialiser.instances(engine.templates):
        if instance.link is None and instance.head:
            heads.add_head(instance)
    engine.possible = rank, heads
    return heads


def _bound(head: Atom, wanted: Atom) -> dict[int, int] | None:
    """Return the values that make `head` the triple `wanted`, None when nothing does."""
    values: dict[int, int] = {}
    for term, one in zip(head[1:], wanted[1:], strict=True):
        if term < 0 and values.setdefault(term, one) != one:
            return None
        if term >= 0 and term != one:
            return None
    return values


def _attempt(
    engine: Engine, instance: Instance, values: dict[int, int], triple: Triple
) -> Attempt | None:
    atoms = instance.body.atoms
    for missing in _fewest(len(atoms)):
        rest = tuple(atom for place, atom in enumerate(atoms) if place not in missing)
        row = _first(engine, Body(rest), values)
        if row is None:
            continue
        blocked: tuple[Triple, ...] = ()
        failed: tuple[str, ...] = ()
        show = _shower(engine, instance, triple)
        if not missing:
            hindering = next(iter(blocking(engine.state, instance, row)), ())
            blocked = tuple(show(atom) for atom in hindering)
            failed = tuple(
                _text(condition.expression)
                for condition in instance.body.conditions
                if all(number >= 0 or number in row for _, number in condition.variables)
                and not engine.state.facts.holds(
                    condition, {n: row.get(n, n) for _, n in condition.variables}
                )
            )
            if not blocked and not failed:
                return None
        present = (*instance.ground, *(substitute_atom(atom, row) for atom in rest))
        lacking = (substitute_atom(atoms[place], row) for place in missing)
        return Attempt(
            rule=instance.rule.name,
            present=tuple(map(show, dict.fromkeys(present))),
            missing=tuple(map(show, dict.fromkeys(lacking))),
            blocked=blocked,
            failed=failed,
        )
    return None


def _fewest(number: int) -> Iterator[tuple[int, ...]]:
    """Yield sets of places to leave out, small ones first."""
    for size in range(number + 1 if number <= MAX_ATOMS else 2):
        yield from combinations(range(number), size)


def _first(engine: Engine, body: Body, values: dict[int, int]) -> dict[int, int] | None:
    start = Table(1, {name: np.array([one], np.int64) for name, one in values.items()})
    for table in solutions(body, engine.state.facts, engine.state.meter, start=start):
        return {name: int(column[0]) for name, column in table.columns.items()}
    return None


def _shower(engine: Engine, instance: Instance, triple: Triple) -> Callable[[Atom], Triple]:
    """Return a function that shows atoms: terms by their text, variables by their name."""
    words, term_of = engine.state.words, engine.state.facts.terms.term
    unknown = {words.nobody: triple[0], words.nothing: triple[2]}
    names = instance.names

    def term(one: int) -> str:
        if one < 0:
            return names[-1 - one] if -1 - one < len(names) else f"?v{-one}"
        return unknown.get(one) or term_of(one)

    def show(atom: Atom) -> Triple:
        predicate, subject, value = atom
        if predicate == words.proper:
            predicate = words.sub_class
        return term(subject), term(predicate), term(value)

    return show


def _text(expression: Expression | str) -> str:
    """Return an expression as SPARQL writes it, more or less."""
    if not isinstance(expression, Expression):
        return expression
    parts = [_text(argument) for argument in expression.arguments]
    if expression.operator == "term":
        return parts[0]
    if expression.operator[0].isalpha():
        return f"{expression.operator}({', '.join(parts)})"
    return f" {expression.operator} ".join(parts) if len(parts) > 1 else f"!{parts[0]}"
