"""What an explanation is: proofs down to statements, and what is missing for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

STATED = "stated"
"""The "rule" of a leaf: the triple was stated."""
Triple = tuple[str, str, str]
"""Subject, predicate, object in N-Triples form."""


@dataclass(frozen=True)
class Proof:
    """A triple, the rule that concludes it, and the proofs of what the rule needs.

    `rule` is a name of OWL 2 Profiles, tables 4 to 9, that of a rule file, or STATED. `absent`
    are patterns (with `?variables`) that the rule needs to match nothing.
    """

    triple: Triple
    rule: str
    premises: tuple[Proof, ...] = ()
    absent: tuple[tuple[Triple, ...], ...] = ()

    def leaves(self) -> Iterator[Triple]:
        """Yield the stated triples it stands on, each once, in order."""
        seen: set[Triple] = set()
        for proof in self.steps():
            if proof.rule == STATED and proof.triple not in seen:
                seen.add(proof.triple)
                yield proof.triple

    def steps(self) -> Iterator[Proof]:
        """Yield this proof and those below it, the conclusion first."""
        stack = [self]
        while stack:
            proof = stack.pop()
            yield proof
            stack.extend(reversed(proof.premises))

    @property
    def size(self) -> int:
        """The number of triples in it, repetitions counted."""
        return sum(1 for _ in self.steps())


@dataclass(frozen=True)
class Attempt:
    """A rule that could give a triple: what of its premises holds and what is missing.

    Triples may have `?variables` for what is not determined. `blocked` are triples whose presence
    forbids the conclusion; `failed` are conditions that are not true, as text.
    """

    rule: str
    present: tuple[Triple, ...]
    missing: tuple[Triple, ...]
    blocked: tuple[Triple, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Why a triple holds, or why it does not.

    `proofs` are empty when it does not hold; then `attempts` say what is missing. `complete` is
    False when the search was cut short: the first proof may then not be the shortest.
    """

    triple: Triple
    proofs: tuple[Proof, ...]
    attempts: tuple[Attempt, ...] = ()
    complete: bool = True

    @property
    def holds(self) -> bool:
        """Whether the triple is stated or follows."""
        return bool(self.proofs)


def minimal(first: Proof, others: Iterator[Proof], limit: int) -> tuple[Proof, ...]:
    """Return `first` and those of `others` that stand on other statements, none on more."""
    kept = [(frozenset(first.leaves()), first)]
    for proof in others:
        leaves = frozenset(proof.leaves())
        if any(known <= leaves for known, _ in kept):
            continue
        kept = [(known, old) for known, old in kept if not leaves < known or old is first]
        kept.append((leaves, proof))
    rest = sorted((proof for _, proof in kept[1:]), key=lambda proof: proof.size)
    return (first, *rest)[:limit]
