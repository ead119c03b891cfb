"""Turtle with the wrong sign, or none, between two values: where it is due, and which."""

from __future__ import annotations

from kg.errors import Text
from kg.rdf.syntax_fault import Fault, cut
from kg.rdf.turtle_scan import Seen, Token

_STARTS = ("iri", "name", "string", "number")


def missing_sign(seen: Seen) -> Fault | None:
    """Return which sign between values is missing, or stands in place of another."""
    match seen.state:
        case "after":
            return _wrong_end(seen) or _after_value(seen)
        case "object":
            return _no_value(seen)
        case "predicate":
            return _predicate(seen)
        case "subject":
            return _subject(seen)
        case "directive":
            return _missing(seen, "Punkt", "dot")
        case "item" if seen.now.kind == "end" or seen.now.text in (".", ";", "]", "}"):
            return _open_bracket(seen)
    return None


def _after_value(seen: Seen) -> Fault | None:
    now = seen.now
    if now.kind == "end" or now.text in ("]", ")", "}", "."):
        return _open_bracket(seen)
    if seen.same_line:
        return _same_line(seen)
    if now.text == "{":
        return None
    starts = now.text.lower() in ("@prefix", "@base", "prefix", "base") or _is_subject(seen)
    names = ("Punkt", "dot") if starts else ("Semikolon", "semicolon")
    return _missing(seen, *names)


def _is_subject(seen: Seen) -> bool:
    """Whether a statement begins at `now`: not indented, or two more names follow on it."""
    now, first = seen.now, seen.behind[0] if seen.behind else seen.now
    if seen.opened and seen.opened[-1].text == "[":
        return False
    return now.text != "a" and (seen.column(now) == 1 or first.text == "a")


def _missing(seen: Seen, german: str, english: str) -> Fault:
    line = seen.lines.place(seen.last().end)[0]
    now, what = seen.line(seen.now), cut(seen.now.text)
    start = ("die nächste Eigenschaft", "the next property")
    if english == "dot":
        start = ("eine neue Aussage", "a new statement")
    if what.startswith("@"):
        start = ("etwas Neues", "something new")
    return Fault(
        seen.last().end,
        _line_up_to(seen, seen.last()),
        Text(
            de=f"Am Ende von Zeile {line} fehlt ein {german}; in Zeile {now} beginnt mit "
            f"{what} {start[0]}.",
            en=f"At the end of line {line} a {english} is missing; in line {now} "
            f"{what} starts {start[1]}.",
        ),
        after=True,
    )


def _same_line(seen: Seen) -> Fault | None:
    """Two values in one line without a sign between them."""
    now, last = seen.now, seen.last()
    if last.kind == "string" and (fault := _after_text(seen)):
        return fault
    if last.kind == "name" and now.kind == "word":
        joined = f"{cut(last.text)}-{cut(now.text)}"
        return Fault(
            last.end,
            f"{last.text} {now.text}",
            Text(
                de=f"Ein Name mit Präfix enthält kein Leerzeichen. Meinten Sie {joined}?",
                en=f"A prefixed name has no space in it. Did you mean {joined}?",
            ),
        )
    if now.kind in _STARTS and last.kind in (*_STARTS, "lang"):
        return Fault(
            last.end,
            last.text,
            Text(
                de=f"Zwischen {cut(last.text)} und {cut(now.text)} fehlt ein Zeichen: ein Komma, "
                "wenn ein weiterer Wert folgt, ein Semikolon, wenn eine Eigenschaft folgt.",
                en=f"Between {cut(last.text)} and {cut(now.text)} a sign is missing: a comma if "
                "another value follows, a semicolon if a property follows.",
            ),
            after=True,
        )
    return None


