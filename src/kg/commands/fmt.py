"""kg fmt: write Turtle files in their canonical form."""

from __future__ import annotations

from pathlib import Path

from kg.commands.common import Out, given_files
from kg.errors import Text
from kg.rdf.canonical import canonical
from kg.rdf.dataset import ROOMS, rdf_files
from kg.rdf.read import read_text
from kg.settings import Project


def fmt(project: Project, files: tuple[Path, ...], *, check: bool, out: Out, lang: str) -> int:
    """Rewrite Turtle files canonically, or only `check` them: 1 when one is not canonical."""
    rooms = tuple(project.root / room for room in ROOMS if (project.root / room).is_dir())
    paths = given_files(files) if files else [path for room in rooms for path in rdf_files(room)]
    paths = [path for path in paths if path in files or path.suffix == ".ttl"]
    changed = 0
    for path in paths:
        text = read_text(path)
        wanted = canonical(text, project, shown=str(path))
        if wanted == text:
            continue
        changed += 1
        if check:
            line = _first_difference(text, wanted)
            note = Text(
                de=f"{path}:{line}: nicht kanonisch. Abhilfe: kg fmt {path}",
                en=f"{path}:{line}: not canonical. To mend it: kg fmt {path}",
            )
            out(note.to(lang))
        else:
            _replace(path, wanted)
            out(str(path))
    return 1 if check and changed else 0


def _replace(path: Path, text: str) -> None:
    """Write beside the file and move: a full disk or a kill leaves the old file whole."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def _first_difference(text: str, wanted: str) -> int:
    pairs = zip(text.splitlines(), wanted.splitlines(), strict=False)
    for number, (one, other) in enumerate(pairs, 1):
        if one != other:
            return number
    return min(text.count("\n"), wanted.count("\n")) + 1
