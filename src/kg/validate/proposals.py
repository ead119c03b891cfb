"""Findings get proposals: how each can be mended, where that can be computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from kg.errors import Text
from kg.namespaces import RDF_TYPE, SH
from kg.validate.proposals_known import Known
from kg.validate.proposals_missing import missing, one_of
from kg.validate.proposals_value import did_you_mean, meant, right_spelling, right_value, tagged
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
Proposer = Callable[[Result, Known], Proposal | None]


def with_proposals(report: Report, known: Known) -> Report:
    """Return `report` with proposals for the first thousand findings; those there are stay."""
    head = tuple(_with_proposal(each, known) for each in report.results[:MOST])
    return replace(report, results=head + report.results[MOST:])


def _with_proposal(result: Result, known: Known) -> Result:
    if result.proposal is not None:
        return result
    if result.rule == RULE:
        found = _declared(result, known)
    elif result.component is not None:
        name = result.component.removeprefix(SH).removesuffix("ConstraintComponent")
        proposer = _PROPOSERS.get(name)
        found = proposer(result, known) if proposer else None
    else:
        found = None
    return replace(result, proposal=found) if found else result


def _either(result: Result, known: Known) -> Proposal | None:
    """Propose a value that one of several shapes takes, or a statement that one of them lacks."""
    return one_of(result, known) if result.tree is None else right_value(result, known)


def _declared(result: Result, known: Known) -> Proposal | None:
    """Propose the nearest declared class or property."""
    used = result.value if result.path == f"<{RDF_TYPE}>" and result.value else result.path
    if used is None:
        return None
    found = meant(used, known.declared(), known)
    if len(found) != 1:
        return did_you_mean(used, found, known)
    old, new = known.short(used), known.short(found[0])
    text = Text(de=f"Schreiben Sie {new} statt {old}.", en=f"Write {new} instead of {old}.")
    return Proposal(text, replace=(used, found[0]))


_PROPOSERS: Mapping[str, Proposer] = MappingProxyType(
    {
        **dict.fromkeys(("Class", "Datatype", "In", "Node", "NodeKind"), right_value),
        **dict.fromkeys(("Or", "And", "Xone"), _either),
        "Pattern": right_spelling,
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
