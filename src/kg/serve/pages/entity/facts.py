"""Statements about a resource become facts: a property with its values and who says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from kg.serve.pages.labels import last_part
from kg.serve.pages.terms import Row, Term
from kg.serve.pages.vocabulary import Vocabulary

_SHOWN, _SLACK = 12, 3
_Said = dict[str, dict[Term, bool]]


@dataclass(frozen=True)
class Value:
    """One value of a property, or one resource that points here, with the graphs that say so."""

    term: Term
    graphs: tuple[str, ...]
    derived: bool


@dataclass(frozen=True)
class Fact:
    """A property with its values; `backward` if the resource is the value."""

    path: str
    values: tuple[Value, ...]
    backward: bool = False
    name: str = ""
    """What the shapes call it, empty if nothing."""
    total: int = 0
    """How many values there are, if not all of them are here."""

    @property
    def count(self) -> int:
        """How many values there are."""
        return self.total or len(self.values)

    @property
    def shown(self) -> tuple[Value, ...]:
        """The values that are shown at once."""
        return self.values if len(self.values) <= _SHOWN + _SLACK else self.values[:_SHOWN]

    @property
    def folded(self) -> tuple[Value, ...]:
        """The other values that are on the page."""
        return self.values[len(self.shown) :]


def facts_of(
    rows: Iterable[Row],
    inferred: str,
    *,
    backward: bool = False,
    totals: Mapping[str, int] | None = None,
) -> list[Fact]:
    """Return the facts of rows with ?p, ?g and ?o, or ?s for what points here.

    `totals` are the numbers of values by property, where the rows may lack some.
    """
    told: dict[str, dict[Term, list[str]]] = {}
    for row in rows:
        values = told.setdefault(row["p"].value, {})
        graphs = values.setdefault(row["s" if backward else "o"], [])
        graphs += [row["g"].value] if "g" in row else []
    totals = totals or {}
    return [
        Fact(
            path,
            tuple(_value(*one, inferred) for one in values.items()),
            backward,
            total=totals[path] if totals.get(path, 0) > len(values) else 0,
        )
        for path, values in told.items()
    ]


def _value(term: Term, graphs: list[str], inferred: str) -> Value:
    return Value(term, tuple(dict.fromkeys(graphs)), derived=set(graphs) == {inferred})


def parted(facts: Iterable[Fact], vocabulary: Vocabulary) -> tuple[list[Fact], list[Fact]]:
    """Return the facts, and apart from them those that only say the same once more.

    That is what follows in a wider property, in an equal one of another vocabulary, and what
    points here by a property that is symmetric or the inverse of one that was said.
    """
    facts = list(facts)
    out = _pairs(fact for fact in facts if not fact.backward)
    back = _pairs(fact for fact in facts if fact.backward)
    said: list[Fact] = []
    echoes: list[Fact] = []
    for fact in facts:
        is_echo = _echo_of(fact, vocabulary, out, back if fact.backward else out)
        _put(said, fact, [one for one in fact.values if not is_echo(one)])
        _put(echoes, fact, [one for one in fact.values if is_echo(one)])
    return said, echoes


def _echo_of(
    fact: Fact, vocabulary: Vocabulary, out: _Said, paths: _Said
) -> Callable[[Value], bool]:
    """Return what tells which values of a fact were said; of what is not whole nothing was."""
    narrower = [one for one in paths if fact.path in vocabulary.above(one)]
    twins = [one for one in paths if one != fact.path and _alike(one, fact.path)]
    turned = [fact.path, *vocabulary.inverses(fact.path)] if fact.backward else []

    def is_echo(value: Value) -> bool:
        if fact.total or not value.derived:
            return False
        return (
            any(value.term in paths[one] for one in narrower)
            or any(paths[one].get(value.term) is False for one in twins)
            or any(value.term in out.get(one, ()) for one in turned)
        )

    return is_echo


def _pairs(facts: Iterable[Fact]) -> _Said:
    """Return the values of each property, with whether they are derived."""
    return {fact.path: {value.term: value.derived for value in fact.values} for fact in facts}


def _alike(one: str, other: str) -> bool:
    return last_part(one) == last_part(other)


def _put(facts: list[Fact], fact: Fact, values: list[Value]) -> None:
    if values:
        facts.append(replace(fact, values=tuple(values)))
