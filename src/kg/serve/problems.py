"""Whatever goes wrong becomes a problem document (RFC 9457) or, for browsers, a page."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import KgError, QueryError, RefusedQueryError, StageError, Text
from kg.serve.federation.faults import ServiceError
from kg.serve.negotiate import ANY, Offer, Representation, language, prefers_page

MEDIA_TYPE = "application/problem+json"
_FOR_PROGRAMS = Offer((*ANY.representations, Representation("json", MEDIA_TYPE)), ANY.names)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_LOG = logging.getLogger("kg.serve")


@dataclass(frozen=True)
class Kind:
    """One kind of problem: the end of its type URI, its status and its title."""

    slug: str
    status: int
    title: Text


BAD_REQUEST = Kind("bad-request", 400, Text("Fehlerhafte Anfrage", "Bad request"))
QUERY = Kind("query-syntax", 400, Text("Fehler in der Abfrage", "Fault in the query"))
REFUSED = Kind("query-refused", 403, Text("Nicht erlaubt", "Not allowed"))
NOT_FOUND = Kind("not-found", 404, Text("Nicht gefunden", "Not found"))
SLOW = Kind("request-timeout", 408, Text("Anfrage zu langsam", "Request too slow"))
HEADERS = Kind("headers-too-large", 431, Text("Kopfzeilen zu lang", "Headers too long"))
METHOD = Kind("method-not-allowed", 405, Text("Methode nicht möglich", "Method not allowed"))
NOT_ACCEPTABLE = Kind("not-acceptable", 406, Text("Format nicht verfügbar", "Format not available"))
TOO_LARGE = Kind("body-too-large", 413, Text("Anfrage zu groß", "Request too large"))
MEDIA = Kind(
    "unsupported-media-type", 415, Text("Format der Anfrage unbekannt", "Unknown request format")
)
BUSY = Kind("busy", 503, Text("Ausgelastet", "Busy"))
SERVICE = Kind("service-failed", 502, Text("Anderer Server fehlgeschlagen", "Other server failed"))
TIME = Kind("time-limit", 504, Text("Zeit überschritten", "Out of time"))
MEMORY = Kind("memory-limit", 507, Text("Speicher überschritten", "Out of memory"))
CRASH = Kind("crash", 500, Text("Abgebrochen", "Broken off"))
UNAVAILABLE = Kind("unavailable", 503, Text("Nicht verfügbar", "Not available"))
INTERNAL = Kind("internal", 500, Text("Fehler im Server", "Fault in the server"))


@dataclass(frozen=True)
class Details:
    """What a problem says besides its text: further members and response headers."""

    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class RequestError(KgError):
    """A request that cannot be answered; says which kind of problem it is."""

    def __init__(self, kind: Kind, text: Text, details: Details | None = None) -> None:
        """Keep the kind and what its document says besides the text."""
        super().__init__(text)
        self.kind = kind
        self.details = details or Details()


KINDS: tuple[tuple[type[KgError], Kind], ...] = (
    (RefusedQueryError, REFUSED),
    (QueryError, QUERY),
    (ServiceError, SERVICE),
    (StageError, UNAVAILABLE),
    (KgError, INTERNAL),
)
"""The table from exceptions to kinds and so to statuses; the first that fits counts."""

_HTTP = {
    404: (
        NOT_FOUND,
        Text(
            "Unter dieser Adresse ist nichts. Was es gibt, steht unter /.",
            "There is nothing at this address. What there is, is said at /.",
        ),
    ),
    405: (
        METHOD,
        Text(
            "Diese Methode gibt es unter dieser Adresse nicht; der Kopf Allow nennt die möglichen.",
            "This method does not exist at this address; the header Allow names those that do.",
        ),
    ),
}
_UNEXPECTED = Text(
    "Der Server hat einen Fehler gemacht. Er steht in seinem Protokoll.",
    "The server made a mistake. It is in its log.",
)


def problem(request: Request, kind: Kind, text: Text, details: Details | None = None) -> Response:
    """Return the problem document for `kind`, in the language that the request prefers.

    `?lang=` goes before Accept-Language. Members: type, title, status, detail, messages (both
    languages) and those of `details`. A browser gets a page, if the application has pages.
    """
    details = details or Details()
    page = _page(request, kind, text, details)
    if page is not None:
        return page
    lang = language(request.headers.get("accept-language", ""), request.query_params.get("lang"))
    return Response(
        _text(document(kind, text, lang, details)),
        status_code=kind.status,
        headers={**_headers(lang), **details.headers},
    )


def _page(request: Request, kind: Kind, text: Text, details: Details) -> Response | None:
    """Return the page about a problem for a request that prefers one; None if there is none."""
    app = request.scope.get("app")
    make = getattr(getattr(getattr(app, "state", None), "site", None), "problem_page", None)
    if make is None or not _wants_page(request):
        return None
    try:
        page: Response = make(request, kind, text, details)
    except Exception:  # noqa: BLE001 - the last resort must not fail; the document needs nothing
        _LOG.exception("page about %s for %s", kind.slug, request.scope["path"])
        return None
    return page


def _wants_page(request: Request) -> bool:
    """Return whether a browser asks, by a link or a form, and rather for HTML.

    Scripts of ours that ask for a part of a page would put a page into a page.
    """
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    by_browser = request.method in ("GET", "HEAD") or (request.method == "POST" and sent in _FORMS)
    if not by_browser or "hx-request" in request.headers:
        return False
    if "html" in request.query_params.getlist("format"):
        return True
    return prefers_page(_FOR_PROGRAMS, ", ".join(request.headers.getlist("accept")))


def problem_of(error: KgError, accept_language: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of the problem document for an error.

    Members are line and column where they are known, and those that the error has.
    """
    kind, text, details = _described(error)
    lang = language(accept_language)
    body = _text(document(kind, text, lang, details)).encode()
    return kind.status, {**_headers(lang), **details.headers}, body


