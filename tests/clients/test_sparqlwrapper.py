"""SPARQLWrapper: all formats by all its ways, datasets, and faults as its exceptions."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.error import HTTPError
from xml.dom.minidom import Document

import pytest
from rdflib import Graph, URIRef
from SPARQLWrapper import (
    BASIC,
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDF,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
    SPARQLWrapper2,
)
from SPARQLWrapper.SPARQLExceptions import EndPointNotFound, QueryBadFormed
from tests.protocol.served import Served

pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning"),  # rdflib's own use
    pytest.mark.filterwarnings("ignore:.*default_context:DeprecationWarning"),  # rdflib's own use
]
PREFIXES = "PREFIX ex: <https://example.org/ns#> PREFIX id: <https://example.org/id/>"
SELECT = f'{PREFIXES} SELECT ?s ?o {{ ?s ex:says ?o FILTER(LANG(?o) = "de") }} ORDER BY ?s'
ASK = f"{PREFIXES} ASK {{ id:one ex:in 1 }}"
CONSTRUCT = f"{PREFIXES} CONSTRUCT {{ ?s ex:in ?o }} WHERE {{ ?s ex:in ?o }}"
DESCRIBE = f"{PREFIXES} DESCRIBE id:plain"
ONE = "https://example.org/graph/one"
TWO = "https://example.org/graph/two"
MEDIA = {
    JSON: "application/sparql-results+json",
    XML: "application/sparql-results+xml",
    CSV: "text/csv",
    TSV: "text/tab-separated-values",
}
WAYS = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]


def wrapper(served: Served, query: str, way: tuple[str, str] = WAYS[0], form: str = JSON) -> Any:
    """A wrapper that is about to ask `query`."""
    made: Any = SPARQLWrapper(served.endpoint)
    made.setMethod(way[0])
    made.setRequestMethod(way[1])
    made.setReturnFormat(form)
    made.setQuery(query)
    return made


@pytest.mark.parametrize("way", WAYS)
def test_select(served: Served, way: tuple[str, str]) -> None:
    """Rows come in the four formats."""
    rows = wrapper(served, SELECT, way, JSON).queryAndConvert()["results"]["bindings"]
    assert [row["o"]["value"] for row in rows] == ["Käfer"]
    document = wrapper(served, SELECT, way, XML).queryAndConvert()
    assert isinstance(document, Document)
    assert len(document.getElementsByTagName("result")) == 1
    table = wrapper(served, SELECT, way, CSV).queryAndConvert().decode()
    assert list(csv.reader(io.StringIO(table)))[1] == ["https://example.org/id/german", "Käfer"]
    terms = wrapper(served, SELECT, way, TSV).queryAndConvert().decode()
    assert terms.splitlines()[1].endswith('"Käfer"@de')


@pytest.mark.parametrize("way", WAYS)
def test_ask(served: Served, way: tuple[str, str]) -> None:
    """ASK comes in JSON and XML."""
    assert wrapper(served, ASK, way, JSON).queryAndConvert()["boolean"] is True
    document = wrapper(served, ASK, way, XML).queryAndConvert()
    assert document.getElementsByTagName("boolean")[0].firstChild.data == "true"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
def test_graphs(served: Served, way: tuple[str, str], query: str) -> None:
    """Graphs come in the formats that it knows."""
    size = len(wrapper(served, query, way, RDFXML).queryAndConvert())
    assert size > 0
    assert len(wrapper(served, query, way, XML).queryAndConvert()) == size
    assert len(wrapper(served, query, way, JSONLD).queryAndConvert()) == size
    for form in (TURTLE, N3):
        text = wrapper(served, query, way, form).queryAndConvert()
        assert len(Graph().parse(data=text, format="turtle")) == size


@pytest.mark.filterwarnings("ignore:Sending Accept header:RuntimeWarning")  # it says so itself
def test_default_format_of_graphs(served: Served) -> None:
    """Whoever asks for RDF of any kind gets one that is read."""
    assert len(wrapper(served, CONSTRUCT, form=RDF).queryAndConvert()) > 0


@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
@pytest.mark.parametrize("only", [True, False])
def test_negotiation_alone(served: Served, form: str, only: bool) -> None:
    """With its parameters format, output and results, and with the header alone."""
    made = wrapper(served, SELECT, form=form)
    made.setOnlyConneg(only)
    info = made.query().info()
    assert info["content-type"].startswith(MEDIA[form])


@pytest.mark.parametrize("way", WAYS)
def test_dataset(served: Served, way: tuple[str, str]) -> None:
    """Default and named graphs are those that were set."""
    inside = f"{PREFIXES} ASK {{ ?s ex:in 1 }}"
    for graph, expected in ((ONE, True), (TWO, False)):
        made = wrapper(served, inside, way)
        made.addDefaultGraph(graph)
        assert made.queryAndConvert()["boolean"] is expected
        made = wrapper(served, f"{PREFIXES} ASK {{ GRAPH ?g {{ ?s ex:in 1 }} }}", way)
        made.addNamedGraph(graph)
        assert made.queryAndConvert()["boolean"] is expected
    made = wrapper(served, f"{PREFIXES} ASK {{ ?s ex:in 1 . ?t ex:in 2 }}", way)
    made.addDefaultGraph(ONE)
    made.addDefaultGraph(TWO)
    assert made.queryAndConvert()["boolean"] is True


@pytest.mark.parametrize("way", WAYS)
def test_faults(served: Served, way: tuple[str, str]) -> None:
    """A fault in the query is its QueryBadFormed, and what we say is in it."""
    with pytest.raises(QueryBadFormed, match="from line 1, column 12"):
        wrapper(served, "SELECT * { ?", way).query()
    with pytest.raises(QueryBadFormed):
        wrapper(served, "SELECT * { ?s ?p }", way).query()


def test_other_faults(served: Served) -> None:
    """A wrong address, an update and SERVICE are told as what they are."""
    made: Any = SPARQLWrapper(f"{served.url}/nothing")
    made.setQuery(ASK)
    with pytest.raises(EndPointNotFound):
        made.query()
    for query in ("CLEAR ALL", f"SELECT * {{ SERVICE <{served.endpoint}> {{ ?s ?p ?o }} }}"):
        made = wrapper(served, query, WAYS[1])
        with pytest.raises(HTTPError) as caught:
            made.query()
        assert caught.value.code == 403
        caught.value.close()


def test_second_interface(served: Served) -> None:
    """SPARQLWrapper2 finds its bindings."""
    made: Any = SPARQLWrapper2(served.endpoint)
    made.setQuery(SELECT)
    found = made.query()
    assert found.variables == ["s", "o"]
    assert [row["o"].value for row in found.bindings] == ["Käfer"]
    assert found.bindings[0]["o"].lang == "de"


def test_options(served: Served) -> None:
    """What else it sends, such as credentials, a time limit and parameters, does no harm."""
    made = wrapper(served, ASK)
    made.setTimeout(5)
    made.setHTTPAuth(BASIC)
    made.setCredentials("nobody", "nothing")
    made.addParameter("infer", "true")
    made.addCustomHttpHeader("X-Requested-With", "tests")
    assert made.queryAndConvert()["boolean"] is True


def test_long_query(served: Served) -> None:
    """A long query goes by POST."""
    values = " ".join(f"id:x{number:06}" for number in range(8000))
    query = f"{PREFIXES} SELECT ?s {{ VALUES ?s {{ {values} id:one }} ?s ex:in 1 }}"
    for way in WAYS[1:]:
        rows = wrapper(served, query, way).queryAndConvert()["results"]["bindings"]
        assert [URIRef(row["s"]["value"]) for row in rows] == [URIRef("https://example.org/id/one")]
