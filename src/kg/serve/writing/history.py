"""/history: the commits, newest first; each with what it changed; and the way to undo one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import Quad, RdfFormat, serialize
from starlette.requests import Request
from starlette.responses import Response

from kg.serve.negotiate import Offer, Representation, choose
from kg.serve.problems import not_acceptable
from kg.serve.void import root_of
from kg.serve.writing.authorisation import Caller
from kg.serve.writing.kept import Shelf, json_response, number_of
from kg.serve.writing.transaction import Order, Writes
from kg.serve.writing.words import words_of
from kg.settings import Project
from kg.write.requests import Revert

USUAL, MOST = 50, 500
SHOWN = 10_000
"""So many statements of a commit are in its JSON; RDF Patch has them all."""
_LARGEST = 10**15
OFFER = Offer(
    representations=(
        Representation("json", "application/json"),
        Representation("patch", "text/plain"),
        Representation("patch", "application/rdf-patch"),
    ),
    names={"json": "json", "patch": "patch", "rdfp": "patch", "text": "patch", "txt": "patch"},
)


class History:
    """Answers /history and what is below it."""

    def __init__(self, writes: Writes, shelf: Shelf, published: Callable[[], int]) -> None:
        """Show commits up to number `published`, which readers can see; 0 means all."""
        self._writes = writes
        self._shelf = shelf
        self._published = published

    async def all(self, request: Request) -> Response:
        """Answer with commits, newest first; raises RequestError."""
        before = number_of(request, "before", None, _LARGEST)
        limit = number_of(request, "limit", USUAL, MOST) or USUAL
        newest = self._published()
        if newest and (before is None or before > newest + 1):
            before = newest + 1
        found = await self._shelf.read(partial(_entries, self._writes.project, before, limit))
        root = root_of(request)
        commits = [{**each, "url": f"{root}history/{each['number']}"} for each in found]
        headers: dict[str, str] = {}
        if len(found) == limit and found[-1]["number"] > 1:
            query = urlencode({"before": found[-1]["number"], "limit": limit})
            headers["Link"] = f'<{root}history?{query}>; rel="next"'
        return json_response({"commits": commits}, headers)

    async def one(self, request: Request) -> Response:
        """Answer with a commit: as JSON, or as RDF Patch; raises RequestError."""
        formats = request.query_params.getlist("format")
        form = choose(OFFER, ", ".join(request.headers.getlist("accept")), formats)
        if form is None:
            raise not_acceptable(OFFER.media_types)
        number = request.path_params["number"]
        if form.name == "json":
            found = await self._shelf.read(partial(_as_json, self._writes.project, number))
            return json_response(found, {"Vary": "Accept"})
        text = await self._shelf.read(partial(_as_patch, self._writes.project, number))
        return Response(text, headers={"Content-Type": form.content_type, "Vary": "Accept"})

    async def revert(self, request: Request) -> Response:
        """Answer a request that undoes a commit; raises KgError."""

        async def read(caller: Caller) -> Order:
            del caller
            number = request.path_params["number"]
            return Order(Revert(number), "revert", words_of(request))

        return await self._writes.handle(request, read)


def _entries(project: Project, before: int | None, limit: int) -> list[dict[str, Any]]:
    from kg.write import history  # noqa: PLC0415 - most requests do without

    return history.entries(project, before=before, limit=limit)


def _as_json(project: Project, number: int) -> dict[str, Any]:
    from kg.write import history  # noqa: PLC0415 - as above

    commit = history.commit(project, number)
    change = commit.change
    whole = max(len(change.added), len(change.removed)) <= SHOWN
    statements = {"added": _lines(change.added), "removed": _lines(change.removed)}
    return {**history.entry(commit), "statements": statements, "complete": whole}


def _lines(quads: tuple[Quad, ...]) -> list[str]:
    return (serialize(quads[:SHOWN], format=RdfFormat.N_QUADS) or b"").decode().splitlines()


def _as_patch(project: Project, number: int) -> bytes:
    """Return a commit as a record of RDF Patch, without the checksum that only the file has."""
    from kg.write import history  # noqa: PLC0415 - as above
    from kg.write.patch import encode  # noqa: PLC0415

    commit = history.commit(project, number)
    before = history.commit(project, number - 1).identifier if number > 1 else ""
    _, content = encode(commit, prev=before, durable=0)
    return content.replace(b'H kg-durable "0" .\n', b"", 1)
