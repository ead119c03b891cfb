"""From changed triples to the focus nodes whose results may change.

A shape depends on the triples that its paths pass, on the classes of its values and on what the
shapes within it depend on. From a changed triple the paths are followed back to the focus nodes,
on the graph before and on the graph after the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from kg.reason.arrays import EMPTY, Ints, contained, distinct, firsts, gather, seconds
from kg.validate.follow import back, touched
from kg.validate.graph import SUBCLASS, TYPE, Graph, Pairs
from kg.validate.needs import CLASS, CLOSED, PAIRED, Needs
from kg.validate.paths import Path, steps_of
from kg.validate.shapes import Constraint, Plan, Shape

_LOOKING = PAIRED | {CLASS, CLOSED}
"""Components whose results depend on triples about the focus node or its values."""
Changes = Mapping[int, Ints]


def candidates(
    plan: Plan, before: Graph, after: Graph, added: Pairs, removed: Pairs
) -> dict[Shape, Ints | None]:
    """Return for each shape with targets the nodes, sorted, whose results may have changed.

    They need not be focus nodes. None stands for all nodes: a SPARQL-based constraint depends on
    the change in a way that cannot be followed back. Shapes that do not depend on the change are
    left out.
    """
    return Affected(before, after, added, removed).candidates(plan)


def _together(added: Pairs, removed: Pairs) -> Changes:
    return {
        predicate: gather([added.get(predicate, EMPTY), removed.get(predicate, EMPTY)])
        for predicate in {*added, *removed}
    }


class Affected:
    """Finds what depends on one change; each shape, path and class is looked at once."""

    def __init__(self, before: Graph, after: Graph, added: Pairs, removed: Pairs) -> None:
        """Take the graph before and after, and the pairs that came and went."""
        changed = _together(added, removed)
        self._graphs = (before, after)
        self._changed = changed
        self._types = changed.get(after.id(TYPE), EMPTY)
        self._hierarchy = changed.get(after.id(SUBCLASS), EMPTY)
        self._predicates = {after.dictionary.term(each) for each in changed}
        self._subjects: Ints | None = None
        self._shapes: dict[Shape, Ints | None] = {}
        self._touched: dict[Path, Ints] = {}
        self._classes: dict[str, Ints] = {}
        self._types_changed = bool(len(self._types) or len(self._hierarchy))

    def candidates(self, plan: Plan) -> dict[Shape, Ints | None]:
        """Return what `candidates` does."""
        found: dict[Shape, Ints | None] = {}
        for shape, needs in plan.needs.items():
            if not self._may_concern(needs):
                continue
            nodes = self.shape(shape)
            if nodes is not None:
                nodes = _gathered([nodes, *self.targets(shape)])
            if nodes is None or len(nodes):
                found[shape] = nodes
        return found

    def _may_concern(self, needs: Needs) -> bool:
        """Return whether the change is about anything that a shape needs."""
        return (
            needs.anything
            or not self._predicates.isdisjoint(needs.predicates)
            or any(len(self._of_class(cls)) for cls in needs.classes)
        )

    def shape(self, shape: Shape) -> Ints | None:
        """Return the nodes that may newly conform to `shape` or fail it, None for all."""
        if shape not in self._shapes:
            self._shapes[shape] = EMPTY if shape.deactivated else self._shape(shape)
        return self._shapes[shape]

    def targets(self, shape: Shape) -> Iterable[Ints]:
        """Return the nodes that the targets of `shape` may have begun or ceased to select."""
        for cls in shape.targets.classes:
            yield self._of_class(cls)
        for predicate in shape.targets.subjects_of:
            yield distinct(firsts(self._pairs(predicate)))
        for predicate in shape.targets.objects_of:
            yield distinct(seconds(self._pairs(predicate)))

    def _shape(self, shape: Shape) -> Ints | None:
        own: list[Ints] = []
        values: list[Ints] = []
        for constraint in shape.constraints:
            if not (constraint.shapes or constraint.sparql or constraint.component in _LOOKING):
                continue  # it looks at the value alone
            if constraint.component in PAIRED:
                pairs = self._pairs(constraint.terms[0])
                if len(pairs):
                    own.append(distinct(firsts(pairs)))
            elif constraint.sparql:
                concerned = self._asked(constraint)
                if concerned is None:
                    return None
                own.append(concerned)
            else:
                found = self._values(constraint)
                if found is None:
                    return None
                if len(found):
                    values.append(found)
        if shape.path is None:
            own += values
        else:
            own.append(self._path(shape.path))
            if values:
                nodes = gather(values)
                own += [back(graph, shape.path, nodes) for graph in self._graphs]
        return _gathered(own)

    def _values(self, constraint: Constraint) -> Ints | None:
        """Return the value nodes that may newly pass a constraint or fail it."""
        if constraint.component == CLASS:
            return self._of_class(constraint.terms[0])
        if constraint.component == CLOSED:
            return self._all_subjects()
        if not constraint.shapes:
            return EMPTY
        parts = [self.shape(inner) for inner in constraint.shapes]
        known = [part for part in parts if part is not None]
        return _gathered(known) if len(known) == len(parts) else None

    def _asked(self, constraint: Constraint) -> Ints | None:
        """Return the focus nodes for which a query may newly answer something else."""
        from kg.validate.sparql_run import affected  # noqa: PLC0415 - few shapes need it

        parts = [affected(constraint.extra, graph, self._changed) for graph in self._graphs]
        known = [part for part in parts if part is not None]
        return gather(known) if len(known) == len(parts) else None

    def _pairs(self, predicate: str) -> Ints:
        return self._changed.get(self._graphs[1].id(predicate), EMPTY)

    def _path(self, path: Path) -> Ints:
        if path not in self._touched:
            if self._predicates.isdisjoint(steps_of(path)):
                self._touched[path] = EMPTY
                return EMPTY
            both = [touched(graph, path, self._changed) for graph in self._graphs]
            self._touched[path] = gather(both)
        return self._touched[path]

    def _all_subjects(self) -> Ints:
        if self._subjects is None:
            self._subjects = gather([firsts(pairs) for pairs in self._changed.values()])
        return self._subjects

    def _of_class(self, cls: str) -> Ints:
        """Return the nodes that may have become or ceased to be instances of a class."""
        if not self._types_changed:
            return EMPTY
        if cls not in self._classes:
            self._classes[cls] = gather([*self._by_type(cls), *self._by_hierarchy(cls)])
        return self._classes[cls]

    def _by_type(self, cls: str) -> Iterable[Ints]:
        if len(self._types):
            for graph in self._graphs:
                below = graph.below(graph.id(cls))
                yield firsts(self._types[contained(seconds(self._types), below)])

    def _by_hierarchy(self, cls: str) -> Iterable[Ints]:
        if not len(self._hierarchy):
            return
        tops = {each for graph in self._graphs for each in graph.below(graph.id(cls)).tolist()}
        moved = [pair >> 32 for pair in self._hierarchy.tolist() if (pair & 0xFFFFFFFF) in tops]
        for graph in self._graphs:
            for kind in set(chain.from_iterable(graph.below(each).tolist() for each in moved)):
                yield graph.of(TYPE).partners(kind, by_object=True)


def _gathered(parts: list[Ints]) -> Ints:
    some = [part for part in parts if len(part)]
    if len(some) < 2:
        return some[0] if some else EMPTY
    return gather(some)
