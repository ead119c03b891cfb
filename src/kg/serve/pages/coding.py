"""Bodies are compressed as the client accepts it (RFC 9110 section 8.4)."""

from __future__ import annotations

import gzip

import zstandard
from starlette.requests import Request

from kg.serve.negotiate import coding_of

_SMALL = 1000
_GZIP, _ZSTD = 5, 3


def coding_for(request: Request) -> str | None:
    """Return zstd, gzip or None, whichever the client prefers."""
    return coding_of(", ".join(request.headers.getlist("accept-encoding")))


def encoded(body: bytes, coding: str | None) -> tuple[bytes, dict[str, str]]:
    """Return a body in a coding, with the header that says so; small ones stay as they are."""
    if coding is None or len(body) < _SMALL:
        return body, {}
    return compressed(body, coding, zstd=_ZSTD, deflate=_GZIP), {"Content-Encoding": coding}


def compressed(body: bytes, coding: str, *, zstd: int, deflate: int) -> bytes:
    """Return a body in a coding, zstd or gzip, at the level that is given for it."""
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=zstd).compress(body)
    return gzip.compress(body, deflate, mtime=0)
