"""The Report: findings as values, in both languages, with places; SHACL section 3.6."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from kg.errors import Place, Text

Severity = Literal["Violation", "Warning", "Info"]
SEVERITIES: tuple[Severity, ...] = ("Violation", "Warning", "Info")


@dataclass(frozen=True)
class Result:
    """One finding. `focus`, `path` and `value` are RDF terms in N-Triples form; an inverse
    path has a ^ before it.

    `component` and `shape` are IRIs; `rule` names a finding that does not come from a shape,
    such as a hygiene query. `graph` is the named graph that the finding speaks of, if it is one.
    `places` say where the statements at fault stand.
    """

    severity: Severity
    message: Text
    focus: str
    path: str | None = None
    value: str | None = None
    component: str | None = None
    shape: str | None = None
    rule: str | None = None
    graph: str | None = None
    places: tuple[Place, ...] = ()

    @property
    def order(self) -> tuple[int, str, str, str, str]:
        """A sorting key: the gravest first, then by place, focus and path."""
        place = str(self.places[0]) if self.places else "~"
        return (
            SEVERITIES.index(self.severity),
            place.split(":")[0],
            self.focus,
            self.path or "",
            self.value or "",
        )


@dataclass(frozen=True)
class Report:
    """All findings of a validation.

    It conforms, in the sense of SHACL section 3.6.1, when there is no finding of any severity; it
    is valid when none of them is a violation.

    `checked` counts what was looked at, such as {"triples": 17014}.
    """

    results: tuple[Result, ...] = ()
    checked: dict[str, int] = field(default_factory=dict)

    @property
    def conforms(self) -> bool:
        """Whether there is no finding at all."""
        return not self.results

    @property
    def valid(self) -> bool:
        """Whether there is no violation."""
        return not any(result.severity == "Violation" for result in self.results)

    def count(self, severity: Severity) -> int:
        """Return how many findings have this severity."""
        return sum(result.severity == severity for result in self.results)

    def plus(self, other: Report) -> Report:
        """Return one report of the findings of both."""
        return Report(self.results + other.results, {**self.checked, **other.checked})

    def sorted(self) -> Report:
        """Return the report with the gravest findings first."""
        return replace(self, results=tuple(sorted(self.results, key=lambda r: r.order)))
