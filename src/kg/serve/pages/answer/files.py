"""The files that a page of answers offers, by their suffix, and what they are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType

from kg.serve.pages.answer.choice import Choosing
from kg.serve.pages.answer.csv import as_csv
from kg.serve.pages.answer.markdown import as_markdown
from kg.serve.pages.answer.odt import as_odt
from kg.serve.pages.answer.sheet import Sheet
from kg.serve.pages.visit import Visit

FILES: Mapping[str, Callable[[Visit, Sheet], tuple[bytes, str]]] = MappingProxyType(
    {"odt": as_odt, "csv": as_csv, "md": as_markdown}
)
"""What makes the content and names its media type."""
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe"})
_LONGEST = 60


def file_name(visit: Visit, sheet: Sheet, choosing: Choosing) -> str:
    """Return the name of a file without its suffix: thing, question, choice and date."""
    words = [sheet.label.text, sheet.main.query.file.to(visit.lang), *choosing.words]
    return "-".join([*filter(None, map(_plain, words)), visit.version.built[:10]])


def _plain(text: str) -> str:
    """Return a text in lower-case letters and digits of ASCII, with hyphens between."""
    folded = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    ascii_only = folded.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:_LONGEST].rstrip("-")
