"""What is kept in the journal is read in a thread, a few at a time, for answers in JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.serve.problems import BAD_REQUEST, Details, RequestError
from kg.serve.writing.reply import KINDS
from kg.validate.render_json import dump
from kg.write.faults import WriteError

AT_ONCE = 4
Found = TypeVar("Found")


class Shelf:
    """Runs what reads the journal, so many at a time."""

    def __init__(self) -> None:
        """Let `AT_ONCE` read at a time."""
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def read(self, work: Callable[[], Found]) -> Found:
        """Return what `work` returns; a WriteError becomes the RequestError of its kind."""
        async with self._turns:
            try:
                return await run_in_threadpool(work)
            except WriteError as error:
                raise RequestError(KINDS[error.fault], error.text) from error


def json_response(found: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Return `found` as JSON, which nobody keeps."""
    all_headers = {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        **(headers or {}),
    }
    return Response(dump(found, findings=0) + "\n", headers=all_headers)


def number_of(request: Request, name: str, usual: int | None, most: int) -> int | None:
    """Return a parameter that is a number from 1 to `most`, `usual` without it.

    Raises RequestError for anything else.
    """
    text = request.query_params.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) < 16 and 0 < int(text) <= most):
        raise RequestError(
            BAD_REQUEST,
            Text(
                de=f"{name} ist eine Zahl von 1 bis {most}.",
                en=f"{name} is a number from 1 to {most}.",
            ),
            Details({"parameter": name}),
        )
    return int(text)
