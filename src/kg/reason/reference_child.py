"""What runs inside the process of the reference reasoner: owlrl and rules, in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import permutations, product
from pathlib import Path
from typing import Any

import owlrl
import rdflib
from pyoxigraph import BlankNode, Quad, QueryTriples, RdfFormat, Store, Triple
from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kg.rdf.bridge import n_triples
from kg.reason.contradictions import TripleOfNodes, find_contradictions

MAX_RULE_ROUNDS = 500
"""A rule that makes a longer term in every round would never end."""
_BUILT_IN = tuple(str(space) for space in (RDF, RDFS, OWL, XSD))
_SCHEMA = tuple(str(space) for space in (RDF, RDFS, OWL))
_REFLEXIVE = {
    OWL.sameAs,
    OWL.equivalentClass,
    OWL.equivalentProperty,
    RDFS.subClassOf,
    RDFS.subPropertyOf,
}
_TOP = {OWL.Thing, RDFS.Resource}
_IDENTIFYING = (
    OWL.FunctionalProperty,
    OWL.InverseFunctionalProperty,
    OWL.hasKey,
    OWL.sameAs,
    OWL.maxCardinality,
    OWL.maxQualifiedCardinality,
)


def run(task: dict[str, Any]) -> dict[str, Any]:
    """Close the graph of `task`; write the inferred triples, return contradictions, rounds.

    `full` is the whole graph, in which the rules match; `core` is the part that the rules of
    OWL 2 RL can join with. What is inferred may be an axiom itself, which makes that part larger.
    """
    rdflib.NORMALIZE_LITERALS = False
    full = Store()
    full.bulk_load(path=task["data"], format=RdfFormat.N_TRIPLES)
    given = {str(quad.triple) for quad in full}
    graph = Graph().parse(task["data"], format="nt")
    stated = set(graph)
    core = Graph()
    rounds = 0
    equality = False
    while True:
        identifying, matters = _relevance(graph)
        relevant = [triple for triple in graph if matters(triple) and triple not in core]
        if rounds and not relevant and identifying == equality:
            break
        rounds, equality = rounds + 1, identifying
        core += relevant
        _expand(core, identifying=identifying)
        _copy(core, full)
        graph += [triple for triple in core if _is_axiom(triple)]
        for _ in range(MAX_RULE_ROUNDS):
            added = _apply(task["rules"], full)
            graph += added
            if not added:
                break
        else:
            raise RuntimeError(f"no end after {MAX_RULE_ROUNDS} rounds of the rules")
    lines = sorted(str(quad.triple) + " .\n" for quad in full if str(quad.triple) not in given)
    Path(task["inferred"]).write_text("".join(lines), encoding="utf-8")
    return {
        "rounds": rounds,
        "contradictions": [
            [rule, [[n_triples(node) for node in triple] for triple in triples]]
            for rule, triples in find_contradictions(core, stated)
        ],
    }


def _copy(core: Graph, full: Store) -> None:
    """Add what follows in `core`, apart from what is trivial, to `full`."""
    lines = (" ".join(map(n_triples, triple)) + " .\n" for triple in core if _worth(triple))
    full.load("".join(lines), format=RdfFormat.N_TRIPLES)


class _Semantics(owlrl.OWLRL_Semantics):  # type: ignore[misc]
    """OWL 2 RL as in owlrl, whose rule prp-key does not look at the last property of a key."""

    def _properties(self, triple: TripleOfNodes, cycle_num: int) -> None:
        if triple[1] == OWL.hasKey:
            self._key(triple[0], list(Collection(self.graph, triple[2])))
        else:
            super()._properties(triple, cycle_num)

    def _key(self, cls: Node, properties: list[Node]) -> None:
        """Store what follows by prp-key: members that share a value of each property are equal."""
        having: dict[tuple[Node, ...], set[Node]] = defaultdict(set)
        for subject in self.graph.subjects(RDF.type, cls) if properties else ():
            for values in product(*(self.graph.objects(subject, prop) for prop in properties)):
                having[values].add(subject)
        for subjects in having.values():
            for one, other in permutations(subjects, 2):
                self.store_triple((one, OWL.sameAs, other))


class _WithoutEquality(_Semantics):
    """OWL 2 RL for graphs in which nothing can be found equal.

    The rules of equality then say only that each thing is the same as itself; owlrl would
    spend most of its time on that.
    """

    def _equality(self, triple: TripleOfNodes, cycle_num: int) -> None:
        """Leave eq-ref, eq-sym, eq-trans, eq-rep-* out."""


def _expand(graph: Graph, *, identifying: bool) -> None:
    semantics = _Semantics if identifying else _WithoutEquality
    owlrl.DeductiveClosure(semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)


def _relevance(full: Graph) -> tuple[bool, Callable[[TripleOfNodes], bool]]:
    """Return whether things can be found equal and a test whether OWL 2 RL can use a triple.

    A triple whose property no axiom mentions takes part in no rule but those of equality. It is
    left to itself unless the ontology can make things equal.
    """
    identifying = any(
        (None, term, None) in full or (None, None, term) in full for term in _IDENTIFYING
    )
    mentioned = set() if identifying else _mentioned(full)

    def matters(triple: TripleOfNodes) -> bool:
        return identifying or triple[1] in mentioned or str(triple[1]).startswith(_SCHEMA)

    return identifying, matters


def _is_axiom(triple: TripleOfNodes) -> bool:
    _, predicate, value = triple
    term = value if predicate == RDF.type else predicate
    return str(term).startswith(_SCHEMA)


def _mentioned(full: Graph) -> set[Node]:
    """Return the properties that an axiom speaks of, other than in a plain declaration."""
    plain = {OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.ObjectProperty, RDF.Property}
    found: set[Node] = set()
    for subject, predicate, value in full:
        if str(predicate).startswith(_SCHEMA) and value not in plain:
            found.update((subject, value))
        if str(predicate).startswith(str(OWL)):
            found.add(predicate)
    return found


def _apply(rules: list[list[str]], full: Store) -> list[TripleOfNodes]:
    added: set[Triple] = set()
    for name, text in rules:
        try:
            found = _new(full, full.query(text))
        except (SyntaxError, ValueError, RuntimeError) as error:
            raise RuntimeError(f"[rule {name}]: {error}".replace("\n", " ")) from error
        full.extend(found)
        added |= {quad.triple for quad in found}
    text = "".join(f"{triple} .\n" for triple in added)
    return list(Graph().parse(data=text, format="nt")) if added else []


def _new(full: Store, result: object) -> set[Quad]:
    """Return the triples of `result` that are not in `full`; no blank node may be new."""
    found: set[Quad] = set()
    for triple in result if isinstance(result, QueryTriples) else ():
        quad = Quad(triple.subject, triple.predicate, triple.object)
        for node in (quad.subject, quad.object):
            if isinstance(node, BlankNode) and not _known(full, node):
                raise ValueError("a rule cannot make blank nodes, as it would never come to an end")
        if quad not in full:
            found.add(quad)
    return found


def _known(full: Store, node: BlankNode) -> bool:
    stated = full.quads_for_pattern(node, None, None, None)
    return any(stated) or any(full.quads_for_pattern(None, None, node, None))


def _worth(triple: TripleOfNodes) -> bool:
    subject, predicate, value = triple
    return not (
        not isinstance(subject, URIRef)
        or isinstance(value, BNode)
        or str(subject).startswith(_BUILT_IN)
        or "agent-ont#" in str(predicate)
        or (predicate in _REFLEXIVE and (subject == value or value in _TOP))
        or (predicate == RDF.type and value in _TOP)
        or (predicate == RDFS.subClassOf and subject == OWL.Nothing)
    )
