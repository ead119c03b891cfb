"""owlrl: python run_owlrl.py GRAPH ONTOLOGY [OUT]; prints the number of triples of the closure."""

from __future__ import annotations

import logging
import sys

import owlrl
import rdflib


def main(inputs: list[str], out: str | None) -> None:
    """Close two N-Triples files as they are, without axiomatic triples; write them to `out`."""
    rdflib.NORMALIZE_LITERALS = False
    logging.disable()
    graph = rdflib.Graph()
    for path in inputs:
        graph.parse(path, format="nt")
    owlrl.DeductiveClosure(
        owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False
    ).expand(graph)
    print(len(graph))
    if out:
        kept = rdflib.Graph()
        for triple in graph:
            if not isinstance(triple[0], rdflib.Literal):
                kept.add(triple)
        kept.serialize(out, format="nt", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:3], sys.argv[3] if len(sys.argv) > 3 else None)
