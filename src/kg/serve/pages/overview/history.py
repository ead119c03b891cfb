"""/history and /contributions for browsers: what was changed, by whom, from what; kept versions.

Programs get what they got before. Whoever has no token sees the contributions that were accepted,
as at /contributions in JSON.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from pyoxigraph import Quad, RdfFormat, serialize
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import StageError, Text
from kg.publish.retention import made_at
from kg.publish.versions import names_of
from kg.serve.negotiate import Offer, Representation, choose
from kg.serve.pages.overview.listing import SIZE, part_of
from kg.serve.pages.site import Site
from kg.serve.pages.visit import Visit
from kg.serve.writing.kept import Shelf, number_of
from kg.serve.writing.routes import Route
from kg.settings import Project
from kg.write.submitted import Contribution

Handler = Callable[[Request], Awaitable[Response]]
OFFER = Offer(
    (Representation("json", "application/json"), Representation("html", "text/html")),
    {"json": "json", "patch": "json", "html": "html"},
)
COMMITS = 50
STATEMENTS = 200
"""So many statements that came, and that went, are on the page of a commit."""
_LARGEST = 10**15
_VERSIONS = 60


@dataclass(frozen=True)
class Kept:
    """A version that can still be read, and when it was made."""

    name: str
    made: datetime


def browsers_too(site: Site, routes: Iterable[Route]) -> tuple[Route, ...]:
    """Return the routes to what is kept of writing, with pages for browsers where there are any."""
    pages = browser_pages(site)
    return tuple(
        replace(route, handler=_either(pages[route.path], route.handler))
        if route.path in pages
        else route
        for route in routes
    )


def _either(page: Handler, program: Handler) -> Handler:
    """Return what answers browsers with a page and everything else as before."""

    async def handle(request: Request) -> Response:
        if wants_page(request):
            return await page(request)
        response = await program(request)
        if request.method in ("GET", "HEAD"):
            response.headers.add_vary_header("Accept")
        return response

    return handle


def browser_pages(site: Site) -> dict[str, Handler]:
    """Return what answers a browser at the addresses that programs use as well."""
    shelf = Shelf()

    async def history(request: Request) -> Response:
        return await _history(site, request, shelf)

    async def contributions(request: Request) -> Response:
        return await _contributions(site, request, shelf)

    async def commit(request: Request) -> Response:
        visit = await site.visit(request)
        number = request.path_params["number"]
        values = {
            "commit": await shelf.read(partial(_commit, site.project, number)),
            "when": lambda text: visit.day(text[:16]),
            "kind": lambda name: _kind(name, visit),
        }
        return site.page(visit, "commit.html", values, tag="commit")

    return {
        "/history": history,
        "/history/{number:int}": commit,
        "/contributions": contributions,
    }


def wants_page(request: Request) -> bool:
    """Return whether a request reads and would rather have a page than JSON."""
    if request.method not in ("GET", "HEAD"):
        return False
    formats = request.query_params.getlist("format")
    found = choose(OFFER, ", ".join(request.headers.getlist("accept")), formats)
    return found is not None and found.name == "html"


async def _history(site: Site, request: Request, shelf: Shelf) -> Response:
    visit = await site.visit(request)
    before = number_of(request, "before", None, _LARGEST)
    newest = site.serving.current().manifest.commit
    upto = before if not newest else min(before or newest + 1, newest + 1)
    found = await shelf.read(partial(_entries, site.project, upto, COMMITS))
    values = {
        "commits": found,
        "when": lambda text: visit.day(text[:16]),
        "kind": lambda name: _kind(name, visit),
        "newest": newest,
        "older": found[-1]["number"] if len(found) == COMMITS and found[-1]["number"] > 1 else 0,
        "is_first": before is None,
        "versions": await shelf.read(partial(_versions, site.project)),
    }
    return _unkept(site.page(visit, "history.html", values, tag="history"))


async def _contributions(site: Site, request: Request, shelf: Shelf) -> Response:
    visit = await site.visit(request)
    found = await shelf.read(partial(_accepted, site.project))
    values = {
        "part": part_of(request, found),
        "when": lambda text: visit.day(text[:16]),
        "link": lambda page: visit.here(page=page),
        "size": SIZE,
    }
    return _unkept(site.page(visit, "contributions.html", values, tag="contributions"))


def _unkept(response: Response) -> Response:
    """Return a page that nobody keeps: it changes without the version that is read."""
    response.headers["Cache-Control"] = "no-store"
    del response.headers["ETag"]
    return response


def _entries(project: Project, before: int | None, limit: int) -> list[dict[str, Any]]:
    from kg.write import history  # noqa: PLC0415 - most requests do without

    return history.entries(project, before=before, limit=limit)


def _accepted(project: Project) -> list[Contribution]:
    """Return the contributions that all may read, the newest first."""
    from kg.write import submissions  # noqa: PLC0415 - most requests do without
    from kg.write.history import journal_of  # noqa: PLC0415

    return list(reversed(submissions.list_all(journal_of(project), "accepted")))


def _versions(project: Project) -> list[Kept]:
    """Return the newest versions that are kept, the newest first."""
    try:
        names = names_of(project.build_dir)
    except OSError as error:
        raise StageError(_NO_VERSIONS) from error
    dated = ((name, made_at(name)) for name in reversed(names))
    return [Kept(name, made) for name, made in dated if made][:_VERSIONS]


def _commit(project: Project, number: int) -> dict[str, Any]:
    from kg.write import history  # noqa: PLC0415 - most requests do without

    commit = history.commit(project, number)
    change = commit.change
    return {
        **history.entry(commit),
        "lines": {"added": _lines(change.added), "removed": _lines(change.removed)},
    }


def _lines(quads: tuple[Quad, ...]) -> list[str]:
    return (serialize(quads[:STATEMENTS], format=RdfFormat.N_QUADS) or b"").decode().splitlines()


def _kind(name: str, visit: Visit) -> str:
    """Return what a commit did, in a word."""
    known = _KINDS.get(name)
    return visit.t(*known) if known else name


_KINDS = {
    "update": ("Aktualisierung", "update"),
    "put": ("Graph ersetzt", "graph replaced"),
    "post": ("Graph ergänzt", "graph extended"),
    "delete": ("Graph entfernt", "graph removed"),
    "contribution": ("Beitrag", "contribution"),
    "revert": ("Rücknahme", "undone"),
}
_NO_VERSIONS = Text(
    de="Die aufgehobenen Stände lassen sich nicht lesen.", en="The kept states cannot be read."
)
