"""owlrl in a process of its own: N-Triples by name on standard input, closures on standard output.

An answer is a pair: rows of terms in N-Triples form, and the messages of contradictions, which
owlrl puts into the graph as nodes of a class of its own.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings

import owlrl
import rdflib
from rdflib import RDF, Graph, Literal, URIRef

from kg.rdf.bridge import n_triples

ERRORS = "http://www.daml.org/2002/03/agents/agent-ont#"


def close(ntriples: str) -> tuple[list[list[str]], list[str]]:
    """Return the closure without literals as subjects; axiomatic triples change no verdict."""
    graph = Graph().parse(data=ntriples, format="nt")
    owlrl.DeductiveClosure(
        owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False
    ).expand(graph)
    nodes = set(graph.subjects(RDF.type, URIRef(ERRORS + "ErrorMessage")))
    messages = sorted(
        str(value) for node in nodes for value in graph.objects(node, URIRef(ERRORS + "error"))
    )
    rows = [
        [n_triples(term) for term in triple]
        for triple in graph
        if triple[0] not in nodes and not isinstance(triple[0], Literal)
    ]
    return rows, messages


def main() -> None:
    """Close every graph of the task; an exception of owlrl counts as an empty closure."""
    rdflib.NORMALIZE_LITERALS = False
    logging.disable()
    warnings.simplefilter("ignore")
    answer: dict[str, tuple[list[list[str]], list[str]]] = {}
    for name, ntriples in json.load(sys.stdin).items():
        try:
            answer[name] = close(ntriples)
        except Exception as error:  # noqa: BLE001 - the process boundary; owlrl raises anything
            answer[name] = ([], [f"{type(error).__name__}: {error}"])
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
