"""Clients that are slow, that leave, or that come in crowds."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.protocol.conftest import WORKERS, WORKERS_OF_SERVED
from tests.protocol.exchange import PATIENCE, Sent
from tests.protocol.served import Served, descendants, memory

ASK = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
LARGE = b"SELECT * { ?a ex:next ?b . ?c ex:next ?d } LIMIT 500000"
SLOW = b"SELECT (COUNT(*) AS ?n) { ?a ex:next ?b . ?c ex:next ?d . ?e ex:next ?f FILTER(?a < ?f) }"
TSV = b"Accept: text/tab-separated-values\r\n"


def post(query: bytes, extra: bytes = b"") -> bytes:
    """A request with `query` as its body."""
    return HEAD + extra + b"Content-Length: %d\r\n\r\n" % len(query) + query


def test_parallel(served: Served) -> None:
    """Two hundred clients at once get each its own answer."""

    def ask(number: int) -> int:
        reply = served.ask(f"SELECT ({number} AS ?n) {{}}", "text/csv")
        assert reply.status == 200, reply.text
        return int(reply.text.split()[1])

    with ThreadPoolExecutor(200) as pool:
        assert list(pool.map(ask, range(400))) == list(range(400))


def test_parallel_same_query(served: Served) -> None:
    """Two hundred clients with one query get one answer."""
    query = "SELECT ?s ?o { ?s ex:next ?o } ORDER BY ?o LIMIT 300"
    with ThreadPoolExecutor(200) as pool:
        bodies = set(pool.map(lambda _: served.get(query, "text/csv").body, range(200)))
    assert len(bodies) == 1


def test_idle_crowd(served: Served) -> None:
    """Five hundred idle connections keep nobody from being served."""
    idle = [socket.create_connection(served.address, timeout=PATIENCE) for _ in range(500)]
    try:
        assert served.is_alive()
        for connection in idle[::50]:
            connection.sendall(ASK)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    finally:
        for connection in idle:
            connection.close()


LEAVING = {
    "before the request is whole": ASK[:30],
    "in the body": HEAD + b"Content-Length: 1000\r\n\r\nASK",
    "at once": ASK,
    "while a query runs": post(SLOW),
    "while the answer comes": post(LARGE, TSV),
}


@pytest.mark.parametrize("when", LEAVING)
@pytest.mark.parametrize("how", ["reset", "closed"])
def test_leaving(hostile: Served, when: str, how: str) -> None:
    """A hundred clients that leave in the middle: all workers are there and answer afterwards."""
    for number in range(100):
        with socket.create_connection(hostile.address, timeout=PATIENCE) as connection:
            connection.sendall(LEAVING[when])
            if number % 10 == 0 and "answer" in when:
                connection.recv(1000)
            if how == "reset":
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    assert hostile.is_alive()
    hostile.settle(WORKERS)
    assert len(descendants(hostile.process.pid)) >= WORKERS
    assert "Traceback" not in hostile.log.read_text()


def test_left_while_waiting(served: Served) -> None:
    """A query whose client left before its turn is answered when somebody else asks it."""
    with contextlib.ExitStack() as stack:
        for number in range(16):  # more than are worked at
            blocker = stack.enter_context(socket.create_connection(served.address))
            blocker.sendall(post(SLOW.replace(b"?n", b"?n%d" % number)))
        query = b"SELECT (COUNT(*) AS ?left) { ?s ex:in ?o }"
        with socket.create_connection(served.address) as connection:
            connection.sendall(post(query))
            time.sleep(0.1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        time.sleep(0.1)
    assert served.ask(query.decode()).status == 200


def test_slow_reader_is_bounded(served: Served) -> None:
    """While three clients do not read their 50 MiB, the server holds about one of them at most."""
    served.settle(WORKERS_OF_SERVED)
    before = memory(served.process.pid)
    readers = [socket.create_connection(served.address, timeout=PATIENCE) for _ in range(3)]
    try:
        for reader in readers:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.sendall(post(LARGE, TSV))
            assert reader.recv(100).startswith(b"HTTP/1.1 200")
        time.sleep(0.5)
        assert memory(served.process.pid) - before < 60 << 20
        assert served.is_alive()
    finally:
        for reader in readers:
            reader.close()


def test_slow_but_honest(served: Served) -> None:
    """A client that takes two seconds to send its request is served."""
    with socket.create_connection(served.address, timeout=PATIENCE) as connection:
        for piece in (ASK[:10], ASK[10:40], ASK[40:]):
            connection.sendall(piece)
            time.sleep(0.6)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_idle_after_answer(served: Served) -> None:
    """A kept connection that is idle for a second is still good."""
    with socket.create_connection(served.address, timeout=PATIENCE) as connection:
        for _ in range(2):
            connection.sendall(ASK)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            time.sleep(1)


DRIPPING = {
    "request line": ASK,
    "headers": ASK[:-2] + b"X: a\r\n" * 1000,
    "body": HEAD + b"Content-Length: 100000\r\n\r\n" + b" " * 1000,
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 1000,
    "nothing": b"",
}


def test_slowloris(hostile: Served) -> None:
    """Who sends a byte now and then is let go, and holds nobody up."""
    drips = {name: iter(data) for name, data in DRIPPING.items()}
    open_ = {name: socket.create_connection(hostile.address, timeout=PATIENCE) for name in DRIPPING}
    start = time.perf_counter()
    while open_ and time.perf_counter() - start < PATIENCE:
        time.sleep(0.5)
        for name, connection in list(open_.items()):
            if _is_closed(connection, next(drips[name], None)):
                open_.pop(name).close()
        if int(time.perf_counter() - start) % 5 == 0:
            assert hostile.is_alive()
    left = sorted(open_)
    for connection in open_.values():
        connection.close()
    assert left == []


def _is_closed(connection: socket.socket, byte: int | None) -> bool:
    """Send a byte, if there is one; return whether the server has closed the connection."""
    connection.settimeout(0.01)
    try:
        if byte is not None:
            connection.sendall(bytes([byte]))
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def test_dripping_crowd(hostile: Served) -> None:
    """Three hundred clients in the middle of a request keep nobody from being served."""
    crowd = [socket.create_connection(hostile.address, timeout=PATIENCE) for _ in range(300)]
    try:
        for connection in crowd:
            connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nASK")
        for _ in range(20):
            assert hostile.is_alive()
    finally:
        for connection in crowd:
            connection.close()


def test_hundred_faults(served: Served) -> None:
    """A hundred faulty requests in a row on connections of their own leave nothing behind."""
    served.settle(WORKERS_OF_SERVED)
    before = memory(served.process.pid)
    for _ in range(100):
        assert served.send(b"x\r\n\r\n", Sent(until_closed=True)).closed
        assert served.ask("ASK {").status == 400
    served.settle(WORKERS_OF_SERVED)
    assert served.keeps(before + (10 << 20))
