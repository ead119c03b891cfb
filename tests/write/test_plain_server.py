"""An empty folder is a plain store: the W3C tests of SPARQL 1.1 Update, each over HTTP.

Each answer is followed at once by a query for what the dataset is now: who has the answer to a
write reads what was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse_query_results,
    serialize,
)
from tests.protocol.served import Served, serving
from tests.write.datasets import canonical
from tests.write.test_w3c_update import EVALUATED, Case, dataset_of, name_of, needs_suite

from kg.publish.build import build
from kg.settings import read_project

TOKEN = "0123456789abcdef0123456789abcdef"
OPTIONS = ("--default-graph", "plain", "--no-reasoning")
DUMP = "SELECT ?s ?p ?o ?g { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"


def write(served: Served, method: str, target: str, body: str, media_type: str) -> int:
    """Send a write; return the status."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": media_type}
    return served.request(method, target, headers=headers, body=body.encode()).status


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server on an empty folder."""
    root = tmp_path_factory.mktemp("plain")
    assert build(read_project(root), may_be_empty=True).path
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_TOKEN", TOKEN)
        with serving(root, root / "log", *OPTIONS) as found:
            yield found


def load(served: Served, quads: list[Quad]) -> None:
    """Make the dataset that of a test."""
    assert write(served, "POST", "/sparql", "DROP ALL", "application/sparql-update") == 200
    for graph in dict.fromkeys(quad.graph_name for quad in quads):
        mine = [quad.triple for quad in quads if quad.graph_name == graph]
        text = (serialize(mine, format=RdfFormat.N_TRIPLES) or b"").decode()
        target = "/graphs?default"
        if isinstance(graph, NamedNode):
            target = f"/graphs?graph={quote(graph.value, safe='')}"
        status = write(served, "PUT", target, text, "application/n-triples")
        assert status in (201, 204)


def dataset(served: Served) -> list[Quad]:
    """What the dataset is now."""
    reply = served.get(DUMP, "application/sparql-results+json")
    assert reply.status == 200, reply.text
    rows = parse_query_results(reply.body, QueryResultsFormat.JSON)
    assert isinstance(rows, QuerySolutions)
    return [Quad(s, p, o, graph or DefaultGraph()) for s, p, o, graph in rows]


@needs_suite
@pytest.mark.parametrize("case", EVALUATED, ids=name_of)
def test_update_over_http(case: Case, served: Served) -> None:
    """After a request the dataset is that of the suite."""
    load(served, dataset_of(case, "mf:action"))
    text = f"BASE <{case.request.as_uri()}>\n{case.request.read_text()}"
    assert write(served, "POST", "/sparql", text, "application/sparql-update") == 200
    assert canonical(dataset(served)) == canonical(dataset_of(case, "mf:result"))


def test_graphs_that_are_empty(served: Served) -> None:
    """A graph that was put without a statement is there, until it is deleted."""
    target = "/graphs?graph=http%3A%2F%2Fexample.org%2Fempty"
    assert write(served, "PUT", target, "", "text/turtle") == 201
    assert served.request("GET", target).status == 200
    assert write(served, "PUT", target, "<a:a> <a:b> <a:c> .", "text/turtle") == 204
    assert b"a:c" in served.request("GET", target).body
    assert write(served, "DELETE", target, "", "text/turtle") == 204
    assert served.request("GET", target).status == 404
