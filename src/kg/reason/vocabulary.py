"""The identifiers of the terms that the engine itself speaks of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kg.namespaces import OWL, RDF, RDFS

PROPER = "<kg:properSubClassOf>"
"""rdfs:subClassOf without what is trivial: the same class twice, and owl:Thing as the larger."""


@dataclass(frozen=True)
class Vocabulary:
    """One identifier for each term."""

    type: int
    same: int
    sub_class: int
    proper: int
    thing: int
    first: int
    rest: int
    nil: int
    nothing: int
    nobody: int
    """Two identifiers for terms that the graph does not have."""


def vocabulary(encode: Callable[[str], int]) -> Vocabulary:
    """Return the vocabulary in the identifiers of `encode`."""
    return Vocabulary(
        type=encode(f"<{RDF}type>"),
        same=encode(f"<{OWL}sameAs>"),
        sub_class=encode(f"<{RDFS}subClassOf>"),
        proper=encode(PROPER),
        thing=encode(f"<{OWL}Thing>"),
        first=encode(f"<{RDF}first>"),
        rest=encode(f"<{RDF}rest>"),
        nil=encode(f"<{RDF}nil>"),
        nothing=encode("<kg:nothing>"),
        nobody=encode("<kg:nobody>"),
    )