def kind_of_error(error: KgError) -> Kind:
    """Return the kind of problem that an error is."""
    return _described(error)[0]


def document(kind: Kind, text: Text, lang: str, details: Details | None = None) -> dict[str, Any]:
    """Return the members of a problem document in `lang`."""
    return {
        "type": f"/problems/{kind.slug}",
        "title": kind.title.to(lang),
        "status": kind.status,
        "detail": text.to(lang),
        **(details.members if details else {}),
        "messages": text.as_dict(),
    }


def _text(members: Mapping[str, Any]) -> str:
    return json.dumps(members, ensure_ascii=False, indent=2) + "\n"


def _headers(lang: str) -> dict[str, str]:
    return {
        "Content-Type": MEDIA_TYPE,
        "Content-Language": lang,
        "Cache-Control": "no-store",
        "Vary": "Accept, Accept-Language",
    }


def _described(error: KgError) -> tuple[Kind, Text, Details]:
    if isinstance(error, RequestError):
        return error.kind, error.text, error.details
    kind = next(kind for exception, kind in KINDS if isinstance(error, exception))
    if kind is INTERNAL:
        return INTERNAL, _UNEXPECTED, Details()
    place = error.place
    members = {"line": place.line, "column": place.column} if place and place.line else {}
    return kind, error.text, Details(members)


async def on_kg_error(request: Request, error: Exception) -> Response:
    """Return the problem for a KgError; line and column are members where they are known."""
    if not isinstance(error, KgError):
        return unexpected(request)
    return problem(request, *_described(error))


async def on_http_error(request: Request, error: Exception) -> Response:
    """Return the problem for what the router could not place."""
    if not isinstance(error, HTTPException):
        return unexpected(request)
    kind, text = _HTTP.get(
        error.status_code,
        (
            Kind("bad-request", error.status_code, BAD_REQUEST.title),
            Text(error.detail, error.detail),
        ),
    )
    return problem(request, kind, text, Details(headers=error.headers or {}))


def unexpected(request: Request) -> Response:
    """Return the problem for a fault of ours, without a word on its inside."""
    return problem(request, INTERNAL, _UNEXPECTED)


def not_acceptable(available: list[str]) -> RequestError:
    """Return the error of a request that accepts none of the media types that are possible."""
    possible = ", ".join(available)
    return RequestError(
        NOT_ACCEPTABLE,
        Text(de=f"Möglich sind hier {possible}.", en=f"Possible here are {possible}."),
        Details(members={"available": available}),
    )


def stopping(request: Request) -> Response:
    """Return the problem for a request that was not answered before the server stops."""
    text = Text(de="Der Server wird gerade beendet.", en="The server is being stopped.")
    return problem(request, UNAVAILABLE, text, Details(headers={"Connection": "close"}))
