"""Which term was meant: by its name, its label, its beginning, or by a value that it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kg.errors import Text
from kg.namespaces import ABSOLUTE_IRI
from kg.rdf import literals
from kg.validate.proposals_known import Candidates, Known, local
from kg.validate.proposals_near import plain
from kg.validate.report import Proposal

_MOST = 3
_BEGINNING = 4
"""So many letters a name has at least by whose beginning it is known."""


def meant(term: str, candidates: Candidates, known: Known, *more: Candidates) -> list[str]:
    """Return the candidates that `term`, an IRI or a literal, most probably means.

    A name that is the same in any of the lists comes before one that is near in the first.
    A name that is only near counts in the same namespace, a beginning as well.
    """
    if term.startswith("_:"):
        return []
    every = (candidates, *more)
    names, space = [local(term)], term.strip("<>").removesuffix(local(term))
    if term.startswith('"'):
        lexical = literals.split(term).lexical.strip()
        address = as_iri(lexical, known)
        if any(address in each.known for each in every):
            return [address] if address else []
        names = [local(address)] if address else [lexical]
        space = address.strip("<>").removesuffix(local(address)) if address else ""
    label = known.label(term)
    names += [label] if label else []
    ways: list[Callable[[Candidates], list[str]]] = [lambda each: _named(term, names, space, each)]
    if not label:
        # What is described is not misspelt, but of the wrong kind.
        ways += [
            lambda each: _near(names, space, each),
            lambda each: _begun(names[0], space, each),
            lambda each: _having(term, names[0], each, known),
        ]
    return next((found for way in ways for each in every if (found := way(each))), [])


def _named(term: str, names: Sequence[str], space: str, candidates: Candidates) -> list[str]:
    """Return the candidates with this very name or label."""
    for find in (candidates.locals.same, candidates.labels.same):
        for name in names:
            found = [candidates.terms[at] for at in find(name)]
            found = [each for each in found if each != term]
            if found:
                return _closest(found, space, names)
    return []


def _near(names: Sequence[str], space: str, candidates: Candidates) -> list[str]:
    """Return the candidates with a name or label a few letters away.

    In a namespace that candidates have, others do not count.
    """
    spaces = {_space(each) for each in candidates.terms}
    for find in (candidates.locals.near, candidates.labels.near):
        for name in names:
            found = [candidates.terms[at] for at in find(name)]
            if space in spaces:
                found = [each for each in found if _space(each) == space]
            if found:
                return _closest(found, space, names)
    return []


def _begun(name: str, space: str, candidates: Candidates) -> list[str]:
    """Return the candidate that alone begins with a name.

    In a namespace it is the local name up to a sign, else the label.
    """
    if not space:
        found = [candidates.terms[at] for at in candidates.labels.begun(name)]
        return found if len(found) == 1 else []
    if len(plain(name)) < _BEGINNING:
        return []
    found = [
        each
        for each in candidates.terms
        if _space(each) == space
        and local(each).lower().startswith((f"{name.lower()}-", f"{name.lower()}_"))
    ]
    return found if len(found) == 1 else []


def _having(term: str, name: str, candidates: Candidates, known: Known) -> list[str]:
    """Return the candidate that has an IRI or a name as value of any property, such as a page."""
    foreign = term.startswith("<") and known.short(term) == term
    texts = [term] if foreign else []
    for value in (*texts, literals.write(name)):
        found = [each for each in known.pointing(value) if each in candidates.known]
        if len(found) == 1 and found[0] != term:
            return found
    return []


def _space(term: str) -> str:
    return term[1:-1].removesuffix(local(term)) if term.startswith("<") else ""


def _closest(found: Sequence[str], space: str, names: Sequence[str]) -> list[str]:
    """Return those of the same namespace, if there are any, and of the very name."""
    own = [each for each in found if space and _space(each) == space] or list(found)
    exact = [each for each in own if local(each) in names]
    return exact or own


def as_iri(text: str, known: Known) -> str | None:
    """Return what is written as an IRI or as a name with a prefix, in N-Triples form."""
    text = text.strip().removeprefix("<").removesuffix(">")
    prefix, colon, rest = text.partition(":")
    if colon and prefix in known.prefixes and not rest.startswith("//"):
        text = known.prefixes[prefix] + rest
    elif not colon or not (rest.startswith("//") or prefix == "urn"):
        return None
    return f"<{text}>" if ABSOLUTE_IRI.match(text) else None


def did_you_mean(term: str, found: Sequence[str], known: Known) -> Proposal | None:
    """Propose the one term of `found` in place of `term`, or name the few that it may be."""
    if not found or len(found) > _MOST:
        return None
    shown = [known.shown(each) for each in found]
    if len(found) == 1:
        return Proposal(
            Text(de=f"Meinten Sie {shown[0].de}?", en=f"Did you mean {shown[0].en}?"),
            replace=(term, found[0]),
        )
    return Proposal(
        Text(
            de=f"Meinten Sie {listed([each.de for each in shown], 'oder')}?",
            en=f"Did you mean {listed([each.en for each in shown], 'or')}?",
        )
    )


def listed(names: Iterable[str], word: str) -> str:
    """Return names as people list them: a, b or c."""
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last
