"""kg backup and kg restore: a copy of files and journal, and a project of it again."""

from __future__ import annotations

from pathlib import Path

from kg.commands.common import Out
from kg.errors import Text
from kg.publish import versions
from kg.settings import Project
from kg.write.backup import Backup
from kg.write.backup import backup as make_backup
from kg.write.restore import restore as restore_backup


def backup(project: Project, target: Path, *, tokens: bool, out: Out, lang: str) -> None:
    """Copy the project to `target` and say what is in it."""
    made = make_backup(project, target, tokens=tokens)
    size = sum(each.size for each in made.files.values())
    text = Text(
        de=f"Gesichert in {target}: {len(made.files)} Dateien, {size} Byte, Commits bis Nr. "
        f"{made.commit}.",
        en=f"Backed up to {target}: {len(made.files)} files, {size} bytes, commits up to no. "
        f"{made.commit}.",
    )
    out(text.to(lang))
    if _is_behind(project, made):
        out(_BEHIND.to(lang))


def _is_behind(project: Project, made: Backup) -> bool:
    """Return whether what is served was built of other files than those that were copied."""
    path = versions.current(project.build_dir)
    return path is not None and versions.read_manifest(path).fingerprint != made.fingerprint


def restore(source: Path, target: Path, *, out: Out, lang: str) -> None:
    """Make a project in `target` and say what comes next."""
    made = restore_backup(source, target)
    text = Text(
        de=f"Zurückgeholt nach {target}: {len(made.files)} Dateien vom {made.made}, Commits bis "
        f"Nr. {made.commit}. Als Nächstes: kg build {target}",
        en=f"Restored to {target}: {len(made.files)} files of {made.made}, commits up to no. "
        f"{made.commit}. Next: kg build {target}",
    )
    out(text.to(lang))
    if not made.tokens:
        out(_NO_TOKENS.to(lang))


_BEHIND = Text(
    de="Die Dateien haben sich seit dem letzten Bau geändert: Gesichert sind sie, wie sie jetzt "
    "sind, nicht wie sie bedient werden.",
    en="The files have changed since the last build: they are backed up as they are now, not as "
    "they are served.",
)
_NO_TOKENS = Text(
    de="Token sind nicht in der Sicherung. Neue macht: kg token create",
    en="Tokens are not in the backup. New ones are made by: kg token create",
)
