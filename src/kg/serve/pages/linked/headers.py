"""The headers of a document: what it is, which other forms and former states there are."""

from __future__ import annotations

from starlette.responses import Response

from kg.serve.pages.linked.about import Place, memento_links
from kg.serve.pages.linked.choice import VARY
from kg.serve.pages.site import Site
from kg.serve.pages.visit import Visit


def with_links(
    site: Site, visit: Visit, response: Response, *, at: Place, form: str, links: str
) -> Response:
    """Return `response`, the document at a place in the format `form`, with its headers."""
    given = [links]
    if visit.past:
        travelled = site.travel.headers(visit.request, visit.past)
        given.append(travelled["Link"])
        response.headers["Memento-Datetime"] = travelled["Memento-Datetime"]
    else:
        given.append(memento_links(at))
    response.headers["Link"] = ", ".join(given)
    response.headers["Content-Location"] = at.form(form)
    for name in VARY.split(", "):
        response.headers.add_vary_header(name)
    return response
