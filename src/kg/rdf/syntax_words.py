"""The parser's reasons in plain German and English, with how to mend the fault."""

from __future__ import annotations

import re

from kg.errors import Text

_REASONS = (
    (
        r"The prefix (\S*:) has not been declared",
        "Das Präfix {0} ist nicht deklariert. Ergänzen Sie oben: @prefix {0} <…> .",
        "The prefix {0} is not declared. Add at the top: @prefix {0} <…> .",
    ),
    (
        r"(?:Triples should be followed by a dot|A dot is expected at the end of statements)",
        "Hier fehlt ein Punkt am Ende der Aussage, oder ein ; oder , davor.",
        "A dot is missing at the end of the statement, or a ; or , before this.",
    ),
    (
        r"(.+) is not a valid RDF object",
        "Hier wird ein Wert erwartet: eine IRI, ein Name mit Präfix oder ein Text in "
        "Anführungszeichen.",
        "A value is expected here: an IRI, a prefixed name or text in quotation marks.",
    ),
    (
        r"(.+) is not a valid predicate",
        "Hier wird eine Eigenschaft erwartet, als IRI oder als Name mit Präfix.",
        "A property is expected here, as an IRI or as a prefixed name.",
    ),
    (
        r"(.+) is not a valid subject or graph name",
        "Hier wird der Anfang einer Aussage erwartet: eine IRI oder ein Name mit Präfix.",
        "The start of a statement is expected here: an IRI or a prefixed name.",
    ),
    (
        r"No scheme found in an absolute IRI",
        "Die IRI ist nicht vollständig; sie beginnt mit einem Schema wie https:.",
        "The IRI is not complete; it starts with a scheme such as https:.",
    ),
    (
        r"Invalid IRI code point (.+)",
        "Das Zeichen {0} darf in einer IRI nicht stehen. Schreiben Sie es mit Prozent, "
        "ein Leerzeichen etwa als %20.",
        "The character {0} is not allowed in an IRI. Write it with per cent, such as %20 "
        "for a space.",
    ),
    (
        r"Unexpected end(?: of file)?",
        "Die Datei hört mitten in einer Aussage auf. Fehlt ein Anführungszeichen, eine Klammer "
        "oder ein Punkt?",
        "The file ends within a statement. Is a quotation mark, a bracket or a dot missing?",
    ),
    (
        r"Line jumps are not allowed in string literals.*",
        "Der Text läuft über die Zeile hinaus. Fehlt ein Anführungszeichen? Text über mehrere "
        'Zeilen steht in """ … """.',
        "The text runs past the end of the line. Is a quotation mark missing? Text of several "
        'lines stands in """ … """.',
    ),
    (
        r"blank node property lists should end with a '\]'",
        "Hier fehlt eine schließende eckige Klammer ].",
        "A closing square bracket ] is missing here.",
    ),
    (
        r"Expecting a datatype IRI after \^\^, found (.+)",
        "Nach ^^ wird ein Datentyp erwartet, etwa xsd:date; hier steht {0}.",
        "A datatype such as xsd:date is expected after ^^; here is {0}.",
    ),
    (
        r"Unexpected escape character '(.+)'",
        "{0} ist kein Steuerzeichen. Ein umgekehrter Schrägstrich wird \\\\ geschrieben.",
        "{0} is not an escape. A backslash is written \\\\.",
    ),
    (
        r"The PREFIX keyword should be followed by a prefix like 'ex:'",
        "Nach @prefix steht ein Präfix mit Doppelpunkt, etwa: @prefix ex: <https://…> .",
        "@prefix is followed by a prefix with a colon, such as: @prefix ex: <https://…> .",
    ),
    (
        r"(?:A language code should always start with a letter|A subtag may be .*)",
        "Die Sprachangabe nach @ ist keine, wie etwa @de oder @en eine ist.",
        "The language tag after @ is not one, as @de or @en are.",
    ),
)


def explain(reason: str) -> Text:
    """Return what the parser's `reason` means; a reason that is not known stays as it is."""
    for pattern, german, english in _REASONS:
        match = re.fullmatch(pattern, reason.rstrip("."), re.DOTALL)
        if match:
            parts = [part or "" for part in match.groups()]
            return Text(de=german.format(*parts), en=english.format(*parts))
    return Text(de=f"{reason.rstrip('.')}.", en=f"{reason.rstrip('.')}.")
