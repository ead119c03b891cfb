"""kg build: publish a project."""

from __future__ import annotations

from kg.commands.common import Out, Say
from kg.errors import KgError, ProjectError, Text
from kg.publish import versions
from kg.publish.build import build as run_build
from kg.settings import Project
from kg.validate.render import as_brief
from kg.write.client import add_commits
from kg.write.history import journal_of, last_number, live_from
from kg.write.state import check_complete


def build(
    project: Project,
    *,
    say: Say,
    out: Out,
    lang: str,
    force: bool = False,
    may_be_empty: bool = False,
) -> int:
    """Build and report; 0 when published or unchanged, 1 when the data has violations."""
    present = versions.current(project.build_dir)
    folder = journal_of(project)
    last = last_number(folder)
    check_complete(project, last)
    hold = last > live_from(folder)
    built = run_build(project, force=force, may_be_empty=may_be_empty, hold=hold, progress=say)
    if hold and built.path:
        add_commits(project)
    if built.report.results:
        out(as_brief(built.report, lang, project.prefixes))
    if built.path is None:
        out((_KEPT if present else _NOTHING).to(lang))
        return 1
    manifest = versions.read_manifest(built.path)
    state = Text(de="Veröffentlicht", en="Published") if built.fresh else _UNCHANGED
    text = Text(
        de=f"{state.de}: {manifest.version}, {manifest.triples} Tripel in "
        f"{len(manifest.graphs)} Graphen, davon {manifest.inferred} erschlossen.",
        en=f"{state.en}: {manifest.version}, {manifest.triples} triples in "
        f"{len(manifest.graphs)} graphs, {manifest.inferred} of them inferred.",
    )
    out(text.to(lang))
    return 0


_UNCHANGED = Text(de="Unverändert", en="Unchanged")


_NOTHING = Text(de="Nichts veröffentlicht.", en="Nothing published.")


_KEPT = Text(
    de="Nichts veröffentlicht; die bisherige Version bleibt.",
    en="Nothing published; the version before stays.",
)


def build_to_serve(
    project: Project, *, say: Say, out: Out, lang: str, may_be_empty: bool = False
) -> None:
    """Build before serving; when that fails an older version, if there is one, is served.

    Raises what the build raised, or ProjectError for findings, when nothing can be served.
    """
    try:
        if build(project, say=say, out=out, lang=lang, may_be_empty=may_be_empty) == 0:
            return
    except KgError as error:
        if versions.current(project.build_dir) is None:
            raise
        out(error.to(lang))
    if versions.current(project.build_dir) is None:
        raise ProjectError(
            Text(
                de="Es gibt keine veröffentlichte Version, die bedient werden könnte.",
                en="There is no published version that could be served.",
            )
        )
    older = Text(de="Bedient wird die bisherige Version.", en="The version before is served.")
    out(older.to(lang))
