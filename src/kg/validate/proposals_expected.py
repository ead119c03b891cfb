"""What a shape expects of a value, as far as it helps to propose one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.namespaces import SH
from kg.validate.paths import Step
from kg.validate.pattern import Pattern
from kg.validate.proposals_convert import SPECIAL_FIRST
from kg.validate.report import Result
from kg.validate.shapes import Constraint, Plan, Shape

_SAME_NODE = frozenset(f"{SH}{name}ConstraintComponent" for name in ("Node", "And", "Or", "Xone"))


@dataclass(frozen=True)
class Expected:
    """What a value must be: one of `values`, of `classes`, with the `having` pairs of predicate
    and object, of one of the `datatypes`, in one of the `languages`, of one of the `kinds`.
    All terms are in N-Triples form, but languages and IRIs of datatypes.
    """

    values: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    having: tuple[tuple[str, str], ...] = ()
    datatypes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def is_resource(self) -> bool:
        """Whether an IRI is expected."""
        if self.values:
            return all(value.startswith("<") for value in self.values)
        return bool(self.classes or self.having or self.kinds == (f"<{SH}IRI>",))

    @property
    def is_listed(self) -> bool:
        """Whether what can be meant can be listed."""
        return bool(self.values or self.classes or self.having)


def expected(shapes: Iterable[Shape]) -> Expected:
    """Return what several shapes together expect of one value."""
    found: dict[str, dict[str | tuple[str, str], None]] = {}
    for constraint in _constraints(shapes):
        for name, value in _wanted(constraint):
            found.setdefault(name, {})[value] = None
    datatypes = [str(each) for each in found.get("datatypes", ())]
    rank = {datatype: number for number, datatype in enumerate(SPECIAL_FIRST)}
    return Expected(
        values=_texts(found.get("values", ())),
        classes=_texts(found.get("classes", ())),
        having=tuple(each for each in found.get("having", ()) if isinstance(each, tuple)),
        datatypes=tuple(sorted(datatypes, key=lambda each: rank.get(each, len(rank)))),
        languages=_texts(found.get("languages", ())),
        kinds=_texts(found.get("kinds", ())),
    )


def patterns(shapes: Iterable[Shape]) -> list[Pattern]:
    """Return the patterns that a value may have to match."""
    return [
        constraint.extra
        for constraint in _constraints(shapes)
        if constraint.component == f"{SH}PatternConstraintComponent"
    ]


def shapes_for(result: Result, plan: Plan, *, anywhere: bool = False) -> list[Shape]:
    """Return the shapes that speak of the same property as a finding, its own first.

    They stand in the same named shape, unless they may stand `anywhere`.
    """
    own = [shape for shape in plan.shapes if shape.node == result.source_shape]
    path = result.tree or (own[0].path if own else None)
    if path is None:
        return own
    around = [
        shape
        for shape in plan.shapes
        if shape.path == path and (anywhere or shape.name == result.shape) and shape not in own
    ]
    return own + around


def _texts(values: Iterable[str | tuple[str, str]]) -> tuple[str, ...]:
    return tuple(each for each in values if isinstance(each, str))


def _constraints(shapes: Iterable[Shape]) -> Iterator[Constraint]:
    """Yield the constraints on the value itself, also those of nested shapes."""
    for shape in shapes:
        for constraint in shape.constraints:
            yield constraint
            if constraint.component in _SAME_NODE:
                yield from _constraints(constraint.shapes)


def _wanted(constraint: Constraint) -> Iterator[tuple[str, str | tuple[str, str]]]:
    name = constraint.component.removeprefix(SH).removesuffix("ConstraintComponent")
    match name:
        case "In" | "HasValue":
            yield from (("values", term) for term in constraint.terms)
        case "Class":
            yield from (("classes", term) for term in constraint.terms)
        case "Datatype":
            yield from (("datatypes", term[1:-1]) for term in constraint.terms)
        case "LanguageIn":
            yield from (("languages", term) for term in constraint.terms)
        case "NodeKind":
            yield from (("kinds", term) for term in constraint.terms)
    if name == "Property":
        for shape in constraint.shapes:
            if isinstance(shape.path, Step) and not shape.path.inverse:
                for inner in shape.constraints:
                    if inner.component == f"{SH}HasValueConstraintComponent":
                        yield from (("having", (shape.path.predicate, t)) for t in inner.terms)
