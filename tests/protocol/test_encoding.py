"""How letters travel: percent-encoding, UTF-8, separators, long queries."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from tests.protocol.served import Served

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
K = quote('ASK { ?s ex:says "Käfer"@de }', safe="")

SAME: list[tuple[str, str, bool]] = [
    ("percent-encoded", K, True),
    ("lower hex", K.replace("%C3%A4", "%c3%a4"), True),
    ("plus for space", K.replace("%20", "+"), True),
    ("plus encoded is a plus", quote("ASK { FILTER(1 + 1 = 2) }", safe=""), True),
    ("plus is a space", "ASK%7BFILTER(1+=+1)%7D", True),
    ("more encoded than needed", "".join(f"%{byte:02X}" for byte in b"ASK {}"), True),
    ("less encoded than needed", "ASK{?s?p'a,b'FILTER(1<2)}".replace("<", "%3C"), True),
    ("line breaks", "ASK%0D%0A%7B%0A%7D", True),
    ("tab", "ASK%09%7B%7D", True),
    ("beyond the plane", quote('ASK { ?s ex:says "🪲"@en }', safe=""), True),
    ("unicode escape", quote(r'ASK { ?s ex:says "K\u00e4fer"@de }', safe=""), True),
    ("long unicode escape", quote(r'ASK { ?s ex:says "\U0001FAB2"@en }', safe=""), True),
    ("decomposed is another", quote('ASK { ?s ex:says "Ka\u0308fer"@de }', safe=""), False),
    ("semicolon is no separator", "ASK%7B?s?p'a';ex:q'b'%7D", False),
    ("semicolon encoded", quote("ASK { ?s ex:in 1 ; ex:in 1 }", safe=""), True),
    ("ampersand encoded", quote("ASK { FILTER(true && true) }", safe=""), True),
    ("equals sign bare", "ASK%7BFILTER(1=1)%7D", True),
    ("hash encoded", quote("ASK {} # a comment & more", safe=""), True),
    ("byte order mark", "%EF%BB%BF" + quote("ASK {}", safe=""), True),
    ("percent sign in a literal", quote('ASK { FILTER("%41" != "A") }', safe=""), True),
    ("white space around", "%20%0A%20ASK%7B%7D%20%0A", True),
]


@pytest.mark.parametrize(("name", "encoded", "expected"), SAME, ids=[row[0] for row in SAME])
def test_spelling(served: Served, name: str, encoded: str, expected: bool) -> None:
    """A query is what its percent-encoding says, in the address and in a form."""
    form = {"Content-Type": FORM}
    for reply in (
        served.request("GET", f"/sparql?query={encoded}"),
        served.request("POST", headers=form, body=f"query={encoded}".encode()),
    ):
        assert reply.status == 200, f"{name}: {reply.text}"
        assert reply.json()["boolean"] is expected


BAD_BYTES = {
    "Latin-1": "ASK%7B?s?p'K%E4fer'%7D",
    "overlong slash": "ASK%7B?s?p'%C0%AF'%7D",
    "overlong NUL": "ASK%7B?s?p'%C0%80'%7D",
    "overlong in three bytes": "ASK%7B?s?p'%E0%80%AF'%7D",
    "surrogate": "ASK%7B?s?p'%ED%A0%80'%7D",
    "surrogate pair": "ASK%7B?s?p'%ED%A0%BD%ED%B8%80'%7D",
    "cut off": "ASK%7B?s?p'%F0%9F%AA'%7D",
    "continuation alone": "ASK%7B?s?p'%80'%7D",
    "beyond Unicode": "ASK%7B?s?p'%F4%90%80%80'%7D",
    "five bytes": "ASK%7B?s?p'%F8%88%80%80%80'%7D",
    "FE FF": "%FE%FFA%00S%00K%00",
}


@pytest.mark.parametrize("name", BAD_BYTES)
def test_not_utf8(served: Served, name: str) -> None:
    """What is not UTF-8 is a 400 that says so, and not mended in silence."""
    form = {"Content-Type": FORM}
    for reply in (
        served.request("GET", f"/sparql?query={BAD_BYTES[name]}"),
        served.request("POST", headers=form, body=f"query={BAD_BYTES[name]}".encode()),
        served.request("GET", f"/sparql?query=ASK%7B%7D&other={BAD_BYTES[name]}"),
    ):
        assert reply.status == 400, reply.text
        assert "UTF-8" in reply.json()["detail"]


ODD: list[tuple[str, str, set[int]]] = [
    ("NUL in a query", "query=ASK%7B%7D%00", {400}),
    ("NUL in a literal", "query=ASK%7B?s?p'a%00b'%7D", {200, 400}),
    ("escaped NUL", r"query=ASK%7B?s?p'a\u0000b'%7D", {200, 400}),
    ("escaped surrogate", r"query=ASK%7B?s?p'\uD800'%7D", {400}),
    ("escaped surrogate pair", r"query=ASK%7B?s?p'\uD83D\uDE00'%7D", {400}),
    ("escape beyond Unicode", r"query=ASK%7B?s?p'\U00110000'%7D", {400}),
    ("percent sign alone", "query=ASK%7B%7D%", {400}),
    ("percent and no hex", "query=ASK%7B%7D%zz", {400}),
    ("percent sign in a comment", "query=ASK%7B%7D%23%zz", {200, 400}),
    ("double encoded", "query=ASK%257B%257D", {400}),
    ("empty parameters", "&&query=ASK%7B%7D&&", {200}),
    ("parameter without name", "=a&query=ASK%7B%7D", {200}),
    ("parameter without value", "a&query=ASK%7B%7D&b=", {200}),
    ("unknown parameters", "a=1&query=ASK%7B%7D&a=2&%C3%A4=%C3%B6", {200}),
    ("name encoded", "%71uery=ASK%7B%7D", {200}),
    ("name with spaces", "query+=ASK%7B%7D", {200, 400}),
    ("question mark in it", "query=ASK%7B%7D?", {400}),
    ("unused byte order mark inside", "query=ASK%EF%BB%BF%7B%7D", {200, 400}),
    ("a thousand parameters", "a=b&" * 900 + "query=ASK%7B%7D", {200}),
    ("ten thousand parameters", "a=b&" * 10_000 + "query=ASK%7B%7D", {200, 400, 414}),
]


@pytest.mark.parametrize(("name", "string", "statuses"), ODD, ids=[row[0] for row in ODD])
def test_odd_parameters(served: Served, name: str, string: str, statuses: set[int]) -> None:
    """Odd parameters are passed over or refused, the same in the address and in a form."""
    form = {"Content-Type": FORM}
    for reply in (
        served.request("GET", f"/sparql?{string}"),
        served.request("POST", headers=form, body=string.encode()),
    ):
        assert reply.status in statuses, f"{name}: {reply.status} {reply.text[:300]}"
        if reply.status != 200:
            assert reply.media_type == "application/problem+json"


CHARSETS: list[tuple[str, int]] = [
    ("charset=utf-8", 200),
    ("charset=UTF-8", 200),
    ('charset="utf-8"', 200),
    ("Charset=utf-8", 200),
    ("charset=utf8", 200),
    ("charset=us-ascii", 200),
    ("version=1.1; charset=utf-8", 200),
    ("", 200),
    ("charset=utf-16", 415),
    ("charset=utf-32", 415),
    ("charset=windows-1252", 415),
    ("charset=nonsense", 415),
]


@pytest.mark.parametrize(("parameter", "status"), CHARSETS)
def test_charset(served: Served, parameter: str, status: int) -> None:
    """UTF-8 in each spelling is taken, everything else refused."""
    for kind, body in ((QUERY, b"ASK {}"), (FORM, b"query=ASK%7B%7D")):
        headers = {"Content-Type": f"{kind}; {parameter}"}
        assert served.request("POST", headers=headers, body=body).status == status


def test_media_type_in_capitals(served: Served) -> None:
    """Media types are the same in letters of either case."""
    for kind, body in ((QUERY.upper(), b"ASK {}"), (FORM.title(), b"query=ASK%7B%7D")):
        assert served.request("POST", headers={"Content-Type": kind}, body=body).status == 200


def test_body_as_it_is(served: Served) -> None:
    """A body is UTF-8 as it is: no plus sign and no percent sign means anything in it."""
    assert served.ask('ASK { ?s ex:says "Käfer"@de FILTER(1+1=2 && "%41" != "A") }').json()[
        "boolean"
    ]
    assert served.ask("\ufeffASK {}").status == 200


def _long(size: int) -> str:
    """A query of about `size` bytes that finds one row."""
    filler = " ".join(f"id:x{number:07}" for number in range(size // 12))
    return f"SELECT ?s {{ VALUES ?s {{ {filler} id:one }} ?s ex:in 1 }}"


@pytest.mark.parametrize("size", [7_000, 60_000, 500_000])
def test_long_query(served: Served, size: int) -> None:
    """Long queries are answered by POST, and by GET or with a 414 that says so."""
    query = _long(size)
    rows = served.ask(query, "text/csv")
    assert (rows.status, rows.text) == (200, "s\r\nhttps://example.org/id/one\r\n")
    form = {"Content-Type": FORM, "Accept": "text/csv"}
    body = f"query={quote(query)}".encode()
    assert served.request("POST", headers=form, body=body).text == rows.text
    got = served.request("GET", f"/sparql?query={quote(query, safe=' :?{}').replace(' ', '+')}")
    assert got.status in ((200,) if size < 60_000 else (200, 414)), got.text
    if got.status == 414:
        assert got.media_type == "application/problem+json"


def test_too_long(served: Served) -> None:
    """A body beyond the limit is a 413 with the limit."""
    reply = served.request(
        "POST", headers={"Content-Type": QUERY}, body=b"ASK {}" + b" " * (9 << 20)
    )
    assert reply.status == 413
    assert reply.json()["limit"] > 0
