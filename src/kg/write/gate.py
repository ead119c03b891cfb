"""What must hold of a change before it lasts: shapes, declared terms, and no contradiction.

The gate has the graph of statements in numbers, with what follows from them. A change is followed
there; what it does is kept or taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kg.publish.contributions import Checker
from kg.rdf.bulk import columns_of
from kg.reason.arrays import EMPTY, distinct
from kg.reason.change import NOTHING, Triples
from kg.reason.entailed import entailed_about, worth_publishing
from kg.reason.impact import Impact, identify
from kg.reason.state import Delta
from kg.settings import Project
from kg.validate.contradictions import contradiction_report
from kg.validate.engine import validate
from kg.validate.graph import by_predicate
from kg.validate.report import Report
from kg.validate.shape_reader import read_shapes
from kg.validate.shapes import Plan
from kg.validate.terms import declared, undeclared
from kg.validate.watched import Followed, triples_of, without
from kg.write.change import Change
from kg.write.head import settled
from kg.write.union_head import UnionHead

_SHAPES = "shapes/"


@dataclass(frozen=True)
class Verdict:
    """What the gate says: findings that the change brings, and what comes to follow and not."""

    report: Report
    impact: Impact | None = None
    come: tuple[Triple, ...] = ()
    gone: tuple[Triple, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the change may last."""
        return self.report.valid


class Gate(Protocol):
    """Judges changes that the head has taken already, one after the other."""

    def judge(self, change: Change, *, impact: bool = False) -> Verdict:
        """Follow a change; after it come `keep` or `undo`."""

    def keep(self) -> None:
        """Let the change last."""

    def undo(self) -> None:
        """Take the change back."""


class NoGate:
    """Lets everything pass: a plain store, in which nothing follows and no shapes are."""

    def judge(self, change: Change, *, impact: bool = False) -> Verdict:
        """Find nothing."""
        del change, impact
        return Verdict(Report())

    def keep(self) -> None:
        """Do nothing."""

    def undo(self) -> None:
        """Do nothing."""


