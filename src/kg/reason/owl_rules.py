"""The rules of OWL 2 RL/RDF as data: every row of tables 4 to 9 of OWL 2 Profiles, section 4.3.

Equality (eq-ref, eq-sym, eq-trans, eq-rep-s, eq-rep-p, eq-rep-o) and values of literals (dt-type2,
dt-eq, dt-diff, dt-not-type) are not written as patterns: see `BUILT_IN`.
"""

from __future__ import annotations

from functools import cache

from kg.namespaces import WELL_KNOWN
from kg.rdf.literals import DATATYPES
from kg.reason.rule import Group, Members, Pattern, Rule

BUILT_IN = (
    "eq-ref",
    "eq-sym",
    "eq-trans",
    "eq-rep-s",
    "eq-rep-p",
    "eq-rep-o",
    "dt-type2",
    "dt-eq",
    "dt-diff",
    "dt-not-type",
)
"""Rules of which the engine itself takes care."""
ANNOTATION_PROPERTIES = (
    "rdfs:label",
    "rdfs:comment",
    "rdfs:seeAlso",
    "rdfs:isDefinedBy",
    "owl:deprecated",
    "owl:versionInfo",
    "owl:priorVersion",
    "owl:backwardCompatibleWith",
    "owl:incompatibleWith",
)
_NONE = '"0"^^xsd:nonNegativeInteger'
_ONE = '"1"^^xsd:nonNegativeInteger'

