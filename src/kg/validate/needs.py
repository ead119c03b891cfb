"""What a shape depends on, found once: a change of anything else does not concern it."""

from __future__ import annotations

from dataclasses import dataclass

from kg.validate.constraint_reader import component
from kg.validate.paths import steps_of
from kg.validate.shapes import Constraint, Plan, Shape

CLASS, CLOSED = component("Class"), component("Closed")
PAIRED = frozenset(map(component, ("Equals", "Disjoint", "LessThan", "LessThanOrEquals")))


@dataclass(frozen=True)
class Needs:
    """Predicates whose triples count, classes whose instances do; or maybe `anything`."""

    predicates: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    anything: bool = False

    def plus(self, other: Needs) -> Needs:
        """Return what the two need together."""
        return Needs(
            self.predicates | other.predicates,
            self.classes | other.classes,
            self.anything or other.anything,
        )


def needs_of(plan: Plan) -> dict[Shape, Needs]:
    """Return what each shape with targets needs, for its targets and all within it."""
    known: dict[Shape, Needs] = {}
    found: dict[Shape, Needs] = {}
    for shape in plan.targeted:
        targets = shape.targets
        predicates = frozenset((*targets.subjects_of, *targets.objects_of))
        found[shape] = Needs(predicates, frozenset(targets.classes)).plus(_of(shape, known))
    return found


def _of(shape: Shape, known: dict[Shape, Needs]) -> Needs:
    if shape not in known:
        found = Needs(frozenset(steps_of(shape.path)) if shape.path else frozenset())
        for constraint in shape.constraints:
            found = found.plus(_of_constraint(constraint, known))
        known[shape] = found
    return known[shape]


def _of_constraint(constraint: Constraint, known: dict[Shape, Needs]) -> Needs:
    found = Needs(anything=constraint.sparql or constraint.component == CLOSED)
    if constraint.component in PAIRED:
        found = found.plus(Needs(frozenset(constraint.terms[:1])))
    elif constraint.component == CLASS:
        found = found.plus(Needs(classes=frozenset(constraint.terms[:1])))
    for inner in constraint.shapes:
        found = found.plus(_of(inner, known))
    return found
