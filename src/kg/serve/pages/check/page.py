"""/validate for browsers: a contribution is pasted, dropped or chosen, and checked at its lines.

What programs post is answered by `kg.serve.validate` as ever; so is what they get.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kg.serve.negotiate import Offer, Representation, choose
from kg.serve.pages.check.edits import applied
from kg.serve.pages.check.impact import Follows, follows, terms_in
from kg.serve.pages.check.input import Draft, draft_of, is_form, read_fields
from kg.serve.pages.check.report import read_report
from kg.serve.pages.check.samples import Sample, read_samples
from kg.serve.pages.check.view import EDITED, MOST, Checked, checked_of, unreadable
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.visit import Visit
from kg.serve.problems import RequestError
from kg.serve.validate import OFFER
from kg.serve.validate_task import SYNTAX, Task
from kg.serve.void import root_of

WITH_PAGE = Offer(
    (*OFFER.representations, Representation("html", "text/html")), {**OFFER.names, "html": "html"}
)
_SUFFIXES = {"json": "json", "turtle": "ttl", "jsonld": "jsonld", "text": "txt", "sarif": "sarif"}
_ROOM = 1 << 16
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Outcome:
    """What a check came to: the view of its report and what follows, or why there is none."""

    checked: Checked | None = None
    entailed: tuple[Follows, ...] = ()
    retracted: tuple[Follows, ...] = ()
    fault: RequestError | None = None


def routes(site: Site) -> list[PageRoute]:
    """Return the routes: what browsers get, and what they and programs post."""
    samples = read_samples(site.project)

    async def handle(request: Request) -> Response:
        if request.method == "POST":
            if "page" in request.query_params or (is_form(request) and wants_page(request)):
                return await _posted(site, samples, request)
            return await site.validating.handle(request)
        if not wants_page(request):
            raise HTTPException(405, headers={"Allow": "POST, OPTIONS"})
        return await _empty(site, samples, request)

    return [PageRoute("/validate", handle, ("GET", "HEAD", "POST"))]


def wants_page(request: Request) -> bool:
    """Return whether a request at /validate prefers a page to every report."""
    accept = ", ".join(request.headers.getlist("accept"))
    found = choose(WITH_PAGE, accept, request.query_params.getlist("format"))
    return found is not None and found.name == "html"


async def check(site: Site, request: Request, visit: Visit, draft: Draft) -> Outcome:
    """Check a draft against the version that is served and return what came of it."""
    try:
        report = await report_of(site, request, visit, draft)
    except RequestError as error:
        members = error.details.members
        if error.kind.slug != SYNTAX.slug:
            return Outcome(fault=error)
        line, column = members.get("line") or 0, members.get("column") or 0
        message = error.text.to(visit.lang)
        return Outcome(
            await run_in_threadpool(unreadable, message, line, column, draft.text, visit.lang)
        )
    turtle = draft.form in ("turtle", "trig")
    prefixes = site.project.prefixes
    found = await run_in_threadpool(
        checked_of, report, draft.text, visit.lang, prefixes, turtle=turtle
    )
    return Outcome(found, *await impact_of(site, visit, report))


async def report_of(site: Site, request: Request, visit: Visit, draft: Draft) -> dict[str, Any]:
    """Return the report on a draft, with its impact, as `read_report` does; raises RequestError."""
    task = Task(draft.content, draft.media_type, "", "json", visit.lang, impact=True)
    reply = await site.validating.reply(request, site.validating.now(task))
    return await run_in_threadpool(read_report, reply.body, MOST)


async def impact_of(
    site: Site, visit: Visit, report: Mapping[str, Any]
) -> tuple[tuple[Follows, ...], tuple[Follows, ...]]:
    """Return what newly follows and what no longer does, by one query."""
    impact = report.get("impact")
    if not impact:
        return (), ()
    prefixes, base = site.project.prefixes, site.project.base
    labels = await site.labels(visit, terms_in(impact, base))
    entailed, retracted = [
        await run_in_threadpool(follows, impact[name], labels, visit.lang, prefixes, base)
        for name in ("entailed", "retracted")
    ]
    return entailed, retracted


def marks(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the findings as editors mark them, with the changes that mend them."""
    return [
        {
            "number": each.number,
            "line": each.line,
            "column": each.column,
            "severity": each.severity,
            "message": each.message,
            "proposal": each.proposal,
            "edits": [
                {"start": edit.start, "end": edit.end, "text": edit.text} for edit in each.edits
            ],
        }
        for each in (outcome.checked.findings if outcome.checked else ())
    ]