# name | fixed variables | body => head; an empty head is "false"
_TABLE = f"""
eq-diff1   |       | ?x owl:sameAs ?y . ?x owl:differentFrom ?y =>
prp-dom    | ?p ?c | ?p rdfs:domain ?c . ?x ?p ?y => ?x a ?c
prp-rng    | ?p ?c | ?p rdfs:range ?c . ?x ?p ?y => ?y a ?c
prp-fp     |       | ?p a owl:FunctionalProperty . ?x ?p ?y1 . ?x ?p ?y2 => ?y1 owl:sameAs ?y2
prp-ifp    | | ?p a owl:InverseFunctionalProperty . ?x1 ?p ?y . ?x2 ?p ?y => ?x1 owl:sameAs ?x2
prp-irp    |       | ?p a owl:IrreflexiveProperty . ?x ?p ?x =>
prp-symp   |       | ?p a owl:SymmetricProperty . ?x ?p ?y => ?y ?p ?x
prp-asyp   |       | ?p a owl:AsymmetricProperty . ?x ?p ?y . ?y ?p ?x =>
prp-trp    |       | ?p a owl:TransitiveProperty . ?x ?p ?y . ?y ?p ?z => ?x ?p ?z
prp-spo1   |       | ?p1 rdfs:subPropertyOf ?p2 . ?x ?p1 ?y => ?x ?p2 ?y
prp-eqp1   | shortcut | ?p1 owl:equivalentProperty ?p2 . ?x ?p1 ?y => ?x ?p2 ?y
prp-eqp2   | shortcut | ?p1 owl:equivalentProperty ?p2 . ?x ?p2 ?y => ?x ?p1 ?y
prp-pdw    |       | ?p1 owl:propertyDisjointWith ?p2 . ?x ?p1 ?y . ?x ?p2 ?y =>
prp-inv1   |       | ?p1 owl:inverseOf ?p2 . ?x ?p1 ?y => ?y ?p2 ?x
prp-inv2   |       | ?p1 owl:inverseOf ?p2 . ?x ?p2 ?y => ?y ?p1 ?x
prp-npa1   |       | ?x owl:sourceIndividual ?i1 . ?x owl:assertionProperty ?p . \
                     ?x owl:targetIndividual ?i2 . ?i1 ?p ?i2 =>
prp-npa2   |       | ?x owl:sourceIndividual ?i . ?x owl:assertionProperty ?p . \
                     ?x owl:targetValue ?lt . ?i ?p ?lt =>
cls-thing  |       | => owl:Thing a owl:Class
cls-nothing1 |     | => owl:Nothing a owl:Class
cls-nothing2 |     | ?x a owl:Nothing =>
cls-com    | ?c1 ?c2 | ?c1 owl:complementOf ?c2 . ?x a ?c1 . ?x a ?c2 =>
cls-svf1   | ?x ?y | ?x owl:someValuesFrom ?y . ?x owl:onProperty ?p . ?u ?p ?v . ?v a ?y => ?u a ?x
cls-svf2   | ?x    | ?x owl:someValuesFrom owl:Thing . ?x owl:onProperty ?p . ?u ?p ?v => ?u a ?x
cls-avf    | ?x ?y | ?x owl:allValuesFrom ?y . ?x owl:onProperty ?p . ?u a ?x . ?u ?p ?v => ?v a ?y
cls-hv1    | ?x ?y | ?x owl:hasValue ?y . ?x owl:onProperty ?p . ?u a ?x => ?u ?p ?y
cls-hv2    | ?x ?y | ?x owl:hasValue ?y . ?x owl:onProperty ?p . ?u ?p ?y => ?u a ?x
cls-maxc1  | ?x    | ?x owl:maxCardinality {_NONE} . ?x owl:onProperty ?p . ?u a ?x . ?u ?p ?y =>
cls-maxc2  | ?x    | ?x owl:maxCardinality {_ONE} . ?x owl:onProperty ?p . ?u a ?x . \
                     ?u ?p ?y1 . ?u ?p ?y2 => ?y1 owl:sameAs ?y2
cls-maxqc1 | ?x ?c | ?x owl:maxQualifiedCardinality {_NONE} . ?x owl:onProperty ?p . \
                     ?x owl:onClass ?c . ?u a ?x . ?u ?p ?y . ?y a ?c =>
cls-maxqc2 | ?x    | ?x owl:maxQualifiedCardinality {_NONE} . ?x owl:onProperty ?p . \
                     ?x owl:onClass owl:Thing . ?u a ?x . ?u ?p ?y =>
cls-maxqc3 | ?x ?c | ?x owl:maxQualifiedCardinality {_ONE} . ?x owl:onProperty ?p . \
                     ?x owl:onClass ?c . ?u a ?x . ?u ?p ?y1 . ?y1 a ?c . ?u ?p ?y2 . ?y2 a ?c \
                     => ?y1 owl:sameAs ?y2
cls-maxqc4 | ?x    | ?x owl:maxQualifiedCardinality {_ONE} . ?x owl:onProperty ?p . \
                     ?x owl:onClass owl:Thing . ?u a ?x . ?u ?p ?y1 . ?u ?p ?y2 \
                     => ?y1 owl:sameAs ?y2
cax-sco    |       | ?c1 rdfs:subClassOf ?c2 . ?x a ?c1 => ?x a ?c2
cax-eqc1   | shortcut | ?c1 owl:equivalentClass ?c2 . ?x a ?c1 => ?x a ?c2
cax-eqc2   | shortcut | ?c1 owl:equivalentClass ?c2 . ?x a ?c2 => ?x a ?c1
cax-dw     | ?c1 ?c2 | ?c1 owl:disjointWith ?c2 . ?x a ?c1 . ?x a ?c2 =>
scm-cls    | | ?c a owl:Class => ?c rdfs:subClassOf ?c . ?c owl:equivalentClass ?c . \
               ?c rdfs:subClassOf owl:Thing . owl:Nothing rdfs:subClassOf ?c
scm-sco    | | ?c1 rdfs:subClassOf ?c2 . ?c2 rdfs:subClassOf ?c3 => ?c1 rdfs:subClassOf ?c3
scm-eqc1   | | ?c1 owl:equivalentClass ?c2 => ?c1 rdfs:subClassOf ?c2 . ?c2 rdfs:subClassOf ?c1
scm-eqc2   | | ?c1 rdfs:subClassOf ?c2 . ?c2 rdfs:subClassOf ?c1 => ?c1 owl:equivalentClass ?c2
scm-op     | | ?p a owl:ObjectProperty => ?p rdfs:subPropertyOf ?p . ?p owl:equivalentProperty ?p
scm-dp     | | ?p a owl:DatatypeProperty => ?p rdfs:subPropertyOf ?p . ?p owl:equivalentProperty ?p
scm-spo    | | ?p1 rdfs:subPropertyOf ?p2 . ?p2 rdfs:subPropertyOf ?p3 => ?p1 rdfs:subPropertyOf ?p3
scm-eqp1   | | ?p1 owl:equivalentProperty ?p2 \
               => ?p1 rdfs:subPropertyOf ?p2 . ?p2 rdfs:subPropertyOf ?p1
scm-eqp2   | | ?p1 rdfs:subPropertyOf ?p2 . ?p2 rdfs:subPropertyOf ?p1 \
               => ?p1 owl:equivalentProperty ?p2
scm-dom1   | | ?p rdfs:domain ?c1 . ?c1 rdfs:subClassOf ?c2 => ?p rdfs:domain ?c2
scm-dom2   | | ?p2 rdfs:domain ?c . ?p1 rdfs:subPropertyOf ?p2 => ?p1 rdfs:domain ?c
scm-rng1   | | ?p rdfs:range ?c1 . ?c1 rdfs:subClassOf ?c2 => ?p rdfs:range ?c2
scm-rng2   | | ?p2 rdfs:range ?c . ?p1 rdfs:subPropertyOf ?p2 => ?p1 rdfs:range ?c
scm-hv     | | ?c1 owl:hasValue ?i . ?c1 owl:onProperty ?p1 . ?c2 owl:hasValue ?i . \
               ?c2 owl:onProperty ?p2 . ?p1 rdfs:subPropertyOf ?p2 => ?c1 rdfs:subClassOf ?c2
scm-svf1   | | ?c1 owl:someValuesFrom ?y1 . ?c1 owl:onProperty ?p . ?c2 owl:someValuesFrom ?y2 . \
               ?c2 owl:onProperty ?p . ?y1 rdfs:subClassOf ?y2 => ?c1 rdfs:subClassOf ?c2
scm-svf2   | | ?c1 owl:someValuesFrom ?y . ?c1 owl:onProperty ?p1 . ?c2 owl:someValuesFrom ?y . \
               ?c2 owl:onProperty ?p2 . ?p1 rdfs:subPropertyOf ?p2 => ?c1 rdfs:subClassOf ?c2
scm-avf1   | | ?c1 owl:allValuesFrom ?y1 . ?c1 owl:onProperty ?p . ?c2 owl:allValuesFrom ?y2 . \
               ?c2 owl:onProperty ?p . ?y1 rdfs:subClassOf ?y2 => ?c1 rdfs:subClassOf ?c2
scm-avf2   | | ?c1 owl:allValuesFrom ?y . ?c1 owl:onProperty ?p1 . ?c2 owl:allValuesFrom ?y . \
               ?c2 owl:onProperty ?p2 . ?p1 rdfs:subPropertyOf ?p2 => ?c2 rdfs:subClassOf ?c1
"""
# name | fixed variables | body => head | how the rule speaks of the members of a list
_LISTS = """
eq-diff2 | ?x | ?x a owl:AllDifferent . ?x owl:members ?l => | pair ?l ?y1 ?y2 ; \
                ?y1 owl:sameAs ?y2
eq-diff3 | ?x | ?x a owl:AllDifferent . ?x owl:distinctMembers ?l => | pair ?l ?y1 ?y2 ; \
                ?y1 owl:sameAs ?y2
prp-spo2 | ?p | ?p owl:propertyChainAxiom ?l => ?u ?p ?w | chain ?l ?m ?u ?w
prp-adp  | ?z | ?z a owl:AllDisjointProperties . ?z owl:members ?l => | pair ?l ?p1 ?p2 ; \
                ?u ?p1 ?v . ?u ?p2 ?v
prp-key  | ?c | ?c owl:hasKey ?l . ?x a ?c . ?y a ?c => ?x owl:sameAs ?y | all ?l ?p ?z ; \
                ?x ?p ?z . ?y ?p ?z
cls-int1 | ?c | ?c owl:intersectionOf ?l => ?y a ?c | all ?l ?ci ; ?y a ?ci
cls-int2 | ?c shortcut | ?c owl:intersectionOf ?l . ?y a ?c => ?y a ?ci | each ?l ?ci
cls-uni  | ?c shortcut | ?c owl:unionOf ?l . ?y a ?ci => ?y a ?c | each ?l ?ci
cls-oo   | ?c | ?c owl:oneOf ?l => ?y a ?c | each ?l ?y
cax-adc  | ?x | ?x a owl:AllDisjointClasses . ?x owl:members ?l => | pair ?l ?c1 ?c2 ; \
                ?z a ?c1 . ?z a ?c2
scm-int  | ?c | ?c owl:intersectionOf ?l => ?c rdfs:subClassOf ?ci | each ?l ?ci
scm-uni  | ?c | ?c owl:unionOf ?l => ?ci rdfs:subClassOf ?c | each ?l ?ci
"""


