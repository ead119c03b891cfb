"""What connections share, and a short way to /sparql on each of them.

What is kept by the bytes of its request is answered before anything is parsed; a usual request
goes to the workers without a task, a scope or a middleware; everything else is uvicorn's.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE
from uvicorn.server import ServerState

from kg.serve.answers import Answers, Question
from kg.serve.cache import Entry
from kg.serve.connection import Connection
from kg.serve.exchange import Exchange, Heads, header_lines
from kg.serve.headers import ON_ALL, UNLESS_SET
from kg.serve.operation.metrics import Metrics
from kg.serve.operation.request_log import Record, RequestLog
from kg.serve.sparql import answer_headers

_SWEEP = 0.25
_SMALL = 64 << 10
_MOST_LINES = 1000


class Front:
    """What the connections of one process share."""

    def __init__(
        self, answers: Answers, metrics: Metrics, log: RequestLog, *, federated: bool = False
    ) -> None:
        """Answer queries by `answers`, which may ask others if `federated`; count in `metrics`."""
        self.answers = answers
        self.metrics = metrics
        self.log = log
        self.heads = Heads(answers.direct.is_look_up, federated=federated)
        self.by_request = answers.cache.by_request
        self.protocols: set[FrontProtocol] = set()
        self.lines: dict[Hashable, bytes] = {}
        self._dated: object = None
        self._date = b""
        self._sweeping: asyncio.TimerHandle | None = None

    def protocol(self, **options: Any) -> FrontProtocol:
        """Return the protocol for a new connection, as uvicorn asks for it."""
        return FrontProtocol(self, **options)

    def head(self, question: Question, version: str, coding: str | None, *, tagged: bool) -> bytes:
        """Return the head of an answer, up to its length and date."""
        form = question.representation.content_type
        key = version, form, coding, tagged, question.changes
        lines = self.lines.get(key)
        if lines is None:
            if len(self.lines) > _MOST_LINES:
                self.lines.clear()
            answer = answer_headers(question, version, coding, tagged=tagged)
            lines = STATUS_LINE[200] + header_lines({**ON_ALL, **UNLESS_SET, **answer})
            self.lines[key] = lines
        return lines

    def date(self, state: ServerState) -> bytes:
        """Return the last header lines of a response, with the end of its head."""
        if state.default_headers is not self._dated:
            self._dated = state.default_headers
            lines = [b"%s: %s\r\n" % pair for pair in state.default_headers]
            self._date = b"".join([*lines, b"\r\n"])
        return self._date

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look after slow clients from now on, as long as there are connections."""
        if self._sweeping is None:
            self._sweeping = loop.call_later(_SWEEP, self._sweep, loop)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        self._sweeping = None
        now = loop.time()
        for protocol in tuple(self.protocols):
            protocol.check(now)
        if self.protocols:
            self.watch(loop)


class FrontProtocol(Connection):
    """One connection."""

    def __init__(
        self,
        front: Front,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Take what uvicorn gives to each of its protocols, and what is shared."""
        super().__init__(config, server_state, app_state, _loop)
        self._front = front
        self._exchange: Exchange | None = None
        self._backlog: deque[bytes] = deque()
        self._is_last = False

    def has_exchange(self) -> bool:
        """Return whether a request is answered the short way."""
        return self._exchange is not None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self._front.protocols.add(self)
        self._front.watch(self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give up what is still being worked on."""
        self._front.protocols.discard(self)
        exchange, self._exchange = self._exchange, None
        if exchange and exchange.ticket:
            exchange.done = True
            exchange.ticket.leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come, unless an answer is on its way: then it is taken after that."""
        self.last_heard = self.loop.time()
        if self._exchange is not None or self._backlog:
            self._backlog.append(data)
            self.flow.pause_reading()
        else:
            self._handle(data)

    def _handle(self, data: bytes) -> None:
        """Answer by the bytes, or the short way, or as uvicorn does."""
        if self.message_began is None and not self.is_cycle_open():
            entry = self._front.by_request.get(data)
            if entry is not None:
                entry.used = True
                metrics = self._front.metrics
                metrics.hits += 1
                metrics.bytes_sent += len(entry.content)
                metrics.requests("/sparql", 200)
                if self._front.log.wants(0.0):
                    self._log_hit(entry)
                self.server_state.total_requests += 1
                self.send(entry.head, entry.content)
                return
            asked = self._front.heads.read(data)
            if asked is not None:
                self._unset_keepalive_if_required()
                self._exchange = exchange = Exchange(self, self._front, asked)
                ticket = self._front.answers.ask(asked.question, exchange)
                exchange.ticket = None if exchange.done else ticket
                return
        self._parse(data)

    def _log_hit(self, entry: Entry) -> None:
        record = Record("GET", "/sparql", 200, 0.0, bytes=len(entry.content), cache="hit")
        record.client = self.client[0] if self.client else ""
        record.version, record.outcome = entry.version, "ok"
        self._front.log.write(record)

    def _parse(self, data: bytes) -> None:
        """Go the long way, and learn from what is found good there."""
        whole = self.message_began is None
        self.parse(data)
        if whole and self.messages == 1 and self.refused is None and self._is_learnable():
            self._front.heads.learn(self.scope["method"].encode(), data, self.headers)

    def _is_learnable(self) -> bool:
        return (
            self.scope.get("path") == "/sparql"
            and self.scope["method"] in ("GET", "POST")
            and self.scope["http_version"] == "1.1"
            and self.message_began is None
            and self.cycle.keep_alive
        )

    def send(self, head: bytes, body: bytes) -> None:
        """Send the head of a response, up to the date, and its body."""
        date = self._front.date(self.server_state)
        if len(body) < _SMALL:
            self.transport.write(b"%b%b%b" % (head, date, body))
        else:
            self.transport.write(head + date)
            self.transport.write(body)

    def send_part(self, data: bytes) -> None:
        """Send a part of a stream."""
        self.transport.writelines([b"%x\r\n" % len(data), data, b"\r\n"])

    def finish(self, exchange: Exchange) -> None:
        """Go on after an answer: with what has come meanwhile, or wait."""
        if self._exchange is exchange:
            self._exchange = None
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self._backlog:
            self.loop.call_soon(self._catch_up)
        elif self.half_closed is not None or self._is_last:
            self.transport.close()

    def _catch_up(self) -> None:
        while self._backlog and self._exchange is None and not self.transport.is_closing():
            data = self._backlog.popleft()
            if not self._backlog:
                self.flow.resume_reading()
            self._handle(data)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection unless it was used meanwhile by what needs no parser."""
        rest = self.last_heard + self.timeout_keep_alive - self.loop.time()
        if rest > 0:
            self.timeout_keep_alive_task = self.loop.call_later(
                rest, self.timeout_keep_alive_handler
            )
        else:
            super().timeout_keep_alive_handler()

    def pause_writing(self) -> None:
        """Let the worker wait until the client reads."""
        super().pause_writing()
        if self._exchange and self._exchange.ticket:
            self._exchange.ticket.pause()

    def resume_writing(self) -> None:
        """Let the worker go on."""
        super().resume_writing()
        if self._exchange and self._exchange.ticket:
            self._exchange.ticket.resume()

    def shutdown(self) -> None:
        """Close when the answer that is on its way has been sent."""
        if self._exchange is not None:
            self._is_last = True
        else:
            super().shutdown()
