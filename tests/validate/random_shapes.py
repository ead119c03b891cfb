"""Random shapes and data, the same for the same seed: rows of terms in N-Triples form.

There are few names, so that shapes meet the data. Shapes refer to shapes that were made before
them, never in a circle; what they say is well-formed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

from pyoxigraph import RdfFormat, Triple, parse

from kg.namespaces import RDF, RDFS, SH, XSD
from kg.validate.report import Report, Result

Row = tuple[str, str, str]
SPACE = "https://example.org/"


def name(local: str) -> str:
    """The IRI of a name of the test."""
    return f"<{SPACE}{local}>"


def sh(local: str) -> str:
    return f"<{SH}{local}>"


def typed(lexical: str, datatype: str) -> str:
    return f'"{lexical}"^^<{XSD}{datatype}>'


TYPE, FIRST, REST, NIL = (f"<{RDF}{each}>" for each in ("type", "first", "rest", "nil"))
SUBCLASS = f"<{RDFS}subClassOf>"
CLASSES = tuple(name(f"C{number}") for number in range(4))
PROPERTIES = tuple(name(f"p{number}") for number in range(4))
THINGS = (*(name(f"x{number}") for number in range(5)), "_:d0", "_:d1")
NUMBERS = (
    *(typed(each, "integer") for each in ("1", "01", "2", "3", "-4", "12345678901234567890")),
    *(typed(each, "decimal") for each in ("1.0", "2.50", "-0.5")),
    *(typed(each, "double") for each in ("1.0E0", "2.5", "INF", "NaN")),
    *(typed("7", each) for each in ("byte", "nonNegativeInteger")),
)
MOMENTS = (
    typed("2020-01-01", "date"),
    typed("2021-12-31", "date"),
    typed("2020-01-01T00:00:00", "dateTime"),
    typed("2020-01-01T00:00:00Z", "dateTime"),
    typed("2020-01-02T12:00:00+14:00", "dateTime"),
    typed("2021-06-01T00:00:00Z", "dateTime"),
)
TEXTS = (
    '"a"',
    '"ab"',
    '"Größe"',
    '""',
    '"b\\nc"',
    '"😀"',
    '"a\\"b"',
    typed("true", "boolean"),
    typed("false", "boolean"),
)
TAGGED = ('"a"@de', '"b"@de', '"a"@de-at', '"a"@en', '"c"@en-us')
ILL = (
    typed("x", "integer"),
    typed("1.5", "integer"),
    typed("maybe", "boolean"),
    typed("300", "byte"),
)
LITERALS = (*NUMBERS, *MOMENTS, *TEXTS, *TAGGED, *ILL, f'"z"^^{name("own")}')
DATATYPES = (
    *(f"<{XSD}{each}>" for each in ("integer", "decimal", "string", "boolean", "date")),
    *(f"<{XSD}{each}>" for each in ("dateTime", "byte", "double")),
    f"<{RDF}langString>",
    name("own"),
)
KINDS = ("BlankNode", "IRI", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
PATTERNS = ("^a", "b$", "[0-9]+", "^.$", "x[0-3]", "ß", "^$", "A|B", "a b")
RANGES = ('"de"', '"en"', '"en-US"', '"DE-at"', '"*"')


def triples(rows: Iterable[Row]) -> list[Triple]:
    """The rows as triples of pyoxigraph."""
    text = "".join(" ".join((*row, ".\n")) for row in rows)
    return [quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)]


def counted(report: Report) -> Counter[tuple[str | None, ...]]:
    """The results of a report: focus, path, value, component, source shape, severity."""
    return Counter(map(parts, report.results))


def parts(result: Result) -> tuple[str | None, ...]:
    return (
        result.focus,
        result.path,
        result.value,
        (result.component or "").removeprefix(SH).removesuffix("ConstraintComponent"),
        result.source_shape,
        result.severity_iri or result.severity,
    )


def data(random: Random, number: int) -> list[Row]:
    """About `number` triples, each once, with a hierarchy of classes that may have cycles."""
    return list(dict.fromkeys(datum(random) for _ in range(number)))


def datum(random: Random) -> Row:
    """One triple: a type, a subclass, or a property with a thing or a literal."""
    share, thing = random.random(), random.choice(THINGS)
    if share < 0.08:
        return random.choice(CLASSES), SUBCLASS, random.choice(CLASSES)
    if share < 0.25:
        return thing, TYPE, random.choice(CLASSES)
    if share < 0.65:
        return thing, random.choice(PROPERTIES), random.choice(THINGS)
    return thing, random.choice(PROPERTIES), random.choice(LITERALS)


@dataclass
class Sketch:
    """A shapes graph in the making; `done` are the shapes that later ones may refer to.

    With `sparql` many of the constraints are queries.
    """

    random: Random
    sparql: bool = False
    rows: list[Row] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    blanks: int = 0
    names: int = 0

    def add(self, subject: str, predicate: str, value: str) -> None:
        self.rows.append((subject, predicate, value))

    def say(self, subject: str, parameter: str, value: str) -> None:
        """Add a triple with a predicate of SHACL."""
        self.add(subject, sh(parameter), value)

    def blank(self) -> str:
        self.blanks += 1
        return f"_:s{self.blanks}"

    def node(self) -> str:
        """A new node for a shape: a blank one more often than not."""
        if self.random.random() < 0.6:
            return self.blank()
        self.names += 1
        return name(f"S{self.names}")

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def a_property(self) -> str:
        return self.random.choice(PROPERTIES)

    def a_value(self) -> str:
        """A term that data may have, other than a blank node."""
        return self.random.choice((*THINGS[:5], *LITERALS))

    def list(self, *items: str) -> str:
        """Add an RDF list; return its first node."""
        start = NIL
        for item in reversed(items):
            node = self.blank()
            self.add(node, FIRST, item)
            self.add(node, REST, start)
            start = node
        return start

    def path(self, depth: int = 2) -> str:
        """Add a path; return its node."""
        if depth == 0 or self.chance(0.5):
            return TYPE if self.chance(0.05) else self.a_property()
        kind = self.random.choice(("sequence", "alternative", "inverse", "repeat", "repeat"))
        if kind in ("sequence", "alternative"):
            count = self.random.choice((2, 2, 3))
            listed = self.list(*(self.path(depth - 1) for _ in range(count)))
            if kind == "sequence":
                return listed
            node = self.blank()
            self.say(node, "alternativePath", listed)
            return node
        signs = ("zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
        node = self.blank()
        sign = "inversePath" if kind == "inverse" else self.random.choice(signs)
        self.say(node, sign, self.path(depth - 1))
        return node


Maker = Callable[[Sketch, str, int], None]


def _term(parameter: str, choices: tuple[str, ...]) -> Maker:
    def make(it: Sketch, node: str, _: int) -> None:
        it.say(node, parameter, it.random.choice(choices))

    return make


def _count(parameter: str, most: int, *, least: int = 0) -> Maker:
    def make(it: Sketch, node: str, _: int) -> None:
        it.say(node, parameter, typed(str(it.random.randint(least, most)), "integer"))

    return make


def _pattern(it: Sketch, node: str, _: int) -> None:
    it.say(node, "pattern", f'"{it.random.choice(PATTERNS)}"')
    if it.chance(0.4):
        it.say(node, "flags", it.random.choice(('"i"', '"s"', '"m"', '"is"')))


def _in(it: Sketch, node: str, _: int) -> None:
    it.say(node, "in", it.list(*(it.a_value() for _ in range(it.random.randint(0, 5)))))


def _languages(it: Sketch, node: str, _: int) -> None:
    it.say(node, "languageIn", it.list(*it.random.sample(RANGES, it.random.randint(0, 3))))


def _flag(parameter: str) -> Maker:
    def make(it: Sketch, node: str, _: int) -> None:
        it.say(node, parameter, typed(it.random.choice(("true", "true", "false")), "boolean"))

    return make


def _has_value(it: Sketch, node: str, _: int) -> None:
    for _ in range(it.random.choice((1, 1, 2))):
        it.say(node, "hasValue", it.a_value())


def _closed(it: Sketch, node: str, depth: int) -> None:
    _flag("closed")(it, node, depth)
    if it.chance(0.6):
        ignored = it.random.sample((TYPE, *PROPERTIES), it.random.randint(0, 3))
        it.say(node, "ignoredProperties", it.list(*ignored))


def _nested(parameter: str) -> Maker:
    def make(it: Sketch, node: str, depth: int) -> None:
        it.say(node, parameter, shape(it, depth - 1))

    return make


def _property(it: Sketch, node: str, depth: int) -> None:
    for _ in range(it.random.choice((1, 1, 2))):
        it.say(node, "property", shape(it, depth - 1, kind="property"))


def _node(it: Sketch, node: str, depth: int) -> None:
    it.say(node, "node", shape(it, depth - 1, kind="node"))


def _logic(parameter: str) -> Maker:
    def make(it: Sketch, node: str, depth: int) -> None:
        count = it.random.choice((1, 2, 2, 3))
        it.say(node, parameter, it.list(*(shape(it, depth - 1) for _ in range(count))))

    return make


def _qualified(it: Sketch, node: str, depth: int) -> None:
    it.say(node, "qualifiedValueShape", shape(it, depth - 1))
    which = it.random.choice((("Min",), ("Max",), ("Min", "Max")))
    for each in which:
        _count(f"qualified{each}Count", 2)(it, node, depth)
    if it.chance(0.5):
        _flag("qualifiedValueShapesDisjoint")(it, node, depth)


P0, P1, P2, P3 = PROPERTIES
QUERIES = (
    f"SELECT $this ?value WHERE {{ $this {P0} ?value FILTER NOT EXISTS {{ ?value {P1} ?x }} }}",
    f"SELECT DISTINCT $this WHERE {{ $this {P1}/{P2} ?v FILTER(isIRI(?v)) }}",
    f"SELECT DISTINCT $this ?value WHERE {{ $this ({P3}/{P2})|^{P1} ?value }}",
    f"SELECT $this ({P0} AS ?path) ?value WHERE {{ $this {P0} ?value . $this {P1} ?value }}",
    f"SELECT DISTINCT $this WHERE {{ $this {P2} ?v . ?v a {CLASSES[0]} }}",
    f"SELECT $this ?value WHERE {{ $this {P1} ?value FILTER(lang(?value) = 'de') }}",
    "SELECT DISTINCT $this WHERE { $this ?p ?o . ?o ?q $this }",
    f"SELECT $this WHERE {{ $this a {CLASSES[1]} OPTIONAL {{ $this {P0} ?v }} "
    "FILTER(!bound(?v)) }",
)


def _sparql(it: Sketch, node: str, _: int) -> None:
    asked = it.blank()
    it.say(node, "sparql", asked)
    it.say(asked, "select", f'"{it.random.choice(QUERIES)}"')


LIMITS = (*NUMBERS[:-3], *MOMENTS, '"a"', '"b"', typed("7", "byte"))
ANYWHERE: tuple[Maker, ...] = (
    _term("class", CLASSES),
    _term("datatype", DATATYPES),
    _term("nodeKind", tuple(map(sh, KINDS))),
    _term("minExclusive", LIMITS),
    _term("minInclusive", LIMITS),
    _term("maxExclusive", LIMITS),
    _term("maxInclusive", LIMITS),
    _count("minLength", 4, least=1),
    _count("maxLength", 4),
    _pattern,
    _in,
    _languages,
    _term("equals", PROPERTIES),
    _term("disjoint", PROPERTIES),
    _has_value,
    _closed,
)
IN_PROPERTIES: tuple[Maker, ...] = (
    _count("minCount", 2),
    _count("maxCount", 2),
    _flag("uniqueLang"),
    _term("lessThan", PROPERTIES),
    _term("lessThanOrEquals", PROPERTIES),
)
NESTING: tuple[Maker, ...] = (
    _nested("not"),
    _node,
    _property,
    _property,
    *(_logic(each) for each in ("and", "or", "xone")),
)


def shape(it: Sketch, depth: int, *, kind: str = "", node: str = "") -> str:
    """Add a shape, of a kind if one is given, or take one that is there; return its node."""
    known = [each for each in it.done if each[:1] == (kind[:1] or each[:1])]
    if not node and known and it.chance(0.15):
        return it.random.choice(known)[1:]
    node = node or it.node()
    kind = kind or it.random.choice(("node", "property"))
    if kind == "property":
        it.say(node, "path", it.path())
    if it.chance(0.3):
        it.add(node, TYPE, sh(f"{kind.capitalize()}Shape"))
    makers = list(ANYWHERE + (IN_PROPERTIES if kind == "property" else ()))
    makers += (_sparql,) * (len(makers) if it.sparql else 0)
    if depth > 0:
        makers += NESTING * 2
        makers += (_qualified,) * 2 if kind == "property" else ()
    chosen = dict.fromkeys(it.random.choice(makers) for _ in range(it.random.choice((1, 1, 2, 3))))
    for make in chosen:
        make(it, node, depth)
    if it.chance(0.1):
        _flag("deactivated")(it, node, depth)
    if it.chance(0.2):
        it.say(node, "severity", it.random.choice((sh("Warning"), sh("Info"), name("Grave"))))
    it.done.append(kind[0] + node)
    return node


TARGETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("targetClass", CLASSES),
    ("targetNode", (*THINGS[:5], *LITERALS[::5])),
    ("targetSubjectsOf", PROPERTIES),
    ("targetObjectsOf", PROPERTIES),
)


def shapes(random: Random, *, sparql: bool = False) -> list[Row]:
    """A shapes graph with one to three shapes that have targets."""
    it = Sketch(random, sparql)
    for number in range(random.choice((1, 1, 2, 3))):
        implicit = it.chance(0.1)
        root = random.choice(CLASSES) if implicit else name(f"T{number}")
        if implicit and any(row[0] == root for row in it.rows):
            continue
        shape(it, random.choice((0, 1, 2, 3)), node=root)
        if implicit:
            it.add(root, TYPE, f"<{RDFS}Class>")
            if not any(row == (root, TYPE, sh("PropertyShape")) for row in it.rows):
                is_property = any(row[:2] == (root, sh("path")) for row in it.rows)
                it.add(root, TYPE, sh("PropertyShape" if is_property else "NodeShape"))
        for _ in range(random.choice((1, 1, 2)) if not implicit else 0):
            parameter, choices = random.choice(TARGETS)
            it.say(root, parameter, random.choice(choices))
    return list(dict.fromkeys(it.rows))
