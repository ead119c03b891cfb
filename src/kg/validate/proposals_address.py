"""An address that is not formed as it should be gets the one that was meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kg.errors import Text
from kg.namespaces import SH
from kg.rdf.late import Late
from kg.validate.proposals_expected import patterns
from kg.validate.proposals_known import Known, local
from kg.validate.report import Proposal, Result

_ABOUT_ADDRESSES = (f"{SH}PatternConstraintComponent", f"{SH}OrConstraintComponent")
_SIGNS = Late(r"[^a-z0-9-]+")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def is_ill_formed(result: Result, known: Known) -> bool:
    """Return whether a finding says that the focus node itself has no right address."""
    if result.component not in _ABOUT_ADDRESSES or result.tree is not None:
        return False
    if not result.focus.startswith("<") or result.value not in (None, result.focus):
        return False
    shape = known.shape(result)
    wanted = patterns((shape,)) if shape else []
    return bool(wanted) and not any(each.matches(_bytes(result.focus)) for each in wanted)


def right_address(result: Result, known: Known) -> Proposal | None:
    """Propose the address in small letters, with umlauts written out and hyphens for signs."""
    name = local(result.focus)
    space = result.focus.strip("<>").removesuffix(name)
    small = _SIGNS.compiled.sub("-", name.lower().translate(_GERMAN)).strip("-")
    shape = known.shape(result)
    right = f"<{space}{small}>"
    wanted = patterns((shape,)) if shape else []
    if right == result.focus or not any(each.matches(_bytes(right)) for each in wanted):
        return None
    return _written(result.focus, right, known)


def turned_round(results: Sequence[Result], known: Known) -> list[Result]:
    """Return findings without those that propose an ill-formed address for a good one.

    What is ill-formed gets the good one as proposal: others refer to it.
    """
    ill = {id(each) for each in results if is_ill_formed(each, known)}
    wrong = {each.focus for each in results if id(each) in ill}
    meant: dict[str, set[str]] = {}
    rest = []
    for each in results:
        old, new = each.proposal.replace if each.proposal and each.proposal.replace else ("", "")
        if new in wrong and id(each) not in ill and old.startswith("<"):
            meant.setdefault(new, set()).add(old)
        else:
            rest.append(each)
    for place, each in enumerate(rest):
        right = meant.get(each.focus, set())
        if id(each) in ill and len(right) == 1:
            proposal = _written(each.focus, next(iter(right)), known)
            rest[place] = replace(each, proposal=proposal)
    return rest if all(len(right) == 1 for right in meant.values()) else list(results)


def _bytes(iri: str) -> bytes:
    return iri[1:-1].encode()


def _written(old: str, new: str, known: Known) -> Proposal:
    names = known.short(old), known.short(new)
    return Proposal(
        Text(
            de=f"Schreiben Sie {names[1]} statt {names[0]}, überall in der Datei.",
            en=f"Write {names[1]} instead of {names[0]}, everywhere in the file.",
        ),
        replace=(old, new),
    )
