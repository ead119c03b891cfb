"""One listening socket a process, all on one port, so that the system spreads connections.

Processes that share one socket take connections as they wake up: one of them gets nearly all.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import sys

_LOG = logging.getLogger("kg.serve")


class Listeners:
    """The sockets of all places; where there is no SO_REUSEPORT, one and the same for all."""

    def __init__(self, first: socket.socket, count: int) -> None:
        """Bind `count` - 1 more to the address of `first`, which listens already.

        They get no connections before their processes listen on them, as servers do.
        """
        self._first = first
        self._sockets: dict[int, socket.socket] = {0: first}
        self._is_spread = count > 1 and sys.platform == "linux"
        if not self._is_spread:
            return
        try:
            first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            for slot in range(1, count):
                self._sockets[slot] = _another(first)
        except OSError as error:
            _LOG.warning("processes share one socket: %s", error)
            for slot in range(1, count):
                self.close(slot)
            self._is_spread = False

    def of(self, slot: int) -> socket.socket:
        """Return the socket of a place."""
        return self._sockets.get(slot, self._first)

    def reopen(self, slot: int) -> None:
        """Have a socket again after `close`; raises OSError when the port is not to be had."""
        if self._is_spread and slot not in self._sockets:
            self._sockets[slot] = _another(next(iter(self._sockets.values())))

    def close(self, slot: int) -> None:
        """Send new connections to the other places, as nobody is there; the last stays open."""
        if slot in self._sockets and len(self._sockets) > 1:
            with self._sockets.pop(slot) as one, contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # also for what the process has left behind

    def close_all(self) -> None:
        """Let go of all sockets; each process closes its own."""
        for one in self._sockets.values():
            one.close()


def _another(first: socket.socket) -> socket.socket:
    made = socket.socket(first.family, first.type, first.proto)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if first.family == socket.AF_INET6:
            only = first.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
        made.bind(first.getsockname())
    except OSError:
        made.close()
        raise
    return made
