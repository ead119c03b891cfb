"""Contradictions in identifiers become contradictions in terms, with the statements behind them."""

from __future__ import annotations

from kg.reason.closure import Contradiction
from kg.reason.engine import Engine
from kg.reason.explain import Explainer
from kg.reason.matching import Atom
from kg.reason.proof import Triple
from kg.reason.state import Clash

MAX_EXPLAINED = 1_000
"""Of so many contradictions the statements behind them are looked up."""


def contradictions(engine: Engine) -> tuple[Contradiction, ...]:
    """Return the contradictions of `engine`, each once whichever way round it was found."""
    found: dict[tuple[str, frozenset[Atom]], Contradiction] = {}
    explainer: Explainer | None = None
    for clash in engine.state.clashes:
        premises = _named(engine, clash)
        key = clash.rule, frozenset(premises)
        if key in found:
            continue
        triples = tuple(_triple(engine, atom) for atom in (*premises, *clash.ground))
        stated: dict[Triple, None] = {}
        if len(found) < MAX_EXPLAINED:
            explainer = explainer or Explainer(engine)
            for triple in triples:
                for proof in explainer.explain(triple).proofs:
                    stated.update(dict.fromkeys(proof.leaves()))
        found[key] = Contradiction(clash.rule, triples, tuple(stated))
    return tuple(sorted(found.values(), key=lambda each: (each.rule, each.triples)))


def _named(engine: Engine, clash: Clash) -> tuple[Atom, ...]:
    """Return the premises; for two equal things that are said to differ, with both names."""
    if clash.rule != "eq-diff1":
        return clash.premises
    predicate, one, _ = clash.premises[0]
    facts = engine.state.facts
    members = facts.equality.members(facts.equality.find(one))
    for relation in (facts.given.get(predicate), facts.replaced.get(predicate)):
        for first in members if relation is not None else ():
            for second in members:
                if first != second and relation is not None and relation.rank(first, second) >= 0:
                    return (
                        (engine.state.words.same, first, second),
                        (predicate, first, second),
                    )
    return clash.premises


def _triple(engine: Engine, atom: Atom) -> Triple:
    term = engine.state.facts.terms.term
    predicate, subject, value = atom
    if predicate == engine.state.words.proper:
        predicate = engine.state.words.sub_class
    return term(subject), term(predicate), term(value)
