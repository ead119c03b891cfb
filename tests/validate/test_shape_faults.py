"""Shapes that cannot be used: each is refused, and the message names shape, property and place."""

from __future__ import annotations

import time

import pytest
from _pytest.mark import ParameterSet
from tests.helpers import HEADER, triples

from kg.errors import KgError, Place
from kg.rdf.dataset import source_of_text
from kg.rdf.formats import by_suffix
from kg.rdf.places import Finder
from kg.validate.engine import check
from kg.validate.shape_graph import ShapesError
from kg.validate.shape_reader import read_shapes

E = "https://example.org/"
PREFIXES = {"e": E, "sh": "http://www.w3.org/ns/shacl#"}
HERE = "§"
"""Stands before the term at which the place of the fault points."""


def fault(title: str, body: str, *words: str) -> ParameterSet:
    """A shapes graph with one fault at HERE, and what the message says in both languages."""
    return pytest.param(body, words, id=title.replace(" ", "-"))


def of(rest: str) -> str:
    """A property shape in e:S."""
    return f"e:S sh:targetClass e:C ;\n  sh:property [ sh:path e:p ;\n    {rest} ] ."


def on(rest: str) -> str:
    """A node shape."""
    return f"e:S a sh:NodeShape ; sh:targetClass e:C ;\n  {rest} ."


