"""kg contribution: what its commands do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kg.commands.asking import Asking, ask, tell
from kg.commands.common import Out, given_files, one_of
from kg.commands.history import as_lines
from kg.errors import Place, ReadError, Text, UsageError
from kg.publish import versions
from kg.rdf.formats import by_suffix
from kg.rdf.read import unknown_suffix
from kg.rdf.signs import visible
from kg.reason.render_impact import impact_text
from kg.serve.writing.reports import impact_of, report_of
from kg.settings import Project
from kg.validate.render_text import as_grouped
from kg.write import submissions
from kg.write.change import Change
from kg.write.contribution import difference, sources_of
from kg.write.history import journal_of, undone
from kg.write.requests import Decide, Document, Submit
from kg.write.submitted import STANDINGS, Contribution, Standing

Verb = Literal["accept", "reject", "withdraw"]
_DOCUMENTS = Text(de="Dokumente:", en="Documents:")
_NONE = Text(de="Es gibt keine Beiträge.", en="There are no contributions.")
_STANDS: Mapping[Standing, Text] = MappingProxyType(
    {
        "pending": Text(de="wartet", en="pending"),
        "accepted": Text(de="angenommen", en="accepted"),
        "rejected": Text(de="abgelehnt", en="rejected"),
        "withdrawn": Text(de="zurückgezogen", en="withdrawn"),
    }
)
_HEADS = (
    Text(de="Beitrag", en="Contribution"),
    Text(de="Stand", en="Status"),
    Text(de="Von", en="From"),
    Text(de="Am (UTC)", en="On (UTC)"),
    Text(de="Commit", en="Commit"),
    Text(de="Notiz", en="Note"),
)


@dataclass(frozen=True)
class Handed:
    """What is handed in: files, and what is said about them."""

    files: tuple[Path, ...]
    note: str
    source: str


def submit(asking: Asking, handed: Handed, *, out: Out) -> int:
    """Hand files in; 0 when they are kept, 1 when they are not valid."""
    documents = tuple(_document(path) for path in given_files(handed.files))
    operation = Submit(documents, handed.note, handed.source)
    outcome = ask(asking, operation, kind="contribution", note=handed.note)
    name = str(outcome.more.get("id", ""))
    done = Text(
        de=f"Beitrag {name} wartet auf eine Entscheidung: kg contribution accept {name}",
        en=f"Contribution {name} waits for a decision: kg contribution accept {name}",
    )
    return tell(asking, outcome, out=out, done=done)


def _document(path: Path) -> Document:
    form = by_suffix(path)
    if form is None:
        raise ReadError(unknown_suffix(path.suffix), place=Place(str(path)))
    try:
        content = path.read_bytes()
    except OSError as error:
        text = Text(de=f"Nicht lesbar: {error.strerror}.", en=f"Cannot be read: {error.strerror}.")
        raise ReadError(text, place=Place(str(path))) from error
    return Document(content, form.oxigraph.media_type, path.name)


def show_all(project: Project, status: str | None, *, as_json: bool, out: Out, lang: str) -> None:
    """Print contributions, of one status if it is given, as a table or as a JSON array."""
    wanted = next((each for each in STANDINGS if each == status), None)
    if status is not None and wanted is None:
        raise UsageError(one_of("--status", STANDINGS))
    found = submissions.list_all(journal_of(project), wanted)
    if as_json:
        out(json.dumps([each.as_dict() for each in found], ensure_ascii=False, indent=2))
        return
    if not found:
        out(_NONE.to(lang))
        return
    table = Table(*(head.to(lang) for head in _HEADS))
    for each in found:
        table.add_row(*(escape(visible(cell)) for cell in _cells(each, lang)))
    Console().print(table)


def _cells(each: Contribution, lang: str) -> Iterator[str]:
    yield each.id
    yield _STANDS[each.status].to(lang)
    yield each.agent
    yield each.submitted[:16].replace("T", " ")
    yield str(each.commit or "")
    yield each.note.replace("\n", " ")


def show(project: Project, name: str, *, as_json: bool, out: Out, lang: str) -> None:
    """Print what is known of a contribution, and what the check found when it was handed in."""
    folder = journal_of(project)
    found = submissions.get(folder, name)
    report, impact = submissions.report(folder, name), submissions.impact(folder, name)
    if as_json:
        known = {**found.as_dict(), "report": report, "impact": impact}
        out(json.dumps(known, ensure_ascii=False, indent=2))
        return
    for line in _lines(found):
        out(line.to(lang))
    by = undone(project).get(found.commit) if found.commit else None
    if by:
        out(Text(de=f"Rückgängig durch Commit {by}", en=f"Undone by commit {by}").to(lang))
    out(_DOCUMENTS.to(lang))
    for document in found.documents:
        path = folder / submissions.FOLDER / name / submissions.DOCUMENTS / document.file
        size = Text(de=f"{document.size} Byte", en=f"{document.size} bytes")
        out(f"  {visible(document.name)} ({document.media_type}, {size.to(lang)}): {path}")
    if report is not None:
        out("")
        out(as_grouped(report_of(report), lang, project.prefixes))
    if impact is not None:
        out(impact_text(impact_of(impact), project.prefixes, lang).rstrip("\n"))


def _lines(found: Contribution) -> Iterator[Text]:
    stand = _STANDS[found.status]
    yield Text(de=f"Beitrag {found.id}: {stand.de}", en=f"Contribution {found.id}: {stand.en}")
    yield Text(
        de=f"Eingereicht von {visible(found.agent)} am {found.submitted}",
        en=f"Handed in by {visible(found.agent)} on {found.submitted}",
    )
    if found.note:
        note = visible(found.note.replace("\n", " "))
        yield Text(de=f"Notiz: {note}", en=f"Note: {note}")
    if found.source:
        yield Text(de=f"Quelle: {found.source}", en=f"Source: {found.source}")
    if found.decided:
        who = visible(found.decided_by)
        commit = f" (Commit {found.commit})" if found.commit else ""
        note = f": {visible(found.decision_note)}" if found.decision_note else ""
        yield Text(
            de=f"Entschieden von {who} am {found.decided}{commit}{note}",
            en=f"Decided by {who} on {found.decided}{commit}{note}",
        )


def diff(project: Project, name: str, *, out: Out, lang: str) -> None:
    """Print what a contribution would add to the graph as it is published now."""
    documents = submissions.documents(journal_of(project), name)
    sources = sources_of(project, name, documents)
    found = difference(sources, versions.open_current(project.build_dir).store)
    new = set(found.new)
    quads = (quad for source in sources for quad in source.quads if quad.triple in new)
    text = as_lines(Change(added=tuple(dict.fromkeys(quads))), project.prefixes)
    if text:
        out(text)
    count = Text(
        de=f"{len(new)} Aussagen sind neu, {found.known} hat der Graph schon.",
        en=f"{len(new)} statements are new, {found.known} the graph has already.",
    )
    out(count.to(lang))


def decide(asking: Asking, name: str, verb: Verb, *, note: str, out: Out) -> int:
    """Accept, reject or withdraw a contribution; 1 if accepting it would not be valid."""
    outcome = ask(asking, Decide(name, verb, note), kind="contribution", note=note)
    done = {
        "accept": Text(
            de=f"Beitrag {name} ist angenommen: Commit {outcome.number}, {outcome.added} Aussagen.",
            en=f"Contribution {name} is accepted: commit {outcome.number}, {outcome.added} "
            "statements.",
        ),
        "reject": Text(de=f"Beitrag {name} ist abgelehnt.", en=f"Contribution {name} is rejected."),
        "withdraw": Text(
            de=f"Beitrag {name} ist zurückgezogen.", en=f"Contribution {name} is withdrawn."
        ),
    }
    return tell(asking, outcome, out=out, done=done[verb])
