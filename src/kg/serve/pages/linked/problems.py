"""/problems/{slug}: what a kind of problem means, at the address that problem documents name."""

from __future__ import annotations

import json
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from kg.serve.headers import etag
from kg.serve.pages.linked.fault import problem_page
from kg.serve.pages.linked.missing import Lost, respond, wants_page
from kg.serve.pages.linked.problem_texts import ADVICE, Advice
from kg.serve.pages.site import PageRoute, Site


def routes(site: Site) -> list[PageRoute]:
    """Return the routes of the problems: all of them, and each; faults become pages as well."""
    site.problem_page = partial(problem_page, site)
    return [
        PageRoute("/problems", partial(_all, site)),
        PageRoute("/problems/{slug}", partial(_one, site)),
    ]


async def _all(site: Site, request: Request) -> Response:
    return await _answer(site, request, list(ADVICE.values()), "all")


async def _one(site: Site, request: Request) -> Response:
    slug = request.path_params["slug"]
    advice = ADVICE.get(slug)
    if advice is None:
        return respond(site, await site.visit(request), Lost("", slug, ()))
    return await _answer(site, request, [advice], slug)


async def _answer(site: Site, request: Request, shown: list[Advice], name: str) -> Response:
    visit = await site.visit(request)
    if wants_page(request):
        tag = f"problems.{name}"
        values = {"shown": shown, "single": name != "all"}
        fresh = site.fresh(visit, tag)
        return fresh or site.page(visit, "linked_problems.html", values, tag=tag)
    found = [_as_dict(one) for one in shown]
    text = json.dumps(found if name == "all" else found[0], ensure_ascii=False, indent=2)
    headers = {"ETag": etag(site.assets.stamp, "problems", name), "Vary": "Accept"}
    return Response(f"{text}\n", headers=headers, media_type="application/json")


def _as_dict(advice: Advice) -> dict[str, object]:
    kind = advice.kind
    return {
        "type": f"/problems/{kind.slug}",
        "status": kind.status,
        "title": kind.title.as_dict(),
        "meaning": advice.means.as_dict(),
        "remedy": advice.remedy.as_dict(),
    }
