"""Resources whose names or keys are like some words, as the search finds them."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool

from kg.errors import StageError
from kg.publish.search.hits import Sought, search
from kg.publish.search.settings import search_settings
from kg.serve.pages.search.changes import SearchLayers
from kg.serve.pages.search.view import Names, line_of
from kg.serve.pages.site import Site
from kg.serve.pages.visit import Visit

MOST = 5
_LONGEST = 100


class Near(NamedTuple):
    """A resource with its name."""

    iri: str
    name: str


async def near(site: Site, visit: Visit, words: str) -> list[Near]:
    """Return up to `MOST` resources with names like `words`; none where the search is broken."""
    settings = search_settings(site.project)
    sought = Sought(words[:_LONGEST].replace("-", " ").replace("_", " "), limit=MOST)
    try:
        layers = await SearchLayers(site, settings).of(visit)
        found = await run_in_threadpool(search, layers, sought, settings.pass_over)
    except (StageError, sqlite3.Error):
        return []
    names = Names(visit, await site.vocabulary(visit))
    lines = [line_of(hit, names) for hit in found.hits]
    return [Near(line.iri, line.label.value) for line in lines]
