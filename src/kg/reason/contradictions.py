"""Where a closed graph says "false": rdflib nodes in, names of rules with their triples out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from rdflib import OWL, RDF, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

TripleOfNodes = tuple[Node, Node, Node]
Found = Iterator[tuple[str, list[TripleOfNodes]]]


def find_contradictions(graph: Graph, stated: set[TripleOfNodes]) -> Found:
    """Yield each conclusion "false" of OWL 2 Profiles, tables 4 to 9, with its premises.

    `graph` is closed; of it, `stated` was not inferred. Left out is dt-not-type:
    whether a literal fits its datatype is asked in validation.
    """
    yield from _disjoint_classes(graph)
    yield from _properties(graph)
    yield from _disjoint_properties(graph)
    yield from _different(graph, stated)
    yield from _cardinalities(graph)
    for subject in graph.subjects(RDF.type, OWL.Nothing):
        yield "cls-nothing2", [(subject, RDF.type, OWL.Nothing)]
    for node, source in graph.subject_objects(OWL.sourceIndividual):
        prop = graph.value(node, OWL.assertionProperty)
        for link in (OWL.targetIndividual, OWL.targetValue):
            for target in graph.objects(node, link):
                if prop is not None and (source, prop, target) in graph:
                    name = "prp-npa1" if link == OWL.targetIndividual else "prp-npa2"
                    yield name, [(source, prop, target)]


def _different(graph: Graph, stated: set[TripleOfNodes]) -> Found:
    """Yield eq-diff1 to 3; of what replacement makes of one statement, the statement itself."""
    seen: set[Node] = set()
    found = sorted(graph.triples((None, OWL.differentFrom, None)), key=str)
    for triple in sorted(found, key=lambda triple: triple not in stated):
        subject, _, value = triple
        if (subject, OWL.sameAs, value) in graph and not seen >= {subject, value}:
            seen |= {subject, value}
            yield "eq-diff1", [(subject, OWL.sameAs, value), triple]
    for node in graph.subjects(RDF.type, OWL.AllDifferent):
        for rule, link in (("eq-diff2", OWL.members), ("eq-diff3", OWL.distinctMembers)):
            for one, other in combinations(_members(graph, node, link), 2):
                if (one, OWL.sameAs, other) in graph:
                    yield rule, [(one, OWL.sameAs, other)]


def _disjoint_classes(graph: Graph) -> Found:
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


def _properties(graph: Graph) -> Found:
    for prop in graph.subjects(RDF.type, OWL.IrreflexiveProperty):
        for subject, value in graph.subject_objects(prop):
            if subject == value:
                yield "prp-irp", [(subject, prop, value)]
    for prop in graph.subjects(RDF.type, OWL.AsymmetricProperty):
        for subject, value in graph.subject_objects(prop):
            if str(subject) <= str(value) and (value, prop, subject) in graph:
                yield "prp-asyp", [(subject, prop, value), (value, prop, subject)]


def _disjoint_properties(graph: Graph) -> Found:
    pairs = {("prp-pdw", *pair) for pair in graph.subject_objects(OWL.propertyDisjointWith)}
    for node in graph.subjects(RDF.type, OWL.AllDisjointProperties):
        pairs |= {("prp-adp", *pair) for pair in combinations(_members(graph, node), 2)}
    for rule, one, other in sorted(pairs, key=str):
        for subject, value in graph.subject_objects(one):
            if (subject, other, value) in graph:
                yield rule, [(subject, one, value), (subject, other, value)]


def _cardinalities(graph: Graph) -> Found:
    """Yield cls-maxc1, cls-maxqc1 and cls-maxqc2: a member of "at most none" has one."""
    for link in (OWL.maxCardinality, OWL.maxQualifiedCardinality):
        for node, number in graph.subject_objects(link):
            prop, wanted = graph.value(node, OWL.onProperty), graph.value(node, OWL.onClass)
            if not isinstance(number, Literal) or number.value != 0 or prop is None:
                continue
            for subject in graph.subjects(RDF.type, node):
                for value in graph.objects(subject, prop):
                    if link == OWL.maxCardinality:
                        yield "cls-maxc1", [(subject, prop, value)]
                    elif wanted == OWL.Thing:
                        yield "cls-maxqc2", [(subject, prop, value)]
                    elif wanted is not None and (value, RDF.type, wanted) in graph:
                        yield "cls-maxqc1", [(subject, prop, value), (value, RDF.type, wanted)]


def _members(graph: Graph, node: Node, link: URIRef = OWL.members) -> list[Node]:
    start = graph.value(node, link)
    return list(Collection(graph, start)) if start is not None else []
