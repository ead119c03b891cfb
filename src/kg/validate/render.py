"""A Report becomes text for people, JSON with stable names, or a SHACL validation report."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from kg.errors import Text
from kg.namespaces import SH, shorten
from kg.rdf.turtle import quoted
from kg.validate.report import Report, Result, Severity

_NAMES: Mapping[Severity, Text] = MappingProxyType(
    {
        "Violation": Text(de="Verstoß", en="Violation"),
        "Warning": Text(de="Warnung", en="Warning"),
        "Info": Text(de="Hinweis", en="Info"),
    }
)


_COUNTED: Mapping[Severity, tuple[Text, Text]] = MappingProxyType(
    {
        "Violation": (_NAMES["Violation"], Text(de="Verstöße", en="violations")),
        "Warning": (_NAMES["Warning"], Text(de="Warnungen", en="warnings")),
        "Info": (_NAMES["Info"], Text(de="Hinweise", en="infos")),
    }
)
_TRIPLES = (Text(de="Tripel", en="triple"), Text(de="Tripeln", en="triples"))


def as_text(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return the findings for people, one block each, and a last line that counts them."""
    blocks = [_block(result, lang, prefixes) for result in report.results]
    return "\n".join([*blocks, summary(report, lang)])


def as_brief(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return the violations for people, then the count of all findings and how to see the rest."""
    grave = [_block(result, lang, prefixes) for result in report.results if _is_grave(result)]
    rest = Text(de="Alle zeigt: kg validate", en="To see them all: kg validate")
    more = [rest.to(lang)] if len(grave) < len(report.results) else []
    return "\n".join([*grave, " ".join([summary(report, lang), *more])])


def _is_grave(result: Result) -> bool:
    return result.severity == "Violation"


def summary(report: Report, lang: str) -> str:
    """Return one line that counts the findings."""
    parts = [_counted(report.count(severity), *_COUNTED[severity]) for severity in _COUNTED]
    triples = _counted(report.checked.get("triples", 0), *_TRIPLES)
    text = Text(
        de=f"{'Gültig' if report.valid else 'Nicht gültig'}: "
        f"{', '.join(part.de for part in parts)} in {triples.de}.",
        en=f"{'Valid' if report.valid else 'Not valid'}: "
        f"{', '.join(part.en for part in parts)} in {triples.en}.",
    )
    return text.to(lang)


def as_json(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return the findings as JSON: valid, conforms, counts and results with their messages."""
    del lang, prefixes
    document = {
        "valid": report.valid,
        "conforms": report.conforms,
        "checked": report.checked,
        "counts": {severity.lower(): report.count(severity) for severity in _NAMES},
        "results": [_dict(result) for result in report.results],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_turtle(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return the report graph of SHACL section 3.6 as Turtle."""
    del lang, prefixes
    results = [f"  sh:result [\n{_shacl(result)}\n  ]" for result in report.results]
    body = [f"  sh:conforms {str(report.conforms).lower()}", *results]
    return f"@prefix sh: <{SH}> .\n\n[] a sh:ValidationReport ;\n" + " ;\n".join(body) + " .\n"


RENDERERS: Mapping[str, Callable[[Report, str, Mapping[str, str]], str]] = MappingProxyType(
    {"text": as_text, "json": as_json, "turtle": as_turtle}
)


def _counted(number: int, one: Text, many: Text) -> Text:
    noun = one if number == 1 else many
    return Text(de=f"{number} {noun.de}", en=f"{number} {noun.en.lower()}")


def _block(result: Result, lang: str, table: Mapping[str, str]) -> str:
    where = f"{result.places[0]}: " if result.places else ""
    lines = [f"{where}{_NAMES[result.severity].to(lang)}: {result.message.to(lang)}"]
    about = [_term(result.focus, table)]
    about += [_term(term, table) for term in (result.path, result.value) if term]
    lines.append("    " + "  ".join(about))
    origin = shorten(result.shape, table) if result.shape else result.rule
    if origin:
        lines.append(f"    ({origin})")
    lines += [f"    {Text(de='auch', en='also').to(lang)} {place}" for place in result.places[1:]]
    return "\n".join(lines) + "\n"


def _term(term: str, table: Mapping[str, str]) -> str:
    if term.startswith("^"):
        return "^" + _term(term[1:], table)
    return shorten(term[1:-1], table) if term.startswith("<") else term


def _path(path: str | None) -> str | None:
    return f"[ sh:inversePath {path[1:]} ]" if path and path.startswith("^") else path


def _dict(result: Result) -> dict[str, Any]:
    return {
        "severity": result.severity,
        "message": result.message.as_dict(),
        "focus": result.focus,
        "path": result.path,
        "value": result.value,
        "component": result.component,
        "shape": result.shape,
        "rule": result.rule,
        "graph": result.graph,
        "places": [
            {"file": place.file, "line": place.line, "column": place.column}
            for place in result.places
        ],
    }


def _shacl(result: Result) -> str:
    pairs = [
        ("a", "sh:ValidationResult"),
        ("sh:resultSeverity", f"sh:{result.severity}"),
        ("sh:focusNode", result.focus),
        ("sh:resultPath", _path(result.path)),
        ("sh:value", result.value),
        ("sh:sourceConstraintComponent", result.component and f"<{result.component}>"),
        ("sh:sourceShape", result.shape and f"<{result.shape}>"),
        ("sh:resultMessage", f"{quoted(result.message.de)}@de"),
        ("sh:resultMessage", f"{quoted(result.message.en)}@en"),
    ]
    return " ;\n".join(f"    {name} {value}" for name, value in pairs if value)
