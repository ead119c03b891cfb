"""What a contribution entails becomes sentences with labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kg.reason.labels import parts
from kg.serve.pages.check.report import Listed
from kg.serve.pages.check.view import shortened
from kg.serve.pages.explanation.words import Clause, clause
from kg.serve.pages.labels import Labels
from kg.serve.pages.words import Lang

MOST = 50
"""So many statements of each property are shown."""
_PROPERTIES = 100
"""So many properties are shown."""
_LONGEST = 300
"""So many signs of a text are shown."""
_ADDRESS = 2000
"""So many signs an IRI with a link has at most."""


@dataclass(frozen=True)
class Follows:
    """What newly follows of one property; `total` counts also what is not shown."""

    name: str
    own: bool
    clauses: tuple[Clause, ...]
    total: int


def terms_in(impact: Mapping[str, Any], base: str) -> Iterator[str]:
    """Yield the IRIs of the statements that are shown."""
    for found in (impact["entailed"], impact["retracted"]):
        for name in _shown(found, base):
            for triple in found[name][:MOST]:
                yield from (term[1:-1] for term in triple if _is_address(term))


def follows(
    found: Mapping[str, Listed],
    labels: Labels,
    lang: Lang,
    prefixes: Mapping[str, str],
    base: str,
) -> tuple[Follows, ...]:
    """Return the statements by property, those of the project's own properties first."""
    listed = [
        Follows(
            name=labels.of(name[1:-1])[:_LONGEST],
            own=_is_own(name, base),
            clauses=tuple(_clause(triple, labels, lang, prefixes) for triple in found[name][:MOST]),
            total=found[name].total,
        )
        for name in _shown(found, base)
    ]
    return tuple(sorted(listed, key=lambda one: (not one.own, one.name)))


def _shown(found: Mapping[str, Any], base: str) -> list[str]:
    return sorted(found, key=lambda name: (not _is_own(name, base), name))[:_PROPERTIES]


def _is_own(name: str, base: str) -> bool:
    return name.startswith(f"<{base}")


def _is_address(term: str) -> bool:
    return term.startswith("<") and len(term) <= _ADDRESS


def _clause(triple: list[str], labels: Labels, lang: Lang, prefixes: Mapping[str, str]) -> Clause:
    names = ("subject", "predicate", "object")
    terms = {name: _term(term, labels) for name, term in zip(names, triple, strict=True)}
    return clause(terms, lang, prefixes)


def _term(term: str, labels: Labels) -> dict[str, str]:
    if _is_address(term):
        iri = term[1:-1]
        found = {"type": "uri", "value": iri}
        return {**found, "label": labels.of(iri)} if labels.known(iri) else found
    if term.startswith('"'):
        text, lang, datatype = parts(term)
        more = {"xml:lang": lang} if lang else {"datatype": datatype} if datatype else {}
        return {"type": "literal", "value": shortened(text, _LONGEST), **more}
    if term.startswith("<"):
        return {"type": "literal", "value": shortened(term, _LONGEST)}
    return {"type": "bnode", "value": term.removeprefix("_:")}
