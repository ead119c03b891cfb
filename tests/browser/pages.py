"""The pages of a site, found as a reader finds them: one for each kind of address."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, quote, urldefrag, urljoin, urlsplit

import httpx

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "de"}
MOST = 160
"""More kinds of pages than that mean that `kind_of` tells too many apart."""
TRIED = 3
"""Links of a kind that are followed to see whether they lead anywhere."""
_PASSED_OVER = {"lang", "version", "page", "letter", "region", "topic", "year"}
"""Parameters that narrow what a page shows."""
# Things below one of these have one template, whatever stands between.
_SHORTENED = re.compile(r"^(/doc/(?:code|graph)/)(?:.*/)?")
_EACH = re.compile(r"/contribute/new/[^/]+")


@dataclass(frozen=True)
class Found:
    """A page as the server sent it."""

    path: str
    """Its address below the site, with its parameters."""
    status: int
    html: str
    links: tuple[str, ...]
    """Addresses of the same site that it links to, without fragments."""


@dataclass
class Crawl:
    """What was found from the starts: a page for each kind of address, and links that fail."""

    pages: dict[str, Found] = field(default_factory=dict)
    """By kind."""
    broken: list[str] = field(default_factory=list)
    """Links that lead to an error, with the page that has them."""


def kind_of(path: str) -> str:
    """What an address has in common with others of its template: `/doc/municipality/*`."""
    address = urlsplit(path)
    names = sorted({name for name, _ in parse_qsl(address.query, keep_blank_values=True)})
    folder, _, last = _SHORTENED.sub(r"\1", address.path).rpartition("/")
    stem, dot, suffix = last.rpartition(".")
    if folder and last and not _EACH.fullmatch(address.path):
        last = f"*{dot}{suffix}" if stem and suffix.isalpha() else "*"
    shown = "&".join(name for name in names if name not in _PASSED_OVER)
    return f"{folder}/{last}" + (f"?{shown}" if shown else "")


def crawl(site: str, starts: tuple[str, ...]) -> Crawl:
    """Follow local links from the starts, as far as they lead to pages of a new kind."""
    crawled = Crawl()
    seen: Counter[str] = Counter()
    waiting = deque((start, "the list of pages") for start in starts)
    with httpx.Client(base_url=site, headers=BROWSER, follow_redirects=True, timeout=120) as client:
        while waiting:
            path, source = waiting.popleft()
            if seen[kind_of(path)] >= TRIED:
                continue
            seen[kind_of(path)] += 1
            response = client.get(path)
            if response.status_code >= 400:
                crawled.broken.append(f"{response.status_code}: {path} on {source}")
            if not is_page(response):
                continue
            found = read(response, path)
            if kind_of(found.path) in crawled.pages:
                continue
            crawled.pages[kind_of(found.path)] = found
            waiting.extend((link, found.path) for link in dict.fromkeys(found.links))
            assert len(crawled.pages) <= MOST, f"too many kinds of pages: {sorted(crawled.pages)}"
    return crawled


def is_page(response: httpx.Response) -> bool:
    """Whether an answer is HTML."""
    return str(response.headers.get("content-type", "")).startswith("text/html")


def read(response: httpx.Response, path: str = "") -> Found:
    """Take the page and its local links from an answer, whose redirections were followed."""
    address = str(response.url)
    site = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    parser = _Links()
    parser.feed(response.text)
    base = urljoin(address, parser.base)
    links = dict.fromkeys(urldefrag(urljoin(base, link)).url for link in parser.found)
    local = tuple(link.removeprefix(site) or "/" for link in links if is_below(link, site))
    return Found(address.removeprefix(site) or path, response.status_code, response.text, local)


def is_below(link: str, site: str) -> bool:
    """Whether an address is one of the site."""
    return link == site or link.startswith(f"{site}/")


def address(path: str, **parameters: str) -> str:
    """Put parameters behind a path."""
    shown = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    return f"{path}?{shown}" if shown else path


class _Links(HTMLParser):
    """Collects the targets of links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        target = given.get("href")
        if tag == "a" and target and "download" not in given:
            self.found.append(target)
        elif tag == "base" and target:
            self.base = target
