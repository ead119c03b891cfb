"""Queries that would need more time or memory than there is."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from tests.protocol.conftest import LIMIT, WORKERS
from tests.protocol.exchange import Sent
from tests.protocol.hostile import faults
from tests.protocol.project import CHAIN
from tests.protocol.served import Served, memory

PAIR = "?a ex:next ?b . ?c ex:next ?d"
CUBE = f"{PAIR} . ?e ex:next ?f"
TENFOLD = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(60))
REPLACED = " ".join(f'BIND(REPLACE(?x{n}, "a", "aaaaaaaaaa") AS ?x{n + 1})' for n in range(30))
MANY = " ".join(str(number) for number in range(100_000))
LISTED = ", ".join(str(number) for number in range(100_000))
BOMBS = {
    # products
    "count of a cube": f"SELECT (COUNT(*) AS ?n) {{ {CUBE} }}",
    "count of a filtered cube": f"SELECT (COUNT(*) AS ?n) {{ {CUBE} FILTER(?a != ?d) }}",
    "cube without a find": f"ASK {{ {CUBE} FILTER(?a = 'none') }}",
    "rows of a cube": f"SELECT * {{ {CUBE} }}",
    "distinct of a cube": f"SELECT DISTINCT * {{ {CUBE} }}",
    "order of a cube": f"SELECT * {{ {CUBE} }} ORDER BY ?f ?d",
    "order, first row only": f"SELECT * {{ {CUBE} }} ORDER BY DESC(?f) LIMIT 1",
    "group of a cube": f"SELECT ?a ?d ?f (COUNT(*) AS ?n) {{ {CUBE} }} GROUP BY ?a ?d ?f",
    "far offset": f"SELECT * {{ {CUBE} }} OFFSET 2000000000 LIMIT 1",
    "construct of a cube": f"CONSTRUCT {{ ?a ex:p ?d . ?c ex:p ?f }} WHERE {{ {CUBE} }}",
    "describe everything": f"DESCRIBE * WHERE {{ {CUBE} }}",
    "anything with anything": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "concatenation of a cube": f"SELECT (GROUP_CONCAT(STR(?a)) AS ?x) {{ {CUBE} }}",
    "sample of a cube": f"SELECT (COUNT(DISTINCT CONCAT(STR(?a),STR(?d))) AS ?n) {{ {CUBE} }}",
    "nested subqueries": "SELECT * {"
    + "".join(f"{{ SELECT (COUNT(*) AS ?n{n}) {{ ?s{n} ?p ?o . " for n in range(3))
    + CUBE
    + "} }" * 3
    + "}",
    "optional after optional": "SELECT (COUNT(*) AS ?n) {"
    + "".join(f"OPTIONAL {{ ?a{n} ex:next ?b{n} }}" for n in range(6))
    + "}",
    "union doubled twelve times": "SELECT (COUNT(*) AS ?n) {"
    + "{ ?s ?p ?o } UNION { ?o ?p ?s } " * 12
    + "}",
    "join in not exists": f"ASK {{ {PAIR} FILTER NOT EXISTS {{ ?a ?x ?y . ?c ?z ?w . ?u ?v ?b }}}}",
    "minus of products": f"ASK {{ {{ {PAIR} }} MINUS {{ {CUBE} }} }}",
    # paths
    "any path": "SELECT (COUNT(*) AS ?n) { ?s (<urn:a>|!<urn:a>)* ?o }",
    "path of paths": "SELECT (COUNT(*) AS ?n) { ?s ((ex:next+)+)+ ?o }",
    "path there and back": "SELECT (COUNT(*) AS ?n) { ?s (ex:next|^ex:next)* ?o }",
    "long sequence of any": "SELECT (COUNT(*) AS ?n) { ?s "
    + "/".join(["(ex:next*)"] * 20)
    + " ?o }",
    "pairs of reach": "SELECT (COUNT(*) AS ?n) { ?s ex:next* ?o . ?o ex:next* ?x . ?x ex:next* ?y}",
    # strings
    "doubled strings": f"SELECT (STRLEN(?x60) AS ?n) {{ BIND('a' AS ?x0) {TENFOLD} }}",
    "doubled string itself": f"SELECT ?x60 {{ BIND('aaaaaaaa' AS ?x0) {TENFOLD} }}",
    "replaced strings": f"SELECT (STRLEN(?x30) AS ?n) {{ BIND('a' AS ?x0) {REPLACED} }}",
    "encoded strings": "SELECT (STRLEN("
    + "ENCODE_FOR_URI(" * 200
    + "'%%%%'"
    + ")" * 200
    + ") AS ?n) {}",
    "hash of much": f"SELECT (SHA512(?x40) AS ?n) {{ BIND('a' AS ?x0) {TENFOLD} }}",
    # regular expressions
    "(a+)+$": f"ASK {{ FILTER(REGEX('{'a' * 5000}!', '^(a+)+$')) }}",
    "(a|aa)+$": f"ASK {{ FILTER(REGEX('{'a' * 5000}!', '^(a|aa)+$')) }}",
    "(.*)*": f"ASK {{ FILTER(REGEX('{'a' * 5000}', '(.*)*(.*)*(.*)*!')) }}",
    "a{1000}{1000}": "ASK { FILTER(REGEX('a', '((a{1000}){1000}){1000}')) }",
    "a?^n a^n": f"ASK {{ FILTER(REGEX('{'a' * 200}', '{'a?' * 200}{'a' * 200}')) }}",
    "unicode classes": r"ASK { FILTER(REGEX('a', '(\\p{L}{500}){500}')) }",
    "a pattern a row": f"SELECT * {{ {PAIR} FILTER(REGEX(STR(?a), CONCAT('(', STR(?d), ')+$'))) }}",
    "replace by a pattern": f"SELECT (REPLACE('{'a' * 50000}', '(a*)*', '$1$1$1') AS ?n) {{}}",
    # long lists and literals
    "VALUES of 100,000": f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {MANY} }} }}",
    "VALUES twice": f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {MANY} }} {PAIR} FILTER(?x != ?d) }}",
    "IN of 100,000": f"SELECT (COUNT(*) AS ?n) {{ {PAIR} FILTER(STRLEN(STR(?d)) IN ({LISTED})) }}",
    "COALESCE of 100,000": f"SELECT (COALESCE(?u, {LISTED}) AS ?x) {{}}",
    "CONCAT of 50,000": "SELECT (CONCAT(" + ", ".join(["'a'"] * 50_000) + ") AS ?x) {}",
    "100,000 variables": "SELECT * { VALUES ("
    + "".join(f"?v{n} " for n in range(60_000))
    + ") {} }",
    "20,000 patterns": "ASK {"
    + " . ".join(f"?s{n} ex:next ?s{n + 1}" for n in range(20_000))
    + "}",
    "5,000 patterns apart": "ASK {"
    + " . ".join(f"?s{n} ex:next ?o{n}" for n in range(5_000))
    + "}",
    "400 patterns of a star": "ASK {" + " . ".join(f"?s ?p{n} ?o{n}" for n in range(400)) + "}",
    "integer of 500,000 digits": f"SELECT ({'9' * 500_000} AS ?x) {{}}",
    "decimal of 500,000 digits": f"SELECT (0.{'9' * 500_000} AS ?x) {{}}",
    "huge exponent": "SELECT (1e999999999 AS ?x) (1e-999999999 AS ?y) {}",
    "huge decimal": "SELECT (xsd:decimal('1e999999999') AS ?x) {}",
    "huge limit": "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999999999",
    "huge offset": "SELECT * { ?s ?p ?o } OFFSET 18446744073709551615",
    "largest limit": "SELECT * { ?s ?p ?o } LIMIT 18446744073709551615",
    "huge substring": "SELECT (SUBSTR('a', 1, 99999999999999999999) AS ?x) {}",
    "date far away": "SELECT (xsd:dateTime('99999999999999999999-01-01T00:00:00Z') AS ?x) {}",
    "long name": f"SELECT (1 AS ?{'x' * 500_000}) {{}}",
    "long IRI": f"SELECT (<urn:{'x' * 500_000}> AS ?x) {{}}",
    "long language tag": f"SELECT ('a'@a{'-abcdefgh' * 50_000} AS ?x) {{}}",
    "long comment": f"#{'x' * 500_000}\nASK {{}}",
    "comments": "# x\n" * 200_000 + "ASK {}",
    "white space": " " * 900_000 + "ASK {}",
    "random": f"SELECT (SUM(RAND()) AS ?x) {{ {CUBE} }}",
    "new nodes": f"SELECT (BNODE() AS ?x) (UUID() AS ?y) {{ {CUBE} }}",
}
"""Queries that are to end within their limit; each once showed some engine's weakness."""


