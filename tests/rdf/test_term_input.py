"""Terms as people type them, and what is no term."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import UsageError
from kg.namespaces import XSD
from kg.rdf.term_input import read_term

PREFIXES = {"e": "https://example.org/", "xsd": XSD, "geo": "http://geo/", "": "https://empty/"}


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("e:a", "<https://example.org/a>"),
        (":a", "<https://empty/a>"),
        ("e:", "<https://example.org/>"),
        (r"e:a\,b", "<https://example.org/a,b>"),
        ("<https://example.org/a>", "<https://example.org/a>"),
        ("https://example.org/a", "<https://example.org/a>"),
        ("urn:isbn:1", "<urn:isbn:1>"),
        ("geo:1", "<http://geo/1>"),
        ("a", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"),
        ("_:f1_b0", "_:f1_b0"),
        ('"x"@de', '"x"@de'),
        ("'x'@DE", '"x"@de'),
        ('"2020"^^xsd:gYear', f'"2020"^^<{XSD}gYear>'),
        ("5", f'"5"^^<{XSD}integer>'),
        ("-05.0", f'"-05.0"^^<{XSD}decimal>'),
        ("true", f'"true"^^<{XSD}boolean>'),
        (' "a\\"b" ', '"a\\"b"'),
        ('"""two\nlines"""', '"two\\nlines"'),
    ],
)
def test_term(typed: str, term: str) -> None:
    """A term becomes its N-Triples form, as the parser would write it."""
    assert read_term(typed, PREFIXES) == term


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "Bielefeld",
        "<a b>",
        "<a>",
        "<https://example.org/a",
        "e:a b",
        'e:"',
        "e:a\0",
        "_:",
        "_:a b",
        '"x',
        '"x" , "y"',
        '"x" . <https://a/> <https://b/> "y"',
        '"x" ; <https://b/> "y"',
        '"x"^^nix:y',
        "5 6",
        "\ud800",
        '"\udfff"',
        "x" * 100_000,
        '"' + "x" * 100_000 + '"',
        "<<( e:a e:b e:c )>>",
        '"x"@de--ltr',
    ],
)
def test_no_term(typed: str) -> None:
    """What is no term is refused in both languages, and shown in part only."""
    with pytest.raises(UsageError) as error:
        read_term(typed, PREFIXES)
    for text in (error.value.text.de, error.value.text.en):
        assert text.isprintable()
        assert len(text) < 250
        text.encode()


def test_unknown_prefix_is_told() -> None:
    """A prefix that nobody knows is named, with those that are spelled alike."""
    with pytest.raises(UsageError, match=r"The prefix “goe:” is not known\. Did you mean geo:"):
        read_term("goe:1", PREFIXES)


@given(st.text())
def test_any_text_is_a_term_or_refused(typed: str) -> None:
    """Whatever is typed becomes a term on one line or is refused in plain words."""
    try:
        term = read_term(typed, PREFIXES)
    except UsageError:
        return
    assert "\n" not in term
    assert term[0] in '<_"'
