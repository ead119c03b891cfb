"""What runs inside the process of the reference reasoner: owlrl, rules, contradictions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import owlrl
from pyoxigraph import Quad, RdfFormat, Store, Triple
from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

TripleOfNodes = tuple[Node, Node, Node]
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
    OWL 2 RL can join with.
    """
    full = Store()
    full.bulk_load(path=task["data"], format=RdfFormat.N_TRIPLES)
    given = {str(quad.triple) for quad in full}
    graph = Graph().parse(task["data"], format="nt")
    identifying = any(
        (None, term, None) in graph or (None, None, term) in graph for term in _IDENTIFYING
    )
    matters = _relevance(graph, identifying=identifying)
    core = Graph()
    core += (triple for triple in graph if matters(triple))
    rounds = 0
    fresh = True
    while fresh:
        rounds += 1
        _expand(core, identifying=identifying)
        _copy(core, full)
        fresh = False
        while added := _apply(task["rules"], full):
            relevant = [triple for triple in added if matters(triple) and triple not in core]
            core += relevant
            fresh = fresh or bool(relevant)
    lines = sorted(str(quad.triple) + " .\n" for quad in full if str(quad.triple) not in given)
    Path(task["inferred"]).write_text("".join(lines), encoding="utf-8")
    return {
        "rounds": rounds,
        "contradictions": [
            [rule, [[node.n3() for node in triple] for triple in triples]]
            for rule, triples in _contradictions(core)
        ],
    }


def _copy(core: Graph, full: Store) -> None:
    """Add what follows in `core`, apart from what is trivial, to `full`."""
    lines = (
        " ".join(node.n3() for node in triple) + " .\n" for triple in core if _worth(triple)
    )
    full.load("".join(lines), format=RdfFormat.N_TRIPLES)


class _WithoutEquality(owlrl.OWLRL_Semantics):  # type: ignore[misc]
    """OWL 2 RL for graphs in which nothing can be found equal.

    The rules of equality then say only that each thing is the same as itself; owlrl would
    spend most of its time on that.
    """

    def _equality(self, triple: TripleOfNodes, cycle_num: int) -> None:
        """Leave eq-ref, eq-sym, eq-trans, eq-rep-* out."""


def _expand(graph: Graph, *, identifying: bool) -> None:
    semantics = owlrl.OWLRL_Semantics if identifying else _WithoutEquality
    owlrl.DeductiveClosure(semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)


def _relevance(full: Graph, *, identifying: bool) -> Callable[[TripleOfNodes], bool]:
    """Return a test whether a rule of OWL 2 RL can join with a triple.

    A triple whose property no axiom mentions takes part in no rule but those of equality. It is
    left to itself unless the ontology can make things equal.
    """
    mentioned = set() if identifying else _mentioned(full)

    def matters(triple: TripleOfNodes) -> bool:
        return identifying or triple[1] in mentioned or str(triple[1]).startswith(_SCHEMA)

    return matters


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
            result = full.query(text)
        except (SyntaxError, ValueError) as error:
            raise RuntimeError(f"[rule {name}]: {error}".replace("\n", " ")) from error
        found = {Quad(*triple) for triple in result if Quad(*triple) not in full}
        full.extend(found)
        added |= {quad.triple for quad in found}
    text = "".join(f"{triple} .\n" for triple in added)
    return list(Graph().parse(data=text, format="nt")) if added else []


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


def _contradictions(graph: Graph) -> Iterator[tuple[str, list[TripleOfNodes]]]:
    """Yield each conclusion "false" of OWL 2 Profiles, tables 4 to 9, with its premises."""
    yield from _disjoint_classes(graph)
    yield from _properties(graph)
    yield from _disjoint_properties(graph)
    for subject, value in graph.subject_objects(OWL.differentFrom):
        if (subject, OWL.sameAs, value) in graph:
            yield (
                "eq-diff1",
                [(subject, OWL.sameAs, value), (subject, OWL.differentFrom, value)],
            )
    for subject in graph.subjects(RDF.type, OWL.Nothing):
        yield "cls-nothing2", [(subject, RDF.type, OWL.Nothing)]
    for node, source in graph.subject_objects(OWL.sourceIndividual):
        prop = graph.value(node, OWL.assertionProperty)
        for link in (OWL.targetIndividual, OWL.targetValue):
            for target in graph.objects(node, link):
                if prop is not None and (source, prop, target) in graph:
                    name = "prp-npa1" if link == OWL.targetIndividual else "prp-npa2"
                    yield name, [(source, prop, target)]


def _disjoint_classes(graph: Graph) -> Iterator[tuple[str, list[TripleOfNodes]]]:
    pairs = {("cax-dw", *pair) for pair in graph.subject_objects(OWL.disjointWith)}
    pairs |= {("cls-com", *pair) for pair in graph.subject_objects(OWL.complementOf)}
    for node in graph.subjects(RDF.type, OWL.AllDisjointClasses):
        pairs |= {("cax-adc", *pair) for pair in combinations(_members(graph, node), 2)}
    seen = set()
    for rule, one, other in sorted(pairs, key=str):
        for subject in graph.subjects(RDF.type, one):
            key = (subject, frozenset((one, other)))
            if (subject, RDF.type, other) in graph and key not in seen:
                seen.add(key)
                yield rule, [(subject, RDF.type, one), (subject, RDF.type, other)]


def _properties(graph: Graph) -> Iterator[tuple[str, list[TripleOfNodes]]]:
    for prop in graph.subjects(RDF.type, OWL.IrreflexiveProperty):
        for subject, value in graph.subject_objects(prop):
            if subject == value:
                yield "prp-irp", [(subject, prop, value)]
    for prop in graph.subjects(RDF.type, OWL.AsymmetricProperty):
        for subject, value in graph.subject_objects(prop):
            if str(subject) <= str(value) and (value, prop, subject) in graph:
                yield "prp-asyp", [(subject, prop, value), (value, prop, subject)]


def _disjoint_properties(graph: Graph) -> Iterator[tuple[str, list[TripleOfNodes]]]:
    pairs = {("prp-pdw", *pair) for pair in graph.subject_objects(OWL.propertyDisjointWith)}
    for node in graph.subjects(RDF.type, OWL.AllDisjointProperties):
        pairs |= {("prp-adp", *pair) for pair in combinations(_members(graph, node), 2)}
    for rule, one, other in sorted(pairs, key=str):
        for subject, value in graph.subject_objects(one):
            if (subject, other, value) in graph:
                yield rule, [(subject, one, value), (subject, other, value)]


def _members(graph: Graph, node: Node) -> list[Node]:
    start = graph.value(node, OWL.members)
    return list(Collection(graph, start)) if start is not None else []
