"""Chromium as the tests drive it: contexts whose pages report everything that went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing leaves the machine, also if a page asks for it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_RUNS_SCRIPTS = """() => {
  const parsed = document.createElement("div")
  parsed.innerHTML = "<noscript><i></i></noscript>"
  return parsed.querySelector("i") === null
}"""
PATIENCE = 120_000
"""How long an element may take to come on a slow machine, in milliseconds."""
WIDTH = 1200
PHONE = 390
"""The width of a small telephone, in CSS pixels."""
_OWN_SCHEMES = ("data", "blob", "about", "chrome-error")
_ASSETS = ("script", "stylesheet", "image", "font")


@dataclass(frozen=True)
class Manner:
    """How somebody looks at the pages."""

    lang: Literal["de", "en"] = "de"
    width: int = WIDTH
    scheme: Literal["light", "dark"] = "light"
    javascript: bool = True

    @property
    def locale(self) -> str:
        """What the browser says of its user."""
        return {"de": "de-DE", "en": "en-GB"}[self.lang]


@dataclass
class Faults:
    """What went wrong on the pages of a context: a test that leaves one has failed."""

    host: str
    found: list[str] = field(default_factory=list)
    """Each kind once, with the place where it was seen first."""

    def watch(self, context: BrowserContext) -> None:
        """Listen to all pages of a context."""
        context.on("request", self._requested)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda fault: self._add("page error", str(fault.error)))

    def _add(self, kind: str, text: str, place: str = "") -> None:
        said = f"{kind}: {text}"
        if not any(each.startswith(said) for each in self.found):
            self.found.append(f"{said} {place}".strip())

    def _requested(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in _OWN_SCHEMES and address.netloc != self.host:
            self._add("request to another host", request.url)

    def _answered(self, response: Response) -> None:
        refused = response.status >= 400 and response.request.resource_type in _ASSETS
        if response.status >= 500 or refused:
            self._add(str(response.status), f"{response.request.method} {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        # That an answer was 4xx is for the test, which may have asked for it, or for _answered.
        loaded = "Failed to load resource: the server responded with a status of" in message.text
        if message.type == "error" and not loaded:
            place = message.location
            where = f"({place['url']}:{place['lineNumber']}:{place['columnNumber']})"
            self._add("console", message.text, where)


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """Run the browser; to be ended soon: its loop runs in this thread and keeps out others."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=PATIENCE)
        yield browser
        browser.close()


def settle(page: Page) -> None:
    """Wait until a page has loaded, and its scripts, if any run, did what they do by themselves."""
    page.wait_for_load_state("networkidle")
    if page.evaluate(_RUNS_SCRIPTS):  # else nothing that is promised there is ever kept
        page.evaluate(
            "() => new Promise(done => requestIdleCallback(() => done(), {timeout: 1000}))"
        )


@contextmanager
def visiting(browser: Browser, site: str, manner: Manner | None = None) -> Iterator[Page]:
    """Open an empty page with `site` as the address of its links; fail on faults at the end."""
    manner = manner or Manner()
    faults = Faults(urlsplit(site).netloc)
    context = browser.new_context(
        base_url=site,
        locale=manner.locale,
        viewport={"width": manner.width, "height": 900},
        color_scheme=manner.scheme,
        java_script_enabled=manner.javascript,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE)
    faults.watch(context)
    try:
        yield context.new_page()
    except Error as error:
        for each in faults.found:
            error.add_note(each)
        raise
    finally:
        context.close()
    assert not faults.found, "\n".join(faults.found)
