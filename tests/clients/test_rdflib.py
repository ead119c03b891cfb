"""rdflib: its store and its connector read the endpoint as a graph and as a dataset."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from rdflib import Dataset, Graph, Namespace, URIRef
from rdflib import Literal as Term
from rdflib.plugins.stores.sparqlconnector import SPARQLConnector
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from tests.protocol.served import Served

pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning"),  # rdflib's own use
    pytest.mark.filterwarnings("ignore:.*default_context:DeprecationWarning"),  # rdflib's own use
    pytest.mark.filterwarnings("ignore:.*default_graph:DeprecationWarning"),  # rdflib's own use
]
EX = Namespace("https://example.org/ns#")
ID = Namespace("https://example.org/id/")
ONE = URIRef("https://example.org/graph/one")
Method = Literal["GET", "POST", "POST_FORM"]
METHODS: tuple[Method, ...] = ("GET", "POST", "POST_FORM")
PREFIXES = "PREFIX ex: <https://example.org/ns#> PREFIX id: <https://example.org/id/>"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_connector(served: Served, method: Method, form: str) -> None:
    """The connector reads rows in each format, by each method."""
    connector: Any = SPARQLConnector(served.endpoint, returnFormat=form, method=method)
    result = connector.query(f"{PREFIXES} SELECT ?s ?o {{ ?s ex:in ?o }} ORDER BY ?o")
    rows = [[str(value) for value in row] for row in result]
    assert rows[0] == [str(ID.one), "1"]
    assert len(rows) == 4


@pytest.mark.parametrize("method", METHODS)
def test_connector_other_forms(served: Served, method: Method) -> None:
    """ASK and CONSTRUCT are read too, and a default graph is kept to."""
    connector: Any = SPARQLConnector(served.endpoint, returnFormat="json", method=method)
    assert connector.query(f"{PREFIXES} ASK {{ id:one ex:in 1 }}").askAnswer is True
    here = connector.query(f"{PREFIXES} ASK {{ ?s ex:in 2 }}", default_graph=str(ONE))
    assert here.askAnswer is False
    graphs: Any = SPARQLConnector(served.endpoint, returnFormat="xml", method=method)
    made = graphs.query(f"{PREFIXES} CONSTRUCT {{ ?s ex:in ?o }} WHERE {{ ?s ex:in ?o }}")
    assert len(made.graph) == 4


@pytest.mark.parametrize("method", METHODS)
def test_store(served: Served, method: Method) -> None:
    """A graph on the store finds, counts and asks."""
    graph = Graph(SPARQLStore(served.endpoint, method=method))
    assert list(graph.objects(ID.german, EX.says)) == [Term("Käfer", lang="de")]
    assert (ID.one, EX["in"], None) in graph
    assert (ID.one, EX.none, None) not in graph
    assert len(list(graph.triples((None, EX["in"], None)))) == 4
    assert len(graph) > 1500
    assert bool(graph.query("ASK {}"))
    rows = list(graph.query(f"{PREFIXES} SELECT ?s {{ ?s ex:in 1 }}"))
    assert [row[0] for row in rows if isinstance(row, tuple)] == [ID.one]
    assert len(graph.query(f"{PREFIXES} DESCRIBE id:plain").graph or ()) > 0


def test_bindings(served: Served) -> None:
    """Values given beforehand reach the query."""
    graph = Graph(SPARQLStore(served.endpoint))
    found = graph.query(
        f"{PREFIXES} SELECT ?s ?n {{ ?s ex:in ?n }}", initBindings={"s": ID.two, "n": Term(2)}
    )
    assert len(found) == 1


def test_dataset(served: Served) -> None:
    """A dataset on the store has the named graphs."""
    store = SPARQLStore(served.endpoint, context_aware=True)
    dataset = Dataset(store=store)
    names = {str(getattr(each, "identifier", each)) for each in dataset.store.contexts()}
    assert str(ONE) in names
    inside = Graph(store, identifier=ONE)
    assert {str(s) for s in inside.subjects(EX["in"])} == {str(ID.one), str(ID.both)}


def test_fault(served: Served) -> None:
    """A fault is an exception of the connector."""
    connector: Any = SPARQLConnector(served.endpoint, returnFormat="json")
    with pytest.raises(ValueError, match="SPARQL query"):
        connector.query("SELECT * { ?s ?p }")


def test_federation(served: Served) -> None:
    """rdflib's own SERVICE clause joins a local graph with the endpoint."""
    local = Graph().add((URIRef("urn:mine"), EX.about, ID.one))
    query = f"""{PREFIXES} SELECT ?mine ?n {{
      ?mine ex:about ?s SERVICE <{served.endpoint}> {{ ?s ex:in ?n }} }}"""
    rows = [tuple(row) for row in local.query(query) if isinstance(row, tuple)]
    assert rows == [(URIRef("urn:mine"), Term(1))]
