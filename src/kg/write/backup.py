"""A backup of a project while it is served: its files and its journal, with checksums.

BACKUP/
  manifest.json   what is in it: size and SHA-256 of each file, the last commit
  project/        kg.toml, ontology/, shapes/, data/, queries/
  journal/        commits up to the last complete one, archives, contributions, audit log

What was built is not in it: `kg build` makes it anew.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from kg import __version__
from kg.errors import Place, ProjectError, StageError, Text, UsageError
from kg.rdf.checked_files import AT_ONCE, sync
from kg.rdf.dataset import ROOMS, fingerprint
from kg.settings import CONFIG_NAME, Project
from kg.write.backup_journal import copy_journal
from kg.write.history import journal_of

LAYOUT = 1
MANIFEST, PROJECT, JOURNAL = "manifest.json", "project", "journal"
_PARTS = (CONFIG_NAME, *ROOMS, "queries")
_TRIES = 3


@dataclass(frozen=True)
class Filed:
    """A file of a backup: bytes and SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Backup:
    """What a backup holds; `commit` and `checksum` are those of its last commit."""

    layout: int
    program: str
    made: str
    title: str
    base: str
    commit: int
    checksum: str
    fingerprint: str
    tokens: bool
    files: dict[str, Filed]


def backup(project: Project, target: Path, *, tokens: bool = False) -> Backup:
    """Copy `project` and its journal to the new folder `target`; a writer may go on meanwhile.

    Tokens are stored as hashes and left out unless asked for. Raises UsageError if `target` is
    there or within what is copied, StageError when the disk does not take it, the journal is
    damaged, or files change all the time; nothing is left then.
    """
    _check_target(project, target)
    try:
        with tempfile.TemporaryDirectory(
            prefix=f".{target.name}-", dir=target.resolve().parent
        ) as folder:
            fresh = Path(folder, "backup")
            fresh.mkdir(mode=0o700)
            mark = _copy_project(project, fresh / PROJECT)
            tip = copy_journal(journal_of(project), fresh / JOURNAL, tokens=tokens)
            made = Backup(
                layout=LAYOUT,
                program=__version__,
                made=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
                title=project.title,
                base=project.base,
                commit=tip.number,
                checksum=tip.checksum,
                fingerprint=mark,
                tokens=tokens and (fresh / JOURNAL / "tokens.json").is_file(),
                files=dict(_filed(fresh)),
            )
            text = json.dumps(asdict(made), ensure_ascii=False, indent=2)
            (fresh / MANIFEST).write_text(text + "\n", encoding="utf-8")
            to_disk(fresh)
            fresh.rename(target)
            sync(target.resolve().parent)
    except OSError as error:
        raise _unwritten(target, error) from error
    return made


def files_of(root: Path) -> list[Path]:
    """Return the files that a project consists of, without hidden ones."""
    found = [root / CONFIG_NAME] if (root / CONFIG_NAME).is_file() else []
    for part in _PARTS[1:]:
        found += (
            path
            for path in sorted((root / part).rglob("*"))
            if path.is_file()
            and not any(name.startswith(".") for name in path.relative_to(root).parts)
        )
    return found


def _copy_project(project: Project, target: Path) -> str:
    """Copy the files of a project as they are at one moment; return their fingerprint."""
    root = project.root
    for _ in range(_TRIES):
        before = _state(root)
        mark = fingerprint(project)
        target.mkdir()
        for path in files_of(root):
            copy = target / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        if _state(root) == before:
            return mark
        shutil.rmtree(target)
    raise StageError(
        Text(
            de="Die Dateien des Projekts ändern sich während der Sicherung. Versuchen Sie es "
            "noch einmal.",
            en="The files of the project change during the backup. Try again.",
        ),
        place=Place(str(root)),
    )


def _state(root: Path) -> list[tuple[str, int, int]]:
    """Return names, sizes and times of the files of a project."""
    found = [(path, path.stat()) for path in files_of(root)]
    return [(str(path), about.st_size, about.st_mtime_ns) for path, about in found]


def _filed(folder: Path) -> Iterator[tuple[str, Filed]]:
    """Yield each file below `folder`, by its path with /."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), filed(path)


def filed(path: Path) -> Filed:
    """Return size and SHA-256 of a file."""
    digest, size = sha256(), 0
    with path.open("rb") as file:
        while part := file.read(AT_ONCE):
            digest.update(part)
            size += len(part)
    return Filed(size, digest.hexdigest())


def to_disk(folder: Path) -> None:
    """Bring all files and names below `folder` to the disk."""
    for path in folder.rglob("*"):
        if path.is_dir():
            sync(path)
        else:
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
    sync(folder)


def _check_target(project: Project, target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise UsageError(
            Text(
                de=f"{target} ist schon da. Geben Sie einen neuen Ordner an.",
                en=f"{target} is there already. Name a new folder.",
            )
        )
    inside = [project.root / part for part in (*_PARTS, JOURNAL, "build")]
    if any(target.resolve().is_relative_to(path.resolve()) for path in inside):
        raise UsageError(
            Text(
                de=f"{target} liegt in dem, was gesichert wird. Geben Sie einen Ordner außerhalb "
                "an.",
                en=f"{target} lies in what is backed up. Name a folder outside.",
            )
        )
    if not target.resolve().parent.is_dir():
        raise ProjectError(
            Text(
                de=f"Den Ordner {target.parent} gibt es nicht.",
                en=f"There is no folder {target.parent}.",
            )
        )


def _unwritten(target: Path, error: OSError) -> StageError:
    reason = error.strerror or str(error)
    return StageError(
        Text(
            de=f"Die Sicherung konnte nicht geschrieben werden: {reason}. Es bleibt nichts davon "
            "zurück.",
            en=f"The backup could not be written: {reason}. Nothing of it is left.",
        ),
        place=Place(str(error.filename or target)),
    )
