"""pyrudof with its native engine: python validate_pyrudof.py SHAPES DATA..."""

from __future__ import annotations

import sys

from measured import Clock, said
from pyrudof import RDFFormat, Rudof, RudofConfig, ShaclFormat


def main(shapes: str, data: list[str]) -> None:
    """Load, validate, count."""
    clock = Clock()
    rudof = Rudof(RudofConfig())
    for path in data:
        rudof.read_data(path, format=RDFFormat.NTriples, merge=True)
    rudof.read_shacl(shapes, format=ShaclFormat.Turtle)
    load = clock.lap()
    report = rudof.validate_shacl()
    found = [(each.source_shape, each.constraint_component) for each in report.violations]
    check = clock.lap()
    said(load, check, found)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
