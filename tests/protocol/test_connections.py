"""Connections: requests one after the other, in pieces, half-closed, and far too large."""

from __future__ import annotations

import socket
from dataclasses import dataclass

import pytest
from tests.protocol.conftest import WORKERS_OF_SERVED
from tests.protocol.exchange import PATIENCE, Sent
from tests.protocol.parts import CHUNKED, CLOSE, FALSE, GET, POST, QUERY_TYPE
from tests.protocol.served import Served, memory


def test_keep_alive(served: Served) -> None:
    """A connection serves request after request, of each kind, also after faults of a query."""
    parts = [
        (GET + b"\r\n", "GET", 200),
        (POST + b"Content-Length: 6\r\n\r\nASK {}", "POST", 200),
        (POST + b"Content-Length: 5\r\n\r\nASK {", "POST", 400),
        (CHUNKED + b"\r\n6\r\nASK {}\r\n0\r\n\r\n", "POST", 200),
        (GET.replace(b"sparql", b"nothing") + b"\r\n", "GET", 404),
        (GET.replace(b"GET", b"HEAD") + b"\r\n", "HEAD", 200),
        (GET.replace(b"GET", b"OPTIONS") + b"\r\n", "OPTIONS", 204),
        (POST.replace(QUERY_TYPE, b"") + b"Content-Length: 6\r\n\r\nASK {}", "POST", 415),
        (GET + b"Content-Length: 3\r\n\r\nabc", "GET", 200),
        (GET + CLOSE + b"\r\n", "GET", 200),
    ]
    sent = Sent(tuple(method for _, method, _ in parts), until_closed=True)
    found = served.send(b"".join(data for data, _, _ in parts), sent)
    assert found.statuses == tuple(status for _, _, status in parts)
    assert found.closed


def test_pipelined(served: Served) -> None:
    """Requests sent at once are answered in their order, however long each takes."""
    slow = POST + b"Content-Length: %d\r\n\r\n%s"
    half = b"{ SELECT ?a { ?a ex:next ?b } LIMIT 150 }"
    query = b"SELECT (COUNT(*) AS ?n) { %s ?c ex:next ?d FILTER(STR(?a) < STR(?c)) }" % half
    data = slow % (len(query), query) + (GET + b"\r\n" + FALSE + b"\r\n") * 20
    found = served.send(data, Sent(("POST", *["GET"] * 40)))
    assert len(found.replies) == 41
    first, *others = found.replies
    assert first.status in (200, 504)
    assert [reply.json()["boolean"] for reply in others] == [True, False] * 20


def test_thousand_pipelined(served: Served) -> None:
    """A thousand requests in one go are all answered."""
    found = served.send((GET + b"\r\n") * 1000, Sent(("GET",) * 1000))
    assert found.statuses == (200,) * 1000


