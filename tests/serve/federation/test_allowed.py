"""The table [service] of kg.toml says who may be asked; what is wrong in it is an error."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from kg.errors import ProjectError
from kg.serve.federation.allowed import Allowed, Endpoint, Limits, read_allowed


def read(text: str) -> Allowed:
    """Read TOML."""
    return read_allowed(tomllib.loads(text))


def test_default() -> None:
    """Without a table nobody may be asked."""
    assert read("") == Allowed((), Limits(timeout=20.0, max_bytes=10_000_000, requests=10))


def test_whole() -> None:
    """Endpoints are addresses or tables; limits are numbers."""
    found = read("""
        endpoints = [
          "https://query.wikidata.org/sparql",
          { url = "http://localhost:7200/repositories/x?y=z", private = true },
        ]
        timeout = 2.5
        max_bytes = 1000
        requests = 3
    """)
    wikidata = Endpoint("https://query.wikidata.org/sparql")
    own = Endpoint("http://localhost:7200/repositories/x?y=z", private=True)
    assert found == Allowed((wikidata, own), Limits(2.5, 1000, 3))
    assert wikidata.origin == ("https", "query.wikidata.org", 443)
    assert own.origin == ("http", "localhost", 7200)
    assert found.endpoint("https://query.wikidata.org/sparql") == wikidata
    assert found.endpoint("https://query.wikidata.org/sparql/") is None


@pytest.mark.parametrize(
    "text",
    [
        'endpoints = "https://example.org/"',
        "endpoints = [1]",
        "endpoints = [{private = true}]",
        'endpoints = [{url = "https://example.org/", privat = true}]',
        'endpoints = [{url = "https://example.org/", private = "yes"}]',
        'endpoints = ["ftp://example.org/"]',
        'endpoints = ["file:///etc/passwd"]',
        'endpoints = ["example.org/sparql"]',
        'endpoints = ["https:///sparql"]',
        'endpoints = ["https://user:secret@example.org/"]',
        'endpoints = ["https://example.org/#x"]',
        'endpoints = ["https://example.org/a b"]',
        'endpoints = ["https://example.org/\\n"]',
        'endpoints = ["https://exämple.org/"]',
        'endpoints = ["https://example.org:99999/"]',
        'endpoints = ["https://[::1/"]',
        'endpoints = [""]',
        "timeout = 0",
        "timeout = -1",
        "timeout = inf",
        "timeout = nan",
        'timeout = "20"',
        "timeout = true",
        "max_bytes = 1.5",
        "requests = 0",
        "redirects = 3",
    ],
)
def test_wrong(text: str) -> None:
    """What is not of its form, or would be heeded by nobody, is named in both languages."""
    with pytest.raises(ProjectError) as caught:
        read(text)
    name = text.split(" ", maxsplit=1)[0]
    assert f"service.{name}" in caught.value.text.de
    assert f"service.{name}" in caught.value.text.en


@pytest.mark.parametrize("raw", [{"endpoints": None}, {"timeout": None}, {"requests": []}])
def test_wrong_types(raw: dict[str, Any]) -> None:
    """A table made by a program may hold anything."""
    with pytest.raises(ProjectError):
        read_allowed(raw)
