"""A fault in JSON-LD or RDF/XML becomes its place and plain words; their parsers have neither."""

from __future__ import annotations

import json
import re
from xml.parsers import expat

from kg.errors import Text
from kg.rdf.syntax_fault import Fault, cut
from kg.rdf.turtle_scan import Lines

_JSON = (
    ("Expecting ',' delimiter", "Hier fehlt ein Komma.", "A comma is missing here."),
    (
        "Expecting ':' delimiter",
        "Nach dem Namen einer Angabe fehlt ein Doppelpunkt.",
        "A colon is missing after a key.",
    ),
    (
        "Expecting property name enclosed in double quotes",
        'Hier wird ein Name in "…" erwartet, oder davor ist ein Komma zu viel.',
        'A key in "…" is expected here, or the comma before is one too many.',
    ),
    (
        "Illegal trailing comma",
        "Dieses Komma ist zu viel: Es folgt nichts mehr.",
        "This comma is one too many: nothing follows.",
    ),
    (
        "Expecting value",
        'Hier wird ein Wert erwartet: ein Text in "…", eine Zahl, { … } oder [ … ].',
        'A value is expected here: text in "…", a number, { … } or [ … ].',
    ),
    (
        "Unterminated string",
        "Der Text, der hier beginnt, endet nicht: Es fehlt ein Anführungszeichen.",
        "The text that starts here does not end: a quotation mark is missing.",
    ),
    (
        "Invalid control character",
        "Der Text läuft über die Zeile hinaus, oder in ihm steht ein Tabulator. Fehlt ein "
        "Anführungszeichen?",
        "The text runs past the end of the line, or has a tab in it. Is a quotation mark missing?",
    ),
    (
        "Invalid \\",
        "Nach \\ steht hier kein Steuerzeichen. Ein umgekehrter Schrägstrich wird \\\\ "
        "geschrieben.",
        "What follows \\ is not an escape. A backslash is written \\\\.",
    ),
    (
        "Extra data",
        "Hier ist das Dokument schon zu Ende; was folgt, gehört nicht dazu.",
        "The document has ended here; what follows does not belong to it.",
    ),
)
_XML = {
    3: ("Die Datei hat kein Element.", "The file has no element."),
    4: (
        "Dieses Zeichen darf hier nicht stehen. Ein & im Text wird &amp; geschrieben, ein < &lt;.",
        "This sign must not stand here. In text, & is written &amp; and < is written &lt;.",
    ),
    5: ("Hier fehlt die spitze Klammer >.", "The pointed bracket > is missing here."),
    8: ("Dieses Attribut steht zweimal da.", "This attribute stands here twice."),
    9: (
        "Nach dem Ende des Dokuments steht noch etwas.",
        "Something follows after the end of the document.",
    ),
    11: ("Diese Entity ist nicht erklärt.", "This entity is not declared."),
    27: (
        "Hier steht ein Präfix, das nicht erklärt ist. Ergänzen Sie oben: xmlns:…=…",
        "Here is a prefix that is not declared. Add at the top: xmlns:…=…",
    ),
}
_MISMATCH = 7
_NAME = re.compile(r"</?([^\s>/]*)")


def json_fault(text: str) -> Fault | None:
    """Return what is wrong with JSON, RFC 8259; None when it is JSON."""
    try:
        json.loads(text)
    except RecursionError:
        return None
    except json.JSONDecodeError as error:
        for start, german, english in _JSON:
            if error.msg.startswith(start):
                return _json(text, error.pos, Text(de=german, en=english))
    return None


def _json(text: str, at: int, words: Text) -> Fault:
    if words.en == "A comma is missing here." and text[at : at + 1] in ('"', "{", "["):
        end = len(text[:at].rstrip())
        return Fault(end, _line(text, end - 1), words, after=True)
    found = re.compile(r'"[^"\r\n]*"?|\S[^\s,"]*').match(text, at)
    return Fault(at, found[0] if found else text[:at].strip()[-20:], words)


def xml_fault(text: str) -> Fault | None:
    """Return what is wrong with XML; None when it is well-formed.

    Entities are those that `kg.rdf.outside` lets pass; nothing is fetched.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        at = Lines(text).offset(error.lineno, error.offset + 1)
        if error.code != _MISMATCH:
            known = _XML.get(error.code)
            if known is None:
                return None
            return Fault(at, _line(text, at), Text(de=known[0], en=known[1]))
        at = max(text.rfind("<", 0, at + 1), 0)
        opened = _open_elements(text[:at])
        found = _NAME.match(text, at)
        closed = found[1] if found else ""
        due = cut(opened[-1]) if opened else ""
        return Fault(
            at,
            f"</{closed}>",
            Text(
                de=f"Erwartet wird </{due}>, denn zuletzt wurde <{due}> geöffnet.",
                en=f"</{due}> is expected, because <{due}> was opened last.",
            ),
        )
    return None


def _open_elements(text: str) -> list[str]:
    """Return the names of the elements that are open at the end of a text, the innermost last."""
    opened: list[str] = []
    for found in re.finditer(
        r"<!--.*?-->|<!\[CDATA\[.*?\]\]>"
        r"|<(/?)([^\s<>/!?]++)(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>",
        text,
        re.DOTALL,
    ):
        closing, name, empty = found[1], found[2], found[0].endswith("/>")
        if closing and opened:
            opened.pop()
        elif name and not empty and not closing:
            opened.append(name)
    return opened


def _line(text: str, at: int) -> str:
    start = text.rfind("\n", 0, max(at, 0)) + 1
    return text[start:].split("\n", 1)[0].strip()[:60]
