"""/answer/X: the questions of a project about one thing, answered as tables and as files.

The same in Markdown, CSV and OpenDocument text is at /answer/X.md, .csv and .odt, to be taken
into a paper. A page asks for the classes of the thing, each question, what is cited, and names.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.serve.headers import etag
from kg.serve.pages.answer.choice import Choosing, choosing_of, selection
from kg.serve.pages.answer.files import FILES, file_name
from kg.serve.pages.answer.markdown import state
from kg.serve.pages.answer.query import MOST, PageQuery, read_page_queries
from kg.serve.pages.answer.sheet import Sheet
from kg.serve.pages.answer.sources import Background, background_of, background_query
from kg.serve.pages.answer.table import Table, Triple, asked_of, chosen, ordered, table_of
from kg.serve.pages.answer.view import Viewer
from kg.serve.pages.coding import coding_for
from kg.serve.pages.labels import Labels
from kg.serve.pages.recent import Recent
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.terms import iri
from kg.serve.pages.visit import Visit
from kg.serve.problems import NOT_FOUND, RequestError
from kg.serve.time_travel import sent_path

_PAGE = "answer/"
_SUFFIX = re.compile(rf"\.({'|'.join(FILES)})\Z")


@dataclass(frozen=True)
class _Thing:
    """What a page is about; `path` is its address below /answer/."""

    iri: str
    path: str
    queries: tuple[PageQuery, ...]


def routes(site: Site) -> list[PageRoute]:
    """Return the routes of the answers, and let entity pages link to them."""
    answers = Answers(site)
    site.marks["answer"] = answers.link
    return [PageRoute("/answer/{path:path}", answers.handle)]


class Answers:
    """The answers of one site."""

    def __init__(self, site: Site) -> None:
        """Read the questions of the project; raises ProjectError when one has a fault."""
        self._site = site
        self._queries = read_page_queries(site.project)
        self._recent = Recent()

    def answers_for(self, classes: Collection[str]) -> bool:
        """Return whether things of these classes have a page of answers."""
        return bool(self._asked(classes))

    def link(self, visit: Visit, name: str, classes: Collection[str]) -> str | None:
        """Return the link from the page about a thing of these classes, None without answers."""
        document = visit.addresses.document(name)
        path = document.removeprefix("doc/")
        if path == document or not self.answers_for(classes):
            return None
        return visit.href(_PAGE + path)

    async def handle(self, request: Request) -> Response:
        """Answer as a page, as the part of it that a choice changes, or as a file."""
        visit = await self._site.visit(request)
        path = _raw(request, "/answer/")
        suffix = found.group(1) if (found := _SUFFIX.search(path)) else ""
        is_part = not suffix and request.headers.get("hx-request") == "true"
        tag = ".".join(filter(None, ("answer", suffix, "part" if is_part else "")))
        fresh = self._site.fresh(visit, tag)
        if fresh:
            return fresh
        if visit.past:  # its headers name the address that the client used
            return await self._made(visit, path, tag)
        coding = coding_for(request)
        key = (visit.version.version, path, request.url.query, visit.lang, tag, coding)
        return self._recent.get(key) or self._recent.put(key, await self._made(visit, path, tag))

    async def _made(self, visit: Visit, path: str, tag: str) -> Response:
        """Return what is at a path: a page, the part of it, or a file."""
        suffix = found.group(1) if (found := _SUFFIX.search(path)) else ""
        thing = await self._thing(visit, _SUFFIX.sub("", path))
        if not thing.queries:
            return await self._without(visit, thing)
        tables = await self._tables(visit, thing)
        if suffix:
            return await self._file(visit, thing, tables, suffix)
        values = await self._values(visit, thing, tables)
        template = "answer_part.html" if tag.endswith(".part") else "answer.html"
        return await run_in_threadpool(
            partial(self._site.page, visit, template, values, tag=tag, vary=("HX-Request",))
        )

    async def _values(self, visit: Visit, thing: _Thing, tables: list[Table]) -> dict[str, Any]:
        choosing, sheet = await self._read(visit, thing, tables)

        def file(suffix: str, **more: str) -> str:
            return visit.href(f"{_PAGE}{thing.path}.{suffix}", **choosing.parameters, **more)

        @cache
        def explain(triple: Triple) -> str:
            terms = {key: f"<{one}>" for key, one in zip("spo", triple, strict=True)}
            return visit.href("explain", **terms)

        return {
            "sheet": sheet,
            "choosing": choosing,
            "plain": visit.href(_PAGE + thing.path),
            "state": state(visit),
            "file": file,
            "explain": explain,
        }

    async def _file(
        self, visit: Visit, thing: _Thing, tables: list[Table], suffix: str
    ) -> Response:
        choosing, sheet = await self._read(visit, thing, tables)
        wanted = visit.request.query_params.get("table", "")
        shown = [table for table in sheet.tables if wanted in ("", table.query.name)]
        if not shown:
            raise RequestError(NOT_FOUND, _no_table(wanted, sheet))
        part = replace(sheet, tables=tuple(shown))
        body, media_type = FILES[suffix](visit, part)
        name = f"{file_name(visit, part, choosing)}.{suffix}"
        headers = {
            "ETag": etag(
                visit.version.version, self._site.assets.stamp, f"answer.{suffix}", visit.lang
            ),
            "Vary": "Accept-Language, Accept-Datetime",
            "Content-Language": visit.lang,
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        if visit.past:
            headers.update(self._site.travel.headers(visit.request, visit.past))
        return Response(body, headers=headers, media_type=media_type)

    async def _read(
        self, visit: Visit, thing: _Thing, tables: list[Table]
    ) -> tuple[Choosing, Sheet]:
        """Return what can be chosen and was, and the sheet of what was."""
        background = await self._background(visit, tables)
        labels = await self._labels(visit, thing.iri, tables, background)
        viewer = Viewer(visit, labels, background, self._site.inferred)
        choosing = choosing_of(tables, viewer.name, visit)
        fitting = [table for table in tables if asked_of(table.query, choosing.choice)]
        shown = [
            ordered(chosen(table, choosing.choice), viewer.name) for table in fitting or tables[:1]
        ]
        sheet = viewer.sheet(thing.iri, shown)
        return choosing, replace(sheet, selection=selection(choosing, visit))

    async def _thing(self, visit: Visit, path: str) -> _Thing:
        """Return the thing at `path`; raises RequestError if the version knows none."""
        names = visit.addresses.candidates(path)
        asked = " ".join(map(iri, names))
        query = f"SELECT ?x ?class WHERE {{ VALUES ?x {{ {asked} }} ?x a ?class }}"
        rows = await self._site.rows(visit, query)
        for name in names:
            classes = {row["class"].value for row in rows if row["x"].value == name}
            if classes:
                return _Thing(name, path, self._asked(classes))
        raise RequestError(
            NOT_FOUND,
            Text(
                de=f"Über {names[0]} ist hier nichts bekannt. Die Suche steht unter /search.",
                en=f"Nothing is known here of {names[0]}. The search is at /search.",
            ),
        )

    def _asked(self, classes: Collection[str]) -> tuple[PageQuery, ...]:
        given = set(classes)
        return tuple(query for query in self._queries if query.classes & given)[:MOST]

    async def _tables(self, visit: Visit, thing: _Thing) -> list[Table]:
        async def ask(query: PageQuery) -> Table:
            rows = await self._site.rows(visit, query.about(thing.iri))
            return table_of(query, rows, thing.iri)

        return list(await asyncio.gather(*map(ask, thing.queries)))

    async def _background(self, visit: Visit, tables: Iterable[Table]) -> Background:
        documents = dict.fromkeys(name for table in tables for name in table.documents)
        triples = {row.why for table in tables for row in table.rows if row.why}
        query = background_query(documents, sorted(triples))
        return background_of(await self._site.rows(visit, query) if query else [])

    async def _labels(
        self, visit: Visit, name: str, tables: list[Table], background: Background
    ) -> Labels:
        cited = [term for one in background.documents.values() for term in one.publishers]
        named = {term.value for term in cited if term.is_iri} | set(background.documents)
        for table in tables:
            named.update(table.documents)
            columns = (*table.query.cells, *table.query.of_group)
            groups = [group.key for group in table.groups if group.key]
            terms = [*groups, *(term for one in columns for term in table.values(one.name))]
            named.update(term.value for term in terms if term.is_iri)
        return await self._site.labels(visit, [name, *sorted(named)])

    async def _without(self, visit: Visit, thing: _Thing) -> Response:
        """Say which things have answers."""
        labels = await self._site.labels(visit, [thing.iri])
        vocabulary = await self._site.vocabulary(visit)
        kinds = {kind for query in self._queries for kind in query.classes}
        named = [(kind, text.to(visit.lang)) for kind in kinds if (text := vocabulary.label(kind))]
        values = {
            "iri": thing.iri,
            "label": labels.term(thing.iri),
            "kinds": sorted(named, key=lambda pair: pair[1].casefold()),
        }
        return self._site.page(visit, "answer_none.html", values, status=404)


def _raw(request: Request, before: str) -> str:
    """Return what follows `before` in the path, percent-encoded as the client sent it."""
    return sent_path(request).partition(before)[2]


def _no_table(wanted: str, sheet: Sheet) -> Text:
    known = ", ".join(table.query.name for table in sheet.tables)
    return Text(
        de=f"Eine Tabelle {wanted} gibt es hier nicht, nur {known}.",
        en=f"There is no table {wanted} here, only {known}.",
    )
