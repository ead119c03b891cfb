"""What several commands need: ways to speak, files that were named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import Text, UsageError

if TYPE_CHECKING:
    from kg.rdf.dataset import Source
    from kg.settings import Project

Say = Callable[[Text], None]
Out = Callable[[str], None]


def language() -> str:
    """Return the language of messages: KG_LANG, else that of the system, else English."""
    for name in ("KG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "de" if value.lower().startswith("de") else "en"
    return "en"


def given_files(paths: Iterable[Path]) -> list[Path]:
    """Return `paths`, each folder replaced by the RDF files below it.

    Raises UsageError for a folder without any: that nothing is wrong in it would mean nothing.
    """
    found: list[Path] = []
    for path in paths:
        inside = _below(path) if path.is_dir() else [path]
        if not inside:
            raise UsageError(
                Text(
                    de=f"Im Ordner {path} ist keine RDF-Datei.",
                    en=f"There is no RDF file in the folder {path}.",
                )
            )
        found += inside
    return found


def _below(folder: Path) -> list[Path]:
    from kg.rdf.dataset import rdf_files  # noqa: PLC0415 - single files do without

    return rdf_files(folder)


def loaded(project: Project, paths: Iterable[Path]) -> tuple[Source, ...]:
    """Read files that do not belong to `project`; raises one ReadError for all that have faults."""
    from kg.rdf.dataset import load_file  # noqa: PLC0415 - needed with files only
    from kg.rdf.read import all_read  # noqa: PLC0415

    return tuple(all_read(partial(load_file, project, path) for path in paths))


def one_of(option: str, known: Iterable[str], *, given: str = "") -> Text:
    """Return the message that `option`, together with `given`, is one of `known`."""
    names = ", ".join(known)
    de, en = (f"Mit {given} ist {option}", f"With {given}, {option}") if given else (option, option)
    verb = "" if given else " ist"
    return Text(de=f"{de}{verb} eines von {names}.", en=f"{en} is one of {names}.")
