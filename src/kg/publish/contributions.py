"""A contribution is checked against what is published: its findings and what it entails.

The work goes with the contribution: what it changes is followed through reasoning and
validation, and taken back afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain
from pathlib import Path

import numpy as np
from pyoxigraph import Quad, RdfFormat, Triple, parse, serialize

from kg.errors import Place, StageError, Text
from kg.publish.contribution_checks import Setting, check_rules, contribution_rules, joined
from kg.publish.contribution_files import Known as KnownNames
from kg.publish.contribution_files import check_files, without_relative
from kg.publish.explanations import COLUMNS, reason_project
from kg.rdf import column_files
from kg.rdf.bulk import columns_of
from kg.rdf.checked_files import write_file
from kg.rdf.columns import Columns
from kg.rdf.dataset import Dataset, Source
from kg.rdf.dictionary import Dictionary
from kg.rdf.ntriples import write_ntriples
from kg.reason.arrays import EMPTY, distinct
from kg.reason.change import NOTHING, Triples
from kg.reason.closure import Closure
from kg.reason.engine import Engine
from kg.reason.impact import Impact, identify
from kg.reason.proof import Triple as Named
from kg.reason.rule_files import read_rules
from kg.reason.stage import RULES_FOLDER, reason_columns
from kg.reason.state import Delta
from kg.settings import Project
from kg.validate.contradictions import contradiction_report
from kg.validate.graph import by_predicate
from kg.validate.places import with_places
from kg.validate.prefixes import with_right_prefixes, wrong_prefixes
from kg.validate.proposals import with_proposals
from kg.validate.proposals_known import Known
from kg.validate.report import Report, Result
from kg.validate.shape_reader import read_shapes
from kg.validate.shapes import Plan
from kg.validate.stage import plan_of
from kg.validate.terms import declared, undeclared
from kg.validate.watched import Followed, Watched, triples_of, without

SHAPES = "shapes.nq"


@dataclass(frozen=True)
class Checked:
    """What a contribution gives: findings and, if asked for, what it entails."""

    report: Report
    impact: Impact | None = None


class Checker:
    """Checks contributions to one graph, one after the other."""

    def __init__(self, project: Project, columns: Columns, closure: Closure, plan: Plan) -> None:
        """Take the statements of a project, what follows from them, and its shapes."""
        self._project = project
        self._columns = columns
        self._closure = closure
        self._plan = plan
        self.watched = Watched(closure, plan)
        self._rules = contribution_rules(project)
        self._declared = _declared(columns, project.graph_iri("ontology/"))
        self._known = Known(
            self.watched.graph, prefixes=project.prefixes, declared=self._declared, plan=plan
        )

    @property
    def columns(self) -> Columns:
        """What was stated at first."""
        return self._columns

    @property
    def dictionary(self) -> Dictionary:
        """The terms and their numbers."""
        return self._closure.dictionary

    @property
    def engine(self) -> Engine:
        """What follows from the statements."""
        return self._closure.engine

    def adopt(self, plan: Plan) -> None:
        """Check with other shapes from now on."""
        self._plan = plan
        self.watched.adopt(plan)
        self._known = Known(
            self.watched.graph,
            prefixes=self._project.prefixes,
            declared=self._declared,
            plan=plan,
        )

    def learn(self, terms: frozenset[str]) -> None:
        """Know terms that the ontology declares since."""
        if not terms <= self._declared:
            self._declared |= terms
            self.adopt(self._plan)

    def declared_with(self, triples: Iterable[Triple]) -> frozenset[str]:
        """Return the terms that the ontology declares, or `triples`."""
        return self._declared | declared(triples)

    def check(self, sources: Sequence[Source], *, impact: bool = False) -> Checked:
        """Check `sources` together as one contribution.

        A source that is a file of the project takes the place of what is published of it. The
        focus nodes are the subjects of the sources and whatever else the change may concern.
        Raises StageError at a limit.
        """
        given, sources = sources, with_right_prefixes(sources, self._project.prefixes)
        quads = list(chain.from_iterable(source.quads for source in sources))
        own = {quad.triple for quad in quads}
        terms = self.declared_with(own)
        report = Report(
            (
                *wrong_prefixes(given, self._project.prefixes),
                *undeclared(own, terms, self._project.prefixes),
            ),
            {"triples": len(own), "shapes": len(self._plan.targeted)},
        )
        added = identify(columns_of(quads), self._closure.dictionary, blank="")
        replaced = self._replaced_graphs(given)
        more = self._hygiene(sources, added, replaced)
        try:
            followed = self.watched.follow(
                added=added, removed=self._replaced(replaced), more=distinct(added[1])
            )
            report = with_places(report.plus(Report(followed.results.appeared)), sources).sorted()
            report = with_proposals(report, self._known.within(followed.graph, sources))
            report = self._joined(report, more, sources)
            clashes = contradiction_report(followed.appeared, sources, self._project.prefixes)
            found = self.impact_of(followed) if impact else None
        finally:
            self.watched.undo()
        return Checked(clashes.plus(report).sorted(), found)

    def _hygiene(
        self, sources: Sequence[Source], added: Triples, replaced: Sequence[int]
    ) -> list[Result]:
        """Return what is wrong with the files themselves and what the hygiene rules find."""
        setting = Setting(
            project=self._project,
            columns=self._columns,
            mentioned=distinct(np.concatenate(added[1:])),
            replaced=replaced,
        )
        return check_rules(self._rules, sources, setting)

    def _joined(
        self, report: Report, hygiene: Sequence[Result], sources: Sequence[Source]
    ) -> Report:
        """Return `report` with what `hygiene` adds, without what only follows from a fault."""
        found = without_relative(joined(report.results, hygiene), sources, self._project)
        known = KnownNames(self._project, self._columns.dictionary)
        return replace(report, results=(*check_files(sources, known), *found))

    def _replaced_graphs(self, sources: Sequence[Source]) -> list[int]:
        """Return the numbers of the graphs of files of the project that are among `sources`."""
        names = {f"<{graph}>" for source in sources if (graph := self._graph(source)) is not None}
        return [n for n, name in enumerate(self._columns.graphs) if name in names]

    def _replaced(self, graphs: Sequence[int]) -> Triples:
        """Return what is published in `graphs`, by their numbers, and in no other graph."""
        if not graphs:
            return NOTHING
        columns = self._columns
        here = np.isin(columns.g, graphs)
        mine, others = (
            by_predicate(columns.s[rows], columns.p[rows], columns.o[rows])
            for rows in (here, ~here)
        )
        return triples_of({p: without(some, others.get(p, EMPTY)) for p, some in mine.items()})

    def _graph(self, source: Source) -> str | None:
        """Return the graph that a source fills if it is a file of the project."""
        folder = (self._project.root / "data").resolve()
        if source.text is not None or not source.path.resolve().is_relative_to(folder):
            return None
        relative = source.path.resolve().relative_to(folder).with_suffix("")
        return self._project.graph_iri(relative.as_posix())

    def impact_of(self, followed: Followed) -> Impact:
        """Return what a change does to what follows."""
        return Impact(
            entailed=self._named(followed.added, followed.given),
            retracted=self._named(followed.removed, followed.taken),
            appeared=followed.appeared,
            resolved=followed.resolved,
            recomputed=followed.recomputed,
        )

    def _named(self, delta: Delta, stated: Delta) -> dict[str, tuple[Named, ...]]:
        """Return the triples of `delta` that are not `stated`, by predicate."""
        term = self._closure.dictionary.term
        found: dict[str, tuple[Named, ...]] = {}
        for predicate, pairs in delta.items():
            rest = without(pairs, stated.get(predicate, EMPTY)).tolist()
            if rest:
                name = term(predicate)
                rows = [(term(pair >> 32), name, term(pair & 0xFFFFFFFF)) for pair in rest]
                found[name] = tuple(sorted(rows))
        return dict(sorted(found.items()))


def open_checker(path: Path, project: Project, *, plan: Plan | None = None) -> Checker:
    """Return what checks contributions to the version in `path`, with its shapes or a `plan`.

    Raises StageError when the version is damaged or of an older program.
    """
    columns = column_files.open_columns(path / COLUMNS)
    rules = read_rules(project.root.joinpath(*RULES_FOLDER))
    known = plan or _open_shapes(path / SHAPES, project)
    return Checker(project, columns, reason_columns(columns, rules), known)


def _open_shapes(shapes: Path, project: Project) -> Plan:
    try:
        text = shapes.read_bytes()
        quads = parse(text, RdfFormat.N_QUADS)
        return read_shapes((quad.triple for quad in quads), project.prefixes)
    except (OSError, SyntaxError) as error:
        raise StageError(
            Text(
                de="Die Shapes der Version fehlen oder sind beschädigt. Bauen Sie neu: "
                "kg build --force",
                en="The shapes of the version are missing or damaged. Build anew: kg build --force",
            ),
            place=Place(str(shapes)),
        ) from error


def checker_of(dataset: Dataset, *, plan: Plan | None = None) -> Checker:
    """Return what checks contributions to a project that is not published.

    Raises ShapesError when its shapes cannot be used.
    """
    reasoned = reason_project(dataset)
    known = plan or plan_of(dataset.in_room("shapes"), dataset.project.prefixes)
    return Checker(dataset.project, reasoned.columns, reasoned.closure, known)


def save_shapes(quads: Iterable[Quad], folder: Path) -> None:
    """Write the shapes into the folder of a version; raises StageError."""
    text = serialize(quads, format=RdfFormat.N_QUADS) or b""
    try:
        write_file(folder / SHAPES, memoryview(text))
    except OSError as error:
        reason = error.strerror or str(error)
        raise StageError(
            Text(
                de=f"Die Shapes konnten nicht geschrieben werden: {reason}",
                en=f"The shapes could not be written: {reason}",
            ),
            place=Place(str(folder / SHAPES)),
        ) from error


def _declared(columns: Columns, start: str) -> frozenset[str]:
    """Return the terms that the graphs whose IRI begins with `start` declare."""
    graphs = [name for name in columns.graphs if name.startswith(f"<{start}")]
    if not graphs:
        return frozenset()
    buffer = BytesIO()
    write_ntriples(columns.triples(*graphs), columns.dictionary, buffer)
    return declared(quad.triple for quad in parse(buffer.getvalue(), RdfFormat.N_TRIPLES))
