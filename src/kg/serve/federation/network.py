"""Connections for httpcore that go to checked addresses only and end at a deadline."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpcore

from kg.serve.federation import faults
from kg.serve.federation.addresses import addresses_of, is_admitted
from kg.serve.federation.faults import Unusable

CONNECT = 5.0
"""So many seconds each of name, connection and TLS may take, if there is that much time left."""


@dataclass(frozen=True)
class Deadline:
    """A moment of the monotonic clock, in seconds."""

    at: float

    @classmethod
    def within(cls, seconds: float) -> Deadline:
        """Return the moment that is so many seconds away."""
        return cls(time.monotonic() + seconds)

    def left(self, most: float | None = None) -> float:
        """Return the seconds left, at most `most`; raises httpcore.ReadTimeout if there are none.

        A single operation on a socket has no longer than this, however its data drips.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if most is None else min(left, most)


class CheckedBackend(httpcore.NetworkBackend):
    """Resolves a name once, checks every address of it and connects to just these.

    So a name cannot lead elsewhere between check and connection (DNS rebinding).
    """

    def __init__(self, deadline: Deadline, *, private: bool) -> None:
        """Connect until `deadline`; `private` as in `is_admitted`."""
        self._deadline = deadline
        self._private = private
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers; raises Unusable or a ConnectError."""
        del timeout, local_address
        try:
            addresses = addresses_of(host, port, self._deadline.left(CONNECT))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        if not addresses:
            raise Unusable(faults.no_name())
        if not all(is_admitted(address, private=self._private) for address in addresses):
            raise Unusable(faults.refused_address())
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError()
        for address in addresses:
            try:
                stream = self._sockets.connect_tcp(
                    address, port, self._deadline.left(CONNECT), None, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every operation ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all; not by the stream itself, which allows so much time for each of its parts."""
        sock = self._stream.get_extra_info("socket")
        rest = memoryview(buffer)
        while rest:
            sock.settimeout(self._deadline.left(timeout))
            try:
                rest = rest[sock.send(rest) :]
            except TimeoutError as error:
                raise httpcore.WriteTimeout from error
            except OSError as error:
                raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(CONNECT if timeout is None else timeout)
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