def test_bombs(hostile: Served) -> None:
    """Each ends at its limits, and says honestly how."""
    assert CHAIN**3 > 10**9
    assert faults(hostile, BOMBS) == []


def test_others_are_served(hostile: Served) -> None:
    """While bombs run one after the other, simple queries are answered."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: [hostile.ask(BOMBS["count of a cube"]) for _ in range(3)])
        while not running.done():
            assert hostile.is_alive()
            time.sleep(0.02)
        ended = running.result()
    assert {reply.status for reply in ended} == {504}


def test_others_do_not_wait(served: Served) -> None:
    """Simple queries are answered before a bomb that came first has ended."""
    body = BOMBS["count of a cube"].encode()
    head = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    with socket.create_connection(served.address) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        time.sleep(0.2)
        for number in range(20):
            assert served.ask(f"SELECT ({number} AS ?n) {{}}").status == 200
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)


def test_memory_is_given_back(hostile: Served) -> None:
    """After bombs of memory the server needs what it needed before."""
    hostile.settle(WORKERS)
    before = memory(hostile.process.pid)
    eaters = ("order of a cube", "distinct of a cube", "doubled string itself")
    assert faults(hostile, {name: BOMBS[name] for name in eaters}) == []
    hostile.settle(WORKERS)
    assert hostile.keeps(int(before * 1.1) + (8 << 20))


def test_limit_is_said(hostile: Served) -> None:
    """The problem document names the limit that was reached."""
    reply = hostile.ask(BOMBS["count of a cube"])
    assert reply.status == 504
    assert reply.media_type == "application/problem+json"
    assert f"{LIMIT:g}" in reply.json()["detail"]


def test_timeout_parameter(hostile: Served) -> None:
    """A request may lower its limit, but not raise it; other values do no harm."""
    for wanted, limit in (("0.3", 0.3), ("3600", LIMIT)):
        reply = hostile.get(BOMBS["count of a cube"], timeout=wanted)
        assert reply.status == 504
        assert f"after {limit:g} seconds" in reply.json()["detail"]
    for value in ("", "0", "-1", "abc", "1e400", "nan", "inf", "9" * 400):
        assert hostile.get("ASK {}", timeout=value).status in (200, 400, 504)


def test_cut_stream(hostile: Served) -> None:
    """A stream that reaches its limit is cut so that no client takes it for whole."""
    data = (
        f"GET /sparql?query={quote(BOMBS['rows of a cube'])} HTTP/1.1\r\nHost: x\r\n"
        "Accept: text/tab-separated-values\r\n\r\n"
    )
    found = hostile.send(data.encode(), Sent(until_closed=True))
    if found.replies:
        assert found.statuses in ((504,), (507,))
    else:
        assert (found.closed, found.begun) == (True, 200)
