"""A term of rdflib, which the reference engines use, becomes its N-Triples form.

rdflib's own `n3()` writes text of several lines in long quotes, which N-Triples does not have.
"""

from __future__ import annotations

from typing import Any

from pyoxigraph import Literal, NamedNode


def n_triples(term: Any) -> str:
    """Return `term`, an IRI, a blank node or a literal of rdflib, in N-Triples form."""
    if not hasattr(term, "datatype"):
        return str(term.n3())
    if term.language:
        return str(Literal(str(term), language=term.language))
    return str(Literal(str(term), datatype=NamedNode(term.datatype) if term.datatype else None))
