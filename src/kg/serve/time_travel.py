"""Kept versions are read as they were: by name, by commit, or as of a day (Memento, RFC 7089).

/sparql and /graphs are at the same time original resources and time gates (section 4.1.2): with
Accept-Datetime they answer as of then, and name the address of that answer, which has a
`version`. /history/timemap lists the versions that are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import StageError, Text
from kg.publish.retention import made_at
from kg.publish.versions import Published, find_version, names_of
from kg.serve.problems import BAD_REQUEST, NOT_FOUND, Details, RequestError
from kg.serve.serving import Serving
from kg.serve.void import root_of
from kg.serve.workers.worker import Setup

_LISTED = 100
_RESOURCES = ("sparql", "graphs", "id/", "doc", "ontology", "shapes", "context.jsonld")
_IN_PATH = "/%:@!$&'()*+,;=-._~"


@dataclass(frozen=True)
class Past:
    """The version that a request is about; `setup` is for workers, None if it is served now."""

    version: Published
    setup: Setup | None


class TimeTravel:
    """Finds the versions that requests ask for."""

    def __init__(self, serving: Serving) -> None:
        """Look among what is kept of the project that is served."""
        self._serving = serving
        self._folder = serving.project.build_dir

    def find(self, request: Request, version: str | None) -> Past | None:
        """Return the version that a request asks for by a parameter or Accept-Datetime.

        None if it asks for none. Raises RequestError when it is not kept, or is no date.
        """
        wanted = request.headers.get("accept-datetime")
        if version is not None:
            return self._past(self._named(version))
        return None if wanted is None else self._past(self._as_of(wanted))

    def headers(self, request: Request, past: Past) -> dict[str, str]:
        """Return the headers of an answer on a version (sections 2.1 and 2.2)."""
        name = past.version.manifest.version
        original = _original(request)
        memento = _with_version(original, name)
        made = _http_date(name)
        links = [
            f'<{original}>; rel="original timegate"',
            f'<{_timemap(request, original)}>; rel="timemap"; type="application/link-format"',
            f'<{memento}>; rel="memento"; datetime="{made}"',
        ]
        kept = self._kept()
        if kept and kept[0] != name:
            first = _with_version(original, kept[0])
            links.append(f'<{first}>; rel="first memento"; datetime="{_http_date(kept[0])}"')
        return {
            "Memento-Datetime": made,
            "Content-Location": memento,
            "Link": ", ".join(links),
        }

    async def timemap(self, request: Request) -> Response:
        """Answer with the versions of an address, /sparql if none is named (section 5)."""
        root = root_of(request)
        original = request.query_params.get("uri", f"{root}sparql")
        if not original.startswith(tuple(root + name for name in _RESOURCES)) or ">" in original:
            raise RequestError(
                BAD_REQUEST,
                Text(
                    de=f"uri ist eine Adresse wie {root}sparql oder {root}doc/….",
                    en=f"uri is an address such as {root}sparql or {root}doc/….",
                ),
            )
        kept = self._kept()
        lines = [
            f'<{original}>; rel="original timegate"',
            f'<{_timemap(request, original)}>; rel="self"; type="application/link-format"; '
            f'from="{_http_date(kept[0])}"; until="{_http_date(kept[-1])}"',
        ]
        for number, name in enumerate(kept):
            first = "first " if number == 0 else ""
            last = "last " if number == len(kept) - 1 else ""
            address, made = _with_version(original, name), _http_date(name)
            lines.append(f'<{address}>; rel="{first}{last}memento"; datetime="{made}"')
        headers = {"Content-Type": "application/link-format", "Cache-Control": "no-cache"}
        return Response(",\n".join(lines) + "\n", headers=headers)

    def _kept(self) -> list[str]:
        """Return the names of the versions up to the one that is served, the oldest first."""
        now = self._serving.current().manifest.version
        names = [name for name in names_of(self._folder) if made_at(name)]
        return names[: names.index(now) + 1] if now in names else [now]

    def _named(self, version: str) -> str:
        """Return the name of a kept version, given that or the number of its last commit."""
        kept = self._kept()
        if version in kept:
            return version
        if version.isascii() and version.isdecimal():
            ending = [name for name in kept if f"-c{version}-" in name]
            if ending:
                return ending[-1]
        raise self._unknown(version, kept)

    def _as_of(self, wanted: str) -> str:
        """Return the version that was in force then, the first one for what was before it."""
        try:
            moment = parsedate_to_datetime(wanted)
        except ValueError as error:
            raise RequestError(
                BAD_REQUEST,
                Text(
                    de="Accept-Datetime erwartet ein Datum wie Sat, 21 Nov 2026 14:00:00 GMT.",
                    en="Accept-Datetime expects a date such as Sat, 21 Nov 2026 14:00:00 GMT.",
                ),
            ) from error
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        kept = self._kept()
        then = [name for name in kept if _made(name) <= moment]
        return then[-1] if then else kept[0]

    def _past(self, name: str) -> Past:
        served = self._serving.current()
        if name == served.manifest.version:
            return Past(served, None)
        try:
            found = find_version(self._folder, name)
        except StageError as error:
            raise self._unknown(name, self._kept()) from error
        return Past(found, self._serving.setup_of(found))

    def _unknown(self, version: str, kept: list[str]) -> RequestError:
        listed = kept[::-1][:_LISTED]
        return RequestError(
            NOT_FOUND,
            Text(
                de=f"Die Version {version[:100]} ist nicht aufgehoben. Die neueste ist "
                f"{listed[0]}; /history/timemap nennt alle.",
                en=f"The version {version[:100]} is not kept. The newest is {listed[0]}; "
                "/history/timemap names them all.",
            ),
            Details(members={"versions": listed}),
        )


def _made(name: str) -> datetime:
    return made_at(name) or datetime.fromtimestamp(0, UTC)


def _http_date(name: str) -> str:
    return format_datetime(_made(name), usegmt=True)


def _original(request: Request) -> str:
    """Return the address of a request without the version that it names."""
    fields = parse_qsl(request.url.query, keep_blank_values=True)
    query = urlencode([(name, value) for name, value in fields if name != "version"])
    return f"{root_of(request)}{raw_path(request)}{'?' if query else ''}{query}"


def sent_path(request: Request) -> str:
    """Return the path as the client sent it, percent-encoded."""
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    path = raw.partition(b"?")[0].decode("latin-1")
    return quote(path, safe=_IN_PATH, encoding="latin-1")


def raw_path(request: Request) -> str:
    """Return the path as the client sent it, percent-encoded, without its first slash."""
    return sent_path(request).lstrip("/")


def _with_version(original: str, name: str) -> str:
    return f"{original}{'&' if '?' in original else '?'}version={name}"


def _timemap(request: Request, original: str) -> str:
    return f"{root_of(request)}history/timemap?{urlencode({'uri': original})}"
