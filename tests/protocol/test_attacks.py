"""Attacks that once stopped the server for everybody."""

from __future__ import annotations

import time

import pytest

from kg.serve.exchange import Heads
from kg.serve.negotiate import ROWS, choose, coding_of, language
from kg.serve.protocol import FORM, read_post

QUOTES = '\\"' * 500_000


def test_quotes_without_end() -> None:
    """A format or header of a megabyte of escaped quotes is read in linear time."""
    start = time.process_time()
    assert choose(ROWS, "", [QUOTES]) is None
    assert choose(ROWS, QUOTES) is not None
    assert coding_of(QUOTES) is None
    assert language(QUOTES) == "en"
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("header", "expected"),
    [('gzip;x="a,b", zstd;q=0', "gzip"), ('x;a="\\",zstd", gzip', "gzip"), ("gzip, zstd", "zstd")],
)
def test_quotes_with_end(header: str, expected: str) -> None:
    """A comma within quotes parts nothing."""
    assert coding_of(header) == expected


def test_request_line_is_no_header() -> None:
    """After an empty line before a request, its first line is not learnt as one of its headers."""
    heads = Heads()
    request = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n\r\n"
    heads.learn(b"GET", b"\r\n" + request, [(b"host", b"x")])
    assert heads.read(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n" + request) is None
    heads.learn(b"GET", request, [(b"host", b"x")])
    assert heads.read(request) is not None


def test_percent_at_line_end() -> None:
    """A bare percent sign at the end of a line stays, and so does the line end."""
    call = read_post(b"", FORM, b"query=ASK {} # 100 %\n# more")
    assert call.query == "ASK {} # 100 %\n# more"
