"""Files for browsers come compressed, and are kept as long as they are what they were."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import zstandard
from fastapi import FastAPI
from tests.serve.helpers import Client

from kg.serve.static_files import FOR_EVER, Static

TEXT = "// text\n" * 1000


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A folder of files, served."""
    (tmp_path / "page.js").write_text(TEXT)
    (tmp_path / "part-ABCD2345.js").write_text(TEXT)
    (tmp_path / "small.css").write_text("a {}")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG" * 1000)
    app = FastAPI()
    app.mount("/static", Static(tmp_path))
    with Client(app) as client:
        yield client


def get(client: Client, path: str, coding: str = "", **headers: str) -> httpx.Response:
    """The response for a client that takes `coding`."""
    sent = {"Accept-Encoding": coding, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return client.request("GET", f"/static{path}", headers=sent)


def test_coded(client: Client) -> None:
    """A text comes in the coding that the client prefers, and caches are told."""
    plain = get(client, "/page.js", "identity")
    assert plain.text == TEXT
    assert "content-encoding" not in plain.headers
    for asked, coding in (("gzip", "gzip"), ("gzip, br, zstd", "zstd"), ("zstd;q=0, *", "gzip")):
        response = get(client, "/page.js", asked)
        assert response.headers["content-encoding"] == coding
        assert int(response.headers["content-length"]) < 500
        assert response.headers["vary"] == "Accept-Encoding"
        assert response.headers["etag"] != plain.headers["etag"]
        assert response.headers["content-type"] == plain.headers["content-type"]


def test_content(tmp_path: Path) -> None:
    """What was compressed is the file, also after it has changed."""
    path = tmp_path / "page.js"
    files = Static(tmp_path)
    for text in (TEXT, TEXT + "more"):
        path.write_text(text)
        changed = path.stat().st_mtime_ns
        assert gzip.decompress(files._code(path, "gzip", changed)).decode() == text
        coded = files._code(path, "zstd", changed)
        assert zstandard.ZstdDecompressor().decompress(coded).decode() == text
        assert len(files._coded) == 2


@pytest.mark.parametrize("name", ["/small.css", "/picture.png"])
def test_not_coded(client: Client, name: str) -> None:
    """What would not become smaller is sent as it is."""
    assert "content-encoding" not in get(client, name, "gzip").headers


def test_not_modified(client: Client) -> None:
    """A client that has the file in its coding gets it no second time."""
    for coding in ("gzip", "identity"):
        tag = get(client, "/page.js", coding).headers["etag"]
        again = get(client, "/page.js", coding, If_None_Match=tag)
        assert again.status_code == 304
        assert again.headers["etag"] == tag
    assert get(client, "/page.js", "gzip", If_None_Match=tag).status_code == 200


def test_for_ever(client: Client) -> None:
    """Only an address that changes with the content is kept without asking again."""
    assert get(client, "/page.js?0123456789ab", "gzip").headers["cache-control"] == FOR_EVER
    assert get(client, "/part-ABCD2345.js", "gzip").headers["cache-control"] == FOR_EVER
    for path in ("/page.js", "/page.js?v=1"):
        assert "cache-control" not in get(client, path, "gzip").headers


def test_head_and_missing(client: Client) -> None:
    """HEAD has the headers of GET; what is not there is not there."""
    head = client.request("HEAD", "/static/page.js", headers={"Accept-Encoding": "gzip"})
    assert head.headers["content-encoding"] == "gzip"
    assert (
        head.headers["content-length"] == get(client, "/page.js", "gzip").headers["content-length"]
    )
    assert get(client, "/none.js").status_code == 404
    assert get(client, "/../app.py").status_code == 404
