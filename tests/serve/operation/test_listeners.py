"""Connections are spread over the sockets of one port, and go where somebody is."""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from collections.abc import Iterator

import pytest

from kg.serve.operation.listeners import Listeners

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sockets are shared elsewhere")


@pytest.fixture(params=["127.0.0.1", "::1", "::"])
def first(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    try:
        made = socket.create_server((request.param, 0), family=family)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with made:
        yield made


def received(one: socket.socket) -> int:
    """How many connections wait on a socket."""
    one.setblocking(False)
    number = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            one.accept()[0].close()
            number += 1
    return number


def connect(first: socket.socket, times: int) -> None:
    host, port = first.getsockname()[:2]
    for _ in range(times):
        socket.create_connection(
            (host.replace("::", "::1") if host == "::" else host, port)
        ).close()
    time.sleep(0.2)


def test_spread(first: socket.socket) -> None:
    """Each socket gets a share; who closes its own loses nothing to it any more."""
    listeners = Listeners(first, 3)
    host_and_port = first.getsockname()[:2]
    connect(first, 20)
    assert received(first) == 20, "the others do not listen yet"
    for slot in range(3):
        listeners.of(slot).listen()
    connect(first, 90)
    shares = [received(listeners.of(slot)) for slot in range(3)]
    assert sum(shares) == 90 and min(shares) > 9
    listeners.close(0)
    listeners.close(1)
    with contextlib.closing(listeners.of(2)) as last:
        assert last.getsockname()[:2] == host_and_port
        connect(last, 30)
        assert received(last) == 30
        listeners.close(2)
        assert last.fileno() >= 0, "the last one stays"
        listeners.reopen(0)
        connect(last, 20)
        assert received(last) == 20, "nobody listens there yet"
        listeners.of(0).listen()
        connect(last, 60)
        assert received(listeners.of(0)) > 9
    listeners.close_all()


def test_the_port_is_taken(first: socket.socket) -> None:
    """Another server on the same port is refused as before."""
    listeners = Listeners(first, 2)
    with pytest.raises(OSError, match="in use"):
        socket.create_server(first.getsockname()[:2], family=first.family)
    listeners.close_all()


def test_one_process(first: socket.socket) -> None:
    """A single process has the socket that it was given."""
    listeners = Listeners(first, 1)
    listeners.close(0)
    listeners.reopen(0)
    assert listeners.of(0) is first and first.fileno() >= 0
