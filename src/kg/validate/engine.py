"""The SHACL engine: shapes are read once, then graphs are validated with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pyoxigraph import Triple

from kg.namespaces import WELL_KNOWN
from kg.rdf.bulk import columns_of
from kg.reason.arrays import EMPTY, Ints, contained, gather
from kg.validate.affected import Affected
from kg.validate.evaluate import Evaluation
from kg.validate.graph import Graph, Pairs, graph_of
from kg.validate.report import Report, Result
from kg.validate.results import results_of
from kg.validate.shape_reader import read_shapes
from kg.validate.shapes import Plan, Shape


def validate(graph: Graph, plan: Plan) -> Report:
    """Validate a data graph: SHACL section 3. Results come in the order of the shapes.

    Raises StageError when a SPARQL-based constraint fails or a path leads to too many values.
    """
    evaluation = Evaluation(graph, plan)
    return Report(tuple(results_of(evaluation, evaluation.all())))


def check(
    triples: Iterable[Triple],
    shapes: Iterable[Triple],
    prefixes: Mapping[str, str] = WELL_KNOWN,
) -> Report:
    """Validate `triples` against `shapes`; raises ShapesError when these cannot be used."""
    return validate(graph_of(columns_of(triples)), read_shapes(shapes, prefixes))


@dataclass(frozen=True)
class Changed:
    """What a change does to the results: those that appear and those that disappear.

    `focus` counts the focus nodes that were validated.
    """

    appeared: tuple[Result, ...]
    resolved: tuple[Result, ...]
    focus: int


def revalidate(
    plan: Plan, before: Graph, after: Graph, *, added: Pairs, removed: Pairs, more: Ints = EMPTY
) -> Changed:
    """Return how the results of a full validation change from `before` to `after`.

    `after` is `before` with the pairs `removed` taken out and `added` put in. The work goes with
    the change, not with the graph. What is wrong with the focus nodes `more`, sorted, counts as
    appeared even if it was so before.
    """
    old, new = Evaluation(before, plan), Evaluation(after, plan)
    affected = Affected(before, after, added, removed)
    found = affected.candidates(plan)

    def concerned(shape: Shape) -> Ints | None:
        nodes = affected.shape(shape)
        if nodes is None or not len(nodes):
            return nodes if nodes is None else whole
        return gather([nodes, whole])

    everything = gather([more, *(nodes for nodes in found.values() if nodes is not None)])
    was_kinds, now_kinds = before.kinds_of(everything), after.kinds_of(everything)
    appeared, resolved = _Bag(), _Bag()
    count = 0
    whole = more
    for shape in plan.targeted:
        nodes = found.get(shape, EMPTY)
        if nodes is EMPTY and not len(more):
            continue
        if nodes is None:
            was, now = old.targets(shape), new.targets(shape)
        else:
            was = old.among_targets(shape, nodes, was_kinds)
            now = new.among_targets(shape, gather([nodes, more]), now_kinds)
        whole = gather([more, _differing(was, now)])
        count += len(now)
        if len(now):
            appeared.add(results_of(new, new.results(shape, now, concerned=concerned)))
        was = was[~contained(was, more)]
        if len(was):
            resolved.add(results_of(old, old.results(shape, was, concerned=concerned)))
    return Changed(tuple(appeared.without(resolved)), tuple(resolved.without(appeared)), count)


def _differing(one: Ints, other: Ints) -> Ints:
    """Return what only one of two sorted arrays has: nodes that begin or cease to be targets."""
    return gather([one[~contained(one, other)], other[~contained(other, one)]])


class _Bag:
    """Results, the same one maybe several times; their details do not tell them apart."""

    def __init__(self) -> None:
        self._found: dict[Result, list[Result]] = {}

    def add(self, results: Iterable[Result]) -> None:
        for result in results:
            key = replace(result, details=()) if result.details else result
            self._found.setdefault(key, []).append(result)

    def without(self, other: _Bag) -> Iterator[Result]:
        for key, results in self._found.items():
            yield from results[len(other._found.get(key, ())) :]