async def _empty(site: Site, samples: tuple[Sample, ...], request: Request) -> Response:
    visit = await site.visit(request)
    name = request.query_params.get("sample", "")
    chosen = next((each for each in samples if each.name == name), None)
    tag = f"check.{samples.index(chosen)}" if chosen else "check"
    fresh = site.fresh(visit, tag)
    if fresh:
        return fresh
    draft = Draft(text=chosen.text) if chosen else Draft()
    values = _values(site, visit, samples, draft, None)
    return site.page(visit, "check.html", values, tag=tag)


async def _posted(site: Site, samples: tuple[Sample, ...], request: Request) -> Response:
    """Answer a form: with a page, a part of one, or a report to keep."""
    visit = await site.visit(request)
    limits = site.validating.limits
    try:
        fields = await read_fields(request, limits.body + _ROOM)
        draft = await run_in_threadpool(draft_of, fields)
    except RequestError as error:
        return await _page(site, visit, samples, Draft(), Outcome(fault=error))
    form = request.query_params.get("format", "")
    if form in _SUFFIXES:
        return await _report(site, request, visit, draft, form)
    outcome = await check(site, request, visit, draft)
    wanted = fields.first("apply")
    if wanted.isascii() and wanted.isdecimal() and outcome.checked:
        edits = [
            e for each in outcome.checked.findings if each.number == int(wanted) for e in each.edits
        ]
        if edits:
            text = await run_in_threadpool(applied, draft.text, edits)
            draft = replace(draft, content=text.encode("utf-8", "replace"), text=text)
            outcome = await check(site, request, visit, draft)
    return await _page(site, visit, samples, draft, outcome)


async def _page(
    site: Site, visit: Visit, samples: tuple[Sample, ...], draft: Draft, outcome: Outcome
) -> Response:
    """Return the page, or the part of it that scripts ask for."""

    def filled() -> Response:
        values = _values(site, visit, samples, draft, outcome)
        return site.page(visit, template, values, status=fault.kind.status if fault else 200)

    live = "hx-request" in visit.request.headers
    template, fault = "check_results.html" if live else "check.html", outcome.fault
    response = await run_in_threadpool(filled)
    if fault:
        response.headers.update(fault.details.headers)
    return response


async def _report(site: Site, request: Request, visit: Visit, draft: Draft, form: str) -> Response:
    """Return a report as a file; raises RequestError."""
    task = Task(
        draft.content, draft.media_type, "", form, visit.lang, impact=form in ("json", "text")
    )
    reply = await site.validating.reply(request, site.validating.now(task))
    name = "bericht" if visit.lang == "de" else "report"
    offered = next(one for one in OFFER.representations if one.name == form)
    return Response(
        reply.body,
        headers={
            "Content-Type": offered.content_type,
            "Content-Disposition": f'attachment; filename="{name}.{_SUFFIXES[form]}"',
            "Content-Language": visit.lang,
            "Cache-Control": "no-store",
        },
    )


def _values(
    site: Site,
    visit: Visit,
    samples: tuple[Sample, ...],
    draft: Draft,
    outcome: Outcome | None,
) -> dict[str, Any]:
    shown = len(draft.text) <= EDITED
    return {
        "samples": samples,
        "chosen": visit.request.query_params.get("sample", ""),
        "text": draft.text if shown else "",
        "too_long": not shown,
        "form": draft.form,
        "file_name": draft.name,
        "outcome": outcome,
        "marks": marks(outcome) if outcome else [],
        "fault": outcome.fault.text.to(visit.lang) if outcome and outcome.fault else None,
        "endpoint": f"{root_of(visit.request)}contributions",
        "limit": site.validating.limits.body >> 20,
    }
