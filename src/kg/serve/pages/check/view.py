"""A report in JSON becomes what the page of /validate shows: findings at their lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg.errors import Text
from kg.namespaces import shorten
from kg.serve.pages.check.edits import Edit, edits_of
from kg.serve.pages.words import Lang

MOST = 200
"""So many findings are shown."""
_AROUND = 2
"""So many lines are shown before and after one with a finding."""
_LONGEST = 300
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
    """Return the view of a report (docs/schemas/report.schema.json) on `text`.

    Proposals are carried out in `turtle` only.
    """
    results = report["results"]
    findings = tuple(
        _finding(number, each, text if turtle else "", lang, prefixes)
        for number, each in enumerate(results[:MOST], 1)
    )
    counts = {name: report["counts"].get(name.lower(), 0) for name in SEVERITIES}
    return _checked(
        findings,
        text,
        _summary(counts, lang),
        valid=report["valid"],
        more=len(results) - len(findings),
        statements=report["checked"].get("triples", 0),
    )


def unreadable(message: str, line: int, column: int, text: str, lang: Lang) -> Checked:
    """Return the view of a text that could not be read, because of a fault at a place."""
    finding = Finding(1, "error", Text("Fehler", "Error").to(lang), message, line, column)
    summary = Text(
        de="Der Text lässt sich nicht lesen. Beheben Sie zuerst diesen Fehler.",
        en="The text cannot be read. Mend this fault first.",
    )
    return _checked((finding,), text, summary.to(lang), valid=False)


def _checked(
    findings: tuple[Finding, ...],
    text: str,
    summary: str,
    *,
    valid: bool,
    more: int = 0,
    statements: int = 0,
) -> Checked:
    lines = text.split("\n")
    placed = [each for each in findings if 0 < each.line <= len(lines)]
    return Checked(
        valid=valid,
        summary=summary,
        findings=findings,
        blocks=tuple(_blocks(lines, placed)),
        elsewhere=tuple(each for each in findings if each not in placed),
        more=more,
        statements=statements,
    )


def _finding(
    number: int, result: Mapping[str, Any], text: str, lang: Lang, prefixes: Mapping[str, str]
) -> Finding:
    severity, word, _ = SEVERITIES[result["severity"]]
    place: Mapping[str, Any] = next(iter(result["places"]), {})
    proposal = result["proposal"] or {}
    path = result["path"] or ""
    simple = path.startswith("<") and path.count("<") == 1 and path.endswith(">")
    return Finding(
        number=number,
        severity=severity,
        word=word.to(lang),
        message=result["message"][lang],
        line=place.get("line") or 0,
        column=place.get("column") or 0,
        path=shorten(path[1:-1], prefixes) if simple else "",
        proposal=proposal["text"][lang] if proposal else "",
        turtle=proposal.get("turtle") or "",
        edits=edits_of(result, text, prefixes) if text else (),
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


def _blocks(lines: list[str], findings: Iterable[Finding]) -> Iterable[tuple[Line, ...]]:
    """Yield the lines with findings and those around them, what is close together as one."""
    at: dict[int, list[Finding]] = {}
    for each in findings:
        at.setdefault(each.line, []).append(each)
    shown = sorted(
        {
            number
            for line in at
            for number in range(max(1, line - _AROUND), min(len(lines), line + _AROUND) + 1)
        }
    )
    block: list[Line] = []
    for number in shown:
        if block and number > block[-1].number + 1:
            yield tuple(block)
            block = []
        block.append(Line(number, lines[number - 1][:_LONGEST], tuple(at.get(number, ()))))
    if block:
        yield tuple(block)
