"""What a hostile or broken endpoint does becomes an error in time, within limits and in words."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.serve.federation.endpoints import (
    JSON,
    Behaviour,
    Fake,
    Request,
    allow,
    answering,
    endpoint,
    failing,
    real,
    redirecting,
    rows,
    select,
    values,
)

from kg.errors import Place
from kg.serve.federation.allowed import Allowed, Endpoint, Limits
from kg.serve.federation.faults import ServiceError
from kg.serve.federation.relay import Call, Relay

ROWS = rows("http://x/1", "http://x/2")
Maker = Callable[[str], tuple[Path, ssl.SSLContext]]
HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\n".encode()


def ask(fake: Fake | str, allowed: Allowed | None = None, **limits: float) -> list[str | None]:
    """The values of ?x that an endpoint gives."""
    url = fake if isinstance(fake, str) else fake.url
    found = select(
        f"SELECT * {{ SERVICE <{url}> {{ ?x a ex:A }} }}", allowed or allow(fake, **limits)
    )
    return values(found, "x")


def refusal(behaviour: Behaviour, **limits: float) -> str:
    """The English message about an endpoint that behaves so."""
    with endpoint(behaviour) as fake, pytest.raises(ServiceError) as caught:
        ask(fake, allow(fake, **limits))
    return caught.value.text.en.partition(fake.url)[2]


def never(request: Request) -> None:
    """Answer nothing until the client leaves."""
    time.sleep(10)


def dripping(head: bytes) -> Behaviour:
    """Send `head` and then one byte at a time."""

    def behave(request: Request) -> None:
        request.reply(head)
        for _ in range(200):
            request.reply(b" ")
            time.sleep(0.05)

    return behave


@pytest.mark.parametrize(
    "behaviour",
    [
        never,
        dripping(HEAD + b"Content-Length: 1000\r\n\r\n"),
        dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nX-Long:"),
        dripping(b"HTTP/1.1 2"),
    ],
    ids=["never", "body", "chunk", "header", "status"],
)
def test_slow(behaviour: Behaviour) -> None:
    """An endpoint that does not answer or drips is left when its time is over."""
    started = time.monotonic()
    message = refusal(behaviour, timeout=1)
    assert time.monotonic() - started > 0.9
    assert "did not answer in full within 1 seconds" in message


def test_slow_to_read() -> None:
    """An endpoint that accepts and never reads does not keep a large query longer than allowed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/sparql"
        many = " ".join(f"<http://example.org/{number:090}>" for number in range(60_000))
        query = f"SELECT * {{ SERVICE <{url}> {{ VALUES ?x {{ {many} }} }} }}"
        allowed = allow(url, timeout=0.5)
        left = threading.Event()

        def run() -> None:
            relay = Relay([Call(allowed.endpoints[0], False, Place("query", 1, 1))], allowed)
            path = "/" + relay.address(0).split("/", 3)[3]
            assert relay.answer(path, query.encode()) is None
            left.set()
            relay.close()

        threading.Thread(target=run, daemon=True).start()
        assert left.wait(60)


def test_slow_but_silent() -> None:
    """With SILENT an endpoint that never answers costs its time once and gives no rows."""
    with endpoint(never) as fake:
        query = (
            f"SELECT * {{ ?t ex:name ?n FILTER NOT EXISTS {{ SERVICE SILENT <{fake.url}> "
            "{ ?t a ex:A } } }"
        )
        select(query, allow(fake, timeout=1))
    assert len(fake.asked) == 1


def test_too_large() -> None:
    """An answer beyond the limit is refused, by its own bytes or those of all answers together."""
    body = rows(*(f"http://x/{number}" for number in range(2000)))
    message = "too much data: 50000 bytes"
    assert message in refusal(answering(body), max_bytes=50_000)
    with endpoint(answering(body)) as one, endpoint(answering(body)) as two:
        calls = [f"{{ SERVICE <{fake.url}> {{ ?x a ex:A }} }}" for fake in (one, two)]
        limit = len(body) + 10
        query = "SELECT * {{ {} }}"
        assert len(select(query.format(calls[0]), allow(one, two, max_bytes=limit))) == 2000
        with pytest.raises(ServiceError, match="too much data"):
            select(query.format(" ".join(calls)), allow(one, two, max_bytes=limit))


