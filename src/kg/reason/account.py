"""An explanation as it is told: steps with their rules, labels and sources, each step once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kg.errors import Text
from kg.reason.labels import Labels
from kg.reason.proof import STATED, Attempt, Explanation, Proof, Triple
from kg.reason.proof_sources import Origin, Sources
from kg.reason.rule_names import reference


@dataclass(frozen=True)
class Step:
    """A triple and the rule that concludes it from the steps with the numbers `premises`.

    A stated triple has `origins` instead. `absent` are patterns that nothing must match.
    """

    number: int
    triple: Triple
    rule: str
    premises: tuple[int, ...] = ()
    absent: tuple[tuple[Triple, ...], ...] = ()
    origins: tuple[Origin, ...] = ()

    @property
    def stated(self) -> bool:
        """Whether the triple was stated."""
        return self.rule == STATED


@dataclass(frozen=True)
class Telling:
    """One proof: steps in an order in which premises come first; the last is the conclusion."""

    steps: tuple[Step, ...]

    @property
    def root(self) -> Step:
        """The conclusion."""
        return self.steps[-1]


@dataclass(frozen=True)
class Account:
    """An explanation with all that its renderings need.

    `unknown` are terms of the triple that the graph does not have. `version` names the version
    that was asked, "" for none. `rule` says what a rule says.
    """

    explanation: Explanation
    tellings: tuple[Telling, ...]
    labels: Labels
    rule: Callable[[str], Text]
    unknown: tuple[str, ...] = ()
    version: str = ""

    @property
    def triple(self) -> Triple:
        """The triple that is explained."""
        return self.explanation.triple

    @property
    def lang(self) -> str:
        """The language of labels and sentences."""
        return self.labels.lang

    def because(self, name: str) -> str:
        """Return what the rule `name` says."""
        return self.rule(name).to(self.lang)

    def reference(self, name: str) -> str:
        """Return where a rule is defined, "" for one of a rule file."""
        found = reference(name)
        return found.to(self.lang) if found else ""


def tell(proof: Proof, sources: Sources) -> Telling:
    """Return `proof` with each of its steps once, numbered from 1, and with their sources."""
    steps: list[Step] = []
    numbers: dict[tuple[Triple, str, tuple[int, ...]], int] = {}
    done: list[int] = []
    stack: list[tuple[Proof, bool]] = [(proof, False)]
    while stack:
        each, ready = stack.pop()
        if not ready:
            stack.append((each, True))
            stack.extend((premise, False) for premise in reversed(each.premises))
            continue
        count = len(each.premises)
        premises = tuple(done[len(done) - count :])
        del done[len(done) - count :]
        key = (each.triple, each.rule, premises)
        if key not in numbers:
            numbers[key] = len(steps) + 1
            origins = sources.origins(each.triple) if each.rule == STATED else ()
            steps.append(
                Step(len(steps) + 1, each.triple, each.rule, premises, each.absent, origins)
            )
        done.append(numbers[key])
    return Telling(tuple(steps))


def named_terms(explanation: Explanation, tellings: tuple[Telling, ...]) -> Iterator[str]:
    """Yield all terms of which the labels are needed, with repetitions."""
    yield from explanation.triple
    for telling in tellings:
        for step in telling.steps:
            yield from step.triple
            yield from (term for group in step.absent for triple in group for term in triple)
            for origin in step.origins:
                yield origin.graph
                yield from origin.documents
    for attempt in explanation.attempts:
        yield from (term for triple in triples_of(attempt) for term in triple)


def triples_of(attempt: Attempt) -> tuple[Triple, ...]:
    """Return all triples that an attempt speaks of."""
    return (*attempt.present, *attempt.missing, *attempt.blocked)
