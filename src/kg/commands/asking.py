"""A request to the writer of a project, and what came of it, in words."""

from __future__ import annotations

from dataclasses import dataclass

from kg.commands.common import Out
from kg.errors import Place, Text
from kg.reason.render_impact import impact_text
from kg.serve.writing.reports import impact_of, report_of
from kg.settings import Project
from kg.validate.render_text import as_grouped
from kg.write.change import About, Kind
from kg.write.client import ask as ask_writer
from kg.write.faults import WriteError
from kg.write.requests import Operation, Outcome, Request

_FAILED = Text(de="Die Änderung ist gescheitert.", en="The change has failed.")
_UNCHANGED = Text(de="Es hat sich nichts geändert.", en="Nothing has changed.")
_REFUSED = Text(
    de="Zurückgewiesen: Es hat sich nichts geändert.", en="Refused: nothing has changed."
)
_VALID = Text(
    de="Nur geprüft: Die Änderung würde angenommen.", en="Checked only: it would be accepted."
)


@dataclass(frozen=True)
class Asking:
    """Whose request it is, in which language; with `dry_run` nothing is to change."""

    project: Project
    agent: str
    dry_run: bool = False
    lang: str = "en"


def ask(asking: Asking, operation: Operation, *, kind: Kind, note: str = "") -> Outcome:
    """Return what came of a request by somebody who has the files: nothing is forbidden.

    Raises WriteError for a fault in the request, with its place, and StageError without a writer.
    """
    about = About(agent=asking.agent, kind=kind, note=note)
    request = Request(operation, about, may_publish=True, dry_run=asking.dry_run, lang=asking.lang)
    outcome = ask_writer(asking.project, request)
    if outcome.status == "failed":
        place = outcome.more.get("document")
        raise WriteError(
            outcome.fault or "internal",
            outcome.text or _FAILED,
            place=Place(str(place), outcome.line, outcome.column) if place else None,
        )
    return outcome


def tell(asking: Asking, outcome: Outcome, *, out: Out, done: Text | None = None) -> int:
    """Print what came of a request, `done` if it lasts; return the exit code, 1 if refused."""
    lang, prefixes = asking.lang, asking.project.prefixes
    if outcome.report and (outcome.report["results"] or outcome.status == "refused"):
        out(as_grouped(report_of(outcome.report), lang, prefixes))
    if outcome.impact and outcome.status != "committed":
        out(impact_text(impact_of(outcome.impact), prefixes, lang).rstrip("\n"))
    if outcome.status == "refused":
        out(_REFUSED.to(lang))
        return 1
    if outcome.status == "checked":
        out(_VALID.to(lang))
    elif outcome.status == "unchanged":
        out(_UNCHANGED.to(lang))
    else:
        out((done or _committed(outcome)).to(lang))
    return 0


def _committed(outcome: Outcome) -> Text:
    return Text(
        de=f"Commit {outcome.number}: {outcome.added} Aussagen kamen hinzu, {outcome.removed} "
        "fielen weg.",
        en=f"Commit {outcome.number}: {outcome.added} statements came, {outcome.removed} went.",
    )
