"""What browsers run is bundled when the package is installed; without it all pages are plain."""

from __future__ import annotations

import json
from pathlib import Path

from kg.errors import Text

BUILT = Path(__file__).with_name("static") / "built"
ENTRIES = ("editor.js", "check.js", "map.js", "network.js", "live.js")
_REASONS = {
    "skipped": Text(de="KG_UI=skip hat es so bestimmt", en="KG_UI=skip said so"),
    "no-node": Text(de="Node.js ab Version 20 fehlt", en="there is no Node.js from version 20 on"),
    "failed": Text(de="npm ist gescheitert", en="npm failed"),
}
_UNKNOWN = Text(de="sie wurden nicht gebaut", en="they were not built")


def missing_bundles(folder: Path = BUILT) -> Text | None:
    """Return in a line why there are no bundles and how to get them, None if they are there."""
    missing = [name for name in ENTRIES if not (folder / name).is_file()]
    word = folder / "MISSING"
    if not missing and not word.is_file():
        return None
    reason = _reason(word)
    state = Text("fehlen", "are missing") if missing else Text("sind alt", "are old")
    return Text(
        de=f"Editor, Karte, Netz und Sofortsuche {state.de} ({reason.de}); die Seiten gehen auch "
        "ohne. Mit Node.js ab Version 20 und Netz: make ui",
        en=f"Editor, map, network and instant search {state.en} ({reason.en}); the pages work "
        "without. With Node.js from version 20 on and a network: make ui",
    )


def _reason(word: Path) -> Text:
    """Return why the last build made none; its last line tells of a program that failed."""
    try:
        said = json.loads(word.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return _UNKNOWN
    reason = _REASONS.get(said.get("reason"), _UNKNOWN)
    lines = [line for line in str(said.get("detail", "")).splitlines() if "error" in line.lower()]
    if not lines:
        return reason
    detail = lines[0].strip()[:160]
    return Text(de=f"{reason.de}: {detail}", en=f"{reason.en}: {detail}")
