"""What stands in the answers: each format by its recommendation, read by readers of others."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET

import pytest
from rdflib import Literal, URIRef
from rdflib.query import Result
from rdflib.term import BNode, Node
from tests.protocol.project import LITERALS as WORDS
from tests.protocol.project import NUMBERS
from tests.protocol.served import Served

JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
CSV = "text/csv"
TSV = "text/tab-separated-values"
PARSERS = {JSON: "json", XML: "xml", TSV: "tsv"}
XSD = "http://www.w3.org/2001/XMLSchema#"
RESULTS = "{http://www.w3.org/2005/sparql-results#}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def value(served: Served, name: str, accept: str) -> Node:
    """The only value of the only row, as rdflib's parser reads it."""
    reply = served.ask(f"SELECT ?o {{ id:{name} ex:says ?o }}", accept)
    assert reply.status == 200
    result = Result.parse(io.BytesIO(reply.body), format=PARSERS[accept])
    (row,) = result.bindings
    (found,) = row.values()
    return found


@pytest.mark.parametrize("accept", PARSERS)
@pytest.mark.parametrize("name", WORDS)
def test_terms(served: Served, name: str, accept: str) -> None:
    """A literal comes back as it was written, with its language or datatype."""
    found = value(served, name, accept)
    assert isinstance(found, Literal)
    expected = WORDS[name]
    assert str(found) == str(expected)
    assert (found.language or "").lower() == (expected.language or "").lower()
    plain = {None, URIRef(XSD + "string")}
    assert found.datatype == expected.datatype or {found.datatype, expected.datatype} <= plain


@pytest.mark.parametrize("accept", PARSERS)
@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(served: Served, name: str, accept: str) -> None:
    """A number keeps its value and its datatype."""
    number, datatype = NUMBERS[name]
    found = value(served, name, accept)
    assert isinstance(found, Literal)
    assert float(found) == number
    assert found.datatype == URIRef(XSD + datatype)


@pytest.mark.parametrize("accept", PARSERS)
def test_language_with_region(served: Served, accept: str) -> None:
    """A language tag keeps its parts; letters of either case are the same."""
    found = value(served, "austrian", accept)
    assert isinstance(found, Literal)
    assert str(found.language).lower() == "de-at"


@pytest.mark.parametrize("accept", [JSON, TSV, CSV])
def test_control_signs(served: Served, accept: str) -> None:
    """Control signs come through where the format can carry them."""
    reply = served.ask("SELECT ?o { id:control ex:says ?o }", accept)
    expected = "a\x01\x0b\x1f\x7f\x85\u2028b"
    if accept == JSON:
        assert reply.json()["results"]["bindings"][0]["o"]["value"] == expected
    elif accept == CSV:
        assert reply.text == f"o\r\n{expected}\r\n"
    else:
        cell = reply.text.split("\n")[1]
        unescaped = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda m: chr(int(m.group(1), 16)), cell)
        assert unescaped == f'"{expected}"'


def test_control_signs_in_xml(served: Served) -> None:
    """XML 1.0 cannot carry all control signs: the answer is well-formed all the same, or no 200."""
    reply = served.ask("SELECT ?o { id:control ex:says ?o }", XML)
    if reply.status == 200:
        ET.fromstring(reply.body)


def test_carriage_return_in_xml(served: Served) -> None:
    """A carriage return is written as a reference, or a reader would take it for a line feed."""
    body = served.ask("SELECT ?o { id:line ex:says ?o }", XML).body
    literal = ET.fromstring(body).find(f".//{RESULTS}literal")
    assert literal is not None
    assert literal.text == "a\r\nb\nc\rd"


