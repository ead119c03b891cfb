"""The blank nodes of positions get the names that the parser gave them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pyoxigraph import Quad

from kg.rdf.positions import Positioned, Term


def aligned(found: Iterable[Positioned], quads: Iterable[Quad]) -> list[Positioned]:
    """Return `found` with the blank nodes of `quads`, which are the same text as parsed.

    Both come in the order of the text. A name is taken over only as long as the two agree, so
    that a wrong one is impossible; after that, blank nodes have no place. Literals may differ in
    their spelling, as numbers of JSON do: that of the parser counts.
    """
    items = list(found)
    names: dict[str, str] = {}
    for at, (item, quad) in enumerate(zip(items, quads, strict=False)):
        if not _agree(item, quad, names):
            break
        if item.object.text.startswith('"'):
            items[at] = replace(item, object=replace(item.object, text=str(quad.object)))
    if not names:
        return items
    return [
        replace(item, subject=_named(item.subject, names), object=_named(item.object, names))
        for item in items
    ]


def _agree(item: Positioned, quad: Quad, names: dict[str, str]) -> bool:
    """Return whether `item` is `quad`, and learn the names of its blank nodes."""
    new: dict[str, str] = {}
    for ours, theirs in _terms(item, quad):
        if not ours.startswith("_:"):
            if ours != theirs and not (ours[0] == theirs[0] == '"'):
                return False
        elif names.get(ours, new.get(ours, theirs)) != theirs:
            return False
        else:
            new[ours] = theirs
    names |= new
    return True


def _terms(item: Positioned, quad: Quad) -> Iterator[tuple[str, str]]:
    yield item.subject.text, str(quad.subject)
    yield item.predicate.text, str(quad.predicate)
    yield item.object.text, str(quad.object)


def _named(term: Term, names: dict[str, str]) -> Term:
    return replace(term, text=names.get(term.text, term.text))
