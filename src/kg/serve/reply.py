"""An answer becomes an HTTP response: whole or streamed, or 304 when the client has it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from kg.errors import KgError
from kg.serve.answers import Question
from kg.serve.engine import Answer, Streamed
from kg.serve.headers import ABORT, is_fresh
from kg.serve.problems import on_kg_error
from kg.serve.sparql import answer_headers

Result = TypeVar("Result")
_HELD = 64 << 20
"""So many bytes of a stream are held for a client that knows no streams (HTTP/1.0)."""


class Reply(Response):
    """The response with an answer; a stream that must be cut is cut so that clients notice."""

    def __init__(self, request: Request, question: Question, answer: Answer | Streamed) -> None:
        """Answer `request`."""
        tagged = request.method != "POST"
        headers = answer_headers(question, answer.version, answer.coding, tagged=tagged)
        fresh = "ETag" in headers and is_fresh(request, headers["ETag"])
        if isinstance(answer, Answer) and not fresh:
            super().__init__(answer.body, headers=headers)
        else:
            super().__init__(status_code=304 if fresh else 200, headers=headers)
            if not fresh:
                del self.headers["Content-Length"]
        self._request = request
        self._stream = answer if isinstance(answer, Streamed) else None
        self._is_empty = fresh or request.method == "HEAD"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        if self._stream is None:
            await super().__call__(scope, receive, send)
            return
        try:
            if self._is_empty:
                await super().__call__(scope, receive, send)
            elif scope["http_version"] == "1.0":
                await self._whole(scope, receive, send)
            else:
                headers = dict(self.headers)
                response = StreamingResponse(self._parts(self._stream), headers=headers)
                await unless_gone(self._request, response.stream_response(send))
        finally:
            self._stream.close()

    async def _parts(self, stream: Streamed) -> AsyncIterator[bytes]:
        """Yield the parts; if the rest does not come, cut the connection in the middle."""
        try:
            async for data in stream.parts():
                yield data
        except KgError:
            abort = self._request.scope.get("extensions", {}).get(ABORT)
            if abort is None:
                raise
            abort()
            await asyncio.get_running_loop().create_future()  # `unless_gone` sees the end

    async def _whole(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a stream as one body, for the end of its connection would say nothing."""
        assert self._stream is not None
        parts, size = [], 0
        try:
            async for data in self._stream.parts():
                size += len(data)
                if size > _HELD:
                    raise ClientDisconnect
                parts.append(data)
        except KgError as error:
            await (await on_kg_error(self._request, error))(scope, receive, send)
            return
        headers = dict(self.headers)
        await Response(b"".join(parts), headers=headers)(scope, receive, send)


async def unless_gone(request: Request, work: Coroutine[object, object, Result]) -> Result:
    """Return what `work` returns; give it up when the client leaves, with ClientDisconnect.

    The body of `request` must have been read.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        for task in (working, watching):
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
