"""The site that the browser visits, the browser, and what the pages are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.browser import needs
from tests.browser.chromium import Manner, chromium, visiting
from tests.browser.pages import Crawl, crawl
from tests.browser.scenes import STARTS
from tests.protocol.served import serving

Visiting = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser; without it the tests are skipped, or fail where it is required."""
    return needs.chromium()


@pytest.fixture(scope="session")
def site(
    chromium_path: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the project of this repository as `kg serve` offers it.

    `KG_BROWSER_SITE` names one that is served already.
    """
    running = os.environ.get("KG_BROWSER_SITE")
    if running:
        yield running.rstrip("/")
        return
    root: Path = request.getfixturevalue("published_project")
    with serving(root, tmp_path_factory.mktemp("browser") / "log") as served:
        yield served.url


@pytest.fixture(scope="session")
def crawled(site: str) -> Crawl:
    """A page for each kind of address of the site."""
    return crawl(site, STARTS)


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Chromium for the tests of one module: other tests need the thread's event loop."""
    with chromium(chromium_path) as running:
        yield running


@pytest.fixture
def visit(browser: Browser, site: str) -> Visiting:
    """Open a page in a manner of looking at it; faults on it fail the test."""

    def open_page(manner: Manner | None = None) -> AbstractContextManager[Page]:
        return visiting(browser, site, manner)

    return open_page
