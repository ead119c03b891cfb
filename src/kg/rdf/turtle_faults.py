"""A fault in Turtle or TriG becomes what its writer did: a quotation mark, a bracket, a sign."""

from __future__ import annotations

import re
from collections.abc import Callable

from kg.errors import Text
from kg.rdf.signs import QUOTES, explain_sign
from kg.rdf.syntax_fault import Fault
from kg.rdf.turtle_missing import missing_sign
from kg.rdf.turtle_scan import Lines, Seen, scan
from kg.rdf.turtle_values import wrong_number, wrong_word

_CONFLICT = re.compile(r"^(?:<{7}|>{7}|={7}|\|{7})(?:[ \t].*)?$", re.MULTILINE)
_OTHERS = (
    (
        re.compile(r"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE),
        "Das ist eine HTML-Seite, kein Turtle. Vielleicht wurde statt der Datei die Seite "
        "gespeichert, die sie anzeigt.",
        "This is an HTML page, not Turtle. Perhaps the page that shows the file was saved in its "
        "place.",
    ),
    (
        re.compile(r"\s*<(?:\?xml|rdf:RDF)\b"),
        "Das ist XML, kein Turtle. RDF/XML hat die Endung .rdf.",
        "This is XML, not Turtle. RDF/XML has the suffix .rdf.",
    ),
    (
        re.compile(r'\s*(?:\{\s*"|\[\s*\{)'),
        "Das ist JSON, kein Turtle. JSON-LD hat die Endung .jsonld.",
        "This is JSON, not Turtle. JSON-LD has the suffix .jsonld.",
    ),
)
_WHOLE = re.compile(r"<[^\s<>\"{}|^`\\]*+>")
_CLOSED_WRONG = re.compile(rf"[{QUOTES}](?=(?:@[A-Za-z-]+|\^\^\S+)?\s*[;,.\])]?\s*$)")


def turtle_fault(text: str, place: tuple[int, int]) -> Fault | None:
    """Return what is wrong at line and column, where a parser stopped; None if nobody knows."""
    other = _other_format(text) or _conflict(text)
    if other:
        return other
    lines = Lines(text)
    at = lines.offset(*place)
    if text.startswith("<", at) and not _WHOLE.match(text, at):
        return _address(lines, at)
    inside = text.rfind("<", 0, at)
    if text.startswith("\\", at) and re.fullmatch(r"<[^\s<>]*", text[inside:at]):
        return _path(lines, inside)
    seen = scan(lines, at)
    if seen is None:
        return _sign(text, at)
    rules: tuple[Callable[[Seen], Fault | None], ...] = (
        _open_string,
        wrong_number,
        _sign_seen,
        wrong_word,
        missing_sign,
    )
    return next((fault for rule in rules if (fault := rule(seen))), None)


def _other_format(text: str) -> Fault | None:
    for pattern, german, english in _OTHERS:
        found = pattern.match(text)
        if found:
            start = len(text) - len(text.lstrip())
            shown = text[start:].splitlines()[0][:60]
            return Fault(start, shown, Text(de=german, en=english))
    return None


def _conflict(text: str) -> Fault | None:
    """Return the first mark that git leaves where two versions differ."""
    found = _CONFLICT.search(text)
    if found is None or not re.search(r"^(?:<|>){7}", text, re.MULTILINE):
        return None
    return Fault(
        found.start(),
        found[0],
        Text(
            de="Das ist ein nicht aufgelöster Konflikt von git. Behalten Sie eine der beiden "
            "Fassungen, und löschen Sie die Zeilen mit <<<<<<<, ======= und >>>>>>>.",
            en="This is an unresolved conflict of git. Keep one of the two versions and delete "
            "the lines with <<<<<<<, ======= and >>>>>>>.",
        ),
    )


def _address(lines: Lines, at: int) -> Fault | None:
    """Explain a pointed bracket that does not hold an address."""
    rest = lines.rest(at)
    if rest.startswith("<!--"):
        text = Text(
            de="Ein Kommentar beginnt in Turtle mit #, nicht mit <!--.",
            en="A comment starts with # in Turtle, not with <!--.",
        )
        return Fault(at, rest.strip()[:60], text)
    if ">" not in rest:
        return Fault(
            at,
            rest.strip()[:60],
            Text(
                de="Die spitze Klammer > fehlt, mit der die Adresse endet.",
                en="The pointed bracket > that ends the address is missing.",
            ),
        )
    return None


def _path(lines: Lines, start: int) -> Fault:
    return Fault(
        start,
        re.split(r"(?<=>)|\s", lines.rest(start))[0][:60],
        Text(
            de="In spitzen Klammern wird eine Adresse erwartet, die mit https:// beginnt; eine "
            "Datei auf dem eigenen Rechner können andere nicht öffnen.",
            en="In pointed brackets an address that starts with https:// is expected; nobody else "
            "can open a file on your own computer.",
        ),
    )


def _open_string(seen: Seen) -> Fault | None:
    now = seen.now
    if now.kind != "open":
        return None
    mark = now.text[:3] if now.text[:3] in ('"""', "'''") else now.text[:1]
    wrong = _CLOSED_WRONG.search(now.text) if len(mark) == 1 else None
    if wrong:
        start = now.start + wrong.start()
        return Fault(start, now.text[:60].strip(), explain_sign(wrong[0]))
    if len(mark) == 3:
        text = Text(
            de=f"Der Text, der hier mit {mark} beginnt, endet nicht: Es fehlt {mark}.",
            en=f"The text that starts here with {mark} does not end: {mark} is missing.",
        )
    else:
        text = Text(
            de="Der Text, der hier beginnt, endet nicht in dieser Zeile: Es fehlt das "
            f'Anführungszeichen {mark}. Text über mehrere Zeilen steht in """ … """.',
            en="The text that starts here does not end in this line: the quotation mark "
            f'{mark} is missing. Text of several lines stands in """ … """.',
        )
    return Fault(now.start, seen.lines.rest(now.start).strip()[:60], text)


def _sign_seen(seen: Seen) -> Fault | None:
    if seen.now.kind != "other":
        return None
    return _sign(seen.lines.text, seen.now.start)


def _sign(text: str, at: int) -> Fault | None:
    """Explain a sign that no name, number or text starts with."""
    if at >= len(text) or text[at].isalnum() or text[at] in "<>\"'_:;,.()[]{}+-#? \t\r\n":
        return None
    shown = "" if text[at] in QUOTES else text[at]
    return Fault(at, shown, explain_sign(text[at]))
