"""Versions on disk: write a new one, switch `current` to it, open the current one, prune.

build/
  20261121T021500Z-3f9a2c11/     one version, never changed after it is named
    store/                       an Oxigraph checkpoint, opened read-only
    columns/ closure/ places/    what explains it, see `kg.publish.explanations`
    shapes.nq                    what contributions are checked with
    statistics.json shared.nq    true counts, see `kg.publish.statistics`
    search.sqlite                what is sought, see `kg.publish.search.index`
    look_ups/                    all statements once more, see `kg.publish.look_ups.mapped`
    manifest.json                what was built, from what, when
  20261121T021507Z-c12-77ab01fe/ the same with the commits up to number 12: a store and a
                                 manifest of its own, the rest links to what it is based on
  current -> 20261121T…          the version that readers open; switched in one step
  base -> 20261121T…             the version that was built last, to which commits are added
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import IO, Any

from pyoxigraph import Quad, Store

from kg.errors import Place, StageError, Text
from kg.publish.retention import KEPT, kept, made_at, order, removed
from kg.publish.store import fill, open_read_only

CURRENT, BASE = "current", "base"
LAYOUT = 8
"""Counts the ways in which versions were laid out: one of another layout is built anew."""
_UNFINISHED = ".new-"
_COMMITTING = ".commit-"
_LINKED = ("columns", "closure", "places", "shapes.nq", "search.sqlite")
"""What a version of commits has in common with the one that it is based on."""


@dataclass(frozen=True)
class Manifest:
    """What a version holds: counts, the fingerprint of the files it was built from, times.

    `base_version` is empty for what was built of files alone; else `commit` is the number of the
    last commit that is in it, and `checksum` that of the journal up to there. `plain` is an
    ordinary dataset, in which nothing follows.
    """

    version: str
    layout: int
    built: str
    fingerprint: str
    program: str
    title: str
    base: str
    graphs: dict[str, int]
    triples: int
    inferred: int
    findings: dict[str, int]
    seconds: dict[str, float]
    base_version: str = ""
    commit: int = 0
    checksum: str = ""
    plain: bool = False


@dataclass(frozen=True)
class Published:
    """A version that can be opened: its folder and its manifest."""

    path: Path
    manifest: Manifest


@dataclass(frozen=True)
class Version(Published):
    """An opened version, with its store, read-only."""

    store: Store


def base_name(manifest: Manifest) -> str:
    """Return the name of the version that was built of files and that commits came to."""
    return manifest.base_version or manifest.version


def new_name(fingerprint: str, now: datetime | None = None) -> str:
    """Return the name of a version: its time in UTC and the start of its fingerprint."""
    moment = now or datetime.now(UTC)
    return f"{moment:%Y%m%dT%H%M%SZ}-{fingerprint[:8]}"


def free_name(build_dir: Path, fingerprint: str, now: datetime) -> str:
    """Return `new_name`, with a number if another build of this second has that name."""
    return _free(build_dir, new_name(fingerprint, now))


def commit_name(build_dir: Path, number: int, checksum: str, now: datetime) -> str:
    """Return the name of a version with the commits up to `number`, which no other has."""
    return _free(build_dir, f"{now:%Y%m%dT%H%M%SZ}-c{number}-{checksum[:8]}")


def _free(build_dir: Path, name: str) -> str:
    numbered = (f"{name}-{number}" for number in count(2))
    return next(one for one in chain([name], numbered) if not (build_dir / one).exists())


@contextmanager
def building(build_dir: Path) -> Iterator[None]:
    """Hold the lock under which a version is made, and clear away what a killed build left.

    Raises StageError if another build has the lock or the folder cannot be written.
    """
    with _lock_file(build_dir) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StageError(
                Text(
                    de="Ein anderer Bau läuft gerade. Versuchen Sie es danach noch einmal.",
                    en="Another build is running. Try again after it.",
                ),
                place=Place(str(build_dir)),
            ) from error
        for left in build_dir.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left)
        for link in (*build_dir.glob(f".{CURRENT}-*"), *build_dir.glob(f".{BASE}-*")):
            link.unlink(missing_ok=True)
        yield


def _lock_file(build_dir: Path) -> IO[str]:
    try:
        build_dir.mkdir(parents=True, exist_ok=True)
        return (build_dir / ".lock").open("w")
    except OSError as error:
        raise _unwritten(build_dir, error) from error


def _unwritten(build_dir: Path, error: OSError) -> StageError:
    return StageError(
        Text(
            de=f"Die Version konnte nicht geschrieben werden: {error.strerror or error}",
            en=f"The version could not be written: {error.strerror or error}",
        ),
        place=Place(str(build_dir)),
    )


def write(
    build_dir: Path,
    manifest: Manifest,
    quads: Iterable[Quad],
    *,
    texts: Iterable[bytes] = (),
    more: Callable[[Path], None] = lambda _: None,
) -> Path:
    """Write a version of `quads` and return its folder; `current` is not switched.

    `texts` are further statements as N-Quads without blank nodes. `more` writes further parts
    into the folder that it is given, at the same time.
    Nothing with the name of a version is there before the version is complete. Raises
    StageError when the disk does not take it.
    """
    target = build_dir / manifest.version
    try:
        with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=build_dir) as folder:
            fresh = Path(folder, "version")
            fresh.mkdir()
            store = Store(str(Path(folder, "writing")))
            with ThreadPoolExecutor(1) as pool:
                filling = pool.submit(_fill, store, quads, texts)
                more(fresh)
                filling.result()
            store.backup(str(fresh / "store"))
            del store, filling
            gc.collect()
            _write_manifest(manifest, fresh)
            fresh.rename(target)
    except OSError as error:
        raise _unwritten(build_dir, error) from error
    return target


def write_commit(
    build_dir: Path, base: Published, manifest: Manifest, backup: Callable[[Path], None]
) -> Path:
    """Write a version of `base` with commits and return its folder; `current` is not switched.

    `backup` makes the store in the folder that it is given the name of. What a killed process
    left is cleared away by `clear_commits`. Raises StageError when the disk does not take it.
    """
    target = build_dir / manifest.version
    fresh = None
    try:
        fresh = Path(tempfile.mkdtemp(prefix=_COMMITTING, dir=build_dir))
        backup(fresh / "store")
        for name in _LINKED:
            (fresh / name).symlink_to(Path("..", base.path.name, name))
        _write_manifest(manifest, fresh)
        fresh.chmod(0o755)
        fresh.rename(target)
    except BaseException as error:
        if fresh:
            shutil.rmtree(fresh, ignore_errors=True)
        if isinstance(error, OSError):
            raise _unwritten(build_dir, error) from error
        raise
    return target


def clear_commits(build_dir: Path) -> None:
    """Clear away what a killed writer left; only one writer is at work at a time."""
    for left in build_dir.glob(f"{_COMMITTING}*"):
        shutil.rmtree(left, ignore_errors=True)


def _write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write one entry a line: an indented form takes ten times as long with many graphs."""
    entries = (f'  "{name}": {_json(value)}' for name, value in vars(manifest).items())
    text = ",\n".join(entries)
    (folder / "manifest.json").write_text(f"{{\n{text}\n}}\n", encoding="utf-8")


