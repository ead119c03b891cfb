"""The Report: findings as values, in both languages, with places; SHACL section 3.6."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from kg.errors import Place, Text
from kg.validate.paths import Path

Severity = Literal["Violation", "Warning", "Info"]
SEVERITIES: tuple[Severity, ...] = ("Violation", "Warning", "Info")


@dataclass(frozen=True)
class Proposal:
    """How a finding can be mended: a sentence and, where it can be computed, what to write.

    `replace` is a term that stands in the data and the term to write instead, both in N-Triples
    form. `turtle` is a statement to add, without prefix declarations.
    """

    text: Text
    replace: tuple[str, str] | None = None
    turtle: str | None = None


@dataclass(frozen=True)
class Spots:
    """Where the focus node's statement, the path and the value of a finding stand."""

    focus: Place | None = None
    path: Place | None = None
    value: Place | None = None


@dataclass(frozen=True)
class Result:
    """One finding. `focus` and `value` are RDF terms in N-Triples form; `path` is in the syntax of
    SPARQL property paths, such as `<p>`, `^<p>` or `<p>/<q>*`, and `tree` the same as a value.

    `component` is an IRI. `shape` is the IRI of the nearest shape that has one, `source_shape` the
    term of the very shape and `constraint` that of a SPARQL-based constraint. `rule` names a
    finding that does not come from a shape, such as a hygiene query. `severity_iri` is there for
    a severity other than those of SHACL, which counts as Info. `messages` are the texts of
    sh:resultMessage with their language tags, "" for none; without any, `message` is both.
    `graph` is the named graph that the finding speaks of, if it is one. `places` say where the
    statements at fault stand, the most telling first; `spots` tell them apart.
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
    tree: Path | None = None
    source_shape: str | None = None
    constraint: str | None = None
    severity_iri: str | None = None
    messages: tuple[tuple[str, str], ...] = ()
    details: tuple[Result, ...] = ()
    spots: Spots = Spots()
    proposal: Proposal | None = None

    @property
    def order(self) -> tuple[int, str, int, str, str, str]:
        """A sorting key: the gravest first, then by file and line, focus, path and value."""
        place = self.places[0] if self.places else None
        return (
            SEVERITIES.index(self.severity),
            place.file if place else "~",
            place.line or 0 if place else 0,
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
