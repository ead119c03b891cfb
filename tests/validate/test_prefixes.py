"""A prefix bound to another namespace than the project's is one finding, at its own line."""

from __future__ import annotations

import pytest

from kg.rdf.dataset import Source, source_of_text
from kg.rdf.formats import by_suffix
from kg.validate.prefixes import declarations, with_right_prefixes, wrong_prefixes

PREFIXES = {
    "schema": "https://schema.org/",
    "org": "http://www.w3.org/ns/org#",
    "project": "https://w3id.org/kommunalgraph/id/project/",
}


def given(text: str, name: str = "a.ttl") -> Source:
    form = by_suffix(name)
    assert form
    return source_of_text(text, form, shown=name, graph="https://example.org/g")


@pytest.mark.parametrize(
    ("line", "column", "right"),
    [
        ("@prefix schema: <http://schema.org/> .", 17, "https://schema.org/"),
        ("PREFIX schema: <https://www.schema.org#>", 16, "https://schema.org/"),
        ("@prefix\tschema:<https://schema.og/> .", 16, "https://schema.org/"),
        ("@prefix sdo: <http://schema.org/> .", 14, "https://schema.org/"),
    ],
)
def test_wrong_namespace(line: str, column: int, right: str) -> None:
    """The finding stands at the namespace, names the right one and replaces it."""
    name = line.split(":", maxsplit=1)[0].rsplit(maxsplit=1)[-1]
    source = given(f"# @prefix schema: <http://schema.org/> .\n{line}\n{name}:a {name}:b 1 .\n")
    (found,) = wrong_prefixes([source], PREFIXES)
    assert [str(place) for place in found.places] == [f"a.ttl:2:{column}"]
    assert found.severity == "Violation"
    assert found.proposal and found.proposal.replace
    assert found.proposal.replace[1] == f"<{right}>"
    assert f"Das Präfix {name}: steht für <" in found.message.de
    (meant,) = with_right_prefixes([source], PREFIXES)
    assert str(meant.quads[0].predicate) == f"<{right}b>"
    assert wrong_prefixes([meant], PREFIXES) == []
    assert meant.path == source.path
    assert (meant.text or "").count("\n") == (source.text or "").count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "@prefix schema: <https://schema.org/> . schema:a schema:b 1 .",
        # A namespace of one's own may have any prefix.
        "@prefix project: <https://example.org/> . project:a project:b 1 .",
        # Nothing is written with it.
        "@prefix schema: <http://schema.org/> . <urn:a> <urn:b> 1 .",
        # Only spoken of.
        '<urn:a> <urn:b> """@prefix schema: <http://schema.org/> .""" , <http://schema.org/a> .',
    ],
)
def test_nothing_wrong(text: str) -> None:
    """What is right, of one's own, not used or only quoted is no fault; the source stays."""
    source = given(text)
    assert wrong_prefixes([source], PREFIXES) == []
    assert with_right_prefixes([source], PREFIXES)[0] is source


def test_only_formats_with_prefixes() -> None:
    """N-Triples has no prefixes."""
    source = given("<http://schema.org/a> <http://schema.org/b> <http://schema.org/c> .", "a.nt")
    assert wrong_prefixes([source], PREFIXES) == []


def test_declarations() -> None:
    """Declarations are read in both forms, also the empty prefix, not in comments and texts."""
    text = "@prefix : <urn:a#> . #prefix b: <urn:b>\nprefix c: <urn:c> :x :y 'prefix d: <urn:d>' ."
    assert [(each.name, each.space) for each in declarations(text)] == [
        ("", "urn:a#"),
        ("c", "urn:c"),
    ]
