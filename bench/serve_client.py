"""A small HTTP/1.1 client that costs little beside what it measures, and sees cut answers."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from types import TracebackType
from typing import Self

PIECE = 1 << 16
OK = 200


@dataclass(frozen=True)
class Reply:
    """One answer: status 0 if there was none; seconds to the first byte of the body and the last.

    `whole` is false when it broke off before its end.
    """

    status: int
    whole: bool
    first: float
    seconds: float
    content_type: str = ""
    body: bytes = b""

    @property
    def good(self) -> bool:
        """Whether it is a complete result."""
        return self.status == OK and self.whole


class Connection:
    """A connection that is kept for many requests and made anew when it was closed."""

    def __init__(self, address: tuple[str, int], timeout: float, *, buffer: int = 0) -> None:
        self._address, self._timeout, self._buffer = address, timeout, buffer
        self._socket: socket.socket | None = None
        self._file: BufferedReader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave, in the middle of an answer too."""
        if self._socket is not None and self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._socket.close()
        self._socket = self._file = None

    def ask(self, request: bytes, take: Callable[[bytes], None] | None = None) -> Reply:
        """Send a request and read its answer; `take` gets the body in pieces instead of `body`.

        A kept connection that the server has closed meanwhile is made anew. Raises OSError when
        there is none to be had.
        """
        kept = self._socket is not None
        reply = self._ask(request, take)
        return self._ask(request, take) if kept and not reply.status else reply

    def _ask(self, request: bytes, take: Callable[[bytes], None] | None) -> Reply:
        if self._socket is None:
            self._connect()
        parts: list[bytes] = []
        exchange = _Exchange(take or parts.append)
        try:
            self._send(request, exchange)
        except (OSError, ValueError):
            exchange.whole = False
        if not exchange.whole or exchange.last:
            self.close()
        seconds = time.perf_counter() - exchange.start
        body, first = b"".join(parts), exchange.first or seconds
        return Reply(exchange.status, exchange.whole, first, seconds, exchange.content_type, body)

    def _connect(self) -> None:
        made = socket.socket()
        if self._buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._buffer)
        made.settimeout(self._timeout)
        made.connect(self._address)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket, self._file = made, made.makefile("rb")

    def _send(self, request: bytes, exchange: _Exchange) -> None:
        assert self._socket is not None
        assert self._file is not None
        self._socket.sendall(request)
        exchange.read(self._file)


class _Exchange:
    """The reading of one answer, RFC 9112 sections 4 to 7."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self.start = time.perf_counter()
        self.status, self.content_type, self.first = 0, "", 0.0
        self.whole, self.last = False, False
        self._take = take

    def read(self, file: BufferedReader) -> None:
        status = file.readline().split(b" ", 2)
        if len(status) < 2:
            return
        self.status = int(status[1])
        fields: dict[bytes, bytes] = {}
        while (line := file.readline()).strip():
            name, _, value = line.partition(b":")
            fields[name.lower()] = value.strip()
        self.content_type = fields.get(b"content-type", b"").decode("latin-1")
        self.last = fields.get(b"connection", b"").lower() == b"close"
        if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
            self.whole = self._chunks(file)
        elif b"content-length" in fields:
            self.whole = self._bytes(file, int(fields[b"content-length"]))
        else:
            self.last = self.whole = True
            while piece := file.read1(PIECE):
                self._give(piece)

    def _chunks(self, file: BufferedReader) -> bool:
        while size := int(file.readline().split(b";")[0], 16):
            if not self._bytes(file, size) or file.read(2) != b"\r\n":
                return False
        return file.readline() == b"\r\n"

    def _bytes(self, file: BufferedReader, size: int) -> bool:
        while size and (piece := file.read1(min(size, PIECE))):
            self._give(piece)
            size -= len(piece)
        return not size

    def _give(self, piece: bytes) -> None:
        if not self.first:
            self.first = time.perf_counter() - self.start
        self._take(piece)
