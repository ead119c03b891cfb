"""The build: load, hygiene, validate, reason, publish; a failed one changes nothing served."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from kg import __version__
from kg.errors import StageError, Text
from kg.namespaces import DCT, RDF_TYPE, VOID, XSD
from kg.publish import versions
from kg.publish.content import Content
from kg.publish.contributions import save_shapes
from kg.publish.explanations import Reasoned, reason_project, save
from kg.publish.findings import findings_of, save_findings
from kg.publish.hygiene import HYGIENE_FOLDER, check_hygiene
from kg.publish.look_ups.mapped import save_mapped
from kg.publish.measure import measure, save_shared
from kg.publish.search.index import save_search
from kg.publish.search.settings import search_settings
from kg.publish.statements import statements_of
from kg.publish.statistics import save_statistics
from kg.publish.versions import Manifest
from kg.rdf.dataset import INFERRED, Dataset, fingerprint, load
from kg.rdf.queries import read_queries
from kg.settings import Project
from kg.validate.contradictions import contradiction_report
from kg.validate.report import SEVERITIES, Report
from kg.validate.stage import validate_dataset

Progress = Callable[[Text], None]


@dataclass(frozen=True)
class Built:
    """What a build gave: its report and, if that has no violation, the version's folder.

    `fresh` is false when the files have not changed since the current version.
    """

    report: Report
    path: Path | None
    fresh: bool = True


def build(
    project: Project,
    *,
    force: bool = False,
    may_be_empty: bool = False,
    hold: bool = False,
    progress: Progress | None = None,
) -> Built:
    """Build `project` and publish it as a new current version if nothing is wrong with it.

    A folder without a statement is a mistake unless it `may_be_empty`. With `hold` it becomes the
    base of commits, and the current version is left to whoever adds them to it. Raises KgError
    when the folder cannot be read, an engine fails or the disk is full; the version that is
    served stays as it was then, and when the report has violations.
    """
    say = progress or (lambda _: None)
    with versions.building(project.build_dir):
        mark = fingerprint(project)
        present = _base(project.build_dir)
        if present and not force and _is_up_to_date(present, mark):
            return Built(Report(), present, fresh=False)
        with _without_collecting():
            return _Build(project, say, hold=hold).run(mark, may_be_empty=may_be_empty)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Let no search for cycles go over millions of terms, none of which is in one."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _base(build_dir: Path) -> Path | None:
    """Return the version that was built last, if there is one."""
    try:
        return versions.find_base(build_dir).path
    except StageError:
        return None  # damaged, or of another layout: a build mends it


def _is_up_to_date(present: Path, mark: str) -> bool:
    try:
        manifest = versions.read_manifest(present)
    except StageError:
        return False  # damaged, or of another layout: a build mends it
    made = (manifest.fingerprint, manifest.program, manifest.layout)
    return made == (mark, __version__, versions.LAYOUT)


def check(dataset: Dataset, reasoned: Reasoned | None = None) -> Report:
    """Return the report on hygiene, shapes and terms of `dataset`, gravest findings first.

    `reasoned` is what follows from its ontology and data, found here when it is not given.
    Oxigraph answers the hygiene queries while the shapes are checked.
    """
    known = reasoned or reason_project(dataset)
    with ThreadPoolExecutor(1) as pool:
        cleaning = pool.submit(_hygiene, dataset, known)
        report = validate_dataset(dataset, known.closure)
        return cleaning.result().plus(report).sorted()


def _hygiene(dataset: Dataset, reasoned: Reasoned) -> Report:
    return check_hygiene(dataset, Content(dataset, reasoned).store())


class _Build:
    """One run, with the time that each stage took."""

    def __init__(self, project: Project, say: Progress, *, hold: bool) -> None:
        self._project = project
        self._hold = hold
        self._say = say
        self._seconds: dict[str, float] = {}

    def run(self, mark: str, *, may_be_empty: bool) -> Built:
        search_settings(self._project)  # said before anything is read
        self._say(Text(de="Dateien lesen", en="Reading files"))
        with self._timed("load"):
            dataset = load(self._project, may_be_empty=may_be_empty)
        report, reasoned = self._examine(dataset)
        if not report.valid:
            return Built(report, None)
        self._say(Text(de="Version schreiben", en="Writing the version"))
        path = self._publish(dataset, reasoned, report, mark)
        return Built(report, path)

    def _examine(self, dataset: Dataset) -> tuple[Report, Reasoned]:
        """Reason, then validate: the data graph is what is stated and what follows."""
        self._say(Text(de="Schließen", en="Reasoning"))
        with self._timed("reason"):
            reasoned = reason_project(dataset)
        self._say(Text(de="Prüfen", en="Validating"))
        with self._timed("validate"):
            report = check(dataset, reasoned)
        contradictions = contradiction_report(
            reasoned.closure.contradictions, dataset.sources, self._project.prefixes
        )
        return contradictions.plus(report), reasoned

    def _publish(self, dataset: Dataset, reasoned: Reasoned, report: Report, mark: str) -> Path:
        closure = reasoned.closure
        with self._timed("publish"):
            graph = NamedNode(self._project.graph_iri(INFERRED))
            now = datetime.now(UTC)
            content = Content(
                dataset=dataset,
                reasoned=reasoned,
                inferred=graph.value,
                more=tuple(_about_inferred(graph, now)),
            )
            counts = content.counts()
            manifest = Manifest(
                version=versions.free_name(self._project.build_dir, mark, now),
                layout=versions.LAYOUT,
                built=now.isoformat(timespec="seconds"),
                fingerprint=mark,
                program=__version__,
                title=self._project.title,
                base=self._project.base,
                graphs=counts,
                triples=sum(counts.values()),
                inferred=len(closure.published[0]),
                findings={severity.lower(): report.count(severity) for severity in SEVERITIES},
                seconds=self._seconds,
            )
            path = versions.write(
                self._project.build_dir,
                manifest,
                content.quads(),
                texts=content.texts(),
                more=partial(_save, content, report),
            )
            versions.set_base(self._project.build_dir, manifest.version)
            if not self._hold:
                versions.switch(self._project.build_dir, manifest.version)
            versions.prune(self._project.build_dir)
        return path

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[stage] = round(time.perf_counter() - start, 3)


def _save(content: Content, report: Report, folder: Path) -> None:
    """Write what a version has besides its store; see `kg.publish.versions`."""
    dataset, reasoned = content.dataset, content.reasoned
    save(reasoned, folder)
    shapes = dataset.in_room("shapes")
    save_shapes((quad for source in shapes for quad in source.quads), folder)
    statements = statements_of(reasoned, content.others(), content.inferred)
    project = dataset.project
    save_statistics(measure(statements, project.base, project.prefixes.values()), folder)
    save_shared(statements, folder)
    save_search(statements, search_settings(project), folder)
    save_mapped(statements, folder)
    rules = read_queries(project.root.joinpath(*HYGIENE_FOLDER))
    save_findings(findings_of(report, rules), folder)


def _about_inferred(graph: NamedNode, now: datetime) -> list[Quad]:
    """Return the description of the graph of inferred statements, in that graph."""
    created = Literal(now.isoformat(timespec="seconds"), datatype=NamedNode(XSD + "dateTime"))
    about: list[tuple[str, NamedNode | Literal]] = [
        (RDF_TYPE, NamedNode(VOID + "Dataset")),
        (DCT + "title", Literal("Erschlossene Aussagen", language="de")),
        (DCT + "title", Literal("Inferred statements", language="en")),
        (DCT + "description", Literal(_INFERRED_ABOUT.de, language="de")),
        (DCT + "description", Literal(_INFERRED_ABOUT.en, language="en")),
        (DCT + "created", created),
    ]
    return [Quad(graph, NamedNode(predicate), value, graph) for predicate, value in about]


_INFERRED_ABOUT = Text(
    de="Was nach OWL 2 RL und den Regeln aus den übrigen Graphen folgt; keine Quelle sagt es so.",
    en="What follows from the other graphs by OWL 2 RL and the rules; no source says it so.",
)
