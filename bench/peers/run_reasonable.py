"""reasonable: python run_reasonable.py GRAPH ONTOLOGY [OUT]; prints the number of triples."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rdflib import Graph, Literal
from reasonable import PyReasoner

UNSOUND = "owl#InverseFunctionalProperty>"


def main(inputs: list[str], out: str | None) -> None:
    """Close two N-Triples files; write the closure to `out`.

    The engine knows files by their suffix, and has none for N-Triples, which is Turtle as well.
    Inverse functional properties are kept from it: version 0.4.4 makes all subjects of such a
    property the same, whatever their values, and would come to no end.
    """
    reasoner = PyReasoner()
    with tempfile.TemporaryDirectory() as folder:
        graph, ontology = Path(folder, "graph.ttl"), Path(folder, "ontology.ttl")
        graph.symlink_to(Path(inputs[0]).resolve())
        axioms = Path(inputs[1]).read_text(encoding="utf-8").splitlines(keepends=True)
        ontology.write_text("".join(line for line in axioms if UNSOUND not in line), "utf-8")
        for path in (graph, ontology):
            reasoner.load_file(str(path))
    triples = reasoner.reason()
    print(len(triples))
    if out:
        kept = Graph()
        for triple in triples:
            if not isinstance(triple[0], Literal):
                kept.add(triple)
        kept.serialize(out, format="nt", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:3], sys.argv[3] if len(sys.argv) > 3 else None)
