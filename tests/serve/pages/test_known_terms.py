"""Terms that no project declares have names in German and English on all pages."""

from __future__ import annotations

import re
from types import MappingProxyType

import pytest
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page

from kg.errors import Text
from kg.namespaces import OWL, RDF_TYPE, RDFS, SH
from kg.serve.pages.known_terms import KNOWN
from kg.serve.pages.labels import Labels
from kg.serve.pages.vocabulary import Vocabulary, VocabularyTerm

_WORD = VocabularyTerm(
    "https://example.org/Reading", "class", Text("Messwert", "reading"), Text("", ""), "urn:g"
)
WORDS = Vocabulary(MappingProxyType({_WORD.iri: _WORD}))


@pytest.mark.parametrize(
    ("name", "german", "english"),
    [
        (RDF_TYPE, "Art", "type"),
        (f"{RDFS}isDefinedBy", "festgelegt in", "defined by"),
        (f"{OWL}ObjectProperty", "Eigenschaft zwischen Dingen", "object property"),
        (f"{SH}maxCount", "höchstens so viele Werte", "maximum count"),
        ("https://example.org/Reading", "Messwert", "reading"),
        ("http://example.org/Reading", "Messwert", "reading"),
        ("http://example.org/other", "other", "other"),
        ("urn:other", "other", "other"),
    ],
)
def test_names(name: str, german: str, english: str) -> None:
    """What the ontology does not name has the name of its twin, else one that all know."""
    assert Labels([], "de", WORDS).of(name) == german
    assert Labels([], "en", WORDS).of(name) == english


def test_no_name_is_missing_or_said_twice() -> None:
    """Each term has both names; two properties of one vocabulary do not share one."""
    for iri, name in KNOWN.items():
        assert name.de and name.en, iri
    properties = [
        (iri.partition("#")[0], name.de) for iri, name in KNOWN.items() if re.search("#[a-z]", iri)
    ]
    assert len(properties) == len(set(properties))


def test_what_points_to_a_thing_is_said_in_words(linked: Client) -> None:
    """The page of a class says in German where it is named, without a bare IRI's end."""
    address = "/doc?iri=https%3A%2F%2Flibrary.example%2Fns%23Book"
    german = Page(linked.get(address, headers=PAGE).text).words
    assert "Angabe „Art“ bei" in german
    assert "als type" not in german
    english = Page(linked.get(f"{address}&lang=en", headers=PAGE).text).words
    assert "as “type” of" in english
