"""A problem as a page: what happened, what to do, and ways from there. No query is asked."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import KgError, Text
from kg.serve.pages.linked.problem_texts import ADVICE
from kg.serve.pages.site import Site
from kg.serve.pages.visit import Visit, page_language
from kg.serve.problems import Details, Kind
from kg.serve.time_travel import Past

_MOST = 2000
"""So much of a message is shown; some quote what was sent."""
_AGAIN = (429, 502, 503, 504)
_OWN = ("content-type", "content-length", "content-language", "vary", "cache-control")
"""Headers of a response that the page itself decides on."""


def problem_page(
    site: Site, request: Request, kind: Kind, text: Text, details: Details
) -> Response:
    """Return the page about a problem, with its status and its headers.

    It is in German unless the request prefers English.
    """
    visit = _visit(site, request)
    told = text.to(visit.lang)
    advice = ADVICE.get(kind.slug)
    values = {
        "kind": kind,
        "told": told if len(told) <= _MOST else f"{told[:_MOST]} …",
        "remedy": advice.remedy if advice else None,
        "seconds": _seconds(details),
        "again": request.method in ("GET", "HEAD") and kind.status in _AGAIN,
    }
    response = site.page(visit, "linked_fault.html", values, status=kind.status)
    for name, value in details.headers.items():
        if name.lower() == "vary":
            response.headers.add_vary_header(value)
        elif name.lower() not in _OWN:
            response.headers[name] = value
    return response


def _visit(site: Site, request: Request) -> Visit:
    """Return the visit of a request with a fault: that may be in its version, which is left out."""
    request = _at_root(request)
    given = request.query_params.get("version")
    past: Past | None = None
    try:
        past = site.travel.find(request, given) if given is not None else None
    except KgError:
        request = _without_version(request)
    published = past.version if past else site.serving.current()
    nothing: dict[str, str] = {}
    return Visit(request, page_language(request), published, past, site.addresses, nothing.get)


def _at_root(request: Request) -> Request:
    """Return the request as the application got it; what is mounted, as /static is, moves root."""
    scope = request.scope
    return Request({**scope, "root_path": scope.get("app_root_path", scope.get("root_path", ""))})


def _without_version(request: Request) -> Request:
    query = request.scope.get("query_string", b"").decode("latin-1")
    left = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "version"]
    return Request({**request.scope, "query_string": urlencode(left).encode()})


def _seconds(details: Details) -> int | None:
    """Return after how many seconds another try is worth while, None if that is not known."""
    headers = {name.lower(): value for name, value in details.headers.items()}
    value = headers.get("retry-after", "")
    return int(value) if value.isdecimal() and len(value) < 7 else None
