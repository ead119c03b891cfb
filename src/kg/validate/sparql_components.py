"""Constraint components of one's own, defined by SPARQL queries. SHACL section 6."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.errors import Text
from kg.namespaces import RDF_TYPE, RDFS, SH
from kg.validate import shape_terms as terms
from kg.validate.paths import Path, Step
from kg.validate.shape_graph import ShapesGraph, sh
from kg.validate.shapes import Constraint
from kg.validate.sparql_constraints import Messages, SparqlCheck, read_messages, read_query

_TYPE, _SUBCLASS = f"<{RDF_TYPE}>", f"<{RDFS}subClassOf>"
_LOCAL = re.compile(r"[^\W\d][\w.\-\u00b7]*\Z")
_VARIABLE = re.compile(r"\w+")
_RESERVED = frozenset(("this", "shapesGraph", "currentShape", "path", "PATH", "value"))
_KINDS = {"nodeValidator": "select", "propertyValidator": "select", "validator": "ask"}


@dataclass(frozen=True)
class Parameter:
    """A parameter: the predicate that stands in shapes, and the variable that has its value."""

    predicate: str
    name: str
    optional: bool


@dataclass(frozen=True, eq=False)
class Component:
    """A constraint component; `validators` are nodes by the kind of validator.

    `messages` are for validators that have none.
    """

    iri: str
    parameters: tuple[Parameter, ...]
    validators: Mapping[str, str]
    messages: Messages = ()

    def validator(self, path: Path | None) -> tuple[str, str] | None:
        """Return kind and node of the validator for a shape; section 6.2.3."""
        first = "nodeValidator" if path is None else "propertyValidator"
        for kind in (first, "validator"):
            if kind in self.validators:
                return kind, self.validators[kind]
        return None


def read_components(graph: ShapesGraph) -> Mapping[str, Component]:
    """Return the constraint components of a shapes graph by IRI; faults are noted in `graph`.

    Those of SHACL itself are left out, should the graph describe them.
    """
    found = {}
    for node in sorted(_of_type(graph, sh("ConstraintComponent"))):
        if not node.startswith("<"):
            graph.fault(node, None, None, _NO_IRI)
        elif not node.startswith(f"<{SH}"):
            component = _component(graph, node)
            if component is not None:
                found[component.iri] = component
    return found


_NO_IRI = Text(
    de="Eine Komponente braucht eine IRI als Namen.", en="A component needs an IRI as its name."
)


def _of_type(graph: ShapesGraph, cls: str) -> set[str]:
    """Return the SHACL instances of a class within the shapes graph."""
    classes = [cls]
    for one in classes:
        classes += [each for each in graph.subjects(_SUBCLASS, one) if each not in classes]
    return {node for one in classes for node in graph.subjects(_TYPE, one)}


def _component(graph: ShapesGraph, node: str) -> Component | None:
    parameters = [_parameter(graph, each) for each in graph.objects(node, sh("parameter"))]
    known = tuple(each for each in parameters if each is not None)
    names = [each.name for each in known]
    if len(known) < len(parameters):
        return None
    if len(set(names)) < len(names):
        graph.fault(node, sh("parameter"), None, _SAME_NAME)
        return None
    validators = dict(_validators(graph, node))
    if not validators:
        return None
    if all(each.optional for each in known):
        graph.fault(node, sh("parameter"), None, _NO_PARAMETER)
        return None
    component = Component(node[1:-1], known, validators, read_messages(graph, node))
    return component if _is_sound(graph, component) else None


_SAME_NAME = Text(
    de="Zwei Parameter haben denselben Namen (das Ende der IRI unter sh:path).",
    en="Two parameters have the same name (the end of the IRI under sh:path).",
)
_NO_PARAMETER = Text(
    de="Erwartet wird mindestens ein Parameter ohne sh:optional true.",
    en="Expected is at least one parameter without sh:optional true.",
)


def _parameter(graph: ShapesGraph, node: str) -> Parameter | None:
    """Return a parameter, None after noting a fault: section 6.2.1."""
    path = terms.only(graph, node, sh("path"))
    if path is None or not path.startswith("<"):
        graph.fault(node, sh("path"), path, _NO_PATH)
        return None
    name = local_name(path[1:-1])
    if not _VARIABLE.fullmatch(name) or name in _RESERVED:
        graph.fault(
            node,
            sh("path"),
            path,
            Text(
                de=f"Das Ende der IRI, „{name}“, kann nicht der Name einer Variablen sein.",
                en=f"The end of the IRI, “{name}”, cannot be the name of a variable.",
            ),
        )
        return None
    optional = terms.only(graph, node, sh("optional"))
    return Parameter(
        path,
        name,
        optional is not None and bool(terms.boolean(graph, node, sh("optional"), optional)),
    )


_NO_PATH = Text(
    de="Ein Parameter braucht unter sh:path genau eine IRI.",
    en="A parameter needs exactly one IRI under sh:path.",
)


def local_name(iri: str) -> str:
    """Return the longest NCName at the end of an IRI, behind its scheme: section 6.2.1."""
    start = iri.find(":") + 1
    for place in range(start, len(iri)):
        # a name may not follow the first colon directly
        if place > start and _LOCAL.match(iri, place):
            return iri[place:]
    return ""


def _validators(graph: ShapesGraph, node: str) -> Iterator[tuple[str, str]]:
    """Yield kind and node of the first validator of each kind that is a SPARQL query."""
    for kind, form in _KINDS.items():
        for value in graph.objects(node, sh(kind)):
            foreign = graph.objects(value, _TYPE) and not graph.objects(value, sh(form))
            if foreign and value not in _of_type(graph, sh(f"SPARQL{form.title()}Validator")):
                continue  # in another language
            yield kind, value
            break


def _is_sound(graph: ShapesGraph, component: Component) -> bool:
    """Return whether all queries of a component are right, even if no shape uses it."""
    names = tuple(each.name for each in component.parameters)
    anywhere = Step(f"<{SH}path>")
    found = [
        read_query(
            graph,
            node,
            _KINDS[kind],
            path=anywhere if kind == "propertyValidator" else None,
            parameters=names,
        )
        for kind, node in component.validators.items()
    ]
    return all(query is not None for query in found)


def instances(
    graph: ShapesGraph, shape: str, path: Path | None, components: Mapping[str, Component]
) -> list[Constraint]:
    """Return the constraints of a shape by components of one's own: section 6.3.

    A component with one parameter gives a constraint for each of its values; one with several is
    a constraint when all that are not optional have a value, and then exactly one.
    """
    found = []
    for component in components.values():
        chosen = component.validator(path)
        if chosen is not None:
            for bindings in _bindings(graph, shape, component):
                constraint = _constraint(graph, component, chosen, path, bindings)
                if constraint is not None:
                    found.append(constraint)
    return found


def _bindings(graph: ShapesGraph, shape: str, component: Component) -> Iterator[dict[str, str]]:
    values = {each: graph.objects(shape, each.predicate) for each in component.parameters}
    if not all(values[each] for each in component.parameters if not each.optional):
        return
    if len(component.parameters) == 1:
        only = component.parameters[0]
        yield from ({only.name: value} for value in values[only])
        return
    bindings = {}
    for parameter, some in values.items():
        if len(some) > 1:
            terms.only(graph, shape, parameter.predicate)
            return
        if some:
            bindings[parameter.name] = some[0]
    yield bindings


def _constraint(
    graph: ShapesGraph,
    component: Component,
    chosen: tuple[str, str],
    path: Path | None,
    bindings: dict[str, str],
) -> Constraint | None:
    kind, node = chosen
    names = tuple(each.name for each in component.parameters)
    select = kind != "validator"
    query = read_query(graph, node, _KINDS[kind], path=path if select else None, parameters=names)
    if query is None:
        return None
    check = SparqlCheck(
        node=node,
        query=query,
        path=path,
        bindings=bindings,
        messages=read_messages(graph, node) or component.messages,
        prefixes=graph.prefixes,
    )
    first = next(each for each in component.parameters if each.name in bindings)
    return Constraint(
        component=component.iri,
        predicate=first.predicate,
        terms=tuple(bindings.values()),
        sparql=True,
        extra=check,
    )
