"""What was found when a version was built, kept with it: the rules that were asked, the findings.

The file NAME lies in the folder of a version that was built of files; versions of commits have that
of the version they are based on. A version without it is served all the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kg.errors import Text
from kg.namespaces import CHECKS
from kg.publish.versions import Manifest
from kg.rdf.queries import QueryFile
from kg.validate.report import SEVERITIES, Report, Result

NAME = "findings.json"
MOST = 1000
"""Of so many findings of one rule each is kept; all are counted."""
GRAVITY = {"error": "Violation", "warning": "Warning", "info": "Info"}


@dataclass(frozen=True)
class Rule:
    """A hygiene rule with the gravest that it can find and its message, with names in braces."""

    name: str
    severity: str
    de: str
    en: str


@dataclass(frozen=True)
class Finding:
    """One finding; `rule` is that of a hygiene rule, or the IRI of a shape or of a check.

    `focus` is a term in N-Triples form, `place` is file:line.
    """

    severity: str
    rule: str
    focus: str
    de: str
    en: str
    place: str = ""

    @property
    def message(self) -> Text:
        """What was found, for people."""
        return Text(de=self.de, en=self.en)


@dataclass(frozen=True)
class Findings:
    """What was checked, such as {"shapes": 66}, by which rules, and what was found.

    `counts` has for each rule how many findings of each severity there are; `findings` has at
    most MOST of a rule.
    """

    checked: dict[str, int]
    rules: tuple[Rule, ...]
    counts: dict[str, dict[str, int]]
    findings: tuple[Finding, ...]

    def total(self, severity: str) -> int:
        """Return how many findings have that severity."""
        return sum(each.get(severity, 0) for each in self.counts.values())


def findings_of(report: Report, rules: Iterable[QueryFile]) -> Findings:
    """Return what is kept of `report`, for which the hygiene `rules` were asked."""
    counts: dict[str, Counter[str]] = {}
    kept: Counter[str] = Counter()
    findings = []
    for result in report.sorted().results:
        rule = rule_of(result)
        counts.setdefault(rule, Counter())[result.severity] += 1
        kept[rule] += 1
        if kept[rule] <= MOST:
            findings.append(_finding(result, rule))
    return Findings(
        dict(report.checked),
        tuple(sorted(map(_rule, rules), key=lambda rule: rule.name)),
        {rule: _ordered(each) for rule, each in counts.items()},
        tuple(findings),
    )


def rule_of(result: Result) -> str:
    """Return what a finding comes from: the name of a rule, the IRI of a shape or of a check."""
    return result.rule or result.shape or result.component or CHECKS


def save_findings(findings: Findings, folder: Path) -> None:
    """Write NAME into the folder of a version; raises OSError."""
    text = json.dumps(asdict(findings), indent=1, ensure_ascii=True)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read_findings(build_dir: Path, manifest: Manifest) -> Findings | None:
    """Return what was found in the version, None if it was not kept or cannot be read."""
    path = build_dir / (manifest.base_version or manifest.version) / NAME
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Findings(
            raw["checked"],
            tuple(Rule(**one) for one in raw["rules"]),
            raw["counts"],
            tuple(Finding(**one) for one in raw["findings"]),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _rule(file: QueryFile) -> Rule:
    severity = GRAVITY.get(file.header.get("severity", ""), "Info")
    return Rule(file.path.stem, severity, file.about.de, file.about.en)


def _finding(result: Result, rule: str) -> Finding:
    place = str(result.places[0]) if result.places else ""
    message = result.message
    return Finding(result.severity, rule, result.focus, message.de, message.en, place)


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return {severity: counts[severity] for severity in SEVERITIES if counts[severity]}
