"""What reasoning gives: the inferred triples and the contradictions."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyoxigraph import Triple


@dataclass(frozen=True)
class Contradiction:
    """A rule of OWL 2 RL/RDF that concludes "false", with its triples in N-Triples terms."""

    rule: str
    triples: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Closure:
    """What follows from an input: `inferred` has none of the input, nor what is trivial.

    Trivial are triples with a literal as subject, reflexive ones of the schema and
    `owl:sameAs`, membership in owl:Thing, and triples about the RDF vocabularies themselves.
    """

    inferred: frozenset[Triple]
    contradictions: tuple[Contradiction, ...] = ()
    statistics: dict[str, float] = field(default_factory=dict)