@cache
def owl_rules() -> tuple[Rule, ...]:
    """Return the rules in the order of the tables, those about values of literals left out."""
    rules = [_rule(*line.split("|")) for line in _lines(_TABLE)]
    rules += [_rule(*line.split("|")) for line in _lines(_LISTS)]
    for name, subjects, value in (
        ("prp-ap", ANNOTATION_PROPERTIES, "owl:AnnotationProperty"),
        ("dt-type1", sorted(f"<{iri}>" for iri in DATATYPES), "rdfs:Datatype"),
    ):
        head = tuple(Pattern(_term(each), _term("a"), _term(value)) for each in subjects)
        rules.append(Rule(name=name, body=Group(()), head=head))
    return tuple(rules)


def _lines(table: str) -> list[str]:
    return [line for line in table.splitlines() if line.strip()]


def _rule(name: str, options: str, implication: str, members: str = "") -> Rule:
    body, head = implication.split("=>")
    words = options.split()
    return Rule(
        name=name.strip(),
        body=Group(_patterns(body)),
        head=_patterns(head),
        members=_members(members) if members else None,
        fixed=frozenset(word for word in words if word.startswith("?")),
        implied="shortcut" in words,
    )


def _members(text: str) -> Members:
    first, _, repeated = text.partition(";")
    kind, start, item, *names = first.split()
    patterns = _patterns(repeated)
    if kind == "pair":
        return Members(start, "pair", item, other=names[0], repeated=patterns)
    if kind == "all":
        return Members(start, "all", item, repeated=patterns, fresh=tuple(names))
    if kind == "chain":
        return Members(start, "chain", item, fresh=tuple(names))
    return Members(start, "each", item)


def _patterns(text: str) -> tuple[Pattern, ...]:
    found = []
    for triple in filter(str.strip, text.split(" . ")):
        subject, predicate, value = (_term(word) for word in triple.split())
        found.append(Pattern(subject, predicate, value))
    return tuple(found)


def _term(word: str) -> str:
    """Return the N-Triples form of a prefixed name, a literal with a datatype, `a`, a variable."""
    if word.startswith(("?", "<")):
        return word
    if word == "a":
        word = "rdf:type"
    value, mark, name = word.rpartition("^^")
    prefix, _, local = name.partition(":")
    return f"{value}{mark}<{WELL_KNOWN[prefix]}{local}>"
