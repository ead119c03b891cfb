"""What checks and explains a version that was made of commits: what its base has, brought up to it.

The base is opened once; for each later version only the commits since the last one are followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from kg.errors import KgError, Place, StageError, Text
from kg.publish.contributions import Checked, open_checker
from kg.publish.explanations import PLACES
from kg.publish.store import open_read_only
from kg.publish.versions import Published, find_version
from kg.rdf.dataset import Source
from kg.reason.explanations import Explanations
from kg.reason.proof import Triple
from kg.reason.proof_places import open_places
from kg.settings import Project
from kg.validate.shapes import Plan
from kg.write.change import last_word
from kg.write.gate import ProjectGate
from kg.write.history import live_from
from kg.write.journal_read import read_journal
from kg.write.union_head import UnionHead

_FOLDER = "journal"


class Follower:
    """A checker of one base and of the versions that commits make of it."""

    def __init__(self, base: Path, project: Project, *, plan: Plan | None = None) -> None:
        """Open the base; raises StageError when it is damaged."""
        self._base = base
        self._project = project
        self._journal = project.root / _FOLDER
        self._plan = plan
        self._checker = open_checker(base, project, plan=plan)
        self._number = live_from(self._journal)
        self._explanations: Explanations | None = None

    def check(self, sources: Sequence[Source], *, impact: bool = False) -> Checked:
        """Check a contribution to the version that was followed last; see `Checker.check`."""
        return self._checker.check(sources, impact=impact)

    def follow(self, version: str) -> None:
        """Come to a version; one that is older than what was followed before does not matter.

        Raises StageError when it is not there or the journal is damaged.
        """
        published = find_version(self._project.build_dir, version)
        number = published.manifest.commit
        if number <= self._number:
            return
        commits = list(read_journal(self._journal, after=self._number, upto=number))
        if not commits or commits[-1].number != number:
            raise _missing(self._journal, number)
        change = last_word(commit.change for commit in commits)
        head = UnionHead(open_read_only(published.path / "store"), self._project, {})
        gate = ProjectGate(self._checker, head, self._project)
        try:
            gate.judge(change)
            gate.keep()
        except KgError:
            self._checker = open_checker(self._base, self._project, plan=self._plan)
            self._number = live_from(self._journal)
            raise
        self._number = number
        self._explanations = self._explained(published, head)

    def explanations(self, version: str) -> Explanations:
        """Return what explains the triples of a version; raises StageError as `follow` does."""
        self.follow(version)
        if self._explanations is None:
            published = find_version(self._project.build_dir, version)
            store = open_read_only(published.path / "store")
            head = UnionHead(store, self._project, {})
            self._explanations = self._explained(published, head)
        return self._explanations

    def _explained(self, published: Published, head: UnionHead) -> Explanations:
        return Explanations(
            engine=self._checker.engine,
            columns=self._checker.columns,
            prefixes=self._project.prefixes,
            places=open_places(self._base / PLACES),
            version=published.manifest.version,
            stated=lambda triple: _graphs(head, triple),
        )


def follower_on(published: Published, project: Project, *, plan: Plan | None = None) -> Follower:
    """Open a version that may be one of commits; raises StageError."""
    manifest = published.manifest
    base = project.build_dir / (manifest.base_version or manifest.version)
    found = Follower(base, project, plan=plan)
    found.follow(manifest.version)
    return found


def _missing(journal: Path, number: int) -> StageError:
    return StageError(
        Text(
            de=f"Commit {number} fehlt im Journal. Spielen Sie es aus einer Sicherung zurück: "
            "kg restore",
            en=f"Commit {number} is missing in the journal. Restore it from a backup: kg restore",
        ),
        place=Place(str(journal)),
    )


def _graphs(head: UnionHead, triple: Triple) -> Iterator[str]:
    """Yield the names of the graphs that state a triple, in N-Triples terms."""
    line = f"{' '.join(triple)} ."
    try:
        found = list(parse(line, RdfFormat.N_TRIPLES, lenient=True))
    except SyntaxError:
        return
    for quad in found:
        yield from (str(graph) for graph in head.stated_in(quad))
