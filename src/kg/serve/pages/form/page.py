"""/contribute/new/…: a form made from the shapes, which yields valid Turtle.

What is typed is checked by the checker of the version; faults stand at their fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.serve.pages.check.input import Draft, read_fields
from kg.serve.pages.check.page import impact_of, report_of
from kg.serve.pages.form.fill import Posted
from kg.serve.pages.form.settings import Forms, FormSettings
from kg.serve.pages.form.sheet import Sheet, Sheets
from kg.serve.pages.form.things import Things
from kg.serve.pages.site import Site
from kg.serve.pages.visit import Visit
from kg.serve.problems import RequestError

BODY = 1 << 20


@dataclass(frozen=True)
class FormPage:
    """Makes and reads one form for one request."""

    site: Site
    forms: Forms
    things: Things
    settings: FormSettings

    @property
    def _sheets(self) -> Sheets:
        return Sheets(self.site, self.forms, self.things, self.settings)

    async def answer(self, request: Request) -> Response:
        """Answer GET with the form, POST with what came of it."""
        visit = await self.site.visit(request)
        if request.method != "POST":
            fresh = self.site.fresh(visit, f"form.{self.settings.name}")
            if fresh and not request.query_params.keys() - {"lang"}:
                return fresh
            sheet = await self._sheets.empty(visit, _given(request))
            return await self._page(visit, sheet, tag=f"form.{self.settings.name}")
        try:
            fields = await read_fields(request, BODY)
        except RequestError as error:
            sheet = await self._sheets.empty(visit, {})
            sheet.errors.append(error.text.to(visit.lang))
            response = await self._page(visit, sheet, status=error.kind.status)
            response.headers.update(error.details.headers)
            return response
        posted = fields.values
        sheet = await self._sheets.empty(visit, posted)
        if fields.first("do") in ("part", "more"):
            return await self._page(visit, sheet)
        await self._sheets.fill(visit, sheet, posted)
        if not sheet.has_faults:
            status = await self._check(request, visit, sheet)
            if status != 200:
                return await self._page(visit, sheet, status=status)
        if fields.first("do") == "download" and not sheet.has_faults:
            return _download(sheet, visit)
        return await self._page(visit, sheet, status=422 if sheet.has_faults else 200)

    async def _check(self, request: Request, visit: Visit, sheet: Sheet) -> int:
        """Have the checker of the version judge the Turtle; return the status of the page."""
        draft = Draft(sheet.turtle.encode(), text=sheet.turtle)
        try:
            report = await report_of(self.site, request, visit, draft)
        except RequestError as error:
            sheet.errors.append(error.text.to(visit.lang))
            return error.kind.status
        for result in report["results"]:
            _assign(result, sheet, visit)
        if not sheet.has_faults:
            sheet.entailed = (await impact_of(self.site, visit, report))[0]
        return 200

    async def _page(
        self, visit: Visit, sheet: Sheet, *, status: int = 200, tag: str = "form"
    ) -> Response:
        values = {
            "sheet": sheet,
            "settings": self.settings,
            "title": sheet.main.title,
            "intro": self.settings.intro.to(visit.lang) if self.settings.intro else "",
            "faulty": sheet.has_faults,
        }
        return await run_in_threadpool(
            self.site.page, visit, "form.html", values, status=status, tag=tag
        )


def _given(request: Request) -> Posted:
    """Return values that a link gives for fields, such as ?main.org:organization=…"""
    query = request.query_params
    return {name: tuple(query.getlist(name)) for name in query if "." in name}


def _assign(result: Mapping[str, Any], sheet: Sheet, visit: Visit) -> None:
    """Put a finding where it belongs: at its field, its section, or above all."""
    text = result["message"][visit.lang]
    if result["proposal"] and result["proposal"]["replace"]:
        text = f"{text} {result['proposal']['text'][visit.lang]}"
    grave = result["severity"] == "Violation"
    path = (result["path"] or "").strip("<>^")
    section = next((one for one in sheet.sections if result["focus"] == f"<{one.iri}>"), None)
    filled = section.of(path) if section else None
    place = filled or section or sheet
    (place.errors if grave else place.notes).append(text)


def _download(sheet: Sheet, visit: Visit) -> Response:
    name = sheet.main.iri.rpartition("/")[2] or visit.t("beitrag", "contribution")
    return Response(
        sheet.turtle,
        headers={
            "Content-Type": "text/turtle; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}.ttl"',
            "Cache-Control": "no-store",
        },
    )
