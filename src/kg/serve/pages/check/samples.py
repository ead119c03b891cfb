"""Sample contributions of a project: Turtle files whose first lines say what they show."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.errors import Text
from kg.rdf.read import read_text
from kg.settings import Project

FOLDER = "samples"
_HEAD = re.compile(r"#\s*(de|en|exercise):\s*(.*\S)\s*\Z")


@dataclass(frozen=True)
class Sample:
    """A sample: its name for addresses, what it shows, and its text without the first lines.

    An exercise has faults on purpose.
    """

    name: str
    about: Text
    text: str
    exercise: bool = False


def read_samples(project: Project) -> tuple[Sample, ...]:
    """Return the samples in the folder that `[pages] samples` names; raises ReadError."""
    folder = project.root / str(project.pages.get("samples", FOLDER))
    if not folder.is_dir():
        return ()
    return tuple(_sample(path.stem, read_text(path)) for path in sorted(folder.glob("*.ttl")))


def _sample(name: str, text: str) -> Sample:
    lines = text.splitlines(keepends=True)
    head: dict[str, str] = {}
    while lines and (found := _HEAD.match(lines[0])):
        head[found[1]] = found[2]
        lines.pop(0)
    german = head.get("de", head.get("en", name))
    return Sample(
        name,
        Text(de=german, en=head.get("en", german)),
        "".join(lines).lstrip("\n"),
        exercise=head.get("exercise") == "yes",
    )
