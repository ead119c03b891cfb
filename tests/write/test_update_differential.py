"""Random updates do to a head what Oxigraph's own update does to a copy of it."""

from __future__ import annotations

import random

import pytest
from pyoxigraph import BlankNode, Store
from tests.write.datasets import canonical, head_of
from tests.write.random_updates import Writer, random_dataset

from kg.errors import KgError, QueryError
from kg.write.faults import WriteError
from kg.write.limits import WriteLimits
from kg.write.requests import UpdateText
from kg.write.update import run_update

ROUNDS = 400


def compared(seed: int) -> str:
    """Run a random update both ways, compare the outcomes and say what became of it.

    With COPY, MOVE and ADD there are other failures: a source has to be there, and after a copy
    of an empty graph the target is there. To Oxigraph neither matters.
    """
    dice = random.Random(seed)
    quads = random_dataset(dice)
    text = Writer(dice).update()
    other = Store()
    other.extend(quads)
    head = head_of(quads)
    before, names = set(head.store), set(head.graphs())
    try:
        other.update(text)
        failure = ""
    except (SyntaxError, RuntimeError) as error:
        failure = type(error).__name__
    try:
        change = run_update(head, UpdateText(text), base=None, prefixes={}, limits=WriteLimits())
    except KgError as error:
        assert set(head.store) == before and set(head.graphs()) == names, text
        if isinstance(error, WriteError) and "TO " in text:
            return "graph"
        expected = {"SyntaxError": QueryError, "RuntimeError": WriteError}.get(failure)
        assert expected and isinstance(error, expected), (text, failure, error)
        return failure
    if failure == "RuntimeError" and "TO " in text:
        return "graph"
    assert not failure, (text, failure)
    if canonical(head.store) != canonical(other):
        # Only Oxigraph takes a blank node for the name of a graph; SPARQL's are IRIs.
        assert any(isinstance(graph, BlankNode) for graph in other.named_graphs()), text
        return "blank graph"
    after, came = set(head.store), set(head.graphs())
    assert after == (before - set(change.removed)) | set(change.added), text
    assert before.isdisjoint(change.added) and before >= set(change.removed), text
    assert {name.value for name in came - names} == set(change.created), text
    assert {name.value for name in names - came} == set(change.dropped), text
    head.apply(change.inverse())
    assert set(head.store) == before and set(head.graphs()) == names, text
    return "same"


@pytest.mark.parametrize("first", range(0, ROUNDS, 100))
def test_random_updates(first: int) -> None:
    """The datasets are isomorphic, failures leave all as it was, changes lead there and back."""
    outcomes = [compared(seed) for seed in range(first, first + 100)]
    assert outcomes.count("same") > 65
