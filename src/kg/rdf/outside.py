"""What a text would have fetched or blown up when it is parsed is refused before that.

A JSON-LD context that stands elsewhere, and entities of XML that are more than a short name for a
namespace. The parsers fetch nothing themselves; here the fault gets a place and a way to mend it.
"""

from __future__ import annotations

import json
import re

from kg.errors import Place, ReadError, Text
from kg.rdf.formats import Format

LONGEST_ENTITY = 1000
MOST_ENTITIES = 100
MOST_EXPANDED = 1 << 24
"""So many signs all references to entities may become together."""

_CONTEXT = re.compile(r'"@(context|import)"\s*+:\s*+(?=(["\[]))')
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY\b", re.IGNORECASE)
_PLAIN = re.compile(
    r"<!ENTITY\s++(?P<name>[^\s%&;\"'<>]++)\s++"
    r"(?:\"(?P<one>[^\"<>&]*+)\"|'(?P<other>[^'<>&]*+)')\s*+>"
)
_OUTER = re.compile(r"<!DOCTYPE\s[^\[>]{0,2000}?\b(?:SYSTEM|PUBLIC)\b", re.IGNORECASE)


def refuse_outside(text: str, form: Format, shown: str) -> None:
    """Raise ReadError, with the place, when `text` refers to what stands elsewhere or expands.

    `shown` is the name of the text in messages.
    """
    if form.name == "jsonld":
        _refuse_remote_context(text, shown)
    elif form.name == "rdfxml":
        _refuse_entities(text, shown)


def _refuse_remote_context(text: str, shown: str) -> None:
    """Refuse JSON-LD 1.1 sections 3.1 and 4.1.4: contexts by address, also among others."""
    for found in _CONTEXT.finditer(text):
        address = _address(text, found)
        if address is not None:
            name = address if len(address) <= 200 else f"{address[:200]}…"
            raise ReadError(
                Text(
                    de=f"Der Kontext {name} steht an anderer Stelle und wird nicht geholt. "
                    'Schreiben Sie ihn aus: "@context": { … }',
                    en=f"The context {name} stands elsewhere and is not fetched. "
                    'Write it out: "@context": { … }',
                ),
                place=_place(text, found.start(), shown),
            )


def _address(text: str, found: re.Match[str]) -> str | None:
    """Return the address that a context or an import has, None when it has none."""
    try:
        value, _ = json.JSONDecoder().raw_decode(text, found.end())
    except (ValueError, RecursionError):
        return None  # no JSON: the parser says so, with the place
    if found.group(1) == "import" or not isinstance(value, list):
        return value if isinstance(value, str) else None
    return next((each for each in value if isinstance(each, str)), None)


def _refuse_entities(text: str, shown: str) -> None:
    """Refuse all entities of XML 1.0 section 4 but texts without references."""
    outer = _OUTER.search(text)
    if outer:
        raise ReadError(
            Text(
                de="Das Dokument beruft sich auf eine DTD an anderer Stelle; sie wird nicht "
                "geholt. Streichen Sie die Zeile <!DOCTYPE …>.",
                en="The document refers to a DTD elsewhere, which is not fetched. Remove the "
                "line <!DOCTYPE …>.",
            ),
            place=_place(text, outer.start(), shown),
        )
    if not _DOCTYPE.search(text):
        return
    expanded = 0
    for number, start in enumerate(_ENTITY.finditer(text), 1):
        entity = _PLAIN.match(text, start.start())
        value = (entity["one"] or entity["other"] or "") if entity else ""
        if entity is None or len(value) > LONGEST_ENTITY or number > MOST_ENTITIES:
            raise _entity(text, start.start(), shown)
        expanded += len(value) * text.count(f"&{entity['name']};")
        if expanded > MOST_EXPANDED:
            raise _entity(text, start.start(), shown)


def _entity(text: str, offset: int, shown: str) -> ReadError:
    return ReadError(
        Text(
            de="Diese Entity ist nicht erlaubt: Erlaubt sind bis zu "
            f"{MOST_ENTITIES} kurze Texte, etwa Namensräume, die weder auf andere Entities noch "
            "auf Dateien verweisen. Schreiben Sie den Text aus.",
            en="This entity is not allowed: allowed are up to "
            f"{MOST_ENTITIES} short texts, such as namespaces, that refer neither to other "
            "entities nor to files. Write the text out.",
        ),
        place=_place(text, offset, shown),
    )


def _place(text: str, offset: int, shown: str) -> Place:
    start = text.rfind("\n", 0, offset) + 1
    return Place(shown, text.count("\n", 0, offset) + 1, offset - start + 1)
