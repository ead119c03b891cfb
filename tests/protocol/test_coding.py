"""Compressed answers: which coding comes, and that the letters stay the same."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from tests.protocol.served import Served

LARGE = "SELECT ?s ?o { ?s ex:next ?o } ORDER BY ?s LIMIT 500"
SMALL = "ASK {}"
JSON = "application/sparql-results+json"


def from_zstd(data: bytes) -> bytes:
    """Decompress; skips where no library for it is installed."""
    zstandard = pytest.importorskip("zstandard", reason="there is no zstandard to read it with")
    plain: bytes = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return plain


def unchanged(data: bytes) -> bytes:
    """Return what is not compressed."""
    return data


READERS: dict[str, Callable[[bytes], bytes]] = {
    "": unchanged,
    "identity": unchanged,
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "zstd": from_zstd,
}

CODINGS: list[tuple[str | None, set[str]]] = [
    (None, {""}),
    ("", {"", "identity"}),
    ("identity", {"", "identity"}),
    ("gzip", {"gzip"}),
    ("GZIP", {"gzip"}),
    ("x-gzip", {"", "gzip"}),
    ("zstd", {"zstd"}),
    ("gzip, deflate", {"gzip"}),
    ("gzip, deflate, br, zstd", {"zstd", "gzip"}),
    ("br", {""}),
    ("nonsense", {""}),
    ("gzip;q=0", {""}),
    ("gzip;q=0, zstd;q=0", {""}),
    ("gzip;q=0, *", {"", "zstd"}),
    ("gzip;q=0.1, zstd;q=0.9", {"zstd"}),
    ("gzip;q=0.9, zstd;q=0.1", {"gzip"}),
    ("gzip;q=0.001", {"gzip", ""}),
    ("identity;q=0.5, gzip;q=1.0", {"gzip"}),
    ("identity, gzip;q=0.5", {"", "gzip"}),
    ("identity;q=0, gzip", {"gzip"}),
    ("*", {"", "gzip", "zstd"}),
    ("*;q=0, gzip", {"gzip"}),
    ("gzip;q=abc", {"", "gzip"}),
    ("gzip;;;", {"", "gzip"}),
]
NOTHING = ["identity;q=0", "*;q=0", "identity;q=0, br"]


@pytest.mark.parametrize(("accepted", "codings"), CODINGS)
def test_coding(served: Served, accepted: str | None, codings: set[str]) -> None:
    """The coding is one that the client takes, and unpacked the answer is the same."""
    plain = served.get(LARGE, JSON)
    headers = {"Accept": JSON}
    if accepted is not None:
        headers["Accept-Encoding"] = accepted
    for method, target, body in (
        ("GET", f"/sparql?query={quote(LARGE)}", None),
        ("POST", "/sparql", LARGE.encode()),
    ):
        kind = {"Content-Type": "application/sparql-query"} if body else {}
        reply = served.request(method, target, headers={**headers, **kind}, body=body)
        coding = reply.headers.get("content-encoding", "")
        assert coding in codings
        assert READERS[coding](reply.body) == plain.body
        assert "accept-encoding" in reply.headers["vary"].lower()


@pytest.mark.parametrize("accepted", NOTHING)
def test_no_coding_possible(served: Served, accepted: str) -> None:
    """Who takes neither the plain answer nor a coding of ours gets a 406, or the plain answer."""
    reply = served.ask(LARGE, JSON, Accept_Encoding=accepted)
    assert reply.status in (200, 406, 415)
    if reply.status == 200:
        assert "content-encoding" not in reply.headers


@pytest.mark.parametrize("accept", ["text/csv", "application/sparql-results+xml", "text/turtle"])
def test_every_format(served: Served, accept: str) -> None:
    """Each format is compressed."""
    query = "CONSTRUCT { ?s ex:next ?o } WHERE { ?s ex:next ?o }" if "turtle" in accept else LARGE
    reply = served.ask(query, accept, Accept_Encoding="gzip")
    assert reply.headers["content-encoding"] == "gzip"
    assert len(gzip.decompress(reply.body)) > 3 * len(reply.body)


def test_tags_of_codings(served: Served) -> None:
    """A compressed answer has a tag of its own, or a weak one; both are known again."""
    target = "/sparql?query=SELECT%20%2A%20%7B%3Fs%20ex%3Anext%20%3Fo%7D%20LIMIT%20500"
    tags = {}
    for accepted in ("identity", "gzip"):
        headers = {"Accept": JSON, "Accept-Encoding": accepted}
        tag = served.request("GET", target, headers=headers).headers["etag"]
        tags[accepted] = tag
        again = served.request("GET", target, headers={**headers, "If-None-Match": tag})
        assert again.status == 304
    assert tags["gzip"] != tags["identity"] or tags["gzip"].startswith("W/")


def test_head_of_compressed(served: Served) -> None:
    """HEAD says the coding that GET has."""
    target = "/sparql?query=SELECT%20%2A%20%7B%3Fs%20ex%3Anext%20%3Fo%7D%20LIMIT%20500"
    headers = {"Accept": JSON, "Accept-Encoding": "gzip"}
    head = served.request("HEAD", target, headers=headers)
    assert head.headers["content-encoding"] == "gzip"
    assert head.body == b""


def test_faults_are_readable(served: Served) -> None:
    """A fault is readable for whoever takes gzip."""
    reply = served.ask("ASK {", Accept_Encoding="gzip")
    assert reply.status == 400
    body = READERS[reply.headers.get("content-encoding", "")](reply.body)
    assert b"query-syntax" in body