PATHS = [
    fault("literal", of("sh:minCount 1").replace("e:p", f'{HERE}"p"'), "sh:path"),
    fault("empty node", of("sh:minCount 1").replace("e:p", f"{HERE}[ ]"), "sh:path"),
    fault("one member", of("sh:minCount 1").replace("e:p", f"{HERE}( e:p )"), "sh:path"),
    fault("no member", of("sh:minCount 1").replace("e:p", f"{HERE}()"), "sh:path"),
    fault("unknown", of("sh:in ()").replace("e:p", f"{HERE}[ sh:inversPath e:p ]"), "sh:path"),
    fault(
        "two signs",
        of("sh:in ()").replace("e:p", f"{HERE}[ sh:inversePath e:p ; sh:zeroOrOnePath e:q ]"),
        "sh:path",
    ),
    fault("two values", of("sh:in ()").replace("e:p", f"e:p , {HERE}e:q"), "sh:path", "2"),
    fault(
        "alternative without a list",
        of("sh:in ()").replace("e:p", f"{HERE}[ sh:alternativePath e:p ]"),
        "sh:path",
    ),
    fault(
        "further triples",
        of("sh:in ()").replace("e:p", f"{HERE}[ sh:inversePath e:p ; sh:maxLength 1 ]"),
        "sh:path",
    ),
    fault(
        "circle",
        f"e:S sh:path {HERE}_:x ; sh:in () . _:x sh:inversePath _:y . _:y sh:inversePath _:x .",
        "sh:path",
    ),
    fault(
        "property without",
        "e:S sh:targetClass e:C ; sh:property " + HERE + "[ sh:minCount 1 ] .",
        "sh:path",
    ),
    fault("property shape without", f"{HERE}e:S a sh:PropertyShape ; sh:minCount 1 .", "sh:path"),
    fault(
        "property that is not there", on(f"sh:property {HERE}e:Missing"), "sh:property", "e:Missing"
    ),
    fault(
        "node shape with path", on(f"sh:path {HERE}e:p ; sh:in ()"), "sh:path", "sh:PropertyShape"
    ),
]
VALUES = [
    fault("minCount text", of(f'sh:minCount {HERE}"1"'), "sh:minCount", '"1"', "xsd:integer"),
    fault("minCount decimal", of(f"sh:minCount {HERE}1.0"), "sh:minCount", "1.0"),
    fault("minCount ill-typed", of(f'sh:minCount {HERE}"x"^^xsd:integer'), "sh:minCount"),
    fault("minCount twice", of(f"sh:minCount 1 , {HERE}2"), "sh:minCount", "2"),
    fault("maxCount of a node shape", on(f"{HERE}sh:maxCount 1"), "sh:maxCount", "sh:path"),
    fault("uniqueLang of a node shape", on(f"{HERE}sh:uniqueLang true"), "sh:uniqueLang"),
    fault("lessThan of a node shape", on(f"{HERE}sh:lessThan e:q"), "sh:lessThan"),
    fault(
        "qualified of a node shape",
        on(f"{HERE}sh:qualifiedMinCount 1 ; sh:qualifiedValueShape [ sh:in () ]"),
        "sh:qualified",
    ),
    fault("maxLength", of(f"sh:maxLength {HERE}true"), "sh:maxLength"),
    fault("datatype text", of(f'sh:datatype {HERE}"xsd:date"'), "sh:datatype", "IRI"),
    fault("datatype twice", of(f"sh:datatype xsd:date , {HERE}xsd:string"), "sh:datatype", "2"),
    fault("class blank", of(f"sh:class {HERE}[]"), "sh:class", "IRI"),
    fault("class text", of(f'sh:class {HERE}"C"'), "sh:class", "IRI"),
    fault("nodeKind", of(f"sh:nodeKind {HERE}sh:Iri"), "sh:nodeKind", "sh:IRI"),
    fault("nodeKind text", of(f'sh:nodeKind {HERE}"IRI"'), "sh:nodeKind"),
    fault("minInclusive IRI", of(f"sh:minInclusive {HERE}e:x"), "sh:minInclusive"),
    fault(
        "minInclusive ill-typed", of(f'sh:minInclusive {HERE}"1,5"^^xsd:decimal'), "sh:minInclusive"
    ),
    fault("minInclusive without order", of(f"sh:minInclusive {HERE}'a'@de"), "sh:minInclusive"),
    fault("minInclusive twice", of(f"sh:minInclusive 1 , {HERE}2"), "sh:minInclusive", "2"),
    fault("uniqueLang text", of(f'sh:uniqueLang {HERE}"true"'), "sh:uniqueLang", "true"),
    fault("deactivated", of(f'sh:in () ; sh:deactivated {HERE}"yes"'), "sh:deactivated", "true"),
    fault("closed", on(f"sh:closed {HERE}1"), "sh:closed"),
    fault("equals text", of(f'sh:equals {HERE}"q"'), "sh:equals"),
    fault("disjoint blank", of(f"sh:disjoint {HERE}[]"), "sh:disjoint"),
    fault("lessThan text", of(f'sh:lessThan {HERE}"q"'), "sh:lessThan"),
    fault("severity text", of(f'sh:in () ; sh:severity {HERE}"Warning"'), "sh:severity"),
    fault(
        "severity unknown", of(f"sh:in () ; sh:severity {HERE}sh:Warn"), "sh:severity", "sh:Warn"
    ),
    fault(
        "severity twice", of(f"sh:in () ; sh:severity sh:Info , {HERE}sh:Warning"), "sh:severity"
    ),
    fault("message number", of(f"sh:in () ; sh:message {HERE}1"), "sh:message"),
    fault("target text", f'e:S sh:targetClass {HERE}"C" ; sh:in () .', "sh:targetClass", "IRI"),
    fault("target class blank", f"e:S sh:targetClass {HERE}[] ; sh:in () .", "sh:targetClass"),
    fault("target blank", f"e:S sh:targetNode {HERE}[] ; sh:in () .", "sh:targetNode"),
    fault(
        "target property", f'e:S sh:targetObjectsOf {HERE}"p" ; sh:in () .', "sh:targetObjectsOf"
    ),
]
LISTS = [
    fault("in without a list", of(f"sh:in {HERE}e:x"), "sh:in", "e:x"),
    fault("in of a text", of(f'sh:in {HERE}"a"'), "sh:in"),
    fault("in twice", of(f"sh:in () , {HERE}( 1 )"), "sh:in", "2"),
    fault("in without an end", of(f"sh:in {HERE}[ rdf:first 1 ]"), "sh:in"),
    fault("in with an odd end", of(f"sh:in {HERE}[ rdf:first 1 ; rdf:rest e:x ]"), "sh:in"),
    fault("in with two firsts", of(f"sh:in {HERE}[ rdf:first 1 , 2 ; rdf:rest () ]"), "sh:in"),
    fault("in a circle", of(f"sh:in {HERE}_:l") + " _:l rdf:first 1 ; rdf:rest _:l .", "sh:in"),
    fault("languageIn text", of(f'sh:languageIn {HERE}"de"'), "sh:languageIn"),
    fault("or without a list", on(f"sh:or {HERE}[ sh:class e:A ]"), "sh:or"),
    fault("or of texts", on(f'sh:or ( {HERE}"a" )').replace(HERE, ""), "sh:or", '"a"'),
    fault("and of nothing known", on("sh:and ( e:Missing )"), "sh:and", "e:Missing"),
    fault("ignored without closed", on(f"sh:in () ; {HERE}sh:ignoredProperties ()"), "sh:closed"),
    fault(
        "ignored text", on('sh:closed true ; sh:ignoredProperties ( "p" )'), "sh:ignoredProperties"
    ),
    fault(
        "ignored without a list",
        on(f"sh:closed true ; sh:ignoredProperties {HERE}e:p"),
        "sh:ignored",
    ),
]
PATTERNS = [
    fault("unfinished", of(f'sh:pattern {HERE}"[a"'), "sh:pattern"),
    fault("number", of(f"sh:pattern {HERE}1"), "sh:pattern"),
    fault("tagged", of(f"sh:pattern {HERE}'a'@de"), "sh:pattern"),
    fault("back-reference", of(rf'sh:pattern {HERE}"(a)\\1"'), "sh:pattern"),
    fault("look-ahead", of(f'sh:pattern {HERE}"a(?=b)"'), "sh:pattern"),
    fault("repeated nothing", of(f'sh:pattern {HERE}"*a"'), "sh:pattern"),
    fault("flags", of(f'sh:pattern {HERE}"a" ; sh:flags "ig"'), "sh:pattern", "g"),
    fault("flags alone", of(f'{HERE}sh:flags "i"'), "sh:flags", "sh:pattern"),
    fault("two flags", of(f'sh:pattern "a" ; sh:flags "i" , {HERE}"s"'), "sh:flags", "2"),
]
SHAPES = [
    fault("not a literal", on(f'sh:not {HERE}"x"'), "sh:not"),
    fault("node missing", on(f"sh:node {HERE}e:Missing"), "sh:node", "e:Missing"),
    fault("node is a property shape", on(f"sh:node {HERE}[ sh:path e:p ; sh:in () ]"), "sh:node"),
    fault("not of an empty node", on(f"sh:not {HERE}[ ]"), "sh:not"),
    fault(
        "qualified without a count",
        of(f"{HERE}sh:qualifiedValueShape [ sh:in () ]"),
        "sh:qualified",
    ),
    fault("qualified without a shape", of(f"{HERE}sh:qualifiedMinCount 1"), "sh:qualified"),
    fault(
        "qualified twice",
        of("sh:qualifiedMinCount 1 ; sh:qualifiedValueShape e:A , e:B")
        + " e:A sh:in () . e:B sh:in () .",
        "sh:qualifiedValueShape",
    ),
    fault("misspelt", of(f"{HERE}sh:minCout 1"), "sh:minCout", "sh:minCount"),
    fault(
        "misspelt in a node shape",
        on(f"sh:in () ; {HERE}sh:propery [ ]"),
        "sh:propery",
        "sh:property",
    ),
    fault("misspelt target", f"e:S {HERE}sh:targtClass e:C ; sh:in () .", "sh:targetClass"),
    fault(
        "all misspelt",
        f"e:S sh:targtClass e:C ; {HERE}sh:propertie [ sh:path e:p ] .",
        "sh:targetClass",
    ),
    fault("unknown type", f"e:S a {HERE}sh:Nodeshape ; sh:in () .", "sh:Nodeshape", "sh:NodeShape"),
    fault("target of the extensions", on(f"sh:in () ; {HERE}sh:target []"), "sh:target"),
    fault("expression", on(f"{HERE}sh:expression []"), "sh:expression"),
    fault("script", on(f"{HERE}sh:js []"), "sh:js"),
    fault(
        "two types",
        f"e:S a sh:NodeShape , sh:PropertyShape ; sh:path {HERE}e:p ; sh:in () .",
        "sh:path",
    ),
    fault("itself", f"{HERE}e:S sh:node e:S .", "e:S → e:S"),
    fault("itself by not", "e:S sh:not [ sh:node e:S ] .", "e:S"),
    fault(
        "a circle of three",
        "e:S sh:property [ sh:path e:p ; sh:node e:T ] . e:T sh:or ( e:U [ sh:in () ] ) . "
        "e:U sh:not e:S .",
        "e:S",
        "e:T",
        "e:U",
    ),
    fault(
        "a circle by qualified shapes",
        of("sh:qualifiedMinCount 1 ; sh:qualifiedValueShape e:S"),
        "e:S",
    ),
]
SPARQL = [
    fault("unfinished query", on('sh:sparql [ sh:select "SELECT $this { " ]'), "sh:select"),
    fault("no query", on("sh:sparql [ sh:message 'x' ]"), "sh:s"),
    fault("text for a constraint", on('sh:sparql "SELECT"'), "sh:sparql"),
    fault("unknown prefix", on('sh:sparql [ sh:select "SELECT $this { $this no:p 1 }" ]'), "no"),
    fault(
        "service",
        on('sh:sparql [ sh:select "SELECT $this { SERVICE <http://x> { $this ?p ?o } }" ]'),
        "SERVICE",
    ),
]


