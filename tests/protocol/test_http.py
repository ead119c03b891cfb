"""HTTP itself: how requests are framed, and what is no request."""

from __future__ import annotations

import pytest
from tests.protocol.exchange import Sent
from tests.protocol.parts import CHUNKED, CLOSE, GET, POST
from tests.protocol.served import Served

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

GOOD: list[tuple[str, bytes]] = [
    ("HTTP/1.1", GET + CLOSE + b"\r\n"),
    ("HTTP/1.0", b"GET /sparql?query=ASK%7B%7D HTTP/1.0\r\n\r\n"),
    ("HTTP/1.0 with Host", b"GET /sparql?query=ASK%7B%7D HTTP/1.0\r\nHost: x\r\n\r\n"),
    ("HTTP/1.0 POST", POST.replace(b"1.1", b"1.0") + b"Content-Length: 6\r\n\r\nASK {}"),
    ("absolute form", GET.replace(b" /", b" http://x/", 1) + CLOSE + b"\r\n"),
    ("absolute form, other host", GET.replace(b" /", b" http://y:80/", 1) + CLOSE + b"\r\n"),
    ("path percent-encoded", GET.replace(b"sparql", b"%73parql") + CLOSE + b"\r\n"),
    ("bare braces", GET.replace(b"%7B%7D", b"{}") + CLOSE + b"\r\n"),
    ("empty lines before", b"\r\n\r\n" + GET + CLOSE + b"\r\n"),
    ("names in capitals", GET.replace(b"Host", b"HOST") + b"CONNECTION: CLOSE\r\n\r\n"),
    ("no space after the colon", GET + b"Connection:close\r\n\r\n"),
    ("spaces around the value", GET + b"Connection: \t close \t\r\n\r\n"),
    ("empty value", GET + b"X-Empty:\r\n" + CLOSE + b"\r\n"),
    ("Latin-1 in a value", GET + b"X-Name: \xe4\r\n" + CLOSE + b"\r\n"),
    ("UTF-8 in a value", GET + "X-Name: ä\r\n".encode() + CLOSE + b"\r\n"),
    ("header of 7 KB", GET + b"X: " + b"a" * 7000 + b"\r\n" + CLOSE + b"\r\n"),
    ("eighty headers", GET + b"".join(b"X%d: a\r\n" % n for n in range(80)) + CLOSE + b"\r\n"),
    ("GET with a body", GET + CLOSE + b"Content-Length: 3\r\n\r\nabc"),
    ("GET with chunks", GET + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
    ("chunks", CHUNKED + CLOSE + b"\r\n3\r\nASK\r\n3\r\n {}\r\n0\r\n\r\n"),
    (
        "chunks of one byte",
        CHUNKED
        + CLOSE
        + b"\r\n"
        + b"".join(b"1\r\n%c\r\n" % byte for byte in b"ASK {}")
        + b"0\r\n\r\n",
    ),
    ("chunk size with zeros", CHUNKED + CLOSE + b"\r\n0006\r\nASK {}\r\n000\r\n\r\n"),
    ("chunk extension", CHUNKED + CLOSE + b'\r\n6;a=b;c="d"\r\nASK {}\r\n0\r\n\r\n'),
    ("trailers", CHUNKED + CLOSE + b"\r\n6\r\nASK {}\r\n0\r\nX-Trailer: a\r\n\r\n"),
    (
        "Chunked in capitals",
        POST + CLOSE + b"Transfer-Encoding: Chunked\r\n\r\n6\r\nASK {}\r\n0\r\n\r\n",
    ),
    ("unknown expectation", POST + CLOSE + b"Expect: x\r\nContent-Length: 6\r\n\r\nASK {}"),
    (
        "upgrade to HTTP/2",
        GET + b"Connection: close, Upgrade, HTTP2-Settings\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
    ),
    (
        "upgrade to HTTP/2 with a body",
        POST + b"Connection: close, Upgrade, HTTP2-Settings\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: 6\r\n\r\nASK {}",
    ),
    (
        "upgrade to TLS with chunks",
        CHUNKED + b"Connection: close, Upgrade\r\nUpgrade: TLS/1.2\r\n\r\n6\r\nASK {}\r\n0\r\n\r\n",
    ),
    (
        "upgrade to a web socket",
        GET + b"Connection: Upgrade, close\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ),
]


@pytest.mark.parametrize(("name", "data"), GOOD, ids=[row[0] for row in GOOD])
def test_good(served: Served, name: str, data: bytes) -> None:
    """It is a request, and is answered once; the connection is closed if the client says so."""
    found = served.send(data, Sent(until_closed=True))
    assert found.statuses == ((417,) if "expectation" in name and 417 in found.statuses else (200,))
    assert found.statuses == (417,) or found.replies[0].json()["boolean"] is True
    assert found.rest == b""
    assert found.closed or "upgrade" in name


BAD: list[tuple[str, bytes]] = [
    ("no Host", GET.replace(b"Host: x\r\n", b"") + b"\r\n"),
    ("two Hosts", GET + b"Host: y\r\n\r\n"),
    (
        "Content-Length and Transfer-Encoding",
        CHUNKED + b"Content-Length: 6\r\n\r\n6\r\nASK {}\r\n0\r\n\r\n",
    ),
    (
        "smuggling by Content-Length",
        POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    ),
    ("two lengths", POST + b"Content-Length: 6\r\nContent-Length: 7\r\n\r\nASK {} "),
    ("lengths in a list", POST + b"Content-Length: 6, 7\r\n\r\nASK {} "),
    ("length with a sign", POST + b"Content-Length: +6\r\n\r\nASK {}"),
    ("negative length", POST + b"Content-Length: -6\r\n\r\nASK {}"),
    ("length in hex", POST + b"Content-Length: 0x6\r\n\r\nASK {}"),
    ("length of 24 digits", POST + b"Content-Length: 999999999999999999999999\r\n\r\nASK {}"),
    ("length that is no number", POST + b"Content-Length: six\r\n\r\nASK {}"),
    ("chunk size no hex", CHUNKED + b"\r\nzz\r\nASK\r\n0\r\n\r\n"),
    ("chunk size negative", CHUNKED + b"\r\n-3\r\nASK\r\n0\r\n\r\n"),
    ("chunk size of 17 digits", CHUNKED + b"\r\nfffffffffffffffff\r\nASK\r\n0\r\n\r\n"),
    ("chunk size with 0x", CHUNKED + b"\r\n0x3\r\nASK\r\n0\r\n\r\n"),
    ("chunk longer than it says", CHUNKED + b"\r\n3\r\nASK {}\r\n0\r\n\r\n"),
    ("chunk without its end", CHUNKED + b"\r\n6\r\nASK {}0\r\n\r\n" + SMUGGLED),
    ("xchunked", POST + b"Transfer-Encoding: xchunked\r\n\r\n6\r\nASK {}\r\n0\r\n\r\n"),
    (
        "chunked, then identity",
        POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
    ),
    (
        "gzip, then chunked",
        POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n6\r\nASK {}\r\n0\r\n\r\n",
    ),
    ("two encodings", CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" + SMUGGLED),
    ("space before the colon", POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED),
    ("NUL in a value", GET + b"X: a\x00b\r\n\r\n"),
    ("control sign in a value", GET + b"X: a\x01b\r\n\r\n"),
    ("NUL in a name", GET + b"X\x00Y: a\r\n\r\n"),
    ("space in a name", GET + b"X Y: a\r\n\r\n"),
    ("no name", GET + b": a\r\n\r\n"),
    ("no colon", GET + b"garbage\r\n\r\n"),
    ("folded line", GET + b"X: a\r\n b\r\n\r\n"),
    ("CR alone", GET + b"X: a\rY: b\r\n\r\n"),
    ("space in the target", GET.replace(b"%7B", b" %7B") + b"\r\n"),
    ("NUL in the target", GET.replace(b"%7B", b"\x00%7B") + b"\r\n"),
    ("no version", b"GET /sparql?query=ASK%7B%7D HTTP/\r\nHost: x\r\n\r\n"),
    ("version 3", GET.replace(b"1.1", b"3.0") + b"\r\n"),
    ("HTTP/2 unasked", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("method in small letters", GET.replace(b"GET", b"get") + b"\r\n"),
    ("unknown method", GET.replace(b"GET", b"FETCH") + b"\r\n"),
    ("CONNECT", b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n"),
    ("words", b"hello world, this is not HTTP\r\n\r\n"),
    ("bytes", bytes(range(128, 256)) * 4 + b"\r\n\r\n"),
    ("TLS", bytes.fromhex("16030100c8010000c40303") + b"\x11" * 197),
    ("a mail", b"EHLO x\r\nMAIL FROM:<a>\r\n"),
]


@pytest.mark.parametrize(("name", "data"), BAD, ids=[row[0] for row in BAD])
def test_bad(served: Served, name: str, data: bytes) -> None:
    """It is no request: refused once, and the connection is closed."""
    found = served.send(data, Sent(until_closed=True))
    assert len(found.replies) == 1, f"{name}: {found}"
    reply = found.replies[0]
    assert 400 <= reply.status < 500 or reply.status in (501, 505)
    assert found.closed
    assert found.rest == b""
    assert served.is_alive()


def test_bad_is_a_problem(served: Served) -> None:
    """What is no request gets a problem document too, which scripts of other sites may read."""
    for name, data in BAD[2:6]:
        reply = served.send(data, Sent(until_closed=True)).replies[0]
        assert reply.media_type == "application/problem+json", name
        assert reply.json()["status"] == reply.status
        assert reply.headers["access-control-allow-origin"] == "*"


def test_line_feed_alone(served: Served) -> None:
    """Lines that end without CR are refused, or read as lines: never half of each."""
    data = GET.replace(b"\r\n", b"\n") + b"Connection: close\n\n"
    assert served.send(data, Sent(until_closed=True)).statuses in ((200,), (400,))


def test_equal_lengths(served: Served) -> None:
    """The same length twice is refused or is that length."""
    data = POST + CLOSE + b"Content-Length: 6\r\nContent-Length: 6\r\n\r\nASK {}"
    assert served.send(data, Sent(until_closed=True)).statuses in ((200,), (400,))
