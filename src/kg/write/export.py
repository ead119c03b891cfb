"""What commits have changed becomes files again: the way of contributions into git.

Each accepted contribution becomes data/contributions/{id}.ttl, which fills the same graph. A
graph that is from a file of the project becomes that file, written anew; graphs of neither kind
share data/contributions/other-graphs.trig.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from kg.errors import Place, StageError, Text, UsageError
from kg.rdf.dataset import ROOMS, Dataset, Source, load, source_of_text
from kg.rdf.formats import by_suffix
from kg.rdf.plain_turtle import is_plain
from kg.rdf.positions import comments
from kg.settings import Project
from kg.write.change import Change
from kg.write.export_graphs import Graph, changed_graphs, outcome, same
from kg.write.export_text import dataset_text, graph_text, line_text, prefixes_of
from kg.write.history import journal_of, live_from
from kg.write.journal import read_journal
from kg.write.provenance import FOLDER
from kg.write.submitted import IDENTIFIER

OTHERS = "other-graphs"


@dataclass(frozen=True)
class Wanted:
    """What is to be exported: into which folder, and whether more than contributions."""

    target: Path
    everything: bool = False


@dataclass(frozen=True)
class Planned:
    """A file to write, or to remove if there is no text.

    `replaces` is the file of another format whose place it takes, `comments` the number of
    comments in the file as it is, which are lost.
    """

    path: Path
    text: str | None
    graphs: tuple[Graph, ...]
    replaces: Path | None = None
    comments: int = 0

    @property
    def touched(self) -> tuple[Path, ...]:
        """The files that are there and are overwritten or removed."""
        return tuple(each for each in (self.path, self.replaces) if each and each.exists())


@dataclass(frozen=True)
class Plan:
    """What an export does: files that change, graphs that commits have changed and what they hold.

    `left` are IRIs of graphs that are left out, `upto` is the number of the last commit in it.
    """

    files: tuple[Planned, ...]
    graphs: tuple[Graph, ...]
    left: tuple[str, ...]
    upto: int

    @property
    def has_blank(self) -> bool:
        """Whether a statement has a blank node: replayed over its file it would be there twice."""
        return any(each.has_blank for each in self.graphs)


@dataclass
class _File:
    """A file in the making: what it is from, and the graphs in it that commits have changed."""

    path: Path
    source: Source | None = None
    graphs: list[Graph] = field(default_factory=list)

    def quads(self) -> list[Quad]:
        """Return all that it has to say."""
        changed = {NamedNode(each.iri) for each in self.graphs}
        kept = self.source.quads if self.source else ()
        return [
            *(quad for quad in kept if quad.graph_name not in changed),
            *(quad for each in self.graphs for quad in each.quads),
        ]


def contributions_folder(project: Project) -> Path:
    """Return the folder whose files fill the graphs of contributions."""
    return project.root / "data" / FOLDER


def plan(project: Project, wanted: Wanted) -> Plan:
    """Return what an export of the journal would write; nothing is written.

    Raises UsageError for a target that would give graphs other names, ProjectError for what no
    file can say, ReadError for a file that cannot be read, StageError when the journal is damaged
    or a file would not say the same.
    """
    _check_target(project, wanted)
    folder = journal_of(project)
    start = live_from(folder)
    commits = list(read_journal(folder, after=start))
    upto = commits[-1].number if commits else start
    change = outcome(each.change for each in commits)
    if not (change.added or change.removed):
        return Plan((), (), (), upto)
    dataset = load(project, may_be_empty=True)
    return _planned(dataset, change, wanted, upto=upto)


def _planned(dataset: Dataset, change: Change, wanted: Wanted, *, upto: int) -> Plan:
    project = dataset.project
    graphs = changed_graphs(dataset.sources, change)
    taken = [one for one in graphs if wanted.everything or _is_contribution(project, one.iri)]
    files: dict[Path, _File] = {}
    for one in taken:
        path = _path(project, one, wanted.target)
        source = one.source or next((s for s in dataset.sources if s.path == path), None)
        files.setdefault(path, _File(path, source)).graphs.append(one)
    planned = [_plan_file(project, each) for each in files.values()]
    left = tuple(one.iri for one in graphs if one not in taken)
    return Plan(tuple(each for each in planned if _differs(each)), tuple(taken), left, upto)


def _path(project: Project, graph: Graph, target: Path) -> Path:
    """Return the file that a graph goes to."""
    inside = target == contributions_folder(project)
    if graph.source is not None and inside:
        return graph.source.path
    if _is_contribution(project, graph.iri):
        return target / f"{_name(project, graph.iri)}.ttl"
    known = (target / f"{OTHERS}{suffix}" for suffix in (".trig", ".nq"))
    return next((path for path in known if path.is_file()), target / f"{OTHERS}.trig")


def _plan_file(project: Project, file: _File) -> Planned:
    """Return what `file` becomes; raises StageError if its text would not say the same."""
    quads, old = file.quads(), file.source
    graphs = tuple(file.graphs)
    if not quads:
        return Planned(file.path, None, graphs)
    table = prefixes_of(old, project.prefixes) if old else dict(project.prefixes)
    own = _graph_of(project, file.path)
    single = {quad.graph_name for quad in quads} == {NamedNode(own)}
    form = by_suffix(file.path)
    if old is not None and form is not None and form.name in ("ntriples", "nquads"):
        text, suffix = line_text(quads, form), file.path.suffix
    else:
        text, suffix = (graph_text if single else dataset_text)(quads, table)
    path = file.path if file.path.suffix == suffix else file.path.with_suffix(suffix)
    _prove(text, path, own, quads)
    return Planned(
        path,
        text,
        graphs,
        replaces=file.path if path != file.path and old is not None else None,
        comments=_comments(old),
    )


def _prove(text: str, path: Path, graph: str, quads: Sequence[Quad]) -> None:
    """Raise StageError unless a build reads from `text` just what it is to say."""
    form = by_suffix(path)
    assert form is not None
    read = source_of_text(text, form, shown=str(path), graph=graph).quads
    if not same(read, quads):
        raise StageError(
            Text(
                de="Die Datei würde nicht dasselbe sagen wie der Graph. Es wurde nichts "
                "geschrieben.",
                en="The file would not say the same as the graph. Nothing was written.",
            ),
            place=Place(str(path)),
        )


def _differs(file: Planned) -> bool:
    """Return whether anything has to be written."""
    if file.text is None or file.replaces is not None or not file.path.is_file():
        return file.text is not None or bool(file.touched)
    return file.path.read_bytes() != file.text.encode()


def _comments(source: Source | None) -> int:
    if source is None or not source.is_turtle:
        return 0
    text = source.read()
    return 0 if is_plain(text) else len(comments(text))


def _is_contribution(project: Project, iri: str) -> bool:
    return IDENTIFIER.fullmatch(_name(project, iri)) is not None


def _name(project: Project, iri: str) -> str:
    """Return the name of the contribution whose graph has that IRI, or "" if it is none."""
    start = project.graph_iri(f"{FOLDER}/")
    return iri[len(start) :] if iri.startswith(start) else ""


def _graph_of(project: Project, path: Path) -> str:
    """Return the graph that a file fills; outside of the project that of a contribution."""
    for room in ROOMS:
        folder = project.root / room
        if path.is_relative_to(folder):
            relative = path.relative_to(folder).with_suffix("").as_posix()
            return project.graph_iri(relative if room == "data" else f"{room}/{relative}")
    return project.graph_iri(f"{FOLDER}/{path.stem}")


def _check_target(project: Project, wanted: Wanted) -> None:
    """Refuse a folder within the project in which graphs would have other names."""
    own = contributions_folder(project)
    if wanted.target == own:
        return
    if wanted.everything or _within(project, wanted.target):
        raise UsageError(
            Text(
                de=f"Erwartet wird {own}: Nur dort füllen die Dateien dieselben Graphen. In einen "
                "Ordner außerhalb des Projekts werden nur Beiträge geschrieben, ohne --all.",
                en=f"Expected is {own}: only there do the files fill the same graphs. Into a "
                "folder outside of the project only contributions are written, without --all.",
            )
        )


def _within(project: Project, path: Path) -> bool:
    return any(path.resolve().is_relative_to((project.root / room).resolve()) for room in ROOMS)


def overwritten(plan: Plan) -> Iterator[Path]:
    """Yield the files that are there and that `plan` overwrites or removes."""
    for each in plan.files:
        yield from each.touched
