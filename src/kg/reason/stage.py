"""The reasoning stage: triples and rules become a Closure."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Triple

from kg.rdf.dataset import MEANINGFUL, Dataset
from kg.reason import reference
from kg.reason.closure import Closure
from kg.reason.rules import Rule, read_rules

RULES_FOLDER = ("queries", "rules")


def reason_dataset(dataset: Dataset) -> Closure:
    """Close ontology and data of `dataset` under OWL 2 RL/RDF and the rules of its project."""
    rules = read_rules(dataset.project.root.joinpath(*RULES_FOLDER))
    return reason(dataset.triples(*MEANINGFUL), rules)


def reason(triples: Iterable[Triple], rules: Iterable[Rule] = ()) -> Closure:
    """Close `triples` under OWL 2 RL/RDF and `rules`, repeated until nothing new follows.

    Raises StageError when the engine fails and QueryError when a rule does not parse.
    """
    return reference.close(triples, tuple(rules))
