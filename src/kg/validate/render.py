"""The table of the forms that a Report can be given out in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kg.validate.render_github import as_github
from kg.validate.render_json import as_json
from kg.validate.render_jsonld import as_jsonld
from kg.validate.render_junit import as_junit
from kg.validate.render_sarif import as_sarif
from kg.validate.render_text import as_brief, as_grouped, as_text
from kg.validate.render_turtle import as_turtle
from kg.validate.report import Report

Renderer = Callable[[Report, str, Mapping[str, str]], str]
"""Makes text of a report, in a language ("de" or "en") and with prefixes for IRIs."""

RENDERERS: Mapping[str, Renderer] = MappingProxyType(
    {
        "text": as_grouped,
        "json": as_json,
        "turtle": as_turtle,
        "jsonld": as_jsonld,
        "sarif": as_sarif,
        "junit": as_junit,
        "github": as_github,
    }
)

__all__ = ["RENDERERS", "Renderer", "as_brief", "as_text"]
