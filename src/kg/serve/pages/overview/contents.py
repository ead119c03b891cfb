"""/contents: what is in the graph, counted by class, property, source and topic."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import StageError
from kg.namespaces import OWL, RDF, RDFS, SH
from kg.publish.statistics import Statistics, read_statistics
from kg.serve.pages.labels import last_part
from kg.serve.pages.overview import contents_list
from kg.serve.pages.overview.listing import labels_once, sort_key
from kg.serve.pages.overview.project_views import ProjectView, read_view
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.sources import Source, Sources
from kg.serve.pages.terms import Row, iri
from kg.serve.pages.visit import Visit
from kg.serve.pages.vocabulary import Vocabulary

_OF_LANGUAGES = (RDF, RDFS, OWL, SH)
"""Namespaces whose classes say how a graph is written, not what is in it."""


@dataclass(frozen=True)
class ClassCount:
    """How many things a class has, and of how many of them a source says so."""

    iri: str
    count: int
    stated: int


@dataclass(frozen=True)
class Folder:
    """Graphs whose names begin alike, with the number of their statements, the largest first."""

    name: str
    graphs: tuple[tuple[Source, int], ...]

    @property
    def statements(self) -> int:
        """The statements of all of them."""
        return sum(count for _, count in self.graphs)


def routes(site: Site) -> list[PageRoute]:
    """Return the routes of /contents and the lists below; raises KgError for a wrong query."""
    topics = read_view(site.project, "topics", ("topic", "count"))

    async def contents(request: Request) -> Response:
        visit = await site.visit(request)
        return site.fresh(visit, "contents") or await _page(site, visit, topics)

    return [PageRoute("/contents", contents), *contents_list.routes(site)]


async def _page(site: Site, visit: Visit, view: ProjectView | None) -> Response:
    counts, stated, told, vocabulary, sources = await asyncio.gather(
        statistics_of(site, visit),
        _stated(site, visit),
        _topics(site, visit, view),
        site.vocabulary(visit),
        site.sources(visit),
    )
    classes = _classes(counts, stated)
    properties = counts.properties if counts else {}
    topics = [(row["topic"].value, int(row["count"].value)) for row in told if "topic" in row]
    names = [one.iri for one in classes] + [*properties] + [name for name, _ in topics]
    labels = await labels_once(site, visit, "contents", names)
    own, other = _own(classes, vocabulary, site.project.base)
    values = {
        "labels": labels,
        "counts": counts,
        "own": own,
        "other": other,
        "properties": sorted(properties.items(), key=lambda one: (-one[1].triples, one[0])),
        "folders": folders(site, visit, sources),
        "view": view,
        "topics": sorted(topics, key=lambda one: (-one[1], sort_key(labels.of(one[0])))),
        "short": last_part,
    }
    return site.page(visit, "contents.html", values, tag="contents")


async def statistics_of(site: Site, visit: Visit) -> Statistics | None:
    """Return the counts of the build that a version is based on, None if there are none."""

    async def read() -> Statistics | None:
        manifest = visit.version
        folder = site.project.build_dir / (manifest.base_version or manifest.version)
        try:
            return await run_in_threadpool(read_statistics, folder)
        except StageError:
            return None

    return await site.once(visit, "statistics", read)


async def _stated(site: Site, visit: Visit) -> dict[str, int]:
    """Return of how many things each class is stated."""
    inferred = iri(site.inferred)
    query = f"""SELECT ?class (COUNT(DISTINCT ?thing) AS ?count) WHERE {{
  GRAPH ?g {{ ?thing a ?class }} FILTER (?g != {inferred} && isIRI(?class))
}} GROUP BY ?class"""

    async def read() -> dict[str, int]:
        rows = await site.rows(visit, query)
        return {row["class"].value: int(row["count"].value) for row in rows if "class" in row}

    return await site.once(visit, "stated classes", read)


async def _topics(site: Site, visit: Visit, view: ProjectView | None) -> list[Row]:
    if view is None:
        return []
    return await site.once(visit, "topics", lambda: site.rows(visit, view.query))


def _classes(counts: Statistics | None, stated: dict[str, int]) -> list[ClassCount]:
    """Return the classes, the largest first; one that came with a commit has its own count."""
    known = counts.classes if counts else {}
    found = [
        ClassCount(name, max(known.get(name, 0), stated.get(name, 0)), stated.get(name, 0))
        for name in known.keys() | stated.keys()
    ]
    return sorted(found, key=lambda one: (-one.count, one.iri))


def _own(
    classes: Iterable[ClassCount], vocabulary: Vocabulary, base: str
) -> tuple[list[ClassCount], list[ClassCount]]:
    """Return the classes of the project, and those of others that it uses."""
    every = list(classes)
    own = [one for one in every if one.iri.startswith(base) and one.iri in vocabulary.terms]
    if not own:
        own = [one for one in every if not one.iri.startswith(_OF_LANGUAGES)]
    return own, [one for one in every if one not in own]


def folders(site: Site, visit: Visit, sources: Sources) -> list[Folder]:
    """Return the graphs of a version by the first part of their names; others stand alone."""
    prefix = site.project.graph_iri("")
    found: dict[str, list[tuple[Source, int]]] = {}
    for graph, count in visit.version.graphs.items():
        rest = graph.removeprefix(prefix)
        first, sign, _ = rest.partition("/")
        name = first if rest != graph and sign else ""
        found.setdefault(name, []).append((sources.of(graph), count))

    def order(one: tuple[Source, int]) -> tuple[int, str]:
        return -one[1], one[0].graph

    named = [Folder(name, tuple(sorted(graphs, key=order))) for name, graphs in found.items()]
    return sorted(named, key=lambda one: (not one.name, -one.statements, one.name))
