"""What has changed between two states of a project: by its commits, or by its kept versions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad

from kg.errors import Text
from kg.publish import versions
from kg.publish.store import open_read_only
from kg.rdf.dataset import INFERRED
from kg.settings import Project
from kg.write.change import Change, net
from kg.write.export_graphs import same
from kg.write.faults import WriteError
from kg.write.history import commit, journal_of, last_number, live_from
from kg.write.journal import read_journal

NOW = "now"
_NUMBER = re.compile(r"[0-9]{1,15}\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})\Z")


@dataclass(frozen=True)
class State:
    """A state of a project: its last commit, 0 for none, and what the commits came to.

    `base` is the name of the version that was built of files, "" if none was; `path` is the
    folder of a kept version, if the state is one.
    """

    number: int
    base: str = ""
    path: Path | None = None


def diff(project: Project, before: str, after: str) -> Change:
    """Return the net change between two states, each named as `state_of` takes it.

    It is that of the commits between them. Two versions that were built of different files are
    compared graph by graph, without what is inferred. Raises WriteError: not-found for a state
    that there is not, conflict if files were built anew in between and the versions are not named.
    """
    one, other = state_of(project, before), state_of(project, after)
    if one.base != other.base:
        if one.path is None or other.path is None:
            raise _other_files()
        return compare(one.path, other.path, project)
    low, high = sorted((one.number, other.number))
    if low == high:
        return Change()
    commits = read_journal(journal_of(project), after=low, upto=high)
    change = net(each.change for each in commits)
    return change if one.number < other.number else change.inverse()


def state_of(project: Project, name: str) -> State:
    """Return the state of that name.

    That is the number of a commit, 0 for before the first, `now`, the name of a kept version, a
    day such as 2026-11-21, meaning its end in UTC, or a time of xsd:dateTime. Raises WriteError,
    not-found.
    """
    path = project.build_dir / name
    if "/" not in name and (path / "manifest.json").is_file() and not path.is_symlink():
        manifest = versions.read_manifest(path)
        number = manifest.commit or live_from(journal_of(project))
        return State(number, versions.base_name(manifest), path)
    return State(_number(project, name), _present_base(project))


def _number(project: Project, name: str) -> int:
    folder = journal_of(project)
    if name == NOW:
        last = last_number(folder)
        newest = read_journal(folder, after=max(live_from(folder), last - 2))
        return max((each.number for each in newest), default=live_from(folder))
    if _NUMBER.match(name):
        return commit(project, int(name)).number if int(name) else 0
    try:
        if _DAY.match(name):
            return _at(folder, datetime.fromisoformat(f"{name}T23:59:59.999999+00:00"))
        if _TIME.match(name):
            return _at(folder, datetime.fromisoformat(name))
    except ValueError:
        pass
    raise _unknown(name)


def _at(folder: Path, limit: datetime) -> int:
    """Return the number of the last commit up to a time."""
    number = 0
    for each in read_journal(folder):
        if datetime.fromisoformat(each.time) > limit:
            break
        number = each.number
    return number


def _present_base(project: Project) -> str:
    path = versions.current(project.build_dir)
    return versions.base_name(versions.read_manifest(path)) if path else ""


def compare(before: Path, after: Path, project: Project) -> Change:
    """Return what one kept version states and the other does not.

    What was inferred, and the union of all graphs, are left out. Graphs that differ only in the
    names of blank nodes are the same.
    """
    sides = [_Side(path, project.graph_iri(INFERRED)) for path in (before, after)]
    old, new = sides
    came: list[Quad] = []
    went: list[Quad] = []
    for name in sorted({*old.graphs, *new.graphs}):
        one, other = (side.quads(name) for side in sides)
        if not same(one, other):
            came += other - one
            went += one - other
    there, gone = ({name for name in side.graphs if name} for side in (new, old))
    created, dropped = sorted(there - gone), sorted(gone - there)
    return Change(tuple(came), tuple(went), tuple(created), tuple(dropped))


class _Side:
    """What a kept version states; "" is the default graph of a plain one."""

    def __init__(self, path: Path, inferred: str) -> None:
        self._store = open_read_only(path / "store")
        names = (name for name in self._store.named_graphs() if isinstance(name, NamedNode))
        self.graphs = {name.value for name in names} - {inferred}
        if versions.read_manifest(path).plain:
            self.graphs.add("")

    def quads(self, name: str) -> set[Quad]:
        graph = NamedNode(name) if name else DefaultGraph()
        return set(self._store.quads_for_pattern(None, None, None, graph))


def _unknown(state: str) -> WriteError:
    shown = state if state.isprintable() and len(state) <= 100 else "…"
    return WriteError(
        "not-found",
        Text(
            de=f"Es gibt keinen Stand „{shown}“. Ein Stand ist die Nummer eines Commits, ein Tag, "
            "eine Zeit wie 2026-11-21T12:00:00Z, der Name einer Version oder „now“.",
            en=f"There is no state “{shown}”. A state is the number of a commit, a day, a time "
            "such as 2026-11-21T12:00:00Z, the name of a version or “now”.",
        ),
    )


def _other_files() -> WriteError:
    return WriteError(
        "conflict",
        Text(
            de="Zwischen den beiden Ständen wurde aus Dateien neu gebaut; davon steht nichts im "
            "Journal. Nennen Sie zwei Versionen, die es noch gibt.",
            en="Between the two states files were built anew, of which the journal has nothing. "
            "Name two versions that are kept.",
        ),
    )
