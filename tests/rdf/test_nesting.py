"""Texts that are nested too deep are refused with a place before a parser sees them."""

from __future__ import annotations

import pytest

from kg.errors import ReadError
from kg.rdf.formats import FORMATS, Format
from kg.rdf.nesting import DEEPEST
from kg.rdf.read import parse_quads

DEEP = 20_000
TEXTS = {
    "jsonld": '{"http://b":' * DEEP + "1" + "}" * DEEP,
    "turtle": "<a:a> <a:b> " + "(" * DEEP + ")" * DEEP + " .",
    "trig": "<a:g> { <a:a> <a:b> " + "[ <a:c> " * DEEP + "1" + "]" * DEEP + " }",
    "rdfxml": "<a xmlns='http://x/'>" + "<b><c>" * DEEP + "</c></b>" * DEEP + "</a>",
}
FLAT = {
    "turtle": '<a:a> <a:b> "' + "(" * DEEP + "\" , '''" + "[" * DEEP + "''' . # " + "(" * DEEP,
    "jsonld": '{"http://b": "' + "[" * DEEP + '"}',
    "rdfxml": "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    + "<rdf:Description rdf:about='a:a'/>" * DEEP
    + "</rdf:RDF>",
}


def form(name: str) -> Format:
    """The format of that name."""
    return next(each for each in FORMATS if each.name == name)


@pytest.mark.parametrize("name", TEXTS)
def test_deep(name: str) -> None:
    """The place is that of the first level that is too deep."""
    with pytest.raises(ReadError, match=f"nested deeper than {DEEPEST} levels") as caught:
        parse_quads(TEXTS[name], form(name), base=None, shown="text")
    assert caught.value.place
    assert caught.value.place.line == 1
    assert (caught.value.place.column or 0) > DEEPEST


@pytest.mark.parametrize("name", FLAT)
def test_brackets_in_strings_do_not_count(name: str) -> None:
    """Nor do those in comments, and elements next to each other."""
    assert parse_quads(FLAT[name], form(name), base="http://x/", shown="text") is not None
