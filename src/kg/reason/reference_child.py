"""What runs inside the process of the reference reasoner: owlrl, rules, contradictions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import owlrl
import rdflib
from pyoxigraph import BlankNode, Quad, QueryTriples, RdfFormat, Store, Triple
from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kg.rdf.bridge import n_triples

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
    OWL 2 RL can join with. Rules may add axioms: then that part is determined anew.
    """
    rdflib.NORMALIZE_LITERALS = False
    full = Store()
    full.bulk_load(path=task["data"], format=RdfFormat.N_TRIPLES)
    given = {str(quad.triple) for quad in full}
    graph = Graph().parse(task["data"], format="nt")
    identifying, matters = _relevance(graph)
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
            graph += added
            if any(_is_axiom(triple) for triple in added):
                identifying, matters = _relevance(graph)
                added = list(graph)
            relevant = [triple for triple in added if matters(triple) and triple not in core]
            core += relevant
            fresh = fresh or bool(relevant)
    lines = sorted(str(quad.triple) + " .\n" for quad in full if str(quad.triple) not in given)
    Path(task["inferred"]).write_text("".join(lines), encoding="utf-8")
    return {
        "rounds": rounds,
        "contradictions": [
            [rule, [[n_triples(node) for node in triple] for triple in triples]]
            for rule, triples in _contradictions(core)
        ],
    }


def _copy(core: Graph, full: Store) -> None:
    """Add what follows in `core`, apart from what is trivial, to `full`."""
    lines = (" ".join(map(n_triples, triple)) + " .\n" for triple in core if _worth(triple))
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


def _contradictions(graph: Graph) -> Iterator[tuple[str, list[TripleOfNodes]]]:
    """Yield each conclusion "false" of OWL 2 Profiles, tables 4 to 9, with its premises."""
    yield from _disjoint_classes(graph)
    yield from _properties(graph)
    yield from _disjoint_properties(graph)
    yield from _different(graph)
    for subject in graph.subjects(RDF.type, OWL.Nothing):
        yield "cls-nothing2", [(subject, RDF.type, OWL.Nothing)]
    for node, source in graph.subject_objects(OWL.sourceIndividual):
        prop = graph.value(node, OWL.assertionProperty)
        for link in (OWL.targetIndividual, OWL.targetValue):
            for target in graph.objects(node, link):
                if prop is not None and (source, prop, target) in graph:
                    name = "prp-npa1" if link == OWL.targetIndividual else "prp-npa2"
                    yield name, [(source, prop, target)]


def _different(graph: Graph) -> Iterator[tuple[str, list[TripleOfNodes]]]:
    for subject, value in graph.subject_objects(OWL.differentFrom):
        if str(subject) <= str(value) and (subject, OWL.sameAs, value) in graph:
            yield (
                "eq-diff1",
                [(subject, OWL.sameAs, value), (subject, OWL.differentFrom, value)],
            )
    for node in graph.subjects(RDF.type, OWL.AllDifferent):
        for rule, link in (("eq-diff2", OWL.members), ("eq-diff3", OWL.distinctMembers)):
            for one, other in combinations(_members(graph, node, link), 2):
                if (one, OWL.sameAs, other) in graph:
                    yield rule, [(one, OWL.sameAs, other)]


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


def _members(graph: Graph, node: Node, link: URIRef = OWL.members) -> list[Node]:
    start = graph.value(node, link)
    return list(Collection(graph, start)) if start is not None else []
