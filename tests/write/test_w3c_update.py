"""The W3C tests of SPARQL 1.1 Update, evaluation and syntax, read from their manifests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse
from tests.write.datasets import canonical, head_of

from kg.errors import QueryError, RefusedQueryError
from kg.write.change import Change
from kg.write.faults import WriteError
from kg.write.head import PlainHead
from kg.write.limits import WriteLimits
from kg.write.requests import UpdateText
from kg.write.update import run_update

ROOT = Path(__file__).resolve().parents[3] / "shared" / "w3c" / "sparql11"
GRAPHS = ("add", "clear", "copy", "drop", "move")
STATEMENTS = ("basic-update", "delete", "delete-data", "delete-insert", "delete-where")
SUITES = (*GRAPHS, *STATEMENTS, "update-silent", "syntax-update-1", "syntax-update-2")
ENTRIES = """
    PREFIX mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#>
    PREFIX ut: <http://www.w3.org/2009/sparql/tests/test-update#>
    SELECT ?test ?type ?request {
      ?test a ?type ; mf:action ?action .
      OPTIONAL { ?action ut:request ?named }
      BIND(COALESCE(?named, ?action) AS ?request)
    } ORDER BY ?test
"""
DATA = """
    PREFIX mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#>
    PREFIX ut: <http://www.w3.org/2009/sparql/tests/test-update#>
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    SELECT ?file ?graph {
      ?test %s ?where .
      { ?where ut:data ?file }
      UNION { ?where ut:graphData ?one . ?one ut:graph ?file ; rdfs:label ?graph }
    }
"""
needs_suite = pytest.mark.skipif(
    not ROOT.is_dir(), reason="the W3C suite is not at ../shared/w3c/sparql11"
)


@dataclass(frozen=True)
class Case:
    """A test: its IRI, kind, request, manifest and the files before and after."""

    iri: str
    kind: str
    request: Path
    manifest: Path


def file_of(iri: str) -> Path:
    """Return the file that an IRI of a manifest names."""
    return Path(unquote(urlsplit(iri).path))


def manifest_of(path: Path) -> Store:
    """Return a manifest as a store."""
    store = Store()
    store.load(path.read_bytes(), RdfFormat.TURTLE, base_iri=path.as_uri())
    return store


def cases() -> list[Case]:
    """Return all tests, none when the suite is not there."""
    found = []
    for suite in SUITES if ROOT.is_dir() else ():
        path = ROOT / suite / "manifest.ttl"
        rows = manifest_of(path).query(ENTRIES)
        assert isinstance(rows, QuerySolutions)
        for test, kind, request in rows:
            kind_name = kind.value.rpartition("#")[2]
            found.append(Case(test.value, kind_name, file_of(request.value), path))
    return found


CASES = cases()
EVALUATED = [case for case in CASES if case.kind == "UpdateEvaluationTest"]
SYNTAX = [case for case in CASES if case.kind.endswith("SyntaxTest11")]


def name_of(case: Case) -> str:
    """Return the name of a test for pytest."""
    return f"{case.manifest.parent.name}-{case.iri.rpartition('#')[2]}"


def dataset_of(case: Case, side: str) -> list[Quad]:
    """Return the dataset before (mf:action) or after (mf:result) a test."""
    test = NamedNode(case.iri)
    quads: list[Quad] = []
    rows = manifest_of(case.manifest).query(DATA.replace("?test", str(test)) % side)
    assert isinstance(rows, QuerySolutions)
    for file, graph in rows:
        path = file_of(file.value)
        read = parse(path=str(path), base_iri=path.as_uri(), rename_blank_nodes=True)
        for quad in read:
            name = NamedNode(graph.value) if graph else quad.graph_name
            quads.append(Quad(quad.subject, quad.predicate, quad.object, name))
    return quads


def update(case: Case, head: PlainHead) -> Change:
    """Run the request of a test."""
    return run_update(
        head,
        UpdateText(case.request.read_text()),
        base=case.request.as_uri(),
        prefixes={},
        limits=WriteLimits(),
    )


@needs_suite
def test_number_of_cases() -> None:
    """The suite has 94 tests of evaluation and 63 of syntax."""
    assert (len(EVALUATED), len(SYNTAX)) == (94, 63)


@pytest.mark.parametrize("case", EVALUATED, ids=name_of)
def test_evaluation(case: Case) -> None:
    """An update gives the dataset of the suite, and its change leads there and back."""
    before = dataset_of(case, "mf:action")
    head = head_of(before)
    stored = set(head.store)
    change = update(case, head)
    assert canonical(head.store) == canonical(dataset_of(case, "mf:result"))
    assert set(head.store) == (stored - set(change.removed)) | set(change.added)
    head.apply(change.inverse())
    assert set(head.store) == stored


@pytest.mark.parametrize("case", SYNTAX, ids=name_of)
def test_syntax(case: Case) -> None:
    """What the suite calls an error is refused with a place; the rest is not."""
    if case.kind.startswith("Positive"):
        try:
            update(case, head_of())
        except (RefusedQueryError, WriteError):
            return  # understood, but LOAD is off and graphs are missing
        return
    with pytest.raises(QueryError) as caught:
        update(case, head_of())
    assert not isinstance(caught.value, RefusedQueryError)
