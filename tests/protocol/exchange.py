"""Bytes go to a server over a socket, whatever they are; what comes back is taken apart."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Address = tuple[str, int]
PATIENCE = 60.0
"""So many seconds what is awaited may take, on a slow machine with much else to do."""


@dataclass(frozen=True)
class Reply:
    """One response; header names are lower case, values of equal names are joined."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def media_type(self) -> str:
        """The media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Exchange:
    """The responses on one connection, whether the server closed it, and bytes of no response.

    `begun` is the status of a response whose body did not come to its end.
    """

    replies: tuple[Reply, ...]
    closed: bool
    rest: bytes = b""
    begun: int | None = None
    seconds: float = 0.0
    interim: tuple[int, ...] = ()

    @property
    def statuses(self) -> tuple[int, ...]:
        """The statuses in the order of the responses."""
        return tuple(reply.status for reply in self.replies)


@dataclass(frozen=True)
class Sent:
    """How bytes are sent: their methods, whether the client stops writing, how long it waits.

    The wait ends when as many responses have come as there are methods, or the server closes.
    """

    methods: tuple[str, ...] = ("GET",)
    half_close: bool = False
    patience: float = PATIENCE
    until_closed: bool = False


@dataclass
class _Inbox:
    """What came: `data` is not yet taken apart, `chunks` are the begin of the body under way."""

    data: bytearray = field(default_factory=bytearray)
    replies: list[Reply] = field(default_factory=list)
    interim: list[int] = field(default_factory=list)
    closed: bool = False
    head: tuple[int, dict[str, str]] | None = None
    chunks: list[bytes] = field(default_factory=list)

    def taken(self, size: int) -> bytes:
        """Remove the first `size` bytes and return them."""
        found = bytes(self.data[:size])
        del self.data[:size]
        return found


def exchange(address: Address, data: bytes, sent: Sent | None = None) -> Exchange:
    """Send `data` on a connection of its own and return what came back."""
    sent = sent or Sent()
    start = time.perf_counter()
    with socket.create_connection(address, timeout=sent.patience) as connection:
        try:
            connection.sendall(data)
            if sent.half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:  # refused before all was sent; there may be an answer nevertheless
            pass
        inbox = _received(connection, sent, start + sent.patience)
    return Exchange(
        tuple(inbox.replies),
        inbox.closed,
        bytes(inbox.data),
        inbox.head[0] if inbox.head else None,
        time.perf_counter() - start,
        tuple(inbox.interim),
    )


def _received(connection: socket.socket, sent: Sent, deadline: float) -> _Inbox:
    inbox = _Inbox()
    while sent.until_closed or len(inbox.replies) < len(sent.methods):
        remaining = deadline - time.perf_counter()
        if remaining <= 0:
            break
        connection.settimeout(remaining)
        try:
            piece = connection.recv(1 << 16)
        except TimeoutError:
            break
        except OSError:
            piece = b""
        inbox.closed = not piece
        inbox.data += piece
        _take(inbox, sent.methods)
        if inbox.closed:
            break
    return inbox


def _take(inbox: _Inbox, methods: tuple[str, ...]) -> None:
    """Move the responses that are whole from the bytes of `inbox` to its replies."""
    while True:
        if inbox.head is None:
            end = inbox.data.find(b"\r\n\r\n")
            if end < 0:
                return
            inbox.head = _head(inbox.taken(end + 4)[:-4])
        status, headers = inbox.head
        if status < 200:
            inbox.interim.append(status)
            inbox.head = None
            continue
        number = len(inbox.replies)
        bodiless = (number < len(methods) and methods[number] == "HEAD") or status in (204, 304)
        body = b"" if bodiless else _body(inbox, headers)
        if body is None:
            return
        inbox.replies.append(Reply(status, headers, body))
        inbox.head, inbox.chunks = None, []


def _head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
    return int(first.split(" ")[1]), headers


def _body(inbox: _Inbox, headers: Mapping[str, str]) -> bytes | None:
    """Return the body; None when it is not whole."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunked(inbox)
    if "content-length" in headers:
        size = int(headers["content-length"])
        return inbox.taken(size) if len(inbox.data) >= size else None
    return inbox.taken(len(inbox.data)) if inbox.closed else None


def _chunked(inbox: _Inbox) -> bytes | None:
    while True:
        end = inbox.data.find(b"\r\n", 0, 100)
        if end < 0:
            return None
        size = int(inbox.data[:end].partition(b";")[0], 16)
        if len(inbox.data) < end + 2 + size + 2:
            return None
        inbox.taken(end + 2)
        inbox.chunks.append(inbox.taken(size))
        inbox.taken(2)
        if size == 0:
            return b"".join(inbox.chunks)
