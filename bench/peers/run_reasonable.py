"""reasonable: python run_reasonable.py GRAPH ONTOLOGY [OUT]; prints the number of triples."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rdflib import Graph, Literal
from reasonable import PyReasoner


def main(inputs: list[str], out: str | None) -> None:
    """Close two N-Triples files; write the closure to `out`.

    The engine knows files by their suffix, and has none for N-Triples, which is Turtle as well.
    """
    reasoner = PyReasoner()
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(inputs):
            link = Path(folder, f"{number}.ttl")
            link.symlink_to(Path(path).resolve())
            reasoner.load_file(str(link))
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
