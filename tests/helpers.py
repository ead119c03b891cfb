"""What several tests use: Turtle with the usual prefixes, comparison of graphs, the command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, Triple, parse

HEADER = (
    "@prefix e: <https://example.org/> . "
    "@prefix owl: <http://www.w3.org/2002/07/owl#> . "
    "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . "
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
    "@prefix sh: <http://www.w3.org/ns/shacl#> . "
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
)
"""One line of prefixes: what follows starts on line 2."""

CONFIG = """[project]
title = "Tiny"
base = "https://example.org/"
[prefixes]
e = "https://example.org/"
"""
TINY = {
    "ontology/o.ttl": HEADER + "e:Thing a owl:Class .\ne:knows a owl:SymmetricProperty , "
    "owl:ObjectProperty .\n",
    "shapes/s.ttl": HEADER + "e:ThingShape a sh:NodeShape ; sh:targetClass e:Thing ;\n"
    '  sh:property [ sh:path e:knows ; sh:minCount 1 ; sh:message "allein"@de , "alone"@en ] .\n',
    "data/a.ttl": HEADER + "e:a a e:Thing ;\n  e:knows e:b .\n",
}
"""A project that is valid and from which `e:b e:knows e:a` follows."""
ALONE = {**TINY, "data/b.ttl": HEADER + "e:c a e:Thing .\n"}
"""A project with one violation: e:c knows nobody."""


def triples(body: str) -> list[Triple]:
    """The triples of Turtle with the prefixes of HEADER."""
    return [quad.triple for quad in parse((HEADER + body).encode(), RdfFormat.TURTLE)]


def canonical_form(found: Iterable[Triple]) -> frozenset[str]:
    """The triples with canonical blank nodes: equal for isomorphic graphs only."""
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in found)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return frozenset(map(str, dataset))


def kg(
    *arguments: str | Path, cwd: Path, lang: str = "en", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line in `cwd` as a user would, with its output piped."""
    return subprocess.run(
        [Path(sys.executable).with_name("kg"), *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "KG_LANG": lang, **(env or {})},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
