"""Labels, comments and addresses full of markup: every page shows them as text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.chromium import Manner, visiting
from tests.browser.hostile_project import ATTACKS, BASE, SCHEMES, WORD, write_project
from tests.browser.pages import address, crawl
from tests.protocol.served import serving

from kg.publish.build import build

_THINGS = {key: f"/doc/thing/{key}" for key in ATTACKS}
_STATEMENT = {
    "s": f"{BASE}id/thing/script",
    "p": f"{BASE}ns#next",
    "o": f"{BASE}id/thing/formula",
}
_STARTS = (
    *("/", "/contents", "/documents", "/quality", "/history", "/about", "/ontology", "/shapes"),
    *("/map", "/network", "/validate", "/contribute", "/doc/document/source", "/doc/graph/traps"),
    *(address("/search", q=each) for each in (WORD, *ATTACKS.values())),
    address("/sparql", query="SELECT * { ?s ?p ?o } LIMIT 500"),
    address("/sparql", query="CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 500"),
    address("/sparql", query=f"SELECT {ATTACKS['end']}"),
    address("/explain", **_STATEMENT),
    address("/explain", **{**_STATEMENT, "o": ATTACKS["end"]}),
    address("/doc", iri=ATTACKS["attribute"]),
    *(address("/doc", iri=scheme) for scheme in SCHEMES),
    f"/nowhere/{ATTACKS['quote']}",
)
_TAKEN = r"""() => {
  const found = [];
  if ('taken' in window) found.push(`a script ran: ${window.taken}`);
  const shown = element => element.outerHTML.slice(0, 300);
  for (const element of document.querySelectorAll('*')) {
    for (const {name, value} of element.attributes) {
      if (name.startsWith('on')) found.push(`handler ${name}: ${shown(element)}`);
      if (!['href', 'src', 'action', 'formaction', 'data', 'xlink:href', 'hx-get'].includes(name))
        continue;
      const scheme = new URL(value, document.baseURI).protocol;
      if (!['http:', 'https:', 'blob:'].includes(scheme)
          && !(element.localName === 'img' && value.startsWith('data:image/')))
        found.push(`scheme ${scheme} ${shown(element)}`);
    }
  }
  for (const image of document.querySelectorAll('img[src="x"], svg[onload]'))
    found.push(`element: ${shown(image)}`);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (!/[\u202a-\u202e\u2066-\u2069]/.test(text.data)) continue;
    let element = text.parentElement, kept = false;
    if (['SCRIPT', 'TITLE', 'TEXTAREA', 'OPTION'].includes(element.tagName)) continue;
    for (; element && !kept; element = element.parentElement) {
      const style = getComputedStyle(element);
      kept = /isolate|plaintext/.test(style.unicodeBidi);
      if (!style.display.startsWith('inline')) {
        kept ||= element.textContent.trim() === text.data.trim();
        break;
      }
    }
    if (!kept) found.push(`direction is not kept in: ${shown(text.parentElement)}`);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def hostile(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the project of attacks."""
    project = write_project(tmp_path_factory.mktemp("hostile"))
    built = build(project)
    assert built.path is not None, built.report
    with serving(project.root, tmp_path_factory.mktemp("log") / "log") as served:
        yield served.url


@pytest.fixture
def page(browser: Browser, hostile: str) -> Iterator[Page]:
    """A page on that project; dialogs are what a script opens."""
    with visiting(browser, hostile) as opened:
        opened.on("dialog", lambda dialog: dialog.dismiss())
        yield opened


def test_the_check_sees_what_it_looks_for(browser: Browser) -> None:
    """On a page that puts the texts in as they are, each attack of a browser is found."""
    links = "".join(f'<a href="{scheme}">x</a>' for scheme in SCHEMES)
    attribute = f'<input value="{ATTACKS["attribute"]}">'
    body = f"{ATTACKS['script']}{attribute}{ATTACKS['end']}<b>{ATTACKS['direction']}</b> x {links}"
    page = browser.new_page()
    page.set_content(body)
    found = "\n".join(page.evaluate(_TAKEN))
    page.close()
    for each in ("script ran", "handler onfocus", "handler onload", "direction", "javascript:"):
        assert each in found


def test_no_page_is_taken(hostile: str, page: Page) -> None:
    """No script of a text runs, no handler or bad scheme gets into a page, no text turns others."""
    crawled = crawl(hostile, (*_STARTS, *_THINGS.values()))
    paths = dict.fromkeys((*_STARTS, *_THINGS.values(), *(f.path for f in crawled.pages.values())))
    found: list[str] = []
    for path in paths:
        page.goto(path)
        found += [f"{path}: {each}" for each in page.evaluate(_TAKEN)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("key", ATTACKS)
def test_label_is_shown_as_it_is(key: str, page: Page) -> None:
    """The page of a thing has its label as heading and all that is said of it as text."""
    page.goto(_THINGS[key])
    assert _words(ATTACKS[key]) in _words(page.locator("h1").inner_text())
    shown = _words(page.locator("main").inner_text())
    assert not [text for text in ATTACKS.values() if _words(text) not in shown]


def test_without_javascript_too(browser: Browser, hostile: str) -> None:
    """A search for markup has it in its field, its title and its results, as text."""
    with visiting(browser, hostile, Manner(javascript=False)) as page:
        page.goto(address("/search", q=ATTACKS["end"]))
        field = page.locator("main").get_by_role("searchbox")
        assert field.input_value() == ATTACKS["end"]
        assert page.locator("svg[onload]").count() == 0


def _words(text: str) -> str:
    return " ".join(text.split())
