"""The connection of one client: uvicorn's, with limits on the time and the size of what comes."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from kg.errors import Text
from kg.serve.headers import ABORT, ON_ALL, UNLESS_SET
from kg.serve.problems import BAD_REQUEST, HEADERS, SLOW, Kind, document

HEAD_SECONDS = 10.0
BODY_SECONDS = 20.0
"""So long a request may take to come: its head in all, its body from one piece to the next."""
SILENT_SECONDS = 15.0
"""So long a connection may say nothing."""
UNREAD_SECONDS = 30.0
"""So long a client may leave an answer unread."""
HALF_CLOSED_SECONDS = 1.0
"""So long an answer is worked on for a client that has closed its side: it may read or be gone."""
MAX_TARGET = (1 << 20) + 4096
MAX_HEADERS = 64 << 10
MAX_HEADER_LINES = 200
MAX_FRAME = MAX_TARGET + MAX_HEADERS
"""What a request may have besides its body: in bytes, whether they are complete lines or not."""
_CHUNK_COST = 8
_UPGRADE = re.compile(rb"(\r\n)upgrade:", re.IGNORECASE)
_LONG_TARGET = 60_000
"""httptools splits only shorter ones."""


class Connection(HttpToolsProtocol):
    """One connection, whose requests uvicorn parses."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Take what uvicorn gives to each of its protocols."""
        super().__init__(config, server_state, app_state, _loop)
        self.messages = 0
        self.message_began: float | None = None
        self.half_closed: float | None = None
        self.refused: tuple[Kind, Text] | None = None
        self._head_complete = True
        self._frame_bytes = 0
        self._most_frame_bytes = MAX_FRAME
        self._header_bytes = 0
        self._unsent = 0
        self._cycles: list[Any] = []
        self.last_heard = self._last_sent = self.loop.time()

    def has_exchange(self) -> bool:
        """Return whether something else than uvicorn answers a request."""
        return False

    def is_cycle_open(self) -> bool:
        """Return whether uvicorn answers a request."""
        cycle: Any = self.cycle  # there is none before the first request
        return cycle is not None and not cycle.response_complete

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell all requests on the way; of several in a row uvicorn tells the last one only."""
        super().connection_lost(exc)
        for cycle in self._cycles:
            if not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        self._cycles.clear()

    def is_busy(self) -> bool:
        """Return whether a request is being answered."""
        return self.has_exchange() or self.is_cycle_open()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Let a client that has closed its side get the answer that is on its way."""
        if not self.is_busy() or self.message_began is not None:
            return False
        self.half_closed = self.loop.time()
        return True

    def parse(self, data: bytes) -> None:
        """Let uvicorn parse, within limits; `messages` counts the requests that end in `data`."""
        self._frame_bytes += len(data)
        self.messages = 0
        if self.message_began is None and (b"pgrade" in data or b"PGRADE" in data):
            data = _without_upgrade(data)
        super().data_received(data)
        if self.refused is None and self._frame_bytes > self._most_frame_bytes:
            self.refused = (HEADERS, _TOO_LONG)
        if self.refused:
            self.refuse(*self.refused)

    # What the parser calls

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.message_began = self.loop.time()
        self._head_complete = False
        self._frame_bytes = self._header_bytes = 0
        self._most_frame_bytes = MAX_FRAME

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_HEADERS or len(self.headers) >= MAX_HEADER_LINES:
            self.refused = (HEADERS, _TOO_LONG)
            return
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request to the application, unless it is none of HTTP/1.1."""
        self._head_complete = True
        if self.refused is None:
            self.refused = self._fault()
        if self.refused:
            return
        url = self.url
        target, mark, query = url.partition(b"?")
        if len(url) > _LONG_TARGET:
            self.url = target if mark else target[:_LONG_TARGET]
        super().on_headers_complete()
        self._cycles = [one for one in self._cycles if not one.response_complete]
        self._cycles.append(self.cycle)
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]
        if len(url) > _LONG_TARGET:
            self.scope["query_string"] = query.partition(b"#")[0]

    def _fault(self) -> tuple[Kind, Text] | None:
        names = [name for name, _ in self.headers]
        hosts = names.count(b"host")
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            return BAD_REQUEST, _HOST
        for name, value in self.headers:
            if name == b"transfer-encoding" and value.strip().lower() != b"chunked":
                return BAD_REQUEST, _CODING
        if len(self.url) > MAX_TARGET:
            return HEADERS, _TOO_LONG
        return None

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body; with chunks each byte of it may cost some more."""
        self._most_frame_bytes += _CHUNK_COST * len(body)
        if self.refused is None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self.messages += 1
        self.message_began = None
        if self.refused is None:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say as a problem document that this is not HTTP."""
        del msg
        self.refuse(BAD_REQUEST, _NOT_HTTP)

    def refuse(self, kind: Kind, text: Text) -> None:
        """Answer a request that nobody else answers, and close."""
        if self.transport.is_closing():
            return
        if self._may_refuse():
            body = json.dumps(document(kind, text, "en"), ensure_ascii=False, indent=2).encode()
            headers = {
                **ON_ALL,
                **UNLESS_SET,
                "Content-Type": "application/problem+json",
                "Content-Length": str(len(body) + 1),
                "Connection": "close",
            }
            pairs = [*self.server_state.default_headers, *raw(headers)]
            lines = b"".join(b"%b: %b\r\n" % pair for pair in pairs)
            self.transport.write(STATUS_LINE[kind.status] + lines + b"\r\n" + body + b"\n")
        self.transport.close()

    def _may_refuse(self) -> bool:
        """Return whether nothing that belongs to an earlier request is on its way."""
        started = self.is_cycle_open() and self.cycle.response_started
        return not self.has_exchange() and not self.pipeline and not started

    # Time

    def check(self, now: float) -> None:
        """End the connection of a client that is too slow."""
        if self.transport.is_closing():
            return
        unsent = self.transport.get_write_buffer_size()
        if unsent == 0 or unsent != self._unsent:
            self._unsent, self._last_sent = unsent, now
        if unsent and now - self._last_sent > UNREAD_SECONDS:
            self.transport.abort()
        elif self.half_closed is not None:
            if not self.is_busy():
                self.transport.close()
            elif now - self.half_closed > HALF_CLOSED_SECONDS:
                self.transport.abort()
        elif self.message_began is not None:
            self._check_request(now)
        elif now - self.last_heard > SILENT_SECONDS and self._is_silent():
            self.transport.close()

    def _is_silent(self) -> bool:
        """Return whether nothing is under way and uvicorn's own clock does not run."""
        return not self.is_busy() and self.timeout_keep_alive_task is None

    def _check_request(self, now: float) -> None:
        assert self.message_began is not None
        if not self._head_complete:
            late = now - self.message_began > HEAD_SECONDS
        else:
            paused = not self.transport.is_reading()
            late = not paused and now - self.last_heard > BODY_SECONDS
        if late:
            if self.is_cycle_open():
                self.transport.abort()
            else:
                self.refuse(SLOW, _SLOW)


def _without_upgrade(data: bytes) -> bytes:
    """Return a request that asks for no other protocol; we speak none, and the parser would stop.

    Java's client asks so in its first request (RFC 9110, section 7.8: it may be ignored).
    """
    head, end, rest = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(rb"\1X-Unused-Upgrade:", head) + end + rest


def raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as bytes."""
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


_NOT_HTTP = Text(de="Das ist keine Anfrage nach HTTP/1.1.", en="This is no request of HTTP/1.1.")
_HOST = Text(de="Der Kopf Host muss genau einmal da sein.", en="There must be one Host header.")
_CODING = Text(
    de="Als Transfer-Encoding geht nur chunked.", en="The only Transfer-Encoding is chunked."
)
_TOO_LONG = Text(
    de="Adresse oder Kopfzeilen der Anfrage sind zu lang. Senden Sie lange Abfragen mit POST.",
    en="The address or the headers of the request are too long. Send long queries by POST.",
)
_SLOW = Text(de="Die Anfrage kam zu langsam.", en="The request came too slowly.")
