"""What came of a write becomes a response: a few words of JSON, a report, or a problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.reason.render_impact import impact_text
from kg.serve.headers import etag
from kg.serve.negotiate import Offer, Representation, choose, language
from kg.serve.problems import (
    INTERNAL,
    MEDIA,
    NOT_FOUND,
    QUERY,
    TOO_LARGE,
    UNAVAILABLE,
    Details,
    Kind,
    RequestError,
)
from kg.serve.validate_task import SYNTAX
from kg.serve.writing.authorisation import FORBIDDEN
from kg.serve.writing.reports import impact_of, report_of
from kg.validate.render import RENDERERS, as_text
from kg.validate.render_json import dump
from kg.write.requests import Fault, Outcome

REFUSED = Kind("invalid", 422, Text("Abgelehnt", "Refused"))
CONFLICT = Kind("conflict", 409, Text("Widerspricht dem Stand", "Conflict with what is"))
PRECONDITION = Kind("precondition-failed", 412, Text("Bedingung verfehlt", "Condition not met"))
KINDS: Mapping[Fault, Kind] = MappingProxyType(
    {
        "syntax": SYNTAX,
        "media": MEDIA,
        "not-found": NOT_FOUND,
        "forbidden": FORBIDDEN,
        "precondition": PRECONDITION,
        "conflict": CONFLICT,
        "too-large": TOO_LARGE,
        "unavailable": UNAVAILABLE,
        "internal": INTERNAL,
        "query": QUERY,
    }
)
RETRY = "2"
"""After so many seconds a client may try again when the writer is not there."""
REPORTS = Offer(
    representations=(
        Representation("json", "application/json"),
        Representation("json", "application/problem+json"),
        Representation("turtle", "text/turtle"),
        Representation("jsonld", "application/ld+json"),
        Representation("text", "text/plain"),
    ),
    names={
        "json": "json",
        "turtle": "turtle",
        "ttl": "turtle",
        "jsonld": "jsonld",
        "json-ld": "jsonld",
        "text": "text",
        "txt": "text",
    },
)
_JSON = REPORTS.representations[0]


@dataclass(frozen=True)
class Done:
    """How success is told: the status, headers, and whether there is a body."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bool = True
    members: Mapping[str, Any] = field(default_factory=dict)
    """What the JSON says besides, and before what else it says."""


def respond(
    request: Request,
    outcome: Outcome,
    prefixes: Mapping[str, str],
    done: Callable[[Outcome], Done] | None = None,
    *,
    dry_run: bool = False,
) -> Response:
    """Return the response that tells `outcome`; `done` says how a success is told.

    What was only checked (`dry_run`) is told by its report, in the form that is asked for.
    Raises RequestError for a fault and, with the report, for what was refused.
    """
    if outcome.fault is not None or outcome.status == "failed":
        raise fault(outcome)
    if dry_run or outcome.status == "checked":
        return _checked(request, outcome, prefixes)
    if outcome.status == "refused":
        if outcome.report is not None and _form(request) != _JSON:
            return _report(request, outcome, prefixes, status=REFUSED.status)
        members = {name: value for name, value in told(outcome).items() if name != "status"}
        raise RequestError(REFUSED, outcome.text or _INVALID, Details(members))
    found = done(outcome) if done else Done()
    headers = {**commit_headers(outcome), **found.headers, "Cache-Control": "no-store"}
    if not found.body or _wants_nothing(request):
        status = HTTPStatus.NO_CONTENT if found.status == HTTPStatus.OK else found.status
        return Response(status_code=status, headers=headers)
    headers["Content-Type"] = _JSON.content_type
    return Response(_json({**told(outcome), **found.members}, outcome), found.status, headers)


def fault(outcome: Outcome) -> RequestError:
    """Return the error that says what fault `outcome` has."""
    members: dict[str, Any] = dict(outcome.more)
    if outcome.line is not None:
        members |= {"line": outcome.line, "column": outcome.column}
    headers = {"Retry-After": RETRY} if outcome.fault == "unavailable" else {}
    return RequestError(
        KINDS[outcome.fault or "internal"],
        outcome.text or _UNKNOWN,
        Details(members, headers=headers),
    )


