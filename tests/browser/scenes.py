"""Where a crawl begins, and states of pages that no link leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page
from tests.browser.chromium import settle
from tests.browser.pages import address

BASE = "https://w3id.org/kommunalgraph/"
BIELEFELD = "municipality/05711000"
STARTS = (
    *("/", "/search", f"/doc/{BIELEFELD}", f"/answer/{BIELEFELD}", "/ontology", "/shapes"),
    *("/sparql", "/map", "/network", "/contents", "/documents", "/quality", "/about", "/licence"),
    *("/history", "/contributions", "/explain", "/validate", "/contribute", "/problems"),
    *("/contribute/new/cooperation", "/contribute/new/membership"),
)
"""Pages that are at fixed addresses, whether linked or not."""
WALKED = (
    *("/", "/search?q=Bielefeld", f"/doc/{BIELEFELD}", f"/answer/{BIELEFELD}", "/sparql", "/map"),
    *("/network", "/validate", "/contribute/new/membership"),
)
"""Pages that Tab walks through, step by step."""


@dataclass(frozen=True)
class Scene:
    """A state of a page: an address, the status it has, and what a user does there."""

    name: str
    path: str
    status: int | None = 200
    act: Callable[[Page], None] | None = None

    def play(self, page: Page) -> None:
        """Bring the page into the state."""
        response = page.goto(self.path)
        assert response is not None
        assert self.status in (None, response.status), f"{response.status} for {self.path}"
        if self.act:
            self.act(page)
        settle(page)


def _press(name: str) -> Callable[[Page], None]:
    """Press a button of the content and wait until its answer is there."""

    def press(page: Page) -> None:
        settle(page)
        page.evaluate("document.documentElement.dataset.old = ''")
        with page.expect_response(lambda each: each.request.method == "POST") as answer:
            page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()
        if answer.value.request.is_navigation_request():
            page.locator("html:not([data-old])").wait_for(state="attached")

    return press


def _explained(municipality: str) -> str:
    return address(
        "/explain",
        s=f"{BASE}id/{BIELEFELD}",
        p=f"{BASE}ns#cooperatesWith",
        o=f"{BASE}id/municipality/{municipality}",
    )


def _asked(query: str) -> str:
    return address("/sparql", query=query)


_FACTS = f"CONSTRUCT {{ <{BASE}id/{BIELEFELD}> ?p ?o }} {{ <{BASE}id/{BIELEFELD}> ?p ?o }}"
SCENES = (
    Scene("start-in-english", "/?lang=en"),
    Scene("answer-in-english", f"/answer/{BIELEFELD}?lang=en"),
    Scene("search-typing-error", "/search?q=Bilefeld"),
    Scene("search-nothing", "/search?q=xqzqxqxx"),
    Scene("not-found", "/doc/municipality/00000000", status=404),
    Scene("nowhere", "/nowhere", status=404),
    Scene("doc-of-other", address("/doc", iri="http://www.w3.org/2002/07/owl#Thing")),
    Scene("answer-empty", "/answer/municipality/01001000"),
    Scene("answer-none", "/answer/person/michael-dreier", status=404),
    Scene("answer-filtered", f"/answer/{BIELEFELD}?year=1990"),
    Scene("query-table", _asked("SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 120")),
    Scene("query-empty", _asked("SELECT ?s { ?s a <http://example.org/none> }")),
    Scene("query-yes", _asked("ASK {}")),
    Scene("query-graph", _asked(_FACTS)),
    Scene("query-chart", _asked("SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c LIMIT 12")),
    Scene("query-fault", _asked("SELECT ?a\nWHERE {\n  ?a ?b ;;; }"), status=400),
    Scene("explained", _explained("05754008")),
    Scene("explained-not", _explained("09162000")),
    Scene("explained-fault", address("/explain", s="Bielefeld", p="x", o="y"), status=400),
    Scene("check-sign", "/validate?sample=4-uebung-zeichen", act=_press("Prüfen")),
    Scene("check-values", "/validate?sample=3-uebung-werte", act=_press("Prüfen")),
    Scene("form-empty", "/contribute/new/membership", act=_press("Prüfen")),
    Scene("form-cooperation-empty", "/contribute/new/cooperation", act=_press("Prüfen")),
    Scene("check-good", "/validate?sample=1-regiopolregion-bielefeld", act=_press("Prüfen")),
)
