"""Terms and triples of a rule file: SPARQL tokens become patterns of terms in N-Triples form."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from kg.namespaces import ABSOLUTE_IRI, RDF, RDF_TYPE, XSD
from kg.rdf.iri import resolve
from kg.rdf.literals import write
from kg.reason.rule import Pattern, is_variable
from kg.reason.rule_tokens import Source, Token

_CODE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_LETTERS = "tbnrf\"'\\"
_SIGNS = "\t\b\n\r\f\"'\\"


@dataclass
class Terms:
    """What terms mean here: prefixes, base, and the variables that stand for blank nodes."""

    source: Source
    prefixes: dict[str, str] = field(default_factory=dict)
    base: str = ""
    made: int = 0
    group: int = 0
    labels: dict[str, int] = field(default_factory=dict)

    def iri(self, token: Token) -> str:
        """Return the IRI, in angle brackets, that a token of kind "iri" or "name" writes."""
        if token.kind == "name":
            return f"<{self._expand(token)}>"
        iri = resolve(self.base, self.decode(token, token.text[1:-1]))
        if not ABSOLUTE_IRI.fullmatch(iri):
            self.source.fail(
                token,
                f"<{iri}> ist keine vollständige IRI; schreiben Sie sie aus oder nennen Sie BASE.",
                f"<{iri}> is not an absolute IRI; write it out or declare BASE.",
            )
        return f"<{iri}>"

    def _expand(self, token: Token) -> str:
        prefix, _, local = token.text.partition(":")
        if prefix not in self.prefixes:
            self.source.fail(
                token,
                f"Das Präfix „{prefix}:“ ist nicht erklärt; es fehlt PREFIX {prefix}: <…>.",
                f"The prefix “{prefix}:” is not declared; PREFIX {prefix}: <…> is missing.",
            )
        return self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)

    def decode(self, token: Token, text: str) -> str:
        """Return `text` with its escapes resolved; raises for one that does not exist."""

        def replace(match: re.Match[str]) -> str:
            four, eight, letter = match.groups()
            code = int(four or eight or "110000", 16)
            if letter and letter in _LETTERS:
                return _SIGNS[_LETTERS.index(letter)]
            if letter or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                self.source.fail(
                    token,
                    f"„{match.group()}“ ist keine gültige Zeichenangabe.",
                    f"“{match.group()}” is not a valid escape.",
                )
            return chr(code)

        return _CODE.sub(replace, text) if "\\" in text else text

    def literal(self) -> str | None:
        """Take a string, number or truth value if one stands next."""
        source = self.source
        token = source.peek()
        if token.kind == "string":
            return self._string(source.take())
        if token.text in ("true", "false"):
            return write(source.take().text, datatype=f"{XSD}boolean")
        if token.kind == "number":
            return self.number(source.take())
        signed = source.peek(1)
        if token.is_sign("+", "-") and (signed.kind, signed.offset) == ("number", token.offset + 1):
            return self.number(source.take(), source.take())
        return None

    def number(self, *tokens: Token) -> str:
        """Return the literal of a number, its written form kept."""
        lexical = "".join(token.text for token in tokens)
        kind = "integer" if "." not in lexical else "decimal"
        return write(lexical, datatype=XSD + ("double" if "e" in lexical.lower() else kind))

    def _string(self, token: Token) -> str:
        quotes = 3 if token.text[:3] in ('"""', "'''") and len(token.text) >= 6 else 1
        lexical = self.decode(token, token.text[quotes:-quotes])
        if self.source.peek().kind == "tag":
            return write(lexical, language=self.source.take().text[1:])
        if not self.source.take_sign("^^"):
            return write(lexical)
        if self.source.peek().kind not in ("iri", "name"):
            self.source.unexpected("die IRI eines Datentyps", "the IRI of a datatype")
        return write(lexical, datatype=self.iri(self.source.take())[1:-1])

    def fresh(self) -> str:
        """Return a variable that no rule file can write, for a blank node."""
        self.made += 1
        return f"?.{self.made}"

    def blank(self, token: Token) -> str:
        """Return the variable for a blank node label; it belongs to one group."""
        if self.labels.setdefault(token.text, self.group) != self.group:
            self.source.fail(
                token,
                f"{token.text} steht in zwei Gruppen; nehmen Sie eine Variable.",
                f"{token.text} stands in two groups; use a variable.",
            )
        return f"?{token.text}"


