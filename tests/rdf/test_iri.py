"""Resolution of IRI references: as RFC 3986 says and as the parser does."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kg.rdf.iri import resolve

BASES = ("http://e/c/d/e", "http://e", "http://e/c/?q#f", "urn:kg:graph/a", "urn:a")
REFERENCES = (
    *("", "#", "#x", "?q", "x?y#z", "/x", "/x/../y", "//h/x", "urn:b", "http://e/a/../b#"),
    *("x", "./x", "../x", "../../../x", ".", "..", "x/./y/..", "g;x=1/../y", "./a:b"),
)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("reference", REFERENCES)
def test_resolution_is_that_of_the_parser(base: str, reference: str) -> None:
    """A reference means the same in a message as in the graph."""
    text = f"<urn:s> <urn:p> <{reference}> ."
    (quad,) = parse(text.encode(), RdfFormat.TURTLE, base_iri=base)
    assert NamedNode(resolve(base, reference)) == quad.object


def test_namespaces_keep_their_end() -> None:
    """The empty fragment of a namespace stays; `urljoin` would drop it."""
    assert resolve("https://e/graph/x", "https://e/ns#") == "https://e/ns#"


def test_without_a_base_nothing_changes() -> None:
    """A reference without a base is left as it is."""
    assert resolve("", "x#y") == "x#y"
