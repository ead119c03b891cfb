"""A Report becomes annotations of GitHub, one workflow command a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from kg.validate.render_words import (
    Manner,
    about,
    advice,
    kind,
    sentence,
    severity_name,
    summary,
    visible,
)
from kg.validate.report import Report, Result, Severity

_COMMANDS: Mapping[Severity, str] = MappingProxyType(
    {"Violation": "error", "Warning": "warning", "Info": "notice"}
)


def as_github(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return a workflow command for each finding, and a last line that counts them.

    Files are named as they are in the report, which GitHub takes from the root of the repository.
    """
    manner = Manner(lang, prefixes)
    return "\n".join([*(_command(each, manner) for each in report.results), summary(report, lang)])


def _command(result: Result, manner: Manner) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in _about(result, manner))
    lines = [sentence(result.message, manner.lang), about(result, manner.prefixes)]
    lines += [f"– {sentence(each.message, manner.lang)}" for each in result.details]
    lines += advice(result, manner.lang)
    return f"::{_COMMANDS[result.severity]} {properties}::{_data(chr(10).join(lines))}"


def _about(result: Result, manner: Manner) -> Iterator[tuple[str, str]]:
    if result.places:
        place = result.places[0]
        yield "file", visible(place.file)
        if place.line is not None:
            yield "line", str(place.line)
        if place.column is not None:
            yield "col", str(place.column)
    yield "title", f"{severity_name(result, manner)}: {kind(result, manner.prefixes)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
