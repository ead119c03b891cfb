"""Everything works by keyboard: order, visible focus, the skip link, no traps."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.chromium import settle
from tests.browser.conftest import Visiting
from tests.browser.pages import Crawl
from tests.browser.scenes import WALKED

MOST_STEPS = 150
"""Presses of Tab on a page: on longer ones the walk ends before the page does."""
_STOPS = """'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable]'"""
_UNSEEN = (
    """() => {
  const look = element => {
    const style = getComputedStyle(element);
    const clear = /rgba\\(.*, 0\\)|transparent/.test(style.outlineColor);
    const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && !clear;
    return [outline, style.boxShadow, style.borderColor, style.backgroundColor];
  };
  const stops = [...document.querySelectorAll("""
    + _STOPS
    + """)].filter(
      e => e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden' && e.checkVisibility());
  const found = [];
  for (const element of stops) {
    const kin = [element, element.parentElement, element.parentElement.parentElement];
    document.activeElement.blur();
    const before = kin.map(e => String(look(e)));
    element.focus();
    if (document.activeElement !== element) continue;
    const seen = look(element)[0] || kin.some((e, n) => String(look(e)) !== before[n]);
    if (!seen) found.push(element.outerHTML.slice(0, 200));
  }
  return found;
}"""
)
Stop = dict[str, Any]
_HERE = """() => {
  let focused = document.activeElement;
  while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  if (focused === document.body) return null;
  const host = focused.getRootNode().host ?? focused;
  const box = focused.getBoundingClientRect();
  return {
    index: [...document.querySelectorAll('*')].indexOf(host),
    html: focused.outerHTML.slice(0, 160),
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight
      && box.right > 0 && box.left < innerWidth,
    editor: !!focused.closest('.cm-editor'),
  };
}"""


def test_skip_link(visit: Visiting) -> None:
    """The first Tab shows the skip link; Enter puts the focus into the content."""
    with visit() as page:
        page.goto("/")
        page.keyboard.press("Tab")
        link = page.get_by_role("link", name="Zum Inhalt")
        assert link.evaluate("e => e === document.activeElement")
        box = link.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_focus_is_visible(crawled: Crawl, visit: Visiting) -> None:
    """Whatever takes the focus on a page shows it."""
    found: list[str] = []
    with visit() as page:
        for each in crawled.pages.values():
            page.goto(each.path)
            page.keyboard.press("Tab")  # from now on the browser shows the focus
            found += [f"{each.path}: {one}" for one in page.evaluate(_UNSEEN)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", WALKED)
def test_tab_goes_through_the_page(path: str, visit: Visiting) -> None:
    """Tab goes from top to bottom, each time to something else, and that is in view."""
    with visit() as page:
        page.goto(path)
        settle(page)
        stops = walk(page)
    assert len(stops) > 3
    order = [stop["index"] for stop in stops]
    assert order == sorted(set(order))
    assert not [stop["html"] for stop in stops if not stop["inside"]]


def walk(page: Page) -> list[Stop]:
    """Press Tab until the focus has left the page; leave editors as their hint says."""
    stops: list[Stop] = []
    while len(stops) < MOST_STEPS:
        page.keyboard.press("Tab")
        stop = page.evaluate(_HERE)
        if stop is None or (stops and stop["index"] <= stops[0]["index"]):
            break
        stops.append(stop)
        if stop["editor"]:
            page.keyboard.press("Escape")
    return stops
