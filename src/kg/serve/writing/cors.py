"""Scripts of other sites may read; they may write only if kg.toml names their site."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from kg.serve.headers import CORS, allowed

_HEADERS = (
    "Accept, Accept-Language, Authorization, Content-Type, Content-Encoding, If-Match, "
    "If-None-Match, Kg-Note, Link, Prefer"
)


def restrict(request: Request, origins: frozenset[str]) -> None:
    """Let the response to a write be read by scripts of `origins` only."""
    origin = request.headers.get("origin", "")
    request.scope[CORS] = origin if origin in origins else ""


def preflight(
    request: Request, reads: Iterable[str], writes: Iterable[str], origins: frozenset[str]
) -> Response:
    """Return the answer to OPTIONS: scripts of `origins` may write and name a token."""
    both = tuple(dict.fromkeys((*reads, *writes, "OPTIONS")))
    if request.headers.get("origin", "") not in origins:
        return allowed(both, elsewhere=(*reads, "OPTIONS"))
    restrict(request, origins)
    response = allowed(both)
    response.headers["Access-Control-Allow-Headers"] = _HEADERS
    return response
