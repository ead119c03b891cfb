"""A copy of the writer's store that readers can open, made in milliseconds.

`Store.backup` writes what is in memory to a dozen tables and waits for the disk, which a copy
need not do that base and journal can make anew. So most copies link the tables, which never
change, and copy the log of what is not in them yet; RocksDB reads it when the copy is opened. It
must not be working on its files meanwhile: if they are others afterwards, the copy is thrown away
and a backup made.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store

_MOST = 16
"""After so many copies a backup is made: each copy is opened the slower the longer the log is."""
_LOG = 1 << 20
"""So many bytes of the log are copied, no more."""
_CURRENT = "CURRENT"


@dataclass(frozen=True)
class _Files:
    """What the folder of a store has: tables, logs, and what says which tables count."""

    tables: frozenset[str]
    logs: frozenset[str]
    manifest: str
    size: int


class Checkpoints:
    """Makes copies of a store whose files are in a folder, while nobody writes to it."""

    def __init__(self, store: Store, folder: Path) -> None:
        """Take the store that is opened in `folder`."""
        self._store = store
        self._folder = folder
        self._copies = _MOST
        self._flushed = -1
        """The number of the last log all of which is in tables."""

    def make(self, target: Path) -> None:
        """Make a copy in the folder `target`, which is not there; raises OSError."""
        if self._copies < _MOST and self._copied(target):
            self._copies += 1
            return
        shutil.rmtree(target, ignore_errors=True)
        before = max((_number(name) for name in self._logs()), default=-1)
        self._store.backup(str(target))
        after = max((_number(name) for name in self._logs()), default=-1)
        self._flushed = before if after > before else -1
        self._copies = 0

    def _copied(self, target: Path) -> bool:
        """Make a copy of files; return whether they have stayed as they were meanwhile."""
        try:
            files = self._files()
            if sum((self._folder / name).stat().st_size for name in files.logs) > _LOG:
                return False
            target.mkdir()
            for name in files.tables:
                os.link(self._folder / name, target / name)
            for name in (*files.logs, files.manifest, _CURRENT):
                shutil.copyfile(self._folder / name, target / name)
            for path in self._folder.glob("OPTIONS-*"):
                shutil.copyfile(path, target / path.name)
            return files == self._files()
        except FileNotFoundError:  # RocksDB was at work
            return False

    def _logs(self) -> frozenset[str]:
        return frozenset(path.name for path in self._folder.glob("*.log"))

    def _files(self) -> _Files:
        names = {path.name for path in self._folder.iterdir()}
        manifest = (self._folder / _CURRENT).read_text(encoding="ascii").strip()
        return _Files(
            frozenset(name for name in names if name.endswith(".sst")),
            frozenset(name for name in self._logs() if _number(name) > self._flushed),
            manifest,
            (self._folder / manifest).stat().st_size,
        )


def _number(log: str) -> int:
    return int(log.removesuffix(".log"))
