"""A Report becomes the report graph of SHACL section 3.6, as a tree for Turtle and JSON-LD."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from kg.namespaces import SH, XSD
from kg.rdf.literals import write
from kg.validate.paths import Alternative, Inverse, Path, Repeat, Sequence, Step
from kg.validate.render_words import component_of
from kg.validate.report import Report, Result

TYPE = "a"
_REPEATS = MappingProxyType({"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"})
_STEP = re.compile(r"(\^?)(<[^<>]*>)\Z")


@dataclass(frozen=True)
class Members:
    """An RDF list."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Node:
    """A blank node that stands where it is used, with its properties.

    A property is "a" or a name in the namespace of SHACL.
    """

    pairs: tuple[tuple[str, Value], ...]


Value = str | Members | Node
"""A term in N-Triples form, or a structure of blank nodes."""


def report_tree(report: Report) -> Node:
    """Return the sh:ValidationReport, SHACL section 3.6.1, with its results below it."""
    conforms = write(str(report.conforms).lower(), datatype=XSD + "boolean")
    results = (("result", _result(each)) for each in report.results)
    return Node(((TYPE, _sh("ValidationReport")), ("conforms", conforms), *results))


def path_tree(path: Path) -> Value:
    """Return a path as SHACL section 2.3.1 writes it in RDF."""
    match path:
        case Step(predicate, inverse):
            return Node((("inversePath", predicate),)) if inverse else predicate
        case Sequence(parts):
            return Members(tuple(path_tree(part) for part in parts))
        case Alternative(parts):
            return Node((("alternativePath", Members(tuple(map(path_tree, parts)))),))
        case Repeat():
            return Node(((_REPEATS[path.sign], path_tree(path.part)),))
        case Inverse(part):
            return Node((("inversePath", path_tree(part)),))


def _result(result: Result) -> Node:
    """Return a sh:ValidationResult, SHACL section 3.6.2."""
    return Node(tuple((name, value) for name, value in _pairs(result) if value is not None))


def _pairs(result: Result) -> Iterator[tuple[str, Value | None]]:
    yield TYPE, _sh("ValidationResult")
    yield "focusNode", result.focus
    yield "resultPath", _path(result)
    yield "value", result.value
    own = result.severity_iri
    yield "resultSeverity", f"<{own}>" if own else _sh(result.severity)
    yield "sourceConstraintComponent", f"<{component_of(result)}>"
    yield "sourceShape", result.source_shape or (f"<{result.shape}>" if result.shape else None)
    yield "sourceConstraint", result.constraint
    both = ((result.message.de, "de"), (result.message.en, "en"))
    for text, tag in result.messages or both:
        yield "resultMessage", write(text, language=tag)
    for detail in result.details:
        yield "detail", _result(detail)


def _path(result: Result) -> Value | None:
    """Return the path; one that is known as text only is written if it is a single step."""
    if result.tree is not None:
        return path_tree(result.tree)
    step = _STEP.match(result.path or "")
    return path_tree(Step(step.group(2), bool(step.group(1)))) if step else None


def _sh(name: str) -> str:
    return f"<{SH}{name}>"
