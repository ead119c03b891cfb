"""How much JavaScript a page takes over the line; none is needed to read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Response
from tests.browser.chromium import settle
from tests.browser.conftest import Visiting

KB = 1000
LIMITS = {"/sparql": 200 * KB, "/map": 60 * KB}
"""By page, in bytes as they are transferred."""


@pytest.mark.parametrize("path", LIMITS)
def test_javascript_of_a_page(path: str, visit: Visiting) -> None:
    """Editor and map stay within their limits, with all that they load until they rest."""
    scripts: list[Response] = []

    def keep(response: Response) -> None:
        kind = response.headers.get("content-type", "")
        if "javascript" in kind:
            scripts.append(response)

    with visit() as page:
        page.on("response", keep)
        page.goto(path)
        settle(page)
        sizes = {each.url: each.request.sizes()["responseBodySize"] for each in scripts}
        assert {each.headers.get("content-encoding") for each in scripts} <= {"gzip", "br", "zstd"}
    assert sizes, "the page has no script: the bundles are not built"
    assert sum(sizes.values()) <= LIMITS[path], sizes
