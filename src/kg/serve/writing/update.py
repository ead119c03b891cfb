"""SPARQL Update at /sparql: SPARQL 1.1 Protocol, section 2.2."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from kg.serve.protocol import MAX_BODY, check_charset, read_update
from kg.serve.writing.authorisation import Caller
from kg.serve.writing.bodies import read_coded
from kg.serve.writing.reply import Done, version_tag
from kg.serve.writing.transaction import Order, Writes
from kg.serve.writing.words import words_of
from kg.write.requests import Outcome, UpdateText


class Updates:
    """Answers updates, however they are sent."""

    def __init__(self, writes: Writes) -> None:
        """Have them carried out by `writes`."""
        self._writes = writes

    @property
    def are_on(self) -> bool:
        """Whether there is anybody who may send them."""
        return self._writes.gatekeeper.is_on

    def most(self, request: Request) -> int:
        """Return how many bytes a form may have: more only from who may write."""
        caller = self._writes.gatekeeper.recognise(request)
        return self._writes.options.body if caller else MAX_BODY

    async def direct(self, request: Request) -> Response:
        """Answer a request whose body is the update; raises KgError."""

        async def read(caller: Caller) -> Order:
            del caller
            check_charset(request)
            body = await read_coded(request, self._writes.options.body)
            update = read_update(request.scope.get("query_string", b""), None, body.content)
            assert update is not None
            return Order(update, "update", words_of(request), body.size)

        return await self._writes.handle(request, read, _done)

    async def form(self, request: Request, update: UpdateText) -> Response:
        """Answer a request with an update in a form, which has been read; raises KgError."""

        async def read(caller: Caller) -> Order:
            del caller
            return Order(update, "update", words_of(request), len(update.text))

        return await self._writes.handle(request, read, _done)


def _done(outcome: Outcome) -> Done:
    return Done(headers=version_tag(outcome))
