"""axe-core finds nothing: on every page, light and dark, on a telephone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from tests.browser import axe
from tests.browser.chromium import PHONE, WIDTH
from tests.browser.conftest import Visiting
from tests.browser.pages import Crawl
from tests.browser.scenes import SCENES, Scene

PARTS = 4
"""Of the pages: so several workers share them."""
_BEYOND = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return '';
  const wide = [...document.querySelectorAll('body *')].filter(
      e => e.getBoundingClientRect().right > width + 1 && !e.closest('.scroll, pre'));
  return wide.slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(' | ');
}"""


@pytest.mark.parametrize("part", range(PARTS))
def test_pages(part: int, crawled: Crawl, visit: Visiting) -> None:
    """A page of every kind is free of violations in all looks."""
    found: list[str] = []
    with visit() as page:
        for path in sorted(each.path for each in crawled.pages.values())[part::PARTS]:
            page.goto(path)
            found += [f"{path}: {each}" for each in looks(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: str(scene.name))
def test_scenes(scene: Scene, visit: Visiting) -> None:
    """So are results, faults and forms that came back."""
    with visit() as page:
        scene.play(page)
        found = looks(page)
    assert not found, "\n".join(found)


def looks(page: Page) -> list[str]:
    """Return the violations, light on a screen and dark on a telephone; each rule once.

    The page is left as it was: light and wide.
    """
    found = {rule: f"light: {text}" for rule, text in axe.faults(page).items()}
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": PHONE, "height": 844})
    for rule, text in axe.faults(page).items():
        found.setdefault(rule, f"dark, {PHONE} px: {text}")
    beyond = page.evaluate(_BEYOND)
    if beyond:
        found["width"] = f"{PHONE} px: wider than the screen: {beyond}"
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": WIDTH, "height": 900})
    return [f"{rule}: {text}" for rule, text in found.items()]
