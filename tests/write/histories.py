"""Random histories of a tiny project: commits, refusals, dry runs, reverts and restarts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse
from tests.reason.random_graphs import PROFILES, Row, data, ontology

from kg.errors import QueryError
from kg.publish.build import build
from kg.publish.versions import find_base, find_current
from kg.rdf.bulk import columns_of
from kg.reason.closure import Closure
from kg.reason.stage import reason_columns
from kg.settings import Project, read_project
from kg.validate.engine import validate
from kg.validate.report import Report
from kg.validate.shape_reader import read_shapes
from kg.validate.watched import data_graph
from kg.write.change import About, net
from kg.write.journal import FOLDER, read_journal
from kg.write.options import WriteOptions
from kg.write.requests import Outcome, Request, Revert, UpdateText
from kg.write.state import Mode, opened
from kg.write.writer import Writer

BASE = "https://example.org/"
CONFIG = f'[project]\ntitle = "History"\nbase = "{BASE}"\n'
SHAPES = """
@prefix : <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:S0 sh:targetClass :C0 ; sh:property [ sh:path :p0 ; sh:maxCount 2 ; sh:class :C1 ] .
:S1 sh:targetClass :C1, :C2 ; sh:property [ sh:path :p1 ; sh:maxCount 1 ] .
:S2 sh:targetSubjectsOf :p3 ; sh:not [ sh:class :C3 ] .
"""
GRAPHS = ("", "graph/a", "graph/b", "graph/c")
ME = About("tester", "update")
STEPS = 12


def project_of(root: Path, seed: str) -> Project | None:
    """A project with a random ontology, None where nothing could be built of it."""
    random = Random(seed)
    axioms = ontology(random, PROFILES[random.choice(sorted(PROFILES))])
    files = {
        "kg.toml": CONFIG,
        "shapes/s.ttl": SHAPES,
        "ontology/o.nt": "".join(f"{' '.join(row)} .\n" for row in axioms),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    project = read_project(root)
    try:
        return project if build(project).path else None
    except QueryError:
        return None


@dataclass
class History:
    """A writer that is asked random things, and asked anew after a restart."""

    project: Project
    random: Random

    def run(self) -> list[Outcome]:
        """Do all steps; return what came of them."""
        pool = data(self.random, PROFILES[self.random.choice(sorted(PROFILES))], 40)
        found: list[Outcome] = []
        with ExitStack() as stack:
            writer = self._open(stack)
            for _ in range(STEPS):
                if self.random.random() < 0.1:
                    stack.close()
                    writer = self._open(stack)
                group = [self._request(pool, found) for _ in range(self.random.choice((1, 1, 3)))]
                found += writer.handle(group)
        return found

    def _open(self, stack: ExitStack) -> Writer:
        writer = Writer(stack.enter_context(opened(self.project, Mode())), WriteOptions())
        writer.start()
        return writer

    def _request(self, pool: list[Row], found: list[Outcome]) -> Request:
        numbers = [each.number for each in found if each.number]
        dry = self.random.random() < 0.1
        if numbers and self.random.random() < 0.2:
            revert = Revert(self.random.choice(numbers))
            return Request(revert, ME, may_publish=True, dry_run=dry)
        text = " ;\n".join(self._operation(pool) for _ in range(self.random.choice((1, 1, 2))))
        return Request(UpdateText(text), ME, may_publish=True, dry_run=dry)

    def _operation(self, pool: list[Row]) -> str:
        rows = self.random.sample(pool, self.random.choice((1, 2, 4)))
        graph = self.random.choice(GRAPHS)
        text = " ".join(f"{' '.join(row)} ." for row in rows if not row[2].startswith("_:"))
        block = f"GRAPH <{BASE}{graph}> {{ {text} }}" if graph else text
        kind = self.random.random()
        if kind < 0.6:
            return f"INSERT DATA {{ {block} }}"
        if kind < 0.85:
            return f"DELETE DATA {{ {block} }}"
        if kind < 0.95:
            return f"DELETE WHERE {{ GRAPH ?g {{ {rows[0][0]} ?p ?o }} }}"
        return f"CLEAR SILENT GRAPH <{BASE}{graph or 'graph/a'}>"


def stated(project: Project) -> set[Quad]:
    """What files and journal state, in the spelling of the store, found without the writer."""
    store = Store()
    built = Store.read_only(str(find_base(project.build_dir).path / "store"))
    graph = NamedNode(f"{BASE}graph/ontology/o")
    store.extend(built.quads_for_pattern(None, None, None, graph))
    change = net(commit.change for commit in read_journal(project.root / FOLDER))
    for quad in change.removed:
        store.remove(quad)
    store.extend(change.added)
    return set(store)


def fresh(project: Project) -> Closure:
    """The closure of what is stated, found from nothing."""
    return reason_columns(columns_of(stated(project)))


def report_of(closure: Closure) -> Report:
    """What the shapes say of it."""
    shapes = read_shapes(quad.triple for quad in parse(SHAPES, RdfFormat.TURTLE))
    return validate(data_graph(closure.engine, closure.dictionary), shapes)


@dataclass(frozen=True)
class Content:
    """What a store holds: statements, what is inferred, and the union of all."""

    stated: set[Quad]
    inferred: set[Triple]
    union: set[Triple]


def content_of(project: Project) -> Content:
    """What the current version holds, without the shapes and what describes graphs."""
    store = Store.read_only(str(find_current(project.build_dir).path / "store"))
    inferred = NamedNode(f"{BASE}graph/inferred")
    left_out = {inferred, NamedNode(f"{BASE}graph/shapes/s")}
    named = [quad for quad in store if isinstance(quad.graph_name, NamedNode)]
    shapes = {quad.triple for quad in named if quad.graph_name in left_out - {inferred}}
    return Content(
        {quad for quad in named if quad.graph_name not in left_out},
        {q.triple for q in named if q.graph_name == inferred and q.subject != inferred},
        {
            quad.triple
            for quad in store
            if not isinstance(quad.graph_name, NamedNode)
            and quad.triple not in shapes
            and quad.subject != inferred
        },
    )


def as_stored(triples: Iterator[Triple]) -> set[Triple]:
    """Triples in the spelling of a store."""
    store = Store()
    store.extend(Quad(each.subject, each.predicate, each.object) for each in triples)
    return {quad.triple for quad in store}


def forget(project: Project) -> None:
    """Bring the project back to what was built of its files."""
    shutil.rmtree(project.root / FOLDER, ignore_errors=True)
    built = find_base(project.build_dir).path
    for path in project.build_dir.iterdir():
        if path.is_dir() and path.name != built.name and not path.is_symlink():
            shutil.rmtree(path)
    link = project.build_dir / "current"
    link.unlink(missing_ok=True)
    link.symlink_to(built.name)