@dataclass
class Triples:
    """Reads triples up to the end of a block. In a template there are no blank nodes."""

    terms: Terms
    template: bool
    patterns: list[Pattern] = field(default_factory=list)

    def read(self) -> None:
        """Read one subject with all that is said of it."""
        source = self.terms.source
        first = source.peek()
        nested = first.is_sign("[", "(")
        subject = self._node()
        if subject.startswith('"'):
            source.fail(
                first,
                "Ein Literal kann nicht Subjekt sein.",
                "A literal cannot be a subject.",
            )
        if not (nested and source.peek().is_sign(".", "}")):
            self._properties(subject)

    def _properties(self, subject: str) -> None:
        source = self.terms.source
        while True:
            predicate = self._verb()
            while True:
                self.patterns.append(Pattern(subject, predicate, self._node()))
                if not source.take_sign(","):
                    break
            if not source.take_sign(";"):
                return
            while source.take_sign(";"):
                pass
            following = source.peek()
            if following.is_sign(".", "}", "]") or (following.word and following.text != "a"):
                return

    def _verb(self) -> str:
        source = self.terms.source
        token = source.peek()
        if token.is_sign("^", "!", "("):
            self._refuse_path(token)
        if self.terms.literal() is not None:
            source.fail(
                token,
                "Ein Literal kann nicht Eigenschaft sein.",
                "A literal cannot be a predicate.",
            )
        if token.kind == "blank" or token.is_sign("["):
            source.fail(
                token,
                "Ein leerer Knoten kann nicht Eigenschaft sein; nehmen Sie eine Variable.",
                "A blank node cannot be a predicate; use a variable.",
            )
        if token.text != "a" and token.kind not in ("variable", "iri", "name"):
            source.unexpected("eine Eigenschaft", "a predicate")
        source.take()
        if source.peek().is_sign("/", "|", "*", "+", "?", "^") and token.kind != "variable":
            self._refuse_path(source.peek())
        if token.kind == "variable":
            return f"?{token.text[1:]}"
        return f"<{RDF_TYPE}>" if token.text == "a" else self.terms.iri(token)

    def _refuse_path(self, token: Token) -> NoReturn:
        self.terms.source.fail(
            token,
            f"Ein Pfad von Eigenschaften („{token.text}“) ist in Regeln nicht möglich; schreiben "
            "Sie die einzelnen Tripel, eine Wiederholung als eigene Regel.",
            f"A property path (“{token.text}”) is not possible in rules; write the single triples, "
            "and a repetition as a rule of its own.",
        )

    def _node(self) -> str:
        source = self.terms.source
        token = source.peek()
        literal = self.terms.literal()
        if literal is not None:
            return literal
        if token.kind == "variable":
            return f"?{source.take().text[1:]}"
        if token.kind in ("iri", "name"):
            return self.terms.iri(source.take())
        if token.is_sign("<<"):
            source.fail(
                token,
                "Tripel über Tripel („<<“) sind in Regeln nicht möglich.",
                "Triples about triples (“<<”) are not possible in rules.",
            )
        if token.is_sign("(") and source.peek(1).is_sign(")"):
            source.take(), source.take()
            return f"<{RDF}nil>"
        if token.kind != "blank" and not token.is_sign("[", "("):
            source.unexpected("ein Term oder eine Variable", "a term or a variable")
        if self.template:
            source.fail(
                token,
                "Eine Regel kann keine leeren Knoten erzeugen; nennen Sie eine IRI oder Variable.",
                "A rule cannot make blank nodes; name an IRI or a variable.",
            )
        source.take()
        if token.kind == "blank":
            return self.terms.blank(token)
        return self._nested(token, self._described if token.text == "[" else self._collection)

    def _nested(self, token: Token, read: Callable[[], str]) -> str:
        self.terms.source.enter(token)
        node = read()
        self.terms.source.leave()
        return node

    def _described(self) -> str:
        node = self.terms.fresh()
        if not self.terms.source.take_sign("]"):
            self._properties(node)
            self.terms.source.expect("]")
        return node

    def _collection(self) -> str:
        members = []
        while not self.terms.source.take_sign(")"):
            members.append(self._node())
        rest = f"<{RDF}nil>"
        for member in reversed(members):
            node = self.terms.fresh()
            self.patterns.append(Pattern(node, f"<{RDF}first>", member))
            self.patterns.append(Pattern(node, f"<{RDF}rest>", rest))
            rest = node
        return rest


def variables_in(patterns: list[Pattern]) -> set[str]:
    """Return the variables of all patterns."""
    return {term for pattern in patterns for term in pattern.terms() if is_variable(term)}
