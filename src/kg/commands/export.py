"""kg export: accepted contributions become files of the project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg.commands.common import Out
from kg.errors import Text, UsageError
from kg.settings import Project
from kg.validate.render import as_brief
from kg.write.export import Plan, Planned, Wanted, contributions_folder
from kg.write.export_files import Exported, export_and_truncate
from kg.write.export_files import export as run_export

_NOTHING = Text(
    de="Es gibt nichts zu schreiben: Die Dateien sagen, was das Journal sagt.",
    en="There is nothing to write: the files say what the journal says.",
)
_NEXT = Text(
    de="Das Journal ist noch da. Nehmen Sie die Dateien in git auf; mit --truncate kommt es ins "
    "Archiv.",
    en="The journal is still there. Commit the files to git; with --truncate it is archived.",
)
_KEPT = Text(
    de="Der Bau mit diesen Dateien hat Verstöße. Es ist alles wie vorher.",
    en="The build with these files has violations. Everything is as before.",
)


@dataclass(frozen=True)
class Export:
    """The options as they are given."""

    to: Path | None
    everything: bool
    truncate: bool
    force: bool


def export(project: Project, asked: Export, *, out: Out, lang: str) -> int:
    """Write files and say which; 0 when done, 1 when the build before --truncate has violations."""
    target = _target(project, asked)
    if not asked.truncate:
        done = run_export(project, Wanted(target, asked.everything), force=asked.force)
    elif target != contributions_folder(project):
        raise UsageError(_ELSEWHERE)
    else:
        done = export_and_truncate(
            project, force=asked.force, everything=asked.everything, say=lambda _: None
        )
    if done.kept:
        out(as_brief(done.report, lang, project.prefixes))
        out(_KEPT.to(lang))
        return 1
    _tell(project, done, asked, out=out, lang=lang)
    return 0


def _tell(project: Project, done: Exported, asked: Export, *, out: Out, lang: str) -> None:
    for each in done.plan.files:
        out(_line(project, each).to(lang))
    if not done.plan.files:
        out(_NOTHING.to(lang))
    if done.plan.left:
        out(_left(done.plan).to(lang))
    if done.archive is not None:
        text = Text(
            de=f"Das Journal bis zum Commit {done.plan.upto} liegt in {done.archive}.",
            en=f"The journal up to commit {done.plan.upto} is in {done.archive}.",
        )
        out(text.to(lang))
    elif done.plan.files and not asked.truncate:
        out(_NEXT.to(lang))


def _line(project: Project, file: Planned) -> Text:
    path = file.path.relative_to(project.root) if _inside(project, file.path) else file.path
    if file.text is None:
        return Text(
            de=f"{path}: gelöscht, denn er ist leer", en=f"{path}: removed, for it is empty"
        )
    count = sum(len(each.quads) for each in file.graphs)
    lost = Text(de="", en="")
    if file.comments:
        lost = Text(
            de=f"; {file.comments} Kommentare sind verloren", en=f"; {file.comments} comments lost"
        )
    if file.replaces is not None:
        lost = Text(
            de=f"{lost.de}; ersetzt {file.replaces.name}",
            en=f"{lost.en}; replaces {file.replaces.name}",
        )
    return Text(de=f"{path}: {count} Aussagen{lost.de}", en=f"{path}: {count} statements{lost.en}")


def _inside(project: Project, path: Path) -> bool:
    return path.is_relative_to(project.root)


def _left(plan: Plan) -> Text:
    names = ", ".join(f"<{iri}>" for iri in plan.left)
    return Text(
        de=f"Nicht geschrieben sind andere Graphen, die Commits geändert haben: {names}. Dazu "
        "braucht es --all; Kommentare in ihren Dateien gehen dann verloren.",
        en=f"Other graphs that commits have changed are not written: {names}. That takes --all; "
        "comments in their files are lost then.",
    )


def _target(project: Project, asked: Export) -> Path:
    own = contributions_folder(project)
    if asked.to is None or asked.to.resolve() == own.resolve():
        return own
    below = project.root / asked.to
    return own if below.resolve() == own.resolve() else asked.to


_ELSEWHERE = Text(
    de="--truncate gibt es nur, wenn nach data/contributions geschrieben wird.",
    en="--truncate is only for writing into data/contributions.",
)
