"""What tests of explanations share: the real graph, reasoned about, and small graphs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pyoxigraph import NamedNode, Quad
from tests.helpers import triples

from kg.publish.explanations import Reasoned, reason_project
from kg.rdf.bulk import columns_of
from kg.rdf.dataset import load
from kg.reason.explanations import Explanations
from kg.reason.proof import Triple
from kg.reason.proof_places import Finding
from kg.reason.rule_files import read_rules
from kg.reason.stage import reason_columns
from kg.settings import read_project

ROOT = Path(__file__).parents[2]
RULES = ROOT / "queries" / "rules"
EXAMPLE = "https://example.org/"
PREFIXES = {"e": EXAMPLE}


@cache
def real() -> Reasoned:
    """The ontology and data of this repository, and what follows from them."""
    return reason_project(load(read_project(ROOT)))


def small(body: str, *, rules: Path | None = None) -> Reasoned:
    """The graph e:g of Turtle with the prefixes of `tests.helpers`."""
    graph = NamedNode(EXAMPLE + "g")
    quads = [Quad(t.subject, t.predicate, t.object, graph) for t in triples(body)]
    columns = columns_of(quads)
    found = reason_columns(columns, read_rules(rules) if rules else ())
    return Reasoned(columns, found, Finding(columns, ()))


def explained(reasoned: Reasoned) -> Explanations:
    """What explains it."""
    return Explanations(reasoned.closure.engine, reasoned.columns, PREFIXES, reasoned.finding)


def e(name: str) -> str:
    """The IRI of e:name in N-Triples form."""
    return f"<{EXAMPLE}{name}>"


def triple(subject: str, predicate: str, value: str) -> Triple:
    """A triple of names of the example namespace; what begins with < or a quote stays."""
    one, two, three = (
        term if term.startswith(("<", '"')) else e(term) for term in (subject, predicate, value)
    )
    return one, two, three
