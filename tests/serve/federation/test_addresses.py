"""A request goes to an address that was checked, and to no other, whatever a name says later."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serve.federation.endpoints import allow, answering, endpoint, redirecting, rows, select

from kg.serve.federation.addresses import addresses_of, is_admitted, is_public
from kg.serve.federation.allowed import Allowed, Endpoint, Limits
from kg.serve.federation.faults import ServiceError

PUBLIC = "93.184.215.14"
REFUSED = (
    "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1",
    "172.31.255.255", "192.168.1.1", "100.64.0.1", "169.254.169.254", "192.0.0.1", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
    "::ffff:0:7f00:1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:808:808::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
    "100::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
)  # fmt: skip
ROWS = rows("http://x/1")


@pytest.mark.parametrize("address", REFUSED)
def test_refused(address: str) -> None:
    """Addresses of this machine, this network, of nobody and of many are not public."""
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public(address: str) -> None:
    """Addresses of single hosts of the internet are public."""
    assert is_public(address)
    assert is_admitted(address, private=False)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.0.9", "::1", "fd00::1", PUBLIC]
)
def test_private(address: str) -> None:
    """A private endpoint may be on this machine, in an internal network or outside."""
    assert is_admitted(address, private=True)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "fe80::1", "fe80::1%eth0", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255",
     "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "", "localhost", "127.1"],
)  # fmt: skip
def test_never(address: str) -> None:
    """Not even a private endpoint may be a metadata service, nobody, everybody or a disguise."""
    assert not is_admitted(address, private=True)


@given(st.ip_addresses())
def test_no_disguise(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Whatever Python itself does not hold for global is not public."""
    if is_public(str(ip)):
        assert ip.is_global
        assert not (ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost"])
def test_spellings(host: str) -> None:
    """Other spellings of loopback are seen for what they are."""
    found = addresses_of(host, 80, 5.0)
    assert not any(is_admitted(address, private=False) for address in found)


Resolver = Callable[..., list[Any]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Names below .test with what they lead to the first time, the second time, ..."""
    known: dict[str, list[list[str]]] = {}
    own: Resolver = socket.getaddrinfo

    def resolve(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        if host not in known:
            ipaddress.ip_address(host)  # nothing else is looked up in these tests
            return own(host, port, *args, **options)
        addresses = known[host].pop(0)
        if not addresses:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts to which a connection is tried; none is made."""
    tried: list[str] = []

    def connect(_: object, host: str, *args: object) -> httpcore.NetworkStream:
        tried.append(host)
        raise httpcore.ConnectError("not in a test")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return tried


def ask(url: str, allowed: Allowed | None = None) -> str:
    """The English message that comes of a call; "" if rows do."""
    try:
        select(
            f"SELECT * {{ SERVICE <{url}> {{ ?x a ex:A }} }}",
            allowed or Allowed((Endpoint(url),), Limits(timeout=60)),
        )
    except ServiceError as error:
        return error.text.en
    return ""


def test_name_that_changes(names: dict[str, list[list[str]]], connected: list[str]) -> None:
    """A name that is public when checked and private afterwards is resolved once: the connection
    goes to the address that was checked.
    """
    names["rebind.test"] = [[PUBLIC], ["127.0.0.1"]]
    assert "cannot be reached" in ask("http://rebind.test/sparql")
    assert connected == [PUBLIC]
    assert len(names["rebind.test"]) == 1


def test_name_with_a_private_address(
    names: dict[str, list[list[str]]], connected: list[str]
) -> None:
    """A name with one address that is not public among others is refused as a whole."""
    for address in REFUSED:
        names["mixed.test"] = [[PUBLIC, address]]
        assert "address that is not public" in ask("http://mixed.test/sparql")
    assert not connected


def test_second_address(names: dict[str, list[list[str]]], connected: list[str]) -> None:
    """If the first address does not answer, the others are tried."""
    names["two.test"] = [[PUBLIC, "8.8.8.8"]]
    assert "cannot be reached" in ask("http://two.test/sparql")
    assert connected == [PUBLIC, "8.8.8.8"]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254",
     "[64:ff9b::a9fe:a9fe]", "0.0.0.0", "0"],
)  # fmt: skip
def test_address_as_host(host: str, connected: list[str]) -> None:
    """An address in place of a name is checked as well."""
    assert "address that is not public" in ask(f"http://{host}/sparql")
    assert not connected


def test_pinned_for_real(names: dict[str, list[list[str]]]) -> None:
    """Connection and request really go to the address that was checked, under the name."""
    with (
        endpoint(answering(ROWS)) as right,
        endpoint(answering(ROWS), host="127.0.0.2", port=right.port) as wrong,
    ):
        names["pinned.test"] = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2"]]
        url = f"http://pinned.test:{right.port}/sparql"
        assert ask(url, allow(url)) == ""
        assert len(names["pinned.test"]) == 2
    assert (len(right.asked), len(wrong.asked)) == (1, 0)
    assert right.asked[0].headers["host"] == f"pinned.test:{right.port}"


def test_redirect_to_a_name_that_became_private(names: dict[str, list[list[str]]]) -> None:
    """A redirect to an allowed public endpoint is refused if its name leads inside meanwhile."""
    with endpoint(answering(ROWS)) as inner:
        goal = f"http://goal.test:{inner.port}/sparql"
        names["goal.test"] = [["127.0.0.1"]]
        with endpoint(redirecting(goal)) as fake:
            allowed = Allowed((Endpoint(fake.url, private=True), Endpoint(goal)))
            assert "address that is not public" in ask(fake.url, allowed)
        assert len(fake.asked) == 1
    assert not inner.asked


def test_public_endpoint_does_not_lead_inside(
    names: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A public endpoint may not redirect to a private one although both are on the list."""
    with endpoint(answering(ROWS)) as inner, endpoint(redirecting(inner.url)) as outer:
        url = f"http://outer.test:{outer.port}/sparql"
        names["outer.test"] = [[PUBLIC]]
        own = httpcore.SyncBackend.connect_tcp

        def connect(self: httpcore.SyncBackend, host: str, *args: Any) -> httpcore.NetworkStream:
            return own(self, "127.0.0.1" if host == PUBLIC else host, *args)

        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
        allowed = Allowed((Endpoint(url), Endpoint(inner.url, private=True)))
        assert "address that is not public" in ask(url, allowed)
        assert len(outer.asked) == 1
    assert not inner.asked


def test_name_without_address(names: dict[str, list[list[str]]], connected: list[str]) -> None:
    """A name that leads nowhere is said to."""
    names["none.test"] = [[]]
    assert "its name has no address" in ask("http://none.test/sparql")
    assert not connected


def test_slow_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that does not answer is not waited for longer than the time that is allowed."""
    answered = threading.Event()

    def wait(*_: object, **__: object) -> list[Any]:
        answered.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    allowed = Allowed((Endpoint("http://slow.test/"),), Limits(timeout=0.3))
    assert "no connection within 0.3 seconds" in ask("http://slow.test/", allowed)
    answered.set()