def test_endless() -> None:
    """An answer without end is left as soon as it is too large, not when its time is over."""

    def behave(request: Request) -> None:
        request.reply(HEAD + b"\r\n")
        while True:
            request.reply(b" " * 65536)

    assert "too much data" in refusal(behave, max_bytes=1_000_000, timeout=60)


def bomb() -> bytes:
    """A gigabyte of spaces after compression with gzip, twice nested in size by members."""
    return gzip.compress(b" " * 100_000_000, 9) * 10


@pytest.mark.parametrize("body", [bomb(), gzip.compress(b"") * 100_000], ids=["large", "many"])
def test_gzip_bomb(body: bytes) -> None:
    """A bomb is refused by its decompressed size and takes no memory beyond the limit."""
    tracemalloc.start()
    try:
        message = refusal(answering(body, Content_Encoding="gzip"), max_bytes=1_500_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "too much data" in message
    assert peak < 12_000_000


def test_gzip() -> None:
    """A compressed answer is read, in one member or several."""
    for body in (gzip.compress(ROWS), gzip.compress(ROWS[:20]) + gzip.compress(ROWS[20:])):
        with endpoint(answering(body, Content_Encoding="gzip")) as fake:
            assert ask(fake) == ["http://x/1", "http://x/2"]
    many = rows(*(f"http://x/{number}" for number in range(50_000)))
    with endpoint(answering(gzip.compress(many), Content_Encoding="gzip")) as fake:
        assert len(ask(fake)) == 50_000


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "text/html"},
        {"Content_Type": "text/csv"},
        {"Content_Type": "application/sparql-results+json-not"},
        {"Content_Type": ""},
    ],
)
def test_type(headers: dict[str, str]) -> None:
    """What does not say that it is SPARQL results is not read."""
    assert "does not answer with SPARQL results" in refusal(answering(ROWS, **headers))


def test_type_with_parameters() -> None:
    """The type may have parameters and any case."""
    kind = "Application/SPARQL-Results+JSON; charset=utf-8"
    with endpoint(answering(ROWS, Content_Type=kind)) as fake:
        assert len(ask(fake)) == 2


def deep_triple(levels: int) -> bytes:
    """A result whose value is a triple about a triple about a triple ..."""
    uri = '{"type":"uri","value":"http://a"}'
    start = f'{{"type":"triple","value":{{"subject":{uri},"predicate":{uri},"object":'
    value = start * levels + uri + "}}" * levels
    return f'{{"head":{{"vars":["x"]}},"results":{{"bindings":[{{"x":{value}}}]}}}}'.encode()


def deep_triple_xml(levels: int) -> bytes:
    """The same in XML."""
    uri = "<uri>http://a</uri>"
    start = f"<triple><subject>{uri}</subject><predicate>{uri}</predicate><object>"
    value = start * levels + uri + "</object></triple>" * levels
    return (
        '<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head>'
        f'<results><result><binding name="x">{value}</binding></result></results></sparql>'
    ).encode()


