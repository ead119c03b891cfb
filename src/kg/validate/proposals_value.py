"""A value that is wrong gets the value that was probably meant."""

from __future__ import annotations

from kg.errors import Text
from kg.namespaces import SH, XSD
from kg.rdf import literals
from kg.validate.paths import Step
from kg.validate.proposals_convert import (
    TEXT_WITH_LANGUAGE,
    converted,
    day_that_is_not,
    two_readings,
)
from kg.validate.proposals_expected import Expected, patterns, shapes_for
from kg.validate.proposals_known import EXAMPLE, Known, local
from kg.validate.proposals_meant import as_iri, did_you_mean, listed, meant
from kg.validate.proposals_near import plain
from kg.validate.report import Proposal, Result

_MOST = 3
_NUMBERS = frozenset((XSD + "decimal", XSD + "double", XSD + "float"))
LANGUAGES = {
    **dict.fromkeys(("deu", "ger", "german", "deutsch", "ge", "dt", "de_de"), "de"),
    **dict.fromkeys(("eng", "english", "englisch", "en_gb", "en_us", "uk"), "en"),
    **dict.fromkeys(("fra", "fre", "french"), "fr"),
    **dict.fromkeys(("nld", "dut", "dutch"), "nl"),
    **dict.fromkeys(("pol", "polish"), "pl"),
}
"""What is written for a language, and the tag that it should have."""


def right_value(result: Result, known: Known) -> Proposal | None:
    """Propose the value that was meant, of the datatype, code list or class that is expected."""
    value = result.value
    if value is None or result.tree is None:
        return None
    wanted = known.expected(result)
    found = in_datatype(value, wanted)
    if found:
        return instead(value, found, known)
    if wanted.is_listed:
        near = meant(value, known.new(wanted), known, known.candidates(wanted))
        return did_you_mean(value, near, known)
    other = _in_other_namespace(value, result, known) if value.startswith("<") else None
    other = other or unsure_value(value, wanted)
    if other:
        return other
    if f"<{SH}IRI>" in wanted.kinds and value.startswith('"'):
        text = literals.split(value).lexical.strip()
        address = as_iri(f"https://{text}" if text.startswith("www.") else text, known)
        return instead(value, address, known) if address else _in_brackets()
    if TEXT_WITH_LANGUAGE in wanted.datatypes and value.startswith('"'):
        return tagged(result, known)
    if wanted.kinds == (f"<{SH}Literal>",) and value.startswith("<") and not wanted.datatypes:
        return instead(value, literals.write(value[1:-1]), known)
    return None


def in_datatype(value: str, wanted: Expected) -> str | None:
    """Return the literal that `value` is with one of the datatypes wanted, if that is sure."""
    if value.startswith("_:"):
        return None
    datatypes = wanted.datatypes
    if value.startswith("<"):
        datatypes = () if wanted.is_listed else tuple(d for d in datatypes if d == XSD + "anyURI")
    return converted(value, datatypes)


def unsure_value(value: str, wanted: Expected) -> Proposal | None:
    """Say why a text is no number or no date, when people must decide what is meant."""
    if not value.startswith('"'):
        return None
    text = literals.split(value).lexical.strip()
    readings = two_readings(text)
    if readings and not _NUMBERS.isdisjoint(wanted.datatypes):
        one, other = readings
        return Proposal(
            Text(de=f"Ist {one} gemeint oder {other}?", en=f"Is {one} meant or {other}?")
        )
    missing = day_that_is_not(text)
    if missing and XSD + "date" in wanted.datatypes:
        year, month, day = missing
        return Proposal(
            Text(
                de=f"Den {day}.{month}.{year} gibt es nicht.",
                en=f"There is no day {day} in month {month} of {year}.",
            )
        )
    return None


def _in_other_namespace(value: str, result: Result, known: Known) -> Proposal | None:
    """Propose the same name in the one namespace of the project that the patterns allow."""
    wanted = patterns(shapes_for(result, known.plan))
    spaces = set(known.prefixes.values())
    moved = [space + local(value) for space in sorted(spaces)]
    fitting = [iri for iri in moved if any(each.matches(iri.encode()) for each in wanted)]
    strict = [iri for iri in fitting if all(each.matches(iri.encode()) for each in wanted)]
    found = [f"<{iri}>" for iri in strict or fitting if f"<{iri}>" != value]
    return did_you_mean(value, found, known) if len(found) == 1 else None