def test_csv(served: Served) -> None:
    """CSV: quoted where needed, CR LF after each line, plain values, nothing for the unbound."""
    query = """SELECT ?x ?y ?z {
      VALUES (?x ?y ?z) {
        ("a\\"b" "a,b" "a\\nb") ("a\\r\\nb" "" UNDEF) (id:one 7 "x"@de) (UNDEF UNDEF UNDEF)
      } }"""
    text = served.ask(query, CSV).text
    start = 'x,y,z\r\n"a""b","a,b","a\nb"\r\n"a\r\nb",'
    end = ",\r\nhttps://example.org/id/one,7,x\r\n,,\r\n"
    assert text in (f"{start}{end}", f'{start}""{end}')  # the empty string is not the unbound
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[2] == ["a\r\nb", "", ""]


@pytest.mark.parametrize("accept", [JSON, CSV, TSV])
def test_columns_of_star(served: Served, accept: str) -> None:
    """The columns of SELECT * stand in the order in which the query names the variables."""
    reply = served.ask("SELECT * { ?s ex:in ?o . BIND(?o AS ?m) } ORDER BY ?o", accept)
    head = reply.json()["head"]["vars"] if accept == JSON else reply.text.splitlines()[0]
    assert re.findall(r"\w", str(head)) == ["s", "o", "m"]


def test_csv_carriage_return_alone(served: Served) -> None:
    """A lone CR is quoted too, or the row would fall in two."""
    text = served.ask('SELECT ("a\\rb" AS ?x) {}', CSV).text
    assert text == 'x\r\n"a\rb"\r\n'


def test_csv_one_column(served: Served) -> None:
    """One unbound column is an empty line, which still counts as a row."""
    assert served.ask("SELECT ?x { VALUES ?x { UNDEF 1 } }", CSV).text == "x\r\n\r\n1\r\n"


def test_tsv(served: Served) -> None:
    """TSV: variables with their sign, terms as in Turtle, tabs and line ends escaped."""
    query = """SELECT ?x ?y {
      VALUES (?x ?y) {
        ("a\\tb" "a\\nb\\rc") ("a\\"b" "a\\\\b") (id:one 7) (1.5 1.0E6) (true "x"@de)
        ("2024-02-29"^^xsd:date UNDEF)
      } }"""
    lines = served.ask(query, TSV).text.split("\n")
    assert lines[0] == "?x\t?y"
    assert lines[1] == '"a\\tb"\t"a\\nb\\rc"'
    assert lines[2] == '"a\\"b"\t"a\\\\b"'
    assert lines[3] in (
        "<https://example.org/id/one>\t7",
        f'<https://example.org/id/one>\t"7"^^<{XSD}integer>',
    )
    assert lines[5].split("\t")[1] == '"x"@de'
    assert lines[6] == f'"2024-02-29"^^<{XSD}date>\t'
    assert lines[7:] == [""]


def test_json_members(served: Served) -> None:
    """JSON: each binding has type and value, unbound variables have none, all stand in the head."""
    values = 'VALUES (?i ?l ?t ?p) { (id:one "x"@de 7 "p") }'
    query = f"SELECT ?i ?l ?t ?p ?b ?u {{ {values} BIND(BNODE() AS ?b) }}"
    document = served.ask(query, JSON).json()
    assert document["head"]["vars"] == ["i", "l", "t", "p", "b", "u"]
    (row,) = document["results"]["bindings"]
    assert row["i"] == {"type": "uri", "value": "https://example.org/id/one"}
    assert row["l"] == {"type": "literal", "value": "x", "xml:lang": "de"}
    assert row["t"] == {"type": "literal", "value": "7", "datatype": f"{XSD}integer"}
    assert row["p"] == {"type": "literal", "value": "p"}
    assert row["b"]["type"] == "bnode"
    assert "u" not in row


def test_json_is_plain(served: Served) -> None:
    """JSON has no duplicate members, no NaN and no byte order mark; emoji are whole."""

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert len({name for name, _ in pairs}) == len(pairs)
        return dict(pairs)

    reply = served.ask('SELECT * { ?s ex:says ?o BIND(xsd:double("NaN") AS ?n) }', JSON)
    assert not reply.body.startswith(b"\xef\xbb\xbf")
    document = json.loads(
        reply.body,
        object_pairs_hook=unique,
        parse_constant=lambda name: pytest.fail(f"{name} is no JSON"),
    )
    assert "🪲" in str(document)


