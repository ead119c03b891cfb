"""Terms of SHACL that are misspelt, or that would be passed over in silence, become faults."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from types import MappingProxyType

from kg.errors import Text
from kg.namespaces import RDF_TYPE, SH
from kg.validate.constraint_reader import PARAMETERS
from kg.validate.shape_graph import ShapesGraph, sh
from kg.validate.shapes import SEVERITY_TERMS

_OTHERS = (
    *("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf", "path", "message"),
    *("severity", "deactivated", "name", "description", "order", "group", "defaultValue"),
    *("flags", "ignoredProperties", "qualifiedValueShapesDisjoint", "entailment", "labelTemplate"),
    *("parameter", "optional", "nodeValidator", "propertyValidator", "validator", "prefixes"),
    *("declare", "prefix", "namespace", "select", "ask", "construct", "update", "shapesGraph"),
    *("inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"),
    *("rule", "condition", "values", "suggestedShapesGraph", "subject", "predicate", "object"),
    *("conforms", "result", "detail", "focusNode", "resultPath", "resultSeverity"),
    *("resultMessage", "sourceConstraint", "sourceConstraintComponent", "sourceShape", "value"),
    *("resultAnnotation", "annotationProperty", "annotationVarName", "annotationValue"),
    *("returnType", "shapesGraphWellFormed"),
)
_KNOWN = frozenset((*PARAMETERS, *map(sh, _OTHERS)))
_CLASSES = (
    *("NodeShape", "PropertyShape", "Shape", "Parameter", "Parameterizable", "PrefixDeclaration"),
    *("ConstraintComponent", "PropertyGroup", "ResultAnnotation", "Severity", "NodeKind"),
    *("Validator", "SPARQLExecutable", "SPARQLConstraint", "SPARQLConstructExecutable"),
    *("SPARQLAskExecutable", "SPARQLSelectExecutable", "SPARQLUpdateExecutable"),
    *("SPARQLAskValidator", "SPARQLSelectValidator", "SPARQLFunction", "Function", "Rule"),
    *("TripleRule", "SPARQLRule", "AbstractResult", "ValidationResult", "ValidationReport"),
)
_VALUES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        f"<{RDF_TYPE}>": frozenset(map(sh, _CLASSES)),
        sh("severity"): frozenset(SEVERITY_TERMS),
    }
)
_SPACE = f"<{SH}"
_UNSUPPORTED = frozenset(map(sh, ("target", "expression", "js", "jsFunctionName", "jsLibrary")))


def check_names(graph: ShapesGraph, shapes: Collection[str]) -> None:
    """Note each term in the namespace of SHACL that is not known or not supported.

    Looked at are predicates, classes and severities, wherever they stand in the shapes graph. A
    predicate of a node that is not among `shapes` counts if it is a known one misspelt.
    """
    for node in graph.nodes():
        for predicate, values in graph.predicates(node).items():
            unknown = predicate.startswith(_SPACE) and predicate not in _KNOWN
            if unknown and (node in shapes or _near(graph, predicate, _KNOWN, 0.85)):
                _note(graph, node, predicate, None, (predicate, _KNOWN))
            for value in values if predicate in _VALUES else ():
                known = _VALUES[predicate]
                if value.startswith(_SPACE) and value not in known:
                    _note(graph, node, predicate, value, (value, known))


def _note(
    graph: ShapesGraph,
    node: str,
    predicate: str,
    value: str | None,
    term: tuple[str, frozenset[str]],
) -> None:
    name, known = term
    unsupported = name in _UNSUPPORTED
    text = _unsupported(graph, name) if unsupported else _unknown(graph, name, known)
    graph.fault(node, predicate, value, text)


def _unsupported(graph: ShapesGraph, predicate: str) -> Text:
    name = graph.short(predicate)
    return Text(
        de=f"{name} gehört nicht zu SHACL Core oder SHACL-SPARQL und wird nicht unterstützt.",
        en=f"{name} is not of SHACL Core or SHACL-SPARQL and is not supported.",
    )


def _unknown(graph: ShapesGraph, term: str, known: frozenset[str]) -> Text:
    near = _near(graph, term, known, 0.7)
    hint = (f" Meinten Sie {near[0]}?", f" Did you mean {near[0]}?") if near else ("", "")
    return Text(
        de=f"{graph.short(term)} gibt es in SHACL nicht.{hint[0]}",
        en=f"There is no {graph.short(term)} in SHACL.{hint[1]}",
    )


def _near(graph: ShapesGraph, term: str, known: frozenset[str], least: float) -> list[str]:
    names = [graph.short(each) for each in sorted(known)]
    return difflib.get_close_matches(graph.short(term), names, 1, least)
