"""What the parts of the engine share: facts, vocabulary, limits, contradictions, the round."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from kg.errors import StageError, Text
from kg.reason.arrays import Ints, distinct, firsts, gather, seconds
from kg.reason.equality import Reason
from kg.reason.facts import Facts, Terms
from kg.reason.matching import Atom, Meter
from kg.reason.relation import Ranks, Relation
from kg.reason.transitive import Closed
from kg.reason.values import Values
from kg.reason.vocabulary import Vocabulary, vocabulary

_ROOM = 8_000_000
"""So many pairs are collected before repetitions are taken out."""
Delta = dict[int, Ints]
"""New pairs by predicate, sorted."""


def add(delta: Delta, predicate: int, pairs: Ints) -> None:
    """Add sorted `pairs` of `predicate` to `delta`."""
    old = delta.get(predicate)
    delta[predicate] = pairs if old is None else gather([old, pairs])


@dataclass(frozen=True)
class Limits:
    """How much the engine makes before it stops with a StageError."""

    intermediate: int = 3_000_000_000
    inferred: int = 60_000_000


@dataclass(frozen=True)
class Clash:
    """A contradiction: the rule, the triples of representatives and the axioms that make it."""

    rule: str
    premises: tuple[Atom, ...]
    ground: tuple[Atom, ...] = ()


@dataclass
class Found:
    """What one round finds: pairs by predicate, and things that are equal.

    `closed` are pairs that have ranks of their own.
    """

    heads: dict[int, list[Ints]] = field(default_factory=lambda: defaultdict(list))
    equal: list[tuple[int, int, Reason]] = field(default_factory=list)
    closed: dict[int, Closed] = field(default_factory=dict)
    _sizes: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, predicate: int, pairs: Ints) -> None:
        """Add pairs of `predicate`, in any order and with repetitions."""
        parts = self.heads[predicate]
        parts.append(distinct(pairs))
        self._sizes[predicate] += len(parts[-1])
        if self._sizes[predicate] > _ROOM and len(parts) > 1:
            parts[:] = [gather(parts)]
            self._sizes[predicate] = max(len(parts[0]) // 2, 0)


class State:
    """Everything that changes while the engine runs."""

    def __init__(self, terms: Terms, limits: Limits) -> None:
        """Begin without facts."""
        self.facts = Facts(terms)
        self.words: Vocabulary = vocabulary(terms.add)
        self.limits = limits
        self.meter = Meter(limits.intermediate)
        self.values = Values(self.facts)
        self.clashes: dict[Clash, None] = {}
        self.rank = 0
        self.inferred = 0
        self.transitive: dict[int, int] = {}
        """Relations that were closed at once, with the size they then had."""
        self.things = False
        """Whether owl:Thing is treated as any other class."""

    def insert(self, relation: Relation, pairs: Ints, ranks: Ranks | None = None) -> None:
        """Add inferred `pairs`; raises StageError when there are too many altogether."""
        self.inferred += len(pairs)
        if self.inferred > self.limits.inferred:
            raise self.too_many()
        relation.insert(pairs, self.rank if ranks is None else ranks)

    def too_many(self) -> StageError:
        """Return the error that says that the limit is passed."""
        number = f"{self.limits.inferred:,}"
        return StageError(
            Text(
                de=f"Das Schließen wurde abgebrochen: Es folgen mehr als {number} Tripel. "
                f"Zuletzt gab die Regel {self.meter.rule} sehr viele.",
                en=f"Reasoning was stopped: more than {number} triples follow. The last "
                f"rule to give very many was {self.meter.rule}.",
            )
        )

    def proper(self, pairs: Ints) -> Ints:
        """Return those of the `pairs` of rdfs:subClassOf that are not trivial."""
        wanted = firsts(pairs) != seconds(pairs)
        if not self.things:
            wanted &= seconds(pairs) != self.words.thing
        found: Ints = pairs[wanted]
        return found

    def shadow(self, delta: Delta) -> None:
        """Keep the relation of proper subclasses beside that of subclasses."""
        pairs = delta.get(self.words.sub_class)
        if pairs is None:
            return
        relation = self.facts.of(self.words.proper)
        pairs = self.proper(pairs)
        pairs = pairs[~relation.contains(pairs)]
        if len(pairs):
            relation.insert(pairs, self.rank)
            delta[self.words.proper] = pairs

    def contradict(
        self, rule: str, premises: tuple[Atom, ...], ground: tuple[Atom, ...] = ()
    ) -> None:
        """Note a contradiction."""
        self.clashes[Clash(rule, premises, ground)] = None
