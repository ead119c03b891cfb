"""Files that pages link to, by addresses that change with their content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kg import __version__
from kg.settings import CONFIG_NAME

STATIC = Path(__file__).parents[1] / "static"
_MADE_OF = ("pages", "samples", "queries/competency", "queries/pages", "queries/views")
_READ = (".css", ".js", ".svg")


class Assets:
    """The files below static/ as they are when the server starts."""

    def __init__(self, folder: Path = STATIC) -> None:
        """Take the fingerprints of the files; none is read later."""
        files = sorted(path for path in folder.rglob("*") if path.suffix in _READ)
        self._prints = {
            path.relative_to(folder).as_posix(): _fingerprint(path.read_bytes()) for path in files
        }
        templates = sorted((folder.parent / "templates").rglob("*.html"))
        known = [*self._prints.values(), *(_fingerprint(path.read_bytes()) for path in templates)]
        self.stamp = _fingerprint("".join([__version__, *known]).encode())
        """Changes with every file and template."""

    def link(self, root: str, name: str) -> str:
        """Return the address of a file, empty if it is not there."""
        found = self._prints.get(name)
        return f"{root}static/{name}?{found}" if found else ""

    def has(self, name: str) -> bool:
        """Return whether there is such a file."""
        return name in self._prints


def stamp_of(project: Path) -> str:
    """Return what changes with the files of a project that pages are made of besides its data."""
    folders = [project / folder for folder in _MADE_OF]
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    files = [project / CONFIG_NAME, *sorted(found)]
    named = (
        f"{path.relative_to(project)} {_fingerprint(path.read_bytes())}\n"
        for path in files
        if path.is_file()
    )
    return _fingerprint("".join(named).encode())


def _fingerprint(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=6).hexdigest()
