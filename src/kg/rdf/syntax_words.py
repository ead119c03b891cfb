"""The parser's reasons in plain German and English, with how to mend the fault."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kg.errors import Text
from kg.namespaces import WELL_KNOWN
from kg.rdf.signs import explain_sign, visible
from kg.rdf.syntax_fault import cut

_PREFIX = re.compile(r"The prefix (\S*:) has not been declared")
_SIGN = re.compile(r"'(.+)' is not allowed at the beginning of a prefix name", re.DOTALL)
_LONGEST = 300
"""So many signs of what the parser says are quoted: it quotes the text itself."""
_SCHEMES = ("http:", "https:", "mailto:", "urn:")
_REASONS = (
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
        r"(?:error while parsing IRI .+: )?Invalid IRI code point (.+)",
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
    (
        r"The (?:subject|predicate|object) of a triple must be .+",
        "In N-Triples steht jeder Name als ganze Adresse in <…>, jeder Text in "
        '"…". Namen mit Präfix und die Zeichen ; und , gibt es nur in Turtle (.ttl).',
        'In N-Triples each name is a whole address in <…> and each text stands in "…". Prefixed '
        "names and the signs ; and , are of Turtle only (.ttl).",
    ),
    (
        r"The graph name of a quad must be .+",
        "In N-Quads steht der Name des Graphen als ganze Adresse in <…>.",
        "In N-Quads the name of the graph is a whole address in <…>.",
    ),
    (
        r"A variable name is not allowed to be empty|.*[Vv]ariable.*",
        "Ein Fragezeichen darf hier nicht stehen: Variablen gibt es nur in Abfragen.",
        "A question mark must not stand here: variables are of queries only.",
    ),
    (
        r"(?:Triples|Quads) must be followed by a dot",
        "Hier fehlt der Punkt am Ende der Zeile.",
        "The dot at the end of the line is missing here.",
    ),
    (
        r"The PREFIX declaration should be followed by a prefix and its value as an IRI",
        "Nach dem Präfix steht die Adresse in spitzen Klammern, etwa: @prefix ex: <https://…> .",
        "After the prefix stands the address in pointed brackets, such as: "
        "@prefix ex: <https://…> .",
    ),
    (
        r"The BASE keyword should be followed by an IRI",
        "Nach @base steht eine Adresse in spitzen Klammern.",
        "@base is followed by an address in pointed brackets.",
    ),
    (
        r"Trailing commas are not allowed",
        "Dieses Komma ist zu viel: Es folgt nichts mehr.",
        "This comma is one too many: nothing follows.",
    ),
    (
        r"Object values must be followed by .+",
        "Hier fehlt ein Komma oder eine schließende Klammer }}.",
        "A comma or a closing bracket }} is missing here.",
    ),
    (
        r"Array values must be followed by .+",
        "Hier fehlt ein Komma oder eine schließende Klammer ].",
        "A comma or a closing bracket ] is missing here.",
    ),
    (
        r"(@\w+) value must be (?:a|an) (\w+)",
        "{0} hat einen Wert der falschen Art; erwartet wird: {1}.",
        "{0} has a value of the wrong kind; expected is: {1}.",
    ),
    (
        r"Unknown prefix (\S+)",
        "Das Präfix {0} ist nicht erklärt. Ergänzen Sie im ersten Element: xmlns:{0}=…",
        "The prefix {0} is not declared. Add to the first element: xmlns:{0}=…",
    ),
    (
        r"(.+) is not a valid (rdf:\w+) value",
        "{0} ist kein Wert für {1}.",
        "{0} is not a value of {1}.",
    ),
)


def explain(reason: str, prefixes: Mapping[str, str] | None = None) -> Text:
    """Return what the parser's `reason` means; `prefixes` are those that the project knows."""
    reason = reason.rstrip(".")
    unknown = _PREFIX.fullmatch(reason)
    if unknown:
        return _undeclared(unknown[1], {**WELL_KNOWN, **(prefixes or {})})
    sign = _SIGN.fullmatch(reason)
    if sign:
        return explain_sign(sign[1][0])
    for pattern, german, english in _REASONS:
        match = re.fullmatch(pattern, reason, re.DOTALL)
        if match:
            parts = [visible(cut(part or "")) for part in match.groups()]
            return Text(de=german.format(*parts), en=english.format(*parts))
    reason = reason if len(reason) <= _LONGEST else f"{reason[: _LONGEST - 1]}…"
    return Text(
        de=f"Das kann nicht gelesen werden. Der Parser sagt auf Englisch: {reason}.",
        en=f"{reason}.",
    )


def _undeclared(prefix: str, known: Mapping[str, str]) -> Text:
    if prefix.lower() in _SCHEMES:
        return Text(
            de=f"Eine Adresse steht in spitzen Klammern: <{prefix}…>",
            en=f"An address stands in pointed brackets: <{prefix}…>",
        )
    namespace = known.get(prefix[:-1], "…")
    prefix = cut(prefix)
    line = f"@prefix {prefix} <{namespace}> ."
    return Text(
        de=f"Das Präfix {prefix} ist nicht deklariert. Ergänzen Sie oben: {line}",
        en=f"The prefix {prefix} is not declared. Add at the top: {line}",
    )
