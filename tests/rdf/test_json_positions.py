"""Positions in JSON-LD: the walk finds the triples of the parser, in its order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse

from kg.rdf.alignment import aligned
from kg.rdf.json_positions import json_positions
from kg.rdf.json_text import read_json

BASE = "https://example.org/graph/x"
CONTEXT: dict[str, Any] = {
    "e": "https://e/",
    "id": "@id",
    "type": "@type",
    "knows": {"@id": "e:knows", "@type": "@id"},
    "kind": {"@id": "e:kind", "@type": "@vocab"},
    "l": {"@id": "e:l", "@container": "@list"},
    "n": {"@id": "e:n", "@container": "@language"},
    "ix": {"@id": "e:ix", "@container": "@index"},
    "byid": {"@id": "e:byid", "@container": "@id"},
    "bytype": {"@id": "e:bytype", "@container": "@type"},
    "rev": {"@reverse": "e:rev"},
    "d": {"@id": "e:d", "@type": "e:date"},
    "no": None,
    "plain": {"@id": "e:plain", "@language": None},
    "german": {"@id": "e:german", "@language": "DE"},
    "scoped": {"@id": "e:scoped", "@context": {"x": "https://x/"}},
    "T": {"@id": "e:T", "@context": {"x": "https://of-type/"}},
    "x": "https://outer/",
}


@pytest.mark.parametrize(
    "body",
    [
        {"id": "e:a", "type": ["e:T", "T"], "knows": ["e:b", {"id": "e:c", "e:p": [1, True]}]},
        {"e:x": {"e:b": 1}, "e:a": {"id": "_:q", "e:r": {"id": "_:q"}}, "@id": "rel"},
        {"l": [1, {"e:q": 2}, "x"], "n": {"de": ["a", "b"], "en": "c"}, "ix": {"k": ["v", "w"]}},
        {"l": [], "e:p": {"@list": [{"@value": "v", "@type": "e:t"}]}, "e:q": {"@set": ["y"]}},
        {"l": [[1, 2], []], "e:n": None, "no": 1, "unknown": 1, "e:e": []},
        {"rev": [{"@id": "e:1"}, {"e:k": "z"}], "@reverse": {"e:back": {"@id": "e:3", "e:k": 1}}},
        {"@id": "e:g", "e:n": 1, "@graph": [{"id": "e:s", "e:p": "o"}, {"e:q": {}}]},
        {"@graph": [{"e:p": "o"}, {"@graph": [{"e:q": 1}]}, "free"]},
        {"byid": {"e:i": {"e:p": 1}}, "bytype": {"T": {"x": 1, "e:y": {"x": 2}}}},
        {"type": "T", "x": {"x": 1}},
        {"scoped": {"x": 1, "e:z": {"x": 2}}},
        {"kind": ["T", "e:u", "other"], "plain": "p", "german": "g", "d": ["2020", 5]},
        {"e:p": [{"@value": "5", "@language": "EN"}, {"@value": None}, {"@value": True}]},
        {"@included": [{"@id": "e:1", "e:k": 1}], "@nest": {"e:u": 1}, "e:p": 2.5, "e:q": 1e30},
        {"@context": {"@vocab": "https://v/", "@base": "https://b/"}, "@id": "a", "k": {"id": "c"}},
        {"@context": {"@vocab": "#", "@language": "fr"}, "@id": "a", "k": ["v", 1]},
        {"@context": {"k": "f:k", "f": "https://f/", "g": {"@id": "f:g#"}}, "k": 1, "g:h": 2},
        {"@context": [None, {"e": "https://o/"}], "e:p": {"@context": None, "https://q": 1}},
        {"e:j": {"@type": "@json", "@value": {"b": 1, "a": [2]}}},
    ],
)  # fmt: skip
def test_walk_agrees_with_the_parser(body: dict[str, Any]) -> None:
    """Whatever the context does, each triple of the parser has its place, in the same order."""
    local = body.pop("@context", {})
    context = [CONTEXT, *(local if isinstance(local, list) else [local])]
    text = json.dumps({"@context": context, **body}, indent=1, ensure_ascii=False)
    quads = list(parse(text.encode(), RdfFormat.JSON_LD, base_iri=BASE, rename_blank_nodes=True))
    found = aligned(json_positions(text, base=BASE), quads)
    assert [item.key for item in found] == [
        (str(quad.subject), str(quad.predicate), str(quad.object)) for quad in quads
    ]
    assert quads
    for item in found:
        for term in (item.subject, item.predicate, item.object):
            assert term.pointer is not None
            assert text.splitlines()[term.line - 1][term.column - 1] in '"{[0123456789tf-'


def test_values_of_json_know_their_place() -> None:
    """Lines, columns and pointers are counted as people and RFC 6901 do."""
    top = read_json('{"a/b~": [1,\r\n  {"ü": "\\u00fc"}]}')
    assert top and top.members
    array = top.members[0].value
    assert array.items
    inner = array.items[1]
    assert inner.members
    assert (inner.spot.line, inner.spot.column) == (2, 3)
    assert inner.members[0].spot.pointer == "/a~1b~0/1/ü"
    assert inner.members[0].value.scalar == "ü"


@pytest.mark.parametrize("text", ["", "{", "[1,", '{"a" 1}', "nonsense", '{"a":'])
def test_what_is_not_json_has_no_places(text: str) -> None:
    """A text that no parser has accepted neither fails nor runs forever."""
    assert json_positions(text) == []


def test_deep_nesting_has_no_places() -> None:
    """Brackets a hundred thousand deep do not bring the program down."""
    assert json_positions("[" * 100_000 + "]" * 100_000) == []
