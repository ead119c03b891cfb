"""/contributions: what people hand in, what was found in it, and what became of it.

What was accepted is in the graph and may be read by all; whatever else was handed in, by those
who have a token.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.serve.problems import BAD_REQUEST, MEDIA, NOT_FOUND, Details, RequestError
from kg.serve.protocol import read_body
from kg.serve.void import root_of
from kg.serve.writing.authorisation import Caller, too_small
from kg.serve.writing.bodies import read_documents, unreadable_type
from kg.serve.writing.contribution_files import as_turtle, document
from kg.serve.writing.cors import restrict
from kg.serve.writing.kept import Shelf, json_response, number_of
from kg.serve.writing.reply import Done
from kg.serve.writing.transaction import Order, Writes
from kg.serve.writing.words import Words, checked, words_of
from kg.write import submissions
from kg.write.requests import Decide, Outcome, Submit
from kg.write.submitted import STANDINGS, Contribution

USUAL, MOST = 100, 1000
_DECISION_BYTES = 1 << 16
_DECISIONS: tuple[Literal["accept", "reject", "withdraw"], ...] = ("accept", "reject", "withdraw")
_AFTER = {"accept": "accepted", "reject": "rejected", "withdraw": "withdrawn"}
_FIELDS = ("note", "source")


class Contributions:
    """Answers /contributions and what is below it."""

    def __init__(self, writes: Writes, shelf: Shelf, folder: Path) -> None:
        """Read those in `folder`, that of the journal; have the writer keep and decide."""
        self._writes = writes
        self._shelf = shelf
        self._folder = folder

    async def all(self, request: Request) -> Response:
        """Take a contribution, or list them, newest first; raises KgError."""
        if request.method == "POST":
            return await self._submit(request)
        status = request.query_params.get("status")
        wanted = next((each for each in STANDINGS if each == status), None)
        if status is not None and wanted is None:
            raise _one_of("status", STANDINGS)
        limit = number_of(request, "limit", USUAL, MOST) or USUAL
        caller = self._writes.gatekeeper.recognise(request)
        found = await self._shelf.read(partial(submissions.list_all, self._folder, wanted))
        visible = [each for each in found if caller or each.status == "accepted"]
        root = root_of(request)
        listed = [_about(root, each) for each in reversed(visible)]
        return self._private(
            request,
            json_response({"contributions": listed[:limit], "complete": len(listed) <= limit}),
        )

    async def one(self, request: Request) -> Response:
        """Answer with a contribution and what was found in it, or decide on it; raises KgError."""
        name = request.path_params["name"]
        if request.method == "POST":
            return await self._decide(request, name)
        contribution = await self._visible(request, name.removesuffix(".ttl"))
        if name.endswith(".ttl"):
            project = self._writes.project
            return self._private(
                request, await self._shelf.read(partial(as_turtle, project, contribution.id))
            )

        def read() -> dict[str, Any]:
            return {
                **_about(root_of(request), contribution),
                "report": submissions.report(self._folder, name),
                "impact": submissions.impact(self._folder, name),
            }

        return self._private(request, json_response(await self._shelf.read(read)))

    async def document(self, request: Request) -> Response:
        """Answer with a document of a contribution as it came; raises KgError."""
        contribution = await self._visible(request, request.path_params["name"])
        number: int = request.path_params["number"]
        if not 0 < number <= len(contribution.documents):
            raise RequestError(NOT_FOUND, _NO_DOCUMENT)
        found = partial(document, self._folder, contribution.id, number)
        return self._private(request, await self._shelf.read(found))

    async def _submit(self, request: Request) -> Response:
        async def read(caller: Caller) -> Order:
            del caller
            posted = await read_documents(request, self._writes.options.body, fields=_FIELDS)
            if not posted.documents:
                raise unreadable_type() if not posted.fields else RequestError(BAD_REQUEST, _EMPTY)
            words = words_of(request, posted.fields)
            operation = Submit(posted.documents, words.note, words.source)
            return Order(operation, "contribution", words, posted.size)

        def done(outcome: Outcome) -> Done:
            url = f"{root_of(request)}contributions/{outcome.more['id']}"
            return Done(202, {"Location": url}, members={"status": "pending", "url": url})

        return await self._writes.handle(request, read, done)

    async def _decide(self, request: Request, name: str) -> Response:
        after: dict[str, str] = {}

        async def read(caller: Caller) -> Order:
            body = await read_body(request, _DECISION_BYTES)
            decide = _decision(request, name, body)
            words = checked(Words(decide.note))
            contribution = await self._get(name)
            own = decide.decision == "withdraw" and contribution.agent == caller.token.name
            if not own and decide.decision == "withdraw" and not caller.may("publish"):
                raise too_small(request, caller, "publish")
            needs: Literal["contribute", "publish"] = "contribute" if own else "publish"
            after.update(id=contribution.id, status=_AFTER[decide.decision])
            return Order(decide, "contribution", words, len(body), needs=needs)

        return await self._writes.handle(request, read, lambda _: Done(members=after))

    async def _visible(self, request: Request, name: str) -> Contribution:
        """Return a contribution that the caller may see; raises RequestError."""
        contribution = await self._get(name)
        if contribution.status != "accepted" and not self._writes.gatekeeper.recognise(request):
            self._writes.gatekeeper.admit(request)
        return contribution

    async def _get(self, name: str) -> Contribution:
        return await self._shelf.read(partial(submissions.get, self._folder, name))

    def _private(self, request: Request, response: Response) -> Response:
        """Let scripts of other sites read only what all may read."""
        if "authorization" in request.headers:
            restrict(request, self._writes.options.origins)
        response.headers["Vary"] = "Authorization"
        return response


def _about(root: str, contribution: Contribution) -> dict[str, Any]:
    """Return what is known of a contribution, with the addresses of its parts."""
    url = f"{root}contributions/{contribution.id}"
    found = contribution.as_dict()
    for number, each in enumerate(found["documents"], 1):
        del each["file"]
        each["url"] = f"{url}/documents/{number}"
    return {**found, "url": url}


def _decision(request: Request, name: str, body: bytes) -> Decide:
    """Return the decision that a body of JSON says; raises RequestError."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise RequestError(MEDIA, _JSON, Details(headers={"Accept-Post": "application/json"}))
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError(BAD_REQUEST, _DECISION) from error
    if not isinstance(found, dict) or not isinstance(found.get("note", ""), str):
        raise RequestError(BAD_REQUEST, _DECISION)
    decision = next((each for each in _DECISIONS if each == found.get("decision")), None)
    if decision is None:
        raise _one_of("decision", _DECISIONS)
    return Decide(name, decision, found.get("note", "").strip())


def _one_of(name: str, known: tuple[str, ...]) -> RequestError:
    names = ", ".join(known)
    text = Text(de=f"{name} ist eines von {names}.", en=f"{name} is one of {names}.")
    return RequestError(BAD_REQUEST, text, Details({"parameter": name, "possible": list(known)}))


_EMPTY = Text(
    de="Es fehlen die Daten: der Teil „data“.", en="The data is missing: the part “data”."
)
_JSON = Text(
    de="Eine Entscheidung wird als application/json gesendet.",
    en="A decision is sent as application/json.",
)
_DECISION = Text(
    de='Erwartet wird ein Objekt wie {"decision": "accept", "note": "…"}.',
    en='What is expected is an object such as {"decision": "accept", "note": "…"}.',
)
_NO_DOCUMENT = Text(
    de="Ein Dokument mit dieser Nummer hat der Beitrag nicht.",
    en="The contribution has no document with this number.",
)
