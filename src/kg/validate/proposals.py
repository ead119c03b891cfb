"""Findings get proposals: how each can be mended, where that can be computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from kg.errors import Text
from kg.namespaces import SH
from kg.rdf.late import Late
from kg.rdf.places import Finder
from kg.validate.paths import Step
from kg.validate.proposals_address import is_ill_formed, right_address, turned_round
from kg.validate.proposals_causes import causes, term_meant
from kg.validate.proposals_known import Known
from kg.validate.proposals_missing import missing, one_of, written
from kg.validate.proposals_value import right_spelling, right_value, tagged
from kg.validate.proposals_words import (
    before,
    elsewhere,
    length,
    limit,
    not_allowed,
    one_a_language,
    too_many,
)
from kg.validate.report import Proposal, Report, Result
from kg.validate.terms import RULE

MOST = 1000
"""So many findings of a report get proposals."""
_QUOTED = Late(r'"(?:[^"\\]|\\.)*"|<[^>]*>')
_PREFIX = Late(r"(?<![\w:.-])([A-Za-z][\w.-]*):")
Proposer = Callable[[Result, Known], Proposal | None]


def with_proposals(report: Report, known: Known) -> Report:
    """Return `report` with proposals for the first thousand findings; those there are stay.

    When `known` has the files under check, findings that follow from others are left out.
    """
    if known.given.sources:
        report = causes(report, known)
    head = [_with_proposal(each, known) for each in report.results[:MOST]]
    head = turned_round(head, known) if known.given.sources else head
    return replace(report, results=(*head, *report.results[MOST:]))


def _with_proposal(result: Result, known: Known) -> Result:
    if result.rule == RULE and result.proposal is None:
        result = term_meant(result, known)
    elif result.proposal is None and result.component is not None:
        name = result.component.removeprefix(SH).removesuffix("ConstraintComponent")
        proposer = _PROPOSERS.get(name)
        result = replace(result, proposal=proposer(result, known) if proposer else None)
    if result.proposal is None:
        return result
    proposal = with_prefixes(result, result.proposal, known)
    if proposal.replace and result.value is None and result.rule is None:
        result = _at_value(result, proposal.replace[0], known)
    return replace(result, proposal=proposal)


def _at_value(result: Result, value: str, known: Known) -> Result:
    """Return a finding without a value at the place of the value that is to be replaced."""
    path = result.tree
    if isinstance(path, Step) and known.given.sources:
        finder = Finder(known.given.sources)
        found = finder.stated(result.focus, path.predicate, value)[:1]
        places = tuple(each.object for each in found)
        return replace(result, places=places or result.places)
    return result


def _either(result: Result, known: Known) -> Proposal | None:
    """Propose a value that one of several shapes takes, or a statement that one of them lacks."""
    if is_ill_formed(result, known):
        return right_address(result, known)
    return one_of(result, known) if result.tree is None else right_value(result, known)


def _pattern(result: Result, known: Known) -> Proposal | None:
    """Propose a value in the form that is demanded, or an address of the node itself."""
    if is_ill_formed(result, known):
        return right_address(result, known)
    return right_spelling(result, known)


def with_prefixes(result: Result, proposal: Proposal, known: Known) -> Proposal:
    """Return a proposal that says which prefixes the file has yet to declare for it."""
    new = proposal.turtle or (written(proposal.replace[1], known) if proposal.replace else "")
    bare = _QUOTED.compiled.sub("", new)
    used = dict.fromkeys(match[1] for match in _PREFIX.compiled.finditer(bare))
    lines = [
        f"@prefix {prefix}: <{known.prefixes[prefix]}> ."
        for prefix in used
        if prefix in known.prefixes and known.given.lacks(result, prefix)
    ]
    if not lines:
        return proposal
    head = " ".join(lines)
    text = Text(
        de=f"Ergänzen Sie am Anfang der Datei {head} {proposal.text.de}",
        en=f"Add at the head of the file {head} {proposal.text.en}",
    )
    return replace(proposal, text=text)


_PROPOSERS: Mapping[str, Proposer] = MappingProxyType(
    {
        **dict.fromkeys(("Class", "Datatype", "In", "Node", "NodeKind"), right_value),
        **dict.fromkeys(("Or", "And", "Xone"), _either),
        "Pattern": _pattern,
        "LanguageIn": tagged,
        **dict.fromkeys(("MinCount", "QualifiedMinCount", "HasValue"), missing),
        **dict.fromkeys(("MaxCount", "QualifiedMaxCount"), too_many),
        "UniqueLang": one_a_language,
        **dict.fromkeys(("MinInclusive", "MinExclusive", "MaxInclusive", "MaxExclusive"), limit),
        **dict.fromkeys(("MinLength", "MaxLength"), length),
        **dict.fromkeys(("LessThan", "LessThanOrEquals"), before),
        "Disjoint": elsewhere,
        "Closed": not_allowed,
    }
)
"""By the name of the constraint component."""
