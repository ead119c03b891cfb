"""A shapes graph becomes a Plan; what is wrong with a shape is said with its place, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pyoxigraph import Triple

from kg.errors import Text
from kg.namespaces import OWL, RDF_TYPE, RDFS, WELL_KNOWN
from kg.validate import shape_terms as terms
from kg.validate.constraint_reader import LISTS, PARAMETERS, read_constraints
from kg.validate.path_reader import read_path
from kg.validate.paths import Path
from kg.validate.shape_graph import Finding, ShapesGraph, sh
from kg.validate.shape_names import check_names
from kg.validate.shapes import SEVERITY_TERMS, Plan, Shape, Targets
from kg.validate.sparql_components import instances, read_components
from kg.validate.sparql_constraints import read_sparql

_TYPE, _SUBCLASS = f"<{RDF_TYPE}>", f"<{RDFS}subClassOf>"
_TARGETS = tuple(map(sh, ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")))
DEEPEST = 60
"""So deep may shapes be within each other."""
_NODE_SHAPE, _PROPERTY_SHAPE = sh("NodeShape"), sh("PropertyShape")
_PATH = sh("path")


def read_shapes(
    triples: Iterable[Triple],
    prefixes: Mapping[str, str] = WELL_KNOWN,
    *,
    finding: Finding | None = None,
) -> Plan:
    """Read all shapes of a shapes graph: SHACL Core and SHACL-SPARQL.

    `prefixes` shorten IRIs in messages, `finding` gives them places. Raises ShapesError, which
    names each shape, property and place, when anything is not well-formed or not supported.
    """
    known = tuple(triples)
    graph = ShapesGraph(known, prefixes)
    reader = _Reader(graph)
    for node in sorted(_shape_nodes(graph)):
        reader.shape(node)
    _refuse_circles(graph, reader.shapes)
    check_names(graph, reader.shapes)
    graph.check(finding)
    return Plan(tuple(reader.shapes.values()), prefixes, known)


def _shape_nodes(graph: ShapesGraph) -> set[str]:
    """Return the nodes that are shapes by section 2.1; what they refer to is read with them."""
    parameters = {node for _, node in graph.pairs(sh("parameter"))}
    parameters |= set(graph.subjects(_TYPE, sh("Parameter")))
    found = {subject for name in PARAMETERS for subject, _ in graph.pairs(name)} - parameters
    for kind in (_NODE_SHAPE, _PROPERTY_SHAPE):
        found |= set(graph.subjects(_TYPE, kind))
    for target in _TARGETS:
        found |= {subject for subject, _ in graph.pairs(target)}
    return found


class _Reader:
    """Reads each shape once; a shape is known before the shapes within it are read."""

    def __init__(self, graph: ShapesGraph) -> None:
        self.graph = graph
        self.shapes: dict[str, Shape] = {}
        self._depth = 0
        self._components = read_components(graph)
        self._classes = _class_kinds(graph)

    def shape(self, node: str) -> Shape:
        """Return the shape of `node`."""
        if node in self.shapes:
            return self.shapes[node]
        graph = self.graph
        if self._depth == DEEPEST:
            graph.fault(node, None, None, _TOO_DEEP)
            return Shape(node, None)
        owner = graph.owner(node)
        severity = terms.only(graph, node, sh("severity"))
        shape = Shape(
            node=node,
            name=owner[1:-1] if owner.startswith("<") else None,
            path=self._path(node),
            targets=self._targets(node),
            severity=SEVERITY_TERMS.get(severity or sh("Violation"), "Info"),
            severity_iri=severity[1:-1] if severity and severity not in SEVERITY_TERMS else None,
            messages=self._messages(node),
            deactivated=self._deactivated(node),
            parameters=_parameters(graph, node),
        )
        if severity:
            terms.iri(graph, node, sh("severity"), severity)
        self.shapes[node] = shape
        self._depth += 1
        shape.constraints += read_constraints(graph, shape, self.shape)
        self._depth -= 1
        asked = read_sparql(graph, node, shape.path)
        asked += instances(graph, node, shape.path, self._components)
        shape.constraints += [replace(each, sparql=True) for each in asked]
        return shape

    def _path(self, node: str) -> Path | None:
        value = terms.only(self.graph, node, _PATH)
        is_node = self.graph.has(node, _TYPE, _NODE_SHAPE)
        is_property = self.graph.has(node, _TYPE, _PROPERTY_SHAPE)
        if value is None and is_property:
            self.graph.fault(node, _PATH, None, _NO_PATH)
        if value is not None and is_node:
            self.graph.fault(node, _PATH, value, _BOTH)
        return None if value is None else read_path(self.graph, node, value)

    def _targets(self, node: str) -> Targets:
        graph = self.graph
        for name in _TARGETS[1:]:
            for value in graph.objects(node, name):
                terms.iri(graph, node, name, value)
        for value in graph.objects(node, _TARGETS[0]):
            if value.startswith("_:"):
                terms.iri(graph, node, _TARGETS[0], value)
        nodes, classes, subjects, objects = (
            [each for each in graph.objects(node, name) if each[0] != "_"] for name in _TARGETS
        )
        if node.startswith("<") and not self._classes.isdisjoint(graph.objects(node, _TYPE)):
            classes.append(node)
        return Targets(tuple(nodes), tuple(dict.fromkeys(classes)), tuple(subjects), tuple(objects))

    def _messages(self, node: str) -> tuple[tuple[str, str], ...]:
        key = sh("message")
        found = [
            terms.message(self.graph, node, key, value) for value in self.graph.objects(node, key)
        ]
        return tuple(each for each in found if each is not None)

    def _deactivated(self, node: str) -> bool:
        value = terms.only(self.graph, node, sh("deactivated"))
        return value is not None and bool(terms.boolean(self.graph, node, sh("deactivated"), value))


_TOO_DEEP = Text(
    de=f"Die Shapes sind mehr als {DEEPEST}-fach ineinander geschachtelt.",
    en=f"The shapes are nested more than {DEEPEST} deep.",
)
_NO_PATH = Text(
    de="Es fehlt sh:path: Die Shape sagt nicht, welche Eigenschaft gemeint ist.",
    en="sh:path is missing: the shape does not say which property is meant.",
)
_BOTH = Text(
    de="Eine sh:NodeShape hat keinen Pfad; gemeint ist wohl sh:PropertyShape.",
    en="A sh:NodeShape has no path; sh:PropertyShape is probably meant.",
)


def _parameters(graph: ShapesGraph, node: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for predicate, values in graph.predicates(node).items():
        if predicate in LISTS:
            listed = [member for value in values for member in graph.members(value) or ()]
            found[predicate[1:-1]] = tuple(listed)
        else:
            found[predicate[1:-1]] = tuple(values)
    return found


def _class_kinds(graph: ShapesGraph) -> set[str]:
    """Return the classes of classes, for implicit targets: section 2.1.3.3."""
    found: set[str] = set()
    edge = [f"<{RDFS}Class>", f"<{OWL}Class>"]
    while edge:
        kind = edge.pop()
        if kind not in found:
            found.add(kind)
            edge += graph.subjects(_SUBCLASS, kind)
    return found


def _refuse_circles(graph: ShapesGraph, shapes: Mapping[str, Shape]) -> None:
    """Note shapes that refer to themselves: section 3.4.3 leaves open what they mean."""
    done: set[str] = set()
    for start in shapes.values():
        path: list[Shape] = []
        stack = [(start, False)]
        while stack:
            shape, leaving = stack.pop()
            if leaving:
                path.pop()
                done.add(shape.node)
            elif shape in path:
                _circle(graph, path[path.index(shape) :])
            elif shape.node not in done:
                path.append(shape)
                stack.append((shape, True))
                stack += [(inner, False) for inner in shape.nested()]


def _circle(graph: ShapesGraph, circle: list[Shape]) -> None:
    names = list(dict.fromkeys(graph.short(graph.owner(shape.node)) for shape in circle))
    shown = " → ".join([*names, names[0]])
    graph.fault(
        circle[0].node,
        None,
        None,
        Text(
            de=f"Die Shape führt über andere zu sich selbst zurück ({shown}). Was das bedeutet, "
            "lässt SHACL offen; brechen Sie den Kreis auf.",
            en=f"The shape leads back to itself by others ({shown}). SHACL leaves open what that "
            "means; break the circle.",
        ),
    )