class ProjectGate:
    """The gate of a project: OWL 2 RL and its rules, its shapes, its declared terms."""

    def __init__(self, checker: Checker, head: UnionHead, project: Project) -> None:
        """Take what checks contributions to the base of the head."""
        self.checker = checker
        self._head = head
        self._project = project
        self._shapes = project.graph_iri(_SHAPES)
        self._plan: Plan | None = None
        """The shapes as the change that was judged last makes them, if it does."""
        self._declared: frozenset[str] = frozenset()

    def judge(self, change: Change, *, impact: bool = False) -> Verdict:
        """Follow a change that the head has taken already.

        Raises StageError at a limit, ShapesError when it makes shapes that cannot be used; the
        gate is as before then.
        """
        watched = self.checker.watched
        self._plan = self._shapes_after(change)
        try:
            followed = watched.follow(
                added=self._came(change.added), removed=self._went(change.removed)
            )
            return self._verdict(change, followed, impact=impact)
        except BaseException:
            watched.undo()
            raise

    def _verdict(self, change: Change, followed: Followed, *, impact: bool) -> Verdict:
        """Return what is to be said of a change that was followed."""
        report = Report(followed.results.appeared)
        if self._plan:
            report = validate(followed.graph, self._plan)
        report = report.plus(self._terms(change.added))
        clashes = contradiction_report(followed.appeared, (), self._project.prefixes)
        come, gone = self._inferences(followed)
        return Verdict(
            clashes.plus(report).sorted(),
            self.checker.impact_of(followed) if impact else None,
            come,
            gone,
        )

    def keep(self) -> None:
        """Let the change last."""
        self.checker.watched.keep()
        self.checker.learn(self._declared)
        if self._plan:
            self.checker.adopt(self._plan)

    def undo(self) -> None:
        """Take the change back."""
        self.checker.watched.undo()

    def _shapes_after(self, change: Change) -> Plan | None:
        """Return the shapes if the change is one of them, else None."""
        if all(map(self._means, (*change.added, *change.removed))):
            return None
        graphs = [name for name in self._head.graphs() if name.value.startswith(self._shapes)]
        triples = (quad.triple for name in graphs for quad in self._head.quads(name))
        return read_shapes(triples, self._project.prefixes)

    def _terms(self, added: Sequence[Quad]) -> Report:
        """Return a finding for each term that is added and not declared."""
        triples = {quad.triple for quad in added if self._means(quad)}
        self._declared = declared(triples)
        known = self.checker.declared_with(triples)
        return Report(tuple(undeclared(triples, known, self._project.prefixes)))

    def _means(self, quad: Quad) -> bool:
        """Return whether a statement says something about the world: shapes do not."""
        graph = quad.graph_name
        return not (isinstance(graph, NamedNode) and graph.value.startswith(self._shapes))

    def _came(self, quads: Iterable[Quad]) -> Triples:
        """Return what is added, in the numbers of the gate."""
        meant = [quad for quad in quads if self._means(quad)]
        if not meant:
            return NOTHING
        return identify(columns_of(meant), self.checker.dictionary, blank="")

    def _went(self, quads: Iterable[Quad]) -> Triples:
        """Return what is removed and not stated in another graph, in the numbers of the gate."""
        meant = [quad for quad in quads if self._means(quad) and not self._stays(quad)]
        if not meant:
            return NOTHING
        columns = columns_of(spelled for quad in meant for spelled in self._spellings(quad))
        return identify(columns, self.checker.dictionary, blank="")

    def _stays(self, quad: Quad) -> bool:
        others = self._head.stated_in(quad)
        return any(not name.value.startswith(self._shapes) for name in others)

    def _spellings(self, quad: Quad) -> Iterable[Quad]:
        """Return a statement with the forms of its value that the gate knows.

        The store knows numbers by their values: what a file states as 007 is 7 there.
        """
        yield quad
        if not isinstance(quad.object, Literal) or quad.object.language:
            return
        dictionary = self.checker.dictionary
        subject, predicate = (dictionary.find(str(each)) for each in (quad.subject, quad.predicate))
        if subject is None or predicate is None:
            return
        values = self.checker.watched.graph.relation(predicate).partners(subject).tolist()
        datatype = f"^^{quad.object.datatype}"
        for term in (dictionary.term(value) for value in values):
            if term.endswith(datatype) and term != str(quad.object):
                other = _quad(quad, term)
                if settled([other])[0].triple == quad.triple:
                    yield other

    def _inferences(self, followed: Followed) -> tuple[tuple[Triple, ...], tuple[Triple, ...]]:
        """Return what comes to and goes from the inferred statements of the head."""
        if followed.touched is None:
            now = by_predicate(*worth_publishing(self.checker.engine))
            stored = self._head.inferred()
        else:
            now = entailed_about(self.checker.engine, followed.touched)
            names = self.checker.dictionary.terms(followed.touched)
            things = (NamedNode(name[1:-1]) for name in names if name.startswith("<"))
            stored = [triple for thing in things for triple in self._head.inferred(thing)]
        columns = columns_of(Quad(*triple) for triple in stored)
        predicates, subjects, objects = identify(columns, self.checker.dictionary, blank="")
        then = by_predicate(subjects, predicates, objects)
        come = {each: without(now[each], then.get(each, EMPTY)) for each in now}
        gone = {each: without(then[each], now.get(each, EMPTY)) for each in then}
        return self._named(come), self._named(gone)

    def _named(self, delta: Delta) -> tuple[Triple, ...]:
        """Return pairs by predicate as triples."""
        predicates, subjects, objects = triples_of(delta)
        if not len(predicates):
            return ()
        numbers = distinct(np.concatenate((predicates, subjects, objects)))
        terms = dict(zip(numbers.tolist(), self.checker.dictionary.terms(numbers), strict=True))
        rows = zip(subjects.tolist(), predicates.tolist(), objects.tolist(), strict=True)
        lines = [f"{terms[s]} {terms[p]} {terms[o]} .\n" for s, p, o in rows]
        found = parse("".join(lines), RdfFormat.N_TRIPLES, lenient=True)
        return tuple(quad.triple for quad in found)


def _quad(quad: Quad, value: str) -> Quad:
    """Return a statement with another object, in N-Triples form."""
    line = f"{quad.subject} {quad.predicate} {value} ."
    found: Quad = next(parse(line, RdfFormat.N_TRIPLES, lenient=True))
    return found
