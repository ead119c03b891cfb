"""Versions on disk: write a new one, switch `current` to it, open the current one, prune.

build/
  20261121T021500Z-3f9a2c11/     one version, never changed after it is named
    store/                       an Oxigraph checkpoint, opened read-only
    columns/ closure/ places/    what explains it, see `kg.publish.explanations`
    shapes.nq                    what contributions are checked with
    statistics.json shared.nq    true counts, see `kg.publish.statistics`
    manifest.json                what was built, from what, when
  current -> 20261121T…          the version that readers open; switched in one step
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
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import IO, Any

from pyoxigraph import Quad, Store

from kg.errors import Place, StageError, Text
from kg.publish.store import fill, open_read_only

CURRENT = "current"
KEPT = 5
LAYOUT = 5
"""Counts the ways in which versions were laid out: one of another layout is built anew."""
_UNFINISHED = ".new-"


@dataclass(frozen=True)
class Manifest:
    """What a version holds: counts, the fingerprint of the files it was built from, times."""

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


@dataclass(frozen=True)
class Published:
    """A version that can be opened: its folder and its manifest."""

    path: Path
    manifest: Manifest


@dataclass(frozen=True)
class Version(Published):
    """An opened version, with its store, read-only."""

    store: Store


def new_name(fingerprint: str, now: datetime | None = None) -> str:
    """Return the name of a version: its time in UTC and the start of its fingerprint."""
    moment = now or datetime.now(UTC)
    return f"{moment:%Y%m%dT%H%M%SZ}-{fingerprint[:8]}"


def free_name(build_dir: Path, fingerprint: str, now: datetime) -> str:
    """Return `new_name`, with a number if another build of this second has that name."""
    name = new_name(fingerprint, now)
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
        for left in (*build_dir.glob(f"{_UNFINISHED}*"), *build_dir.glob(f".{CURRENT}-*")):
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
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
            text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False)
            (fresh / "manifest.json").write_text(text + "\n", encoding="utf-8")
            fresh.rename(target)
    except OSError as error:
        raise _unwritten(build_dir, error) from error
    return target


def _fill(store: Store, quads: Iterable[Quad], texts: Iterable[bytes]) -> None:
    fill(store, quads, texts)
    store.optimize()
    store.flush()


def switch(build_dir: Path, name: str) -> None:
    """Make `name` the current version, in one step for readers; StageError when it cannot be."""
    link = build_dir / f".{CURRENT}-{os.getpid()}"
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        link.replace(build_dir / CURRENT)
    except OSError as error:
        raise _unwritten(build_dir, error) from error


def current(build_dir: Path) -> Path | None:
    """Return the folder of the current version, or None if nothing was published."""
    link = build_dir / CURRENT
    return link.resolve() if (link / "manifest.json").is_file() else None


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


def prune(build_dir: Path, *, keep: int = KEPT) -> list[str]:
    """Remove all but the newest `keep` versions, never the current one; return their names."""
    newest = current(build_dir)
    names = sorted(
        path.name
        for path in build_dir.iterdir()
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    )
    old = [name for name in names[:-keep] if newest is None or name != newest.name]
    for name in old:
        shutil.rmtree(build_dir / name, ignore_errors=True)
    return old
