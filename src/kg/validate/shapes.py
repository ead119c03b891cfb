"""Shapes and constraints as values: SHACL sections 2 and 4. All terms are in N-Triples form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pyoxigraph import Triple

from kg.validate.paths import Path
from kg.validate.report import Severity
from kg.validate.shape_graph import sh

if TYPE_CHECKING:
    from kg.validate.needs import Needs

SEVERITY_TERMS: Mapping[str, Severity] = MappingProxyType(
    {sh("Violation"): "Violation", sh("Warning"): "Warning", sh("Info"): "Info"}
)


@dataclass(frozen=True)
class Targets:
    """The target declarations of a shape: nodes, classes, and predicates either way."""

    nodes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    subjects_of: tuple[str, ...] = ()
    objects_of: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self.nodes or self.classes or self.subjects_of or self.objects_of)


@dataclass(frozen=True, eq=False)
class Constraint:
    """One constraint: its component, an IRI, with the parameters that it has.

    `terms` are IRIs or literals, `shapes` the nested shapes, `number` a count. `sparql`: it
    is asked in SPARQL, and `extra` is the query; `extra` of sh:pattern is the compiled pattern.
    `predicate` is the parameter that stands in the shape.
    """

    component: str
    predicate: str
    terms: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = ()
    number: int = 0
    sparql: bool = False
    extra: Any = None


@dataclass(eq=False)
class Shape:
    """A node shape or, with a `path`, a property shape.

    `name` is the IRI of the nearest shape around it that has one, None if there is none.
    `messages` are texts with their language tags. `constraints` are complete once all shapes
    were read; shapes that refer to each other in a circle are refused.
    """

    node: str
    name: str | None
    path: Path | None = None
    targets: Targets = Targets()
    severity: Severity = "Violation"
    severity_iri: str | None = None
    messages: tuple[tuple[str, str], ...] = ()
    deactivated: bool = False
    constraints: list[Constraint] = field(default_factory=list)
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def nested(self) -> list[Shape]:
        """Return the shapes that this one refers to."""
        return [shape for constraint in self.constraints for shape in constraint.shapes]


@dataclass(frozen=True)
class Plan:
    """All shapes of a shapes graph; those with targets first to last as they are validated."""

    shapes: tuple[Shape, ...]
    prefixes: Mapping[str, str]
    triples: tuple[Triple, ...] = ()
    """The shapes graph, which SPARQL-based constraints may ask."""

    @cached_property
    def targeted(self) -> tuple[Shape, ...]:
        """The shapes that have targets and are not deactivated."""
        return tuple(each for each in self.shapes if each.targets and not each.deactivated)

    @cached_property
    def needs(self) -> Mapping[Shape, Needs]:
        """What each of `targeted` depends on."""
        from kg.validate.needs import needs_of  # noqa: PLC0415 - it is made of shapes

        return needs_of(self)

    def parameters(self, source_shape: str | None) -> Mapping[str, tuple[str, ...]]:
        """Return the parameters of a shape, terms by the IRI of the parameter.

        The value of a parameter that is a list are the members of the list.
        """
        return next((s.parameters for s in self.shapes if s.node == source_shape), {})
