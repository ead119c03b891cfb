"""What no other route takes: an IRI below the base that is known, or the page for 404."""

from __future__ import annotations

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from kg.serve.pages.linked.about import place
from kg.serve.pages.linked.choice import VARY
from kg.serve.pages.linked.missing import Lost, missing, respond
from kg.serve.pages.linked.near import near
from kg.serve.pages.linked.page import see_other
from kg.serve.pages.linked.statements import find, is_iri
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.visit import Visit
from kg.serve.time_travel import raw_path


def routes(site: Site) -> list[PageRoute]:
    """Return the route that must be the last of all."""
    return [PageRoute("/{path:path}", partial(_anything, site))]


async def _anything(site: Site, request: Request) -> Response:
    _refuse_method(request)
    visit = await site.visit(request)
    path = raw_path(request)
    if await _is_namespace(site, visit, path):
        return _to_terms(request)
    names = [one for one in site.addresses.below(path) if is_iri(one)]
    if await find(site, visit, names):
        return see_other(site, request, path)
    words = path.rpartition("/")[2]
    if not names:
        return respond(site, visit, Lost("", words, tuple(await near(site, visit, words))))
    return await missing(site, visit, names)


def _refuse_method(request: Request) -> None:
    """Raise HTTPException if a route has the address, and only the method is another."""
    for route in request.app.router.routes:
        if route.matches(request.scope)[0] == Match.PARTIAL:
            methods = ", ".join(sorted(getattr(route, "methods", None) or ()))
            raise HTTPException(405, headers={"Allow": methods})


async def _is_namespace(site: Site, visit: Visit, path: str) -> bool:
    """Return whether terms of the ontology have IRIs that begin with this address and #."""
    space = site.addresses.iri_of(path) + "#"
    vocabulary = await site.vocabulary(visit)
    return any(name.startswith(space) for name in vocabulary.terms)


def _to_terms(request: Request) -> Response:
    """Lead to the page of the terms; the browser keeps the fragment of what it was asked for."""
    query = request.scope.get("query_string", b"").decode("latin-1")
    at = place(request, "ontology").generic
    address = at + (f"?{query}" if query else "")
    headers = {"Location": address, "Vary": VARY, "Link": f'<{at}>; rel="describedby"'}
    return Response(f"{address}\n", 303, headers, media_type="text/plain")
