"""Older commits of a journal lie in files of their own, journal/archive/NNN-MMM.rdfp.

Each is a journal file by itself. After a crash in between, one may hold what the journal holds
as well; what counts is where the journal file begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ARCHIVE = "archive"
_NAME = re.compile(r"(\d+)-(\d+)\.rdfp")


@dataclass(frozen=True)
class Archive:
    """One file of older commits, from `first` to `last`."""

    path: Path
    first: int
    last: int


def archives(folder: Path) -> list[Archive]:
    """Return the archives of the journal in `folder`, oldest first."""
    names = folder.joinpath(ARCHIVE).glob("*.rdfp")
    found = [(path, _NAME.fullmatch(path.name)) for path in names]
    known = [Archive(path, int(name[1]), int(name[2])) for path, name in found if name]
    return sorted(known, key=lambda each: (each.first, -each.last))


def archive_path(folder: Path, first: int, last: int) -> Path:
    """Return the file for the commits from `first` to `last`."""
    return folder / ARCHIVE / f"{first:06}-{last:06}.rdfp"
