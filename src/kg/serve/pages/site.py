"""What all pages need: the version that is served, queries on it, templates and headers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg import __version__
from kg.errors import Text
from kg.serve.answers import Question
from kg.serve.engine import Engine
from kg.serve.explain import Explaining
from kg.serve.headers import PAGE_POLICY, etag, is_fresh
from kg.serve.negotiate import GRAPHS, ROWS
from kg.serve.pages.addresses import Addresses, anchor
from kg.serve.pages.assets import Assets, stamp_of
from kg.serve.pages.coding import coding_for, encoded
from kg.serve.pages.labels import Labels, labels_query
from kg.serve.pages.recent import Recent
from kg.serve.pages.sources import Sources, sources_of, sources_query
from kg.serve.pages.templates import environment
from kg.serve.pages.terms import Row, rows_of
from kg.serve.pages.visit import Visit, page_language
from kg.serve.pages.vocabulary import Vocabulary, vocabulary_of, vocabulary_query
from kg.serve.problems import Details, Kind
from kg.serve.serving import Serving
from kg.serve.time_travel import TimeTravel
from kg.serve.validate import Validating

Handler = Callable[[Request], Awaitable[Response]]
_JSON = ROWS.representations[0]
_T = TypeVar("_T")
_ANCHORS = "ontology#"
_FORMER = 2
"""Of so many versions besides the one that is served is kept what was read."""
_IN_FRAGMENT = ":@!$&'()*+,;=-._~/?"
Section = tuple[str, str, str]
"""An address, with its name in German and in English."""
SECTIONS: tuple[Section, ...] = (
    ("map", "Karte", "Map"),
    ("network", "Netz", "Network"),
    ("contents", "Inhalt", "Contents"),
    ("documents", "Dokumente", "Documents"),
    ("sparql", "Abfragen", "Query"),
    ("contribute", "Beitragen", "Contribute"),
)
NOTES: tuple[Section, ...] = (
    ("about", "Über diesen Graphen", "About this graph"),
    ("quality", "Qualität", "Quality"),
    ("history", "Änderungen", "Changes"),
    ("ontology", "Begriffe", "Terms"),
    ("shapes", "Regeln", "Rules"),
    ("licence", "Lizenz", "Licence"),
)


@dataclass(frozen=True)
class PageRoute:
    """Where a page is and what makes it."""

    path: str
    handler: Handler
    methods: tuple[str, ...] = ("GET", "HEAD")


@dataclass
class _Kept:
    """What was read of a version."""

    version: str
    things: dict[str, asyncio.Future[Any]]


class Site:
    """The pages of one application."""

    def __init__(
        self,
        serving: Serving,
        engine: Engine,
        travel: TimeTravel,
        *,
        explaining: Explaining,
        validating: Validating,
    ) -> None:
        """Make pages of what `serving` serves; `engine` answers their queries.

        `explaining` and `validating` answer programs at /explain and /validate.
        """
        self.explaining = explaining
        self.validating = validating
        self.serving = serving
        self.project = serving.project
        self.travel = travel
        self.addresses = Addresses(serving.project.base)
        self.assets = Assets()
        self.templates = environment()
        self.marks: dict[str, Callable[[Visit, str, list[str]], str | None]] = {}
        """Links that entity pages offer, of a resource and its classes: answer, network, map."""
        self.problem_page: Callable[[Request, Kind, Text, Details], Response] | None = None
        """What shows a problem to browsers; `kg.serve.problems` sends it in place of its JSON."""
        self.hidden: set[str] = set()
        """Addresses of `SECTIONS` that this project has no matter for."""
        self._engine = engine
        self._kept: dict[str, _Kept] = {}
        self._recent = Recent()
        self._stamp = stamp_of(serving.project.root)

    @property
    def sections(self) -> list[Section]:
        """What the head of every page links to."""
        return [one for one in SECTIONS if one[0] not in self.hidden]

    @property
    def notes(self) -> list[Section]:
        """What the foot of every page links to."""
        return [one for one in NOTES if one[0] not in self.hidden]

    @property
    def inferred(self) -> str:
        """The IRI of the graph of what follows."""
        return self.project.graph_iri("inferred")

    async def visit(self, request: Request) -> Visit:
        """Return what is known of a request; raises RequestError when its version is not kept."""
        past = self.travel.find(request, request.query_params.get("version"))
        published = past.version if past else self.serving.current()
        known: dict[str, str] = {}
        visit = Visit(request, page_language(request), published, past, self.addresses, known.get)
        vocabulary = await self.vocabulary(visit)

        def documented(iri: str) -> str | None:
            return _ANCHORS + self.fragment(iri) if iri in vocabulary.terms else None

        return replace(visit, anchor=documented)

    def fragment(self, iri: str) -> str:
        """Return the fragment of a term's place on the page that documents it."""
        return quote(anchor(iri, self.project.base, self.project.prefixes), safe=_IN_FRAGMENT)

    async def rows(self, visit: Visit, query: str) -> list[Row]:
        """Return the rows of a SELECT query; raises KgError when there is no answer."""
        return rows_of(await self._ask(visit, query, "json"))

    async def graph(self, visit: Visit, query: str, format: str) -> bytes:
        """Return the answer to a CONSTRUCT or DESCRIBE query in a format of `negotiate.GRAPHS`."""
        return await self._ask(visit, query, format)

    async def labels(self, visit: Visit, names: Iterable[str]) -> Labels:
        """Return names and kinds of the resources `names`, by one query."""
        wanted = list(dict.fromkeys(names))
        vocabulary = await self.vocabulary(visit)
        inferred = None if visit.version.plain else self.inferred
        rows = await self.rows(visit, labels_query(wanted, inferred)) if wanted else []
        return Labels(rows, visit.lang, vocabulary)

    async def vocabulary(self, visit: Visit) -> Vocabulary:
        """Return the terms that the ontology graphs of the version declare."""
        prefix = self.project.graph_iri("ontology/")

        async def read() -> Vocabulary:
            graphs = [one for one in visit.version.graphs if one.startswith(prefix)]
            query = vocabulary_query(graphs)
            return vocabulary_of(await self.rows(visit, query) if graphs else [])

        return await self.once(visit, "vocabulary", read)

    async def sources(self, visit: Visit) -> Sources:
        """Return what the graphs of the version are called and what they were made from."""

        async def read() -> Sources:
            return sources_of(
                await self.rows(visit, sources_query(visit.version.graphs)), self.inferred
            )

        return await self.once(visit, "sources", read)

    async def once(self, visit: Visit, name: str, read: Callable[[], Awaitable[_T]]) -> _T:
        """Return what `read` returns, which is read once for a version."""
        version = visit.version.version
        kept = self._kept.pop(version, None) or _Kept(version, {})
        self._kept[version] = kept
        served = self.serving.current().manifest.version
        former = [one for one in self._kept if one not in (version, served)]
        for one in former[: max(len(former) - _FORMER, 0)]:
            del self._kept[one]
        task: asyncio.Future[_T] | None = kept.things.get(name)
        if task is None:
            task = kept.things[name] = asyncio.ensure_future(read())
            task.add_done_callback(lambda done: self._forget(kept, name, done))
        return await asyncio.shield(task)

    def _forget(self, kept: _Kept, name: str, done: asyncio.Future[Any]) -> None:
        """Keep no failure."""
        if done.cancelled() or done.exception():
            kept.things.pop(name, None)

    def raw(self, visit: Visit, name: str, suffix: str) -> str:
        """Return a link to the data about a resource, as the file type ttl, jsonld, nt or rdf."""
        address = self.addresses.document(name)
        if "?" in address:
            return visit.href(address, format=suffix)
        return visit.href(f"{address}.{suffix}")

    def fresh(self, visit: Visit, tag: str = "page") -> Response | None:
        """Return 304 when the client has the page already, or the page if it is kept."""
        headers = self._validators(visit, tag)
        known = visit.request.headers.get("if-none-match") != "*"
        if known and is_fresh(visit.request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return self._recent.get(self._key(visit, headers["ETag"]))

    def _key(self, visit: Visit, tag: str) -> Hashable:
        """Return what a page is kept by, None if it is for this client only."""
        request = visit.request
        if visit.past or request.headers.get("hx-request"):
            return None
        sent = request.scope.get("raw_path"), request.scope.get("query_string")
        return request.scope["path"], sent, tag

    async def made(self, visit: Visit, make: Callable[[], Response]) -> Response:
        """Return what `make` returns in a thread: other requests are answered meanwhile.

        It is kept for those who ask for the same page after `fresh`.
        """
        response = await run_in_threadpool(make)
        tag = response.headers.get("ETag")
        key = self._key(visit, tag) if tag else None
        return response if key is None else self._recent.put(key, response)

    def page(
        self,
        visit: Visit,
        template: str,
        values: Mapping[str, Any],
        *,
        status: int = 200,
        tag: str = "page",
        vary: tuple[str, ...] = (),
    ) -> Response:
        """Return a page; what was posted is not kept, nor is what is not found."""
        headers = self._validators(visit, tag, vary)
        if status != 200 or visit.request.method not in ("GET", "HEAD"):
            del headers["ETag"]
            headers["Cache-Control"] = "no-store"
        headers["Content-Security-Policy"] = PAGE_POLICY
        if visit.past:
            headers.update(self.travel.headers(visit.request, visit.past))
        text = self.render(visit, template, values).encode()
        body, coded = encoded(text, coding_for(visit.request))
        return Response(body, status, {**headers, **coded}, media_type="text/html")

    def render(self, visit: Visit, template: str, values: Mapping[str, Any]) -> str:
        """Return a template filled with `values` and with what all templates know."""
        return self.templates.get_template(template).render(
            visit=visit,
            t=visit.t,
            lang=visit.lang,
            number=visit.number,
            day=visit.day,
            href=visit.href,
            see=visit.see,
            asset=lambda name: self.assets.link(visit.root, name),
            project=self.project,
            site=self,
            manifest=visit.version,
            program=__version__,
            **values,
        )

    async def _ask(self, visit: Visit, query: str, format: str) -> bytes:
        offered = _JSON if format == "json" else _graph_form(format)
        past = visit.past.setup if visit.past else None
        question = Question(query, offered, past=past, sees_all=True)
        return (await self._engine.answer(question)).body

    def _validators(self, visit: Visit, tag: str, vary: tuple[str, ...] = ()) -> dict[str, str]:
        coding = coding_for(visit.request) or "plain"
        stamp = self.assets.stamp + self._stamp
        parts = (visit.version.version, stamp, tag, visit.lang, coding)
        varying = ("Accept", "Accept-Encoding", "Accept-Language", "Accept-Datetime", *vary)
        return {
            "ETag": etag(*parts),
            "Vary": ", ".join(varying),
            "Content-Language": visit.lang,
        }


def _graph_form(name: str) -> Any:
    return next(one for one in GRAPHS.representations if one.name == name)
