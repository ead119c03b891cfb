"""Contexts elsewhere, external entities and entity bombs are refused at their place."""

from __future__ import annotations

import time

import pytest
from pyoxigraph import parse

from kg.errors import ReadError
from kg.rdf.formats import FORMATS
from kg.rdf.outside import MOST_ENTITIES, refuse_outside

FORMS = {form.name: form for form in FORMATS}
JSONLD, RDFXML, TURTLE = FORMS["jsonld"], FORMS["rdfxml"], FORMS["turtle"]
BODY = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    '<rdf:Description rdf:about="http://x"><e:p>{}</e:p></rdf:Description></rdf:RDF>'
)
BOMB = (
    '<!DOCTYPE r [\n<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]>\n"
    + BODY.format("&a11;")
)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"@context": "https://example.org/c", "@id": "a:a"}', 1, 2),
        ('[{"@id": "a:a"},\n {"@id": "a:b", "@context" : ["https://example.org/c"]}]', 2, 17),
        ('{"@context": [{"a": "b:c"}, "c.jsonld"]}', 1, 2),
        ('{"@context": {"@import": "https://example.org/c"}}', 1, 15),
        ('{"@context": {"t": {"@id": "a:t",\n"@context": "file:///etc/passwd"}}}', 2, 1),
        ('{"@context": ""}', 1, 2),
    ],
)
def test_remote_contexts(text: str, line: int, column: int) -> None:
    """A context by address is refused wherever it stands, with line and column."""
    with pytest.raises(ReadError) as caught:
        refuse_outside(text, JSONLD, "x.jsonld")
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.column) == (line, column)
    assert "wird nicht geholt" in caught.value.text.de


@pytest.mark.parametrize(
    "text",
    [
        '{"@context": {"@vocab": "https://example.org/"}, "name": "x"}',
        '{"@context": [{"@vocab": "https://example.org/"}, {"a": null}], "name": "x"}',
        '{"@context": null, "@id": "a:a"}',
        '{"a:b": "\\"@context\\": \\"https://example.org/\\""}',
        '{"@context": [',
    ],
)
def test_contexts_in_the_document(text: str) -> None:
    """A context in the document is fine; so is one that only a text speaks of."""
    refuse_outside(text, JSONLD, "x.jsonld")


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + BODY.format("&a;"),
        '<!DOCTYPE r [<!ENTITY a PUBLIC "x" "http://127.0.0.1/x">]>' + BODY.format("&a;"),
        '<!DOCTYPE r [<!ENTITY % a "x">]>' + BODY.format(""),
        '<!doctype r [<!entity a SYSTEM "file:///etc/passwd">]>' + BODY.format("&a;"),
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">' + BODY.format(""),
        '<!DOCTYPE r PUBLIC "x" "http://127.0.0.1:9/x.dtd" []>' + BODY.format(""),
        f'<!DOCTYPE r [<!ENTITY a "{"x" * 5000}">]>' + BODY.format("&a;" * 9),
        f'<!DOCTYPE r [<!ENTITY a "{"x" * 900}">]>' + BODY.format("&a;" * 20_000),
        "<!DOCTYPE r ["
        + "".join(f'<!ENTITY a{n} "x">' for n in range(MOST_ENTITIES + 1))
        + "]>"
        + BODY.format(""),
    ],
    ids=[
        "bomb",
        "file",
        "public",
        "parameter",
        "small",
        "dtd",
        "dtd2",
        "long",
        "quadratic",
        "many",
    ],
)
def test_entities(text: str) -> None:
    """Entities that refer to others or to files, and those that grow, are refused at once."""
    start = time.process_time()
    with pytest.raises(ReadError) as caught:
        refuse_outside(text, RDFXML, "x.rdf")
    assert caught.value.place is not None
    assert time.process_time() - start < 1


def test_namespaces_as_entities() -> None:
    """What ontology editors write, short names for namespaces, is read as ever."""
    text = (
        '<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [\n  <!ENTITY e "http://e/#" >\n'
        '  <!ENTITY f "http://f/%20" >\n]>\n' + BODY.format("&e;x&amp;&f;")
    )
    refuse_outside(text, RDFXML, "x.rdf")
    (quad,) = parse(text.encode(), RDFXML.oxigraph)
    assert "http://e/#x&http://f/" in str(quad.object)


def test_other_formats_are_left_alone() -> None:
    """In Turtle the same signs are only text."""
    refuse_outside("<a:a> <a:b> '<!DOCTYPE r [<!ENTITY a SYSTEM \"x\">]>' .", TURTLE, "x.ttl")
