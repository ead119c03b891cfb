"""A small HTTP server on loopback that Oxigraph calls in place of other servers.

It lives as long as one query and puts to the real endpoints what Oxigraph asks.
"""

from __future__ import annotations

import hmac
import secrets
import socketserver
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from kg.errors import Place
from kg.serve.federation import faults
from kg.serve.federation.allowed import Allowed, Endpoint
from kg.serve.federation.client import TYPES, ask
from kg.serve.federation.faults import ServiceError, Unusable, failed
from kg.serve.federation.results import as_rows

_LOOK = 0.002
"""So many seconds pass at most between the end of a query and that of its server."""
_STACK = 1 << 21
"""Threads of a worker may otherwise claim half a gigabyte of address space each."""
_PATIENCE = 5.0
"""So many seconds a request to the relay may take to arrive; who reads an answer has time."""


@dataclass(frozen=True)
class Call:
    """What one SERVICE clause calls."""

    endpoint: Endpoint
    silent: bool
    place: Place


class Relay:
    """Answers the calls of one query; what was asked before is not asked again."""

    def __init__(self, calls: Sequence[Call], allowed: Allowed) -> None:
        """Listen on a free port of loopback, under a path that nobody can guess.

        Until `close`, threads of this process get a small stack.
        """
        self._calls = calls
        self._allowed = allowed
        self._secret = secrets.token_urlsafe(24)
        self._answers: dict[tuple[str, bytes], bytes | ServiceError] = {}
        self._used = 0
        self._fault: tuple[ServiceError, Place] | None = None
        self.broken = False
        self._asking = threading.Lock()
        self._stack = threading.stack_size(_STACK)
        self._server = _Server(self)
        poll = {"poll_interval": _LOOK}
        serve = self._server.serve_forever
        threading.Thread(target=serve, kwargs=poll, name="kg-relay", daemon=True).start()

    def address(self, number: int) -> str:
        """Return the address for the call of this number."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/{self._secret}/{number}"

    def fault(self) -> ServiceError | None:
        """Return the first error of a call without SILENT, as a new object."""
        if self._fault is None:
            return None
        error, place = self._fault
        return error.at(place)

    def close(self) -> None:
        """Stop listening and give new threads the stack that they had before."""
        self._server.shutdown()
        self._server.server_close()
        threading.stack_size(self._stack)

    def answer(self, path: str, query: bytes) -> bytes | None:
        """Return rows for what Oxigraph asks under `path`, or None; see `fault`."""
        call = self._called(path)
        if call is None:
            return None
        with self._asking:
            key = (call.endpoint.url, query)
            if key not in self._answers:
                self._answers[key] = self._ask(call.endpoint, query)
            found = self._answers[key]
            if isinstance(found, bytes):
                return found
            if self._fault is None and not call.silent:
                self._fault = found, call.place
            return None

    def _called(self, path: str) -> Call | None:
        secret, _, number = path.removeprefix("/").partition("/")
        if not hmac.compare_digest(secret.encode(), self._secret.encode()):
            return None
        return next((call for at, call in enumerate(self._calls) if str(at) == number), None)

    def _ask(self, endpoint: Endpoint, query: bytes) -> bytes | ServiceError:
        """Ask the endpoint, unless that would be one request too many or gives away the relay."""
        limits = self._allowed.limits
        if self._secret.encode() in query:
            return failed(endpoint.url, faults.nested())
        if len(self._answers) >= limits.requests:
            return failed(endpoint.url, faults.many_requests(limits.requests))
        try:
            room = limits.max_bytes - self._used
            reply = ask(endpoint, query.decode(), self._allowed, room=room)
            self._used += len(reply.body)
            return as_rows(reply, len(self._answers))
        except ServiceError as error:
            return ServiceError(error.text)  # without the frames that hold what was received
        except Unusable as error:
            return failed(endpoint.url, error.text)
        except (MemoryError, RuntimeError):  # the latter if there can be no other thread
            return failed(endpoint.url, faults.no_room())


class _Server(socketserver.ThreadingTCPServer):
    """A thread for each connection: Oxigraph may open one while it still reads another."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing if Oxigraph left in the middle; else there was no room for a thread."""
        if not isinstance(sys.exception(), OSError):
            self.relay.broken = True


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _PATIENCE

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", "0"))
        rows = self.server.relay.answer(self.path, self.rfile.read(size))
        self.connection.settimeout(None)
        self.send_response(200 if rows is not None else 502)
        self.send_header("Content-Type", TYPES[0])
        self.send_header("Content-Length", str(len(rows or b"")))
        self.end_headers()
        self.wfile.write(rows or b"")

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""
