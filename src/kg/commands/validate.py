"""kg validate: judge the project, or files as contributions to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.commands.common import Out, Say, given_files, loaded, one_of
from kg.errors import Text, UsageError
from kg.publish import versions
from kg.publish.build import check
from kg.publish.contributions import Checked, Checker, checker_of, open_checker
from kg.rdf.dataset import ROOMS, Dataset, Source, load
from kg.reason.render_impact import impact_text
from kg.settings import Project
from kg.validate.render import RENDERERS, as_text
from kg.validate.stage import plan_of, validate_alone
from kg.write.following import Follower, follower_on

_WITH_IMPACT = ("text", "json")


@dataclass(frozen=True)
class Validation:
    """What `kg validate` was asked for."""

    files: tuple[Path, ...]
    shapes: tuple[Path, ...]
    form: str
    alone: bool
    impact: bool = False
    everything: bool = False


def validate(project: Project, asked: Validation, *, say: Say, out: Out, lang: str) -> int:
    """Validate the project or files; 0 when they are valid, 1 when they are not."""
    _refuse_misuse(asked)
    say(Text(de="Prüfen", en="Validating"))
    if asked.files:
        files = given_files(asked.files)
        checked = _checked(project, asked, files)
    else:
        checked = Checked(check(load(project)))
    out(_rendered(checked, asked, project, lang))
    return 0 if checked.report.valid else 1


def _refuse_misuse(asked: Validation) -> None:
    if asked.form not in RENDERERS:
        raise UsageError(one_of("--format", RENDERERS))
    if not asked.files and (asked.shapes or asked.alone or asked.impact):
        raise UsageError(
            Text(
                de="--shapes, --alone und --impact gehören zu Dateien: kg validate DATEI --alone",
                en="--shapes, --alone and --impact go with files: kg validate FILE --alone",
            )
        )
    if asked.impact and asked.form not in _WITH_IMPACT:
        raise UsageError(one_of("--format", _WITH_IMPACT, given="--impact"))
    if asked.impact and asked.alone:
        raise UsageError(
            Text(
                de="--impact vergleicht mit dem Graphen und passt nicht zu --alone.",
                en="--impact compares with the graph and does not go with --alone.",
            )
        )


def _checked(project: Project, asked: Validation, files: Sequence[Path]) -> Checked:
    if any(_is_in(project, path, "ontology", "shapes") for path in files):
        return Checked(check(load(project)))
    shapes = loaded(project, given_files(asked.shapes))
    sources = loaded(project, files)
    if shapes and (asked.alone or not _is_project(project)):
        return Checked(validate_alone(sources, shapes))
    return _checker(project, shapes, alone=asked.alone).check(sources, impact=asked.impact)


def _checker(project: Project, shapes: tuple[Source, ...], *, alone: bool) -> Checker | Follower:
    """Return what checks contributions: to the published version, else to the project's files.

    `alone` leaves out the project's data but not its ontology. `shapes` replace its own.
    """
    plan = plan_of(shapes, project.prefixes) if shapes else None
    published = None if alone else versions.current(project.build_dir)
    if published is not None and versions.is_of_this_layout(published):
        version = versions.find_version(project.build_dir, published.name)
        if version.manifest.commit:
            return follower_on(version, project, plan=plan)
        return open_checker(published, project, plan=plan)
    dataset = load(project, may_be_empty=bool(shapes))
    if alone:
        dataset = Dataset(project, dataset.in_room("ontology", "shapes"))
    return checker_of(dataset, plan=plan)


def _is_project(project: Project) -> bool:
    rooms = [project.root / room for room in ROOMS]
    return (project.root / "kg.toml").is_file() or any(room.is_dir() for room in rooms)


def _is_in(project: Project, path: Path, *rooms: str) -> bool:
    return any(path.resolve().is_relative_to((project.root / room).resolve()) for room in rooms)


def _rendered(checked: Checked, asked: Validation, project: Project, lang: str) -> str:
    table = project.prefixes
    renderer = as_text if asked.everything and asked.form == "text" else RENDERERS[asked.form]
    text = renderer(checked.report, lang, table)
    if checked.impact is None:
        return text
    if asked.form == "json":
        document = {**json.loads(text), "impact": checked.impact.as_dict()}
        return json.dumps(document, ensure_ascii=False, indent=2)
    return f"{text}\n\n{impact_text(checked.impact, table, lang).rstrip()}"
