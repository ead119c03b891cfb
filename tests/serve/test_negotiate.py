"""Accept headers choose representations as RFC 9110 section 12.5 says."""

from __future__ import annotations

import pytest

from kg.serve.negotiate import GRAPHS, ROWS, choose, language

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV", "text/csv"),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.9", "text/tab-separated-values"),
        ("text/csv;q=0.5, application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/*", "text/csv"),
        ("application/*;q=0.3, text/*;q=0.2", "application/sparql-results+json"),
        ("*/*;q=0.1, text/csv;q=0", "application/sparql-results+json"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("text/*;q=0.9, text/csv;q=0.1", "text/tab-separated-values"),
        ("application/json", "application/json"),
        ("application/xml", "application/xml"),
        ("text/xml", "text/xml"),
        ("image/png, text/csv;q=0.001", "text/csv"),
        ("text/csv; charset=utf-8; q=0.7, */*;q=0.2", "text/csv"),
        ('text/csv;note="a,b;q=0";q=1', "text/csv"),
        ("text/csv;q=5, text/tab-separated-values;q=0.1", "text/tab-separated-values"),
        ("nonsense", "application/sparql-results+json"),
        (BROWSER, "application/sparql-results+json"),
    ],
)
def test_rows(accept: str, expected: str) -> None:
    """The most specific range gives a type its weight; the heaviest type wins, then our order."""
    chosen = choose(ROWS, accept)
    assert chosen is not None
    assert chosen.media_type == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "text/turtle"),
        (BROWSER, "text/turtle"),
        ("application/n-triples", "application/n-triples"),
        ("text/plain", "text/plain"),
        ("application/rdf+xml;q=0.9, application/ld+json", "application/ld+json"),
        (
            'application/ld+json;profile="http://www.w3.org/ns/json-ld#flattened"',
            "application/ld+json",
        ),
        ("application/*", "application/n-triples"),
    ],
)
def test_graphs(accept: str, expected: str) -> None:
    """Graphs are negotiated in the same way, with Turtle first."""
    chosen = choose(GRAPHS, accept)
    assert chosen is not None
    assert chosen.media_type == expected


@pytest.mark.parametrize(
    "accept", ["image/png", "text/turtle", "*/*;q=0", "text/html", "text/csv;q=0, text/csv;q=0.0"]
)
def test_nothing_left(accept: str) -> None:
    """None is chosen only when the header leaves nothing of what is on offer."""
    assert choose(ROWS, accept) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("csv", "text/csv"),
        ("JSON", "application/sparql-results+json"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("application/sparql-results xml", "application/sparql-results+xml"),
    ],
)
def test_format_goes_before_accept(value: str, expected: str) -> None:
    """A format in a link wins over the header, by name or media type, even with a raw plus."""
    chosen = choose(ROWS, "application/xml", [value])
    assert chosen is not None
    assert chosen.media_type == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ttl", "turtle"),
        ("nt", "ntriples"),
        ("rdfxml", "rdfxml"),
        ("xml", "rdfxml"),
        ("jsonld", "jsonld"),
        ("json", "jsonld"),
        ("rdf+xml", "rdfxml"),
    ],
)
def test_format_names_of_graphs(value: str, expected: str) -> None:
    """The names that clients use for graph formats are known."""
    chosen = choose(GRAPHS, "", [value])
    assert chosen is not None
    assert chosen.name == expected


def test_several_formats() -> None:
    """The first format that is known counts, empty ones not at all, and an unknown one is none."""
    chosen = choose(ROWS, "", ["unknown", "", "tsv", "csv"])
    assert chosen is not None
    assert chosen.name == "tsv"
    assert choose(ROWS, "*/*", ["unknown"]) is None
    assert choose(ROWS, "text/csv", [""]) == choose(ROWS, "text/csv")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("DE;q=0.8, en;q=0.9", "en"),
        ("de,en", "en"),
        ("fr, de;q=0.5", "de"),
        ("fr", "en"),
        ("*", "en"),
        ("en;q=0.1, *;q=0.5", "de"),
    ],
)
def test_language(accept: str, expected: str) -> None:
    """German is spoken to those who prefer it to English."""
    assert language(accept) == expected


def test_language_asked() -> None:
    """What a link asks for wins over the header if it is one of ours."""
    assert language("en", "de") == "de"
    assert language("de", "fr") == "de"