def _after_text(seen: Seen) -> Fault | None:
    """A datatype without its sign, or a quotation mark within a text."""
    now, last = seen.now, seen.last()
    if now.text.startswith("xsd:"):
        written = f"{cut(last.text)}^^{cut(now.text)}"
        return Fault(
            last.end,
            last.text,
            Text(
                de=f"Vor dem Datentyp fehlt ^^, ohne Leerzeichen: {written}",
                en=f"Before the datatype ^^ is missing, without spaces: {written}",
            ),
            after=True,
        )
    if '"' in seen.lines.rest(now.start):
        return Fault(
            last.end - 1,
            seen.lines.rest(last.start).strip(),
            Text(
                de='Dieses Anführungszeichen beendet den Text. In einem Text steht es als \\" '
                "oder typografisch: „…“.",
                en='This quotation mark ends the text. Within a text it is written \\" or as a '
                "typographic one: “…”.",
            ),
        )
    return None


def _wrong_end(seen: Seen) -> Fault | None:
    """A comma before a property, or a semicolon before a new statement."""
    value, name, sign = seen.now, seen.last(), seen.last(2)
    named = name.kind in ("name", "iri")
    if named and sign.text == "," and seen.column(name) == 1 and seen.line(sign) < seen.line(name):
        return _instead(seen, sign, name, ("Komma", "comma"), new=True)
    same = named and value.kind in _STARTS and (seen.same_line or value.kind == "string")
    if same and sign.text == "," and seen.line(sign) != seen.line(name):
        return _instead(seen, sign, name, ("Komma", "comma"), new=False)
    start, sign = sign, seen.last(3)
    if same and sign.text == ";" and _begins(seen, start, sign):
        return _instead(seen, sign, start, ("Semikolon", "semicolon"), new=True)
    return None


def _begins(seen: Seen, start: Token, sign: Token) -> bool:
    """Whether a subject stands where a property was due: alone in the first column."""
    return seen.column(start) == 1 and seen.line(sign) != seen.line(start)


def _no_value(seen: Seen) -> Fault | None:
    now, last, sign = seen.now, seen.last(), seen.last(2)
    if now.text == "a" and sign.text == ";" and _begins(seen, last, sign):
        return _instead(seen, sign, last, ("Semikolon", "semicolon"), new=True)
    if now.text == "a" and last.text == ",":
        return _instead(seen, last, now, ("Komma", "comma"), new=False)
    if now.text not in (".", ";", ",", "]") and now.kind != "end":
        return None
    if last.text == ",":
        return Fault(
            last.start,
            last.text,
            Text(
                de="Nach dem Komma fehlt ein Wert, oder das Komma ist zu viel.",
                en="A value is missing after the comma, or the comma is one too many.",
            ),
        )
    if now.kind == "end":
        return Fault(
            last.end,
            _line_up_to(seen, last),
            Text(
                de=f"Die Datei hört mitten in einer Aussage auf: Nach {cut(last.text)} fehlt der "
                "Wert.",
                en="The file ends within a statement: the value is missing after "
                f"{cut(last.text)}.",
            ),
            after=True,
        )
    if sign.kind in ("name", "iri") and seen.last(3).text == "." and seen.column(sign) > 1:
        return _instead(seen, seen.last(3), sign, ("Punkt", "dot"), new=False)
    return Fault(
        last.start,
        last.text,
        Text(
            de=f"Entweder fehlt der Wert nach {cut(last.text)}, oder davor fehlt die Eigenschaft.",
            en=f"Either the value after {cut(last.text)} is missing, or the property before it.",
        ),
    )


def _predicate(seen: Seen) -> Fault | None:
    now, last, sign = seen.now, seen.last(), seen.last(2)
    value = now.kind in ("string", "number") or now.text == "["
    if value and sign.text == "." and last.kind in ("name", "iri") and seen.column(last) > 1:
        return _instead(seen, sign, last, ("Punkt", "dot"), new=False)
    if now.kind == "end" and last.text == ";" and not seen.opened:
        return Fault(
            last.start,
            last.text,
            Text(
                de="Die letzte Aussage endet mit einem Semikolon; erwartet wird ein Punkt.",
                en="The last statement ends with a semicolon; a dot is expected.",
            ),
        )
    if now.kind in ("string", "number") and last.text == ";":
        return _next_value(seen, ("Semikolon", "semicolon"))
    return _open_bracket(seen) if now.kind == "end" or now.text in (".", ")", "}") else None