_json = partial(json.dumps, ensure_ascii=False)


def _fill(store: Store, quads: Iterable[Quad], texts: Iterable[bytes]) -> None:
    fill(store, quads, texts)
    store.optimize()
    store.flush()


def switch(build_dir: Path, name: str) -> None:
    """Make `name` the current version, in one step for readers; StageError when it cannot be."""
    _point(build_dir, CURRENT, name)


def set_base(build_dir: Path, name: str) -> None:
    """Make `name`, which was built of files alone, the version that commits are added to."""
    _point(build_dir, BASE, name)


def _point(build_dir: Path, pointer: str, name: str) -> None:
    link = build_dir / f".{pointer}-{os.getpid()}"
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        try:
            link.replace(build_dir / pointer)
        except FileNotFoundError:  # a build that begins clears such links away
            link.symlink_to(name)
            link.replace(build_dir / pointer)
    except OSError as error:
        raise _unwritten(build_dir, error) from error


def current(build_dir: Path) -> Path | None:
    """Return the folder of the current version, or None if nothing was published."""
    link = build_dir / CURRENT
    return link.resolve() if (link / "manifest.json").is_file() else None


def find_base(build_dir: Path) -> Published:
    """Return the version that commits are added to: what was built last of files alone.

    Raises StageError when there is none or it is damaged.
    """
    link = build_dir / BASE
    if (link / "manifest.json").is_file():
        path = link.resolve()
        return Published(path, read_manifest(path))
    found = find_current(build_dir)
    path = build_dir / (found.manifest.base_version or found.path.name)
    return Published(path, read_manifest(path))


