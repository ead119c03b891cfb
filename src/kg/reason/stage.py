"""The reasoning stage: a graph and rules become a Closure."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
from pyoxigraph import Triple

from kg.rdf.bulk import columns_of
from kg.rdf.columns import Columns
from kg.reason.closure import Closure, Contradiction, Remark
from kg.reason.engine import Engine
from kg.reason.rule import Rule

RULES_FOLDER = ("queries", "rules")


def reason(triples: Iterable[Triple], rules: Iterable[Rule] = ()) -> Closure:
    """Close `triples` under OWL 2 RL/RDF and `rules`; see `reason_columns`."""
    return reason_columns(columns_of(triples), rules)


def reason_columns(
    columns: Columns, rules: Iterable[Rule] = (), *, things: bool = False
) -> Closure:
    """Close the union of the graphs of `columns` under OWL 2 RL/RDF and `rules`.

    `things`: find also that every member of a class is an owl:Thing. The dictionary of `columns`
    grows by terms of the vocabulary and those that rules make. Raises StageError at a limit, and
    QueryError when the rules have no order.
    """
    start = time.perf_counter()
    subjects, predicates, objects = (np.asarray(each, np.int64) for each in columns.triples())
    engine = Engine(columns.dictionary, tuple(rules), things=things)
    engine.load(predicates, subjects, objects)
    state = engine.state
    return Closure(
        engine=engine,
        dictionary=columns.dictionary,
        contradictions=_contradictions(engine),
        remarks=tuple(
            Remark(columns.dictionary.term(node), text)
            for node, text in engine.specialiser.remarks.items()
        ),
        statistics={
            "triples": len(subjects),
            "rounds": state.rank,
            "equal": len(state.facts.equality.replaced()),
            "rules": len(engine.instances),
            "seconds": round(time.perf_counter() - start, 3),
        },
    )


def _contradictions(engine: Engine) -> tuple[Contradiction, ...]:
    if not engine.state.clashes:
        return ()
    from kg.reason.clashes import contradictions  # noqa: PLC0415 - most graphs have none

    return contradictions(engine)
