"""Pictures of all pages, for people to look at.

    KG_SHOTS=folder KG_BROWSER_SITE=http://127.0.0.1:8000 python -m tests.browser.shots [path ...]

writes one PNG for each page and look; without paths, of a page of each kind and of all scenes.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from playwright.sync_api import Browser
from tests.browser import needs
from tests.browser.chromium import PHONE, WIDTH, Manner, chromium, visiting
from tests.browser.pages import crawl
from tests.browser.scenes import SCENES, STARTS, Scene

WIDE = 2560
LOOKS = {
    str(PHONE): Manner(width=PHONE),
    str(WIDTH): Manner(width=WIDTH),
    str(WIDE): Manner(width=WIDE),
    "dark": Manner(scheme="dark"),
    "dark-phone": Manner(width=PHONE, scheme="dark"),
    "english": Manner(lang="en"),
}
TALLEST = 6000
"""Of a picture, in CSS pixels: longer pages are cut."""


def main(paths: list[str]) -> None:
    """Write the pictures; faults of a page are told, not raised."""
    folder, site = Path(os.environ["KG_SHOTS"]), os.environ["KG_BROWSER_SITE"].rstrip("/")
    folder.mkdir(parents=True, exist_ok=True)
    scenes = [Scene(name_of(path), path, status=None) for path in paths]
    if not scenes:
        found = crawl(site, STARTS).pages.values()
        scenes = [Scene(name_of(each.path), each.path, status=None) for each in found]
        scenes += SCENES
    with chromium(needs.chromium()) as browser:
        for scene in scenes:
            for look, manner in LOOKS.items():
                try:
                    take(browser, site, scene, manner, folder / f"{scene.name}.{look}.png")
                except Exception as fault:  # noqa: BLE001 - the other pictures are wanted
                    print(f"{scene.path} ({look}): {fault}", *getattr(fault, "__notes__", ()))


def take(browser: Browser, site: str, scene: Scene, manner: Manner, target: Path) -> None:
    """Write one picture."""
    with visiting(browser, site, manner) as page:
        scene.play(page)
        page.wait_for_load_state("networkidle")
        height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        page.set_viewport_size({"width": manner.width, "height": max(height, 600)})
        page.screenshot(path=target)


def name_of(path: str) -> str:
    """A file name for the picture of an address."""
    return re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-")[:80] or "home"


if __name__ == "__main__":
    main(sys.argv[1:])
