"""The process of the reference validator: tasks in JSON, one a line, each answered with a line.

pySHACL is mended where it is known to stray from the recommendation, see `_mended`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from kg.namespaces import SH, XSD
from kg.rdf.bridge import n_triples

_SIGNS = {
    "inversePath": "^",
    "zeroOrMorePath": "*",
    "oneOrMorePath": "+",
    "zeroOrOnePath": "?",
}


def _main() -> None:
    import pyshacl  # noqa: PLC0415 - slow to import

    _mended()
    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        try:
            found: Any = _validated(json.loads(line), pyshacl.validate)
        except Exception as error:  # noqa: BLE001 - the boundary of a process
            found = " ".join(f"{type(error).__name__}: {error}".split())
        answers.write(json.dumps(found) + "\n")
        answers.flush()


class _Labels(dict[str, Any]):
    """Gives each label of a blank node the node of the same label."""

    def get(self, key: str, default: Any = None) -> Any:
        from rdflib import BNode  # noqa: PLC0415 - slow to import

        return BNode(key)


def _validated(task: dict[str, Any], validate: Callable[..., Any]) -> list[dict[str, Any]] | str:
    import rdflib  # noqa: PLC0415 - slow to import
    from rdflib import Graph, URIRef  # noqa: PLC0415 - slow to import

    rdflib.NORMALIZE_LITERALS = False  # pySHACL sets it to True when it is done
    data, shapes = (
        Graph().parse(data=task[name], format="nt", bnode_context=_Labels())
        for name in ("data", "shapes")
    )
    if task["focus"] is not None:
        _restrict(shapes, data, {URIRef(iri) for iri in task["focus"]})
    _, report, _ = validate(
        data, shacl_graph=shapes, advanced=False, inplace=True, meta_shacl=False
    )
    if not isinstance(report, Graph):
        return " ".join(str(report).split())
    return _results(report, shapes)


def _restrict(shapes: Any, data: Any, focus: set[Any]) -> None:
    """Replace the targets of `shapes` by those of their focus nodes that are in `focus`.

    Blank nodes have no names to ask for; all of them stay focus nodes.

    pySHACL has an option for this, but it restricts nested shapes as well, so that sh:not and
    sh:node judge wrongly.
    """
    from rdflib import OWL, RDF, RDFS, BNode, URIRef  # noqa: PLC0415 - slow to import

    def term(name: str) -> URIRef:
        return URIRef(SH + name)

    def instances(cls: Any) -> set[Any]:
        below = data.transitive_subjects(RDFS.subClassOf, cls)
        return {node for kind in below for node in data.subjects(RDF.type, kind)}

    found: dict[Any, set[Any]] = {}
    for shape in set(shapes.subjects(RDF.type, term("NodeShape"))):
        for kind in (RDFS.Class, OWL.Class):
            if (shape, RDF.type, kind) in shapes:
                shapes.remove((shape, RDF.type, kind))
                shapes.add((shape, term("targetClass"), shape))
    targets: dict[str, Callable[[Any], set[Any]]] = {
        "targetNode": lambda value: {value},
        "targetClass": instances,
        "targetSubjectsOf": lambda value: set(data.subjects(value, None)),
        "targetObjectsOf": lambda value: set(data.objects(None, value)),
    }
    for name, nodes in targets.items():
        for shape, value in list(shapes.subject_objects(term(name))):
            chosen = {n for n in nodes(value) if n in focus or isinstance(n, BNode)}
            found.setdefault(shape, set()).update(chosen)
            shapes.remove((shape, term(name), value))
    for shape, nodes_of_shape in found.items():
        for node in nodes_of_shape:
            shapes.add((shape, term("targetNode"), node))


def _results(report: Any, shapes: Any) -> list[dict[str, Any]]:
    from rdflib import RDF, BNode, URIRef  # noqa: PLC0415 - slow to import

    def term(name: str) -> URIRef:
        return URIRef(SH + name)

    def text(node: Any) -> str | None:
        return None if node is None else n_triples(node)

    def named(shape: Any) -> str | None:
        """Return the IRI of a shape or of the node shape around it."""
        while isinstance(shape, BNode):
            shape = next(shapes.subjects(None, shape), None)
        return None if shape is None else str(shape)

    found = []
    for result in report.subjects(RDF.type, term("ValidationResult")):
        if (None, term("detail"), result) in report:
            continue
        shape = report.value(result, term("sourceShape"))
        found.append(
            {
                "severity": str(report.value(result, term("resultSeverity"))),
                "focus": text(report.value(result, term("focusNode"))),
                "path": _spelt(report, shapes, report.value(result, term("resultPath"))),
                "value": text(report.value(result, term("value"))),
                "component": str(report.value(result, term("sourceConstraintComponent"))),
                "shape": named(shape),
                "source_shape": text(shape),
                "constraint": text(report.value(result, term("sourceConstraint"))),
                "messages": {
                    message.language or "": str(message)
                    for message in report.objects(result, term("resultMessage"))
                },
            }
        )
    return found


def _spelt(report: Any, shapes: Any, node: Any) -> Any:
    """Return a path as JSON, see `_path`; `report` or `shapes` has its blank nodes."""
    from rdflib import RDF, BNode, URIRef  # noqa: PLC0415 - slow to import

    def value(subject: Any, predicate: Any) -> Any:
        found = report.value(subject, predicate)
        return shapes.value(subject, predicate) if found is None else found

    def members(start: Any) -> list[Any]:
        found = []
        while start is not None and start != RDF.nil:
            found.append(_spelt(report, shapes, value(start, RDF.first)))
            start = value(start, RDF.rest)
        return found

    if not isinstance(node, BNode):
        return None if node is None else n_triples(node)
    if value(node, RDF.first) is not None:
        return ["/", *members(node)]
    either = value(node, URIRef(f"{SH}alternativePath"))
    if either is not None:
        return ["|", *members(either)]
    for name, sign in _SIGNS.items():
        part = value(node, URIRef(SH + name))
        if part is not None:
            return [sign, _spelt(report, shapes, part)]
    return None


def _mended() -> None:
    """Change pySHACL where it is known to stray from the recommendation.

    Sections 4.3 and 4.5.3 ask for `<` and `<=` of SPARQL, which are errors for literals of unlike
    types, for ill-typed ones and for nodes that are not literals. pySHACL takes the total order of
    rdflib, compares IRIs and texts of all languages as strings, and stops at blank nodes.

    By section 2.3.1.4 the inverse of a sequence goes back from its last part to its first. pySHACL
    inverts the parts but leaves them in their order.
    """
    from pyshacl import shape  # noqa: PLC0415 - only in this process
    from pyshacl.constraints.core import (  # noqa: PLC0415 - only in this process
        property_pair_constraints as pairs,
    )
    from pyshacl.constraints.core import (  # noqa: PLC0415 - only in this process
        value_range_constraints as ranges,
    )
    from pyshacl.helper import expression_helper  # noqa: PLC0415 - only in this process

    setattr(ranges, "compare_literal", _ordered)  # noqa: B010 - mypy
    setattr(pairs.LessThanConstraintComponent, "_compare_lt", _less((-1,)))  # noqa: B010
    setattr(pairs.LessThanOrEqualsConstraintComponent, "_compare_ltoe", _less((-1, 0)))  # noqa: B010
    followed = _inverting(expression_helper.value_nodes_from_path)
    for module in (expression_helper, shape):
        setattr(module, "value_nodes_from_path", followed)  # noqa: B010


def _inverting(follow: Callable[..., set[Any]]) -> Callable[..., set[Any]]:
    from rdflib import RDF  # noqa: PLC0415 - slow to import

    def followed(
        shapes: Any, focus: Any, path: Any, data: Any, inverse: bool = False, **rest: Any
    ) -> set[Any]:
        if not inverse or (path, RDF.first, None) not in shapes.graph:
            return follow(shapes, focus, path, data, inverse=inverse, **rest)
        nodes = {focus}
        for part in reversed(list(shapes.graph.items(path))):
            found = [followed(shapes, node, part, data, inverse=True) for node in nodes]
            nodes = set().union(*found)
        return nodes

    return followed


def _ordered(one: Any, other: Any) -> int:
    found = _order(one, other)
    if found is None:
        raise TypeError
    return found


def _less(allowed: tuple[int, ...]) -> Callable[..., Any]:
    def test(self: Any, values: Any, others: Any, graph: Any, focus: Any) -> Any:
        bad = [one for one in values for other in others if _order(one, other) not in allowed]
        return bool(bad), [self.make_v_result(graph, focus, value_node=one) for one in bad]

    return test


def _order(one: Any, other: Any) -> int | None:
    """Return -1, 0 or 1, None when SPARQL cannot compare."""
    first, second = _comparable(one), _comparable(other)
    if first is None or second is None or first[0] != second[0]:
        return None
    left, right = first[1], second[1]
    if first[0] == "dateTime" and (left.tzinfo is None) != (right.tzinfo is None):
        signs = {_sign(*pair) for pair in _with_zones(left, right)}
        return signs.pop() if len(signs) == 1 else None
    if isinstance(left, float) != isinstance(right, float):
        left, right = float(left), float(right)
    return None if left != left or right != right else _sign(left, right)  # noqa: PLR0124 - NaN


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _with_zones(left: datetime, right: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield both with the zones that lie furthest apart for the one that has none."""
    for hours in (-14, 14):
        zone = timezone(timedelta(hours=hours))
        yield (
            left if left.tzinfo else left.replace(tzinfo=zone),
            right if right.tzinfo else right.replace(tzinfo=zone),
        )


def _comparable(term: Any) -> tuple[str, Any] | None:
    """Return kind and value of a literal that has an order."""
    from rdflib import Literal  # noqa: PLC0415 - slow to import

    if not isinstance(term, Literal) or term.language or term.ill_typed:
        return None
    kind = str(term.datatype).removeprefix(XSD) if term.datatype else "string"
    if kind == "boolean":
        truth = {"true": True, "1": True, "false": False, "0": False}.get(str(term))
        return None if truth is None else (kind, truth)
    if kind == "string":
        return kind, str(term)
    if isinstance(term.value, int | Decimal | float) and not isinstance(term.value, bool):
        return "number", term.value
    return (kind, term.value) if kind in ("dateTime", "date") else None


if __name__ == "__main__":
    _main()
