"""Contradictions among three things: each two of them, and what is left when one goes."""

from __future__ import annotations

import pytest
from tests.reason.engines import changed, engine_of, false, rows_of

CASES = {
    "dt-diff": (
        "e:v a owl:FunctionalProperty .",
        ('e:x e:v "1" .', 'e:x e:v "2" .', 'e:x e:v "3" .'),
    ),
    "cax-adc": (
        "[] a owl:AllDisjointClasses ; owl:members ( e:A e:B e:C ) .",
        ("e:x a e:A .", "e:x a e:B .", "e:x a e:C ."),
    ),
    "prp-adp": (
        "[] a owl:AllDisjointProperties ; owl:members ( e:p e:q e:r ) .",
        ("e:x e:p e:y .", "e:x e:q e:y .", "e:x e:r e:y ."),
    ),
}


@pytest.mark.parametrize("gone", range(3))
@pytest.mark.parametrize("name", CASES)
def test_two_of_three_still_clash(name: str, gone: int) -> None:
    """When one of three goes, the contradiction of the other two is found."""
    axioms, parts = CASES[name]
    engine = engine_of(rows_of(axioms + " ".join(parts)))
    changed(engine, removed=rows_of(parts[gone]))
    rest = " ".join(each for number, each in enumerate(parts) if number != gone)
    assert false(engine) == false(engine_of(rows_of(axioms + rest)))
    assert len(engine.state.clashes) == 1


@pytest.mark.parametrize("name", CASES)
def test_each_two_clash(name: str) -> None:
    """Three things that exclude each other are three contradictions."""
    axioms, parts = CASES[name]
    assert len(engine_of(rows_of(axioms + " ".join(parts))).state.clashes) == 3


def test_a_property_that_is_same_as() -> None:
    """What a property says that is owl:sameAs itself makes things equal (eq-rep-p)."""
    engine = engine_of(rows_of("owl:sameAs owl:sameAs e:same . e:x e:same e:y . e:x a e:C ."))
    terms = engine.state.facts.terms
    one, other = (terms.find(term) for term in rows_of("e:x e:same e:y .")[0][::2])
    assert one is not None
    assert other is not None
    assert engine.state.facts.equality.find(one) == engine.state.facts.equality.find(other)
