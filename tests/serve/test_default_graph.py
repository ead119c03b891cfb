"""What a query without GRAPH sees: the union, nothing, or the merge of the graphs it names."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, QuerySolutions, Store
from tests.helpers import HEADER, TINY, kg
from tests.serve.helpers import Client

from kg.errors import StageError
from kg.publish.build import build
from kg.publish.query_dataset import Dataset, clear, dataset_of, in_merge
from kg.publish.store import Query
from kg.publish.versions import Version, open_current
from kg.rdf.dataset_clause import Clause, clause_of, may_have_clause
from kg.serve.app import create_app
from kg.settings import DefaultGraph, read_project

GRAPH = "https://example.org/graph/"
FILES = {
    **TINY,
    "data/a.ttl": HEADER + "e:a a e:Thing ; e:knows e:b . e:b e:knows e:a .\n",
    "data/b.ttl": HEADER + "e:a a e:Thing ; e:knows e:c . e:b e:knows e:a .\n",
    "data/c.trig": HEADER + "e:b e:knows e:a . _:x e:knows e:a . e:g { _:x e:knows e:a }\n",
    "data/d.ttl": HEADER + "e:d a e:Thing ; e:knows e:a .\n",
}
NAMES = ["a", "b", "c", "d", "inferred", "ontology/o", "shapes/s", "nowhere"]
IRIS = [*(GRAPH + name for name in NAMES), "https://example.org/g"]
EVERYTHING = "SELECT * { ?s ?p ?o }"
PATH = "SELECT * { ?s <https://example.org/knows>/<https://example.org/knows> ?o }"
BY_NAME = "SELECT * { GRAPH ?g { ?s ?p ?o } }"
BOTH = "SELECT * { ?s ?p ?o GRAPH ?g { ?s ?p ?o } }"
SHARING = Query(EVERYTHING, default_graphs=(GRAPH + "a", GRAPH + "b"))
PREFIXES = {"g": GRAPH, "from": GRAPH}


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Version:
    """Files that share triples, one of them with a blank node, published."""
    return publish(tmp_path_factory.mktemp("shared"), "union")


def publish(root: Path, setting: DefaultGraph) -> Version:
    config = f'[project]\nbase = "https://example.org/"\ndefault_graph = "{setting}"\n'
    for name, text in {**FILES, "kg.toml": config}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    project = read_project(root)
    built = build(project)
    assert built.path, built.report
    return open_current(project.build_dir)


def ask(version: Version, query: Query, setting: DefaultGraph = "union") -> Counter[str]:
    """Return the rows as a bag."""

    def use(store: Store, dataset: Dataset) -> Counter[str]:
        return bag(store, query.text, dataset)

    return in_merge(version.store, dataset_of(setting, query), use, version=version.path)


def bag(store: Store, text: str, dataset: Dataset) -> Counter[str]:
    rows = store.query(text, prefixes=PREFIXES, **dataset)
    assert isinstance(rows, QuerySolutions)
    return Counter(" ".join(map(str, row)) for row in rows)


def expected(version: Version, text: str, default: list[str], named: list[str]) -> Counter[str]:
    """Return the rows in a dataset that is put together triple by triple."""
    store = Store()
    for quad in version.store:
        name = getattr(quad.graph_name, "value", "")
        if name in named:
            store.add(quad)
        if name in default and isinstance(quad.graph_name, NamedNode):
            store.add(Quad(quad.subject, quad.predicate, quad.object))
    return bag(store, text, {})


def test_union_and_plain(version: Version) -> None:
    """The union has each triple once; with "plain" there is nothing outside of named graphs."""
    triples = {quad.triple for quad in version.store}
    assert ask(version, Query(EVERYTHING)).total() == len(triples) > 0
    assert not ask(version, Query(EVERYTHING), "plain")
    assert ask(version, Query(BY_NAME), "plain") == ask(version, Query(BY_NAME)) != Counter()


@pytest.mark.parametrize("text", [EVERYTHING, BY_NAME])
@pytest.mark.parametrize("asked", ["union", "plain"])
def test_setting_at_build(asked: DefaultGraph, text: str, version: Version, tmp_path: Path) -> None:
    """What was set when a version was built does not matter: it can be served either way."""
    other = publish(tmp_path, "plain")
    mine, theirs = (len(ask(each, Query(text), asked)) for each in (version, other))
    assert mine == theirs
    assert bool(mine) == (asked == "union" or text == BY_NAME)


@pytest.mark.parametrize("setting", ["union", "plain"])
@pytest.mark.parametrize("text", [EVERYTHING, PATH, BY_NAME, BOTH])
@settings(max_examples=25, deadline=None)
@given(
    default=st.lists(st.sampled_from(IRIS), max_size=6),
    named=st.lists(st.sampled_from(IRIS), max_size=4),
)
def test_request(
    version: Version,
    text: str,
    setting: DefaultGraph,
    default: list[str],
    named: list[str],
) -> None:
    """Graphs that the request names are merged: a set, whatever they share and come twice."""
    query = Query(text, default_graphs=tuple(default), named_graphs=tuple(named))
    assert ask(version, query, setting) == expected(version, text, default, named)


@pytest.mark.parametrize(
    ("default", "named"), list(product(["a b", "b c d", "", "a"], ["", "a", "b c"]))
)
@pytest.mark.parametrize("setting", ["union", "plain"])
def test_clauses(default: str, named: str, setting: DefaultGraph, version: Version) -> None:
    """FROM and FROM NAMED do the same."""
    if not default and not named:
        return
    clauses = [f"FROM g:{name}" for name in default.split()]
    clauses += [f"from named <{GRAPH}{name}>" for name in named.split()]
    text = BOTH.replace("{", " ".join([*clauses, "{"]), 1)
    query = Query(text, prefixes=PREFIXES)
    graphs = [[GRAPH + name for name in names.split()] for names in (default, named)]
    assert ask(version, query, setting) == expected(version, BOTH, *graphs)


def test_request_before_clause(version: Version) -> None:
    """The protocol's dataset replaces that of the query."""
    text = f"SELECT * FROM <{GRAPH}a> {{ ?s ?p ?o }}"
    query = Query(text, default_graphs=(GRAPH + "d",))
    assert ask(version, query) == expected(version, EVERYTHING, [GRAPH + "d"], [])
    nothing = Query(text, named_graphs=(GRAPH + "d",))
    assert not ask(version, nothing)


