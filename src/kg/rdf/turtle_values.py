"""Numbers, dates and words in Turtle as people write them, and how Turtle writes them."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from kg.errors import Text
from kg.rdf.syntax_fault import Fault, cut
from kg.rdf.turtle_scan import Lines, Seen, Token, tokens

_RUN = re.compile(r"[+-]?[\d.,:/-]*\d(?:[TZ][\d:.Z+-]*)?")
_ISO = re.compile(r"\d{4}-\d\d?-\d\d?")
_GERMAN = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})")
_MONTH = re.compile(r"\d{4}-\d\d")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?|[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_COMMA = re.compile(r"\d,\d")
_DUE = {
    "subject": Text(
        de="der Anfang einer Aussage, ein Name mit Präfix oder eine Adresse in <…>",
        en="the start of a statement, a prefixed name or an address in <…>",
    ),
    "predicate": Text(
        de="eine Eigenschaft, als Name mit Präfix", en="a property, as a prefixed name"
    ),
    "object": Text(
        de='ein Wert: ein Name mit Präfix, eine Adresse in <…> oder ein Text in "…"',
        en='a value: a prefixed name, an address in <…> or text in "…"',
    ),
}


def wrong_number(seen: Seen) -> Fault | None:
    """Explain a date without quotation marks and a number with marks between its digits."""
    now, last = seen.now, seen.last()
    if last.kind != "number" or last.end != now.start or now.kind not in ("number", "word"):
        return None
    found = _RUN.match(seen.lines.text, last.start)
    written = found[0] if found else ""
    due = _due(written)
    if not due:
        return None
    due, said = cut(due), cut(written)
    return Fault(
        last.start,
        written,
        Text(de=f"Schreiben Sie {due} statt {said}.", en=f"Write {due} instead of {said}."),
    )


def _due(written: str) -> str:
    """Return how Turtle has a date or a number, "" if it cannot be told."""
    german = _GERMAN.fullmatch(written)
    if german:
        day, month, year = german.groups()
        return f'"{year}-{month:0>2}-{day:0>2}"^^xsd:date'
    if _ISO.fullmatch(written):
        year, month, day = written.split("-")
        return f'"{year}-{month:0>2}-{day:0>2}"^^xsd:date'
    if _MONTH.fullmatch(written):
        return f'"{written}"^^xsd:gYearMonth'
    if _THOUSANDS.fullmatch(written):
        mark = max(written.rfind("."), written.rfind(","))
        decimal = "." in written and "," in written
        whole, rest = (written[:mark], written[mark + 1 :]) if decimal else (written, "")
        digits = re.sub(r"[.,]", "", whole)
        return f"{digits}.{rest}" if rest else digits
    return ""


@dataclass(frozen=True)
class DecimalComma:
    """A number with a decimal comma, which Turtle takes for two numbers; `due` has a dot."""

    line: int
    column: int
    written: str
    due: str


def decimal_commas(text: str) -> list[DecimalComma]:
    """Return the numbers of Turtle that are written like 12,50: two values, without a space."""
    lines = Lines(text)
    found: list[DecimalComma] = []
    before: deque[Token] = deque(maxlen=2)
    for token in tokens(text) if _COMMA.search(text) else ():
        if token.kind == "number" and len(before) == 2:
            whole, comma = before
            touching = whole.end == comma.start and comma.end == token.start
            if whole.kind == "number" and comma.text == "," and touching and token.text.isdigit():
                place = lines.place(whole.start)
                written = f"{whole.text},{token.text}"
                found.append(DecimalComma(*place, written, f"{whole.text}.{token.text}"))
        before.append(token)
    return found


def wrong_word(seen: Seen) -> Fault | None:
    """Explain a word that Turtle does not know: a keyword in capitals, text without marks."""
    now = seen.now
    if now.kind not in ("word", "lang"):
        return None
    lower = now.text.lower()
    known = lower in ("a", "true", "false") or lower in ("@prefix", "@base")
    if known and now.text != lower and seen.state != "after":
        return Fault(
            now.start,
            now.text,
            Text(de=f"{lower} wird klein geschrieben.", en=f"{lower} is written in small letters."),
        )
    due = _DUE.get(seen.state)
    if due is None or now.text == "a" or now.kind == "lang" or now.text == "_":
        return None
    word = cut(now.text)
    prefixed = f" Fehlt vor {word} ein Präfix mit Doppelpunkt?"
    english = f" Is a prefix with a colon missing before {word}?"
    return Fault(
        now.start,
        now.text,
        Text(
            de=f"{word} ist kein Name. Erwartet wird {due.de}.{prefixed}",
            en=f"{word} is not a name. Expected is {due.en}.{english}",
        ),
    )
