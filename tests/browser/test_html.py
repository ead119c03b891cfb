"""Every page validates as HTML, without a warning, as the server sends it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, Response
from tests.browser import validator
from tests.browser.chromium import Manner
from tests.browser.conftest import Visiting
from tests.browser.pages import Crawl
from tests.browser.scenes import SCENES, Scene


def test_documents(crawled: Crawl, visit: Visiting, tmp_path: Path) -> None:
    """The validator finds neither errors nor things to warn of."""
    documents = {found.path: found.html for found in crawled.pages.values()}
    for scene in SCENES:
        with visit(Manner(javascript=False)) as page:
            documents[scene.name] = document_of(page, scene)
    found = validator.faults(documents, tmp_path)
    assert not found, "\n".join(found)


def document_of(page: Page, scene: Scene) -> str:
    """Play a scene and return the page as it was sent in the end."""
    sent: list[Response] = []

    def keep(response: Response) -> None:
        sent.append(response)

    page.on("response", keep)
    scene.play(page)
    return [each for each in sent if each.request.resource_type == "document"][-1].text()
