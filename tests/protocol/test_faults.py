"""Faulty queries: each is a 400 that says at which line and column, and nothing else."""

from __future__ import annotations

import pytest
from tests.protocol.served import Served

FAULTS: list[tuple[str, int, int]] = [
    ("ASK {", 1, 6),
    ("SELECT", 1, 7),
    ("SELECT ?x", 1, 10),
    ("SELECT * WHERE", 1, 15),
    ("SELECT * { ?s ?p }", 1, 18),
    ("SELECT * { ?s ?p ?o", 1, 20),
    ("SELECT * { ?s ?p ?o }}", 1, 22),
    ("SELECT * { ?s ?p ?o } LIMIT", 1, 28),
    ("SELECT * { ?s ?p ?o } LIMIT x", 1, 29),
    ("SELECT * { ?s ?p ?o } LIMIT -1", 1, 29),
    ("SELECT * { ?s ?p ?o } LIMIT 1.5", 1, 30),
    ("SELECT * { ?s ?p ?o } ORDER BY", 1, 31),
    ("SELECT * { ?s ?p ?o } GROUP BY", 1, 31),
    ("SELECT * { ?s ?p ?o } ORDER ?s", 1, 29),
    ("SELECT *\n{\n  ?s ?p\n}", 4, 1),
    ("SELECT *\r\n{\r\n  ?s ?p\r\n}", 4, 1),
    ("SELECT * {\n\t?s ?p ]\n}", 2, 8),
    ("# a comment {\nSELECT * {\n  ?s ?p ?o ?q\n}", 3, 12),
    ("SELEKT * { ?s ?p ?o }", 1, 1),
    ("FROM <a> SELECT *", 1, 1),
    ("PREFIX ex <urn:a> ASK {}", 1, 8),
    ("PREFIX ex: urn:a ASK {}", 1, 12),
    ("PREFIX : <urn:a>\nPREFIX\nASK {}", 3, 1),
    ("BASE <urn:a ASK {}", 1, 6),
    ("ASK { none:s ?p ?o }", 1, 7),
    ("ASK { ?s <urn:a b> ?o }", 1, 10),
    ("ASK { ?s ?p 'open }", 1, 13),
    ('ASK { ?s ?p "open\n" }', 1, 13),
    ("ASK { ?s ?p '''open' }", 1, 13),
    (r"ASK { ?s ?p 'a\qb' }", 1, 13),
    ("ASK { ?s ?p 'a'@ }", 1, 16),
    ("ASK { ?s ?p 'a'^^ }", 1, 19),
    ("ASK { ?s 'a' ?o }", 1, 10),
    ("ASK { ?s ?p ?o FILTER }", 1, 23),
    ("ASK { FILTER(?x = ) }", 1, 19),
    ("ASK { FILTER(1 + ) }", 1, 18),
    ("ASK { FILTER(STRLENGTH('a') = 1) }", 1, 14),
    ("ASK { FILTER(REGEX('a')) }", 1, 14),
    ("ASK { BIND(1 AS 2) }", 1, 17),
    ("ASK { ?s ?p ?x BIND(1 AS ?x) }", 1, 26),
    ("ASK { VALUES (?x ?y) { (1) } }", 1, 24),
    ("ASK { OPTIONAL ?s ?p ?o }", 1, 16),
    ("ASK { { ?s ?p ?o } UNION }", 1, 26),
    ("ASK { GRAPH { ?s ?p ?o } }", 1, 13),
    ("ASK { ?s <urn:a>/ ?o }", 1, 19),
    ("ASK { ?s (<urn:a> ?o }", 1, 19),
    ("ASK { ?s <urn:a>{2} ?o }", 1, 17),
    ("SELECT (1 AS ?x) (2 AS ?x) {}", 1, 24),
    ("SELECT (?a AS) { ?s ?p ?a }", 1, 14),
    ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", 1, 40),
    ("CONSTRUCT { ?s ?p } WHERE { ?s ?p ?o }", 1, 19),
    ("CONSTRUCT { ?s ?p ?o FILTER(true) } WHERE { ?s ?p ?o }", 1, 22),
    ("CONSTRUCT WHERE { ?s ?p ?o FILTER(true) }", 1, 28),
    ("DESCRIBE", 1, 9),
    ("DESCRIBE 'a'", 1, 10),
    ('ASK { ?s ?p "äöü🪲" ] }', 1, 20),
    ("ASK { _:a ?p ?o . { _:a ?q ?r } }", 1, 21),
    ("Wie viele Gemeinden hat Bayern?", 1, 1),
    ("<html><body>", 1, 1),
    ('{"query": "ASK {}"}', 1, 1),
]
LOOSE = {
    # the parser says these of a larger part: its place is one of these columns
    "SELECT * { ?s ?p ?o } LIMIT 1.5": {29, 30, 32},
    "SELECT * { ?s ?p ?o } LIMIT x": {29},
    "BASE <urn:a ASK {}": {6, 12, 1, 19},  # an IRI that is never closed ends at the end
    "ASK { ?s <urn:a b> ?o }": {10, 16, 17},
    "ASK { ?s ?p 'open }": {13, 20},
    'ASK { ?s ?p "open\n" }': {13, 18},
    "ASK { ?s ?p '''open' }": {13, 14, 15, 16, 20, 23},
    r"ASK { ?s ?p 'a\qb' }": {13, 15, 16},
    "ASK { ?s ?p 'a'@ }": {13, 16, 17},
    "ASK { ?s ?p 'a'^^ }": {13, 16, 18, 19},
    "ASK { FILTER(REGEX('a')) }": {14, 20, 23, 24},
    "ASK { ?s ?p ?x BIND(1 AS ?x) }": {16, 26, 28, 29, 30},
    "ASK { VALUES (?x ?y) { (1) } }": {24, 26, 27, 28, 30},
    "ASK { ?s <urn:a>{2} ?o }": {17, 18, 19},
    "SELECT (1 AS ?x) (2 AS ?x) {}": {18, 24, 26, 28, 30},
    "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }": {8, 40},
    "ASK { _:a ?p ?o . { _:a ?q ?r } }": {21, 24, 31, 32, 34},
    "CONSTRUCT WHERE { ?s ?p ?o FILTER(true) }": {17, 28},
    "SELECT * { ?s ?p ?o } ORDER ?s": {23, 29},
    "ASK { GRAPH { ?s ?p ?o } }": {13},
    "PREFIX ex <urn:a> ASK {}": {8, 10},
}


