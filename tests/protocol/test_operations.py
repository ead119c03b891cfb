"""The three ways to ask, with a dataset or without, and what is none of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from tests.protocol.served import Served

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
ONE = "https://example.org/graph/one"
TWO = "https://example.org/graph/two"
THREE = "https://example.org/graph/drei-ä"
NONE = "https://example.org/graph/none"
DEFAULT = "ASK { ?s ex:in %d }"
NINE = "{ ?s ex:in 9 } HAVING (COUNT(*) = 1)"
BOTH = f"SELECT (COUNT(*) AS ?n) {NINE}"
NAMED = "ASK { GRAPH ?g { ?s ex:in %d } }"


@dataclass(frozen=True)
class Asked:
    """A question about the dataset, and the answer."""

    query: str
    expected: bool
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def dataset(self) -> list[tuple[str, str]]:
        """The parameters that give the dataset."""
        defaults = [("default-graph-uri", graph) for graph in self.default]
        return [*defaults, *(("named-graph-uri", graph) for graph in self.named)]


DATASETS = [
    Asked(DEFAULT % 1, True),
    Asked(NAMED % 1, True),
    Asked(DEFAULT % 1, True, default=(ONE,)),
    Asked(DEFAULT % 2, False, default=(ONE,)),
    Asked(DEFAULT % 2, True, default=(ONE, TWO)),
    Asked("ASK { ?s ex:in 1 . ?t ex:in 2 }", True, default=(ONE, TWO)),
    Asked(DEFAULT % 3, True, default=(THREE,)),
    Asked(DEFAULT % 1, False, default=(NONE,)),
    Asked(DEFAULT % 1, True, default=(NONE, ONE)),
    Asked(DEFAULT % 1, True, default=(ONE, ONE)),
    # a default graph is a set, of however many graphs it is made (SPARQL 1.1, section 13.2.1)
    Asked(BOTH, True),
    Asked(BOTH, True, default=(ONE,)),
    Asked(BOTH, True, default=(ONE, ONE)),
    Asked(BOTH, True, default=(ONE, TWO)),
    Asked(f"SELECT (COUNT(*) AS ?n) FROM <{ONE}> FROM <{TWO}> {NINE}", True),
    Asked(NAMED % 1, False, default=(ONE,)),
    Asked(NAMED % 1, True, named=(ONE,)),
    Asked(NAMED % 2, False, named=(ONE,)),
    Asked(DEFAULT % 1, False, named=(ONE,)),
    Asked("ASK { GRAPH ?g { ?s ex:in 1 } GRAPH ?h { ?t ex:in 2 } }", True, named=(ONE, TWO)),
    Asked("ASK { ?s ex:in 1 GRAPH ?g { ?t ex:in 2 } }", True, (ONE,), (TWO,)),
    Asked("ASK { ?s ex:in 2 }", False, (ONE,), (TWO,)),
    Asked(f"ASK {{ GRAPH <{ONE}> {{ ?s ex:in 1 }} }}", False, (ONE,), (TWO,)),
    # the protocol's dataset goes before that of the query (SPARQL 1.1 Protocol, section 2.1.4)
    Asked(f"ASK FROM <{TWO}> {{ ?s ex:in 1 }}", True, default=(ONE,)),
    Asked(f"ASK FROM <{TWO}> {{ ?s ex:in 2 }}", False, default=(ONE,)),
    Asked(f"ASK FROM NAMED <{TWO}> {{ GRAPH ?g {{ ?s ex:in 2 }} }}", False, named=(ONE,)),
    Asked(f"ASK FROM <{TWO}> {{ GRAPH ?g {{ ?s ex:in 1 }} }}", True, named=(ONE,)),
    Asked(f"ASK FROM <{TWO}> {{ ?s ex:in 2 }}", False, named=(ONE,)),
    # the dataset of the query alone
    Asked(f"ASK FROM <{ONE}> {{ ?s ex:in 1 }}", True),
    Asked(f"ASK FROM <{ONE}> {{ ?s ex:in 2 }}", False),
    Asked(f"ASK FROM <{ONE}> FROM <{TWO}> {{ ?s ex:in 1 . ?t ex:in 2 }}", True),
    Asked(f"ASK FROM NAMED <{ONE}> {{ GRAPH ?g {{ ?s ex:in 1 }} }}", True),
    Asked(f"ASK FROM NAMED <{ONE}> {{ GRAPH ?g {{ ?s ex:in 2 }} }}", False),
    Asked(f"ASK FROM NAMED <{ONE}> {{ ?s ex:in 1 }}", False),
    Asked(f"ASK FROM <{ONE}> {{ GRAPH ?g {{ ?s ex:in 1 }} }}", False),
    Asked(f"ASK FROM <{NONE}> {{ ?s ?p ?o }}", False),
]


@pytest.mark.parametrize("asked", DATASETS, ids=lambda each: f"{each.query} {each.dataset}")
def test_dataset(served: Served, asked: Asked) -> None:
    """The dataset that a request names is what is asked, in whichever way it is named."""
    query = ("query", asked.query)
    everything = urlencode([query, *asked.dataset])
    dataset = urlencode(asked.dataset)
    body = asked.query.encode()
    for reply in (
        served.request("GET", f"/sparql?{everything}"),
        served.request("POST", headers={"Content-Type": FORM}, body=everything.encode()),
        served.request("POST", f"/sparql?{dataset}", headers={"Content-Type": QUERY}, body=body),
        served.request(
            "POST",
            f"/sparql?{dataset}",
            headers={"Content-Type": FORM},
            body=urlencode([query]).encode(),
        ),
    ):
        assert reply.status == 200, reply.text
        answer = reply.json()
        assert answer.get("boolean", bool(answer.get("results", {}).get("bindings"))) is (
            asked.expected
        )


@dataclass(frozen=True)
class Wrong:
    """A request that is none of the protocol, and the status that says so."""

    name: str
    status: int
    method: str = "POST"
    target: str = "/sparql"
    content_type: str | None = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


IRI = "http%3A%2F%2Fexample.org%2F"
WRONG = [
    Wrong("PUT", 405, "PUT", content_type=QUERY, body=b"ASK {}"),
    Wrong("DELETE", 405, "DELETE", "/sparql?query=ASK%7B%7D"),
    Wrong("PATCH", 405, "PATCH", "/sparql?query=ASK%7B%7D", QUERY, b"ASK {}"),
    Wrong("TRACE", 405, "TRACE", "/sparql?query=ASK%7B%7D"),
    Wrong("two queries in the address", 400, "GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D"),
    Wrong(
        "two queries in a form", 400, "POST", "/sparql", FORM, b"query=ASK%7B%7D&query=ASK%7B%7D"
    ),
    Wrong("address and form", 400, "POST", "/sparql?query=ASK%7B%7D", FORM, b"query=ASK%7B%7D"),
    Wrong("address and body", 400, "POST", "/sparql?query=ASK%7B%7D", QUERY, b"ASK {}"),
    Wrong("query and update", 400, "POST", "/sparql", FORM, b"query=ASK%7B%7D&update=CLEAR+ALL"),
    Wrong("two queries in one", 400, body=b"ASK {} ASK {}", content_type=QUERY),
    Wrong("text/plain", 415, content_type="text/plain", body=b"ASK {}"),
    Wrong("application/json", 415, content_type="application/json", body=b'{"query":"ASK {}"}'),
    Wrong("multipart", 415, content_type="multipart/form-data; boundary=x", body=b"--x--\r\n"),
    Wrong("form without its type", 415, body=b"query=ASK%7B%7D"),
    Wrong("query without its type", 415, body=b"ASK {}"),
    Wrong("empty type", 415, content_type="", body=b"ASK {}"),
    Wrong("form as query", 400, content_type=QUERY, body=b"query=ASK%7B%7D"),
    Wrong("query as form", 400, content_type=FORM, body=b"ASK {}"),
    Wrong("UTF-16", 415, content_type=f"{QUERY}; charset=UTF-16", body="ASK {}".encode("utf-16")),
    Wrong("UTF-16 unsaid", 400, content_type=QUERY, body="ASK {}".encode("utf-16")),
    Wrong("Latin-1", 415, content_type=f"{QUERY}; charset=ISO-8859-1", body=b"ASK {}"),
    Wrong("Latin-1 form", 415, content_type=f"{FORM}; charset=latin1", body=b"query=ASK%7B%7D"),
    Wrong("gzip body", 415, content_type=QUERY, body=b"x", headers={"Content-Encoding": "gzip"}),
    Wrong("syntax", 400, "GET", "/sparql?query=ASK%20%7B"),
    Wrong("syntax in a form", 400, content_type=FORM, body=b"query=ASK%20%7B"),
    Wrong("syntax in a body", 400, content_type=QUERY, body=b"ASK {"),
    Wrong("empty in the address", 400, "GET", "/sparql?query="),
    Wrong("no value", 400, "GET", "/sparql?query"),
    Wrong("white space", 400, "GET", "/sparql?query=%20%0A"),
    Wrong("comment only", 400, "GET", "/sparql?query=%23ASK%7B%7D"),
    Wrong("empty form", 400, content_type=FORM, body=b""),
    Wrong("empty field", 400, content_type=FORM, body=b"query="),
    Wrong("form without query", 400, content_type=FORM, body=b"q=ASK%7B%7D"),
    Wrong("empty body", 400, content_type=QUERY, body=b""),
    Wrong("name in capitals", 400, content_type=FORM, body=b"QUERY=ASK%7B%7D"),
    Wrong("relative graph", 400, "GET", "/sparql?query=ASK%7B%7D&default-graph-uri=a"),
    Wrong("empty graph", 400, "GET", "/sparql?query=ASK%7B%7D&default-graph-uri="),
    Wrong("graph with space", 400, "GET", f"/sparql?query=ASK%7B%7D&named-graph-uri={IRI}a%20b"),
    Wrong("graph with <>", 400, "GET", f"/sparql?query=ASK%7B%7D&named-graph-uri=%3C{IRI}%3E"),
    # updates, in every form that the protocol has
    Wrong("update by GET", 403, "GET", "/sparql?update=CLEAR%20ALL"),
    Wrong("update in a form", 403, content_type=FORM, body=b"update=CLEAR%20ALL"),
    Wrong("update in a body", 403, content_type=UPDATE, body=b"CLEAR ALL"),
    Wrong("update with charset", 403, content_type=f"{UPDATE};charset=utf-8", body=b"CLEAR ALL"),
    Wrong("two updates", 400, content_type=FORM, body=b"update=CLEAR%20ALL&update=DROP%20ALL"),
    Wrong(
        "update with dataset",
        403,
        target=f"/sparql?using-graph-uri={IRI}",
        content_type=UPDATE,
        body=b"DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ),
    Wrong("update as query", 403, content_type=QUERY, body=b"DROP ALL"),
    Wrong("update as query by GET", 403, "GET", "/sparql?query=DROP%20ALL"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda each: each.name)
def test_refused(served: Served, wrong: Wrong) -> None:
    """What is not of the protocol is refused by a problem document; nothing changes."""
    before = _count(served)
    headers = dict(wrong.headers)
    if wrong.content_type is not None:
        headers["Content-Type"] = wrong.content_type
    reply = served.request(wrong.method, wrong.target, headers=headers, body=wrong.body)
    assert reply.status == wrong.status, reply.text
    assert reply.media_type == "application/problem+json"
    assert reply.json()["status"] == wrong.status
    assert reply.headers["access-control-allow-origin"] == "*"
    assert _count(served) == before


def _count(served: Served) -> str:
    return served.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv").text


RELATIVE = [
    "CONSTRUCT { <s> <p> 1 } WHERE {}",
    "ASK { BIND(<a> AS ?x) FILTER(ISIRI(?x)) }",
    "SELECT (IRI('a') AS ?x) {}",
    "BASE <http://example.org/> ASK { FILTER(<a> = <http://example.org/a>) }",
    "BASE <b/> ASK { BIND(<a> AS ?x) }",
    "DESCRIBE <>",
    "PREFIX p: <x#> ASK { FILTER(ISIRI(p:a)) }",
]


@pytest.mark.parametrize("query", RELATIVE)
def test_relative_iris(served: Served, query: str) -> None:
    """A relative IRI is resolved against that of the service, not refused."""
    for reply in (served.ask(query), served.get(query)):
        assert reply.status == 200, reply.text


@pytest.mark.parametrize(
    "target", ["/sparql/", "/sparql/?query=ASK%7B%7D", "http://example.org/sparql?query=ASK%7B%7D"]
)
def test_other_spellings_of_the_address(served: Served, target: str) -> None:
    """With a slash at the end, and in absolute form, it is the same endpoint, without detour."""
    assert served.request("GET", target).status == 200
    if "?" in target:
        assert served.request("GET", target).json()["boolean"] is True
        direct = {"Content-Type": QUERY}
        posted = served.request("POST", target.partition("?")[0], headers=direct, body=b"ASK {}")
        assert posted.json()["boolean"] is True


@pytest.mark.parametrize(
    "target",
    ["//sparql", "/a/../sparql", "/./sparql", "/sparql/x", "/sparql%2F", "/SPARQL", "/sparq"],
)
def test_other_addresses(served: Served, target: str) -> None:
    """What is another path is answered here, or is a 404, but never an error of the server."""
    reply = served.request("GET", f"{target}?query=ASK%7B%7D")
    assert reply.status in (200, 404)