def right_spelling(result: Result, known: Known) -> Proposal | None:
    """Propose a literal that the same property has elsewhere, such as an official key.

    The name of the focus node decides between several. Without any, an example is given.
    """
    value, path = result.value, result.tree
    if value is None or value.startswith("_:"):
        return None
    if value.startswith("<"):
        return _in_other_namespace(value, result, known)
    tag = LANGUAGES.get(literals.split(value).lexical.strip().lower())
    if tag and fits(literals.write(tag), result, known):
        return instead(value, literals.write(tag), known)
    if not isinstance(path, Step):
        return None
    if known.expected(result).values:
        return right_value(result, known)
    found = _spelled(value, path.predicate, result, known)
    if len(found) == 1:
        own = known.identifies(path.predicate)
        holders = known.holders(path.predicate, found[0])[:1] if own else []
        label = next((known.label(each) for each in holders), None)
        name = known.short(found[0]) + (f" ({label})" if label else "")
        return Proposal(
            Text(de=f"Meinten Sie {name}?", en=f"Did you mean {name}?"), replace=(value, found[0])
        )
    example = example_of(result, known)
    if example is None:
        return None
    shown = known.short(example)
    return Proposal(Text(de=f"Richtig ist zum Beispiel {shown}.", en=f"Right is, e.g., {shown}."))


def _spelled(value: str, predicate: str, result: Result, known: Known) -> list[str]:
    """Return the literals of a property that `value` may be a misspelling of."""
    values = known.values(predicate)
    label = known.label(result.focus)
    for find in (values.locals.same, values.locals.near):
        found = [values.terms[at] for at in find(literals.split(value).lexical)]
        found = [each for each in found if each != value and fits(each, result, known)]
        if len(found) > 1 and label:
            own = [each for each in found if _is_called(label, predicate, each, known)]
            found = own or found
        if found:
            return found
    return []


def _is_called(label: str, predicate: str, value: str, known: Known) -> bool:
    names = (known.label(each) for each in known.holders(predicate, value))
    return any(name and plain(name) == plain(label) for name in names)


def fits(term: str, result: Result, known: Known) -> bool:
    """Return whether a literal has the patterns that the shape of a finding demands."""
    text = literals.split(term).lexical.encode()
    shape = known.shape(result)
    return shape is None or all(each.matches(text) for each in patterns((shape,)))


def example_of(result: Result, known: Known) -> str | None:
    """Return the example that the ontology gives for a property, or a frequent value of it."""
    path = result.tree
    if not isinstance(path, Step) or path.inverse:
        return None
    examples = [each for each in known.objects(path.predicate, EXAMPLE) if each.startswith('"')]
    usual = known.common(path.predicate, of_resource=False)
    fitting = (each for each in (*examples, *usual) if each != result.value)
    return next((each for each in fitting if fits(each, result, known)), None)


def tagged(result: Result, known: Known) -> Proposal | None:
    """Propose a text with the right language tag."""
    value = result.value
    if value is None or not value.startswith('"'):
        return None
    lexical, _, language = literals.split(value)
    allowed = known.expected(result).languages or ("de", "en")
    tag = LANGUAGES.get(language.lower(), language.partition("-")[0])
    if language and tag != language and tag in allowed:
        return instead(value, literals.write(lexical, language=tag), known)
    if not language and len(allowed) == 1:
        return instead(value, literals.write(lexical, language=allowed[0]), known)
    shown = [literals.write(_cut(lexical), language=each) for each in allowed[:_MOST]]
    return Proposal(
        Text(
            de=f"Geben Sie die Sprache an: {listed(shown, 'oder')}.",
            en=f"Give the language: {listed(shown, 'or')}.",
        )
    )


def _cut(text: str) -> str:
    return text if len(text) <= 20 else text[:19] + "…"


def instead(old: str, new: str, known: Known) -> Proposal:
    """Propose `new` in place of `old`."""
    return Proposal(
        Text(
            de=f"Schreiben Sie {known.short(new)} statt {known.short(old)}.",
            en=f"Write {known.short(new)} instead of {known.short(old)}.",
        ),
        replace=(old, new),
    )


def _in_brackets() -> Proposal:
    return Proposal(
        Text(
            de="Schreiben Sie eine Adresse, etwa <https://…> oder einen Namen mit Präfix, ohne "
            "Anführungszeichen.",
            en="Write an address, such as <https://…> or a name with a prefix, without quotation "
            "marks.",
        )
    )
