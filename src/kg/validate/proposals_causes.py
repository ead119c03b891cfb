"""Of a fault and what follows from it, the fault stays: misspelt terms, classes left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.errors import Text
from kg.namespaces import RDF_TYPE, SH
from kg.rdf import literals
from kg.validate.paths import Step
from kg.validate.places import with_places
from kg.validate.proposals_class import RULE as NO_CLASS
from kg.validate.proposals_class import without_class
from kg.validate.proposals_known import Candidates, Known, local
from kg.validate.proposals_meant import did_you_mean, meant
from kg.validate.proposals_missing import lacking
from kg.validate.report import Proposal, Report, Result
from kg.validate.terms import RULE

_LOOSE = 60
"""The least likeness, in per cent, to a property that the same thing lacks."""
_CLASS = f"{SH}ClassConstraintComponent"
_MAX_COUNT = f"{SH}MaxCountConstraintComponent"
_MISSING = (f"{SH}MinCountConstraintComponent", f"{SH}QualifiedMinCountConstraintComponent")
_EITHER = tuple(f"{SH}{name}ConstraintComponent" for name in ("Or", "And", "Xone"))
_TYPE = f"<{RDF_TYPE}>"


def causes(report: Report, known: Known) -> Report:
    """Return `report` with the faults of the files under check, what follows from them left out.

    A property that nobody declares and that is near to one that is missing stands for both; so
    does a thing without a class for whatever should have been of the class.
    """
    classless = Report(tuple(without_class(known)))
    found = [*report.results, *with_places(classless, known.given.sources).results]
    by_focus: dict[str, list[Result]] = defaultdict(list)
    for each in found:
        by_focus[each.focus].append(each)
    dropped: set[int] = set()
    changed: dict[int, Result] = {}
    for each in found:
        if each.rule == RULE:
            around = by_focus[each.focus]
            mended, follows = _undeclared(each, around, known)
            changed[id(each)] = mended
            dropped.update(map(id, follows))
    unsaid = {each.focus for each in changed.values() if each.value and each.proposal}
    unsaid |= {each.focus for each in found if each.rule == NO_CLASS}
    dropped.update(id(each) for each in found if _follows(each, unsaid, known))
    rest = (changed.get(id(each), each) for each in found if id(each) not in dropped)
    return replace(report, results=tuple(rest)).sorted()


def _follows(result: Result, unsaid: set[str], known: Known) -> bool:
    """Return whether a finding asks for the class of a thing whose class is `unsaid`."""
    if result.component == _CLASS and result.value in unsaid:
        return True
    about = result.focus in unsaid and result.tree is None and result.component is not None
    return about and bool(known.expected(result).classes)


def _undeclared(
    result: Result, around: Sequence[Result], known: Known
) -> tuple[Result, list[Result]]:
    """Return a finding on a term with its proposal, and the findings that follow from it."""
    if result.path == _TYPE and result.value:
        return term_meant(result, known), []
    path = result.path or ""
    refused = [each for each in around if each.path == path and _is_refused(each, known)]
    if refused:
        return result, [result]
    missing: dict[str, list[Result]] = defaultdict(list)
    for each in around:
        for lack in _lacks(each, known):
            missing[lack].append(each)
    wanted = known.of_terms(sorted(missing))
    found = meant(path, wanted, known) if missing else []
    if len(found) != 1:
        other = term_meant(result, known)
        if other.proposal or not missing:
            return other, missing.get(_replacement(other), [])
        found = _loosely(path, wanted)
    if len(found) != 1:
        return result, []
    return _proposed(result, path, found[0], known), missing[found[0]]


def _replacement(result: Result) -> str:
    change = result.proposal.replace if result.proposal else None
    return change[1] if change else ""


def _is_refused(result: Result, known: Known) -> bool:
    """Return whether the shapes forbid a property altogether."""
    most = known.parameter(result, "maxCount") if result.component == _MAX_COUNT else ()
    return any(literals.split(each).lexical == "0" for each in most)


def _lacks(result: Result, known: Known) -> Iterator[str]:
    """Yield the properties that the focus node of a finding lacks."""
    if result.component in _MISSING and isinstance(result.tree, Step):
        if not result.tree.inverse:
            yield result.tree.predicate
    elif result.component in _EITHER and result.tree is None:
        shape = known.shape(result)
        for constraint in shape.constraints if shape else ():
            for inner in constraint.shapes if constraint.component == result.component else ():
                yield from (each.path for each in lacking(result, inner, known) if each.path)


def _loosely(term: str, wanted: Candidates) -> list[str]:
    """Return the one of `wanted` that is like `term`, by a lower bar than elsewhere."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only what is wrong needs it

    names = {each: local(each).lower() for each in wanted.terms}
    found = process.extract(local(term).lower(), names, scorer=fuzz.ratio, score_cutoff=_LOOSE)
    return [each[2] for each in found if each[1] == found[0][1]]


def term_meant(result: Result, known: Known) -> Result:
    """Return a finding on an undeclared term with the declared one that was meant, if any.

    A class stands for a class only and a property for a property.
    """
    is_class = result.path == _TYPE and result.value is not None
    used = result.value if is_class else result.path
    if used is None:
        return result
    found = meant(used, known.declared(classes=is_class), known)
    if len(found) == 1:
        return _proposed(result, used, found[0], known)
    return replace(result, proposal=did_you_mean(used, found, known))


def _proposed(result: Result, used: str, right: str, known: Known) -> Result:
    old, new = known.short(used), known.short(right)
    text = Text(de=f"Schreiben Sie {new} statt {old}.", en=f"Write {new} instead of {old}.")
    message = Text(
        de=f"{result.message.de} Meinten Sie {new}?",
        en=f"{result.message.en} Did you mean {new}?",
    )
    return replace(result, message=message, proposal=Proposal(text, replace=(used, right)))