XML = "application/sparql-results+xml"
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
    b'<!ENTITY c SYSTEM "file:///etc/passwd">]>'
    b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head>'
    b'<results><result><binding name="x"><literal>&b;&c;</literal></binding></result></results>'
    b"</sparql>"
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", JSON),
        (b"garbage", JSON),
        (b"\x00\xff" * 1000, JSON),
        (ROWS[:-20], JSON),
        (ROWS + b"{}", JSON),
        (ROWS, XML),
        (b'{"head":{},"boolean":true}', JSON),
        (rows("http://a").replace(b'{"x"', b'{"y"'), JSON),
        (rows("a b"), JSON),
        (b'{"head":{"vars":["x"]},"a":' + b"[" * 500_000, JSON),
        (b"<a>" * 200_000, XML),
        (ENTITIES, XML),
        (deep_triple(40_000), JSON),
        (deep_triple(40_000).replace(b'"triple"', b'"\\u0074riple"'), JSON),
        (deep_triple_xml(40_000), XML),
        (deep_triple_xml(40_000).replace(b"triple>", b"s:triple>"), XML),
    ],
    ids=[
        "empty", "garbage", "zeros", "cut", "more", "other", "boolean", "variable", "iri",
        "deep", "deep-xml", "entities", "triples", "escaped", "triples-xml", "prefixed-xml",
    ],
)  # fmt: skip
def test_garbage(body: bytes, kind: str) -> None:
    """What cannot be read is an error with a reason, never a crash or a part of the rows."""
    message = refusal(answering(body, Content_Type=kind))
    assert any(words in message for words in ("gave a faulty", "triples as values", "yes or no"))


def test_triples_as_values() -> None:
    """A few triples as values, as in RDF 1.2, are taken."""
    with endpoint(answering(deep_triple(3))) as fake:
        query = f"SELECT (SUBJECT(?x) AS ?s) {{ SERVICE <{fake.url}> {{ ?x a ex:A }} }}"
        assert values(select(query, allow(fake)), "s") == ["http://a"]


@pytest.mark.parametrize(
    "behaviour",
    [
        lambda request: request.reply(b""),
        lambda request: request.reply(b"hello\r\n\r\n"),
        lambda request: request.reply(HEAD + b"Content-Length: 9999\r\n\r\n" + ROWS),
        lambda request: request.reply(HEAD + b"Content-Length: x\r\n\r\n" + ROWS),
        lambda request: request.reply(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        lambda request: request.reply(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100_000),
        answering(gzip.compress(ROWS)[:-4], Content_Encoding="gzip"),
        answering(ROWS, Content_Encoding="gzip"),
        answering(ROWS, Content_Encoding="br"),
        answering(ROWS, Content_Encoding="gzip, gzip"),
    ],
)
def test_broken(behaviour: Behaviour) -> None:
    """A reply that ends early or is no HTTP is an error, not a shorter result."""
    message = refusal(behaviour)
    assert "ended the connection" in message or "gave a faulty answer" in message


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503, 204, 206, 300, 304])
def test_status(status: int) -> None:
    """Only status 200 brings rows; others are named, and no credentials are asked for."""
    assert f"answered with status {status}" in refusal(failing(status))


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
        "ftp://127.0.0.1/",
        "//example.org/sparql",
        "http://[::1/",
        "http://[::ffff:7f00:1]/",
        "http://user@{host}/sparql",
        "http://{host}@example.org/",
        "http://{host}\\@example.org/",
        "http://{host}.example.org/",
        "",
        "http://127.0.0.1:99999/",
        "javascript:alert(1)",
        "http://2130706433/",
    ],
)
def test_redirect_to_others(location: str) -> None:
    """A redirect to a place that is not on the list is not followed."""

    def behave(request: Request) -> None:
        redirecting(location.replace("{host}", request.headers["host"]))(request)

    with endpoint(behave) as fake, pytest.raises(ServiceError, match="not on the list") as caught:
        ask(fake)
    assert len(fake.asked) == 1
    assert fake.url in caught.value.text.de


@pytest.mark.parametrize(
    ("status", "method"), [(301, "POST"), (302, "POST"), (307, "POST"), (308, "POST"), (303, "GET")]
)
def test_redirect_to_allowed(status: int, method: str) -> None:
    """A redirect within the list is followed with the query; after 303 a result is fetched."""
    with endpoint(answering(ROWS)) as goal:
        target = goal.url.replace("/sparql", "/other?a=b#c")
        with endpoint(redirecting(target, status)) as fake:
            assert len(ask(fake, allow(fake, goal))) == 2
    (request,) = goal.asked
    assert (request.method, request.path) == (method, "/other?a=b")
    assert bool(request.body) == (method == "POST")
    assert request.headers["host"] == f"127.0.0.1:{goal.port}"


