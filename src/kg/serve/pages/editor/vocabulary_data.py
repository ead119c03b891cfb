"""/vocabulary.json: the terms of the ontology and the prefixes, for editors that complete them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import KgError
from kg.namespaces import shorten
from kg.publish.statistics import statistics_of
from kg.publish.versions import Published
from kg.serve.headers import etag, is_fresh
from kg.serve.pages.labels import last_part
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.visit import Visit
from kg.serve.pages.vocabulary import VocabularyTerm

MEDIA_TYPE = "application/json"
_WRITTEN = re.compile(r"[\w-]*:\w[\w-]*")
"""Names with a prefix that can be written as they are."""


def routes(site: Site) -> list[PageRoute]:
    """Return the route of the document."""

    async def handle(request: Request) -> Response:
        visit = await site.visit(request)
        headers = {
            "ETag": etag(visit.version.version, "vocabulary", visit.lang),
            "Vary": "Accept-Language, Accept-Datetime",
            "Content-Language": visit.lang,
        }
        if is_fresh(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        body = json.dumps(await document(site, visit), ensure_ascii=False, separators=(",", ":"))
        return Response(body, headers=headers, media_type=MEDIA_TYPE)

    return [PageRoute("/vocabulary.json", handle)]


async def document(site: Site, visit: Visit) -> dict[str, Any]:
    """Return `version`, `base`, `prefixes` and `terms`, in the language of the visit.

    Each term has `iri`, `kind`, `label` and `definition`, `anchor` (its place at /ontology), and
    where known `name` (with a prefix), `uses` (how often it is used) and `deprecated`.
    """
    vocabulary = await site.vocabulary(visit)
    uses = await site.once(visit, "vocabulary.uses", lambda: _uses(visit.published))
    terms = [_term(site, visit, term, uses) for term in vocabulary.terms.values()]
    return {
        "version": visit.version.version,
        "base": site.project.base,
        "prefixes": dict(sorted(site.project.prefixes.items())),
        "terms": terms,
    }


def _term(
    site: Site, visit: Visit, term: VocabularyTerm, uses: Mapping[str, int]
) -> dict[str, Any]:
    name = shorten(term.iri, site.project.prefixes)
    found: dict[str, Any] = {
        "iri": term.iri,
        "kind": term.kind,
        "label": term.label.to(visit.lang) or last_part(term.iri),
        "definition": term.definition.to(visit.lang),
        "anchor": site.fragment(term.iri),
    }
    if _WRITTEN.fullmatch(name):
        found["name"] = name
    if term.iri in uses:
        found["uses"] = uses[term.iri]
    if term.deprecated:
        found["deprecated"] = True
    return found


async def _uses(published: Published) -> dict[str, int]:
    """Return how often classes and properties are used; nothing where that was not counted."""
    try:
        statistics = statistics_of(published.path)
    except KgError:
        return {}
    if statistics is None:
        return {}
    properties = {iri: one.triples for iri, one in statistics.properties.items()}
    return {**properties, **statistics.classes}
