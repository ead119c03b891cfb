"""A project and a published version become an ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kg.errors import KgError, QueryError, Text
from kg.publish.versions import Manifest, Published
from kg.serve.answers import Question
from kg.serve.description import Limits, Service, describe
from kg.serve.engine import Engine
from kg.serve.explain import Explaining
from kg.serve.graph_store import GraphStore
from kg.serve.headers import QUERY, Headers, allowed, etag, is_fresh
from kg.serve.negotiate import ROWS
from kg.serve.operation.front import Seat
from kg.serve.operation.metrics_page import MetricsPage
from kg.serve.options import ServeOptions
from kg.serve.pages.editor.page import browsers_first
from kg.serve.pages.overview.history import browsers_too
from kg.serve.pages.routes import page_routes
from kg.serve.pages.site import Site
from kg.serve.problems import RequestError, on_http_error, on_kg_error
from kg.serve.protocol import MAX_BODY, Call, is_update, read_call
from kg.serve.reply import Reply, unless_gone
from kg.serve.serving import Serving
from kg.serve.sparql import negotiated, question_of
from kg.serve.static_files import Static
from kg.serve.time_travel import TimeTravel
from kg.serve.validate import Validating
from kg.serve.void import Counts, Void, endpoint_at, root_of, void_at
from kg.serve.writing.routes import Route, WritingRoutes
from kg.serve.writing.update import Updates
from kg.settings import Project
from kg.write.requests import UpdateText

STATIC = Path(__file__).with_name("static")
HEALTH_SECONDS = 5.0
Handler = Callable[[Request], Awaitable[Response]]


def create_app(
    project: Project,
    published: Published,
    *,
    options: ServeOptions | None = None,
    engine: Engine | None = None,
    validating: Validating | None = None,
    seat: Seat | None = None,
) -> FastAPI:
    """Return the application that serves `published` and the versions that come after it.

    `engine` answers its queries, `validating` checks what is posted. What it works with is
    `app.state.serving`. Raises ReadError when an example query of the project cannot be read.
    """
    serving = Serving(project, published, options, seat=seat)
    validating = validating or Validating(project, published)
    explaining = Explaining(project, serving.current, validating.reply)
    serving.on_switch(validating.switch)

    @contextlib.asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        async with serving.running(), validating.running(app):
            yield

    app = FastAPI(
        title=project.title,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=running,
        exception_handlers={KgError: on_kg_error, HTTPException: on_http_error},
    )
    app.state.serving = serving
    writing, travel = WritingRoutes(serving), TimeTravel(serving)
    site = _Site(serving, engine or serving.engine, writing.updates, travel)
    app.state.site = Site(
        serving,
        engine or serving.engine,
        travel,
        explaining=explaining,
        validating=validating,
    )
    graph_store = GraphStore(
        serving.current, engine or serving.engine, travel, default_graph=serving.default_graph
    )
    _route(app, "/history/timemap", travel.timemap, ("GET", "HEAD"))
    void = Void(serving.current, default_graph=serving.default_graph, license=project.license)
    sparql = browsers_first(app.state.site, engine or serving.engine, site.sparql)
    kept = browsers_too(app.state.site, writing.routes(graph_store.handle))
    for route in (*writing.sparql(sparql), *kept):
        _write_route(app, route, writing)
    _route(app, "/.well-known/void", void.handle, ("GET", "HEAD"))
    _route(app, "/health", site.health, ("GET", "HEAD"))
    _route(app, "/metrics", MetricsPage(serving.board).handle, ("GET", "HEAD"))
    app.mount("/static", Static(STATIC))
    for page in page_routes(app.state.site):
        _route(app, page.path, page.handler, page.methods)
    app.add_middleware(Headers, metrics=serving.metrics, log=serving.log)
    return app


def _route(app: FastAPI, path: str, handler: Handler, methods: tuple[str, ...]) -> None:
    """Let `handler` answer at `path`."""
    offered = (*methods, "OPTIONS")

    async def handle(request: Request) -> Response:
        return allowed(offered) if request.method == "OPTIONS" else await handler(request)

    app.add_route(path, handle, methods=[*offered])


def _write_route(app: FastAPI, route: Route, writing: WritingRoutes) -> None:
    """Add a route that may write."""

    async def handle(request: Request) -> Response:
        if request.method == "OPTIONS":
            return writing.preflight(request, route)
        return await route.handler(request)

    methods = {*route.reads, *route.writes, *route.refused, "OPTIONS"}
    app.add_route(route.path, handle, methods=sorted(methods))


class _Site:
    """The handlers, with what they all need."""

    def __init__(
        self, serving: Serving, engine: Engine, updates: Updates, travel: TimeTravel
    ) -> None:
        self._travel = travel
        self._updates = updates
        self._project = serving.project
        self._serving = serving
        self._engine = engine
        self._counts = Counts()

    @property
    def _manifest(self) -> Manifest:
        return self._serving.current().manifest

    async def sparql(self, request: Request) -> Response:
        """Answer a query or carry out an update; without either, describe the service."""
        if is_update(request):
            return await self._updates.direct(request)
        call = await read_call(request, self._updates.most(request))
        if isinstance(call, UpdateText):
            return await self._updates.form(request, call)
        accept = ", ".join(request.headers.getlist("accept"))
        if call.query is None:
            return self._description(request, call, accept)
        codings = ", ".join(request.headers.getlist("accept-encoding"))
        federated = bool(self._serving.federated)
        question = question_of(call, accept, codings, federated=federated)
        past = self._travel.find(request, call.version)
        question = question._replace(past=past.setup) if past else question
        request.scope[QUERY] = question.text
        answer = await unless_gone(request, self._engine.stream(question))
        reply = Reply(request, question, answer)
        reply.headers.update(self._travel.headers(request, past) if past else {})
        return reply

    def _description(self, request: Request, call: Call, accept: str) -> Response:
        representation = negotiated("graphs", accept, call.formats)
        updates = self._updates.are_on
        variant = f"{representation.name}.updates" if updates else representation.name
        headers = self._validators(variant, "Accept")
        if is_fresh(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        published, limits = self._serving.current(), self._serving.options.limits
        root = root_of(request)
        service = Service(
            statistics=self._counts.of(published),
            limits=Limits(limits.timeout, limits.memory, MAX_BODY),
            federated=self._serving.federated,
            void=void_at(root),
            updates=updates,
        )
        body = describe(
            endpoint_at(root),
            published.manifest,
            self._serving.default_graph,
            representation.name,
            service,
        )
        return _plain(body, representation.content_type, headers)

    async def health(self, request: Request) -> Response:
        """Say whether the version answers, and whether the project's health query holds."""
        del request
        holds, text = await self._holds()
        document: dict[str, object] = {
            "status": "failing" if holds is False else "ok",
            "version": self._manifest.version,
            "triples": self._manifest.triples,
            "health": holds,
        }
        if text is not None:
            document["messages"] = text.as_dict()
        status = 503 if holds is False else 200
        return JSONResponse(document, status, headers={"Cache-Control": "no-store"})

    async def _holds(self) -> tuple[bool | None, Text | None]:
        """Return whether the health query holds, None without one; and what is wrong with it."""
        query = self._project.health or "ASK {}"
        asked = Question(query, ROWS.representations[0], changes=True)
        try:
            answer = await asyncio.wait_for(self._engine.answer(asked), HEALTH_SECONDS)
        except TimeoutError:
            return False, Text(
                de=f"Keine Antwort in {HEALTH_SECONDS:g} Sekunden.",
                en=f"No answer in {HEALTH_SECONDS:g} seconds.",
            )
        except (QueryError, RequestError) as error:
            return False, error.text
        if self._project.health is None:
            return None, None
        return b'"boolean":true' in answer.body, None

    def _validators(self, variant: str, vary: str) -> dict[str, str]:
        return {"ETag": etag(self._manifest.version, variant), "Vary": vary}


def _plain(body: bytes, content_type: str, headers: dict[str, str]) -> Response:
    return Response(body, headers={"Content-Type": content_type, **headers})
