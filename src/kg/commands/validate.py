"""kg validate: judge the project, or files as contributions to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg.commands.common import Out, Say, given_files, one_of
from kg.errors import Text, UsageError
from kg.publish.build import check
from kg.rdf.dataset import load, load_file
from kg.settings import Project
from kg.validate.render import RENDERERS
from kg.validate.stage import validate_files


@dataclass(frozen=True)
class Validation:
    """What `kg validate` was asked for."""

    files: tuple[Path, ...]
    shapes: tuple[Path, ...]
    form: str
    alone: bool


def validate(project: Project, asked: Validation, *, say: Say, out: Out, lang: str) -> int:
    """Validate the project or files; 0 when they conform, 1 when they do not."""
    if asked.form not in RENDERERS:
        raise UsageError(one_of("--format", RENDERERS))
    say(Text(de="Prüfen", en="Validating"))
    dataset = load(project, may_be_empty=bool(asked.files and asked.shapes))
    if asked.files:
        shapes = [load_file(project, path) for path in given_files(asked.shapes)]
        report = validate_files(
            dataset,
            tuple(load_file(project, path) for path in given_files(asked.files)),
            shapes=[triple for source in shapes for triple in source.triples()] or None,
            alone=asked.alone,
        )
    elif asked.shapes or asked.alone:
        raise UsageError(
            Text(
                de="--shapes und --alone gehören zu Dateien: kg validate DATEI --alone",
                en="--shapes and --alone go with files: kg validate FILE --alone",
            )
        )
    else:
        report = check(dataset)
    out(RENDERERS[asked.form](report, lang, project.prefixes))
    return 0 if report.valid else 1
