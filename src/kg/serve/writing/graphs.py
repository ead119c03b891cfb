"""Writing whole graphs at /graphs: SPARQL 1.1 Graph Store HTTP Protocol, sections 5.3 to 5.6.

Graphs are named by the parameters graph and default only; POST without them makes a new graph.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Literal
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.serve.graph_store import Target, read_target
from kg.serve.problems import BAD_REQUEST, METHOD, Details, RequestError
from kg.serve.void import graph_at, root_of
from kg.serve.writing.authorisation import Caller
from kg.serve.writing.bodies import Posted, read_documents, unreadable_type
from kg.serve.writing.reply import Done, version_tag
from kg.serve.writing.transaction import Order, Writes
from kg.serve.writing.words import words_of
from kg.write.change import Kind
from kg.write.requests import GraphWrite, Outcome

READS = ("GET", "HEAD")
WRITES = ("PUT", "POST", "DELETE")
Method = Literal["PUT", "POST", "DELETE"]
_METHODS: MappingProxyType[str, tuple[Method, Kind]] = MappingProxyType(
    {"PUT": ("PUT", "put"), "POST": ("POST", "post"), "DELETE": ("DELETE", "delete")}
)


class Graphs:
    """Answers /graphs: reading is done by `reads`."""

    def __init__(self, writes: Writes, reads: Callable[[Request], Awaitable[Response]]) -> None:
        """Have writes carried out by `writes`."""
        self._writes = writes
        self._reads = reads

    async def handle(self, request: Request) -> Response:
        """Answer one request; raises KgError."""
        if request.method in READS:
            return await self._reads(request)
        if request.method not in WRITES:
            allow = ", ".join((*READS, *WRITES, "OPTIONS"))
            raise RequestError(METHOD, _METHOD, Details(headers={"Allow": allow}))
        target = read_target(request.scope.get("query_string", b""))
        made = None
        if target.graph is None and not target.default and request.method == "POST":
            made = self._writes.project.graph_iri(f"uploaded/{uuid4()}")
            target = replace(target, graph=made)

        async def read(caller: Caller) -> Order:
            del caller
            return await self._order(request, target)

        return await self._writes.handle(request, read, lambda done: _done(request, made, done))

    async def _order(self, request: Request, target: Target) -> Order:
        method, kind = _METHODS[request.method]
        if target.graph is None and not target.default:
            raise RequestError(BAD_REQUEST, _WHICH)
        graph = target.graph
        words = words_of(request)
        posted = Posted((), {})
        if method != "DELETE":
            posted = await read_documents(request, self._writes.options.body)
        if method == "POST" and not posted.documents:
            raise unreadable_type()
        operation = GraphWrite(
            method,
            graph,
            posted.documents,
            if_match=_header(request, "if-match"),
            if_none_match=_header(request, "if-none-match"),
            base=graph or f"{root_of(request)}graphs",
        )
        return Order(operation, kind, words, posted.size)


def _done(request: Request, made: str | None, outcome: Outcome) -> Done:
    """Return how success is told: 201 for a graph that is new, 204 for all else."""
    headers = {} if request.method == "DELETE" else version_tag(outcome)
    if made:
        headers["Location"] = made
        headers["Link"] = f'<{graph_at(root_of(request), made)}>; rel="alternate"'
    if request.method == "DELETE" or (outcome.existed and not made):
        return Done(204, headers, body=False)
    return Done(201, headers)


def _header(request: Request, name: str) -> str | None:
    return ", ".join(request.headers.getlist(name)) or None


_WHICH = Text(
    de="Es fehlt, welcher Graph gemeint ist: graph=IRI oder default.",
    en="It is not said which graph is meant: graph=IRI or default.",
)
_METHOD = Text(
    de="Graphen werden mit GET gelesen und mit PUT, POST und DELETE geschrieben.",
    en="Graphs are read by GET and written by PUT, POST and DELETE.",
)
