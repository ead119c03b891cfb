"""What a contribution entails becomes sentences with labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kg.reason.labels import parts
from kg.serve.pages.explanation.words import Clause, clause
from kg.serve.pages.labels import Labels
from kg.serve.pages.words import Lang

MOST = 50
"""So many statements of each property are shown."""


@dataclass(frozen=True)
class Follows:
    """What newly follows of one property; `total` counts also what is not shown."""

    name: str
    own: bool
    clauses: tuple[Clause, ...]
    total: int


def terms_in(impact: Mapping[str, Any]) -> Iterator[str]:
    """Yield the IRIs of the statements that are shown."""
    for triples in (*impact["entailed"].values(), *impact["retracted"].values()):
        for triple in triples[:MOST]:
            yield from (term[1:-1] for term in triple if term.startswith("<"))


def follows(
    found: Mapping[str, Any], labels: Labels, lang: Lang, prefixes: Mapping[str, str], base: str
) -> tuple[Follows, ...]:
    """Return the statements by property, those of the project's own properties first."""
    listed = [
        Follows(
            name=labels.of(name[1:-1]),
            own=name.startswith(f"<{base}"),
            clauses=tuple(_clause(triple, labels, lang, prefixes) for triple in triples[:MOST]),
            total=len(triples),
        )
        for name, triples in found.items()
    ]
    return tuple(sorted(listed, key=lambda one: (not one.own, one.name)))


def _clause(triple: list[str], labels: Labels, lang: Lang, prefixes: Mapping[str, str]) -> Clause:
    names = ("subject", "predicate", "object")
    terms = {name: _term(term, labels) for name, term in zip(names, triple, strict=True)}
    return clause(terms, lang, prefixes)


def _term(term: str, labels: Labels) -> dict[str, str]:
    if term.startswith("<"):
        iri = term[1:-1]
        found = {"type": "uri", "value": iri}
        return {**found, "label": labels.of(iri)} if labels.known(iri) else found
    if term.startswith('"'):
        text, lang, datatype = parts(term)
        more = {"xml:lang": lang} if lang else {"datatype": datatype} if datatype else {}
        return {"type": "literal", "value": text, **more}
    return {"type": "bnode", "value": term.removeprefix("_:")}
