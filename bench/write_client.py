"""The client of bench/serve.py for servers that acknowledge a write without a body."""

from __future__ import annotations

from serve_client import Connection, _Exchange
from serve_server import HOST, Server

NO_CONTENT = 204
_START = b"HTTP/1.1 204"


class Kept(Connection):
    """A connection that is kept after an answer of which there is nothing but the head."""

    def _send(self, request: bytes, exchange: _Exchange) -> None:
        assert self._socket is not None
        assert self._file is not None
        self._socket.sendall(request)
        if not self._file.peek(1).startswith(_START):
            exchange.read(self._file)
            return
        while self._file.readline().strip():
            pass
        exchange.status, exchange.whole = NO_CONTENT, True


def connect(server: Server, timeout: float) -> Kept:
    """A new connection, whose reads wait at most `timeout` seconds."""
    return Kept((HOST, server.port), timeout)
