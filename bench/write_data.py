"""The project that is written to: whole districts of the generated graph, ontology, shapes.

Usage: python bench/write_data.py TRIPLES FOLDER

Everything is kept in FOLDER and made only if it is not there. The N-Quads are what is stated in the
project, each statement in its named graph; nothing that follows is among them. LOAD has districts
that come after those of the project. Prints JSON, see `serve_data.Data`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain, groupby
from pathlib import Path

from generate import BASE, ONTOLOGY, PER_DISTRICT, PREFIXES, TYPE, graph
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, serialize
from serve_data import KG, Data, subject_of, write_project

LOAD = "load.nt"
LOADED = 100_000
"""So many statements are loaded at once, and what belongs to their last district."""
SHAPES = Path(__file__).with_name("validate_shapes.ttl")
SAME = {"register", "copy"}
"""Things that a reasoner finds to be the same as others; closed shapes do not hold of both."""
CLOSED = "sh:targetSubjectsOf org:member ; sh:closed true ;\n  sh:ignoredProperties ( rdf:type"
"""Here the shapes want no other property; what follows from prov:wasDerivedFrom is let pass."""
ENOUGH = 10_000
LEAST = 300
"""The least population: the elevation of a district's seat must be below it, as shapes have it."""
_SOURCE = re.compile(rf"{re.escape(PREFIXES['prov'])}wasDerivedFrom> <.*/(\d+)>")
_ELEVATION = re.compile(rf"{re.escape(PREFIXES['ns'])}elevation> \"(\d+)\"")
INFERRED = NamedNode(BASE + "graph/inferred")


def make(triples: int, folder: Path) -> Data:
    """What was asked for, made if `folder` does not have it."""
    done = folder / "data.json"
    if not done.exists():
        known = _made(triples, folder)
        done.write_text(json.dumps(asdict(known)), encoding="utf-8")
    return Data(**json.loads(done.read_text(encoding="utf-8")))


def _made(triples: int, folder: Path) -> Data:
    project, nquads = folder / "project", folder / "data.nq"
    districts = whole(triples)
    counts = write_project(project, chain.from_iterable(upto(triples, districts)))
    for name, text in (("ontology", ONTOLOGY.read_text("utf-8")), ("shapes", shapes())):
        (project / name).mkdir(exist_ok=True)
        (project / name / f"{name}.ttl").write_text(text, encoding="utf-8")
    with (folder / LOAD).open("w", encoding="utf-8") as file:
        file.writelines(chain.from_iterable(upto(LOADED, districts)))
    subprocess.run([KG, "build", str(project)], check=True, stdout=sys.stderr)
    version = (project / "build" / "current").resolve()
    manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    serialize(stated(version / "store"), nquads, RdfFormat.N_QUADS)
    with nquads.open("rb") as file:
        quads = sum(1 for _ in file)
    return Data(
        triples=manifest["triples"] - manifest["inferred"],
        quads=quads,
        graphs=len(manifest["graphs"]) - 1,
        municipalities=counts["municipality"],
        districts=counts["district"],
        cooperations=counts["cooperation"],
        project=str(project),
        nquads=str(nquads),
    )


def whole(triples: int) -> Iterator[list[str]]:
    """District after district, each with all that belongs to it; the first has the Länder too."""
    number = 0

    def district(line: str) -> int:
        nonlocal number
        number += subject_of(line)[0] == "district" and TYPE in line
        return max(1, number)

    lines = graph(2 * (triples + LOADED) + ENOUGH)
    kept = (near(line) for line in lines if fits(line))
    for _, found in groupby(kept, district):
        yield list(found)


def fits(line: str) -> bool:
    """Whether a statement is kept: not of what is the same as others, no seat on a mountain."""
    kind, number = subject_of(line)
    if kind in SAME:
        return False
    seat = kind == "municipality" and number % PER_DISTRICT == 0
    found = _ELEVATION.search(line) if seat else None
    return found is None or int(found[1]) < LEAST


def near(line: str) -> str:
    """A statement whose document is not one of the next district, which may not be there."""
    found = _SOURCE.search(line)
    if found is None or int(found[1]) % PER_DISTRICT:
        return line
    return f"{line[: found.start(1)]}{int(found[1]) - 2:07d}{line[found.end(1) :]}"


def upto(triples: int, districts: Iterator[list[str]]) -> Iterator[list[str]]:
    """So many districts that they have at least `triples` statements."""
    while triples > 0:
        found = next(districts)
        triples -= len(found)
        yield found


def shapes() -> str:
    """The shapes of bench/validate.py, for data with what follows from it."""
    text = SHAPES.read_text(encoding="utf-8")
    if CLOSED not in text:
        raise ValueError(CLOSED)
    return text.replace(CLOSED, f"{CLOSED} dct:source")


def stated(store: Path) -> Iterator[Quad]:
    """What a published version states in named graphs."""
    for quad in Store.read_only(str(store)):
        if quad.graph_name not in (DefaultGraph(), INFERRED):
            yield quad


if __name__ == "__main__":
    print(json.dumps(asdict(make(int(sys.argv[1]), Path(sys.argv[2])))))
