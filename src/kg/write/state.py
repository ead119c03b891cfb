"""What the writer has before it: base, journal, head and gate, brought to the same state."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Store

from kg.errors import Place, StageError, Text
from kg.publish import versions
from kg.publish.contributions import open_checker
from kg.publish.store import open_read_only
from kg.publish.versions import Manifest, Published
from kg.rdf.dataset import INFERRED, has_blank
from kg.settings import Project
from kg.validate.report import Report
from kg.write.change import Change, Commit, last_word, net
from kg.write.checkpoint import Checkpoints
from kg.write.gate import Gate, NoGate, ProjectGate, Verdict
from kg.write.head import PlainHead, apply_to_some
from kg.write.journal import FOLDER, Journal, open_journal
from kg.write.submissions import settle
from kg.write.union_head import UnionHead

_LIVE = ".live-"


@dataclass(frozen=True)
class Mode:
    """How a project is written: `plain` is an ordinary dataset in which nothing follows."""

    plain: bool = False


def mode_of(project: Project) -> Mode:
    """Return how the current version was written; raises StageError when there is none."""
    return Mode(plain=versions.find_current(project.build_dir).manifest.plain)


class State:
    """Base and journal, with a store of what is stated and the gate, both up to date."""

    def __init__(self, project: Project, mode: Mode, journal: Journal, folder: Path) -> None:
        """Bring everything up to the last commit; `folder` is for the store."""
        self.project = project
        self.mode = mode
        self.journal = journal
        self.base = versions.find_base(project.build_dir)
        check_complete(project, journal.number)
        source, target = self.base.path / "store", folder / "store"
        self.head: UnionHead | PlainHead
        self.gate: Gate
        if mode.plain:
            self.head, self.gate = PlainHead(_plain(source, target, project)), NoGate()
        else:
            self.head = UnionHead(_copied(source, target), project, self.base.manifest.graphs)
            checker = open_checker(self.base.path, project)
            self.gate = ProjectGate(checker, self.head, project)
        self._checkpoints = Checkpoints(self.head.store, target)
        self.touched: dict[str, int] = {}
        self.dangling = 0
        """How many statements with blank nodes are to go that the files name otherwise."""
        self.report = self._replay()
        settle(project.root / FOLDER, journal.commits())

    @property
    def store(self) -> Store:
        """What is stated and what follows, as it is now."""
        return self.head.store

    def judge(self, change: Change, *, impact: bool = False) -> Verdict:
        """Ask the gate about a change that the head has taken; a fault takes it back."""
        try:
            return self.gate.judge(change, impact=impact)
        except BaseException:
            self.head.apply(change.inverse())
            raise

    def keep(self, verdict: Verdict) -> None:
        """Let the change that was judged last stay, with what follows from it."""
        self.gate.keep()
        if isinstance(self.head, UnionHead):
            self.head.infer(verdict.come, verdict.gone)

    def undo(self, change: Change) -> None:
        """Take back the change that was judged last."""
        self.gate.undo()
        self.head.apply(change.inverse())

    def take_back(self, change: Change) -> None:
        """Undo a change that was kept, whatever came after it."""
        undone = self.head.apply(change.inverse())
        if undone:
            self.keep(self.judge(undone))

    def know(self, commit: Commit) -> None:
        """Remember which graphs a commit has changed."""
        change = commit.change
        names = {*change.created, *change.dropped}
        for quad in (*change.added, *change.removed):
            graph = quad.graph_name
            names.add("" if isinstance(graph, DefaultGraph) else graph.value)
        self.touched.update(dict.fromkeys(names, commit.number))

    def is_unchanged(self, version: str, graph: str) -> bool | None:
        """Return whether a graph is as in a version, None when that version is not known."""
        try:
            manifest = versions.read_manifest(self.project.build_dir / version)
        except StageError:
            return None
        if (manifest.base_version or manifest.version) != self.base.manifest.version:
            return None
        number = manifest.commit or self.journal.start
        if graph == "" and not self.mode.plain:
            return number == self.journal.number
        return self.touched.get(graph, 0) <= number

    def publish(self) -> Published:
        """Make a version of what there is now, and the current one; raises StageError."""
        manifest = self._manifest()
        build_dir = self.project.build_dir
        path = versions.write_commit(build_dir, self.base, manifest, self._checkpoints.make)
        versions.switch(build_dir, manifest.version)
        return Published(path, manifest)

    def published(self) -> Published | None:
        """Return the current version if it is of what there is now."""
        try:
            found = versions.find_current(self.project.build_dir)
        except StageError:
            return None
        manifest, base = found.manifest, self.base.manifest.version
        if self.journal.number == self.journal.start and not self.mode.plain:
            return found if manifest.version == base else None
        here = manifest.base_version, manifest.commit, manifest.checksum, manifest.plain
        wanted = base, self.journal.number, self.journal.checksum, self.mode.plain
        return found if here == wanted else None

    def _manifest(self) -> Manifest:
        now = datetime.now(UTC)
        number, checksum = self.journal.number, self.journal.checksum
        graphs = self.head.counts()
        base, plain = self.base.manifest, self.mode.plain
        return replace(
            base,
            version=versions.commit_name(self.project.build_dir, number, checksum, now),
            built=now.isoformat(timespec="milliseconds"),
            graphs=graphs,
            triples=len(self.head) if isinstance(self.head, PlainHead) else sum(graphs.values()),
            inferred=0 if plain else graphs.get(self.project.graph_iri(INFERRED), 0),
            base_version=base.version,
            commit=number,
            checksum=checksum,
            plain=plain,
        )

    def _replay(self) -> Report:
        """Bring head and gate from the base to the last commit; return what is wrong there."""
        commits = []
        for commit in self.journal.commits():
            self.know(commit)
            commits.append(commit.change)
        change = apply_to_some(self.head, last_word(commits))
        gone = {quad for quad in net(commits).removed if has_blank(quad)}
        self.dangling = len(gone.difference(change.removed))
        if not change:
            return Report()
        verdict = self.judge(change)
        self.keep(verdict)
        return verdict.report


@contextlib.contextmanager
def opened(project: Project, mode: Mode) -> Iterator[State]:
    """Open what the writer of `project` works with; the journal is locked meanwhile.

    Raises StageError when another writer has it, when the journal is damaged, or nothing is built.
    """
    build_dir = project.build_dir
    versions.find_base(build_dir)
    with open_journal(project.root / FOLDER) as journal:
        for left in build_dir.glob(f"{_LIVE}*"):
            shutil.rmtree(left, ignore_errors=True)
        versions.clear_commits(build_dir)
        try:
            folder = tempfile.mkdtemp(prefix=_LIVE, dir=build_dir)
        except OSError as error:
            raise StageError(
                Text(
                    de=f"Der Ordner {build_dir} ist nicht zu beschreiben: {error.strerror}",
                    en=f"The folder {build_dir} cannot be written to: {error.strerror}",
                )
            ) from error
        try:
            yield State(project, mode, journal, Path(folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def check_complete(project: Project, number: int) -> None:
    """Raise StageError when readers have seen commits after `number`, the last of the journal."""
    try:
        published = versions.find_current(project.build_dir).manifest.commit
    except StageError:
        return
    if published <= number:
        return
    folder = project.root / FOLDER
    raise StageError(
        Text(
            de=f"Das Journal endet mit Commit {number}, veröffentlicht ist schon Commit "
            f"{published}: Es fehlt oder ist ein älteres. Spielen Sie den Ordner {folder} aus der "
            "Sicherung ein (kg restore). Wollen Sie die Commits aufgeben, löschen Sie den Ordner "
            f"{project.build_dir} und bauen neu: kg build",
            en=f"The journal ends with commit {number}, but commit {published} is "
            f"published already: it is missing or an older one. Restore the folder {folder} from "
            "a backup (kg restore). If you want to give up the commits, remove the folder "
            f"{project.build_dir} and build anew: kg build",
        ),
        place=Place(str(folder)),
    )


def _copied(source: Path, target: Path) -> Store:
    """Open a copy of a published store, made of links to its files."""
    try:
        open_read_only(source).backup(str(target))
        return Store(str(target))
    except OSError as error:
        raise _not_writable(error) from error


def _plain(source: Path, target: Path, project: Project) -> Store:
    """Open a store of what a published one states, without what was inferred and the union."""
    inferred = NamedNode(project.graph_iri(INFERRED))
    try:
        built, store = open_read_only(source), Store(str(target))
        graphs = [name for name in built.named_graphs() if name != inferred]
        for name in graphs:
            store.bulk_extend(built.quads_for_pattern(None, None, None, name))
    except OSError as error:
        raise _not_writable(error) from error
    return store


def _not_writable(error: OSError) -> StageError:
    return StageError(
        Text(
            de=f"Der Speicher lässt sich nicht zum Schreiben öffnen: {error}",
            en=f"The store cannot be opened for writing: {error}",
        )
    )
