"""How much of our closure a peer has, and what it has beyond ours.

Usage: python bench/compare.py STATED PUBLISHED FULL PEER, N-Triples files: what was stated, that
with our inferred triples without trivia, our whole closure, a peer's closure. Prints JSON: `ours`
and `found` count triples that were inferred, `extra` those of the peer that we lack.

Left out are triples with a blank node, whose label is each engine's own, and of the peer's what is
trivial: about the vocabularies themselves, owl:Thing, reflexive statements.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import islice

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg.namespaces import OWL, RDF, RDFS, XSD

SHOWN = 20
VOCABULARY = (RDF, RDFS, OWL, XSD)
TOP = {OWL + "Thing", RDFS + "Resource"}

NARROW, WIDE = f"^^<{XSD}int>", f"^^<{XSD}integer>"
"""Nemo writes integers as xsd:int; the graphs have none of that datatype."""


def main(stated: str, published: str, full: str, peer: str) -> None:
    """Compare sets of lines."""
    given = set(rows(stated))
    ours = set(rows(published)) - given
    theirs = set(rows(peer)) - given
    found = len(ours & theirs)
    extra = sorted(theirs - ours - set(rows(full)))
    answer = {"ours": len(ours), "found": found, "extra": len(extra)}
    json.dump({**answer, "examples": list(islice(extra, SHOWN))}, sys.stdout)


def rows(path: str) -> Iterator[str]:
    """Yield the triples of a file that count, as lines."""
    for quad in parse(path=path, format=RdfFormat.N_TRIPLES, lenient=True):
        if counts(quad.triple):
            yield str(quad.triple).replace(NARROW, WIDE)


def counts(triple: Triple) -> bool:
    """Return whether a triple has names only and is not trivial."""
    subject, predicate, value = triple
    if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
        return False
    reflexive = subject == value and predicate.value.startswith(VOCABULARY)
    top = isinstance(value, NamedNode) and value.value in TOP
    return not reflexive and not top and not subject.value.startswith(VOCABULARY)


if __name__ == "__main__":
    main(*sys.argv[1:5])
