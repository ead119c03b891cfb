"""/network: who belongs to what, as a picture and as a table.

queries/views/network.rq of a project has ?from, the group, and ?to, what belongs to it, and may
have ?label, as what, and ?document, according to which document. A focus narrows it to what is
near one thing. The page is complete without JavaScript; /network/data is for the picture.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from kg.serve.headers import etag, is_fresh
from kg.serve.pages.labels import Labels
from kg.serve.pages.overview.listing import labels_once, part_of, sort_key
from kg.serve.pages.overview.project_views import ProjectView, read_view, without_view
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.terms import Row, Term
from kg.serve.pages.visit import Visit

DEPTHS = (1, 2)
MOST = 1500
"""So many pairs are in the picture; the table has them all."""


@dataclass(frozen=True)
class Tie:
    """One thing belongs to a group, as what, and according to which documents."""

    group: str
    member: str
    labels: tuple[Term, ...] = ()
    documents: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Focus:
    """What the picture is about: everything for no `iri`, else what is near it."""

    iri: str = ""
    depth: int = 1


def routes(site: Site) -> list[PageRoute]:
    """Return the routes of the network, which say so without a query for it; raises KgError."""
    view = read_view(site.project, "network", ("from", "to"))
    if view is None:
        return without_view(site, "network", "network/data")

    async def page(request: Request) -> Response:
        visit = await site.visit(request)
        return site.fresh(visit, "network") or await _page(site, visit, view)

    async def data(request: Request) -> Response:
        return await _data(site, await site.visit(request), view)

    return [PageRoute("/network", page), PageRoute("/network/data", data)]


async def _page(site: Site, visit: Visit, view: ProjectView) -> Response:
    ties = await _ties(site, visit, view)
    focus = focus_of(visit.request, ties)
    near = nearby(ties, focus)
    labels = await labels_once(site, visit, "network", _mentioned(ties))
    shown = sorted(near, key=lambda one: _order(one, labels))
    groups = sorted({one.group for one in ties}, key=lambda one: sort_key(labels.of(one)))
    members = sorted({one.member for one in ties}, key=lambda one: sort_key(labels.of(one)))
    parameters = {"focus": focus.iri, "depth": focus.depth if focus.iri else None}
    values = {
        "view": view,
        "labels": labels,
        "focus": focus,
        "part": part_of(visit.request, shown),
        "groups": groups,
        "members": [one for one in members if one not in set(groups)],
        "depths": DEPTHS,
        "counts": (len({one.group for one in near}), len({one.member for one in near})),
        "has": {
            "label": any(one.labels for one in ties),
            "document": any(one.documents for one in ties),
        },
        "link": lambda page: visit.here(page=page),
        "data": visit.href("network/data", **parameters),
        "most": MOST,
    }
    return site.page(visit, "network.html", values, tag="network")


async def _data(site: Site, visit: Visit, view: ProjectView) -> Response:
    """Answer with the nodes and the ties between them as JSON."""
    tag = etag(visit.version.version, "network", visit.lang)
    headers = {
        "ETag": tag,
        "Vary": "Accept-Language, Accept-Datetime",
        "Content-Type": "application/json",
        "Content-Language": visit.lang,
    }
    if is_fresh(visit.request, tag):
        return Response(status_code=304, headers=headers)
    ties = await _ties(site, visit, view)
    near = nearby(ties, focus_of(visit.request, ties))[:MOST]
    labels = await labels_once(site, visit, "network", _mentioned(ties))
    groups = {one.group for one in near}
    nodes = list(dict.fromkeys(iri for one in near for iri in (one.group, one.member)))
    numbers = {iri: number for number, iri in enumerate(nodes)}
    document = {
        "nodes": [
            {
                "iri": iri,
                "name": labels.of(iri),
                "kind": labels.kind(iri),
                "page": site.addresses.document(iri),
                "group": iri in groups,
            }
            for iri in nodes
        ],
        "ties": [
            {
                "group": numbers[one.group],
                "member": numbers[one.member],
                "label": ", ".join(_name(term, labels) for term in one.labels),
            }
            for one in near
        ],
    }
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, headers=headers)


async def _ties(site: Site, visit: Visit, view: ProjectView) -> Sequence[Tie]:
    async def read() -> Sequence[Tie]:
        return ties_of(await site.rows(visit, view.query))

    return await site.once(visit, "network", read)


def ties_of(rows: Iterable[Row]) -> list[Tie]:
    """Return what rows tell of, one tie for each pair."""
    found: dict[tuple[str, str], Tie] = {}
    for row in rows:
        if "from" not in row or "to" not in row or row["from"] == row["to"]:
            continue
        key = row["from"].value, row["to"].value
        known = found.get(key) or Tie(*key)
        found[key] = replace(
            known,
            labels=_with(known.labels, row.get("label")),
            documents=_with(known.documents, row.get("document")),
        )
    return [found[key] for key in sorted(found)]


def _with(terms: tuple[Term, ...], term: Term | None) -> tuple[Term, ...]:
    return terms if term is None or term in terms else (*terms, term)


def focus_of(request: Request, ties: Iterable[Tie]) -> Focus:
    """Return what is asked for by ?focus= and ?depth=; everything for what is not in the ties."""
    iri = request.query_params.get("focus", "").strip()
    if not any(iri in (one.group, one.member) for one in ties):
        return Focus()
    depth = request.query_params.get("depth", "")
    return Focus(iri, int(depth) if depth in map(str, DEPTHS) else DEPTHS[0])


def nearby(ties: Sequence[Tie], focus: Focus) -> list[Tie]:
    """Return the ties that are so many groups away from the focus, all without one.

    Of a group these are its members; of a member its groups with all that belong to them. Each
    further step adds the groups that these members are in.
    """
    if not focus.iri:
        return list(ties)
    groups = {one.group for one in ties if focus.iri in (one.group, one.member)}
    if any(one.group == focus.iri for one in ties):
        groups = {focus.iri}
    for _ in range(focus.depth - 1):
        members = {one.member for one in ties if one.group in groups}
        groups |= {one.group for one in ties if one.member in members}
    return [one for one in ties if one.group in groups]


def _mentioned(ties: Iterable[Tie]) -> Iterable[str]:
    for one in ties:
        yield one.group
        yield one.member
        yield from (term.value for term in (*one.labels, *one.documents) if term.is_iri)


def _order(one: Tie, labels: Labels) -> tuple[tuple[str, str], tuple[str, str], str]:
    return sort_key(labels.of(one.group)), sort_key(labels.of(one.member)), one.member


def _name(term: Term, labels: Labels) -> str:
    return labels.of(term.value) if term.is_iri else term.value