def test_bytes_one_by_one(served: Served) -> None:
    """A request that comes in pieces is the same request."""
    data = POST + CLOSE + b"Content-Length: 6\r\n\r\nASK {}"
    with socket.create_connection(served.address, timeout=PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in data:
            connection.sendall(bytes([byte]))
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert received.startswith(b"HTTP/1.1 200")
    assert received.endswith(b'"boolean":true}')


def test_expect_continue(served: Served) -> None:
    """A client that waits for leave to send its body gets it, and then the answer."""
    data = POST + CLOSE + b"Expect: 100-continue\r\nContent-Length: 6\r\n\r\nASK {}"
    found = served.send(data, Sent(("POST",), until_closed=True))
    assert found.statuses == (200,)
    assert found.interim in ((), (100,))


def test_expect_continue_refused(served: Served) -> None:
    """A body that is too large, or of the wrong type, is refused before it is sent."""
    for head, status in (
        (POST + b"Content-Length: 99999999\r\n", 413),
        (POST.replace(b"sparql-query", b"json") + b"Content-Length: 6\r\n", 415),
    ):
        data = head + b"Expect: 100-continue\r\n\r\n"
        found = served.send(data, Sent(("POST",)))
        assert found.statuses == (status,)


HALVES = [
    ("GET", GET + b"\r\n", 200),
    ("GET and close", GET + CLOSE + b"\r\n", 200),
    ("POST", POST + b"Content-Length: 6\r\n\r\nASK {}", 200),
    ("chunks", CHUNKED + b"\r\n6\r\nASK {}\r\n0\r\n\r\n", 200),
    ("fault", POST + b"Content-Length: 5\r\n\r\nASK {", 400),
]


@pytest.mark.parametrize(("name", "data", "status"), HALVES, ids=[row[0] for row in HALVES])
def test_half_closed(served: Served, name: str, data: bytes, status: int) -> None:
    """A client that stops writing after its request still gets the answer."""
    found = served.send(data, Sent(half_close=True, until_closed=True))
    assert found.statuses == (status,), name
    assert found.closed


def test_half_closed_pipeline(served: Served) -> None:
    """All requests sent before the client stopped writing are answered."""
    data = (GET + b"\r\n" + FALSE + b"\r\n") * 3
    found = served.send(data, Sent(("GET",) * 6, half_close=True))
    assert [reply.json()["boolean"] for reply in found.replies] == [True, False] * 3


@pytest.mark.parametrize(
    "data", [GET, POST + b"Content-Length: 60\r\n\r\nASK {}", CHUNKED + b"\r\n6\r\nASK {}\r\n"]
)
def test_half_a_request(served: Served, data: bytes) -> None:
    """A request that ends before it is whole gets nothing or a 400; the log has no traceback."""
    found = served.send(data, Sent(half_close=True, until_closed=True))
    assert found.closed
    assert found.statuses in ((), (400,))
    assert served.is_alive()
    assert "Traceback" not in served.log.read_text()


@dataclass(frozen=True)
class Flood:
    """A request that is too much, and how much of it."""

    name: str
    data: bytes
    statuses: tuple[int, ...] = (400, 413, 414, 431)


FLOODS = [
    Flood("header of 1 MB", GET + b"X: " + b"a" * (1 << 20) + b"\r\n\r\n", (400, 431)),
    Flood("header of 32 MB", GET + b"X: " + b"a" * (32 << 20) + b"\r\n\r\n", (400, 431)),
    Flood("header name of 1 MB", GET + b"X" * (1 << 20) + b": a\r\n\r\n", (400, 431)),
    Flood(
        "10,000 headers",
        GET + b"".join(b"X%d: a\r\n" % n for n in range(10_000)) + b"\r\n",
        (400, 431),
    ),
    Flood("10,000 equal headers", GET + b"X: a\r\n" * 10_000 + b"\r\n", (400, 431)),
    Flood("headers without end", GET + b"X: a\r\n" * 2_000_000, (400, 431)),
    Flood(
        "target of 8 MB", GET.replace(b"%7D", b"%7D" + b"+" * (8 << 20)) + b"\r\n", (400, 414, 431)
    ),
    Flood("method of 8 MB", b"G" * (8 << 20), (400,)),
    Flood(
        "chunk extension of 8 MB",
        CHUNKED + b"\r\n6;" + b"a" * (8 << 20) + b"\r\nASK {}\r\n0\r\n\r\n",
        (200, 400, 413, 431),
    ),
    Flood(
        "trailers of 8 MB",
        CHUNKED + b"\r\n6\r\nASK {}\r\n0\r\n" + b"X: a\r\n" * (1 << 20) + b"\r\n",
        (200, 400, 413, 431),
    ),
    Flood(
        "body of 32 MB",
        POST + b"Content-Length: %d\r\n\r\n" % (32 << 20) + b" " * (32 << 20),
        (413,),
    ),
    Flood(
        "chunks of 32 MB",
        CHUNKED + b"\r\n" + (b"100000\r\n" + b" " * (1 << 20) + b"\r\n") * 32,
        (413,),
    ),
]


@pytest.mark.parametrize("flood", FLOODS, ids=lambda each: each.name)
def test_flood(served: Served, flood: Flood) -> None:
    """What is too large is refused and not kept in memory."""
    served.settle(WORKERS_OF_SERVED)
    before = memory(served.process.pid)
    found = served.send(flood.data)
    assert found.statuses in ((), *((status,) for status in flood.statuses))
    assert served.keeps(before + (20 << 20))
    assert served.is_alive()