def test_redirect_within_the_server() -> None:
    """A relative redirect stays on the server."""

    def behave(request: Request) -> None:
        (answering(ROWS) if request.path == "/new" else redirecting("/new"))(request)

    with endpoint(behave) as fake:
        assert len(ask(fake)) == 2


def test_redirects_without_end() -> None:
    """At most three redirects are followed."""
    with endpoint(redirecting("/sparql")) as fake:
        with pytest.raises(ServiceError, match="more than 3 times"):
            ask(fake)
        assert len(fake.asked) == 4


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies and passwords of the environment are not used."""
    with endpoint(answering(ROWS)) as fake, endpoint(failing(500)) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert len(ask(fake)) == 2
    assert not proxy.asked


def test_cookies() -> None:
    """A cookie that an endpoint sets is not sent back, not even after a redirect."""

    def behave(request: Request) -> None:
        if request.path == "/new":
            answering(ROWS)(request)
        else:
            request.answer(b"", status=307, Location="/new", Set_Cookie="a=b; Path=/")

    with endpoint(behave) as fake:
        ask(fake)
        ask(fake)
    assert all("cookie" not in request.headers for request in fake.asked)


@pytest.fixture(scope="module")
def certificate(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], tuple[Path, ssl.SSLContext]]:
    """Makes a certificate for a name that is its own authority."""
    folder = tmp_path_factory.mktemp("tls")

    def make(name: str) -> tuple[Path, ssl.SSLContext]:
        key, made = folder / f"{name}.key", folder / f"{name}.pem"
        kind = "IP" if name[0].isdigit() else "DNS"
        command = (
            f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} "
            f"-addext subjectAltName={kind}:{name} -keyout {key} -out {made}"
        )
        subprocess.run(command.split(), check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made, key)
        return made, context

    return make


def test_tls(certificate: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate must be of a known authority and of the name that is asked for."""
    right, right_context = certificate("127.0.0.1")
    wrong, wrong_context = certificate("other.example")
    with endpoint(answering(ROWS), tls=right_context) as fake:
        with pytest.raises(ServiceError, match=r"TLS.*self-signed"):
            ask(fake)
        monkeypatch.setenv("SSL_CERT_FILE", str(right))
        assert len(ask(fake)) == 2
    monkeypatch.setenv("SSL_CERT_FILE", str(wrong))
    with (
        endpoint(answering(ROWS), tls=wrong_context) as fake,
        pytest.raises(ServiceError, match=r"TLS.*mismatch"),
    ):
        ask(fake)


def test_tls_to_a_server_that_has_none() -> None:
    """What does not speak TLS, or says nothing during its handshake, is an error in time."""
    with endpoint(answering(ROWS)) as fake:
        url = fake.url.replace("http:", "https:")
        with pytest.raises(ServiceError, match=r"TLS|connection"):
            ask(url, allow(url))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(ServiceError, match=r"no connection within 0\.4"):
            ask(url, allow(url, timeout=0.4))


def test_nobody_there() -> None:
    """An endpoint that does not run is named with the reason."""
    with endpoint(real()) as fake:
        pass
    with pytest.raises(ServiceError, match="refused"):
        ask(fake)


def test_error_messages_are_json() -> None:
    """What an endpoint says of itself comes into the message in a form that harms nobody."""
    message = refusal(answering(ROWS, Content_Type="a\tb\x1b[31m" + "x" * 500))
    assert "\x1b" not in message
    assert len(json.dumps(message)) < 300


def test_public_only_by_default() -> None:
    """An endpoint on loopback that is not marked private is not asked."""
    with endpoint(answering(ROWS)) as fake:
        allowed = Allowed((Endpoint(fake.url),), Limits(timeout=60))
        with pytest.raises(ServiceError, match="address that is not public"):
            ask(fake, allowed)
    assert not fake.asked