def read_manifest(path: Path) -> Manifest:
    """Return the manifest of the version in `path`; raises StageError when it is damaged."""
    try:
        raw: dict[str, Any] = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        return Manifest(**raw)
    except (OSError, ValueError, TypeError) as error:
        raise StageError(
            Text(
                de=f"Das Manifest ist beschädigt: {error}. Bauen Sie neu: kg build --force",
                en=f"The manifest is damaged: {error}. Build anew: kg build --force",
            ),
            place=Place(str(path / "manifest.json")),
        ) from error


def is_of_this_layout(path: Path) -> bool:
    """Return whether the version in `path` is laid out as this program does it."""
    try:
        return read_manifest(path).layout == LAYOUT
    except StageError:
        return False


def open_current(build_dir: Path) -> Version:
    """Open the current version read-only; raises StageError when there is none."""
    found = find_current(build_dir)
    return Version(found.path, found.manifest, open_read_only(found.path / "store"))


def find_current(build_dir: Path) -> Published:
    """Return the current version; raises StageError when there is none or it is damaged."""
    path = current(build_dir)
    if path is None:
        raise StageError(
            Text(
                de="Es ist noch nichts veröffentlicht. Bauen Sie zuerst: kg build",
                en="Nothing is published yet. Build first: kg build",
            ),
            place=Place(str(build_dir)),
        )
    return Published(path, read_manifest(path))


def names_of(build_dir: Path) -> list[str]:
    """Return the names of the versions that are there, in the order of their times."""
    with os.scandir(build_dir) as entries:
        names = [
            entry.name
            for entry in entries
            if entry.is_dir(follow_symlinks=False) and _is_version(entry)
        ]
    return sorted(names, key=order)


def _is_version(entry: os.DirEntry[str]) -> bool:
    """Return whether a folder is a version: others may lie beside them, and stay."""
    if made_at(entry.name):
        return True
    return not entry.name.startswith(".") and Path(entry.path, "manifest.json").is_file()


def find_version(build_dir: Path, name: str) -> Published:
    """Return the version of that name; raises StageError when it is not there or damaged."""
    path = build_dir / name
    return Published(path, read_manifest(path))


def prune(build_dir: Path, *, keep: int = KEPT) -> list[str]:
    """Remove old versions, see `kg.publish.retention`; return their names.

    What stays as well: the current one, what others are based on, and what is being read.
    """
    newest = current(build_dir)
    names = names_of(build_dir)
    stay = kept(names, keep=keep) | ({newest.name} if newest else set())
    stay |= {_base_of(build_dir / name) for name in stay}
    with suppress(OSError):
        stay.add((build_dir / BASE).readlink().name)
    return [name for name in names if name not in stay and removed(build_dir / name)]


def _base_of(path: Path) -> str:
    """Return the name of the version that the one in `path` has its links to, else its own."""
    with suppress(OSError):
        return (path / _LINKED[0]).readlink().parent.name
    return path.name
