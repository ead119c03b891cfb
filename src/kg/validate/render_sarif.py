"""A Report becomes SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from kg import __version__
from kg.errors import Place, Text
from kg.validate.render_json import dump
from kg.validate.render_words import Manner, advice, kind, sentence, visible
from kg.validate.report import Report, Result, Severity

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS: Mapping[Severity, str] = MappingProxyType(
    {"Violation": "error", "Warning": "warning", "Info": "note"}
)
_ORDER = tuple(_LEVELS.values())
_BLANK = re.compile(r"_:\S+")


def as_sarif(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return a SARIF log with one run; a rule is a shape with a component, or a rule of kg.

    There are no fixes: a term can be spelled in many ways, and its text in the file is not known
    here. What to write stands in the message.
    """
    manner = Manner(lang, prefixes)
    rules: dict[str, list[Result]] = {}
    for result in report.results:
        rules.setdefault(kind(result, prefixes), []).append(result)
    numbers = {name: number for number, name in enumerate(rules)}
    marks = _marks(report.results, prefixes)
    results = [
        _result(each, numbers, mark, manner)
        for each, mark in zip(report.results, marks, strict=True)
    ]
    driver = {
        "name": "kg",
        "version": __version__,
        "language": lang,
        "rules": [_rule(name, found, manner) for name, found in rules.items()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {"valid": report.valid, "checked": report.checked},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return dump(log, findings=len(results))


def _rule(name: str, found: list[Result], manner: Manner) -> dict[str, Any]:
    """Return the descriptor of a rule: with the message, if all of its findings have the same."""
    first = found[0]
    texts = {each.message for each in found}
    general = Text(de=f"Befunde von {name}", en=f"Findings of {name}")
    about_it = {"shape": first.shape, "component": first.component, "rule": first.rule}
    return {
        "id": name,
        "shortDescription": {
            "text": sentence(first.message if len(texts) == 1 else general, manner.lang)
        },
        "defaultConfiguration": {
            "level": min((_LEVELS[each.severity] for each in found), key=_ORDER.index)
        },
        "properties": {key: value for key, value in about_it.items() if value},
    }


def _result(
    result: Result, numbers: Mapping[str, int], mark: str, manner: Manner
) -> dict[str, Any]:
    name = kind(result, manner.prefixes)
    lines = [sentence(result.message, manner.lang)]
    lines += [f"– {sentence(each.message, manner.lang)}" for each in result.details]
    lines += advice(result, manner.lang)
    node = {"fullyQualifiedName": visible(result.focus), "kind": "resource"}
    place: dict[str, Any] = {"logicalLocations": [node]}
    place |= _location(result.places[0]) if result.places else {}
    terms = {"path": result.path, "value": result.value, "graph": result.graph}
    written: dict[str, Any] = {
        "ruleId": name,
        "ruleIndex": numbers[name],
        "level": _LEVELS[result.severity],
        "message": {"text": "\n".join(lines)},
        "locations": [place],
        "partialFingerprints": {"kgFinding/v1": mark},
        "properties": {name: value for name, value in terms.items() if value},
    }
    more = [_location(each) for each in result.places[1:]]
    return written | ({"relatedLocations": more} if more else {})


def _location(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.file)}}
    if place.line is not None:
        column = {} if place.column is None else {"startColumn": place.column}
        physical["region"] = {"startLine": place.line, **column}
    return {"physicalLocation": physical}


def _uri(file: str) -> str:
    """Return a file name as a relative reference, or as file:// when it is absolute."""
    path = quote(file, safe="/", errors="surrogateescape")
    return f"file://{path}" if path.startswith("/") else path


def _marks(results: Iterable[Result], prefixes: Mapping[str, str]) -> list[str]:
    """Return what tells the findings apart whatever line they stand on, even in another run."""
    seen: Counter[str] = Counter()
    marks = []
    for result in results:
        file = result.places[0].file if result.places else ""
        terms = (result.focus, result.path or "", result.value or "")
        named = (_BLANK.sub("_:", term) if term.startswith("_:") else term for term in terms)
        parts = "\n".join((kind(result, prefixes), file, *named))
        mark = blake2b(parts.encode(errors="surrogateescape"), digest_size=16).hexdigest()
        seen[mark] += 1
        marks.append(f"{mark}:{seen[mark]}")
    return marks