@pytest.mark.parametrize(("body", "words"), [*PATHS, *VALUES, *LISTS, *PATTERNS, *SHAPES, *SPARQL])
def test_refused(body: str, words: tuple[str, ...]) -> None:
    """The message names shape and property in both languages, and points at the place."""
    at = body.find(HERE)
    error = refused(body.replace(HERE, ""))
    assert error.text.de != error.text.en
    for lang in ("de", "en"):
        said = error.text.to(lang)
        assert "e:S" in said
        assert [word for word in words if word not in said] == []
    if at >= 0:
        before = body[:at]
        assert error.place == Place("s.ttl", before.count("\n") + 2, at - before.rfind("\n"))
    assert error.place


def refused(body: str) -> ShapesError:
    """The error that shapes raise, with places."""
    form = by_suffix("s.ttl")
    assert form
    source = source_of_text(HEADER + body, form, shown="s.ttl", graph=E)
    finder = Finder((source,))

    def finding(subject: str, predicate: str | None, value: str | None) -> Place | None:
        return next(iter(finder.find(subject, predicate, value)), None)

    with pytest.raises(ShapesError) as caught:
        read_shapes(source.triples(), PREFIXES, finding=finding)
    return caught.value


def test_all_faults_at_once() -> None:
    """Three faults in two shapes are three lines, each with its place."""
    text = 'e:S sh:targetClass "C" ;\n sh:minCount "1" .\ne:T sh:path e:p ; sh:or e:x .\n'
    error = refused(text)
    assert [line for line in (2, 3, 4) if f"s.ttl:{line}:" not in error.to("en")] == []
    assert len(error.faults) >= 3


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*){10}c$"])
def test_exploding_pattern(pattern: str) -> None:
    """A pattern that would take for ever elsewhere is done with 100,000 characters."""
    data = triples(f'e:a e:p "{"a" * 100_000}!" .')
    shapes = triples(f'e:S sh:targetObjectsOf e:p ; sh:pattern "{pattern}" .')
    start = time.process_time()
    assert len(check(data, shapes).results) == 1
    assert time.process_time() - start < 10


def test_pattern_that_needs_much_memory() -> None:
    """Nested repetitions that would fill the memory are refused."""
    with pytest.raises(KgError):
        read_shapes(triples('e:S sh:targetObjectsOf e:p ; sh:pattern "((a{1000}){1000}){1000}" .'))


def test_deep_shapes() -> None:
    """Shapes five hundred deep are read and evaluated, or refused, without a crash."""
    depth = 500
    body = "e:S0 sh:targetNode e:a . " + " ".join(
        f"e:S{number} sh:not e:S{number + 1} ." for number in range(depth)
    )
    body += f" e:S{depth} sh:class e:C ."
    try:
        assert len(check(triples("e:a e:p 1 ."), triples(body)).results) == 1
    except KgError as error:
        assert "geschachtelt" in error.to("de")