@pytest.mark.parametrize(("query", "line", "column"), FAULTS)
def test_fault(served: Served, query: str, line: int, column: int) -> None:
    """A problem document with line and column of what does not belong, in both languages."""
    reply = served.ask(query)
    assert reply.status == 400
    assert reply.media_type == "application/problem+json"
    document = reply.json()
    assert document["type"].endswith("/query-syntax")
    assert document["line"] == line, document["detail"]
    assert document["column"] in LOOSE.get(query, {column}), document["detail"]
    assert str(line) in document["messages"]["de"]
    assert str(line) in document["messages"]["en"]
    assert "panic" not in reply.text.lower()


def test_same_by_get(served: Served) -> None:
    """The way of asking does not matter."""
    for query, _, _ in FAULTS[::7]:
        one, other = served.get(query).json(), served.ask(query).json()
        assert one == other


def test_language(served: Served) -> None:
    """The detail is in the language that the client reads."""
    german = served.ask("ASK {", Accept_Language="de-DE,de;q=0.9,en;q=0.5")
    assert german.headers["content-language"] == "de"
    assert "Zeile 1" in german.json()["detail"]
    assert "line 1" in served.ask("ASK {", Accept_Language="fr, en;q=0.1").json()["detail"]


@pytest.mark.parametrize("accept", ["text/csv", "text/turtle", "text/html", "image/png", "*/*;q=0"])
def test_fault_whatever_is_accepted(served: Served, accept: str) -> None:
    """A fault, or that its format cannot be had, is told whatever the client waits for."""
    reply = served.ask("ASK {", accept)
    assert reply.status in ((400,) if accept == "text/csv" else (400, 406))
    assert reply.media_type == "application/problem+json"


RUNTIME = [
    "SELECT (ex:nothing(1) AS ?x) {}",
    "SELECT (<urn:x-function>(1) AS ?x) {}",
    "ASK { FILTER(<http://example.org/f>()) }",
]


@pytest.mark.parametrize("query", RUNTIME)
def test_unknown_function(served: Served, query: str) -> None:
    """A function that is not there is a fault of the query, or an expression without a value."""
    reply = served.ask(query)
    assert reply.status in (200, 400)
    if reply.status == 200:
        assert reply.json().get("boolean") is not True


VALUELESS = [
    "1/0",
    "'a' + 1",
    "xsd:integer('x')",
    "REGEX('a', '(')",
    "SUBSTR('a', -1, -1)",
    "?unbound",
    "REPLACE('a', '', 'b')",
    "REPLACE('abc', 'b', '$9')",
    "STRLANG('a', '')",
    "IRI('a b')",
    "STRDT('a', 1)",
    "xsd:dateTime('2024-13-01T00:00:00')",
    "9223372036854775807 + 1",
    "-9223372036854775808 - 1",
    "ABS(-9223372036854775808)",
    "-(-9223372036854775808)",
    "(-9223372036854775808) / -1",
    "1e308 * 10",
    "xsd:decimal(1e300)",
    "ROUND('a')",
    "CEIL(1e400)",
    "ENCODE_FOR_URI(1)",
    "SHA512(1)",
    "xsd:dateTime('9999999999999999-01-01T00:00:00') + xsd:duration('P9999999999Y')",
    "xsd:duration('P99999999999999999999Y')",
    "YEAR('x')",
    "TZ(NOW())",
    "CONCAT()",
    "COALESCE()",
]


@pytest.mark.parametrize("expression", VALUELESS)
def test_expression_without_value(served: Served, expression: str) -> None:
    """An expression that fails leaves its variable unbound; it is no fault of the server."""
    reply = served.ask(f"SELECT ({expression} AS ?x) {{}}")
    assert reply.status in (200, 400), reply.text
    assert served.is_alive()
