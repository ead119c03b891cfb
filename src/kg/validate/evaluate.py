"""Shapes are evaluated on a graph, for many focus nodes at once: SHACL sections 3 and 4."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kg.reason.arrays import Ints, Mask, contained, distinct, gather
from kg.validate.constraint_reader import component
from kg.validate.follow import follow
from kg.validate.graph import Graph, Kinds
from kg.validate.pair_tests import PAIR_TESTS, Hits, Values
from kg.validate.shapes import Constraint, Plan, Shape
from kg.validate.value_tests import VALUE_TESTS

if TYPE_CHECKING:
    from kg.validate.sparql_results import Rows
    from kg.validate.sparql_run import SparqlRunner

Concerned = Callable[[Shape], "Ints | None"]
"""The nodes, sorted, that a shape within another is to be evaluated for, None for all."""
PROPERTY, NODE = component("Property"), component("Node")
_QUALIFIED = (component("QualifiedMinCount"), component("QualifiedMaxCount"))


@dataclass(frozen=True)
class Batch:
    """Results of one constraint: focus nodes with, as far as there are any, value nodes.

    `predicates` are the paths of sh:closed, `rows` what a SPARQL-based constraint says.
    """

    shape: Shape
    constraint: Constraint
    focus: Ints
    values: Ints | None = None
    predicates: Ints | None = None
    rows: Rows | None = None


class Evaluation:
    """Evaluates the shapes of a plan on one graph."""

    def __init__(self, graph: Graph, plan: Plan, runner: SparqlRunner | None = None) -> None:
        """Take the graph; `runner` answers SPARQL-based constraints on the same graph."""
        self.graph = graph
        self.plan = plan
        self._runner = runner

    def targets(self, shape: Shape) -> Ints:
        """Return the focus nodes that the targets of a shape select, sorted."""
        graph, targets = self.graph, shape.targets
        parts = [graph.instances(cls) for cls in targets.classes]
        parts += [graph.of(each).keys(by_object=False) for each in targets.subjects_of]
        parts += [graph.of(each).keys(by_object=True) for each in targets.objects_of]
        if targets.nodes:
            nodes = [graph.dictionary.add(term) for term in targets.nodes]
            parts.append(np.array(nodes, np.int64))
        return gather(parts)

    def among_targets(self, shape: Shape, nodes: Ints, kinds: Kinds | None = None) -> Ints:
        """Return those of `nodes`, sorted, that the targets of a shape select.

        `kinds` are the classes of these nodes and maybe others, when they are known.
        """
        graph, targets = self.graph, shape.targets
        found = np.zeros(len(nodes), bool)
        if not len(nodes):
            return nodes
        if targets.classes:
            known = kinds or graph.kinds_of(nodes)
            for cls in targets.classes:
                found |= contained(nodes, known.having(graph.below(graph.id(cls))))
        for names, by_object in ((targets.subjects_of, False), (targets.objects_of, True)):
            for name in names:
                found[graph.of(name).expand(nodes, by_object=by_object)[0]] = True
        if targets.nodes:
            wanted = np.array([graph.dictionary.add(term) for term in targets.nodes], np.int64)
            found |= contained(nodes, distinct(wanted))
        return nodes[found]

    def all(self) -> Iterator[Batch]:
        """Yield the results of all shapes for all their focus nodes."""
        for shape in self.plan.targeted:
            yield from self.results(shape, self.targets(shape))

    def results(
        self,
        shape: Shape,
        nodes: Ints,
        weights: Ints | None = None,
        *,
        concerned: Concerned | None = None,
    ) -> Iterator[Batch]:
        """Yield the results of a shape for focus nodes, each given once.

        A node that several value nodes of a shape around lead to is validated for each of them;
        `weights` says how often. Property shapes of a node shape are left out for the nodes that
        `concerned`, if given, does not return for them; it returns None for all.
        """
        if shape.deactivated or not len(nodes):
            return
        given = self._values(shape, nodes)
        for constraint in shape.constraints:
            if constraint.component == PROPERTY:
                yield from self._inner(constraint.shapes[0], given, weights, concerned)
            elif constraint.sparql:
                for batch in self._asked(shape, constraint, given):
                    yield _repeated(batch, nodes, weights)
            else:
                hits = self._hits(constraint, given)
                if len(hits.which):
                    focus = nodes[hits.which]
                    batch = Batch(shape, constraint, focus, hits.values, hits.predicates)
                    yield _repeated(batch, nodes, weights)

    def _inner(
        self, shape: Shape, given: Values, weights: Ints | None, concerned: Concerned | None
    ) -> Iterator[Batch]:
        if given.values is given.nodes:
            nodes = given.nodes
            some = concerned(shape) if concerned else None
            if some is not None:
                rows = contained(nodes, some)
                nodes = nodes[rows]
                weights = None if weights is None else weights[rows]
            yield from self.results(shape, nodes, weights)
            return
        ids, places = np.unique(given.values, return_inverse=True)
        outer = None if weights is None else weights[given.which]
        times = np.bincount(places, weights=outer, minlength=len(ids)).astype(np.int64)
        yield from self.results(shape, ids, times)

    def conforming(self, shape: Shape, nodes: Ints) -> Mask:
        """Return which of `nodes`, each given once, conform to a shape."""
        conforms = np.ones(len(nodes), bool)
        if shape.deactivated or not len(nodes):
            return conforms
        given = self._values(shape, nodes)
        for constraint in shape.constraints:
            if constraint.component == PROPERTY:
                bad = ~self._passing(constraint, given)
                conforms[given.which[bad]] = False
            elif constraint.sparql:
                for batch in self._asked(shape, constraint, given):
                    conforms[np.isin(nodes, batch.focus)] = False
            else:
                conforms[self._hits(constraint, given).which] = False
        return conforms

    def _values(self, shape: Shape, nodes: Ints) -> Values:
        if shape.path is None:
            return Values(nodes, np.arange(len(nodes)), nodes)
        return Values(nodes, *follow(self.graph, shape.path, nodes))

    def _hits(self, constraint: Constraint, given: Values) -> Hits:
        pairwise = PAIR_TESTS.get(constraint.component)
        if pairwise:
            return pairwise(self.graph, constraint, given)
        passing = self._passing(constraint, given)
        if constraint.component in _QUALIFIED:
            counts = np.bincount(given.which[passing], minlength=len(given.nodes))
            if constraint.component == _QUALIFIED[0]:
                return Hits(np.flatnonzero(counts < constraint.number))
            return Hits(np.flatnonzero(counts > constraint.number))
        fails = ~passing
        return Hits(given.which[fails], given.values[fails])

    def _passing(self, constraint: Constraint, given: Values) -> Mask:
        """Return which value nodes pass a constraint that looks at each by itself."""
        if given.values is given.nodes:
            return self._pass(constraint, given.values)
        size = len(self.graph.dictionary)
        if len(given.values) * 8 > size:
            marked = np.zeros(size, bool)
            marked[given.values] = True
            ids = np.flatnonzero(marked)
            marked[ids] = self._pass(constraint, ids)
            return marked[given.values]
        ids = distinct(given.values)
        passed: Mask = self._pass(constraint, ids)[ids.searchsorted(given.values)]
        return passed

    def _pass(self, constraint: Constraint, ids: Ints) -> Mask:
        if not len(ids):
            return np.zeros(0, bool)
        test = VALUE_TESTS.get(constraint.component)
        if test:
            return test(self.graph, constraint, ids)
        inner = [self.conforming(shape, ids) for shape in constraint.shapes]
        combined = _COMBINED[constraint.component]
        passed: Mask = combined(np.array(inner).reshape(len(inner), len(ids)))
        return passed

    def _asked(self, shape: Shape, constraint: Constraint, given: Values) -> Iterator[Batch]:
        if self._runner is None:
            from kg.validate.sparql_run import SparqlRunner  # noqa: PLC0415 - few shapes need it

            self._runner = SparqlRunner(self.graph, self.plan.triples)
        values = given.which, given.values
        rows = self._runner.run(constraint.extra, shape, given.nodes, values)
        if len(rows):
            yield Batch(shape, constraint, rows.focus, rows=rows)


def _repeated(batch: Batch, nodes: Ints, weights: Ints | None) -> Batch:
    """Return a batch with each result as often as its focus node weighs."""
    if weights is None or (weights == 1).all():
        return batch
    order = np.argsort(nodes)
    times = weights[order[nodes[order].searchsorted(batch.focus)]]
    places = np.repeat(np.arange(len(batch.focus)), times)
    return replace(
        batch,
        focus=batch.focus[places],
        values=None if batch.values is None else batch.values[places],
        predicates=None if batch.predicates is None else batch.predicates[places],
        rows=None if batch.rows is None else batch.rows.take(places),
    )


def _qualified(inner: Mask) -> Mask:
    """Return which conform to the first shape and to none of its siblings."""
    found: Mask = inner[0] & ~inner[1:].any(axis=0)
    return found


_COMBINED = {
    NODE: lambda inner: inner[0],
    PROPERTY: lambda inner: inner[0],
    component("Not"): lambda inner: ~inner[0],
    component("And"): lambda inner: inner.all(axis=0),
    component("Or"): lambda inner: inner.any(axis=0),
    component("Xone"): lambda inner: inner.sum(axis=0) == 1,
    _QUALIFIED[0]: _qualified,
    _QUALIFIED[1]: _qualified,
}
