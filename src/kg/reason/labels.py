"""Terms and triples as people read them: by their labels in German or English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np

from kg.errors import Text
from kg.namespaces import DCT, OWL, RDF, RDFS, SKOS, shorten
from kg.reason.facts import LITERAL, Facts
from kg.reason.proof import Triple

_SCHEMA = "https://schema.org/"
_FOAF = "http://xmlns.com/foaf/0.1/"
LABELS = (
    (f"<{RDFS}label>", f"<{SKOS}prefLabel>"),
    (f"<{DCT}title>", f"<{_FOAF}name>", f"<{_SCHEMA}name>"),
)
"""Properties that name things; the second group counts where the first says nothing."""
LONGEST = 120
"""So many signs of a literal are shown."""
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<(.*)>)?\Z', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_SHORT = MappingProxyType({"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"})
_KNOWN: Mapping[str, Text] = MappingProxyType(
    {
        f"{RDF}type": Text("ist", "is a"),
        f"{RDF}first": Text("hat als Eintrag", "has as entry"),
        f"{RDF}rest": Text("geht weiter mit", "goes on with"),
        f"{RDF}nil": Text("Ende der Liste", "end of the list"),
        f"{RDFS}subClassOf": Text("ist Unterklasse von", "is a subclass of"),
        f"{RDFS}subPropertyOf": Text("ist engere Eigenschaft als", "is a narrower property than"),
        f"{RDFS}domain": Text("ist eine Eigenschaft von", "is a property of"),
        f"{RDFS}range": Text("hat Werte der Klasse", "has values of the class"),
        f"{RDFS}label": Text("heißt", "is called"),
        f"{RDFS}comment": Text("Anmerkung", "comment"),
        f"{RDFS}isDefinedBy": Text("ist definiert in", "is defined by"),
        f"{RDFS}Datatype": Text("Datentyp", "datatype"),
        f"{OWL}sameAs": Text("ist dasselbe wie", "is the same as"),
        f"{OWL}differentFrom": Text("ist etwas anderes als", "is different from"),
        f"{OWL}inverseOf": Text("ist die Umkehrung von", "is the inverse of"),
        f"{OWL}equivalentClass": Text("hat dieselben Mitglieder wie", "has the same members as"),
        f"{OWL}equivalentProperty": Text("sagt dasselbe wie", "says the same as"),
        f"{OWL}disjointWith": Text("schließt aus", "excludes"),
        f"{OWL}propertyChainAxiom": Text("ergibt sich aus der Kette", "follows from the chain"),
        f"{OWL}intersectionOf": Text("ist die Schnittmenge von", "is the intersection of"),
        f"{OWL}unionOf": Text("ist die Vereinigung von", "is the union of"),
        f"{OWL}oneOf": Text("zählt auf", "enumerates"),
        f"{OWL}hasKey": Text("hat den Schlüssel", "has the key"),
        f"{OWL}onProperty": Text("betrifft die Eigenschaft", "is about the property"),
        f"{OWL}someValuesFrom": Text("verlangt einen Wert aus", "asks for a value from"),
        f"{OWL}allValuesFrom": Text("erlaubt nur Werte aus", "allows only values from"),
        f"{OWL}hasValue": Text("verlangt den Wert", "asks for the value"),
        f"{OWL}Thing": Text("Ding", "thing"),
        f"{OWL}Nothing": Text("nichts", "nothing"),
        f"{OWL}Class": Text("Klasse", "class"),
        f"{OWL}ObjectProperty": Text("Beziehung", "relation"),
        f"{OWL}DatatypeProperty": Text("Eigenschaft mit Werten", "property with values"),
        f"{OWL}TransitiveProperty": Text(
            "Beziehung, die sich fortsetzt", "relation that carries on"
        ),
        f"{OWL}SymmetricProperty": Text(
            "Beziehung in beide Richtungen", "relation in both directions"
        ),
        f"{OWL}FunctionalProperty": Text(
            "Eigenschaft mit höchstens einem Wert", "property with at most one value"
        ),
        f"{OWL}InverseFunctionalProperty": Text(
            "Eigenschaft, die nur einem gehört", "property that belongs to one thing only"
        ),
        f"{SKOS}prefLabel": Text("heißt", "is called"),
    }
)
"""What terms of RDF, RDFS and OWL say in plain words; a project need not describe them."""


class Labels:
    """The labels of terms in one language; those of many terms are looked up at once."""

    def __init__(self, facts: Facts, lang: str, prefixes: Mapping[str, str]) -> None:
        """Look labels up in `facts`; who has none is shown by a name with a prefix."""
        self.lang = lang
        self._facts = facts
        self._prefixes = prefixes
        self._found: dict[str, str] = {}

    def prepare(self, terms: Iterable[str]) -> None:
        """Look up the labels of `terms`, in N-Triples form, that are not known yet."""
        wanted: dict[int, list[str]] = {}
        for term in set(terms) - self._found.keys():
            number = self._facts.terms.find(term) if term.startswith("<") else None
            if number is not None:
                wanted.setdefault(self._facts.equality.find(number), []).append(term)
        for number, label in _labels(self._facts, sorted(wanted), self.lang).items():
            self._found |= dict.fromkeys(wanted[number], label)

    def label(self, term: str) -> str:
        """Return how a term, in N-Triples form, or a `?variable` is shown."""
        if term.startswith('"'):
            return self._literal(term)
        if not term.startswith("<"):
            return term
        known = _KNOWN.get(term[1:-1])
        if known is not None:
            return known.to(self.lang)
        return self._found.get(term) or shorten(term[1:-1], self._prefixes)

    def named(self, term: str) -> str | None:
        """Return the label of a term, None when it has none of its own."""
        known = _KNOWN.get(term[1:-1]) if term.startswith("<") else None
        return known.to(self.lang) if known else self._found.get(term)

    def sentence(self, triple: Triple) -> str:
        """Return a triple as "subject – predicate – object"; labels with a dash are in quotes."""
        return " – ".join(
            self._quoted(label) if " – " in label and not term.startswith('"') else label
            for term, label in ((term, self.label(term)) for term in triple)
        )

    def _quoted(self, text: str) -> str:
        return f"„{text}“" if self.lang == "de" else f"“{text}”"

    def _literal(self, term: str) -> str:
        text, tag, datatype = parts(term)
        text = " ".join(text.split())
        if len(text) > LONGEST:
            text = text[: LONGEST - 1].rstrip() + "…"
        if datatype and not tag:
            return text
        return self._quoted(text)


def parts(literal: str) -> tuple[str, str, str]:
    """Return text, language tag and datatype IRI of a literal in N-Triples form."""
    match = _LITERAL.match(literal)
    if match is None:
        return literal, "", ""
    text, tag, datatype = match.groups(default="")
    return (_ESCAPE.sub(_character, text) if "\\" in text else text), tag, datatype


def _character(match: re.Match[str]) -> str:
    code = match.group(1)
    return chr(int(code[1:], 16)) if code[0] in "uU" else _SHORT.get(code, code)


def _labels(facts: Facts, numbers: list[int], lang: str) -> dict[int, str]:
    """Return the best label of each identifier in `numbers`, sorted, that has one."""
    best: dict[int, tuple[int, int, str]] = {}
    keys = np.array(numbers, np.int64)
    for group, properties in enumerate(LABELS):
        for name in properties if len(keys) else ():
            number = facts.terms.find(name)
            relation = None if number is None else facts.relations.get(facts.equality.find(number))
            if relation is None:
                continue
            which, values = relation.expand(keys)
            texts = facts.terms.kinds[values] == LITERAL
            which, values = which[texts], values[texts]
            if not len(values):
                continue
            for place, literal in zip(which.tolist(), facts.terms.terms(values), strict=True):
                text, tag, _ = parts(literal)
                found = (group, _order(tag, lang), text)
                key = numbers[place]
                best[key] = min(best.get(key, found), found)
    return {key: text for key, (_, _, text) in best.items()}


def _order(tag: str, lang: str) -> int:
    """Return how welcome a language is: the one asked for, the other of ours, none, another."""
    primary = tag.lower().partition("-")[0]
    if primary == lang:
        return 0
    return {"de": 1, "en": 1, "": 2}.get(primary, 3)
