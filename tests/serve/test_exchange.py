"""The short way for usual requests: what it learns, what it reads, and what it leaves alone."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError
from kg.serve.exchange import Asked, Heads
from kg.serve.protocol import Call, _call, _fields, only_query, read_get

GET = b"GET /sparql?query=ASK%7B%7D HTTP/1.1"
HOST = b"Host: example.org\r\n"
QUERY = b"Content-Type: application/sparql-query\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


class Parsed:
    """What the parser that uvicorn has reads in a request."""

    def __init__(self, data: bytes) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        parser = httptools.HttpRequestParser(self)
        parser.feed_data(data)
        self.method: bytes = parser.get_method()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))


def get(headers: bytes = HOST, line: bytes = GET) -> bytes:
    """Return a request without a body."""
    return line + b"\r\n" + headers + b"\r\n"


def post(body: bytes, headers: bytes = HOST + QUERY, target: bytes = b"/sparql") -> bytes:
    """Return a request with a body."""
    length = b"Content-Length: %d\r\n" % len(body)
    return b"POST " + target + b" HTTP/1.1\r\n" + headers + length + b"\r\n" + body


def learnt(*requests: bytes) -> Heads:
    """Return what is known after these requests."""
    heads = Heads()
    for data in requests:
        parsed = Parsed(data)
        heads.learn(parsed.method, data, parsed.headers)
    return heads


def read(heads: Heads, data: bytes) -> Asked:
    """Return the question in a request that the short way takes."""
    asked = heads.read(data)
    assert asked is not None
    return asked


def test_get() -> None:
    """Nothing is believed before it was learnt; then any query with these headers is read."""
    assert Heads().read(get()) is None
    headers = HOST + b"Accept: text/csv\r\nAccept-Language: de\r\n"
    heads = learnt(get(headers))
    other = get(headers, b"GET /sparql?query=SELECT+*%20%7B%7D HTTP/1.1")
    asked = read(heads, other)
    assert asked.question.text == "SELECT * {}"
    assert asked.question.representation.name == "csv"
    assert asked.head.accept_language == "de"
    assert asked.raw == other, "its answer may be found by its bytes"
    assert heads.read(get(headers + b"DNT: 1\r\n")) is None
    assert heads.read(get(headers.replace(b"csv", b"tab-separated-values"))) is None


def test_post() -> None:
    """A body in either form is read; an answer to it is not found by its bytes."""
    heads = learnt(post(b"ASK {}"), post(b"query=ASK+%7B%7D", HOST + FORM))
    assert read(heads, post(b"ASK{ }")).question.text == "ASK{ }"
    form = read(heads, post(b"query=ASK+%7B%7D", HOST + FORM))
    assert (form.question.text, form.raw) == ("ASK {}", None)
    with_graph = post(b"ASK {}", target=b"/sparql?default-graph-uri=urn:g")
    assert read(heads, with_graph).question.default_graphs == ("urn:g",)


def test_all_of_one_header() -> None:
    """Values of a header that comes twice are one list, as for the long way."""
    heads = learnt(get(HOST + b"Accept: image/png\r\nAccept: text/csv\r\n"))
    asked = read(heads, get(HOST + b"Accept: image/png\r\nAccept: text/csv\r\n"))
    assert asked.head.accept == "image/png, text/csv"
    assert asked.question.representation.name == "csv"


@pytest.mark.parametrize(
    "headers",
    [
        HOST + b"X-Unknown: 1\r\n",
        HOST + HOST,
        HOST + b"Expect: 100-continue\r\n",
        HOST + b"Transfer-Encoding: chunked\r\n",
        HOST + b'If-None-Match: "x"\r\n',
        HOST + b"If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n",
        HOST + b"Range: bytes=0-1\r\n",
        HOST + b"Content-Encoding: gzip\r\n",
        HOST + b"User-Agent: " + b"x" * 5000 + b"\r\n",
    ],
)
def test_never_learnt(headers: bytes) -> None:
    """Headers that mean more than the short way understands are left to the long way."""
    data = get(headers)
    heads = Heads()
    given_headers = [
        (name.lower(), value.strip())
        for name, _, value in (line.partition(b":") for line in headers.split(b"\r\n") if line)
    ]
    heads.learn(b"GET", data, given_headers)
    assert heads.read(data) is None


@pytest.mark.parametrize(
    "headers", [HOST, HOST + b"Content-Type: text/plain\r\n", HOST + QUERY + QUERY]
)
def test_never_learnt_by_post(headers: bytes) -> None:
    """A POST request whose body is of no known type, or of two, is left to the long way."""
    data = post(b"ASK {}", headers)
    assert learnt(data).read(data) is None


@pytest.mark.parametrize(
    "data",
    [
        post(b"ASK {}", HOST).replace(b"Content-Length: 6\r\n", b""),
        get(line=b"HEAD /sparql?query=ASK%7B%7D HTTP/1.1"),
        get(line=b"PUT /sparql?query=ASK%7B%7D HTTP/1.1"),
        get(line=b"get /sparql?query=ASK%7B%7D HTTP/1.1"),
        get(line=b"GET /sparql?query=ASK%7B%7D HTTP/1.0"),
        get(line=b"GET /sparql?query=ASK%7B%7D  HTTP/1.1"),
        get(line=b"GET /sparql?query=ASK {} HTTP/1.1"),
        get(line=b"GET /sparql?query=ASK%7B%7D%C3%A4\xc3\xa4 HTTP/1.1"),
        get(line=b"GET /sparql?query=ASK%7B%7D#part HTTP/1.1"),
        get(line=b"GET /sparql?query=ASK\t%7B%7D HTTP/1.1"),
        get(line=b"GET /sparql?query=ASK\x00%7B%7D HTTP/1.1"),
        get(line=b"GET /sparql?query=ASK\x7f%7B%7D HTTP/1.1"),
        get(line=b"GET /sparql?query=ASK%7B%7D\n HTTP/1.1"),
        get(line=b"GET /sparql HTTP/1.1"),
        get(line=b"GET /sparql? HTTP/1.1"),
        get(line=b"GET /sparql?query= HTTP/1.1"),
        get(line=b"GET /sparql/?query=ASK%7B%7D HTTP/1.1"),
        get(line=b"GET /sparqlx?query=ASK%7B%7D HTTP/1.1"),
        get(line=b"GET http://example.org/sparql?query=ASK%7B%7D HTTP/1.1"),
        get(line=b"GET /sparql?query=ASK%7B%7D&query=ASK%7B%7D HTTP/1.1"),
        get(line=b"GET /sparql?update=CLEAR+ALL HTTP/1.1"),
        get(line=b"GET /sparql?query=CLEAR+ALL HTTP/1.1"),
        get(line=b"GET /sparql?query=ASK%7B%7D&format=png HTTP/1.1"),
        get(line=b"GET /sparql?query=ASK%7B%7D&lang=de HTTP/1.1"),
        get(line=b"GET /sparql?query=ASK%7B%FF HTTP/1.1"),
        get() + get(),
        get() + b"x",
        get()[:-1],
        get()[:-4],
        get() + b"\r\n",
        get(HOST + b" folded\r\n"),
        get(HOST.replace(b"\r\n", b"\n")),
        b"",
    ],
)
def test_not_read(data: bytes) -> None:
    """What is not exactly one usual request with headers that are known goes the long way."""
    assert learnt(get()).read(get()) is not None
    assert learnt(get()).read(data) is None


@pytest.mark.parametrize(
    "data",
    [
        post(b"ASK {}").replace(b"ASK {}", b"ASK { }"),
        post(b"ASK {}")[:-1],
        post(b"ASK {}") + get(),
        post(b"ASK {}") + post(b"ASK {}"),
        post(b"ASK {}").replace(b"POST /sparql ", b"GET /sparql?query=ASK%7B%7D "),
        post(b"ASK {}", target=b"/sparqlx"),
        post(b"ASK {}", target=b"/sparql/"),
        post(b"ASK {}", target=b"/sparql?lang=de"),
        post(b"ASK {}", target=b"/sparql?query=ASK%7B%7D"),
        post(b"      "),
        post(b"ASK \xff\xff"),
        post(b"CLEAR "),
    ],
)
def test_not_read_by_post(data: bytes) -> None:
    """Neither is a body of another length, a second request, or what would be a fault."""
    heads = learnt(post(b"ASK {}"))
    assert heads.read(post(b"ASK {}")) is not None
    assert heads.read(data) is None


def test_memory_is_bounded() -> None:
    """Clients that send other headers each time do not fill the memory."""
    heads = Heads()
    for number in range(3000):
        data = get(HOST + b"User-Agent: %d\r\n" % number)
        heads.learn(b"GET", data, Parsed(data).headers)
    assert len(heads._known) <= 1000
    assert heads.read(data) is not None


ENCODINGS = (
    quote,
    quote_plus,
    lambda text: quote(text, safe="/?:@!$'()*,"),
    lambda text: quote(text, safe='= /<>{}"\\^|`[]~'),
    lambda text: quote(text).lower(),
    lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    lambda text: text.replace("%", "%25").replace("&", "%26").replace("+", "%2B"),
)
TEXTS = st.one_of(
    st.text(),
    st.text(alphabet="ASKELCT {}?=+%&;#\n\r\t\ufeffäß🪲\x00"),
    st.sampled_from(["ASK {}", "\ufeffASK {}", "ASK { ?s ?p '50%' }", "CLEAR ALL", " ", ""]),
)


def outcome(raw: bytes, *, fast: bool) -> Call | str:
    """Return the call in a query string, by the general decoder alone or by what is used."""
    try:
        return read_get(raw) if fast else _call(_fields(raw))
    except KgError as error:
        return error.text.en


@given(TEXTS, st.sampled_from(ENCODINGS))
def test_decoders_agree(text: str, encode: object) -> None:
    """A query is the same, however it is encoded and whichever decoder has read it."""
    assert callable(encode)
    raw = b"query=" + str(encode(text)).encode()
    assert outcome(raw, fast=True) == outcome(raw, fast=False)


@given(st.text(alphabet="ab0F%=+&;\n\r\t ä", max_size=40).map(str.encode))
def test_decoders_agree_on_junk(rest: bytes) -> None:
    """What nobody has encoded properly is read alike as well."""
    raw = b"query=ASK" + rest
    assert outcome(raw, fast=True) == outcome(raw, fast=False)


@pytest.mark.parametrize("rest", [b"%\n{}", b"%\r\n{}", b"%\rx\n%Z", b"%%41", b"%", b"%4"])
def test_no_soft_line_breaks(rest: bytes) -> None:
    """A percent sign before the end of a line stands for itself: a form is no mail."""
    raw = b"query=ASK" + rest
    assert outcome(raw, fast=True) == outcome(raw, fast=False)


def test_usual_encodings_are_fast() -> None:
    """What clients send goes to the fast decoder, else the tests above would show nothing."""
    for encode in (quote, quote_plus):
        raw = b"query=" + encode("SELECT * { ?s ?p 'ä=1' }").encode()
        assert only_query(raw) == "SELECT * { ?s ?p 'ä=1' }"
