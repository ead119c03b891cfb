"""The constraints of one shape are read from a shapes graph: SHACL section 4."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kg.errors import Text
from kg.namespaces import SH
from kg.rdf.literals import order
from kg.validate import shape_terms as terms
from kg.validate.pattern import PatternError, compile_pattern
from kg.validate.shape_graph import ShapesGraph, sh
from kg.validate.shapes import Constraint, Shape

Nested = Callable[[str], Shape]
Reader = Callable[[ShapesGraph, Shape, str, Nested], list[Constraint]]
_NODE_KINDS = frozenset(map(sh, terms.NODE_KINDS))


def component(name: str) -> str:
    """Return the IRI of a constraint component, such as that of "MinCount"."""
    return f"{SH}{name}ConstraintComponent"


def read_constraints(graph: ShapesGraph, shape: Shape, nested: Nested) -> list[Constraint]:
    """Return the constraints of SHACL Core of `shape`; `nested` gives the shape of a node.

    Faults are noted in `graph`.
    """
    here = graph.predicates(shape.node)
    found: list[Constraint] = []
    for parameter, reader in _READERS.items():
        if parameter in here:
            if parameter in _PROPERTY_ONLY and shape.path is None:
                graph.fault(shape.node, parameter, None, _NEEDS_PATH)
            found += reader(graph, shape, parameter, nested)
    for parameter, partner in _PARTNERS.items():
        if parameter in here and not any(each in here for each in partner):
            graph.fault(shape.node, parameter, None, _alone(graph, partner))
    return found


def _alone(graph: ShapesGraph, partners: tuple[str, ...]) -> Text:
    names = [graph.short(each) for each in partners]
    return Text(
        de=f"Die Angabe steht allein; dazu gehört {' oder '.join(names)}.",
        en=f"It stands alone; {' or '.join(names)} belongs to it.",
    )


def _each_iri(name: str) -> Reader:
    def read(graph: ShapesGraph, shape: Shape, key: str, _: Nested) -> list[Constraint]:
        return [
            Constraint(component(name), key, terms=(value,))
            for value in graph.objects(shape.node, key)
            if terms.iri(graph, shape.node, key, value)
        ]

    return read


def _one_iri(name: str) -> Reader:
    def read(graph: ShapesGraph, shape: Shape, key: str, _: Nested) -> list[Constraint]:
        value = terms.only(graph, shape.node, key)
        if value is None or not terms.iri(graph, shape.node, key, value):
            return []
        if name == "NodeKind" and value not in _NODE_KINDS:
            graph.fault(shape.node, key, value, _node_kind(graph, value))
            return []
        return [Constraint(component(name), key, terms=(value,))]

    return read


def _node_kind(graph: ShapesGraph, value: str) -> Text:
    known = ", ".join(f"sh:{kind}" for kind in terms.NODE_KINDS)
    return Text(
        de=f"{graph.short(value)} ist keine Art von Knoten; bekannt sind {known}.",
        en=f"{graph.short(value)} is not a kind of node; known are {known}.",
    )


def _count(name: str) -> Reader:
    def read(graph: ShapesGraph, shape: Shape, key: str, _: Nested) -> list[Constraint]:
        value = terms.only(graph, shape.node, key)
        number = None if value is None else terms.integer(graph, shape.node, key, value)
        return [] if number is None else [Constraint(component(name), key, number=number)]

    return read


def _limit(name: str) -> Reader:
    def read(graph: ShapesGraph, shape: Shape, key: str, _: Nested) -> list[Constraint]:
        value = terms.only(graph, shape.node, key)
        if value is None or not terms.literal(graph, shape.node, key, value):
            return []
        if order(value) is None:
            graph.fault(shape.node, key, value, _without_order(graph, value))
        return [Constraint(component(name), key, terms=(value,))]

    return read


def _without_order(graph: ShapesGraph, value: str) -> Text:
    return Text(
        de=f"Mit {graph.short(value)} lässt sich nichts vergleichen; erwartet wird eine Zahl, ein "
        "Text oder ein Datum, in der Schreibweise des Datentyps.",
        en=f"Nothing can be compared with {graph.short(value)}; expected is a number, a string "
        "or a date, in the form of its datatype.",
    )


def _flag(name: str) -> Reader:
    def read(graph: ShapesGraph, shape: Shape, key: str, _: Nested) -> list[Constraint]:
        value = terms.only(graph, shape.node, key)
        wanted = value is not None and terms.boolean(graph, shape.node, key, value)
        return [Constraint(component(name), key)] if wanted else []

    return read


def _pattern(graph: ShapesGraph, shape: Shape, key: str, _: Nested) -> list[Constraint]:
    flags = terms.only(graph, shape.node, sh("flags"))
    marks = "" if flags is None else terms.string(graph, shape.node, sh("flags"), flags) or ""
    found: list[Constraint] = []
    for value in graph.objects(shape.node, key):
        source = terms.string(graph, shape.node, key, value)
        if source is None:
            continue
        try:
            compiled = compile_pattern(source, marks)
        except PatternError as error:
            graph.fault(shape.node, key, value, error.text)
        else:
            found.append(Constraint(component("Pattern"), key, terms=(value,), extra=compiled))
    return found


def _languages(graph: ShapesGraph, shape: Shape, key: str, _: Nested) -> list[Constraint]:
    value = terms.only(graph, shape.node, key)
    members = None if value is None else terms.members(graph, shape.node, key, value)
    texts = [terms.string(graph, shape.node, key, each) for each in members or ()]
    if members is None or None in texts:
        return []
    ranges = tuple(text for text in texts if text is not None)
    return [Constraint(component("LanguageIn"), key, terms=ranges)]


def _in(graph: ShapesGraph, shape: Shape, key: str, _: Nested) -> list[Constraint]:
    value = terms.only(graph, shape.node, key)
    members = None if value is None else terms.members(graph, shape.node, key, value)
    return [] if members is None else [Constraint(component("In"), key, terms=tuple(members))]


def _has_value(graph: ShapesGraph, shape: Shape, key: str, _: Nested) -> list[Constraint]:
    return [
        Constraint(component("HasValue"), key, terms=(value,))
        for value in graph.objects(shape.node, key)
    ]


def _each_shape(name: str) -> Reader:
    def read(graph: ShapesGraph, shape: Shape, key: str, nested: Nested) -> list[Constraint]:
        return [
            Constraint(component(name), key, shapes=(nested(value),))
            for value in graph.objects(shape.node, key)
            if _is_shape(graph, shape, key, value)
        ]

    return read


def _is_shape(graph: ShapesGraph, shape: Shape, key: str, value: str) -> bool:
    if value.startswith('"') or not graph.predicates(value):
        text = Text(
            de=f"{graph.short(value)} ist keine Shape: Nirgends steht, was sie verlangt.",
            en=f"{graph.short(value)} is not a shape: nothing says what it demands.",
        )
    elif key == sh("node") and graph.objects(value, sh("path")):
        text = Text(
            de="Verwiesen wird auf die Shape einer Eigenschaft; dafür ist sh:property da.",
            en="The shape referred to is one of a property; sh:property is for that.",
        )
    elif key == sh("property") and not graph.objects(value, sh("path")):
        text = Text(
            de="Der Shape, auf die verwiesen wird, fehlt sh:path: Sie sagt nicht, welche "
            "Eigenschaft gemeint ist.",
            en="The shape referred to lacks sh:path: it does not say which property is meant.",
        )
    else:
        return True
    graph.fault(shape.node, key, value, text)
    return False


def _shapes_list(name: str) -> Reader:
    def read(graph: ShapesGraph, shape: Shape, key: str, nested: Nested) -> list[Constraint]:
        found: list[Constraint] = []
        for value in graph.objects(shape.node, key):
            members = terms.members(graph, shape.node, key, value)
            if members is not None:
                inner = tuple(
                    nested(each) for each in members if _is_shape(graph, shape, key, each)
                )
                found.append(Constraint(component(name), key, shapes=inner))
        return found

    return read


def _closed(graph: ShapesGraph, shape: Shape, key: str, _: Nested) -> list[Constraint]:
    value = terms.only(graph, shape.node, key)
    ignored = terms.only(graph, shape.node, sh("ignoredProperties"))
    listed: list[str] = []
    if ignored is not None:
        listed = terms.members(graph, shape.node, sh("ignoredProperties"), ignored) or []
        for each in listed:
            terms.iri(graph, shape.node, sh("ignoredProperties"), each)
    if value is None or not terms.boolean(graph, shape.node, key, value):
        return []
    paths = [
        path
        for inner in graph.objects(shape.node, sh("property"))
        for path in graph.objects(inner, sh("path"))
        if path.startswith("<")
    ]
    allowed = tuple(dict.fromkeys([*paths, *listed]))
    return [Constraint(component("Closed"), key, terms=allowed)]


def _qualified(name: str) -> Reader:
    def read(graph: ShapesGraph, shape: Shape, key: str, nested: Nested) -> list[Constraint]:
        value = terms.only(graph, shape.node, key)
        number = None if value is None else terms.integer(graph, shape.node, key, value)
        inner_key = sh("qualifiedValueShape")
        inner = terms.only(graph, shape.node, inner_key)
        if inner is None and shape.path is not None:
            graph.fault(shape.node, key, None, _alone(graph, (inner_key,)))
        if number is None or inner is None or not _is_shape(graph, shape, inner_key, inner):
            return []
        if shape.path is None:
            graph.fault(shape.node, key, None, _NEEDS_PATH)
            return []
        disjoint = terms.only(graph, shape.node, sh("qualifiedValueShapesDisjoint"))
        wants = disjoint is not None and terms.boolean(
            graph, shape.node, sh("qualifiedValueShapesDisjoint"), disjoint
        )
        others = _siblings(graph, shape.node, inner) if wants else []
        shapes = (nested(inner), *(nested(other) for other in others))
        return [Constraint(component(name), key, shapes=shapes, number=number)]

    return read


def _siblings(graph: ShapesGraph, node: str, own: str) -> list[str]:
    """Return the sibling shapes of section 4.7.3."""
    found = {
        other
        for parent in graph.subjects(sh("property"), node)
        for sibling in graph.objects(parent, sh("property"))
        for other in graph.objects(sibling, sh("qualifiedValueShape"))
    }
    return sorted(found - {own})


_NEEDS_PATH = Text(
    de="Die Angabe gehört zu einer Eigenschaft; sie steht dort, wo auch sh:path steht.",
    en="It belongs to a property; it stands where sh:path stands.",
)
_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        sh(name): reader
        for name, reader in (
            ("class", _each_iri("Class")),
            ("datatype", _one_iri("Datatype")),
            ("nodeKind", _one_iri("NodeKind")),
            ("minCount", _count("MinCount")),
            ("maxCount", _count("MaxCount")),
            ("minExclusive", _limit("MinExclusive")),
            ("minInclusive", _limit("MinInclusive")),
            ("maxExclusive", _limit("MaxExclusive")),
            ("maxInclusive", _limit("MaxInclusive")),
            ("minLength", _count("MinLength")),
            ("maxLength", _count("MaxLength")),
            ("pattern", _pattern),
            ("languageIn", _languages),
            ("uniqueLang", _flag("UniqueLang")),
            ("equals", _each_iri("Equals")),
            ("disjoint", _each_iri("Disjoint")),
            ("lessThan", _each_iri("LessThan")),
            ("lessThanOrEquals", _each_iri("LessThanOrEquals")),
            ("not", _each_shape("Not")),
            ("and", _shapes_list("And")),
            ("or", _shapes_list("Or")),
            ("xone", _shapes_list("Xone")),
            ("node", _each_shape("Node")),
            ("property", _each_shape("Property")),
            ("qualifiedMinCount", _qualified("QualifiedMinCount")),
            ("qualifiedMaxCount", _qualified("QualifiedMaxCount")),
            ("closed", _closed),
            ("hasValue", _has_value),
            ("in", _in),
        )
    }
)
_PROPERTY_ONLY = frozenset(
    map(
        sh,
        (*("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals"),),
    )
)
_PARTNERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        sh("flags"): (sh("pattern"),),
        sh("qualifiedValueShape"): (sh("qualifiedMinCount"), sh("qualifiedMaxCount")),
        sh("ignoredProperties"): (sh("closed"),),
    }
)
_LOGIC = tuple(map(sh, ("and", "or", "xone")))
PARAMETERS = frozenset((*_READERS, sh("qualifiedValueShape"), sh("sparql")))
"""What makes its subject a shape, section 2.1."""
LISTS = frozenset((*_LOGIC, sh("in"), sh("languageIn"), sh("ignoredProperties")))
"""The parameters whose values are lists."""
