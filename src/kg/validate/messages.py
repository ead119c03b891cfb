"""What a failed constraint says when its shape has no message of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kg.errors import Text
from kg.validate.constraint_reader import component
from kg.validate.shapes import Constraint

Short = Callable[[str], str]


def default_message(constraint: Constraint, path: str | None, short: Short) -> Text:
    """Return the sentence for a constraint; `path` is written out, `short` shortens terms."""
    place = Text(de=f"{path}: ", en=f"{path}: ") if path else Text(de="", en="")
    words = _WORDS.get(constraint.component)
    text = words(constraint, short) if words else _own(constraint, short)
    return Text(de=place.de + text.de, en=place.en + text.en)


def _own(constraint: Constraint, short: Short) -> Text:
    name = short(f"<{constraint.component}>")
    return Text(de=f"Die Bedingung {name} ist nicht erfüllt.", en=f"{name} is not fulfilled.")


def _fixed(de: str, en: str) -> Callable[[Constraint, Short], Text]:
    return lambda constraint, short: Text(de=de, en=en)


def _number(de: str, en: str) -> Callable[[Constraint, Short], Text]:
    def words(constraint: Constraint, _: Short) -> Text:
        number = str(constraint.number)
        return Text(de=de.replace("#", number), en=en.replace("#", number))

    return words


def _terms(de: str, en: str) -> Callable[[Constraint, Short], Text]:
    def words(constraint: Constraint, short: Short) -> Text:
        shown = [short(term) for term in constraint.terms[:_MOST]]
        listed = ", ".join(shown) + (" …" if len(constraint.terms) > _MOST else "")
        return Text(de=de.replace("#", listed), en=en.replace("#", listed))

    return words


_MOST = 12


def _kind(constraint: Constraint, short: Short) -> Text:
    kind = constraint.terms[0].rpartition("#")[2][:-1]
    return _NODE_KINDS.get(kind, _own(constraint, short))


def _shapes(de: str, en: str) -> Callable[[Constraint, Short], Text]:
    def words(constraint: Constraint, short: Short) -> Text:
        names = [short(f"<{shape.name}>") for shape in constraint.shapes if shape.name]
        known = ", ".join(dict.fromkeys(names)) or "sh:NodeShape"
        number = str(constraint.number)
        return Text(
            de=de.replace("#", known).replace("%", number),
            en=en.replace("#", known).replace("%", number),
        )

    return words


_NODE_KINDS = {
    "IRI": Text(de="Erwartet wird eine IRI.", en="Expected is an IRI."),
    "Literal": Text(
        de="Erwartet wird ein Text, eine Zahl oder ein Datum, keine IRI.",
        en="Expected is a string, a number or a date, not an IRI.",
    ),
    "BlankNode": Text(de="Erwartet wird ein leerer Knoten.", en="Expected is a blank node."),
    "BlankNodeOrIRI": Text(
        de="Erwartet wird eine IRI oder ein leerer Knoten, kein Text.",
        en="Expected is an IRI or a blank node, not a string.",
    ),
    "BlankNodeOrLiteral": Text(
        de="Erwartet wird ein Text oder ein leerer Knoten, keine IRI.",
        en="Expected is a string or a blank node, not an IRI.",
    ),
    "IRIOrLiteral": Text(
        de="Erwartet wird eine IRI oder ein Text, kein leerer Knoten.",
        en="Expected is an IRI or a string, not a blank node.",
    ),
}
_WORDS: Mapping[str, Callable[[Constraint, Short], Text]] = MappingProxyType(
    {
        component(name): words
        for name, words in (
            ("Class", _terms("Erwartet wird etwas der Klasse #.", "Expected is a member of #.")),
            (
                "Datatype",
                _terms(
                    "Erwartet wird ein gültiger Wert vom Datentyp #.",
                    "Expected is a valid value of the datatype #.",
                ),
            ),
            ("NodeKind", _kind),
            (
                "MinCount",
                _number(
                    "Die Angabe fehlt oder steht zu selten; erwartet: mindestens #.",
                    "It is missing or given too seldom; expected: at least #.",
                ),
            ),
            (
                "MaxCount",
                _number(
                    "Die Angabe steht zu oft; erwartet: höchstens #.",
                    "It is given too often; expected: at most #.",
                ),
            ),
            ("MinExclusive", _terms("Erwartet wird mehr als #.", "Expected is more than #.")),
            ("MinInclusive", _terms("Erwartet wird mindestens #.", "Expected is at least #.")),
            ("MaxExclusive", _terms("Erwartet wird weniger als #.", "Expected is less than #.")),
            ("MaxInclusive", _terms("Erwartet wird höchstens #.", "Expected is at most #.")),
            (
                "MinLength",
                _number(
                    "Der Text ist zu kurz; erwartet werden mindestens # Zeichen.",
                    "The text is too short; expected are at least # characters.",
                ),
            ),
            (
                "MaxLength",
                _number(
                    "Der Text ist zu lang; erwartet werden höchstens # Zeichen.",
                    "The text is too long; expected are at most # characters.",
                ),
            ),
            (
                "Pattern",
                _terms(
                    "Der Wert hat nicht die erwartete Form #.",
                    "The value does not have the expected form #.",
                ),
            ),
            (
                "LanguageIn",
                _terms(
                    "Erwartet wird ein Text in einer der Sprachen #.",
                    "Expected is text in one of the languages #.",
                ),
            ),
            (
                "UniqueLang",
                _fixed(
                    "Zu einer Sprache gibt es mehrere Texte; erwartet wird je Sprache einer.",
                    "There are several texts of one language; expected is one a language.",
                ),
            ),
            (
                "Equals",
                _terms(
                    "Die Werte sind nicht dieselben wie die von #.",
                    "The values are not the same as those of #.",
                ),
            ),
            (
                "Disjoint",
                _terms("Der Wert steht auch bei #.", "The value is one of # as well."),
            ),
            (
                "LessThan",
                _terms(
                    "Erwartet wird ein kleinerer oder früherer Wert als bei #.",
                    "Expected is a smaller or earlier value than that of #.",
                ),
            ),
            (
                "LessThanOrEquals",
                _terms(
                    "Erwartet wird kein größerer oder späterer Wert als bei #.",
                    "Expected is no greater or later value than that of #.",
                ),
            ),
            (
                "Closed",
                _fixed(
                    "Diese Eigenschaft ist hier nicht vorgesehen.",
                    "This property is not provided for here.",
                ),
            ),
            ("HasValue", _terms("Es fehlt der Wert #.", "The value # is missing.")),
            ("In", _terms("Erwartet wird eines von #.", "Expected is one of #.")),
            (
                "Not",
                _shapes(
                    "Der Wert entspricht dem, was nicht sein darf (#).",
                    "The value is what must not be (#).",
                ),
            ),
            (
                "And",
                _shapes(
                    "Der Wert erfüllt nicht alles, was verlangt ist (#).",
                    "The value does not fulfil all that is demanded (#).",
                ),
            ),
            (
                "Or",
                _shapes(
                    "Der Wert erfüllt keine der Möglichkeiten (#).",
                    "The value fulfils none of the alternatives (#).",
                ),
            ),
            (
                "Xone",
                _shapes(
                    "Der Wert erfüllt nicht genau eine der Möglichkeiten (#).",
                    "The value does not fulfil exactly one of the alternatives (#).",
                ),
            ),
            (
                "Node",
                _shapes(
                    "Der Wert erfüllt nicht, was # verlangt.",
                    "The value does not fulfil what # demands.",
                ),
            ),
            (
                "QualifiedMinCount",
                _shapes(
                    "Zu wenige Werte erfüllen, was # verlangt; erwartet: mindestens %.",
                    "Too few values fulfil what # demands; expected: at least %.",
                ),
            ),
            (
                "QualifiedMaxCount",
                _shapes(
                    "Zu viele Werte erfüllen, was # verlangt; erwartet: höchstens %.",
                    "Too many values fulfil what # demands; expected: at most %.",
                ),
            ),
            ("SPARQL", _fixed("Eine Bedingung ist nicht erfüllt.", "A condition is not met.")),
        )
    }
)
