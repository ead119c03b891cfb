"""Ours: python validate_kg.py SHAPES DATA...; prints what took how long, and counts, in JSON."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from measured import Clock, said

from kg.namespaces import WELL_KNOWN
from kg.rdf.bulk import read_columns
from kg.rdf.read import read_quads
from kg.validate.engine import validate
from kg.validate.graph import graph_of
from kg.validate.shape_reader import read_shapes


def main(shapes: str, data: list[str]) -> None:
    """Load, validate, count."""
    clock = Clock()
    columns = read_columns([Path(path) for path in data])
    columns.dictionary.index()
    graph = graph_of(columns)
    plan = read_shapes((quad.triple for quad in read_quads(Path(shapes))), WELL_KNOWN)
    load = clock.lap()
    report = validate(graph, plan)
    check = clock.lap()
    said(load, check, ((each.source_shape, each.component) for each in report.results))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
