"""Findings that no single term mends get a sentence: what is there, what is allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kg.errors import Text
from kg.namespaces import SH
from kg.rdf import literals
from kg.validate.paths import Step
from kg.validate.proposals_known import Known
from kg.validate.proposals_meant import did_you_mean, meant
from kg.validate.proposals_value import in_datatype, instead, unsure_value
from kg.validate.report import Proposal, Result

_MOST = 5
_LIMITS = {
    "MinInclusive": ("minInclusive", "Erlaubt sind Werte ab #.", "Allowed are values from #."),
    "MinExclusive": ("minExclusive", "Der Wert muss über # liegen.", "It must be above #."),
    "MaxInclusive": ("maxInclusive", "Erlaubt sind Werte bis #.", "Allowed are values up to #."),
    "MaxExclusive": ("maxExclusive", "Der Wert muss unter # liegen.", "It must be below #."),
}


def too_many(result: Result, known: Known) -> Proposal | None:
    """Say which values there are and how many may stay."""
    name = "maxCount" if "Qualified" not in (result.component or "") else "qualifiedMaxCount"
    most = next((literals.split(each).lexical for each in known.parameter(result, name)), None)
    values = _values(result, known)
    if most is None or not values:
        return None
    if most == "0":
        return Proposal(
            Text(
                de=f"Entfernen Sie {_listed(values, known, 'de')}.",
                en=f"Remove {_listed(values, known, 'en')}.",
            )
        )
    one = most == "1"
    de = "darf nur ein Wert stehen" if one else f"dürfen höchstens {most} Werte stehen"
    en = "only one value may stand" if one else f"at most {most} values may stand"
    return Proposal(
        Text(
            de=f"Es stehen da: {_listed(values, known, 'de')}. An dieser Stelle {de}.",
            en=f"There are: {_listed(values, known, 'en')}. In this place {en}.",
        )
    )


def one_a_language(result: Result, known: Known) -> Proposal | None:
    """Say which values have their language in common."""
    texts = [each for each in _values(result, known) if each.startswith('"')]
    count = Counter(literals.split(each).language for each in texts)
    double = [each for each in texts if count[literals.split(each).language] > 1]
    double = [each for each in double if literals.split(each).language]
    if not double:
        return None
    return Proposal(
        Text(
            de=f"Behalten Sie je Sprache nur einen Text: {_listed(double, known, 'de')}.",
            en=f"Keep one text a language only: {_listed(double, known, 'en')}.",
        )
    )


def limit(result: Result, known: Known) -> Proposal | None:
    """Say what the least or greatest value is."""
    if result.value is not None:
        right = in_datatype(result.value, known.expected(result))
        if right:
            return instead(result.value, right, known)
        if literals.number(result.value) is None and known.expected(result).datatypes:
            # That a text is no number is told by the finding on its datatype.
            return unsure_value(result.value, known.expected(result))
    name = (result.component or "").removeprefix(SH).removesuffix("ConstraintComponent")
    parameter, de, en = _LIMITS[name]
    bounds = known.parameter(result, parameter)
    if not bounds:
        return None
    shown = known.short(bounds[0])
    if literals.order(bounds[0]) is not None and literals.number(bounds[0]) is not None:
        shown = literals.split(bounds[0]).lexical
    return Proposal(Text(de=de.replace("#", shown), en=en.replace("#", shown)))


def length(result: Result, known: Known) -> Proposal | None:
    """Say how long the text is and how long it may be."""
    if result.value is None or result.value.startswith("_:"):
        return None
    text = result.value[1:-1]
    if result.value.startswith('"'):
        text = literals.split(result.value).lexical
    least = "MinLength" in (result.component or "")
    bounds = known.parameter(result, "minLength" if least else "maxLength")
    if not bounds:
        return None
    number = literals.split(bounds[0]).lexical
    return Proposal(
        Text(
            de=f"Der Text hat {len(text)} Zeichen; erlaubt sind "
            f"{'mindestens' if least else 'höchstens'} {number}.",
            en=f"The text has {len(text)} characters; allowed are "
            f"{'at least' if least else 'at most'} {number}.",
        )
    )


def before(result: Result, known: Known) -> Proposal | None:
    """Say which value must come before which; when there is one of each they may be swapped."""
    parameter = "lessThan" if "LessThanConstraint" in (result.component or "") else None
    others = known.parameter(result, parameter or "lessThanOrEquals")
    path = result.tree
    if not others or not isinstance(path, Step) or result.value is None:
        return None
    late = [
        each
        for each in known.objects(result.focus, others[0])
        if (literals.compare(result.value, each) or 0) >= 0
    ]
    if not late:
        return None
    one, other = known.short(path.predicate), known.short(others[0])
    value, bound = known.short(result.value), known.short(late[0])
    return Proposal(
        Text(
            de=f"{one} ist {value}, {other} ist {bound}: Sind die beiden vertauscht?",
            en=f"{one} is {value}, {other} is {bound}: are the two swapped?",
        )
    )


def elsewhere(result: Result, known: Known) -> Proposal | None:
    """Say where the same value stands that must not stand twice."""
    others = known.parameter(result, "disjoint")
    path = result.tree
    if result.value is None or not isinstance(path, Step):
        return None
    value = known.shown(result.value)
    for other in others:
        if result.value in known.objects(result.focus, other):
            names = (known.short(path.predicate), known.short(other))
            return Proposal(
                Text(
                    de=f"{value.de} steht unter {names[0]} und unter {names[1]}: Entfernen Sie "
                    "es an einer der beiden Stellen.",
                    en=f"{value.en} stands under {names[0]} and under {names[1]}: remove it from "
                    "one of the two.",
                )
            )
    return None


def not_allowed(result: Result, known: Known) -> Proposal | None:
    """Propose the nearest property that a closed shape allows."""
    path = result.tree
    if not isinstance(path, Step):
        return None
    shape = known.shape(result)
    allowed = [
        term
        for constraint in (shape.constraints if shape else ())
        if constraint.component == result.component
        for term in constraint.terms
    ]
    found = meant(path.predicate, known.of_terms(allowed), known)
    return did_you_mean(path.predicate, found, known)


def _values(result: Result, known: Known) -> list[str]:
    path = result.tree
    if not isinstance(path, Step):
        return []
    if path.inverse:
        return sorted(known.holders(path.predicate, result.focus))
    return sorted(known.objects(result.focus, path.predicate))


def _listed(values: Sequence[str], known: Known, lang: str) -> str:
    shown = [known.shown(each).to(lang) for each in values[:_MOST]]
    return ", ".join(shown) + (" …" if len(values) > _MOST else "")
