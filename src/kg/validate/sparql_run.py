"""SPARQL-based constraints are run: on the columns as far as that goes, else on Oxigraph, over a
store that holds no more of the data graph than the queries can see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from pyoxigraph import Store, Triple

from kg.errors import StageError, Text
from kg.namespaces import XSD
from kg.reason.arrays import Ints
from kg.validate.graph import Graph, Pairs
from kg.validate.paths import Step
from kg.validate.shapes import Shape
from kg.validate.sparql_ask import Asker, Job, Solution
from kg.validate.sparql_columns import Joinable, joinable, joined, passing, selected
from kg.validate.sparql_constraints import SparqlCheck
from kg.validate.sparql_paths import path_of
from kg.validate.sparql_query import SparqlQuery
from kg.validate.sparql_reach import around, mentioned, touched
from kg.validate.sparql_results import Finding, Rows, Telling, rows_of
from kg.validate.sparql_store import GraphStore, Loaded
from kg.validate.sparql_syntax import Pattern
from kg.validate.sparql_tokens import tokenize

SHAPES_GRAPH = "urn:x-kg:shapes"
"""The name of the shapes graph in queries, unless another is given."""
Values = tuple[Ints, Ints]
"""Value nodes: the number of the focus node among the nodes, and the value's identifier."""
_TRUE = tuple(f'"{lexical}"^^<{XSD}boolean>' for lexical in ("true", "1"))


def mentions(check: SparqlCheck) -> frozenset[str] | None:
    """Return the predicates, terms, on which the answer can depend, None when it may be any."""
    return mentioned(check.query.sites)


def affected(check: SparqlCheck, graph: Graph, changed: Pairs) -> Ints | None:
    """Return the focus nodes, sorted, whose answer may be another after a change, None for any.

    `graph` is the data graph before or after it, either will do; `changed` are the pairs that
    were added or removed, by the identifier of the predicate. That an ASK query gets other value
    nodes, because the path of the shape leads elsewhere, is for the caller to see.
    """
    return touched(check.query.sites, graph, changed, check.path if check.ask else None)


@dataclass(frozen=True)
class _Task:
    """A check for a shape, with the values of the variables that do not differ."""

    check: SparqlCheck
    shape: Shape
    constants: Mapping[str, str]

    def job(self, columns: tuple[Ints, ...], query: SparqlQuery | None = None) -> Job:
        return Job(self.check.node, query or self.check.query, self.constants, columns)


