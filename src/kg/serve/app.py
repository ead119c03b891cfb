"""A project and its opened version become an ASGI application."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from kg.errors import KgError, QueryError, Text
from kg.publish.store import is_graph_query
from kg.publish.versions import Version
from kg.rdf.sparql_text import changing_functions, kind_of
from kg.serve import pages
from kg.serve.description import describe
from kg.serve.engine import Engine, InProcessEngine, QueryRequest
from kg.serve.explain import Explaining
from kg.serve.headers import PAGE_POLICY, Headers, allowed, etag, is_fresh
from kg.serve.negotiate import ANY, GRAPHS, ROWS, Offer, Representation, choose, language
from kg.serve.problems import (
    NOT_ACCEPTABLE,
    Details,
    RequestError,
    on_http_error,
    on_kg_error,
)
from kg.serve.protocol import Call, read_call
from kg.serve.validate import Validating
from kg.settings import Project

STATIC = Path(__file__).with_name("static")
HEALTH_SECONDS = 5.0
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?\Z|\[[0-9A-Fa-f:.]+\](:\d+)?\Z")
Handler = Callable[[Request], Awaitable[Response]]


def create_app(
    project: Project,
    version: Version,
    *,
    engine: Engine | None = None,
    validating: Validating | None = None,
) -> FastAPI:
    """Return the application that serves `version`.

    `engine` answers its queries, `validating` checks what is posted. Raises ReadError when an
    example query of the project cannot be read.
    """
    validating = validating or Validating(project, version)
    app = FastAPI(
        title=project.title,
        openapi_url=None,
        lifespan=validating.running,
        exception_handlers={KgError: on_kg_error, HTTPException: on_http_error},
    )
    site = _Site(project, version, engine or InProcessEngine(version, project))
    _route(app, "/", site.index, ("GET", "HEAD"))
    _route(app, "/sparql", site.sparql, ("GET", "HEAD", "POST"))
    _route(app, "/explain", Explaining(project, version).handle, ("GET", "HEAD"))
    _route(app, "/validate", validating.handle, ("POST",))
    _route(app, "/health", site.health, ("GET", "HEAD"))
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_middleware(Headers)
    return app


def _route(app: FastAPI, path: str, handler: Handler, methods: tuple[str, ...]) -> None:
    offered = (*methods, "OPTIONS")

    async def handle(request: Request) -> Response:
        return allowed(offered) if request.method == "OPTIONS" else await handler(request)

    app.add_route(path, handle, methods=list(offered))


class _Site:
    """The handlers, with what they all need."""

    def __init__(self, project: Project, version: Version, engine: Engine) -> None:
        self._project = project
        self._manifest = version.manifest
        self._engine = engine
        self._templates = pages.environment()
        self._examples = pages.examples(project)

    async def sparql(self, request: Request) -> Response:
        """Answer a query; without one, describe the service."""
        call = await read_call(request)
        if call.query is None:
            return self._description(request, call)
        representation = _negotiated(_offer(call.query), request, call)
        headers = self._validators(representation.name, "Accept")
        if request.method == "POST" or next(changing_functions(call.query), None):
            del headers["ETag"]
        elif is_fresh(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        answer = await self._engine.answer(
            QueryRequest(call.query, representation, call.default_graphs, call.named_graphs)
        )
        return _plain(answer.body, answer.content_type, headers)

    def _description(self, request: Request, call: Call) -> Response:
        representation = _negotiated(GRAPHS, request, call)
        headers = self._validators(representation.name, "Accept")
        if is_fresh(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        default_graph = self._project.default_graph
        body = describe(_endpoint(request), self._manifest, default_graph, representation.name)
        return _plain(body, representation.content_type, headers)

    async def index(self, request: Request) -> Response:
        """Say in HTML what is here."""
        asked = request.query_params.get("lang")
        lang = language(request.headers.get("accept-language", ""), asked)
        headers = self._validators(f"html.{lang}", "Accept-Language")
        headers |= {"Content-Language": lang, "Content-Security-Policy": PAGE_POLICY}
        if is_fresh(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        endpoint = _endpoint(request)
        page = pages.index(
            self._templates, self._manifest, self._examples, lang=lang, endpoint=endpoint
        )
        return _plain(page.encode(), "text/html; charset=utf-8", headers)

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
        asked = QueryRequest(query, ROWS.representations[0])
        try:
            answer = await asyncio.wait_for(self._engine.answer(asked), HEALTH_SECONDS)
        except TimeoutError:
            return False, Text(
                de=f"Keine Antwort in {HEALTH_SECONDS:g} Sekunden.",
                en=f"No answer in {HEALTH_SECONDS:g} seconds.",
            )
        except QueryError as error:
            return False, error.text
        if self._project.health is None:
            return None, None
        return b'"boolean":true' in answer.body, None

    def _validators(self, variant: str, vary: str) -> dict[str, str]:
        return {"ETag": etag(self._manifest.version, variant), "Vary": vary}


def _offer(query: str) -> Offer:
    """Return what `query` can be answered as; of what is no query, anything."""
    if is_graph_query(query):
        return GRAPHS
    return ROWS if kind_of(query) in ("SELECT", "ASK") else ANY


def _negotiated(offer: Offer, request: Request, call: Call) -> Representation:
    """Return the representation that the client asks for; raises RequestError without one."""
    accept = ", ".join(request.headers.getlist("accept"))
    representation = choose(offer, accept, call.formats)
    if representation is None:
        possible = ", ".join(offer.media_types)
        raise RequestError(
            NOT_ACCEPTABLE,
            Text(de=f"Möglich sind hier {possible}.", en=f"Possible here are {possible}."),
            Details(members={"available": offer.media_types}),
        )
    return representation


def _plain(body: bytes, content_type: str, headers: dict[str, str]) -> Response:
    return Response(body, headers={"Content-Type": content_type, **headers})


def _endpoint(request: Request) -> str:
    """Return the address of /sparql as the client sees it; a Host that is none is passed over."""
    if not _HOST.match(request.headers.get("host", "")):
        host, port = request.scope.get("server") or ("localhost", None)
        name = f"[{host}]" if ":" in host else host
        return f"{request.url.scheme}://{name}{f':{port}' if port else ''}/sparql"
    return f"{request.base_url}sparql"