def told(outcome: Outcome) -> dict[str, Any]:
    """Return what a client is told of `outcome`, for JSON."""
    found: dict[str, Any] = {
        "status": outcome.status,
        "commit": outcome.number or None,
        "version": outcome.version or None,
        "added": outcome.added,
        "removed": outcome.removed,
    }
    if outcome.report is not None:
        found |= {"valid": outcome.report.get("valid"), "report": outcome.report}
    if outcome.impact is not None:
        found["impact"] = outcome.impact
    return {**found, **outcome.more}


def commit_headers(outcome: Outcome) -> dict[str, str]:
    """Return the headers that name the commit and the version in which it can be read."""
    headers = {}
    if outcome.number:
        headers["Kg-Commit"] = str(outcome.number)
    if outcome.version:
        headers["Kg-Version"] = outcome.version
    return headers


def version_tag(outcome: Outcome) -> dict[str, str]:
    """Return the ETag that If-Match takes for the state after a write."""
    return {"ETag": etag(outcome.version, "graph")} if outcome.version else {}


def _checked(request: Request, outcome: Outcome, prefixes: Mapping[str, str]) -> Response:
    if outcome.report is not None and _form(request) != _JSON:
        return _report(request, outcome, prefixes, status=HTTPStatus.OK)
    headers = {"Content-Type": _JSON.content_type, "Vary": "Accept", "Cache-Control": "no-store"}
    return Response(_json(told(outcome), outcome), HTTPStatus.OK, headers)


def _report(
    request: Request, outcome: Outcome, prefixes: Mapping[str, str], *, status: int
) -> Response:
    """Return the report of `outcome` in the form that is asked for."""
    lang = language(request.headers.get("accept-language", ""), request.query_params.get("lang"))
    form = _form(request)
    headers = {
        "Content-Type": form.content_type,
        "Content-Language": lang,
        "Vary": "Accept, Accept-Language",
        "Cache-Control": "no-store",
    }
    return Response(_rendered(outcome, form, prefixes, lang), status, headers)


def _form(request: Request) -> Representation:
    """Return the form of a report that the client asks for, else JSON."""
    formats = request.query_params.getlist("format") + request.query_params.getlist("output")
    found = choose(REPORTS, ", ".join(request.headers.getlist("accept")), formats)
    return _JSON if found is None or found.name == "json" else found


def _rendered(
    outcome: Outcome, form: Representation, prefixes: Mapping[str, str], lang: str
) -> str:
    report = report_of(outcome.report or {})
    if form.name != "text":
        return f"{RENDERERS[form.name](report, lang, prefixes)}\n"
    follows = ""
    if outcome.impact is not None:
        follows = f"\n{impact_text(impact_of(outcome.impact), prefixes, lang)}"
    first = f"{outcome.text.to(lang)}\n\n" if outcome.text else ""
    return f"{first}{as_text(report, lang, prefixes)}\n{follows}"


def _json(found: Mapping[str, Any], outcome: Outcome) -> str:
    many = len((outcome.report or {}).get("results", ()))
    return dump(found, findings=many) + "\n"


def _wants_nothing(request: Request) -> bool:
    return "return=minimal" in preferences(request)


def preferences(request: Request) -> frozenset[str]:
    """Return what the header Prefer asks for, such as return=minimal (RFC 7240)."""
    values = ",".join(request.headers.getlist("prefer")).replace('"', "").split(",")
    return frozenset(each.partition(";")[0].replace(" ", "").lower() for each in values)


_INVALID = Text(
    de="Die Änderung wurde nicht übernommen: Mit ihr wäre der Graph nicht gültig oder nicht "
    "widerspruchsfrei.",
    en="The change was not made: with it the graph would not be valid or not consistent.",
)
_UNKNOWN = Text(
    de="Die Änderung wurde nicht übernommen. Der Grund steht im Protokoll des Servers.",
    en="The change was not made. The reason is in the log of the server.",
)
