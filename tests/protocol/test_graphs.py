"""CONSTRUCT and DESCRIBE in each format, read by a reader of others."""

from __future__ import annotations

import pytest
from rdflib import Graph
from tests.protocol.project import LITERALS as WORDS
from tests.protocol.project import NUMBERS
from tests.protocol.served import Served

GRAPHS = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own use
@pytest.mark.filterwarnings("ignore:.*default_context:DeprecationWarning")  # rdflib's own use
@pytest.mark.parametrize("accept", GRAPHS)
def test_graphs(served: Served, accept: str) -> None:
    """The same triples in each format, literal by literal."""
    names = " ".join(f"id:{name}" for name in [*WORDS, *NUMBERS] if name != "line")
    query = f"CONSTRUCT {{ ?s ex:says ?o }} WHERE {{ VALUES ?s {{ {names} }} ?s ex:says ?o }}"
    reply = served.ask(query, accept)
    found = Graph().parse(data=reply.body, format=GRAPHS[accept])
    said = {str(s).rsplit("/", 1)[1]: o for s, o in found.subject_objects()}
    assert set(said) == {*WORDS, *NUMBERS} - {"line"}
    for name in set(WORDS) - {"line", "boolean"}:
        expected = WORDS[name]
        assert str(said[name]) == str(expected), name
        assert (getattr(said[name], "language", None) or "") == (expected.language or ""), name


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own use
@pytest.mark.filterwarnings("ignore:.*default_context:DeprecationWarning")  # rdflib's own use
@pytest.mark.parametrize("accept", GRAPHS)
def test_odd_graphs(served: Served, accept: str) -> None:
    """Blank nodes, an empty graph, line ends: read as they were meant."""
    empty = served.ask("CONSTRUCT { ?s ?p ?o } WHERE { ?s ex:none ?o ; ?p ?o }", accept)
    assert len(Graph().parse(data=empty.body, format=GRAPHS[accept])) == 0
    blank = served.ask("CONSTRUCT { _:a ex:p _:b . _:b ex:q _:a , 1 } WHERE {}", accept)
    graph = Graph().parse(data=blank.body, format=GRAPHS[accept])
    assert (len(graph), len(set(graph.subjects()))) == (3, 2)
    lines = served.ask("DESCRIBE id:line", accept)
    (text,) = Graph().parse(data=lines.body, format=GRAPHS[accept]).objects()
    assert str(text) == "a\r\nb\nc\rd"


def test_predicate_without_name(served: Served) -> None:
    """RDF/XML cannot write each predicate: the answer is well-formed, or an error that says why."""
    query = "CONSTRUCT { <urn:a> <urn:b:1> 1 ; <http://example.org/#> 2 } WHERE {}"
    reply = served.ask(query, "application/rdf+xml")
    if reply.status == 200:
        assert len(Graph().parse(data=reply.body, format="xml")) == 2
    else:
        assert reply.media_type == "application/problem+json"
        assert reply.status in (400, 406)
