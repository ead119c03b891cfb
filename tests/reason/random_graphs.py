"""Random ontologies, data and rules, the same for the same seed: rows of terms in N-Triples form.

There are few names, so that axioms meet each other and the data; rules conclude with properties
of their own, so that they come to an end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from kg.errors import Text
from kg.namespaces import OWL, RDF, RDFS, XSD
from kg.reason.rule import Rule
from kg.reason.rule_files import parse_rule

Row = tuple[str, str, str]
SPACE = "https://example.org/"


def name(local: str) -> str:
    """The IRI of a name of the test."""
    return f"<{SPACE}{local}>"


def owl(local: str) -> str:
    return f"<{OWL}{local}>"


TYPE, FIRST, REST, NIL = (f"<{RDF}{each}>" for each in ("type", "first", "rest", "nil"))
SUBCLASS, SUBPROPERTY, DOMAIN, RANGE = (
    f"<{RDFS}{each}>" for each in ("subClassOf", "subPropertyOf", "domain", "range")
)
SAME, DIFFERENT = owl("sameAs"), owl("differentFrom")
THING = owl("Thing")
CLASSES = tuple(name(f"C{number}") for number in range(4))
PROPERTIES = tuple(name(f"p{number}") for number in range(4))
VALUES = tuple(name(f"v{number}") for number in range(2))
THINGS = tuple(name(f"x{number}") for number in range(5))
LITERALS = (
    f'"1"^^<{XSD}integer>',
    f'"01"^^<{XSD}integer>',
    f'"1.0"^^<{XSD}decimal>',
    f'"2"^^<{XSD}integer>',
    f'"300"^^<{XSD}integer>',
    '"a"',
    '"a"@de',
    f'"a"^^<{XSD}token>',
    f'"true"^^<{XSD}boolean>',
    f'"1"^^<{XSD}boolean>',
    f'"2020-01-01"^^<{XSD}date>',
)
DATATYPES = tuple(f"<{XSD}{each}>" for each in ("integer", "decimal", "string", "byte"))


@dataclass
class Sketch:
    """An ontology in the making; `label` keeps its blank nodes apart from those of others."""

    random: Random
    label: str = ""
    rows: list[Row] = field(default_factory=list)
    blanks: int = 0

    def add(self, subject: str, predicate: str, value: str) -> None:
        self.rows.append((subject, predicate, value))

    def blank(self) -> str:
        self.blanks += 1
        return f"_:b{self.label}n{self.blanks}"

    def a_class(self) -> str:
        return self.random.choice(CLASSES)

    def a_property(self) -> str:
        return self.random.choice(PROPERTIES)

    def a_thing(self) -> str:
        return self.random.choice(THINGS)

    def list(self, *items: str) -> str:
        """Add an RDF list; return its first node."""
        start = NIL
        for item in reversed(items):
            node = self.blank()
            self.add(node, FIRST, item)
            self.add(node, REST, start)
            start = node
        return start

    def restriction(self, prop: str) -> str:
        """Add a restriction on `prop` above or below a class; return its node."""
        node = self.blank()
        self.add(node, owl("onProperty"), prop)
        if self.random.random() < 0.6:
            self.add(self.a_class(), SUBCLASS, node)
        else:
            self.add(node, SUBCLASS, self.a_class())
        return node


def _hierarchy(it: Sketch) -> None:
    if it.random.random() < 0.5:
        it.add(it.a_class(), it.random.choice((SUBCLASS, owl("equivalentClass"))), it.a_class())
    else:
        predicate = it.random.choice((SUBPROPERTY, owl("equivalentProperty"), owl("inverseOf")))
        it.add(it.a_property(), predicate, it.a_property())


def _domain(it: Sketch) -> None:
    it.add(it.a_property(), it.random.choice((DOMAIN, RANGE)), it.a_class())


def _kind(it: Sketch) -> None:
    kinds = ("Transitive", "Transitive", "Symmetric", "Symmetric", "Asymmetric", "Irreflexive")
    it.add(it.a_property(), TYPE, owl(f"{it.random.choice(kinds)}Property"))


def _functional(it: Sketch) -> None:
    kinds = ("Functional", "InverseFunctional")
    it.add(it.a_property(), TYPE, owl(f"{it.random.choice(kinds)}Property"))


def _key(it: Sketch) -> None:
    members = it.random.sample(PROPERTIES + VALUES, it.random.randint(1, 2))
    it.add(it.a_class(), owl("hasKey"), it.list(*members))


def _chain(it: Sketch) -> None:
    links = [it.a_property() for _ in range(it.random.randint(1, 3))]
    it.add(it.a_property(), owl("propertyChainAxiom"), it.list(*links))


def _set_of_classes(it: Sketch) -> None:
    link = it.random.choice(("intersectionOf", "unionOf"))
    it.add(it.a_class(), owl(link), it.list(*it.random.sample(CLASSES, it.random.randint(1, 3))))


def _one_of(it: Sketch) -> None:
    it.add(it.a_class(), owl("oneOf"), it.list(*it.random.sample(THINGS, 2)))


def _quantifier(it: Sketch) -> None:
    node = it.restriction(it.a_property())
    link = it.random.choice(("someValuesFrom", "allValuesFrom"))
    it.add(node, owl(link), it.random.choice((*CLASSES, THING)))


def _has_value(it: Sketch) -> None:
    it.add(it.restriction(it.a_property()), owl("hasValue"), it.a_thing())


def _at_most(it: Sketch) -> None:
    number = it.random.choice("0111")
    node = it.restriction(it.a_property())
    count = f'"{number}"^^<{XSD}nonNegativeInteger>'
    if it.random.random() < 0.5:
        it.add(node, owl("maxCardinality"), count)
    else:
        it.add(node, owl("maxQualifiedCardinality"), count)
        it.add(node, owl("onClass"), it.random.choice((*CLASSES, THING)))


def _disjoint(it: Sketch) -> None:
    choice = it.random.randrange(4)
    if choice == 0:
        link = it.random.choice(("disjointWith", "complementOf"))
        it.add(it.a_class(), owl(link), it.a_class())
    elif choice == 1:
        it.add(it.a_property(), owl("propertyDisjointWith"), it.a_property())
    else:
        kind, names = (("Classes", CLASSES), ("Properties", PROPERTIES))[choice - 2]
        node = it.blank()
        it.add(node, TYPE, owl(f"AllDisjoint{kind}"))
        it.add(node, owl("members"), it.list(*it.random.sample(names, 3)))


def _different(it: Sketch) -> None:
    node = it.blank()
    it.add(node, TYPE, owl("AllDifferent"))
    link = it.random.choice(("members", "distinctMembers"))
    it.add(node, owl(link), it.list(*it.random.sample(THINGS, 3)))


def _values(it: Sketch) -> None:
    prop = it.random.choice(VALUES)
    choice = it.random.randrange(4)
    if choice == 0:
        it.add(prop, RANGE, it.random.choice(DATATYPES))
    elif choice == 1:
        it.add(prop, TYPE, owl("FunctionalProperty"))
    elif choice == 2:
        it.add(prop, SUBPROPERTY, it.random.choice(VALUES))
    else:
        node = it.restriction(prop)
        link = it.random.choice(("hasValue", "someValuesFrom", "allValuesFrom"))
        found = LITERALS if link == "hasValue" else DATATYPES
        it.add(node, owl(link), it.random.choice(found))


Maker = Callable[[Sketch], None]
PLAIN: tuple[Maker, ...] = (
    _hierarchy,
    _hierarchy,
    _domain,
    _kind,
    _kind,
    _chain,
    _set_of_classes,
    _quantifier,
    _has_value,
    _one_of,
    _disjoint,
)
EQUAL: tuple[Maker, ...] = (_functional, _key, _at_most, _different)


@dataclass(frozen=True)
class Profile:
    """Which axioms there are, how many, and the shares of data that are equality or literals."""

    makers: tuple[Maker, ...]
    axioms: int = 8
    same: float = 0.0
    literals: float = 0.0
    rules: float = 0.0


PROFILES = {
    "plain": Profile(PLAIN),
    "equal": Profile(PLAIN + EQUAL * 2, same=0.06),
    "literals": Profile((*PLAIN, _functional, _key, *(_values,) * 6), literals=0.35),
    "rules": Profile(PLAIN, axioms=5, literals=0.1, rules=0.5),
    "rules-equal": Profile(PLAIN + EQUAL, axioms=5, same=0.04, literals=0.1, rules=0.4),
}


def ontology(random: Random, profile: Profile, *, label: str = "", least: int = 3) -> list[Row]:
    """The triples of some axioms."""
    sketch = Sketch(random, label)
    for _ in range(random.randint(least, profile.axioms)):
        random.choice(profile.makers)(sketch)
    return sketch.rows


def data(random: Random, profile: Profile, number: int) -> list[Row]:
    """About `number` triples on things, each once."""
    return list(dict.fromkeys(_datum(random, profile) for _ in range(number)))


def _datum(random: Random, profile: Profile) -> Row:
    thing, share = random.choice(THINGS), random.random()
    if share < profile.same:
        return thing, random.choice((SAME, SAME, DIFFERENT)), random.choice(THINGS)
    if share < profile.same + profile.literals:
        return thing, random.choice(VALUES), random.choice(LITERALS)
    if random.random() < 0.35:
        return thing, TYPE, random.choice(CLASSES)
    return thing, random.choice(PROPERTIES), random.choice(THINGS)


_PREFIXES = f"PREFIX e: <{SPACE}> PREFIX owl: <{OWL}> "
RULES = {
    "free": "CONSTRUCT { ?x e:n1 ?y } WHERE { ?x e:p0 ?y FILTER NOT EXISTS { ?x a e:C0 } }",
    "after": "CONSTRUCT { ?y e:n2 ?c } WHERE { ?x e:n1 ?y . ?y a ?c "
    "FILTER NOT EXISTS { ?x e:p1 ?z . ?z e:p2 ?y } FILTER NOT EXISTS { ?y e:n3 ?y } }",
    "last": "CONSTRUCT { ?x e:n4 ?x } WHERE { ?x a e:C1 FILTER NOT EXISTS { ?x e:n2 ?c } }",
    "two": "CONSTRUCT { ?y e:d1 ?z } WHERE { ?x e:p3 ?y , ?z FILTER(?y != ?z) }",
    "less": "CONSTRUCT { ?x e:less ?y } WHERE { ?x e:v0 ?a . ?y e:v0 ?b FILTER(?a < ?b) }",
    "label": "CONSTRUCT { ?x e:label ?l } WHERE { ?x a e:C2 BIND(STR(?x) AS ?l) }",
    "office": "CONSTRUCT { ?x e:office ?o . ?o e:of ?x } "
    'WHERE { ?x a e:C3 ; e:p2 ?y BIND(IRI(CONCAT(STR(?x), "/office")) AS ?o) }',
    "back": "CONSTRUCT { ?y e:p1 ?x } WHERE { ?x e:p3 ?y ; a e:C3 }",
}


def rule(title: str, text: str) -> Rule:
    """A rule of the text of a CONSTRUCT query, in which e: is the space of these names."""
    about = Text(de=title, en=title)
    return parse_rule(_PREFIXES + text, name=title, about=about, file=f"{title}.rq")


def rules(random: Random, profile: Profile) -> tuple[Rule, ...]:
    """Some of RULES."""
    chosen = [title for title in RULES if random.random() < profile.rules]
    return tuple(rule(title, RULES[title]) for title in chosen)