def test_xml_members(served: Served) -> None:
    """XML: variables in the head, a binding each, xml:lang and datatype as attributes."""
    query = 'SELECT ?i ?l ?t ?b ?u { VALUES (?i ?l ?t) { (id:one "x"@de 7) } BIND(BNODE() AS ?b) }'
    root = ET.fromstring(served.ask(query, XML).body)
    assert root.tag == f"{RESULTS}sparql"
    assert [one.get("name") for one in root.iter(f"{RESULTS}variable")] == ["i", "l", "t", "b", "u"]
    bound = {one.get("name"): one[0] for one in root.iter(f"{RESULTS}binding")}
    assert set(bound) == {"i", "l", "t", "b"}
    assert bound["i"].tag == f"{RESULTS}uri"
    assert bound["l"].get(LANG) == "de"
    assert bound["t"].get("datatype") == f"{XSD}integer"
    assert bound["b"].tag == f"{RESULTS}bnode"


@pytest.mark.parametrize("accept", PARSERS)
def test_blank_nodes(served: Served, accept: str) -> None:
    """The same blank node has the same label within an answer, another has another."""
    query = "SELECT ?x ?y ?z { BIND(BNODE() AS ?x) BIND(?x AS ?y) BIND(BNODE() AS ?z) }"
    reply = served.ask(query, accept)
    result = Result.parse(io.BytesIO(reply.body), format=PARSERS[accept])
    (row,) = result.bindings
    x, y, z = (row[name] for name in result.vars or ())
    assert isinstance(x, BNode)
    assert x == y != z


@pytest.mark.parametrize("accept", [JSON, XML, CSV, TSV])
def test_no_rows(served: Served, accept: str) -> None:
    """Without rows the variables are still there."""
    text = served.ask("SELECT ?first ?second { ?first ex:none ?second }", accept).text
    assert "first" in text
    assert "second" in text
    if accept in (CSV, TSV):
        assert len(text.splitlines()) == 1


@pytest.mark.parametrize("accept", [JSON, XML, CSV, TSV])
def test_no_variables(served: Served, accept: str) -> None:
    """A row without any variable is still a row."""
    reply = served.ask("SELECT * { id:one ex:in 1 }", accept)
    assert reply.status == 200
    if accept == JSON:
        assert reply.json()["results"]["bindings"] == [{}]
    elif accept == XML:
        assert len(list(ET.fromstring(reply.body).iter(f"{RESULTS}result"))) == 1


@pytest.mark.parametrize("word", ["true", "false"])
def test_ask(served: Served, word: str) -> None:
    """ASK in JSON and XML is what the recommendations say; CSV and TSV have the bare word."""
    query = "ASK {}" if word == "true" else "ASK { FILTER(false) }"
    document = served.ask(query, JSON).json()
    assert document["boolean"] is (word == "true")
    assert "head" in document
    root = ET.fromstring(served.ask(query, XML).body)
    assert [one.text for one in root.iter(f"{RESULTS}boolean")] == [word]
    assert root.find(f"{RESULTS}head") is not None
    assert served.ask(query, CSV).text.strip() == word
    assert served.ask(query, TSV).text.strip() == word


def test_large_result(served: Served) -> None:
    """Thirty thousand rows come whole, in each format."""
    query = "SELECT ?a ?b { ?a ex:next ?x . ?b ex:next ?y } LIMIT 30000"
    sizes = {accept: served.ask(query, accept).body for accept in (JSON, XML, CSV, TSV)}
    assert len(json.loads(sizes[JSON])["results"]["bindings"]) == 30_000
    assert sum(1 for _ in ET.fromstring(sizes[XML]).iter(f"{RESULTS}result")) == 30_000
    assert len(sizes[CSV].splitlines()) == 30_001
    assert len(sizes[TSV].splitlines()) == 30_001
