"""Endpoints on loopback, honest and hostile, and a query that calls them through a relay."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread
from urllib.parse import parse_qs

from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    Store,
)

from kg.serve.federation.allowed import Allowed, Endpoint, Limits
from kg.serve.federation.relayed import relaying

JSON = "application/sparql-results+json"
EX = "https://example.org/"
PREFIXES = {"ex": EX}


@dataclass
class Request:
    """What an endpoint was asked; `reply` sends raw bytes."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    reply: Callable[[bytes], object]

    @property
    def query(self) -> str:
        """The query in the form."""
        return parse_qs(self.body.decode())["query"][0]

    def answer(self, body: bytes, *, status: int = 200, **headers: str) -> None:
        """Send a whole response; underscores in names of headers become hyphens."""
        fields = {"Content_Type": JSON, "Content_Length": str(len(body)), **headers}
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
        self.reply(f"HTTP/1.1 {status} X\r\n".encode() + "\r\n".join(lines).encode())
        self.reply(b"\r\n\r\n" + body)


Behaviour = Callable[[Request], None]


@dataclass
class Fake:
    """A running endpoint and what it was asked."""

    url: str
    port: int
    asked: list[Request] = field(default_factory=list)


@contextmanager
def endpoint(
    behaviour: Behaviour,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Fake]:
    """Run an endpoint on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, body, self.wfile.write)
            fake.asked.append(request)
            behaviour(request)

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    with Server((host, port), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        scheme = "https" if tls else "http"
        at = server.server_address[1]
        fake = Fake(f"{scheme}://{host}:{at}/sparql", at)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield fake
        finally:
            server.shutdown()


def rows(*values: str) -> bytes:
    """A result with IRIs for ?x."""
    bindings = [{"x": {"type": "uri", "value": value}} for value in values]
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}}).encode()


def answering(body: bytes, **headers: str) -> Behaviour:
    """Answer always the same."""
    return lambda request: request.answer(body, status=200, **headers)


def failing(status: int) -> Behaviour:
    """Answer with a status that is no success."""
    return lambda request: request.answer(b"a secret of the endpoint", status=status)


def redirecting(location: str, status: int = 307) -> Behaviour:
    """Send everybody elsewhere."""
    return lambda request: request.answer(b"", status=status, Location=location)


def real(form: QueryResultsFormat = QueryResultsFormat.JSON) -> Behaviour:
    """Answer with Oxigraph on the populations of three towns."""
    store = Store()
    for name, count in (("a", 10), ("b", 20), ("c", 30)):
        count_of = Literal(count)
        store.add(Quad(NamedNode(EX + name), NamedNode(EX + "population"), count_of))

    def behave(request: Request) -> None:
        found = store.query(request.query)
        assert isinstance(found, QuerySolutions)
        body = found.serialize(format=form)
        assert body is not None
        request.answer(body, Content_Type=form.media_type)

    return behave


def local() -> Store:
    """The store that is queried: two of the towns with their names."""
    store = Store()
    for name in ("a", "b"):
        label = Literal(f"Town {name}")
        store.add(Quad(NamedNode(EX + name), NamedNode(EX + "name"), label))
    return store


def allow(*endpoints: Fake | str, **limits: float) -> Allowed:
    """A list with these endpoints, which are on loopback."""
    urls = [one if isinstance(one, str) else one.url for one in endpoints]
    made = Limits(**{"timeout": 60.0, **limits})  # type: ignore[arg-type]
    return Allowed(tuple(Endpoint(url, private=True) for url in urls), made)


def select(text: str, allowed: Allowed, store: Store | None = None) -> list[QuerySolution]:
    """The rows of `text`, as the process that answers queries gets them; raises as it does."""
    with relaying(text, PREFIXES, allowed) as relayed:
        assert relayed.clauses
        # no variable holds the results: a failing test keeps frames, and they their thread
        return list((store or local()).query(relayed.text, prefixes=PREFIXES))  # type: ignore[arg-type]


def values(solutions: list[QuerySolution], name: str) -> list[str | None]:
    """The values of one variable; None where it is unbound."""
    return [getattr(row[name], "value", None) for row in solutions]