def _subject(seen: Seen) -> Fault | None:
    now, last = seen.now, seen.last()
    if now.kind in ("string", "number") and last.text == ".":
        return _next_value(seen, ("Punkt", "dot"))
    if now.text == "a" and last.text == ".":
        return _instead(seen, last, now, ("Punkt", "dot"), new=False)
    if now.text == "." and last.kind == "iri" and seen.last(3).text.lower() == "prefix":
        return Fault(
            now.start,
            now.text,
            Text(
                de="Nach PREFIX ohne @ steht kein Punkt. Löschen Sie ihn, oder schreiben Sie "
                "@prefix.",
                en="There is no dot after PREFIX without @. Delete it, or write @prefix.",
            ),
        )
    if now.text == "." and last.text == ".":
        return Fault(
            now.start,
            now.text,
            Text(de="Dieser Punkt ist zu viel.", en="This dot is one too many."),
        )
    return _open_bracket(seen) if now.kind == "end" else None


def _instead(seen: Seen, sign: Token, start: Token, wrong: tuple[str, str], *, new: bool) -> Fault:
    """Say that `sign` stands before `start`, which is a property or a new subject."""
    line, what = seen.line(start), cut(start.text)
    due = ("ein Punkt", "a dot") if new else ("ein Semikolon", "a semicolon")
    why = (
        ("beginnt eine neue Aussage", "starts a new statement")
        if new
        else ("ist die nächste Eigenschaft", "is the next property")
    )
    return Fault(
        sign.start,
        _line_up_to(seen, sign),
        Text(
            de=f"Hier steht ein {wrong[0]}, erwartet wird {due[0]}: {what} in Zeile {line} "
            f"{why[0]}.",
            en=f"Here is a {wrong[1]}, {due[1]} is expected: {what} in line {line} {why[1]}.",
        ),
    )


def _next_value(seen: Seen, wrong: tuple[str, str]) -> Fault:
    """Say that the sign before `now`, which is a further value, should be a comma."""
    sign, line, what = seen.last(), seen.line(seen.now), cut(seen.now.text)
    return Fault(
        sign.start,
        _line_up_to(seen, sign),
        Text(
            de=f"Hier steht ein {wrong[0]}, erwartet wird ein Komma: {what} in Zeile {line} ist "
            "ein weiterer Wert.",
            en=f"Here is a {wrong[1]}, a comma is expected: {what} in line {line} is a further "
            "value.",
        ),
    )


def _open_bracket(seen: Seen) -> Fault | None:
    if not seen.opened:
        if seen.now.kind != "end":
            return None
        return Fault(
            seen.last().end,
            seen.last().text,
            Text(
                de="Am Ende der letzten Aussage fehlt ein Punkt.",
                en="A dot is missing at the end of the last statement.",
            ),
            after=True,
        )
    bracket = seen.opened[-1]
    due = {"[": "]", "(": ")", "{": "}"}[bracket.text]
    return Fault(
        seen.last().end if seen.now.kind == "end" else seen.now.start,
        seen.last().text if seen.now.kind == "end" else seen.now.text,
        Text(
            de=f"Hier fehlt die schließende Klammer {due}; geöffnet wird sie in Zeile "
            f"{seen.line(bracket)}.",
            en=f"The closing bracket {due} is missing here; it is opened in line "
            f"{seen.line(bracket)}.",
        ),
        after=seen.now.kind == "end",
    )


def _line_up_to(seen: Seen, token: Token) -> str:
    """Return the line in which a token ends, up to there."""
    start = seen.lines.offset(seen.lines.place(token.end)[0], 1)
    return seen.lines.text[start : token.end].strip()[-60:]
