"""Statements come and go at random; what is known then is what a new beginning finds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    run_state_machine_as_test,
)
from hypothesis.stateful import rule as step
from tests.reason.engines import changed, classes, engine_of, false, known, published
from tests.reason.random_graphs import (
    PROFILES,
    RULES,
    Profile,
    Row,
    data,
    ontology,
    rule,
    rules,
)

from kg.errors import QueryError
from kg.reason.change import Change
from kg.reason.engine import Engine
from kg.reason.rule import Rule
from kg.reason.state import Delta

BLOCKS = 8
"""Of each profile; all blocks together are a thousand histories."""
HISTORIES = 25
STEPS = 4
"""So many at most, one at least."""


def same_knowledge(engine: Engine, rows: set[Row], given: tuple[Rule, ...]) -> None:
    """Facts under all names, equal things, contradictions are those of a new beginning."""
    fresh = engine_of(sorted(rows), given)
    assert known(engine) == known(fresh)
    assert published(engine) == published(fresh)
    assert classes(engine) == classes(fresh)
    assert false(engine) == false(fresh)
    if engine.state.things == fresh.state.things:
        assert known(engine, things=True) == known(fresh, things=True)


def pairs(engine: Engine) -> set[tuple[int, int]]:
    """The relations as predicates and pairs."""
    relations = engine.state.facts.relations.items()
    return {(each, pair) for each, found in relations for pair in found.pairs().tolist()}


def as_set(delta: Delta) -> set[tuple[int, int]]:
    return {(each, pair) for each, some in delta.items() for pair in some.tolist()}


@dataclass
class History:
    """One random history: `rows` is what is stated now."""

    random: Random
    profile: Profile
    counts: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        axioms = ontology(self.random, self.profile)
        self.rules = rules(self.random, self.profile)
        self.pool = data(self.random, self.profile, 30)
        self.rows = set(axioms) | set(self.random.sample(self.pool, min(18, len(self.pool))))
        try:
            self.engine = engine_of(
                self.random.sample(sorted(self.rows), len(self.rows)), self.rules
            )
        except QueryError:
            self.counts["refused"] += 1
            return
        for number in range(self.random.randint(1, STEPS)):
            if not self.step(axioms, number):
                break

    def step(self, axioms: list[Row], number: int) -> bool:
        """Change something and compare; return whether the history can go on."""
        random = self.random
        stated = sorted(self.rows - set(axioms))
        added = set(random.sample(self.pool, random.randint(0, min(5, len(self.pool)))))
        removed = set(random.sample(stated, random.randint(0, min(5, len(stated)))))
        if random.random() < 0.1:
            removed.add(random.choice(axioms))
        if random.random() < 0.1:
            added |= set(ontology(random, self.profile, label=str(number), least=1))
        self.rows = (self.rows - removed) | added
        before, merged = pairs(self.engine), bool(self.engine.state.facts.equality)
        try:
            done = changed(self.engine, added=added, removed=removed)
        except QueryError:
            with pytest.raises(QueryError):
                engine_of(self.rows, self.rules)
            self.counts["refused"] += 1
            return False
        same_knowledge(self.engine, self.rows, self.rules)
        self.count(done)
        if not (done.recomputed or merged or self.engine.state.facts.equality):
            after = pairs(self.engine)
            assert as_set(done.added) == after - before
            assert as_set(done.removed) == before - after
            self.counts["differences"] += bool(done.added or done.removed)
        return True

    def count(self, done: Change) -> None:
        self.counts["steps"] += 1
        self.counts["recomputed"] += done.recomputed
        self.counts["equal"] += bool(classes(self.engine))
        self.counts["false"] += bool(self.engine.state.clashes)


@pytest.mark.parametrize("block", range(BLOCKS))
@pytest.mark.parametrize("kind", PROFILES)
def test_histories(kind: str, block: int) -> None:
    """After every step the closure is that of what is stated then; most steps do not start over."""
    counts: Counter[str] = Counter()
    for number in range(HISTORIES):
        seed = f"{kind}-{block}-{number}"
        history = History(Random(seed), PROFILES[kind], counts)
        try:
            history.run()
        except Exception as error:
            error.add_note(f"in the history {seed}")
            raise
    assert counts["steps"] > HISTORIES
    assert counts["recomputed"] < 0.5 * counts["steps"]
    assert counts["false"] > 0
    if kind in ("plain", "rules"):
        assert counts["differences"] > 0.1 * counts["steps"]
    else:
        assert counts["equal"] > 0


PIECES: tuple[tuple[Row, ...], ...] = tuple(
    tuple(
        ontology(Random(f"piece-{number}"), replace(profile, axioms=1), label=f"p{number}", least=1)
    )
    for number, profile in enumerate(
        PROFILES[kind] for kind in ("plain", "equal", "literals") for _ in range(8)
    )
)
"""Axioms, each with the lists and restrictions that it needs."""
DATA = tuple(
    dict.fromkeys(
        row for kind in ("equal", "literals") for row in data(Random("data"), PROFILES[kind], 24)
    )
)


class Changes(RuleBasedStateMachine):
    """Axioms and data come and go; Hypothesis looks for the shortest history that goes wrong."""

    @initialize(
        axioms=st.sets(st.sampled_from(PIECES), max_size=5),
        titles=st.sets(st.sampled_from(sorted(RULES)), max_size=2),
        some=st.sets(st.sampled_from(DATA), max_size=10),
    )
    def begin(self, axioms: set[tuple[Row, ...]], titles: set[str], some: set[Row]) -> None:
        self.own = tuple(rule(title, RULES[title]) for title in sorted(titles))
        self.axioms = {row for piece in axioms for row in piece}
        self.rows = some | self.axioms
        self.engine = engine_of(sorted(self.rows), self.own)

    @step(added=st.sets(st.sampled_from(DATA), max_size=3), data=st.data())
    def change(self, added: set[Row], data: st.DataObject) -> None:
        stated = sorted(self.rows - self.axioms - added)
        some = st.sets(st.sampled_from(stated), max_size=3) if stated else st.just(set[Row]())
        self._change(added, data.draw(some))

    @step(piece=st.sampled_from(PIECES))
    def add_axiom(self, piece: tuple[Row, ...]) -> None:
        self.axioms |= set(piece)
        self._change(set(piece), set())

    @precondition(lambda self: bool(self.axioms))
    @step(data=st.data())
    def remove_axiom(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(sorted(self.axioms)))
        self.axioms.discard(gone)
        self._change(set(), {gone})

    @invariant()
    def knows_what_a_new_beginning_finds(self) -> None:
        same_knowledge(self.engine, self.rows, self.own)

    def _change(self, added: set[Row], removed: set[Row]) -> None:
        self.rows = (self.rows - removed) | added
        changed(self.engine, added=added, removed=removed)


def test_shortest_history() -> None:
    """No history of a few changes, however unlikely, ends in anything but the closure."""
    found = settings(
        max_examples=60,
        stateful_step_count=5,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Changes, settings=found)
