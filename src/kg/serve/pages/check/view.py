"""A report in JSON becomes what the page of /validate shows: findings at their lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg.errors import Text
from kg.namespaces import shorten
from kg.serve.pages.check.edits import Edit, Written, edits_of
from kg.serve.pages.check.places import Places
from kg.serve.pages.check.report import Listed
from kg.serve.pages.words import Lang

MOST = 200
"""So many findings are shown."""
_AROUND = 2
"""So many lines are shown before and after one with a finding."""
_LONGEST = 300
"""So many signs of a line are shown."""
_WORDS = 600
"""So many signs of a message are shown."""
_TURTLE = 2000
"""Statements of so many signs at most are shown as a proposal."""
EDITED = 1_000_000
"""Text of so many signs at most is sent back to be edited, and proposals for it carried out."""
SEVERITIES: Mapping[str, tuple[str, Text, Text]] = {
    "Violation": ("error", Text("Fehler", "Error"), Text("Fehler", "errors")),
    "Warning": ("warning", Text("Warnung", "Warning"), Text("Warnungen", "warnings")),
    "Info": ("info", Text("Hinweis", "Note"), Text("Hinweise", "notes")),
}
"""The name of each severity for editors, its word and that of several."""


@dataclass(frozen=True)
class Finding:
    """One finding: where it stands, lines and columns from 1 and 0 for unknown, and its mending."""

    number: int
    severity: str
    word: str
    message: str
    line: int = 0
    column: int = 0
    path: str = ""
    proposal: str = ""
    turtle: str = ""
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line of the text with its number and the findings in it."""

    number: int
    text: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Checked:
    """What a page shows: a sentence, blocks of lines, and findings that have no line."""

    valid: bool
    summary: str
    findings: tuple[Finding, ...]
    blocks: tuple[tuple[Line, ...], ...]
    elsewhere: tuple[Finding, ...]
    more: int = 0
    statements: int = 0


def checked_of(
    report: Mapping[str, Any], text: str, lang: Lang, prefixes: Mapping[str, str], *, turtle: bool
) -> Checked:
    """Return the view of a report on `text`, which `read_report` read.

    Proposals are carried out in `turtle` only.
    """
    results: Listed = report["results"]
    draft = Written(text if turtle and len(text) <= EDITED else "", prefixes)
    findings = tuple(
        _finding(number, each, draft, lang) for number, each in enumerate(results[:MOST], 1)
    )
    counts = {name: report["counts"].get(name.lower(), 0) for name in SEVERITIES}
    return _checked(
        findings,
        text,
        _summary(counts, lang),
        valid=report["valid"],
        more=results.total - len(findings),
        statements=report["checked"].get("triples", 0),
    )


def unreadable(message: str, line: int, column: int, text: str, lang: Lang) -> Checked:
    """Return the view of a text that could not be read, because of a fault at a place."""
    word = Text("Fehler", "Error").to(lang)
    finding = Finding(1, "error", word, shortened(message), line, column)
    summary = Text(
        de="Der Text lässt sich nicht lesen. Beheben Sie zuerst diesen Fehler.",
        en="The text cannot be read. Mend this fault first.",
    )
    return _checked((finding,), text, summary.to(lang), valid=False)


def shortened(text: str, most: int = _WORDS) -> str:
    """Return text with `most` signs at most: what was posted may stand in it."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _checked(
    findings: tuple[Finding, ...],
    text: str,
    summary: str,
    *,
    valid: bool,
    more: int = 0,
    statements: int = 0,
) -> Checked:
    places = Places(text)
    placed = [each for each in findings if 0 < each.line <= places.lines]
    return Checked(
        valid=valid,
        summary=summary,
        findings=findings,
        blocks=tuple(_blocks(places, placed)),
        elsewhere=tuple(each for each in findings if each not in placed),
        more=more,
        statements=statements,
    )


def _finding(number: int, result: Mapping[str, Any], draft: Written, lang: Lang) -> Finding:
    severity, word, _ = SEVERITIES[result["severity"]]
    place: Mapping[str, Any] = next(iter(result["places"]), {})
    proposal = result["proposal"] or {}
    path = result["path"] or ""
    turtle = proposal.get("turtle") or ""
    simple = path.startswith("<") and path.count("<") == 1 and path.endswith(">")
    return Finding(
        number=number,
        severity=severity,
        word=word.to(lang),
        message=shortened(result["message"][lang]),
        line=place.get("line") or 0,
        column=place.get("column") or 0,
        path=shorten(path[1:-1], draft.prefixes) if simple else "",
        proposal=shortened(proposal["text"][lang]) if proposal else "",
        turtle=turtle if len(turtle) <= _TURTLE else "",
        edits=edits_of(result, draft) if draft.text else (),
    )


def _summary(counts: Mapping[str, int], lang: Lang) -> str:
    """Return in a sentence what a report says."""
    parts = [
        f"{count} {(SEVERITIES[name][1] if count == 1 else SEVERITIES[name][2]).to(lang)}"
        for name, count in counts.items()
        if count
    ]
    listed = ", ".join(parts)
    if counts["Violation"]:
        text = Text(
            de=f"{listed}. So kann der Beitrag nicht übernommen werden.",
            en=f"{listed}. As it is, the contribution cannot be accepted.",
        )
    elif parts:
        text = Text(
            de=f"Keine Fehler, {listed}. Der Beitrag kann übernommen werden.",
            en=f"No errors, {listed}. The contribution can be accepted.",
        )
    else:
        text = Text(
            de="Keine Fehler. Der Beitrag kann übernommen werden.",
            en="No errors. The contribution can be accepted.",
        )
    return text.to(lang)


def _blocks(places: Places, findings: Iterable[Finding]) -> Iterable[tuple[Line, ...]]:
    """Yield the lines with findings and those around them, what is close together as one."""
    at: dict[int, list[Finding]] = {}
    for each in findings:
        at.setdefault(each.line, []).append(each)
    shown = sorted(
        {
            number
            for line in at
            for number in range(max(1, line - _AROUND), min(places.lines, line + _AROUND) + 1)
        }
    )
    block: list[Line] = []
    for number in shown:
        if block and number > block[-1].number + 1:
            yield tuple(block)
            block = []
        block.append(Line(number, places.line(number, _LONGEST), tuple(at.get(number, ()))))
    if block:
        yield tuple(block)
