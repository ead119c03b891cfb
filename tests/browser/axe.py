"""What axe-core says of a page: the rules of WCAG 2.2 A and AA, and its best practice."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page
from tests.browser.needs import module_file

_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN = """options => axe.run(document, options).then(found => found.violations.map(
    ({id, nodes}) => [id, `${nodes.length} times, ${nodes[0].target}: ${nodes[0].failureSummary}`]))
"""


def faults(page: Page) -> dict[str, str]:
    """Return what breaks rules on the page as it is shown now, by rule."""
    if not page.evaluate("'axe' in window"):
        # Through the debugger, which the page's policy does not concern.
        page.evaluate(module_file("axe-core/axe.min.js").read_text(encoding="utf-8") + ";0")
    only = {"type": "tag", "values": _TAGS}
    options: dict[str, Any] = {"runOnly": only, "resultTypes": ["violations"]}
    found: list[tuple[str, str]] = page.evaluate(_RUN, options)
    return {rule: " ".join(text.split()) for rule, text in found}
