"""/documents: the sources of a project, with date, publisher, number and what was taken from them.

What a document is says queries/views/documents.rq: its rows have ?document and may have ?kind,
?date, ?number, ?publisher, ?url and ?graph, a graph that was made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from kg.serve.pages.labels import Labels
from kg.serve.pages.overview.listing import asked, labels_once, sort_key
from kg.serve.pages.overview.project_views import first_of, read_view, values_of, without_view
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.terms import Row, Term

_WEB = ("http://", "https://")
SHOWN = 1000
"""So many documents are on the page; the filters find the others."""


@dataclass(frozen=True)
class Listed:
    """One document; `statements` stand in the graphs that were made of it."""

    iri: str
    kinds: tuple[Term, ...]
    date: str
    numbers: tuple[Term, ...]
    publishers: tuple[Term, ...]
    addresses: tuple[str, ...]
    statements: int

    @property
    def year(self) -> str:
        """The year of its date, empty if it has none."""
        return self.date[:4]


def routes(site: Site) -> list[PageRoute]:
    """Return the route of /documents, which says so without a query for it; raises KgError."""
    view = read_view(site.project, "documents", ("document",))
    if view is None:
        return without_view(site, "documents")

    async def documents(request: Request) -> Response:
        visit = await site.visit(request)
        fresh = site.fresh(visit, "documents")
        if fresh:
            return fresh
        rows = await site.once(visit, "documents", lambda: site.rows(visit, view.query))
        found = documents_of(rows, visit.version.graphs)
        labels = await labels_once(site, visit, "documents", _mentioned(found))
        chosen = {name: asked(request, name) for name in ("kind", "year")}
        shown = [one for one in found if _fits(one, chosen)]
        values = {
            "view": view,
            "labels": labels,
            "documents": sorted(shown, key=lambda one: _order(one, labels))[:SHOWN],
            "total": len(found),
            "left": len(shown),
            "kinds": _kinds(found, labels),
            "years": _years(found),
            "chosen": chosen,
            "has": {name: any(getattr(one, name) for one in found) for name in _OPTIONAL},
        }
        return site.page(visit, "documents.html", values, tag="documents")

    return [PageRoute("/documents", documents)]


_OPTIONAL = ("kinds", "date", "numbers", "publishers", "addresses", "statements")


def documents_of(rows: Iterable[Row], sizes: Mapping[str, int]) -> list[Listed]:
    """Return the documents that rows tell of; `sizes` has the statements of each graph."""
    return [
        Listed(
            iri,
            tuple(values_of(told, "kind")),
            max((term.value for term in values_of(told, "date")), default=""),
            tuple(values_of(told, "number")),
            tuple(values_of(told, "publisher")),
            tuple(_addresses(values_of(told, "url"))),
            sum(sizes.get(term.value, 0) for term in values_of(told, "graph")),
        )
        for iri, told in first_of(rows, "document").items()
    ]


def _addresses(terms: Iterable[Term]) -> list[str]:
    """Return the addresses that a page may link to, given as IRIs or as text."""
    return [term.value for term in terms if term.value.lower().startswith(_WEB)]


def _mentioned(found: Iterable[Listed]) -> Iterable[str]:
    for one in found:
        yield one.iri
        yield from (term.value for term in (*one.kinds, *one.publishers) if term.is_iri)


def _fits(one: Listed, chosen: Mapping[str, str]) -> bool:
    kinds = {term.value for term in one.kinds}
    return (not chosen["kind"] or chosen["kind"] in kinds) and (
        not chosen["year"] or chosen["year"] == (one.year or "-")
    )


def _order(one: Listed, labels: Labels) -> tuple[bool, str, tuple[str, str]]:
    """Order by date, the newest first, and then by name; what has no date comes last."""
    newest = "".join(chr(0x10FFFF - ord(sign)) for sign in one.date)
    return not one.date, newest, sort_key(labels.of(one.iri))


def _kinds(found: Iterable[Listed], labels: Labels) -> list[tuple[str, str, int]]:
    """Return the kinds as value, name and number of documents, by name."""
    counts: dict[Term, int] = {}
    for one in found:
        for term in one.kinds:
            counts[term] = counts.get(term, 0) + 1
    named = (
        (term.value, labels.of(term.value) if term.is_iri else term.value, count)
        for term, count in counts.items()
    )
    return sorted(named, key=lambda one: sort_key(one[1]))


def _years(found: Iterable[Listed]) -> list[tuple[str, int]]:
    """Return the years with the number of documents, the newest first; "" for none."""
    counts: dict[str, int] = {}
    for one in found:
        counts[one.year] = counts.get(one.year, 0) + 1
    return sorted(counts.items(), reverse=True)
