"""Queries that are nested more deeply than any parser bears."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.protocol.hostile import faults
from tests.protocol.served import Served

DEPTHS = (100, 1_000, 5_000, 20_000, 50_000)
NESTED: dict[str, Callable[[int], str]] = {
    "groups": lambda n: "ASK " + "{" * n + "}" * n,
    "groups with a pattern": lambda n: "ASK " + "{ ?s ?p ?o " * n + "}" * n,
    "brackets": lambda n: f"ASK {{ FILTER({'(' * n}1{')' * n}) }}",
    "not": lambda n: f"ASK {{ FILTER({'!' * n}true) }}",
    "minus": lambda n: f"ASK {{ FILTER({'- ' * n}1 = 1) }}",
    "plus": lambda n: f"ASK {{ FILTER({'+ ' * n}1 = 1) }}",
    "blank nodes": lambda n: f"ASK {{ {'[ ?p ' * n}1{' ]' * n} }}",
    "collections": lambda n: f"ASK {{ ?s ?p {'(' * n}1{')' * n} }}",
    "OPTIONAL": lambda n: "ASK {" + "OPTIONAL {" * n + "}" * n + "}",
    "UNION inside": lambda n: "ASK {" + "{} UNION {" * n + "}" * n + "}",
    "UNION in a row": lambda n: "ASK { {}" + " UNION {}" * n + "}",
    "MINUS": lambda n: "ASK {" + "MINUS {" * n + "}" * n + "}",
    "GRAPH": lambda n: "ASK {" + "GRAPH ?g {" * n + "}" * n + "}",
    "EXISTS": lambda n: "ASK {" + "FILTER EXISTS {" * n + "}" * n + "}",
    "NOT EXISTS": lambda n: "ASK {" + "FILTER NOT EXISTS {" * n + "}" * n + "}",
    "subqueries": lambda n: "ASK {" + "{ SELECT * {" * n + "}}" * n + "}",
    "path brackets": lambda n: f"ASK {{ ?s {'(' * n}<urn:p>{')' * n} ?o }}",
    "path stars": lambda n: f"ASK {{ ?s {'(' * n}<urn:p>{')*' * n} ?o }}",
    "path inverses": lambda n: f"ASK {{ ?s {'^(' * n}<urn:p>{')' * n} ?o }}",
    "path in a row": lambda n: f"ASK {{ ?s <urn:p>{'/<urn:p>' * n} ?o }}",
    "path alternatives": lambda n: f"ASK {{ ?s <urn:p>{'|<urn:p>' * n} ?o }}",
    "negated path": lambda n: f"ASK {{ ?s !({'|'.join(['<urn:p>'] * n)}) ?o }}",
    "calls": lambda n: f"ASK {{ FILTER({'STR(' * n}1{')' * n} = '1') }}",
    "IF": lambda n: f"ASK {{ FILTER({'IF(true, ' * n}true{', false)' * n}) }}",
    "IN": lambda n: f"ASK {{ FILTER({'1 IN (' * n}1{')' * n}) }}",
    "and": lambda n: f"ASK {{ FILTER(true{' && true' * n}) }}",
    "or": lambda n: f"ASK {{ FILTER(false{' || false' * n}) }}",
    "sum": lambda n: f"ASK {{ FILTER(1{' + 1' * n} > 0) }}",
    "comparisons": lambda n: f"ASK {{ FILTER(1{' = 1' * n}) }}",
    "quoted triples": lambda n: f"ASK {{ {'<< ' * n}?s ?p ?o{' >> ?p ?o' * n} }}",
    "triple terms": lambda n: f"ASK {{ ?s ?p {'<<( ?s ?p ' * n}?o{' )>>' * n} }}",
    "annotations": lambda n: f"ASK {{ ?s ?p ?o {'{| ?p ?o ' * n}{'|}' * n} }}",
    "open groups": lambda n: "ASK " + "{" * n,
    "open brackets": lambda n: "ASK { FILTER(" + "(" * n,
    "open blank nodes": lambda n: "ASK { ?s ?p " + "[ ?p " * n,
    "closed groups": lambda n: "ASK {" + "}" * n,
    "construct": lambda n: f"CONSTRUCT {{ ?s ?p {'( ' * n}1{' )' * n} }} WHERE {{}}",
    "values": lambda n: f"ASK {{ VALUES ?x {{ {'<< ' * n}<a> <b> <c>{' >>' * n} }} }}",
    "order": lambda n: f"SELECT * {{ ?s ?p ?o }} ORDER BY {'(' * n}1{')' * n}",
    "having": lambda n: f"SELECT (1 AS ?x) {{}} HAVING({'(' * n}1{')' * n})",
    "prefixes": lambda n: "".join(f"PREFIX p{i}: <urn:{i}> " for i in range(n)) + "ASK {}",
    "union of all": lambda n: (
        "ASK {" + "{ ?s ?p ?o FILTER(1 IN (1)) OPTIONAL { ?s (<urn:a>*) [] }" * n + "}" * n + "}"
    ),
}
"""Queries by the depth of their nesting; a body of more than 1 MiB is cut down to it."""
NOT_SPARQL = (
    "open",
    "closed",
    "quoted",
    "triple",
    "annotations",
    "values",
    "minus",
    "plus",
    "not",
    "comparisons",
)
"""Names of those that SPARQL 1.1 does not know, or does not nest."""


@pytest.mark.parametrize("depth", DEPTHS)
def test_nesting(hostile: Served, depth: int) -> None:
    """However deep: an answer, a refusal or the limit, and the server goes on."""
    queries = {f"{name} × {depth}": make(depth) for name, make in NESTED.items()}
    short = {name: query for name, query in queries.items() if len(query) < 1 << 20}
    assert faults(hostile, short) == []


def test_shallow(served: Served) -> None:
    """What people write is answered: ten levels of anything that is SPARQL 1.1."""
    for name, make in NESTED.items():
        if name.split()[0] in NOT_SPARQL:
            continue
        reply = served.ask(make(10))
        assert reply.status == 200, f"{name}: {reply.text}"


def test_deep_in_other_parts(hostile: Served) -> None:
    """Deep nesting in a form, in the address and in headers does no harm either."""
    deep = "ASK " + "{" * 20_000 + "}" * 20_000
    assert hostile.get(deep).status in (200, 400, 414, 504, 507)
    for name in ("Accept", "Accept-Language", "Accept-Encoding", "If-None-Match", "Content-Type"):
        for value in ("(" * 5000, '"' * 5000, "a;" * 2000, ",;=" * 2000, "*/" * 3000):
            reply = hostile.request("GET", "/sparql?query=ASK%7B%7D", headers={name: value})
            assert reply.status in (200, 400, 406, 431)
