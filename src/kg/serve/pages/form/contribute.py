"""/contribute: what one can contribute and how; the forms; names for their fields."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import KgError, Text
from kg.publish.search.settings import search_settings
from kg.serve.pages.check.samples import Sample, read_samples
from kg.serve.pages.form.page import FormPage
from kg.serve.pages.form.settings import read_forms
from kg.serve.pages.form.things import Option, Things
from kg.serve.pages.search.changes import SearchLayers
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.terms import iri

_OWN = ("class", "lang", "version")
_SHORTEST = 2


def routes(site: Site) -> list[PageRoute]:
    """Return the routes; raises ProjectError for forms in kg.toml that cannot be used."""
    forms = read_forms(site.project)
    settings = search_settings(site.project)
    things = Things(site, SearchLayers(site, settings), settings)
    pages = {
        name: FormPage(site, forms, things, form)
        for name, form in forms.forms.items()
        if form.listed
    }
    samples = read_samples(site.project)

    async def overview(request: Request) -> Response:
        return await _overview(site, pages, samples, request)

    async def form(request: Request) -> Response:
        page = pages.get(request.path_params["name"])
        if page is None:
            raise HTTPException(404)
        return await page.answer(request)

    async def values(request: Request) -> Response:
        return await _values(site, things, request)

    return [
        PageRoute("/contribute", overview),
        PageRoute("/contribute/new/{name}", form, ("GET", "HEAD", "POST")),
        PageRoute("/contribute/values", values),
    ]


async def _overview(
    site: Site,
    pages: Mapping[str, FormPage],
    samples: tuple[Sample, ...],
    request: Request,
) -> Response:
    """Answer with what one can do, and the forms by title."""
    visit = await site.visit(request)
    fresh = site.fresh(visit, "contribute")
    if fresh:
        return fresh
    vocabulary = await site.vocabulary(visit)
    listed = []
    for name, page in pages.items():
        term = vocabulary.terms.get(page.settings.cls)
        title = page.settings.title or vocabulary.label(page.settings.cls) or Text(name, name)
        intro = page.settings.intro or (term.definition if term else Text("", ""))
        listed.append((name, title.to(visit.lang), intro.to(visit.lang)))
    values = {"forms": listed, "samples": samples}
    return site.page(visit, "contribute.html", values, tag="contribute")


async def _values(site: Site, things: Things, request: Request) -> Response:
    """Answer with the options that a text in a field may mean, for its list of suggestions."""
    visit = await site.visit(request)
    query = request.query_params
    text = next((query[name] for name in query if name not in _OWN), "").strip()
    classes = query.getlist("class")[:4]
    for name in classes:
        iri(name)
    found: list[Option] = []
    if len(text) >= _SHORTEST:
        try:
            one, more = await things.meant(visit, text, classes)
            found = [one] if one else more
        except KgError:
            found = []
    return site.page(visit, "form_values.html", {"options": found}, tag="values")
