"""Constraints of SHACL in words that a contributor understands: "genau eine auf Deutsch".

A sentence is a list of pieces, some of which link to a term. What has no words here is left to
the message of the shape and to its Turtle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from kg.errors import Text
from kg.namespaces import RDF, SH, SKOS, XSD
from kg.serve.pages.linked.facts import Facts
from kg.serve.pages.terms import Term

_DEEPEST = 4
_DATATYPES: Mapping[str, Text] = MappingProxyType(
    {
        f"{XSD}string": Text("einfacher Text ohne Sprachangabe", "plain text without a language"),
        f"{RDF}langString": Text("Text mit Sprachangabe", "text with a language"),
        f"{XSD}integer": Text("ganze Zahl", "whole number"),
        f"{XSD}nonNegativeInteger": Text("ganze Zahl ab 0", "whole number from 0"),
        f"{XSD}positiveInteger": Text("ganze Zahl ab 1", "whole number from 1"),
        f"{XSD}decimal": Text("Zahl, auch mit Nachkommastellen", "number, also with decimals"),
        f"{XSD}double": Text("Zahl", "number"),
        f"{XSD}boolean": Text("ja oder nein (true, false)", "yes or no (true, false)"),
        f"{XSD}date": Text("Tag wie 2023-03-23", "day such as 2023-03-23"),
        f"{XSD}dateTime": Text("Zeitpunkt", "point in time"),
        f"{XSD}gYear": Text("Jahr wie 2023", "year such as 2023"),
        f"{XSD}gYearMonth": Text("Monat wie 2023-03", "month such as 2023-03"),
        f"{XSD}anyURI": Text("Adresse im Netz", "web address"),
    }
)
_NODE_KINDS: Mapping[str, Text] = MappingProxyType(
    {
        f"{SH}IRI": Text("eine eigene Adresse (IRI)", "an address (IRI) of its own"),
        f"{SH}Literal": Text("ein Wert, keine Adresse", "a value, no address"),
        f"{SH}BlankNode": Text("ohne eigene Adresse", "without an address of its own"),
        f"{SH}BlankNodeOrIRI": Text("etwas Beschriebenes, kein Text", "a thing, no text"),
        f"{SH}IRIOrLiteral": Text("eine Adresse oder ein Wert", "an address or a value"),
        f"{SH}BlankNodeOrLiteral": Text("keine Adresse", "no address"),
    }
)
_LANGUAGES: Mapping[str, Text] = MappingProxyType(
    {"de": Text("auf Deutsch", "in German"), "en": Text("auf Englisch", "in English")}
)
_BOUNDS: Mapping[str, Text] = MappingProxyType(
    {
        f"{SH}minInclusive": Text("mindestens", "at least"),
        f"{SH}maxInclusive": Text("höchstens", "at most"),
        f"{SH}minExclusive": Text("mehr als", "more than"),
        f"{SH}maxExclusive": Text("weniger als", "less than"),
    }
)
_PAIRS: Mapping[str, Text] = MappingProxyType(
    {
        f"{SH}equals": Text("gleich wie", "the same as"),
        f"{SH}disjoint": Text("verschieden von", "different from"),
        f"{SH}lessThan": Text("vor", "before"),
        f"{SH}lessThanOrEquals": Text("nicht nach", "not after"),
    }
)
_JOINED: Mapping[str, Text] = MappingProxyType(
    {
        f"{SH}or": Text(" oder ", " or "),
        f"{SH}xone": Text(" oder aber ", " or else "),
        f"{SH}and": Text(" und ", " and "),
    }
)


class Piece(NamedTuple):
    """A part of a sentence: words; with an IRI they are a link, `code` is verbatim."""

    words: str
    iri: str = ""
    code: bool = False


Sentence = list[Piece]


@dataclass(frozen=True)
class Words:
    """Puts shapes into words of a language; `name` returns the name of a term."""

    facts: Facts
    lang: str
    name: Callable[[str], str]

    def say(self, de: str, en: str) -> str:
        """Return one of two texts."""
        return de if self.lang == "de" else en

    def count(self, least: int, most: int | None) -> str:
        """Return how many values there are to be, "" for any number."""
        if most is None:
            if not least:
                return ""
            number = self.say("eine", "one") if least == 1 else str(least)
            return self.say(f"mindestens {number}", f"at least {number}")
        number = self.say("eine", "one") if most == 1 else str(most)
        if most == 0:
            return self.say("keine", "none")
        if least == most:
            return self.say(f"genau {number}", f"exactly {number}")
        if least:
            return self.say(f"{least} bis {most}", f"{least} to {most}")
        return self.say(f"höchstens {number}", f"at most {number}")

    def path(self, node: Term) -> Sentence:
        """Return a path in words (SHACL section 2.3.1)."""
        if node.is_iri:
            return [Piece(self.name(node.value), node.value)]
        for predicate, text in (
            (f"{SH}inversePath", self.say("umgekehrt: ", "backwards: ")),
            (f"{SH}zeroOrMorePath", self.say("beliebig oft: ", "any number of times: ")),
            (f"{SH}oneOrMorePath", self.say("einmal oder öfter: ", "once or more: ")),
            (f"{SH}zeroOrOnePath", self.say("höchstens einmal: ", "once at most: ")),
        ):
            for value in self.facts.values(node, predicate):
                return [Piece(text), *self.path(value)]
        for head in self.facts.values(node, f"{SH}alternativePath"):
            parts = [self.path(one) for one in self.facts.items(head)]
            return joined(parts, self.say(" oder ", " or "))
        return joined([self.path(one) for one in self.facts.items(node)], " › ")

    def rules(self, shape: Term, depth: int = 0, *, properties: bool = True) -> list[Sentence]:
        """Return what a shape demands of a value, a sentence each; of `properties` if wanted."""
        found = [*self._rules(shape, depth)]
        if properties and depth <= _DEEPEST:
            inner = self.facts.values(shape, f"{SH}property")
            found += [self.property(other, depth + 1) for other in inner]
        return [sentence for sentence in found if sentence]

    def is_count(self, sentence: Sentence) -> bool:
        """Return whether a sentence says how many values there are to be."""
        return sentence[0].words.endswith((" Angabe", " Angaben", " value", " values"))

    def _rules(self, shape: Term, depth: int) -> Iterator[Sentence]:
        if depth > _DEEPEST:
            yield [Piece(self.say("siehe Turtle", "see the Turtle"))]
            return
        for parts in (self._count, self._kind, self._limits, self._texts, self._pairs):
            yield from parts(shape)
        for predicate, word in _JOINED.items():
            for head in self.facts.values(shape, predicate):
                yield self._choice(self.facts.items(head), word, depth)
        for other in self.facts.values(shape, f"{SH}not"):
            yield [Piece(self.say("nicht: ", "not: ")), *self._all(other, depth)]
        for other in self.facts.values(shape, f"{SH}node"):
            yield self._list_code(other) or self._all(other, depth)
        yield from self._qualified(shape, depth)

    def property(self, shape: Term, depth: int = 0) -> Sentence:
        """Return what a property shape demands, in one sentence that begins with its path."""
        path = self.facts.value(shape, f"{SH}path")
        rules = self.rules(shape, depth)
        head = self.path(path) if path else []
        return [*head, Piece(": "), *joined(rules, "; ")] if rules else head

    def _all(self, shape: Term, depth: int) -> Sentence:
        if shape.is_iri and shape not in self.facts.about:
            return [Piece(self.name(shape.value), shape.value)]
        return joined(self.rules(shape, depth + 1), self.say(" und ", " and "))

    def _choice(self, shapes: Iterable[Term], word: Text, depth: int) -> Sentence:
        parts = [part for one in shapes if (part := self._all(one, depth))]
        return joined(parts, word.to(self.lang))

    def _count(self, shape: Term) -> Iterator[Sentence]:
        least, most = self._number(shape, "minCount"), self._number(shape, "maxCount")
        words = self.count(least or 0, most)
        if most == 0:
            yield [Piece(self.say("keine Angabe", "no value"))]
        elif words:
            several = not words.endswith(("eine", "one"))
            yield [Piece(words + self.say(" Angabe", " value") + several * self.say("n", "s"))]

    def _qualified(self, shape: Term, depth: int) -> Iterator[Sentence]:
        for other in self.facts.values(shape, f"{SH}qualifiedValueShape"):
            least = self._number(shape, "qualifiedMinCount") or 0
            words = self.count(least, self._number(shape, "qualifiedMaxCount"))
            rules = joined(self.rules(other, depth + 1), self.say(" und ", " and "))
            yield [Piece(f"{words} " if words else ""), *rules]

    def _kind(self, shape: Term) -> Iterator[Sentence]:
        for value in self.facts.values(shape, f"{SH}datatype"):
            text = _DATATYPES.get(value.value)
            yield [Piece(text.to(self.lang) if text else self.name(value.value))]
        for value in self.facts.values(shape, f"{SH}class"):
            yield [Piece(self.say("beschrieben als ", "described as ")), self._term(value)]
        for value in self.facts.values(shape, f"{SH}nodeKind"):
            if value.value in _NODE_KINDS:
                yield [Piece(_NODE_KINDS[value.value].to(self.lang))]
        for head in self.facts.values(shape, f"{SH}in"):
            items = [[self._term(one)] for one in self.facts.items(head)]
            yield [Piece(self.say("eines von: ", "one of: ")), *joined(items, ", ")]
        for value in self.facts.values(shape, f"{SH}hasValue"):
            yield [Piece(self.say("darunter ", "among them ")), self._term(value)]

    def _limits(self, shape: Term) -> Iterator[Sentence]:
        for predicate, word in _BOUNDS.items():
            for value in self.facts.values(shape, predicate):
                yield [Piece(f"{word.to(self.lang)} {value.value}")]
        least, most = self._number(shape, "minLength"), self._number(shape, "maxLength")
        signs = self.say("Zeichen", "characters")
        if least == 1 and most is None:
            yield [Piece(self.say("nicht leer", "not empty"))]
        elif least or most is not None:
            words = self.count(least or 0, most).replace("eine", "1").replace("one", "1")
            yield [Piece(f"{words} {signs}")]

    def _texts(self, shape: Term) -> Iterator[Sentence]:
        for head in self.facts.values(shape, f"{SH}languageIn"):
            names = [self._language(one.value) for one in self.facts.items(head)]
            yield [Piece(self.say(" oder ", " or ").join(names))]
        for value in self.facts.values(shape, f"{SH}uniqueLang"):
            if value.value in ("true", "1"):
                yield [Piece(self.say("je Sprache höchstens eine", "one in each language at most"))]
        for value in self.facts.values(shape, f"{SH}pattern"):
            yield [
                Piece(self.say("nach dem Muster ", "of the pattern ")),
                Piece(value.value, code=True),
            ]
        for value in self.facts.values(shape, f"{SH}closed"):
            if value.value in ("true", "1"):
                yield [Piece(self.say("keine anderen Angaben", "no other statements"))]

    def _pairs(self, shape: Term) -> Iterator[Sentence]:
        for predicate, word in _PAIRS.items():
            for value in self.facts.values(shape, predicate):
                yield [Piece(f"{word.to(self.lang)} "), self._term(value)]

    def _list_code(self, shape: Term) -> Sentence:
        """Return the words for a code of a list, [] for any other shape."""
        for other in self.facts.values(shape, f"{SH}property"):
            path = self.facts.value(other, f"{SH}path")
            scheme = self.facts.value(other, f"{SH}hasValue")
            if path and scheme and path.value == f"{SKOS}inScheme":
                words = self.say("aus der Codeliste ", "from the code list ")
                return [Piece(words), self._term(scheme)]
        return []

    def _language(self, tag: str) -> str:
        known = _LANGUAGES.get(tag)
        return known.to(self.lang) if known else self.say(f"mit @{tag}", f"with @{tag}")

    def _term(self, value: Term) -> Piece:
        if value.is_iri:
            return Piece(self.name(value.value), value.value)
        return Piece(value.value, code=True)

    def _number(self, shape: Term, name: str) -> int | None:
        value = self.facts.value(shape, SH + name)
        return int(value.value) if value and value.value.isdecimal() else None


def joined(parts: Iterable[Sentence], word: str) -> Sentence:
    """Return sentences as one, with `word` between them."""
    whole: Sentence = []
    for part in parts:
        whole += [Piece(word), *part] if whole and part else part
    return whole
