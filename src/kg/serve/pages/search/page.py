"""/search: what is in the graph by name, other name or key; a page, its list alone, or JSON."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import StageError, Text
from kg.publish.search.hits import LIMIT, Found, Sought, search
from kg.publish.search.layer import Layer
from kg.publish.search.settings import SearchSettings, search_settings
from kg.serve.headers import etag, is_fresh
from kg.serve.negotiate import Offer, Representation, choose
from kg.serve.pages.search.changes import SearchLayers
from kg.serve.pages.search.overview import Overview, overview
from kg.serve.pages.search.view import Names, plain_hit, view_of
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.visit import Visit
from kg.serve.problems import NOT_ACCEPTABLE, RequestError

Form = Literal["page", "part", "short", "json"]
OFFER = Offer(
    (Representation("page", "text/html"), Representation("json", "application/json")),
    {"html": "page", "json": "json"},
)
TEMPLATES = {
    "page": "search.html",
    "part": "search_results.html",
    "short": "search_short.html",
}
SHORT = 8
"""So many hits are shown below the field in the head of a page."""
_FIELD = "top-found"
_VARY = ("HX-Request", "HX-Target")
_LAST_PAGE = 1000
_LONGEST = 2000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+")


def routes(site: Site) -> list[PageRoute]:
    """Return the route of the search; raises ProjectError for what kg.toml says wrong."""
    settings = search_settings(site.project)
    layers = SearchLayers(site, settings)

    async def handle(request: Request) -> Response:
        return await _Search(site, settings, layers, await site.visit(request)).answer()

    return [PageRoute("/search", handle)]


def sought_of(request: Request, limit: int) -> Sought:
    """Return what a request seeks; all of it is cut to a sensible length."""
    given = {name: _clean(request.query_params.get(name, "")) for name in ("q", "class", "region")}
    number = request.query_params.get("page", "")
    page = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1
    page = min(max(page, 1), _LAST_PAGE)
    return Sought(given["q"], given["class"], given["region"], (page - 1) * limit, limit)


def form_of(request: Request) -> Form:
    """Return what a request wants: the page, the part with the list, a short list, or JSON.

    Raises RequestError for a format that is not on offer.
    """
    accept = ", ".join(request.headers.getlist("accept"))
    wanted = choose(OFFER, accept, request.query_params.getlist("format"))
    if wanted is None:
        raise RequestError(
            NOT_ACCEPTABLE,
            Text(
                de="Die Suche gibt es als text/html und als application/json.",
                en="The search is there as text/html and as application/json.",
            ),
        )
    if wanted.name == "json":
        return "json"
    live = request.headers.get("hx-request") == "true"
    if not live or request.headers.get("hx-history-restore-request") == "true":
        return "page"
    target = request.headers.get("hx-target", "").rpartition("#")[2]
    return "short" if target == _FIELD else "part"


def _clean(text: str) -> str:
    """Return a text as it can be sought and shown: without control characters."""
    return _CONTROL.sub(" ", text[:_LONGEST]).strip()


@dataclass(frozen=True)
class _Search:
    """One request."""

    site: Site
    settings: SearchSettings
    layers: SearchLayers
    visit: Visit

    async def answer(self) -> Response:
        form = form_of(self.visit.request)
        if form == "json":
            return await self._json()
        fresh = self.site.fresh(self.visit, f"search.{form}")
        if fresh:
            return fresh
        sought = sought_of(self.visit.request, SHORT if form == "short" else LIMIT)
        values: dict[str, Any] = {"sought": sought, "view": None, "overview": None, "fault": ""}
        try:
            layers, found = await self._found(sought)
        except StageError as error:
            values["fault"] = error.text.to(self.visit.lang)
            return self._page(form, values, status=503)()
        names = Names(self.visit, await self.site.vocabulary(self.visit))
        if found:
            values["view"] = view_of(found, sought, names, self.settings.regions)
        if form != "short" and not (found and found.total):
            values["overview"] = await self._overview(layers, names)
        return await self.site.made(self.visit, self._page(form, values))

    async def _found(self, sought: Sought) -> tuple[Sequence[Layer], Found | None]:
        """Return the layers, and what they have of what is sought, None if nothing is."""
        layers = await self.layers.of(self.visit)
        if not (sought.text or sought.kind or sought.region):
            return layers, None
        return layers, await run_in_threadpool(_searched, layers, sought, self.settings)

    async def _overview(self, layers: Sequence[Layer], names: Names) -> Overview:
        async def read() -> Overview:
            return await run_in_threadpool(overview, layers, self.settings, names)

        return await self.site.once(self.visit, f"search.{self.visit.lang}", read)

    def _page(
        self, form: Form, values: dict[str, Any], *, status: int = 200
    ) -> Callable[[], Response]:
        template, tag = TEMPLATES[form], f"search.{form}"
        page, visit = self.site.page, self.visit
        return partial(page, visit, template, values, status=status, tag=tag, vary=_VARY)

    async def _json(self) -> Response:
        visit, request = self.visit, self.visit.request
        headers = {
            "ETag": etag(visit.version.version, "search", visit.lang),
            "Vary": ", ".join(("Accept", "Accept-Language", "Accept-Datetime", *_VARY)),
            "Content-Language": visit.lang,
        }
        if visit.past:
            headers.update(self.site.travel.headers(request, visit.past))
        if is_fresh(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        _, found = await self._found(sought_of(request, LIMIT))
        names = Names(visit, await self.site.vocabulary(visit))
        hits = [plain_hit(hit, names) for hit in (found.hits if found else ())]
        body = json.dumps(hits, ensure_ascii=False, separators=(",", ":"))
        return Response(body, headers=headers, media_type="application/json")


def _searched(layers: Sequence[Layer], sought: Sought, settings: SearchSettings) -> Found:
    try:
        return search(layers, sought, settings.pass_over)
    except sqlite3.Error as error:
        raise StageError(
            Text(
                de=f"Die Suche ist gescheitert: {error}. Bauen Sie neu: kg build --force",
                en=f"The search failed: {error}. Build anew: kg build --force",
            )
        ) from error
