"""A backup becomes a project again, in a new folder, after all its checksums are proven."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from kg.errors import Place, StageError, Text, UsageError
from kg.rdf.checked_files import sync
from kg.write.backup import JOURNAL, LAYOUT, MANIFEST, PROJECT, Backup, Filed, filed, to_disk
from kg.write.journal import read_journal


def read_backup(path: Path) -> Backup:
    """Return the manifest of the backup in `path`; raises StageError if it is none or damaged."""
    place = path / MANIFEST
    try:
        raw: dict[str, Any] = json.loads(place.read_bytes())
        files = {name: Filed(**about) for name, about in raw.pop("files").items()}
        found = Backup(files=files, **raw)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise StageError(
            Text(
                de=f"Das ist keine Sicherung, oder ihr Manifest ist beschädigt: {error}.",
                en=f"This is no backup, or its manifest is damaged: {error}.",
            ),
            place=Place(str(place)),
        ) from error
    if found.layout != LAYOUT or not all(map(_is_inside, files)):
        raise StageError(
            Text(
                de=f"Die Sicherung hat eine Form, die dieses Programm nicht kennt; sie ist von "
                f"kg {found.program}.",
                en=f"The backup has a form that this program does not know; it is of "
                f"kg {found.program}.",
            ),
            place=Place(str(place)),
        )
    return found


def _is_inside(name: str) -> bool:
    """Return whether a name from a manifest stays within the folder."""
    path = PurePosixPath(name)
    return path.parts[:1] in ((PROJECT,), (JOURNAL,)) and ".." not in path.parts


def prove(path: Path) -> Backup:
    """Return the manifest of a backup of which every file and every commit is as it was.

    Raises StageError that names all files that are missing, changed or too many, or the place
    where the journal is damaged.
    """
    manifest = read_backup(path)
    there = {
        one.relative_to(path).as_posix()
        for one in path.rglob("*")
        if one.is_file() and one != path / MANIFEST
    }
    wrong = sorted(there.symmetric_difference(manifest.files))
    wrong += sorted(
        name
        for name in there.intersection(manifest.files)
        if filed(path / name) != manifest.files[name]
    )
    if wrong:
        raise _damaged(path, wrong)
    last = 0
    for commit in read_journal(path / JOURNAL):
        last = commit.number
    if last not in (manifest.commit, 0):
        raise _damaged(path, [JOURNAL])
    return manifest


def restore(source: Path, target: Path) -> Backup:
    """Make the new folder `target` a project again from the backup in `source`.

    What was built is not there: `kg build` comes next. Raises UsageError if `target` holds
    anything, StageError as `prove` or when the disk does not take it; nothing is left then.
    """
    _check_target(target)
    manifest = prove(source)
    home = target.resolve().parent
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=home) as folder:
            fresh = Path(folder, "project")
            fresh.mkdir()
            for name in sorted(manifest.files):
                _copy(source / name, fresh / _home_of(name), manifest.files[name])
            if (fresh / JOURNAL).is_dir():
                (fresh / JOURNAL).chmod(0o700)
            to_disk(fresh)
            if target.is_dir():
                target.rmdir()
            fresh.rename(target)
            sync(home)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StageError(
            Text(
                de=f"Das Projekt konnte nicht geschrieben werden: {reason}.",
                en=f"The project could not be written: {reason}.",
            ),
            place=Place(str(error.filename or target)),
        ) from error
    return manifest


def _check_target(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not _is_empty(target)):
        raise UsageError(
            Text(
                de=f"{target} ist nicht leer. Zurückgeholt wird nur in einen neuen oder leeren "
                "Ordner: Es wird nichts überschrieben.",
                en=f"{target} is not empty. A backup is restored to a new or empty folder only: "
                "nothing is overwritten.",
            )
        )


def _home_of(name: str) -> PurePosixPath:
    """Return where a file of a backup belongs in a project."""
    path = PurePosixPath(name)
    return PurePosixPath(*path.parts[1:]) if path.parts[0] == PROJECT else path


def _copy(source: Path, target: Path, about: Filed) -> None:
    """Copy a file; raises StageError if what was read is not what the manifest says."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    if target.name == "tokens.json":
        target.chmod(0o600)
    if filed(target) != about:
        raise _damaged(source.parent, [source.name])


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _damaged(path: Path, names: list[str]) -> StageError:
    shown = ", ".join(names[:10]) + (" …" if len(names) > 10 else "")
    return StageError(
        Text(
            de=f"Die Sicherung ist beschädigt. Es fehlen, sind anders oder zu viel: {shown}. Es "
            "wurde nichts geschrieben.",
            en=f"The backup is damaged. Missing, different or too many: {shown}. Nothing was "
            "written.",
        ),
        place=Place(str(path)),
    )
