"""pySHACL with the memory store of rdflib: python validate_pyshacl.py SHAPES DATA..."""

from __future__ import annotations

import logging
import sys

import pyshacl
import rdflib
from measured import Clock, said
from rdflib.namespace import RDF, SH


def main(shapes: str, data: list[str]) -> None:
    """Load, validate, count."""
    logging.disable()
    rdflib.NORMALIZE_LITERALS = False
    clock = Clock()
    graph = rdflib.Graph()
    for path in data:
        graph.parse(path, format="nt")
    held = rdflib.Graph().parse(shapes, format="turtle")
    load = clock.lap()
    _, report, _ = pyshacl.validate(graph, shacl_graph=held, inplace=True, advanced=False)
    check = clock.lap()
    found = [
        (report.value(each, SH.sourceShape), report.value(each, SH.sourceConstraintComponent))
        for each in report.subjects(RDF.type, SH.ValidationResult)
        if (None, SH.detail, each) not in report
    ]
    said(load, check, found)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
