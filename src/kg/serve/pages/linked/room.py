"""A room of the graph, the ontology or the shapes, as one document: a page, or all of its data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.serve.headers import etag, is_fresh
from kg.serve.pages.linked.about import links, place
from kg.serve.pages.linked.choice import negotiated
from kg.serve.pages.linked.facts import context, facts
from kg.serve.pages.linked.headers import with_links
from kg.serve.pages.linked.write import SUFFIXES, Document, write
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.visit import Visit

Values = Callable[[Site, Visit], Awaitable[Callable[[], Mapping[str, Any]]]]
"""Asks what there is to ask, and returns what makes the values of the template of it."""


def room_routes(site: Site, room: str, values: Values) -> list[PageRoute]:
    """Return the routes of a room; `values` is for its template linked_{room}_main.html."""

    def handler(form: str | None) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            return await _answer(site, request, room, values, form)

        return handle

    return [
        PageRoute(f"/{room}", handler(None)),
        *(PageRoute(f"/{room}.{suffix}", handler(form)) for form, suffix in SUFFIXES.items()),
    ]


async def _answer(
    site: Site, request: Request, room: str, values: Values, form: str | None
) -> Response:
    visit = await site.visit(request)
    representation = negotiated(request, form)
    version = visit.past.version.manifest.version if visit.past else ""
    at = place(request, room, version)
    if representation.name == "html":
        response = await _page(site, visit, room, values)
    else:
        tag = etag(visit.version.version, site.assets.stamp, room, representation.name)
        response = Response(status_code=304, headers={"ETag": tag})
        if not is_fresh(request, tag):
            body = await _data(site, visit, room, representation.name)
            response = Response(body, headers={"ETag": tag})
            response.headers["Content-Type"] = representation.content_type
    given = links(at, site.project.base, site.project.license)
    return with_links(site, visit, response, at=at, form=representation.name, links=given)


async def _page(site: Site, visit: Visit, room: str, values: Values) -> Response:
    """Return the page; what it is made of is made once for a version, language and links."""
    fresh = site.fresh(visit, room)
    if fresh:
        return fresh
    kept = "&".join(f"{name}={value}" for name, value in sorted(visit.kept.items()))

    async def read() -> Markup:
        made = await values(site, visit)
        return await run_in_threadpool(
            lambda: Markup(site.render(visit, f"linked_{room}_main.html", made()))
        )

    body = await site.once(visit, f"linked.{room}.{visit.lang}.{kept}", read)
    return site.page(visit, f"linked_{room}.html", {"body": body}, tag=room)


async def _data(site: Site, visit: Visit, room: str, form: str) -> bytes:
    async def read() -> bytes:
        known = await context(site, visit)
        document = Document((await facts(site, visit, room)).statements, ())
        return await run_in_threadpool(
            write, document, form, prefixes=site.project.prefixes, context=known
        )

    return await site.once(visit, f"linked.{room}.{form}", read)
