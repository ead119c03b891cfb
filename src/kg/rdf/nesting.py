"""How deep a text is nested: parsers that call themselves for each level end the process.

Oxigraph's parser of JSON-LD has no bound, and those of Turtle and RDF/XML take a time that grows
with the square of the depth.
"""

from __future__ import annotations

import re

from kg.errors import Place, ReadError, Text
from kg.rdf.formats import Format
from kg.rdf.turtle_scan import Lines

DEEPEST = 500
"""So many levels are more than anybody writes."""
_JSON = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
_TURTLE = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"""|\'\'\'(?:[^\'\\]++|\\.|\'(?!\'\'))*+\'\'\''
    r'|"(?:[^"\\\n]++|\\.)*+"|\'(?:[^\'\\\n]++|\\.)*+\'|<[^<>"\s]*+>|\#[^\n]*+|[\[\](){}]',
    re.DOTALL,
)
_XML = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[?!][^>]*+>|</|<[^>]*+>", re.DOTALL)
_OPENING, _CLOSING = "[({", "])}"


def refuse_nesting(text: str, form: Format, shown: str) -> None:
    """Raise ReadError, with the place, when `text` is nested deeper than DEEPEST levels.

    `shown` is the name of the text in messages.
    """
    if form.name == "rdfxml":
        place = _deep_in_xml(text)
    elif sum(map(text.count, _OPENING)) > DEEPEST:
        place = _deep(text, _JSON if form.name == "jsonld" else _TURTLE)
    else:
        return
    if place is not None:
        line, column = Lines(text).place(place)
        raise ReadError(
            Text(
                de=f"Das ist tiefer als {DEEPEST} Ebenen verschachtelt. Schreiben Sie, was innen "
                "steht, für sich und mit einem Namen.",
                en=f"This is nested deeper than {DEEPEST} levels. Write what is inside apart, "
                "with a name.",
            ),
            place=Place(shown, line, column),
        )


def _deep(text: str, tokens: re.Pattern[str]) -> int | None:
    """Return where the nesting of brackets outside of strings gets too deep."""
    depth = 0
    for match in tokens.finditer(text):
        sign = match[0]
        if sign in _OPENING:
            depth += 1
            if depth > DEEPEST:
                return match.start()
        elif sign in _CLOSING:
            depth = max(0, depth - 1)
    return None


def _deep_in_xml(text: str) -> int | None:
    """Return where elements are nested too deep."""
    depth = 0
    for match in _XML.finditer(text):
        tag = match[0]
        if tag == "</":
            depth = max(0, depth - 1)
        elif tag[1] not in "!?" and not tag.endswith("/>"):
            depth += 1
            if depth > DEEPEST:
                return match.start()
    return None
