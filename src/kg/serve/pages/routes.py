"""All pages of a site with their addresses."""

from __future__ import annotations

from kg.serve.pages import home
from kg.serve.pages.answer import page as answer
from kg.serve.pages.check import page as check
from kg.serve.pages.editor import vocabulary_data
from kg.serve.pages.entity import page as entity
from kg.serve.pages.explanation import page as explanation
from kg.serve.pages.form import contribute
from kg.serve.pages.linked import anywhere as linked_anywhere
from kg.serve.pages.linked import page as linked
from kg.serve.pages.map import network
from kg.serve.pages.map import page as map
from kg.serve.pages.overview import about, contents, documents, quality
from kg.serve.pages.search import page as search
from kg.serve.pages.site import PageRoute, Site

PAGES = (
    home,
    entity,
    answer,
    explanation,
    check,
    contents,
    contribute,
    documents,
    map,
    network,
    about,
    quality,
    search,
    linked,
    vocabulary_data,
)
"""The modules that make pages; each has a function `routes`."""


def page_routes(site: Site) -> list[PageRoute]:
    """Return the routes of all pages; the first that fits a path answers."""
    return [route for module in (*PAGES, linked_anywhere) for route in module.routes(site)]
