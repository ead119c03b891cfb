"""/sparql for browsers: an editor for queries, and with a query in the address its results.

A request is one of a browser when it would rather have HTML than anything a query can be answered
as, and names no format. All others are answered as the SPARQL protocol says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import KgError, Text
from kg.rdf.sparql_text import kind_of
from kg.serve.answers import Question
from kg.serve.engine import Engine
from kg.serve.headers import QUERY
from kg.serve.negotiate import ANY, prefers_page
from kg.serve.pages.editor.results import ROWS, Shown, beginning
from kg.serve.pages.home import SAMPLE, examples
from kg.serve.pages.labels import Labels
from kg.serve.pages.site import Site
from kg.serve.pages.visit import Visit
from kg.serve.problems import TIME, RequestError, kind_of_error
from kg.serve.protocol import FORMATS, Call, read_get
from kg.serve.reply import unless_gone
from kg.serve.sparql import question_of

Handler = Callable[[Request], Awaitable[Response]]
SECONDS = 5.0
"""So long the page waits for results; the editor itself, and who asks for it, wait longer."""
_JSON_OR_TURTLE = "application/sparql-results+json, text/turtle"
_FILES = ("csv", "tsv", "json", "xml", "turtle", "jsonld", "ntriples", "rdfxml")
_OF_ROWS = ("csv", "tsv", "json", "xml")
_OF_GRAPHS = ("turtle", "jsonld", "ntriples", "rdfxml")
_GRAPHS = ("CONSTRUCT", "DESCRIBE")


@dataclass(frozen=True)
class Fault:
    """Why there are no results, and the line of the query where that is seen, in three parts."""

    title: str
    text: str
    advice: str
    line: int | None = None
    column: int | None = None
    before: str = ""
    marked: str = ""
    after: str = ""


def browsers_first(site: Site, engine: Engine, handler: Handler) -> Handler:
    """Return a handler that gives browsers the page, and everything else to `handler`."""
    asked = examples(site.project)

    async def handle(request: Request) -> Response:
        if not is_for_page(request):
            return await handler(request)
        editor = _Editor(site, engine, await site.visit(request))
        return await editor.page(request, {"examples": asked})

    return handle


def is_for_page(request: Request) -> bool:
    """Return whether a request to /sparql is one of a browser for the page."""
    if request.method not in ("GET", "HEAD"):
        return False
    given = request.query_params
    if any(value.strip() for name in FORMATS for value in given.getlist(name)):
        return False
    return "update" not in given and prefers_page(ANY, ", ".join(request.headers.getlist("accept")))


class _Editor:
    """The page of one request."""

    def __init__(self, site: Site, engine: Engine, visit: Visit) -> None:
        self._site = site
        self._engine = engine
        self._visit = visit
        self._limit = site.serving.options.limits.timeout

    async def page(self, request: Request, more: dict[str, Any]) -> Response:
        text = request.query_params.get("query")
        shown, fault, late, status, question = None, None, False, 200, None
        tag = _tag(request)
        if text is not None:
            try:
                question = self._question(request)
                request.scope[QUERY] = question.text
                fresh = None if question.changes else self._site.fresh(self._visit, tag)
                if fresh:
                    return fresh
                shown = await unless_gone(request, self._run(question))
            except KgError as error:
                late = self._is_late(error, request)
                status = 200 if late else kind_of_error(error).status
                fault = None if late else _fault(error, text, self._visit)
        else:
            fresh = self._site.fresh(self._visit, tag)
            if fresh:
                return fresh
        values = {
            **more,
            **self._values(text, kind_of(text) if text else ""),
            "shown": shown,
            "labels": await self._labels(shown),
            "fault": fault,
            "late": late,
        }
        response = self._site.page(self._visit, "editor.html", values, status=status, tag=tag)
        if late or (question and question.changes):
            response.headers["Cache-Control"] = "no-store"
            del response.headers["ETag"]
        return response

    def _values(self, text: str | None, kind: str) -> dict[str, Any]:
        is_graph = kind in _GRAPHS
        return {
            "asked": text is not None,
            "query": SAMPLE if text is None else text,
            "formats": _FILES,
            "files": _OF_GRAPHS if is_graph else _OF_ROWS,
            "most": ROWS,
            "limit": self._limit,
            "soon": SECONDS,
            "kept": {**self._visit.kept, **_dataset(self._visit.request)},
        }

    def _question(self, request: Request) -> Question:
        """Return the question of the address, to be answered within the time of the page."""
        call: Call = read_get(request.scope.get("query_string", b""))
        serving = self._site.serving
        call = replace(call, formats=(), timeout=call.timeout or self._patience())
        question = question_of(call, _JSON_OR_TURTLE, "", federated=bool(serving.federated))
        past = self._visit.past
        return question._replace(past=past.setup) if past else question

    def _patience(self) -> float:
        return min(SECONDS, self._limit)

    def _is_late(self, error: KgError, request: Request) -> bool:
        """Return whether there may be an answer if one waits longer than the page does."""
        is_time = isinstance(error, RequestError) and error.kind is TIME
        return is_time and "timeout" not in request.query_params and self._limit > SECONDS

    async def _run(self, question: Question) -> Shown:
        return await beginning(await self._engine.stream(question))

    async def _labels(self, shown: Shown | None) -> Labels:
        rows = shown.rows if shown else []
        names = [term.value for row in rows for term in row.values() if term.is_iri]
        return await self._site.labels(self._visit, names)


def _tag(request: Request) -> str:
    """Return what the content of a page depends on besides version and language."""
    digest = hashlib.blake2b(request.scope.get("query_string", b""), digest_size=8)
    return f"editor.{digest.hexdigest()}"


def _dataset(request: Request) -> dict[str, list[str]]:
    given = request.query_params
    names = ("default-graph-uri", "named-graph-uri")
    return {name: given.getlist(name) for name in names if name in given}


def _fault(error: KgError, query: str, visit: Visit) -> Fault:
    kind = kind_of_error(error)
    fault = Fault(
        kind.title.to(visit.lang),
        error.text.to(visit.lang),
        _ADVICE.get(kind.slug, Text("", "")).to(visit.lang),
    )
    place = error.place
    if place is None or place.line is None:
        return fault
    lines = query.split("\n")
    line = lines[min(place.line, len(lines)) - 1].rstrip("\r")
    column = min(place.column or 1, len(line) + 1)
    return replace(
        fault,
        line=place.line,
        column=place.column,
        before=line[: column - 1],
        marked=line[column - 1 : column] or " ",
        after=line[column:],
    )


_ADVICE = {
    "time-limit": Text(
        de="Was hilft: weniger Muster, ein LIMIT oder eine Bedingung, die früh auswählt.",
        en="What helps: fewer patterns, a LIMIT, or a condition that selects early.",
    ),
    "memory-limit": Text(
        de="Was hilft: ein LIMIT, kein ORDER BY oder DISTINCT über alles, weniger Muster.",
        en="What helps: a LIMIT, no ORDER BY or DISTINCT over everything, fewer patterns.",
    ),
    "busy": Text(
        de="Versuchen Sie es in einigen Sekunden noch einmal.",
        en="Try again in some seconds.",
    ),
    "unavailable": Text(
        de="Versuchen Sie es in einigen Sekunden noch einmal.",
        en="Try again in some seconds.",
    ),
    "query-refused": Text(
        de="Hier kann man nur lesen. Beiträge gibt man über „Beitragen“ ab.",
        en="Here one can only read. Contributions are made at “Contribute”.",
    ),
}
