"""The page at /: what this graph is, a search, and what others have asked it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.publish.store import is_graph_query
from kg.rdf.queries import QueryFile, read_queries
from kg.serve.pages.site import PageRoute, Site
from kg.serve.void import endpoint_at, root_of
from kg.settings import Project

_SHOWN = 6
SAMPLE = """SELECT ?type (COUNT(?thing) AS ?count)
WHERE { ?thing a ?type }
GROUP BY ?type ORDER BY DESC(?count) LIMIT 10"""


@dataclass(frozen=True)
class Example:
    """One question with its query and the link that answers it."""

    about: Text
    query: str
    link: str


def examples(project: Project) -> list[Example]:
    """Return the questions in queries/competency of `project`; raises ReadError."""
    return [_example(file) for file in read_queries(project.root / "queries" / "competency")]


def routes(site: Site) -> list[PageRoute]:
    """Return the route of /; raises ReadError when an example query cannot be read."""
    asked = examples(site.project)

    async def home(request: Request) -> Response:
        visit = await site.visit(request)
        fresh = site.fresh(visit)
        if fresh:
            return fresh
        started = [str(one) for one in site.project.pages.get("start", ())]
        endpoint = endpoint_at(root_of(request))
        values = {
            "about": text_of(site.project.pages, "description"),
            "hint": text_of(site.project.pages, "hint"),
            "start": started,
            "labels": await site.labels(visit, started),
            "examples": asked[:_SHOWN],
            "asked": len(asked),
            "endpoint": endpoint,
            "sample": SAMPLE,
            "curl": _lines(_curl(endpoint)),
        }
        return site.page(visit, "home.html", values)

    return [PageRoute("/", home)]


def text_of(table: Mapping[str, Any], name: str) -> Text | None:
    """Return the text that kg.toml gives as `name` = {de = "…", en = "…"}, or as one string."""
    found = table.get(name)
    if isinstance(found, str):
        return Text(found, found)
    if isinstance(found, Mapping) and found:
        english = str(found.get("en", found.get("de", "")))
        return Text(str(found.get("de", english)), english)
    return None


def _example(file: QueryFile) -> Example:
    lines = file.text.splitlines()
    while lines and (lines[0].startswith("#") or not lines[0].strip()):
        lines.pop(0)
    query = "\n".join(lines)
    return Example(file.about, query, _link(query, "turtle" if is_graph_query(query) else "csv"))


def _link(query: str, form: str) -> str:
    return "sparql?" + urlencode({"query": query, "format": form})


def _curl(endpoint: str) -> list[str]:
    return [
        *("curl", "--header", "Accept: text/csv"),
        *("--data-urlencode", f"query={SAMPLE}", endpoint),
    ]


def _lines(command: list[str]) -> str:
    """Return the command for a shell, an option a line."""
    program, *words = (shlex.quote(word) for word in command)
    options = [f"{name} {value}" for name, value in zip(words[:-1:2], words[1:-1:2], strict=True)]
    return " \\\n  ".join([program, *options, words[-1]])
