"""Signs that come from word processors and other languages, and what Turtle has in their place."""

from __future__ import annotations

import unicodedata

from kg.errors import Text

QUOTES = "„“”‟‚‘’‛«»‹›`´"
_DASHES = "‐‑‒–—―−"
_OTHER = {
    "/": Text(
        de="Ein Kommentar beginnt mit #, nicht mit // oder /*.",
        en="A comment starts with #, not with // or /*.",
    ),
    "=": Text(
        de="Zwischen einer Eigenschaft und ihrem Wert steht kein =, nur ein Leerzeichen.",
        en="There is no = between a property and its value, only a space.",
    ),
    "%": Text(
        de="Ein Zeichen % steht nicht nach einer Zahl: Schreiben Sie nur die Zahl.",
        en="The sign % does not stand after a number: write the number only.",
    ),
    "€": Text(
        de="Das Zeichen € steht nicht bei der Zahl: Schreiben Sie nur die Zahl; die Währung hat "
        "eine eigene Eigenschaft.",
        en="The sign € does not stand with the number: write the number only; the currency has a "
        "property of its own.",
    ),
    "^": Text(
        de='Vor dem Datentyp stehen zwei Zeichen ^, etwa: "2025"^^xsd:gYear',
        en='Two signs ^ stand before a datatype, such as: "2025"^^xsd:gYear',
    ),
    "\\": Text(
        de="Ein umgekehrter Schrägstrich \\ darf hier nicht stehen.",
        en="A backslash \\ must not stand here.",
    ),
    "@": Text(
        de='Nach @ steht ohne Leerzeichen die Sprache, etwa: "Rathaus"@de',
        en='After @ stands the language, without a space, such as: "town hall"@en',
    ),
}


def explain_sign(sign: str) -> Text:
    """Return what is wrong with a sign that does not belong into Turtle at its place."""
    code = f"U+{ord(sign):04X}"
    if sign in "`´":
        return Text(
            de=f"Das Zeichen {sign} ist ein Akzent, kein Anführungszeichen; in Turtle steht ein "
            'Text in "…"',
            en=f'The sign {sign} is an accent, not a quotation mark; in Turtle text stands in "…"',
        )
    if sign in QUOTES:
        return Text(
            de=f"Das Anführungszeichen {sign} ist ein typografisches; in Turtle steht ein Text in "
            'geraden: "…"',
            en=f"The quotation mark {sign} is a typographic one; in Turtle text stands in straight "
            'ones: "…"',
        )
    if sign in _DASHES:
        return Text(
            de=f"Das Zeichen {sign} ({code}) ist ein Gedankenstrich oder ein besonderer Strich; "
            "erwartet wird der Bindestrich - der Tastatur.",
            en=f"The sign {sign} ({code}) is a dash; what is expected is the hyphen - of the "
            "keyboard.",
        )
    if unicodedata.category(sign) == "Zs":
        return Text(
            de=f"Hier steht ein geschütztes oder besonderes Leerzeichen ({code}), wie es beim "
            "Kopieren aus einem Text entsteht. Ersetzen Sie es durch ein gewöhnliches, oder "
            "löschen Sie es.",
            en=f"Here is a no-break or other special space ({code}), as it comes from copying "
            "text. Replace it by an ordinary one, or delete it.",
        )
    if unicodedata.category(sign) in ("Cf", "Cc"):
        return Text(
            de=f"Hier steht ein unsichtbares Zeichen ({code}). Löschen Sie es.",
            en=f"Here is an invisible sign ({code}). Delete it.",
        )
    return _OTHER.get(sign) or Text(
        de=f"Das Zeichen {sign} darf hier nicht stehen.",
        en=f"The sign {sign} must not stand here.",
    )


def visible(text: str) -> str:
    """Return `text` with its code in place of each sign that cannot be seen."""
    return "".join(
        sign
        if sign == " " or unicodedata.category(sign) not in ("Zs", "Cf", "Cc", "Zl", "Zp")
        else f"U+{ord(sign):04X}"
        for sign in text
    )
