"""404 and 410 that help: what was looked for, what has a similar name, how to add it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.serve.negotiate import Offer, Representation, choose
from kg.serve.pages.labels import last_part
from kg.serve.pages.linked.near import Near, near
from kg.serve.pages.linked.removed import Removal, Removed
from kg.serve.pages.site import Site
from kg.serve.pages.visit import Visit
from kg.serve.problems import NOT_FOUND, Details, Kind, problem
from kg.serve.void import root_of

GONE = Kind("gone", 410, Text("Entfernt", "Removed"))
_OFFER = Offer(
    representations=(
        Representation("json", "application/problem+json"),
        Representation("html", "text/html"),
        Representation("html", "application/xhtml+xml"),
    ),
    names={"html": "html"},
)


@dataclass(frozen=True)
class Lost:
    """What was looked for and is not there; `iri` may be "" for an address of no resource."""

    iri: str
    words: str
    near: tuple[Near, ...]
    removal: Removal | None = None


async def missing(site: Site, visit: Visit, names: Iterable[str]) -> Response:
    """Return 404 for the resources `names` of which nothing is known, 410 for a removed one."""
    looked = list(dict.fromkeys(names))
    removed: Removed = await site.once(visit, "linked.removed", partial(_removed, site))
    removal, iri = None, looked[0] if looked else ""
    for one in looked:
        removal = await removed.of(one, visit.version.commit)
        if removal:
            iri = one
            break
    words = last_part(unquote(iri))
    found = tuple(await near(site, visit, words)) if words else ()
    return respond(site, visit, Lost(iri, words, found, removal))


async def _removed(site: Site) -> Removed:
    return Removed(site.project)


def respond(site: Site, visit: Visit, lost: Lost) -> Response:
    """Return the page for browsers, the problem document for programs."""
    kind = GONE if lost.removal else NOT_FOUND
    if wants_page(visit.request):
        values = {"lost": lost, "title": kind.title, "status": kind.status}
        return site.page(visit, "linked_missing.html", values, status=kind.status)
    return problem(visit.request, kind, _text(visit, lost), _details(visit, lost))


def wants_page(request: Request) -> bool:
    """Return whether a request is one of a browser: it prefers HTML to what programs read."""
    formats = request.query_params.getlist("format")
    accept = ", ".join(request.headers.getlist("accept"))
    found = choose(_OFFER, accept, [one for one in formats if one in _OFFER.names])
    return found is not None and found.name == "html"


def _text(visit: Visit, lost: Lost) -> Text:
    if lost.removal:
        number, day = lost.removal.number, lost.removal.time[:10]
        return Text(
            de=f"{lost.iri} wurde entfernt: Commit {number} vom {day}, siehe /history/{number}.",
            en=f"{lost.iri} was removed: commit {number} of {day}, see /history/{number}.",
        )
    names = ", ".join(f"{one.name} ({one.iri})" for one in lost.near)
    what = lost.iri or visit.request.url.path
    return Text(
        de=f"Über {what} ist hier nichts bekannt."
        + (f" Ähnlich heißen: {names}." if names else "")
        + " Unter /search lässt sich suchen, unter /contribute beitragen.",
        en=f"Nothing is known here of {what}."
        + (f" Similar names have: {names}." if names else "")
        + " Search at /search, contribute at /contribute.",
    )


def _details(visit: Visit, lost: Lost) -> Details:
    root = root_of(visit.request)
    members: dict[str, Any] = {
        "iri": lost.iri,
        "similar": [{"iri": one.iri, "label": one.name} for one in lost.near],
        "search": f"{root}search?{urlencode({'q': lost.words})}",
        "contribute": f"{root}contribute",
    }
    if lost.removal:
        members |= {
            "commit": f"{root}history/{lost.removal.number}",
            "removed": lost.removal.time,
        }
    return Details(members)