def test_why_merge(version: Version) -> None:
    """Oxigraph by itself finds a triple as often as there are graphs with it."""
    rows = bag(version.store, EVERYTHING, dataset_of("union", SHARING))
    assert max(rows.values()) == 2
    assert set(ask(version, SHARING).values()) == {1}


def left() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob("kg-merged-*"))


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let nobody else have temporary files where these tests look."""
    folder = str(tmp_path_factory.mktemp("tmp"))
    monkeypatch.setattr(tempfile, "tempdir", folder)
    monkeypatch.setenv("TMPDIR", folder)


def test_untouched(version: Version) -> None:
    """Merging changes no file of the version and leaves nothing behind."""
    before = {path: path.stat().st_mtime_ns for path in version.path.rglob("*")}
    content = set(version.store)

    def use(store: Store, dataset: Dataset) -> int:
        assert store is not version.store
        assert len(left()) == 1
        return bag(store, EVERYTHING, dataset).total()

    assert in_merge(version.store, dataset_of("union", SHARING), use, version=version.path)
    assert not left()
    assert {path: path.stat().st_mtime_ns for path in version.path.rglob("*")} == before
    assert set(open_current(version.path.parent).store) == content


KILLED = """
import os, signal, sys
from pathlib import Path
from kg.publish.query_dataset import dataset_of, in_merge
from kg.publish.store import Query, open_read_only
version = Path(sys.argv[1])
query = Query("ASK {}", default_graphs=tuple(sys.argv[2:]))
store = open_read_only(version / "store")
kill = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
in_merge(store, dataset_of("union", query), kill, version=version)
"""


def test_killed(version: Version) -> None:
    """What a process leaves that is killed in the middle can be cleared away."""
    graphs = SHARING.default_graphs or ()
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(version.path), *graphs])
    assert process.wait() == -signal.SIGKILL
    assert len(left()) == 1
    clear(process.pid)
    assert not left()


@pytest.mark.parametrize("graphs", [("a",), ("a", "a"), ("a", "d"), ("a", "inferred", "nowhere")])
def test_nothing_in_common(graphs: tuple[str, ...], version: Version) -> None:
    """Graphs that share nothing are asked where they are."""
    query = Query(EVERYTHING, default_graphs=tuple(GRAPH + name for name in graphs))

    def use(store: Store, _: Dataset) -> bool:
        return store is version.store

    assert in_merge(version.store, dataset_of("union", query), use, version=version.path)


def test_no_room(version: Version, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where no links can be made, that is said and not answered wrongly."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "symlink_to", refuse)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(StageError, match="merge"):
        ask(version, SHARING)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("SELECT * FROM <urn:a> FROM <urn:a> {}", Clause(("urn:a",), ())),
        ("ASK FROM<urn:a>from  Named#x\n<urn:b>{}", Clause(("urn:a",), ("urn:b",))),
        (
            "PREFIX x: <urn:> ASK FROM x:a FROM x: FROM x:b.c {}",
            Clause(("urn:a", "urn:", "urn:b.c"), ()),
        ),
        ("PREFIX x: <urn:> ASK FROM x:a\\-b%20 {}", Clause(("urn:a-b%20",), ())),
        (
            "BASE <http://e/x/y> PREFIX : <z#> ASK FROM <../q> FROM :a {}",
            Clause(("http://e/q", "http://e/x/z#a"), ()),
        ),
        ("ASK FROM <rel> {}", None),
        ("ASK FROM <urn:\\u0061> {}", None),
        ("PREFIX:<urn:> ASK FROM :a {}", None),
        ("ASK FROM:a {}", None),
        ("ASK FROM unknown:a {}", None),
        ("ASK FROM ?g {}", None),
        ("ASK FROM named:a {}", None),
        ("ASK FROM g:a {}", Clause((GRAPH + "a",), ())),
        (
            "SELECT ?from FROM g:a { ?from g:from 'FROM <urn:x>' # FROM <urn:y>\n }",
            Clause((GRAPH + "a",), ()),
        ),
    ],
)
def test_reading_clauses(text: str, clause: Clause | None) -> None:
    """FROM is read where the grammar has it; what is doubtful is left to the parser."""
    assert may_have_clause(text)
    assert clause_of(text, {"g": GRAPH}) == clause


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?from { ?from g:from ?x }",
        "ASK { ?x g:p 'FROM <urn:x>' } # FROM <urn:y>",
        "ASK { <urn:from> $from _:from }",
        "ASK { ?x g:p 'y'@from }",
    ],
)
def test_no_clause(text: str) -> None:
    """The letters alone are no clause."""
    assert not may_have_clause(text)


@pytest.mark.parametrize("glued", ["PREFIX:<https://example.org/graph/> ASK FROM:a { ?s ?p ?o }"])
def test_doubtful_clause(glued: str, version: Version) -> None:
    """A clause that only a parser understands holds, with either setting."""
    for setting in ("union", "plain"):
        dataset = dataset_of(setting, Query(glued))
        assert bool(version.store.query(glued, **dataset)) is True


@pytest.mark.parametrize(("setting", "everything"), [("union", True), ("plain", False)])
def test_served(setting: DefaultGraph, everything: bool, version: Version) -> None:
    """The workers see the same: the setting, the request and the clauses."""
    project = replace(read_project(version.path.parents[1]), default_graph=setting)
    with Client(create_app(project, version)) as client:

        def number(text: str, **graphs: list[str]) -> int:
            parameters = {"query": text, "format": "csv", **graphs}
            response = client.get("/sparql", params=parameters)
            assert response.status_code == 200, response.text
            return int(response.text.split()[1])

        named = {"default-graph-uri": [GRAPH + "a", GRAPH + "b"]}
        total = ask(version, Query(EVERYTHING)).total()
        merged = ask(version, SHARING).total()
        counting = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        clauses = f"SELECT (COUNT(*) AS ?n) FROM <{GRAPH}a> FROM <{GRAPH}b> {{ ?s ?p ?o }}"
        assert number(counting) == total * everything
        assert number(counting, **named) == number(clauses) == merged > 0
        assert not list(Path(tempfile.gettempdir()).glob("kg-merged-*"))


@pytest.mark.parametrize("setting", ["union", "plain"])
def test_command(setting: str, version: Version) -> None:
    """On the command line a query sees the same."""
    root = version.path.parents[1]
    config = (root / "kg.toml").read_text()
    changed = config.replace('"union"', f'"{setting}"')
    try:
        (root / "kg.toml").write_text(changed)
        counted = "SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o }}"
        both = f"FROM <{GRAPH}a> FROM <{GRAPH}b>"
        found = [
            kg("query", "-q", counted.format(clause), "--format", "csv", cwd=root).stdout.split()[1]
            for clause in ("", both)
        ]
    finally:
        (root / "kg.toml").write_text(config)
    everything = ask(version, Query(EVERYTHING), "union" if setting == "union" else "plain")
    assert found == [str(everything.total()), str(ask(version, SHARING).total())]
