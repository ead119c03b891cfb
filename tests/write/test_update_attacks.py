"""Updates that would end the writer, keep it busy or make it call other servers are refused."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from tests.write.datasets import head_of

from kg.errors import QueryError
from kg.write.change import Change
from kg.write.limits import WriteLimits
from kg.write.requests import UpdateText
from kg.write.update import run_update

MANY = 20_000
PATTERN = "{ ?s ?p ?o }"
CALLS = [
    "LOAD <{url}>",
    "LOAD<{url}>INTO GRAPH<g>",
    "LOADSILENT<{url}>",
    "CLEAR ALL ;# ;\nLOAD <{url}>",
    "PREFIX load: <{url}> LOAD load:x",
    "PREFIX : <{url}> LOAD:x",
    "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
    "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICESILENT<{url}> {{ ?s ?p ?o }} }}",
    "PREFIX : <{url}> INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE:x {{ ?s ?p ?o }} }}",
    "INSERT {{ ?s ?p ?o }} WHERE {{ ?s ?p trueSERVICE <{url}> {{ ?s ?p ?o }} }}",
    "INSERT {{ ?s ?p ?o }} WHERE {{ ?s ?p 1e5SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "INSERT {{ ?s ?p ?o }} WHERE {{ FILTER(1<1#>'\n) SERVICE <{url}> {{ ?s ?p ?o }} # '\n }}",
    "DELETE {{ ?s ?p ?o }} WHERE {{ {{ SELECT * {{ SERVICE ?x {{ ?s ?p ?o }} }} }} }}",
]
DEEP = {
    "brackets": "INSERT {} WHERE { FILTER(" + "(" * MANY + "1" + ")" * MANY + ") }",
    "groups": "INSERT {} WHERE " + "{" * MANY + "}" * MANY,
    "lists": "INSERT DATA { <a> <b> " + "(" * MANY + ")" * MANY + " }",
    "template": "INSERT { <a> <b> " + "[<b> " * MANY + "1" + "]" * MANY + " } WHERE {}",
    "signs": "INSERT {} WHERE { FILTER(" + "!" * MANY + "1) }",
    "or": "INSERT {} WHERE { FILTER(" + "1||" * MANY + "1) }",
    "union": "INSERT {} WHERE { " + "{} UNION " * MANY + "{} }",
    "path": "INSERT {} WHERE { ?s " + "<a>/" * MANY + "<a> ?o }",
    "values": "INSERT {} WHERE { " + "VALUES ?x {1 2} " * 300 + " }",
    "patterns": "INSERT {} WHERE { " + "?s ?p ?o . " * 300 + "}",
    "objects": "INSERT {} WHERE { ?s ?p " + "?o, " * 300 + "?o }",
    "comment": "INSERT {} WHERE { FILTER(?a<?b#>'''\n && " + "(" * MANY + "1" + ")" * MANY + ") }",
    "quote": "INSERT {} WHERE { FILTER(?a<'>'" + "(" * MANY + "1" + ")" * MANY + "#'\n) }",
    "iri": "INSERT {} WHERE { FILTER(?a <" + "(" * MANY + "1" + ")" * MANY + ">1 ) }",
}
LARGE = {
    "list": "INSERT DATA { <a> <b> (" + "1 " * MANY + ") }",
    "template": "INSERT { <a> <b> " + ",".join(map(str, range(MANY))) + " } WHERE {}",
    "in": "INSERT { <a> <b> ?x } WHERE { VALUES ?x {1} FILTER(?x IN (" + "1, " * 3000 + "1)) }",
    "values": "INSERT { <a> <b> ?x } WHERE { VALUES (?x ?y) { "
    + "(<#a> <#b>) ('.;,' 2) " * MANY
    + "} }",
    "sum": "INSERT { <a> <b> ?x } WHERE { BIND(" + "1+" * 1000 + "1 AS ?x) }",
}


def run(text: str) -> Change:
    """Run an update on one statement."""
    iri = NamedNode("http://example.org/a")
    return run_update(
        head_of([Quad(iri, iri, Literal(1))]),
        UpdateText(text),
        base="http://example.org/",
        prefixes={},
        limits=WriteLimits(),
    )


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that must not be called."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.01)
        yield server


@pytest.mark.parametrize("text", CALLS)
def test_no_server_is_called(text: str, listener: socket.socket) -> None:
    """Neither LOAD nor SERVICE goes out, however it is written."""
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with pytest.raises(QueryError):
        run(text.format(url=url))
    with pytest.raises(TimeoutError):
        listener.accept()


@pytest.mark.parametrize("name", DEEP)
def test_too_much_for_the_parser(name: str) -> None:
    """What would end the process or take minutes is refused at once, with the place."""
    start = time.process_time()
    with pytest.raises(QueryError) as caught:
        run(DEEP[name])
    assert caught.value.place is not None
    assert time.process_time() - start < 5


@pytest.mark.parametrize("name", LARGE)
def test_large_is_not_too_much(name: str) -> None:
    """Long lists of data, values and alternatives are run."""
    assert run(LARGE[name]).added


def test_many_operations_and_declarations() -> None:
    """Reading takes time with the length of the text, not with its square."""
    names = "".join(f"PREFIX p{number}: <http://example.org/{number}/>\n" for number in range(5000))
    text = names + " ; ".join(f"INSERT DATA {{ p{n}:a p{n}:b 1 }}" for n in range(5000))
    start = time.process_time()
    assert len(run(text).added) == 5000
    assert time.process_time() - start < 60
