"""The project that the protocol is tested on: awkward literals, named graphs and a long chain."""

from __future__ import annotations

from pathlib import Path

from rdflib import Literal, URIRef

from kg.settings import Project, read_project

XSD = "http://www.w3.org/2001/XMLSchema#"
BASE = "https://example.org/"
W3C = Path(__file__).resolve().parents[3] / "shared" / "w3c" / "sparql11"
"""The test suite of SPARQL 1.1, where it is there; its data become graphs of the project."""
W3C_DATA = ("csv-tsv-res/data.ttl", "csv-tsv-res/data2.ttl", "json-res/data.ttl")
CHAIN = 1500
"""How many things stand in the chain: their square is a large result, their cube is too much."""

CONFIG = """
[project]
title = "Protocol"
base = "https://example.org/"

[prefixes]
ex = "https://example.org/ns#"
id = "https://example.org/id/"
"""
ONTOLOGY = """
PREFIX ex: <https://example.org/ns#>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>

foaf:Document a owl:Class .
ex:next a owl:ObjectProperty .
ex:in a owl:DatatypeProperty .
ex:says a owl:DatatypeProperty .
"""
W3C_ONTOLOGY = "".join(
    f"<http://example.org/p{number}> a <http://www.w3.org/1999/02/22-rdf-syntax-ns#Property> .\n"
    for number in range(1, 8)
)
WORDS = r"""
PREFIX ex: <https://example.org/ns#>
PREFIX id: <https://example.org/id/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

id:plain ex:says "Käfer" .
id:german ex:says "Käfer"@de .
id:austrian ex:says "Käfer"@de-AT .
id:beetle ex:says "🪲"@en .
id:quote ex:says "a \"b\" c" .
id:comma ex:says "a,b" .
id:line ex:says "a\r\nb\nc\rd" .
id:tab ex:says "a\tb" .
id:back ex:says "a\\b" .
id:markup ex:says "<a>&amp;]]>" .
id:empty ex:says "" .
id:blank ex:says "  a  " .
id:far ex:says "\U0001F600\uFFFD\u00A0\u200F" .
id:control ex:says "a\u0001\u000B\u001F\u007F\u0085\u2028b" .
id:integer ex:says 7 .
id:decimal ex:says 1.50 .
id:double ex:says 1.0E6 .
id:boolean ex:says true .
id:date ex:says "2024-02-29"^^xsd:date .
id:typed ex:says "x"^^ex:Own .
"""
LITERALS = {
    "plain": Literal("Käfer"),
    "german": Literal("Käfer", lang="de"),
    "beetle": Literal("🪲", lang="en"),
    "quote": Literal('a "b" c'),
    "comma": Literal("a,b"),
    "tab": Literal("a\tb"),
    "back": Literal("a\\b"),
    "markup": Literal("<a>&amp;]]>"),
    "empty": Literal(""),
    "blank": Literal("  a  "),
    "far": Literal("\U0001f600\ufffd\u00a0\u200f"),
    "boolean": Literal("true", datatype=URIRef(XSD + "boolean")),
    "date": Literal("2024-02-29", datatype=URIRef(XSD + "date")),
    "typed": Literal("x", datatype=URIRef("https://example.org/ns#Own")),
    "line": Literal("a\r\nb\nc\rd"),
}
NUMBERS = {"integer": (7.0, "integer"), "decimal": (1.5, "decimal"), "double": (1e6, "double")}
"""What is said of whom, as rdflib has it; numbers by value and datatype."""
GRAPHS = """
PREFIX ex: <https://example.org/ns#>
PREFIX id: <https://example.org/id/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>

GRAPH <http://kasei.us/2009/09/sparql/data/data1.rdf> {
  <http://kasei.us/2009/09/sparql/data/data1.rdf> a foaf:Document .
}
GRAPH <http://kasei.us/2009/09/sparql/data/data2.rdf> {
  <http://kasei.us/2009/09/sparql/data/data2.rdf> a foaf:Document .
}
GRAPH <http://kasei.us/2009/09/sparql/data/data3.rdf> {
  <http://kasei.us/2009/09/sparql/data/data3.rdf> a foaf:Document .
}
GRAPH <https://example.org/graph/one> { id:one ex:in 1 . id:both ex:in 9 . }
GRAPH <https://example.org/graph/two> { id:two ex:in 2 . id:both ex:in 9 . }
GRAPH <https://example.org/graph/drei-ä> { id:three ex:in 3 . }
"""


def write_project(root: Path) -> Project:
    """Write the project below `root` and return it."""
    chain = "".join(
        f"<{BASE}id/n{number}> <{BASE}ns#next> <{BASE}id/n{number + 1}> .\n"
        for number in range(CHAIN)
    )
    files = {
        "kg.toml": CONFIG,
        "ontology/o.ttl": ONTOLOGY,
        "data/words.ttl": WORDS,
        "data/graphs.trig": GRAPHS,
        "data/chain.nt": chain,
    }
    if W3C.is_dir():
        files["ontology/w3c.ttl"] = W3C_ONTOLOGY
        files |= {f"data/w3c/{name}": (W3C / name).read_text("utf-8") for name in W3C_DATA}
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_project(root)
