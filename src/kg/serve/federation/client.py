"""One query is put to another SPARQL endpoint, within limits; what comes back are its bytes.

The client sends no cookies, no credentials and no header of whoever asked, and heeds no proxy of
the environment.
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urljoin, urlsplit

import httpcore

from kg import __version__
from kg.errors import Text
from kg.serve.federation import faults
from kg.serve.federation.allowed import Allowed, Endpoint, Origin, origin_of
from kg.serve.federation.faults import Unusable, failed
from kg.serve.federation.network import CONNECT, CheckedBackend, Deadline

MAX_REDIRECTS = 3
TYPES = ("application/sparql-results+json", "application/sparql-results+xml")
_AGAIN = (301, 302, 307, 308)
"""Redirects after which the query is posted again, RFC 9110 section 15.4; after 303 it is not."""
_PIECE = 1 << 16


@dataclass(frozen=True)
class Reply:
    """The body of a response with status 200 and its media type, one of TYPES."""

    media_type: str
    body: bytes


@dataclass(frozen=True)
class _Hop:
    """One request on the way: to where, and with which body, None for GET."""

    url: str
    body: bytes | None
    private: bool


def ask(endpoint: Endpoint, query: str, allowed: Allowed, *, room: int) -> Reply:
    """Return the reply to `query`, of at most `room` bytes.

    Raises ServiceError for whatever stands against that; its text names the endpoint.
    """
    try:
        return _follow(endpoint, query, allowed, room)
    except Unusable as error:
        raise failed(endpoint.url, error.text) from error
    except httpcore.ConnectTimeout as error:
        seconds = min(CONNECT, allowed.limits.timeout)
        raise failed(endpoint.url, faults.no_connection(seconds)) from error
    except httpcore.TimeoutException as error:
        raise failed(endpoint.url, faults.too_slow(allowed.limits.timeout)) from error
    except httpcore.ConnectError as error:
        raise failed(endpoint.url, _no_connection(error)) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise failed(endpoint.url, faults.unreachable(_reason(error))) from error


def _follow(endpoint: Endpoint, query: str, allowed: Allowed, room: int) -> Reply:
    deadline = Deadline.within(allowed.limits.timeout)
    hop = _Hop(endpoint.url, urlencode({"query": query}).encode(), endpoint.private)
    for _ in range(MAX_REDIRECTS + 1):
        found = _request(hop, deadline, room, allowed)
        if isinstance(found, Reply):
            return found
        hop = found
    raise Unusable(faults.many_redirects(MAX_REDIRECTS))


def _request(hop: _Hop, deadline: Deadline, room: int, allowed: Allowed) -> Reply | _Hop:
    origin = _origin(hop.url)
    backend = CheckedBackend(deadline, private=hop.private)
    context = httpcore.default_ssl_context() if origin[0] == "https" else None
    with httpcore.HTTPConnection(
        httpcore.Origin(origin[0].encode(), origin[1].encode(), origin[2]),
        ssl_context=context,
        network_backend=backend,
    ) as connection:
        method = "GET" if hop.body is None else "POST"
        url = _target(hop.url, origin)
        headers = _headers(hop)
        with connection.stream(method, url, headers=headers, content=hop.body) as response:
            values = {name.lower(): value for name, value in response.headers}
            if response.status in (*_AGAIN, 303):
                return _redirected(hop, response.status, values, allowed)
            if response.status != 200:
                raise Unusable(faults.bad_status(response.status))
            limit = allowed.limits.max_bytes
            body = _whole(response.iter_stream(), values, room, limit)
            return Reply(_media_type(values), body)


def _headers(hop: _Hop) -> list[tuple[bytes, bytes]]:
    host = urlsplit(hop.url).netloc
    headers = {
        "Host": host,
        "User-Agent": f"kg/{__version__}",
        "Accept": f"{TYPES[0]}, {TYPES[1]};q=0.9",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    if hop.body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _redirected(hop: _Hop, status: int, headers: dict[bytes, bytes], allowed: Allowed) -> _Hop:
    """Return the next request; raises Unusable unless it goes to an origin on the list.

    Only a private endpoint may send us to a private one: others must not reach inside by it.
    """
    location = headers.get(b"location", b"").decode("latin-1")
    try:
        url = urljoin(hop.url, location).partition("#")[0]
    except ValueError:
        url = ""
    origin = origin_of(url)
    known = [one for one in allowed.endpoints if one.origin == origin]
    if not location or not known:
        shown = f"{origin[0]}://{origin[1]}:{origin[2]}" if origin else repr(location[:80])
        raise Unusable(faults.bad_redirect(shown))
    private = hop.private and any(one.private for one in known)
    return replace(hop, url=url, private=private, body=None if status == 303 else hop.body)


def _media_type(headers: dict[bytes, bytes]) -> str:
    value = headers.get(b"content-type", b"").decode("latin-1")
    media_type = value.partition(";")[0].strip().lower()
    if media_type not in TYPES:
        raise Unusable(faults.bad_type(repr(media_type[:80])))
    return media_type


def _whole(pieces: Iterable[bytes], headers: dict[bytes, bytes], room: int, limit: int) -> bytes:
    """Return the decompressed body; raises Unusable as soon as it is larger than `room`.

    The compressed bytes count as well: many empty gzip members are nothing but large.
    """
    _media_type(headers)
    coding = headers.get(b"content-encoding", b"identity").strip().lower()
    if coding not in (b"identity", b"gzip", b"x-gzip"):
        raise Unusable(faults.bad_content(f"Content-Encoding {coding.decode('latin-1')[:40]!r}"))
    body = bytearray()
    received = _bounded(pieces, room, limit)
    for piece in received if coding == b"identity" else _unpacked(received):
        body += piece
        if len(body) > room:
            raise Unusable(faults.too_large(limit))
    return bytes(body)


def _bounded(pieces: Iterable[bytes], room: int, limit: int) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > room:
            raise Unusable(faults.too_large(limit))
        yield piece


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip members hold (RFC 1952), never more than _PIECE bytes at once."""
    member = zlib.decompressobj(wbits=31)
    begun = False
    for piece in pieces:
        rest = piece
        while rest:
            if member.eof:
                member = zlib.decompressobj(wbits=31)
            begun = True
            try:
                yield member.decompress(rest, _PIECE)
            except zlib.error as error:
                raise Unusable(faults.bad_content("gzip")) from error
            rest = member.unused_data if member.eof else member.unconsumed_tail
    while not member.eof and (more := member.decompress(member.unconsumed_tail, _PIECE)):
        yield more
    if begun and not member.eof:
        raise Unusable(faults.bad_content("gzip"))


def _origin(url: str) -> Origin:
    origin = origin_of(url)
    if origin is None:
        raise Unusable(faults.bad_redirect(repr(url[:80])))
    return origin


def _target(url: str, origin: Origin) -> httpcore.URL:
    """Return the URL made of the origin that was checked and not of what another parser finds."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    scheme, host, port = origin
    return httpcore.URL(scheme=scheme, host=host, port=port, target=path)


def _no_connection(error: httpcore.ConnectError) -> Text:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return faults.bad_certificate(_reason(cause))
        cause = cause.__cause__ or cause.__context__
    return faults.unreachable(_reason(error))


def _reason(error: BaseException) -> str:
    return str(error)[:200] or type(error).__name__
