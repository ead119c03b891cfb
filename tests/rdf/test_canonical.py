"""The canonical text of a Turtle file, and what is refused so that nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import Place, ReadError
from kg.rdf.canonical import canonical
from kg.settings import Project

PROJECT = Project(Path(), "T", "https://example.org/", {"e": "https://example.org/"})


def test_comments_are_refused_with_their_line() -> None:
    """A comment would be lost: the error quotes it and names its line."""
    with pytest.raises(ReadError) as caught:
        canonical("<urn:a> <urn:b> 'x # y' .\n\n# why\n", PROJECT, shown="f.ttl")
    assert caught.value.place == Place("f.ttl", 3)
    assert "# why" in caught.value.to("de")


def test_own_prefixes_are_kept() -> None:
    """Prefixes of other namespaces stay; those of the project win over other names for them."""
    text = (
        "@prefix x: <https://example.org/> . @prefix y: <urn:y/> . @prefix z: <urn:z/> .\n"
        "x:a y:b <urn:y/c> ."
    )
    assert canonical(text, PROJECT, shown="f") == (
        "@prefix e: <https://example.org/> .\n@prefix y: <urn:y/> .\n\ne:a\n  y:b y:c .\n"
    )


def test_prefix_that_means_something_else_in_the_project() -> None:
    """A prefix of the project is not taken for the file's other namespace of that name."""
    text = "@prefix e: <urn:other/> . e:a e:b <https://example.org/c> ."
    written = canonical(text, PROJECT, shown="f")
    assert "<urn:other/a>" in written
    assert "e:c" in written


def test_syntax_error_has_its_place() -> None:
    """What is not Turtle is an error with line and column."""
    with pytest.raises(ReadError) as caught:
        canonical("\n<urn:a> oops .", PROJECT, shown="f.ttl")
    assert caught.value.place == Place("f.ttl", 2, 9)


def test_shared_blank_node_names_the_file() -> None:
    """A blank node that is not a tree is an error in that file."""
    with pytest.raises(ReadError) as caught:
        canonical("_:a <urn:b> _:a .", PROJECT, shown="f.ttl")
    assert caught.value.place == Place("f.ttl")
