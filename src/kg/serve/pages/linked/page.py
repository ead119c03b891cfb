"""Linked data: /id/… leads to /doc/…, which is a page for people and data for programs.

What is asked for is said by Accept, by a suffix such as .ttl, or by format=; an IRI that itself
ends in a suffix goes before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import QueryError
from kg.serve.headers import etag, is_fresh
from kg.serve.negotiate import Representation
from kg.serve.pages.entity.page import entity_page
from kg.serve.pages.linked import ontology as linked_ontology
from kg.serve.pages.linked import problems as linked_problems
from kg.serve.pages.linked import shapes as linked_shapes
from kg.serve.pages.linked.about import Place, about, links, place, thing_links
from kg.serve.pages.linked.choice import VARY, negotiated
from kg.serve.pages.linked.facts import context
from kg.serve.pages.linked.headers import with_links
from kg.serve.pages.linked.missing import missing
from kg.serve.pages.linked.statements import (
    Description,
    Found,
    Statement,
    describe,
    find,
    is_iri,
)
from kg.serve.pages.linked.write import DOCUMENTS, SUFFIXES, Document, write
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.visit import Visit
from kg.serve.problems import NOT_ACCEPTABLE, Details, RequestError
from kg.serve.time_travel import raw_path
from kg.settings import Project

_DOC = "doc/"
_FORMS = {suffix: form for form, suffix in SUFFIXES.items()}


@dataclass(frozen=True)
class Asked:
    """What an address under /doc may mean: an IRI, and the format that its suffix names."""

    iri: str
    form: str | None = None


def routes(site: Site) -> list[PageRoute]:
    """Return the routes of resources and their documents."""
    return [
        PageRoute("/id/{path:path}", partial(_resource, site)),
        PageRoute("/doc", partial(_document, site)),
        PageRoute("/doc/{path:path}", partial(_document, site)),
        PageRoute("/context.jsonld", partial(_context, site)),
        *linked_ontology.routes(site),
        *linked_shapes.routes(site),
        *linked_problems.routes(site),
    ]


async def _resource(site: Site, request: Request) -> Response:
    """Lead from a thing to the document about it."""
    return see_other(site, request, raw_path(request).removeprefix("id/"))


def see_other(site: Site, request: Request, path: str) -> Response:
    """Return 303 to the document at /doc/`path`, with the parameters that were given."""
    query = request.scope.get("query_string", b"").decode("latin-1")
    at = place(request, _DOC + path)
    address = f"{at.generic}{'?' if query else ''}{query}"
    headers = {
        "Location": address,
        "Vary": VARY,
        "Link": thing_links(at, site.project.license),
        "Content-Type": "text/plain; charset=utf-8",
    }
    return Response(f"{address}\n", 303, headers)


async def _document(site: Site, request: Request) -> Response:
    """Answer with the document about a resource."""
    visit = await site.visit(request)
    meant = _meant(site, request)
    found = await find(site, visit, (one.iri for one in meant))
    if found is None:
        return await missing(site, visit, [one.iri for one in meant])
    form = next(one.form for one in meant if one.iri == found.iri)
    representation = negotiated(request, form)
    version = visit.past.version.manifest.version if visit.past else ""
    at = place(request, site.addresses.document(found.iri), version)
    if representation.name == "html":
        page = await entity_page(site, visit, found.iri)
        if page is None:
            return await missing(site, visit, [found.iri])
        return _with_links(site, visit, page, _Answer(found, at, "html"))
    return await _data(site, visit, _Answer(found, at, representation.name), representation)


@dataclass(frozen=True)
class _Answer:
    """What is answered: a resource, the addresses of its document, the form."""

    found: Found
    at: Place
    form: str


def _meant(site: Site, request: Request) -> list[Asked]:
    """Return what the address may mean, the likely one first."""
    named = request.query_params.get("iri")
    if named is not None:
        return [Asked(one) for one in dict.fromkeys((named, _expanded(named, site.project)))]
    path = raw_path(request).removeprefix("doc").removeprefix("/")
    meant = [Asked(one) for one in site.addresses.candidates(path)]
    stem, dot, suffix = path.rpartition(".")
    if dot and suffix in _FORMS:
        meant += [Asked(one, _FORMS[suffix]) for one in site.addresses.candidates(stem)]
    return [one for one in meant if is_iri(one.iri)]


def _expanded(name: str, project: Project) -> str:
    prefix, sign, rest = name.partition(":")
    space = project.prefixes.get(prefix)
    return space + rest if sign and space else name


async def _data(
    site: Site, visit: Visit, answer: _Answer, representation: Representation
) -> Response:
    """Answer with data about a resource."""
    tag = etag(visit.version.version, site.assets.stamp, "doc", answer.form)
    headers = {"ETag": tag, "Vary": VARY}
    if is_fresh(visit.request, tag):
        return _with_links(site, visit, Response(status_code=304, headers=headers), answer)
    described = await describe(site, visit, answer.found.iri)
    document = _written(site, visit, described, answer)
    known = await context(site, visit)
    prefixes = site.project.prefixes
    try:
        body = await run_in_threadpool(
            write, document, answer.form, prefixes=prefixes, context=known
        )
    except QueryError as error:
        others = [one for one in DOCUMENTS.media_types if one != representation.media_type]
        raise RequestError(
            NOT_ACCEPTABLE, error.text, Details(members={"available": others})
        ) from error
    headers["Content-Type"] = representation.content_type
    return _with_links(site, visit, Response(body, headers=headers), answer)


def _written(site: Site, visit: Visit, described: Description, answer: _Answer) -> Document:
    """Return what is written of a resource."""
    others: list[Statement] = [
        *about(answer.at, described, visit.version, site.project.license),
        *described.names,
    ]
    first = (described.iri, answer.at.generic)
    return Document(described.statements, tuple(others), first)


def _with_links(site: Site, visit: Visit, response: Response, answer: _Answer) -> Response:
    given = links(answer.at, answer.found.iri, site.project.license, answer.found)
    return with_links(site, visit, response, at=answer.at, form=answer.form, links=given)


async def _context(site: Site, request: Request) -> Response:
    """Answer with the JSON-LD context of the vocabulary."""
    visit = await site.visit(request)
    known = await context(site, visit)
    tag = etag(visit.version.version, site.assets.stamp, "context")
    headers = {"ETag": tag, "Vary": "Accept-Datetime"}
    if site.project.license:
        headers["Link"] = f'<{site.project.license}>; rel="license"'
    if visit.past:
        headers |= site.travel.headers(request, visit.past)
    if is_fresh(request, tag):
        return Response(status_code=304, headers=headers)
    text = json.dumps(known.whole(), ensure_ascii=False, indent=2)
    return Response(f"{text}\n", headers=headers, media_type="application/ld+json")
