"""The generated graph becomes a project of many named graphs, a published version and N-Quads.

Usage: python bench/serve_data.py TRIPLES FOLDER

Everything is kept in FOLDER and made only if it is not there. The N-Quads are exactly what the
published store holds, its default graph included, so that every server can be given the same.
Prints JSON, see `Data`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from generate import BASE, PER_DISTRICT, PREFIXES, STATES, graph
from pyoxigraph import RdfFormat, Store

KG = Path(sys.executable).with_name("kg")
CONFIG = f"""[project]
title = "Benchmark"
base = "{BASE}"
default_graph = "union"

[prefixes]
""" + "".join(f'{prefix} = "{namespace}"\n' for prefix, namespace in PREFIXES.items())
ROOMS = {
    "state": "regions",
    "district": "regions",
    "municipality": "municipalities/{state}",
    "register": "municipalities/{state}",
    "document": "documents/{state}",
    "copy": "documents/{state}",
    "person": "persons",
    "cooperation": "cooperations",
    "membership": "memberships",
    "programme": "programmes",
}
"""The file that a subject's statements stand in, by its kind: what has an office has its Land's."""
_SUBJECT = re.compile(rf"<{re.escape(PREFIXES['id'])}([a-z]+)/(\d+)")


@dataclass(frozen=True)
class Data:
    """One graph: statements in named graphs, quads with the default graph, number of things.

    `municipalities`, `districts` and `cooperations` are numbered from 0 without a gap; the last
    ones may be cut.
    """

    triples: int
    quads: int
    graphs: int
    municipalities: int
    districts: int
    cooperations: int
    project: str
    nquads: str


def key(place: int) -> str:
    """The official key of a municipality, as `bench/generate.py` makes it."""
    return f"{place // PER_DISTRICT % STATES + 1:02d}{place:08d}"


def make(triples: int, folder: Path) -> Data:
    """What was asked for, made if `folder` does not have it."""
    done = folder / "data.json"
    if not done.exists():
        project = folder / "project"
        counts = write_project(project, graph(triples))
        subprocess.run([KG, "build", str(project)], check=True, stdout=sys.stderr)
        version = (project / "build" / "current").resolve()
        manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
        nquads = folder / "data.nq"
        Store.read_only(str(version / "store")).dump(nquads, RdfFormat.N_QUADS)
        with nquads.open("rb") as file:
            quads = sum(1 for _ in file)
        said = Data(
            triples=manifest["triples"],
            quads=quads,
            graphs=len(manifest["graphs"]),
            municipalities=counts["municipality"],
            districts=counts["district"],
            cooperations=counts["cooperation"],
            project=str(project),
            nquads=str(nquads),
        )
        done.write_text(json.dumps(asdict(said)), encoding="utf-8")
    return Data(**json.loads(done.read_text(encoding="utf-8")))


def write_project(project: Path, lines: Iterable[str]) -> dict[str, int]:
    """Write settings and data; return how many things there are of each kind."""
    project.mkdir(parents=True, exist_ok=True)
    (project / "kg.toml").write_text(CONFIG, encoding="utf-8")
    counts: dict[str, int] = dict.fromkeys(ROOMS, 0)
    files: dict[str, IO[str]] = {}
    with ExitStack() as stack:
        for line in lines:
            kind, number = subject_of(line)
            counts[kind] = max(counts[kind], number + 1)
            name = ROOMS[kind].format(state=f"{number // PER_DISTRICT % STATES + 1:02d}")
            if name not in files:
                path = project / "data" / f"{name}.ttl"
                path.parent.mkdir(parents=True, exist_ok=True)
                files[name] = stack.enter_context(path.open("w", encoding="utf-8"))
            files[name].write(plain(line))
    sources = project / "data" / "sources.ttl"
    sources.write_text("".join(map(plain, provenance(files))), encoding="utf-8")
    return counts


def plain(line: str) -> str:
    """A line of N-Triples in the form of Turtle whose places `kg build` finds fast."""
    subject, rest = line.split(" ", 1)
    return f"{subject}\n  {rest}"


def subject_of(line: str) -> tuple[str, int]:
    """The kind and the number of what a line speaks of."""
    found = _SUBJECT.match(line)
    if found is None:
        raise ValueError(line)
    return found[1], int(found[2])


def provenance(names: Iterable[str]) -> Iterator[str]:
    """Who published each named graph, and when."""
    for number, name in enumerate(sorted(names)):
        subject = f"<{BASE}graph/{name}>"
        date = f'"2024-{number % 12 + 1:02d}-01"^^<http://www.w3.org/2001/XMLSchema#date>'
        office = f"<{PREFIXES['id']}office/{number:02d}>"
        yield f'{subject} <{PREFIXES["dct"]}title> "Verzeichnis {name}"@de .\n'
        yield f"{subject} <{PREFIXES['dct']}issued> {date} .\n"
        yield f"{subject} <{PREFIXES['prov']}wasAttributedTo> {office} .\n"


if __name__ == "__main__":
    print(json.dumps(asdict(make(int(sys.argv[1]), Path(sys.argv[2])))))
