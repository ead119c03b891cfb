"""The page at / leads to everything else, in both languages."""

from __future__ import annotations

import html
import re
import shlex

import pytest
from tests.serve.helpers import Client

from kg.publish.versions import Version


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("de", ["davon abgeleitet", "Wie heißen die Käfer &lt;alle&gt;?", "Antwort als Datei"]),
        ("en", ["of them derived", "What are the beetles called, &lt;all&gt; of them?"]),
    ],
)
def test_languages(client: Client, version: Version, lang: str, words: list[str]) -> None:
    """The page is in German or English, by header or by link, and escapes what it shows."""
    by_header = client.get("/", headers={"Accept-Language": f"{lang}, fr;q=0.5"})
    by_link = client.get("/", params={"lang": lang}, headers={"Accept-Language": "fr"})
    for response in (by_header, by_link):
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers["content-language"] == lang
        assert "Accept-Language" in response.headers["vary"]
        page = response.text
        assert f'<html lang="{lang}">' in page
        assert "<h1>Käfer &amp; &lt;Co&gt;</h1>" in page
        assert "<Co>" not in page
        for word in [*words, version.manifest.version]:
            assert word in page


@pytest.mark.parametrize(
    ("accept", "lang"),
    [(None, "de"), ("fr", "de"), ("*", "de"), ("en-GB, de;q=0.8", "en"), ("de, en", "de")],
)
def test_german_comes_first(client: Client, accept: str | None, lang: str) -> None:
    """Pages are German unless English is preferred."""
    headers = {"Accept-Language": accept} if accept else {}
    assert client.get("/", headers=headers).headers["content-language"] == lang


def test_language_goes_along(client: Client) -> None:
    """The language that a link asked for is kept by every link of the page, but for the switch."""
    page = client.get("/?lang=en").text
    links = [html.unescape(link) for link in re.findall(r'<a[^>]* href="([^"#]*)"', page)]
    inner = [link for link in links if not link.startswith("http")]
    assert len(inner) > 10
    assert [link for link in inner if "lang=en" not in link] == ["./?lang=de"]


def test_page_is_self_contained(client: Client) -> None:
    """The page loads nothing from elsewhere and allows only scripts of this server."""
    page = client.get("/").text
    assert not re.search(r'(?:src|<link[^>]*href)="(?:https?:)?//', page)
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", page)
    policy = client.get("/").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_links_of_the_page(client: Client) -> None:
    """Every link and resource of the page is there, and the examples answer."""
    page = client.get("/").text
    links = [html.unescape(link) for link in re.findall(r'(?:href|src)="([^"#][^"]*)"', page)]
    assert sum(link.startswith("sparql?query=") for link in links) >= 4
    for link in links:
        response = client.get(f"/{link}", headers={"Accept": "text/html, */*;q=0.8"})
        assert response.status_code == 200, link
    names = next(link for link in links if link.endswith("format=csv"))
    assert "Hirschkäfer" in client.get(f"/{names}").content.decode()


def test_curl_of_the_page(client: Client) -> None:
    """The command on the page names the endpoint and, sent as printed, is answered."""
    page = html.unescape(client.get("/").text)
    match = re.search(r"<code>(curl .*?)</code>", page, re.DOTALL)
    assert match
    words = shlex.split(match.group(1).replace("\\\n", ""))
    assert words[0] == "curl"
    query = words[words.index("--data-urlencode") + 1].removeprefix("query=")
    assert words[-1] == "http://testserver/sparql"
    response = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    assert response.text.startswith("type,count")


def test_fresh(client: Client) -> None:
    """Who has the page is told so; another language is another page."""
    first = client.get("/?lang=de")
    again = {"If-None-Match": first.headers["etag"]}
    assert client.get("/?lang=de", headers=again).status_code == 304
    assert client.get("/?lang=en", headers=again).status_code == 200
