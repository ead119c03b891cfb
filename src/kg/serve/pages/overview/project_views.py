"""Queries of the project in queries/views: what a map, a network or a list of documents shows.

The header of such a file has the title (`de`, `en`), an introduction (`intro-de`, `intro-en`), who
is to be named (`credit-de`, `credit-en`) and the names of its variables, such as
`# column size: Einwohner | inhabitants`. All are optional.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Place, QueryError, Text
from kg.publish.store import is_graph_query
from kg.rdf.read import read_text
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.terms import Row, Term
from kg.serve.problems import NOT_FOUND, RequestError
from kg.settings import Project

FOLDER = ("queries", "views")
_ENTRY = re.compile(r"#\s*(?:column\s+(?P<column>\w+)|(?P<key>[a-z][a-z-]*))\s*:\s*(?P<value>.*)$")


@dataclass(frozen=True)
class ProjectView:
    """One file: what it shows in words, and the query that finds it."""

    title: Text
    intro: Text
    credit: Text
    columns: Mapping[str, Text]
    query: str

    def column(self, name: str, de: str, en: str) -> Text:
        """Return what a variable is called, or the given words if the file names it nothing."""
        return self.columns.get(name) or Text(de, en)


def read_view(project: Project, name: str, needed: Iterable[str]) -> ProjectView | None:
    """Read queries/views/`name`.rq, None if there is none.

    Raises ReadError when it cannot be read, QueryError when it is no SELECT or does not have the
    variables `needed`.
    """
    path = project.root.joinpath(*FOLDER, f"{name}.rq")
    if not path.is_file():
        return None
    text = read_text(path)
    if is_graph_query(text):
        raise _not_fitting(path, "SELECT")
    missing = [one for one in needed if not re.search(rf"[?$]{one}\b", text)]
    if missing:
        raise _not_fitting(path, f"?{missing[0]}")
    return _view(text, name)


def without_view(site: Site, name: str, *more: str) -> list[PageRoute]:
    """Return routes to /`name` and `more` that say why there is nothing; no page links there."""
    site.hidden.add(name)
    file = "/".join((*FOLDER, f"{name}.rq"))

    async def handle(request: Request) -> Response:
        del request
        raise RequestError(
            NOT_FOUND,
            Text(
                de=f"Dieses Projekt hat keine solche Seite: Ihm fehlt die Abfrage {file}.",
                en=f"This project has no such page: it lacks the query {file}.",
            ),
        )

    return [PageRoute(f"/{path}", handle) for path in (name, *more)]


def first_of(rows: Iterable[Row], name: str) -> dict[str, list[Row]]:
    """Return the rows by the value of one variable, in the order of their first appearance."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if name in row:
            found.setdefault(row[name].value, []).append(row)
    return found


def values_of(rows: Iterable[Row], name: str) -> list[Term]:
    """Return the different values of one variable in some rows."""
    return list(dict.fromkeys(row[name] for row in rows if name in row))


def _view(text: str, name: str) -> ProjectView:
    header: dict[str, str] = {}
    columns: dict[str, Text] = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            break
        found = _ENTRY.match(line)
        if not found:
            continue
        value = found["value"].strip()
        if found["column"]:
            german, _, english = (part.strip() for part in value.partition("|"))
            columns[found["column"]] = Text(german, english or german)
        else:
            header[found["key"]] = value
    return ProjectView(
        _text(header, "", name),
        _text(header, "intro-", ""),
        _text(header, "credit-", ""),
        MappingProxyType(columns),
        text,
    )


def _text(header: Mapping[str, str], prefix: str, fallback: str) -> Text:
    english = header.get(f"{prefix}en", header.get(f"{prefix}de", fallback))
    return Text(header.get(f"{prefix}de", english), english)


def _not_fitting(path: Path, expected: str) -> QueryError:
    return QueryError(
        Text(
            de=f"In dieser Abfrage wird {expected} erwartet.",
            en=f"In this query {expected} is expected.",
        ),
        place=Place(str(path)),
    )
