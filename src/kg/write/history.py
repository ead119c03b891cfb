"""What was committed, newest first; read from the journal while a writer may append to it."""

from __future__ import annotations

import os
import re
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyoxigraph import DefaultGraph, Quad

from kg.errors import Place, StageError, Text
from kg.settings import Project
from kg.write.change import Change, Commit
from kg.write.faults import WriteError
from kg.write.journal import FILE, FOLDER, read_journal
from kg.write.journal_archive import archives
from kg.write.journal_chain import Tip, read_first_line

_HEADER = re.compile(rb'^H kg-number "([0-9]+)" \.$', re.MULTILINE)
_HEADER_LENGTH = 64
_BLOCK = 1 << 16


def journal_of(project: Project) -> Path:
    """Return the folder of the journal of `project`."""
    return project.root / FOLDER


def live_from(folder: Path) -> int:
    """Return the number of the commit after which the journal file in `folder` goes on.

    Those up to it are archived and in the files of the project. 0 if there is no journal.
    """
    try:
        handle = os.open(folder / FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return 0
    try:
        first = read_first_line(handle)
    finally:
        os.close(handle)
    return first[0].number if first else 0


def last_number(folder: Path) -> int:
    """Return the number of the last commit in `folder`, or of one that is just being written."""
    try:
        handle = os.open(folder / FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return 0
    try:
        end, tail = os.fstat(handle).st_size, b""
        while end > 0:
            start = max(0, end - _BLOCK)
            tail = os.pread(handle, end - start, start) + tail[:_HEADER_LENGTH]
            found = _HEADER.findall(tail)
            if found:
                return int(found[-1])
            end = start
    finally:
        os.close(handle)
    return live_from(folder)


def entries(
    project: Project, *, before: int | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Return the newest `limit` commits, newest first, as they are for JSON.

    With `before` they are the newest with a smaller number. Raises StageError when the journal is
    damaged.
    """
    folder = journal_of(project)
    last = last_number(folder)
    upto = last if before is None else min(last, before - 1)
    if limit < 1 or upto < 1:
        return []
    after = max(_oldest(folder) - 1, upto - limit)
    found = deque(read_journal(folder, after=after, upto=upto), maxlen=limit)
    return [entry(each) for each in reversed(found)]


def _oldest(folder: Path) -> int:
    """Return the number of the oldest commit that is kept; archives may have been taken away."""
    kept = archives(folder)
    return kept[0].first if kept else live_from(folder) + 1


def entry(commit: Commit) -> dict[str, Any]:
    """Return who made a commit, when and from what, and how much it changed, for JSON."""
    about, change = commit.about, commit.change
    return {
        "number": commit.number,
        "identifier": commit.identifier,
        "time": commit.time,
        "agent": about.agent,
        "kind": about.kind,
        "note": about.note,
        "source": about.source,
        "contribution": about.contribution,
        "reverts": about.reverts,
        "added": len(change.added),
        "removed": len(change.removed),
        "graphs": _by_graph(change),
        "created": list(change.created),
        "dropped": list(change.dropped),
        "checksum": commit.checksum,
    }


def _by_graph(change: Change) -> list[dict[str, Any]]:
    """Return how many statements came and went in each graph; the default graph is null."""
    added, removed = (Counter(map(_graph, part)) for part in (change.added, change.removed))
    names = sorted({*added, *removed}, key=lambda name: name or "")
    return [{"graph": name, "added": added[name], "removed": removed[name]} for name in names]


def _graph(quad: Quad) -> str | None:
    graph = quad.graph_name
    return None if isinstance(graph, DefaultGraph) else str(graph).strip("<>")


def commit(project: Project, number: int) -> Commit:
    """Return the commit with that number.

    Raises WriteError, not-found, if there is none; StageError when the journal is damaged.
    """
    found = read_journal(journal_of(project), after=number - 1, upto=number) if number > 0 else ()
    for each in found:
        if each.number == number:
            return each
    raise _unknown(number)


def undone(project: Project) -> dict[int, int]:
    """Return the commits that are undone at present, with the number of what undid each.

    A commit whose undoing has been undone is not among them.
    """
    found: dict[int, int] = {}
    for each in read_journal(journal_of(project)):
        if each.about.reverts:
            found[each.about.reverts] = each.number
    return {number: by for number, by in found.items() if by not in found}


def verify(project: Project) -> Commit | None:
    """Read every commit that is kept and return the last, None if there is none.

    Each has to follow on the one before, from file to file. Raises StageError where one does not.
    """
    folder = journal_of(project)
    last: Commit | None = None
    begins = {first.number: first.checksum for first in _first_lines(folder)}
    for each in read_journal(folder):
        if last is not None and begins.get(last.number, last.checksum) != last.checksum:
            raise _broken_chain(folder, each.number)
        last = each
    return last


def _first_lines(folder: Path) -> Iterator[Tip]:
    """Yield what the first lines of the archives and of the journal file say."""
    start = live_from(folder)
    paths = [each.path for each in archives(folder) if each.first <= start]
    for path in [*paths, folder / FILE]:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            first = read_first_line(handle)
        finally:
            os.close(handle)
        if first is not None:
            yield first[0]


def _broken_chain(folder: Path, number: int) -> StageError:
    return StageError(
        Text(
            de=f"Der Commit {number} schließt nicht an den vor ihm an: Eine Datei des Journals "
            "ist nicht die, die sie war. Holen Sie sie aus einer Sicherung.",
            en=f"The commit {number} does not follow on the one before: a file of the journal is "
            "not what it was. Restore it from a backup.",
        ),
        place=Place(str(folder)),
    )


def _unknown(number: int) -> WriteError:
    return WriteError(
        "not-found",
        Text(de=f"Es gibt keinen Commit {number}.", en=f"There is no commit {number}."),
    )
