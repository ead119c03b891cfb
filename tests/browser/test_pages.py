"""What holds for every page, whatever it is about."""

from __future__ import annotations

from tests.browser.conftest import Visiting
from tests.browser.pages import Crawl


def test_every_page_loads_without_a_fault(crawled: Crawl, visit: Visiting) -> None:
    """No page logs an error, breaks its policy, asks another host or misses a file.

    Nor does it when it comes from the browser's cache, after the server said 304.
    """
    with visit() as page:
        for found in crawled.pages.values():
            page.goto(found.path)
            page.reload()


def test_no_link_leads_nowhere(crawled: Crawl) -> None:
    """A link of each kind was followed on each page: it leads to what is there."""
    assert not crawled.broken, "\n".join(crawled.broken)


def test_all_fixed_pages_are_found(crawled: Crawl) -> None:
    """The crawl has seen what the tests are about."""
    wanted = {"/", "/search?q", "/doc/municipality/*", "/answer/municipality/*", "/sparql"}
    wanted |= {"/map", "/network", "/validate", "/contribute/new/membership", "/ontology"}
    assert wanted <= set(crawled.pages)
