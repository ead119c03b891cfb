"""The outermost layer: every response gets its headers, every fault of ours becomes a problem."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.serve.problems import stopping, unexpected

_LOG = logging.getLogger("kg.serve")

ON_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "ETag, Link, Content-Language, Allow, Accept-Post, Retry-After"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
UNLESS_SET = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class Headers:
    """ASGI middleware: headers of CORS and security, and the last resort for exceptions."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.update(ON_ALL)
                for name, value in UNLESS_SET.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except asyncio.CancelledError:  # the server stops and waits no longer for this request
            if started:
                raise
            await stopping(Request(scope))(scope, receive, send_with_headers)
        except Exception:
            _LOG.exception("%s %s", scope["method"], scope["path"])
            if started:
                raise
            await unexpected(Request(scope))(scope, receive, send_with_headers)


def allowed(methods: Iterable[str]) -> Response:
    """Return the answer to OPTIONS, also as the preflight request of another site's script."""
    names = ", ".join(methods)
    return Response(
        status_code=204,
        headers={
            "Allow": names,
            "Access-Control-Allow-Methods": names,
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
