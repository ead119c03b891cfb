"""One write from the request to the response: admitted, asked of the writer, told, written down."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import KgError, Text
from kg.serve.negotiate import language
from kg.serve.problems import BAD_REQUEST, Details, RequestError, kind_of_error
from kg.serve.protocol import DRY_RUN
from kg.serve.writing.authorisation import TOO_OFTEN, Caller, Gatekeeper, client_of, too_small
from kg.serve.writing.cors import restrict
from kg.serve.writing.reply import Done, preferences, respond
from kg.serve.writing.words import Words
from kg.serve.writing.writer import Writing
from kg.settings import Project
from kg.write import audit
from kg.write.change import About, Kind
from kg.write.options import WriteOptions
from kg.write.requests import Operation, Outcome
from kg.write.requests import Request as Asked
from kg.write.tokens import Scope, Tokens

_LOG = logging.getLogger("kg.serve")
_TRUE, _FALSE = ("true", "1", ""), ("false", "0")


@dataclass(frozen=True)
class Order:
    """What a request asks of the writer; `needs` is the scope for it, unless it is a dry run."""

    operation: Operation
    kind: Kind
    words: Words
    size: int = 0
    needs: Scope = "contribute"


class Writes:
    """What all routes that write have in common."""

    def __init__(
        self,
        project: Project,
        options: WriteOptions,
        tokens: Tokens,
        folder: Path,
        writer: Callable[[], Writing],
    ) -> None:
        """Ask what `writer` returns; the audit log is in `folder`."""
        self.project = project
        self.options = options
        self.gatekeeper = Gatekeeper(tokens, options)
        self._folder = folder
        self._writer = writer
        self._is_mute = False

    async def handle(
        self,
        request: Request,
        read: Callable[[Caller], Awaitable[Order]],
        done: Callable[[Outcome], Done] | None = None,
    ) -> Response:
        """Answer a request that writes; `read` returns what an admitted caller orders by it.

        Raises KgError for whatever is in the way. Each request leaves a line in the audit log,
        unless writing is off or this was too often.
        """
        self.gatekeeper.check_on(request)
        restrict(request, self.options.origins)
        line = audit.Line("", client_of(request), request.method, request.url.path, 0, why="left")
        try:
            caller = self.gatekeeper.admit(request)
            line = replace(line, token=caller.token.name)
            dry_run = is_dry_run(request)
            order = await read(caller)
            if not (dry_run or caller.may(order.needs)):
                raise too_small(request, caller, order.needs)
            line = replace(line, note=order.words.note, bytes=order.size, dry_run=dry_run)
            outcome = await self._ask(request, caller, order, dry_run=dry_run)
            line = _with(line, outcome)
            response = respond(request, outcome, self.project.prefixes, done, dry_run=dry_run)
        except KgError as error:
            kind = kind_of_error(error)
            line = replace(line, status=kind.status, why=kind.slug)
            raise
        else:
            line = replace(line, status=response.status_code)
            return response
        finally:
            if line.status != TOO_OFTEN.status:
                self._write_down(line)

    async def _ask(
        self, request: Request, caller: Caller, order: Order, *, dry_run: bool
    ) -> Outcome:
        words = order.words
        about = About(caller.token.name, order.kind, words.note, words.source)
        lang = language(
            request.headers.get("accept-language", ""), request.query_params.get("lang")
        )
        asked = Asked(order.operation, about, caller.may("publish"), dry_run, lang)
        return await self._writer().ask(asked)

    def _write_down(self, line: audit.Line) -> None:
        """Append to the audit log; a commit is not told as a fault because that fails."""
        try:
            audit.write(self._folder, line)
        except OSError as error:
            if not self._is_mute:
                _LOG.error("the audit log cannot be written: %s", error)
            self._is_mute = True
        else:
            self._is_mute = False


def is_dry_run(request: Request) -> bool:
    """Return whether nothing is to be changed: ?dry-run or Prefer: handling=dry-run.

    Raises RequestError for a value that is neither true nor false.
    """
    values = request.query_params.getlist(DRY_RUN)
    if any(value.lower() not in (*_TRUE, *_FALSE) for value in values):
        text = Text(de="dry-run ist true oder false.", en="dry-run is true or false.")
        raise RequestError(BAD_REQUEST, text, Details({"parameter": DRY_RUN}))
    asked = any(value.lower() in _TRUE for value in values)
    return asked or "handling=dry-run" in preferences(request)


def _with(line: audit.Line, outcome: Outcome) -> audit.Line:
    """Return the line with what the writer has done."""
    refused = "invalid" if outcome.status in ("refused", "failed") else ""
    return replace(
        line,
        commit=outcome.number,
        added=outcome.added,
        removed=outcome.removed,
        why=outcome.fault or refused,
    )
