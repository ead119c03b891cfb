"""The engine driven by rows of terms in N-Triples form: load, change, and what it knows then."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import numpy as np
from pyoxigraph import Triple
from tests.helpers import triples
from tests.reason.random_graphs import SAME, THING, TYPE, Row

from kg.rdf.bulk import columns_of
from kg.rdf.dictionary import Dictionary
from kg.rdf.literals import value
from kg.reason.change import Change, Triples, change
from kg.reason.engine import Engine
from kg.reason.entailed import Rows, everything, worth_publishing
from kg.reason.rule import Rule


def rows_of(body: str) -> list[Row]:
    """The triples of Turtle with the prefixes of tests.helpers."""
    return [row(triple) for triple in triples(body)]


def row(triple: Triple) -> Row:
    return str(triple.subject), str(triple.predicate), str(triple.object)


def dictionary() -> Dictionary:
    """A dictionary without terms."""
    return columns_of(()).dictionary


def encoded(terms: Dictionary, rows: Iterable[Row]) -> Triples:
    """Predicates, subjects and objects as identifiers, in the order of `rows`."""
    ids = [(terms.add(p), terms.add(s), terms.add(o)) for s, p, o in rows]
    columns = np.array(ids, np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def engine_of(rows: Iterable[Row], rules: Iterable[Rule] = (), *, things: bool = False) -> Engine:
    """An engine that has closed `rows`; with `things` it finds what is an owl:Thing."""
    terms = dictionary()
    engine = Engine(terms, tuple(rules), things=things)
    engine.load(*encoded(terms, rows))
    return engine


def changed(engine: Engine, *, added: Iterable[Row] = (), removed: Iterable[Row] = ()) -> Change:
    """Change `engine` by rows."""
    terms = engine.state.facts.terms
    assert isinstance(terms, Dictionary)
    return change(engine, added=encoded(terms, added), removed=encoded(terms, removed))


def named(engine: Engine, rows: Rows) -> set[Row]:
    """Rows of identifiers as terms."""
    subjects, predicates, objects = (
        engine.state.facts.terms.terms(each.astype(np.int64)) for each in rows
    )
    return set(zip(subjects, predicates, objects, strict=True))


def known(engine: Engine, *, things: bool = False) -> set[Row]:
    """The whole closure under all names; of a literal's forms one stands for all.

    Membership in owl:Thing counts only with `things`: the engine finds it when it is asked for.
    """
    found = named(engine, everything(engine))
    return {(s, p, _spelled(o)) for s, p, o in found if things or not (p == TYPE and o == THING)}


def published(engine: Engine) -> set[Row]:
    """What is worth publishing."""
    return named(engine, worth_publishing(engine))


def classes(engine: Engine) -> set[frozenset[str]]:
    """The classes of equal IRIs and blank nodes."""
    term = engine.state.facts.terms.term
    found = {
        frozenset(each for each in map(term, members) if not each.startswith('"'))
        for _, members in engine.state.facts.equality.classes()
    }
    return {each for each in found if len(each) > 1}


def false(engine: Engine) -> set[str]:
    """The names of the rules that find a contradiction."""
    return {clash.rule for clash in engine.state.clashes}


def equal(one: str, other: str) -> Row:
    """The row that says two names denote one thing."""
    return one, SAME, other


def _spelled(term: str) -> str:
    """A literal by its value, any other term as it is."""
    if not term.startswith('"'):
        return term
    found = value(term)
    if isinstance(found, int | Decimal) and not isinstance(found, bool):
        return f'"{Fraction(found)}'
    return term if found is None else f'"{found!r}'
