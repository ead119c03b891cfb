"""Statements as sentences: "Emma steht in Zweigstelle West", made of the labels of terms.

A label of a property is a verb ("steht in"), a noun ("Mitglied") or something with a
preposition ("Teil von"); what it is, is told by its first and its last word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.namespaces import OWL, RDF, RDF_TYPE, RDFS, shorten
from kg.serve.pages.words import Lang, day

LONGEST = 300
"""So many signs of a literal are shown."""
_GAP = "…"
_DASH = " – "
_DATES = re.compile(r"http://www\.w3\.org/2001/XMLSchema#(?:date|gYear|gYearMonth|dateTime)\Z")
_VERBS = {
    "de": """ist hat hatte war gehört steht liegt heißt leitet führt nennt zählt geht betrifft
schließt verlangt erlaubt knüpft setzt verweist erwähnt handelt sagt ergibt besitzt
arbeitet enthält verwendet verwendete braucht nutzt fördert trägt vertritt kennt""",
    "en": """is has had was holds used initiated influenced excludes includes""",
}
_PREPOSITIONS = {
    "de": """von vom in im an am ab bis bei mit zu zum zur für über unter durch gegenüber aus als
auf nach innerhalb""",
    "en": """of in at by with to for under towards about from through within on as""",
}
_OWN = (RDFS, OWL)


@dataclass(frozen=True)
class Piece:
    """A part of a sentence: plain words, or a term with its IRI, language and kind."""

    text: str
    kind: str = "text"
    iri: str = ""
    lang: str = ""


Clause = tuple[Piece, ...]


def clause(triple: Mapping[str, Any], lang: Lang, prefixes: Mapping[str, str]) -> Clause:
    """Return a triple, as `kg.reason.proof_json` writes it, as a sentence without full stop."""
    subject, value = (piece(triple[name], lang, prefixes) for name in ("subject", "object"))
    predicate = triple["predicate"]
    before, after = _pattern(predicate, lang, prefixes)
    iri = predicate["value"] if predicate["type"] == "uri" else ""
    kind = "property" if iri and not _is_logical(iri) else "text"
    pieces = [
        subject,
        Piece(" "),
        Piece(before, kind, iri),
        Piece(" "),
        value,
    ]
    return (*pieces, Piece(f" {after}")) if after else tuple(pieces)


def text_of(said: Clause) -> str:
    """Return a clause as plain text."""
    return "".join(piece.text for piece in said)


def piece(term: Mapping[str, str], lang: Lang, prefixes: Mapping[str, str]) -> Piece:
    """Return a term as it stands in a sentence."""
    if term["type"] == "uri":
        name = term.get("label") or shorten(term["value"], prefixes)
        if needs_kind(term):
            name = f"{term.get('kind', '')} {_quoted(name, lang)}".strip()
        return Piece(name, "text" if _is_logical(term["value"]) else "iri", term["value"])
    if term["type"] == "literal":
        text = " ".join(term["value"].split())
        if _DATES.match(term.get("datatype", "")):
            return Piece(day(text, lang), "literal")
        short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
        if term.get("datatype"):
            return Piece(short, "literal")
        return Piece(_quoted(short, lang), "literal", lang=term.get("xml:lang", ""))
    if term["type"] == "variable":
        return Piece(f"?{term['value']}", "variable")
    return Piece(f"_:{term['value']}", "literal")


def needs_kind(term: Mapping[str, str]) -> bool:
    """Return whether a term reads better with what it is before its label."""
    return term["type"] == "uri" and _DASH in term.get("label", "")


def is_background(triple: Mapping[str, Any]) -> bool:
    """Return whether a triple only says of what class something is, or what words mean."""
    name: str = triple["predicate"]["value"]
    return name == RDF_TYPE or name.startswith(_OWN)


def _is_logical(name: str) -> bool:
    """Return whether an IRI is a word of RDF, RDFS or OWL, on which there is no page."""
    return name.startswith((RDF, RDFS, OWL))


def _pattern(
    predicate: Mapping[str, str], lang: Lang, prefixes: Mapping[str, str]
) -> tuple[str, str]:
    """Return what stands between subject and object, and what stands after the object."""
    label = piece(predicate, lang, prefixes).text if predicate["type"] != "uri" else ""
    label = label or predicate.get("label") or shorten(predicate["value"], prefixes)
    if _GAP in label:
        before, _, after = label.partition(_GAP)
        return before.strip(), after.strip()
    if predicate["type"] == "variable" or ":" in label:
        return label, ""
    return (_german if lang == "de" else _english)(label), ""


def _german(label: str) -> str:
    words = label.split()
    first, last = words[0], words[-1]
    participle = (
        len(words) == 2 and last in ("von", "am", "durch") and first not in _VERBS["de"].split()
    )
    if first in _VERBS["de"].split():
        return label
    if first.islower() and first.endswith("t") and not participle and len(words) <= 2:
        return label
    if first in ("in", "im"):
        return f"steht {label}"
    if first in _PREPOSITIONS["de"].split():
        return f"gilt {label}"
    if last in _PREPOSITIONS["de"].split():
        return f"ist {label}"
    return f"hat als {label}"


def _english(label: str) -> str:
    words = label.split()
    first, last = words[0], words[-1]
    if first in _VERBS["en"].split() or (_is_verb(first) and (len(words) == 1 or last != first)):
        return label
    if last in _PREPOSITIONS["en"].split():
        return f"is {label}"
    return f"has as {label}"


def _is_verb(word: str) -> bool:
    """Return whether an English word looks like a verb in the third person."""
    return word.islower() and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _quoted(text: str, lang: Lang) -> str:
    return f"„{text}“" if lang == "de" else f"“{text}”"