class SparqlRunner:
    """Runs checks on one data graph; a store is built when it is first needed."""

    def __init__(
        self,
        graph: Graph,
        shapes: Iterable[Triple] = (),
        *,
        shapes_graph: str = SHAPES_GRAPH,
        deadline: float | None = None,
    ) -> None:
        """Take the data graph and, for $shapesGraph, the shapes graph with the IRI it shall have.

        After `deadline`, as time.monotonic() counts, no further query is started; one that runs
        cannot be stopped.
        """
        self._graph = graph
        self._stores = {
            keeping: GraphStore(graph, shapes, shapes_graph, keeping=keeping)
            for keeping in (True, False)
        }
        self._name = f"<{shapes_graph}>"
        self._asker = Asker(graph.dictionary, deadline)
        self._spent = 0
        self._plans: dict[tuple[SparqlCheck, str], Joinable | None] = {}

    def run(
        self, check: SparqlCheck, shape: Shape, nodes: Ints, values: Values | None = None
    ) -> Rows:
        """Return the results of a check for focus nodes: SHACL sections 5.3 and 6.3.

        `nodes` are identifiers; `values`, for ASK queries, are their value nodes, without which
        each focus node is its own. Raises StageError when a solution has ?failure true, when
        Oxigraph cannot evaluate the query, and after the deadline.
        """
        if check.deactivated or not len(nodes):
            return Rows()
        constants = {"shapesGraph": self._name, "currentShape": shape.node, **check.bindings}
        task = _Task(check, shape, constants)
        if check.ask:
            which, found = (np.arange(len(nodes)), nodes) if values is None else values
            findings = self._failing(task, nodes[which], found)
        else:
            findings = self._selected(task, nodes)
        telling = Telling(check.messages or shape.messages, constants)
        return rows_of(findings, check, telling, self._graph)

    def _on_columns(self, task: _Task, nodes: Ints) -> list[Finding] | None:
        """Return the findings of a SELECT query that is simple enough, None for others."""
        key = task.check, task.shape.node
        if key not in self._plans:
            self._plans[key] = joinable(task.check.query, task.constants)
        plan = self._plans[key]
        columns = joined(plan, self._graph, nodes) if plan else None
        if plan is None or columns is None:
            return None

        def judge(query: SparqlQuery, rows: list[Ints]) -> set[int]:
            job = task.job(tuple(rows), query)
            # values are all that filters look at, but for sameTerm
            loaded = Loaded(Store(), keeping="sameterm" in query.runnable.lower())
            return {row for row, _ in self._asker.solutions(loaded, job)}

        rows = passing(plan, self._graph, columns, judge)
        if rows is None:
            return None
        found = selected(plan, self._graph, columns, rows)
        return [self._finding(task, focus, solution, exact=True) for focus, solution in found]

    def _selected(self, task: _Task, nodes: Ints) -> list[Finding]:
        """Return a finding for each solution of a SELECT query."""
        found = self._on_columns(task, nodes)
        if found is not None:
            return found
        nodes = self._possible(task.check.query, nodes)
        solutions = self._solutions(task.job((nodes,)))
        exact = task.check.query.exact
        return [
            self._finding(task, int(nodes[row]), solution, exact=exact)
            for row, solution in solutions
        ]

    def _finding(
        self, task: _Task, focus: int, solution: Solution, *, exact: bool = False
    ) -> Finding:
        if solution.get("failure") in _TRUE:
            raise _failed(task)
        value = None if task.shape.path else self._graph.dictionary.term(focus)
        return Finding(focus, value, solution, exact)

    def _failing(self, task: _Task, this: Ints, values: Ints) -> list[Finding]:
        """Return a finding for each row for which an ASK query is false."""
        used = {token.variable for token in tokenize(task.check.query.runnable)}
        firsts = codes = np.arange(len(values))
        if "this" not in used:
            # the answer for a value node is then the same for all focus nodes
            _, firsts, codes = np.unique(values, return_index=True, return_inverse=True)
        holds = np.zeros(len(firsts), bool)
        for row, _ in self._solutions(task.job((this[firsts], values[firsts]))):
            holds[row] = True
        failing = np.flatnonzero(~holds[codes])
        terms = self._graph.dictionary.terms(values[failing])
        focus = this[failing].tolist()
        return [Finding(node, term) for node, term in zip(focus, terms, strict=True)]

    def _possible(self, query: SparqlQuery, nodes: Ints) -> Ints:
        """Return the nodes that have what the triple patterns ask of $this."""
        tree, prefixes = query.tree
        for element in tree.group.elements:
            if isinstance(element, Pattern) and len(element.s) == 1 == len(element.o):
                ends = (element.s[0].variable, element.o[0].variable)
                path = path_of(element.p, prefixes)
                if "this" in ends and isinstance(path, Step):
                    by_object = (ends[0] != "this") != path.inverse
                    relation = self._graph.of(path.predicate)
                    nodes = nodes[relation.counts(nodes, by_object=by_object) > 0]
        return nodes

    def _solutions(self, job: Job) -> Iterator[tuple[int, Solution]]:
        if len(job):
            yield from self._asker.solutions(self._store(job), job)

    def _store(self, job: Job) -> Loaded:
        """Return a store that suffices: one for these rows if that is smaller, else the common."""
        sites = job.query.sites
        predicates = mentioned(sites)
        with_shapes = job.query.names_graph
        stores = self._stores[job.query.keeps]
        size = stores.size(predicates)
        if self._spent < size:
            rows = dict(zip(job.query.rows, job.columns, strict=True))
            pairs = around(sites, self._graph, rows, most=size - self._spent)
            if pairs is not None:
                self._spent += 1_000 + sum(map(len, pairs.values()))
                return stores.of(pairs, with_shapes=with_shapes)
        return stores.holding(predicates, with_shapes=with_shapes)


def _failed(task: _Task) -> StageError:
    node, shape = task.check.node, task.shape.node
    return StageError(
        Text(
            de=f"Die Abfrage von {node} für die Shape {shape} meldet einen Fehlschlag (?failure).",
            en=f"The query of {node} for the shape {shape} reports a failure (?failure).",
        )
    )
