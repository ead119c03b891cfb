"""What several commands need: ways to speak, files that were named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from kg.errors import Text, UsageError

Say = Callable[[Text], None]
Out = Callable[[str], None]


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


def one_of(option: str, known: Iterable[str], *, given: str = "") -> Text:
    """Return the message that `option`, together with `given`, is one of `known`."""
    names = ", ".join(known)
    de, en = (f"Mit {given} ist {option}", f"With {given}, {option}") if given else (option, option)
    verb = "" if given else " ist"
    return Text(de=f"{de}{verb} eines von {names}.", en=f"{en} is one of {names}.")
