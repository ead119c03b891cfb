"""A Report becomes JSON with stable names, described by docs/schemas/report.schema.json."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from kg.errors import Place
from kg.validate.report import SEVERITIES, Proposal, Report, Result

_READABLE = 500
_HALF = re.compile(r"[\ud800-\udfff]")


def as_json(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return the findings as JSON: valid, conforms, counts and results, in both languages."""
    del lang, prefixes
    return dump(report_dict(report), findings=len(report.results))


def report_dict(report: Report) -> dict[str, Any]:
    """Return the report as it is for JSON."""
    return {
        "valid": report.valid,
        "conforms": report.conforms,
        "checked": report.checked,
        "counts": {severity.lower(): report.count(severity) for severity in SEVERITIES},
        "results": [result_dict(result) for result in report.results],
    }


def result_dict(result: Result) -> dict[str, Any]:
    """Return a finding, with those that it consists of, as it is for JSON."""
    return {
        "severity": result.severity,
        "severityIri": result.severity_iri,
        "message": result.message.as_dict(),
        "messages": [{"text": text, "language": tag or None} for text, tag in result.messages],
        "focus": result.focus,
        "path": result.path,
        "value": result.value,
        "component": result.component,
        "shape": result.shape,
        "sourceShape": result.source_shape,
        "constraint": result.constraint,
        "rule": result.rule,
        "graph": result.graph,
        "places": [_place(place) for place in result.places],
        "spots": {
            "focus": _spot(result.spots.focus),
            "path": _spot(result.spots.path),
            "value": _spot(result.spots.value),
        },
        "proposal": _proposal(result.proposal),
        "details": [result_dict(detail) for detail in result.details],
    }


def dump(document: Mapping[str, Any], *, findings: int) -> str:
    """Return JSON text that can be written as UTF-8, even if a file has a name that is not.

    With many findings it is one line: nobody reads it, and indenting takes ten times as long.
    """
    indent = 2 if findings <= _READABLE else None
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    return _HALF.sub(lambda sign: f"\\u{ord(sign.group()):04x}", text)


def _place(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = {"file": place.file, "line": place.line, "column": place.column}
    return found if place.pointer is None else {**found, "pointer": place.pointer}


def _spot(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else _place(place)


def _proposal(proposal: Proposal | None) -> dict[str, Any] | None:
    if proposal is None:
        return None
    old, new = proposal.replace or (None, None)
    return {
        "text": proposal.text.as_dict(),
        "replace": None if old is None else {"old": old, "new": new},
        "turtle": proposal.turtle,
    }
