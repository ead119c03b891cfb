"""Nemo: python run_nemo.py GRAPH ONTOLOGY [OUT]; prints the number of triples.

Nemo is a rule engine: the rules are those of OWL 2 RL that the ontology uses, specialised by it.
A class becomes a relation of one place, a property one of two; rules of the schema work on the
ontology's triples as they are. Without OUT the relations are written as CSV and counted, since
the engine tells no counts.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from pathlib import Path

from nmo_python import NemoEngine, NemoOutputManager, load_string
from pyoxigraph import RdfFormat, Triple, parse

OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
TYPE = f"<{RDF}type>"
SUB, EQUIVALENT = f"<{RDFS}subClassOf>", f"<{OWL}equivalentClass>"
SUB_P, EQUIVALENT_P = f"<{RDFS}subPropertyOf>", f"<{OWL}equivalentProperty>"
LISTS = tuple(f"<{OWL}{name}>" for name in ("intersectionOf", "unionOf"))
OUT_RELATIONS = ("rest", "o", "same")
ONE = '"1"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>'
TRANSITIVE = (SUB, SUB_P)
SCHEMA = f"""
member(?l, ?x) :- o(?l, <{RDF}first>, ?x) .
member(?l, ?x) :- o(?l, <{RDF}rest>, ?m), member(?m, ?x) .
o(?c, {SUB}, ?x) :- o(?c, {LISTS[0]}, ?l), member(?l, ?x) .
o(?x, {SUB}, ?c) :- o(?c, {LISTS[1]}, ?l), member(?l, ?x) .
o(?p, <{RDFS}domain>, ?d) :- o(?p, <{RDFS}domain>, ?c), o(?c, {SUB}, ?d) .
o(?p, <{RDFS}domain>, ?c) :- o(?q, <{RDFS}domain>, ?c), o(?p, {SUB_P}, ?q) .
o(?p, <{RDFS}range>, ?d) :- o(?p, <{RDFS}range>, ?c), o(?c, {SUB}, ?d) .
o(?p, <{RDFS}range>, ?c) :- o(?q, <{RDFS}range>, ?c), o(?p, {SUB_P}, ?q) .
"""


class Program:
    """The rules for one ontology, and the relations of its classes and properties."""

    def __init__(self, ontology: Iterable[Triple]) -> None:
        """Index the axioms by predicate."""
        self.rules: list[str] = []
        self.classes: dict[str, str] = {}
        self.properties: dict[str, str] = {}
        self.axioms: dict[str, list[tuple[str, str]]] = {}
        for triple in ontology:
            pair = str(triple.subject), str(triple.object)
            self.axioms.setdefault(triple.predicate.value, []).append(pair)

    def pairs(self, iri: str) -> list[tuple[str, str]]:
        """Subjects and objects of the axioms with the predicate `iri`."""
        return self.axioms.get(iri, [])

    def of(self, name: str) -> list[str]:
        """What the ontology declares to be an owl:`name`."""
        return [one for one, kind in self.pairs(RDF + "type") if kind == f"<{OWL}{name}>"]

    def c(self, name: str, variable: str = "?x") -> str:
        """The atom that `variable` is in the class `name`."""
        return f"{self.classes.setdefault(name, f'c{len(self.classes)}')}({variable})"

    def p(self, name: str, one: str = "?x", other: str = "?y") -> str:
        """The atom that the property `name` leads from `one` to `other`."""
        relation = self.properties.setdefault(name, f"p{len(self.properties)}")
        return f"{relation}({one}, {other})"

    def rule(self, head: str, *body: str) -> None:
        """Add a rule."""
        self.rules.append(f"{head} :- {', '.join(body)} .")

    def members(self, start: str) -> list[str]:
        """The members of an RDF list."""
        first, rest = dict(self.pairs(RDF + "first")), dict(self.pairs(RDF + "rest"))
        found = []
        while start in first:
            found.append(first[start])
            start = rest[start]
        return found


def program(ontology: Iterable[Triple]) -> Program:
    """The rules of OWL 2 RL that `ontology` uses."""
    made = Program(ontology)
    _schema(made)
    _classes(made)
    _properties(made)
    _restrictions(made)
    _equality(made)
    return made


def _schema(made: Program) -> None:
    made.rules.append(SCHEMA)
    for relation in TRANSITIVE:
        made.rule(f"o(?x, {relation}, ?z)", f"o(?x, {relation}, ?y)", f"o(?y, {relation}, ?z)")
    for relation, both in ((SUB, EQUIVALENT), (SUB_P, EQUIVALENT_P)):
        made.rule(f"o(?x, {relation}, ?y)", f"o(?x, {both}, ?y)")
        made.rule(f"o(?y, {relation}, ?x)", f"o(?x, {both}, ?y)")
        made.rule(f"o(?x, {both}, ?y)", f"o(?x, {relation}, ?y)", f"o(?y, {relation}, ?x)")


def _classes(made: Program) -> None:
    for one, other in made.pairs(RDFS + "subClassOf") + made.pairs(OWL + "equivalentClass"):
        made.rule(made.c(other), made.c(one))
    for one, other in made.pairs(OWL + "equivalentClass"):
        made.rule(made.c(one), made.c(other))
    for whole, start in made.pairs(OWL + "intersectionOf"):
        made.rule(made.c(whole), *(made.c(part) for part in made.members(start)))
        for part in made.members(start):
            made.rule(made.c(part), made.c(whole))
    for whole, start in made.pairs(OWL + "unionOf"):
        for part in made.members(start):
            made.rule(made.c(whole), made.c(part))
    for property_, kind in made.pairs(RDFS + "domain"):
        made.rule(made.c(kind), made.p(property_))
    for property_, kind in made.pairs(RDFS + "range"):
        made.rule(made.c(kind, "?y"), made.p(property_))


def _properties(made: Program) -> None:
    equivalent = made.pairs(OWL + "equivalentProperty")
    for one, other in made.pairs(RDFS + "subPropertyOf") + equivalent:
        made.rule(made.p(other), made.p(one))
    for one, other in equivalent:
        made.rule(made.p(one), made.p(other))
    for one, other in made.pairs(OWL + "inverseOf"):
        made.rule(made.p(other, "?y", "?x"), made.p(one))
        made.rule(made.p(one, "?y", "?x"), made.p(other))
    for name in made.of("SymmetricProperty"):
        made.rule(made.p(name, "?y", "?x"), made.p(name))
    for name in made.of("TransitiveProperty"):
        made.rule(made.p(name, "?x", "?z"), made.p(name), made.p(name, "?y", "?z"))
    for name, start in made.pairs(OWL + "propertyChainAxiom"):
        links = made.members(start)
        ends = list(pairwise(f"?v{number}" for number in range(len(links) + 1)))
        body = (made.p(link, *pair) for link, pair in zip(links, ends, strict=True))
        made.rule(made.p(name, "?v0", f"?v{len(links)}"), *body)


def _restrictions(made: Program) -> None:
    on = dict(made.pairs(OWL + "onProperty"))
    for node, value in made.pairs(OWL + "hasValue"):
        made.rule(made.p(on[node], "?x", value), made.c(node))
        made.rule(made.c(node), made.p(on[node], "?x", value))
    for node, kind in made.pairs(OWL + "someValuesFrom"):
        made.rule(made.c(node), made.p(on[node]), made.c(kind, "?y"))
    for node, kind in made.pairs(OWL + "allValuesFrom"):
        made.rule(made.c(kind, "?y"), made.c(node), made.p(on[node]))
    for node, count in made.pairs(OWL + "maxCardinality"):
        if count == ONE:
            values = made.p(on[node]), made.p(on[node], "?x", "?z")
            made.rule("same(?y, ?z)", made.c(node), *values, "?y != ?z")


def _equality(made: Program) -> None:
    for name in made.of("FunctionalProperty"):
        made.rule("same(?y, ?z)", made.p(name), made.p(name, "?x", "?z"), "?y != ?z")
    for name in made.of("InverseFunctionalProperty"):
        made.rule("same(?x, ?z)", made.p(name), made.p(name, "?z", "?y"), "?x != ?z")
    for kind, start in made.pairs(OWL + "hasKey"):
        body = [made.c(kind), made.c(kind, "?z"), "?x != ?z"]
        for number, name in enumerate(made.members(start)):
            body += [made.p(name, who, f"?v{number}") for who in ("?x", "?z")]
        made.rule("same(?x, ?z)", *body)
    made.rule("same(?y, ?x)", "same(?x, ?y)")
    made.rule("same(?x, ?z)", "same(?x, ?y)", "same(?y, ?z)", "?x != ?z")
    for name in list(made.classes):
        made.rule(made.c(name, "?y"), made.c(name), "same(?x, ?y)")
    for name in list(made.properties):
        made.rule(made.p(name, "?z"), made.p(name), "same(?x, ?z)")
        made.rule(made.p(name, "?x", "?z"), made.p(name), "same(?y, ?z)")
    made.rule("t(?z, ?p, ?y)", "t(?x, ?p, ?y)", "same(?x, ?z)")
    made.rule("t(?x, ?p, ?z)", "t(?x, ?p, ?y)", "same(?y, ?z)")


def text(made: Program, *, data: str, ontology: str, union: bool) -> str:
    """The program; with `union` its result is one relation `u` of triples."""
    lines = [
        f'@import t :- ntriples{{resource="{data}"}} .',
        f'@import o :- ntriples{{resource="{ontology}"}} .',
        *(f"known({name}) ." for name in (TYPE, *made.properties)),
        "rest(?x, ?p, ?y) :- t(?x, ?p, ?y), ~known(?p) .",
        *made.rules,
    ]
    for name, relation in made.classes.items():
        if not name.startswith("_:"):
            lines.append(f"{relation}(?x) :- t(?x, {TYPE}, {name}) .")
            lines += [f"u(?x, {TYPE}, {name}) :- {relation}(?x) ."] if union else []
    for name, relation in made.properties.items():
        lines.append(f"{relation}(?x, ?y) :- t(?x, {name}, ?y) .")
        lines += [f"u(?x, {name}, ?y) :- {relation}(?x, ?y) ."] if union else []
    if union:
        lines.append("u(?x, ?p, ?y) :- rest(?x, ?p, ?y) .")
        lines.append("u(?x, ?p, ?y) :- o(?x, ?p, ?y) .")
        lines.append(f"u(?x, <{OWL}sameAs>, ?y) :- same(?x, ?y) .")
        lines.append('@export u :- ntriples{resource="u.nt"} .')
    else:
        lines += [f'@export {one} :- csv{{resource="{one}.csv"}} .' for one in counted(made)]
    return "\n".join(lines)


def counted(made: Program) -> Iterator[str]:
    """The relations whose rows are the triples of the closure, each once."""
    named = (one for name, one in made.classes.items() if not name.startswith("_:"))
    yield from chain(named, made.properties.values(), OUT_RELATIONS)


def main(inputs: list[str], out: str | None) -> None:
    """Close, then count the rows of all relations or write them to `out`."""
    data, ontology = (str(Path(path).resolve()) for path in inputs)
    made = program(quad.triple for quad in parse(path=ontology, format=RdfFormat.N_TRIPLES))
    engine = NemoEngine(
        load_string(text(made, data=data, ontology=ontology, union=out is not None))
    )
    engine.reason()
    with tempfile.TemporaryDirectory() as folder:
        manager = NemoOutputManager(folder, overwrite=True, gzip=False)
        for relation in ["u"] if out else counted(made):
            engine.write_result(relation, manager)
        print(sum(path.read_bytes().count(b"\n") for path in Path(folder).iterdir()))
        if out:
            Path(out).write_bytes(Path(folder, "u.nt").read_bytes())


if __name__ == "__main__":
    main(sys.argv[1:3], sys.argv[3] if len(sys.argv) > 3 else None)
