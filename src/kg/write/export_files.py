"""An export is written: all files or none; and with --truncate the journal is cut behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode

from kg.errors import Place, ProjectError, StageError, Text, UsageError
from kg.publish import versions
from kg.publish.build import Progress, build
from kg.publish.store import open_read_only
from kg.rdf.checked_files import sync, write_file
from kg.settings import Project
from kg.validate.report import Report
from kg.write.export import (
    Plan,
    Wanted,
    contributions_folder,
    overwritten,
    plan,
)
from kg.write.export_git import at_risk
from kg.write.export_graphs import same_as_stored
from kg.write.history import journal_of
from kg.write.journal import open_journal


@dataclass(frozen=True)
class Exported:
    """What an export did; with --truncate the report of the build and the archive.

    `archive` is None when the journal was not cut: it had nothing, or the build has findings,
    and then no file has changed either.
    """

    plan: Plan
    report: Report = field(default_factory=Report)
    archive: Path | None = None

    @property
    def kept(self) -> bool:
        """Whether the files are as before, for the build has found something."""
        return not self.report.valid


def export(project: Project, wanted: Wanted, *, force: bool = False) -> Exported:
    """Write what commits have changed into files; the journal stays as it is.

    Raises ProjectError for files that git could not bring back, unless with `force`, and for
    statements with blank nodes, which the journal would add to those of the file; besides what
    `plan` raises.
    """
    found = plan(project, wanted)
    if found.has_blank and found.files:
        raise ProjectError(_BLANK)
    _check_risk(project, found, force=force)
    with _writing(found) as done:
        done.append(True)
    return Exported(found)


def export_and_truncate(
    project: Project, *, force: bool = False, everything: bool = False, say: Progress
) -> Exported:
    """Write the files, build a version of them, and move the commits to the archive.

    The version is proven to hold the same as files and journal before. Nothing has changed when
    the build has violations: see `Exported.kept`. Raises as `export`, and StageError while a
    server has the journal.
    """
    wanted = Wanted(contributions_folder(project), everything)
    with open_journal(journal_of(project)) as journal:
        found = plan(project, wanted)
        if found.left:
            raise UsageError(_left(found))
        _check_risk(project, found, force=force)
        before = versions.current(project.build_dir)
        with _writing(found) as done:
            built = build(project, progress=say)
            if built.path is not None:
                _prove(found, built.path, project, before)
                done.append(True)
        if built.path is None:
            return Exported(found, built.report)
        return Exported(found, built.report, journal.truncate(found.upto))


def _prove(found: Plan, version: Path, project: Project, before: Path | None) -> None:
    """Raise StageError unless the version at `version` holds what files and journal said.

    The version `before` is current again then.
    """
    store = open_read_only(version / "store")
    for graph in found.graphs:
        held = store.quads_for_pattern(None, None, None, NamedNode(graph.iri))
        if not same_as_stored(held, graph.quads):
            if before is not None:
                versions.switch(project.build_dir, before.name)
            raise StageError(
                Text(
                    de=f"Der Graph <{graph.iri}> sagt nach dem Bau nicht dasselbe wie zuvor. Die "
                    "Dateien und das Journal sind wie vorher.",
                    en=f"After the build the graph <{graph.iri}> does not say the same as before. "
                    "Files and journal are as they were.",
                )
            )


@contextmanager
def _writing(found: Plan) -> Iterator[list[bool]]:
    """Write the files of a plan; unless the list gets an entry, put back what was there."""
    before = {path: path.read_bytes() for path in overwritten(found)}
    done: list[bool] = []
    try:
        try:
            for each in found.files:
                _write(each.path, each.text)
                if each.replaces is not None:
                    _write(each.replaces, None)
            yield done
        except OSError as error:
            raise _unwritten(error) from error
    finally:
        if not done:
            for each in found.files:
                for path in (each.path, each.replaces):
                    if path is not None:
                        _restore(path, before.get(path))


def _write(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, memoryview(text.encode()))
    sync(path.parent)


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    elif not path.is_file() or path.read_bytes() != content:
        write_file(path, memoryview(content))


def _check_risk(project: Project, found: Plan, *, force: bool) -> None:
    """Refuse to overwrite files whose content is nowhere else."""
    risky = [] if force else at_risk(project.root, list(overwritten(found)))
    if risky:
        names = ", ".join(str(path) for path in risky)
        raise ProjectError(
            Text(
                de=f"Was in {names} steht, ist nicht in git. Übernehmen Sie es dort, oder geben "
                "Sie --force an.",
                en=f"What is in {names} is not in git. Commit it there, or give --force.",
            )
        )


def _left(found: Plan) -> Text:
    names = ", ".join(f"<{iri}>" for iri in found.left)
    return Text(
        de=f"Commits haben auch andere Graphen geändert: {names}. Mit --all werden auch sie "
        "geschrieben; ohne sie bleibt das Journal ganz.",
        en=f"Commits have changed other graphs as well: {names}. With --all they are written too; "
        "without them the journal stays whole.",
    )


def _unwritten(error: OSError) -> StageError:
    reason = error.strerror or str(error)
    return StageError(
        Text(
            de=f"Die Dateien konnten nicht geschrieben werden: {reason}. Es ist alles wie vorher.",
            en=f"The files could not be written: {reason}. Everything is as before.",
        ),
        place=Place(str(error.filename)) if error.filename else None,
    )


_BLANK = Text(
    de="Die Graphen enthalten leere Knoten, die nach dem nächsten Bau doppelt da wären: in der "
    "Datei und aus dem Journal. Geben Sie --truncate an, dann wird das Journal geleert.",
    en="The graphs have blank nodes, which would be there twice after the next build: from the "
    "file and from the journal. Give --truncate, which empties the journal.",
)
