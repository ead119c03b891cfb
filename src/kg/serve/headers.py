"""The outermost layer: every response gets its headers, every fault of ours becomes a problem."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.rdf.sparql_text import kind_of
from kg.serve.operation.metrics import Metrics
from kg.serve.operation.request_log import Record, RequestLog
from kg.serve.problems import stopping, unexpected

QUERY = "kg.query"
"""Where the scope of a request keeps its query, for the log."""
_OUTCOMES = {0: "left", 400: "syntax", 500: "crash", 503: "busy", 504: "timeout", 507: "memory"}
ABORT = "kg.abort"
"""The extension of a request's scope that ends its connection at once."""
CORS = "kg.cors"
"""Where the scope of a request keeps the only site whose scripts may read the response, "" for
none; without it all may."""
_ROUTES = frozenset(
    (
        *("", "sparql", "graphs", "explain", "validate", "health", "metrics", "static"),
        *(".well-known", "contributions", "history", "id", "doc", "answer", "search", "map"),
        *("network", "contents", "documents", "quality", "about", "licence", "contribute"),
        *("ontology", "shapes", "problems", "context.jsonld", "vocabulary.json"),
    )
)
_LOG = logging.getLogger("kg.serve")

ON_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "ETag, Link, Content-Language, Content-Location, Allow, Accept-Post, Retry-After, "
        "Location, Kg-Commit, Kg-Version"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
UNLESS_SET = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
NOT_MODIFIED = 304
"""Its headers replace those of the stored page, which keeps its policy if none is sent."""
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Headers:
    """ASGI middleware: headers of CORS and security, and the last resort for exceptions."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: RequestLog) -> None:
        """Wrap `app`, and count in `metrics` what it answers."""
        self._app = app
        self._metrics = metrics
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        began = time.perf_counter()
        status = size = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal started, status, size
            if message["type"] == "http.response.start":
                started = True
                status = message["status"]
                self._metrics.requests(route_of(scope["path"]), message["status"])
                headers = MutableHeaders(scope=message)
                headers.update(ON_ALL)
                _restrict(headers, scope.get(CORS))
                for name, value in UNLESS_SET.items():
                    if status != NOT_MODIFIED or name != "Content-Security-Policy":
                        headers.setdefault(name, value)
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except asyncio.CancelledError:  # the server stops and waits no longer for this request
            if started:
                raise
            await stopping(Request(scope))(scope, receive, send_with_headers)
        except ClientDisconnect:
            return  # in the middle of its request: nobody waits for an answer
        except Exception:
            _LOG.exception("%s %s", scope["method"], scope["path"])
            if started:
                raise
            await unexpected(Request(scope))(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - began
            if self._log.wants(seconds):
                self._log.write(_record(scope, status, size, seconds))


def _restrict(headers: MutableHeaders, site: str | None) -> None:
    """Let scripts of one `site` read the response, of none if it is "", of all if it is None."""
    if site is None:
        return
    headers.add_vary_header("Origin")
    if site:
        headers["Access-Control-Allow-Origin"] = site
    else:
        del headers["Access-Control-Allow-Origin"]


def _record(scope: Scope, status: int, size: int, seconds: float) -> Record:
    headers = dict(scope["headers"])
    query = scope.get(QUERY)
    return Record(
        scope["method"],
        scope["path"],
        status,
        seconds,
        bytes=size,
        client=(scope.get("client") or ("",))[0],
        agent=headers.get(b"user-agent", b"").decode("latin-1"),
        outcome=outcome_of(status),
        query=query,
        kind=kind_of(query) if query else "",
    )


def outcome_of(status: int) -> str:
    """Return how a request ended, in a word for the log; status 0 is that of one without answer."""
    return _OUTCOMES.get(status, "ok" if 200 <= status < 400 else "refused")


def route_of(path: str) -> str:
    """Return the route of a path, one of few names."""
    first = path.split("/", 2)[1] if path.startswith("/") else path
    return f"/{first}" if first in _ROUTES else "other"


def allowed(methods: Iterable[str], *, elsewhere: Iterable[str] | None = None) -> Response:
    """Return the answer to OPTIONS, also as the preflight request of another site's script.

    Scripts of other sites may use the methods `elsewhere`, which are all if they are not given.
    """
    names = ", ".join(methods)
    return Response(
        status_code=204,
        headers={
            "Allow": names,
            "Access-Control-Allow-Methods": names if elsewhere is None else ", ".join(elsewhere),
            "Access-Control-Allow-Headers": (
                "Accept, Accept-Language, Content-Type, Content-Encoding, If-None-Match"
            ),
            "Access-Control-Max-Age": "86400",
        },
    )


def etag(*parts: str) -> str:
    """Return the ETag of one representation of one version."""
    return '"' + ".".join(parts) + '"'


def is_fresh(request: Request, tag: str) -> bool:
    """Return whether the client has what `tag` names (RFC 9110 section 13.1.2)."""
    if request.method not in ("GET", "HEAD"):
        return False
    known = [
        one.strip().removeprefix("W/")
        for one in request.headers.get("if-none-match", "").split(",")
    ]
    return tag in known or "*" in known
