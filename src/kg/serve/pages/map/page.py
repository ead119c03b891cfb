"""/map: places as points, those that work together stand out; the same as a list to read.

The page is complete without JavaScript: the form chooses, the list says what the map shows.
/map/data is for the map in the browser, /map/card says what is known of one place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.serve.headers import etag, is_fresh
from kg.serve.negotiate import coding_of
from kg.serve.pages.labels import Labels
from kg.serve.pages.map.data import map_data, packed
from kg.serve.pages.map.places import Choice, Group, Place, Places, chosen, places_of
from kg.serve.pages.overview.listing import asked, labels_once, part_of, sort_key
from kg.serve.pages.overview.project_views import ProjectView, read_view, without_view
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.terms import Row, Term
from kg.serve.pages.visit import Visit
from kg.serve.problems import BAD_REQUEST, Details, RequestError

_NAMES = ("group", "topic", "kind")


@dataclass(frozen=True)
class _Views:
    """The queries of a project for its map; groups and lines may be missing."""

    places: ProjectView
    groups: ProjectView | None
    lines: ProjectView | None


def routes(site: Site) -> list[PageRoute]:
    """Return the routes of the map, which say so without a query for it; raises KgError."""
    project = site.project
    view = read_view(project, "map", ("thing", "lat", "long"))
    if view is None:
        return without_view(site, "map", "map/data", "map/card")
    views = _Views(
        view,
        read_view(project, "map-groups", ("thing", "group")),
        read_view(project, "map-lines", ("from", "to", "group")),
    )
    pages = _Map(site, views)
    return [
        PageRoute("/map", pages.page),
        PageRoute("/map/data", pages.data),
        PageRoute("/map/card", pages.card),
    ]


class _Map:
    """The pages of one site."""

    def __init__(self, site: Site, views: _Views) -> None:
        self._site = site
        self._views = views

    async def page(self, request: Request) -> Response:
        """Answer with the map and the list of what it shows."""
        visit = await self._site.visit(request)
        fresh = self._site.fresh(visit, "map")
        if fresh:
            return fresh
        places = await self._places(visit)
        choice = _choice(request)
        found = chosen(places, choice)
        part = part_of(request, found)
        labels = await self._labels(visit, places)
        values = {
            "view": self._views.places,
            "labels": labels,
            "places": places,
            "part": part,
            "choice": choice,
            "choices": _choices(places, labels),
            "groups_of": lambda number: _groups_of(places, number, labels),
            "link": lambda page: visit.here(page=page),
            "data": visit.href("map/data"),
            "card": visit.href("map/card"),
        }
        return self._site.page(visit, "map.html", values, tag="map")

    async def data(self, request: Request) -> Response:
        """Answer with the places as JSON, compressed as the client likes it."""
        visit = await self._site.visit(request)
        coding = coding_of(", ".join(request.headers.getlist("accept-encoding")))
        tag = etag(visit.version.version, "map", visit.lang, coding or "plain")
        headers = {
            "ETag": tag,
            "Vary": "Accept-Encoding, Accept-Language, Accept-Datetime",
            "Content-Type": "application/json",
            "Content-Language": visit.lang,
        }
        if is_fresh(request, tag):
            return Response(status_code=304, headers=headers)
        if coding:
            headers["Content-Encoding"] = coding

        async def pack() -> bytes:
            return await run_in_threadpool(packed, await self._json(visit), coding)

        body = await self._site.once(visit, f"map {visit.lang} {coding}", pack)
        return Response(body, headers=headers)

    async def card(self, request: Request) -> Response:
        """Answer with what is known of one place, as a part of a page."""
        visit = await self._site.visit(request)
        fresh = self._site.fresh(visit, "card")
        if fresh:
            return fresh
        places = await self._places(visit)
        name = request.query_params.get("thing", "")
        number = next((n for n, one in enumerate(places.places) if one.iri == name), None)
        if number is None:
            raise RequestError(BAD_REQUEST, _UNKNOWN, Details({"parameter": "thing"}))
        place = places.places[number]
        labels = await self._labels(visit, places)
        values = {
            "view": self._views.places,
            "place": place,
            "kind": place.kind and _name(place.kind, labels),
            "groups": _groups_of(places, number, labels),
            "links": await self._marks(visit, place),
        }
        return self._site.page(visit, "map_card.html", values, tag="card")

    async def _marks(self, visit: Visit, place: Place) -> list[tuple[str, str]]:
        """Return further links about a place by their names."""
        vocabulary = await self._site.vocabulary(visit)
        kinds = (await self._site.labels(visit, [place.iri])).kinds(place.iri)
        classes = [*kinds, *(above for kind in kinds for above in vocabulary.above(kind))]
        found = [(key, make(visit, place.iri, classes)) for key, make in self._site.marks.items()]
        return [(key, link) for key, link in found if link]

    async def _places(self, visit: Visit) -> Places:
        async def read() -> Places:
            views = self._views
            found = await asyncio.gather(
                *(self._rows(visit, view) for view in (views.places, views.groups, views.lines))
            )
            return await run_in_threadpool(places_of, *found)

        return await self._site.once(visit, "places", read)

    async def _rows(self, visit: Visit, view: ProjectView | None) -> list[Row]:
        return await self._site.rows(visit, view.query) if view else []

    async def _labels(self, visit: Visit, places: Places) -> Labels:
        return await labels_once(self._site, visit, "map", _mentioned(places))

    async def _json(self, visit: Visit) -> bytes:
        places = await self._places(visit)
        labels = await self._labels(visit, places)

        def make() -> bytes:
            return map_data(places, name=labels.of, address=self._site.addresses.document)

        return await run_in_threadpool(make)


def _choice(request: Request) -> Choice:
    group, topic, kind = (request.query_params.get(name, "").strip() for name in _NAMES)
    return Choice(group, topic, kind, asked(request, "q"))


def _mentioned(places: Places) -> Iterable[str]:
    yield from (term.value for term in places.kinds if term.is_iri)
    yield from (group.iri for group in places.groups)
    yield from places.topics


def _name(term: Term, labels: Labels) -> str:
    return labels.of(term.value) if term.is_iri else term.value


def _choices(places: Places, labels: Labels) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen: values with their names, by name."""
    found = {
        "group": [(group.iri, labels.of(group.iri)) for group in places.groups],
        "topic": [(topic, labels.of(topic)) for topic in places.topics],
        "kind": [(term.value, _name(term, labels)) for term in places.kinds],
    }
    return {key: sorted(some, key=lambda one: sort_key(one[1])) for key, some in found.items()}


def _groups_of(places: Places, number: int, labels: Labels) -> list[tuple[Group, str]]:
    """Return the groups of a place with their names, by name."""
    groups = (places.groups[one] for one in places.groups_of.get(number, ()))
    named: list[tuple[Group, str]] = [(group, labels.of(group.iri)) for group in groups]
    return sorted(named, key=lambda one: sort_key(one[1]))


_UNKNOWN = Text(
    de="Dieses Ding ist nicht auf der Karte. Erwartet wird der Parameter thing mit seiner IRI.",
    en="This thing is not on the map. Expected is the parameter thing with its IRI.",
)
