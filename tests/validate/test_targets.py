"""Targets and paths, by the recommendation: SHACL sections 2.1.3 and 2.3.1."""

from __future__ import annotations

import pytest
from tests.validate.case import case, expected, found

ALL = "sh:in () . "
"""What no node fulfils: each focus node or value gives a result."""


def focus(*nodes: str, shape: str = "e:S") -> list[str]:
    return [f"{node} ; - ; {node} ; In ; {shape}" for node in nodes]


TARGETS = [
    case("no target", "e:S a sh:NodeShape ; " + ALL, "e:a e:p 1 ."),
    case(
        "nodes that are not in the data",
        "e:S sh:targetNode e:a , 'x' , 'y'@DE , 1 ; " + ALL,
        "e:z e:p 1 .",
        *focus("e:a", '"x"', '"y"@de', '"1"^^xsd:integer'),
    ),
    case(
        "class with subclasses in a circle",
        "e:S sh:targetClass e:C ; " + ALL,
        "e:x a e:C . e:y a e:D . e:z a e:E . e:w a e:F . _:b a e:D , e:C . "
        "e:D rdfs:subClassOf e:C . e:C rdfs:subClassOf e:E . e:E rdfs:subClassOf e:D .",
        *focus("e:x", "e:y", "e:z", "_:b"),
    ),
    case("class without members", "e:S sh:targetClass e:Nobody ; " + ALL, "e:x a e:C ."),
    case(
        "subclasses in the shapes graph do not count",
        "e:S sh:targetClass e:C ; " + ALL + "e:D rdfs:subClassOf e:C .",
        "e:x a e:D .",
    ),
    case(
        "subjects and objects",
        "e:S sh:targetSubjectsOf e:p ; sh:targetObjectsOf e:q ; " + ALL,
        "e:a e:p 1 , 2 ; e:q e:a , 'x' , _:b . e:c e:q 'x' .",
        *focus("e:a", '"x"', "_:b"),
    ),
    case(
        "a node of several targets is validated once",
        "e:S sh:targetNode e:a ; sh:targetClass e:C , e:D ; sh:targetSubjectsOf e:p ; " + ALL,
        "e:a a e:C , e:D ; e:p e:b .",
        *focus("e:a"),
    ),
    case(
        "a node of two shapes is validated for both",
        "e:S sh:targetNode e:a ; " + ALL + "e:T sh:targetNode e:a ; " + ALL,
        "e:z e:p 1 .",
        *focus("e:a"),
        *focus("e:a", shape="e:T"),
    ),
    case(
        "implicit class",
        "e:S a rdfs:Class , sh:NodeShape ; " + ALL,
        "e:a a e:S . e:b a e:T . e:T rdfs:subClassOf e:S .",
        *focus("e:a", "e:b"),
    ),
    case(
        "implicit class of OWL",
        "e:S a <http://www.w3.org/2002/07/owl#Class> ; " + ALL,
        "e:a a e:S .",
        *focus("e:a"),
    ),
    case(
        "implicit class of a kind of classes",  # pySHACL looks for rdfs:Class itself only
        "e:Kind rdfs:subClassOf e:Upper . e:Upper rdfs:subClassOf rdfs:Class . "
        "e:S a e:Kind , sh:NodeShape ; " + ALL,
        "e:a a e:S .",
        *focus("e:a"),
    ),
    case(
        "implicit class and another target",
        "e:S a rdfs:Class , sh:NodeShape ; sh:targetNode e:b ; " + ALL,
        "e:a a e:S .",
        *focus("e:a", "e:b"),
    ),
    case(
        "target of a property shape",
        "e:S a sh:PropertyShape ; sh:targetSubjectsOf e:p ; sh:path e:p ; sh:maxCount 1 .",
        "e:a e:p 1 , 2 . e:b e:p 1 .",
        "e:a ; e:p ; - ; MaxCount ; e:S",
    ),
    case(
        "target of a shape within another",
        "e:S sh:targetNode e:a ; sh:property e:P . e:P sh:path e:p ; sh:targetNode e:b ; "
        "sh:minCount 1 .",
        "e:z e:p 1 .",
        "e:a ; e:p ; - ; MinCount ; e:P",
        "e:b ; e:p ; - ; MinCount ; e:P",
    ),
]
DATA = (
    "e:a e:p e:b , e:c . e:b e:q e:d . e:c e:q e:d ; e:p e:a . e:d e:r 'l' ; e:p e:d . "
    "_:n e:p e:a ."
)


def path(title: str, text: str, shown: str, *values: str, data: str = DATA) -> object:
    """A path from e:a and where it leads."""
    results = [f"e:a ; {shown} ; {value} ; In ; e:S" for value in values]
    return case(title, f"e:S sh:targetNode e:a ; sh:path {text} ; " + ALL, data, *results)


PATHS = [
    path("predicate", "e:p", "e:p", "e:b", "e:c"),
    path("inverse", "[ sh:inversePath e:p ]", "^e:p", "e:c", "_:n"),
    path("sequence gives each value once", "( e:p e:q )", "e:p/e:q", "e:d"),
    path("alternative", "[ sh:alternativePath ( e:p e:q ) ]", "e:p|e:q", "e:b", "e:c"),
    path(
        "alternative to the same",
        "[ sh:alternativePath ( e:p [ sh:inversePath e:p ] ) ]",
        "e:p|^e:p",
        "e:b",
        "e:c",
        "_:n",
    ),
    path("zero or one", "[ sh:zeroOrOnePath e:p ]", "e:p?", "e:a", "e:b", "e:c"),
    path("zero or more in a circle", "[ sh:zeroOrMorePath e:p ]", "e:p*", "e:a", "e:b", "e:c"),
    path("one or more in a circle", "[ sh:oneOrMorePath e:p ]", "e:p+", "e:a", "e:b", "e:c"),
    path("one or more without a way", "[ sh:oneOrMorePath e:r ]", "e:r+"),
    path("zero or more without a way", "[ sh:zeroOrMorePath e:none ]", "e:none*", "e:a"),
    path(
        "inverse of a sequence",  # pySHACL follows the parts in their order
        "[ sh:inversePath ( e:q e:p ) ]",
        "^(e:q/e:p)",
        "e:y",
        data="e:x e:p e:a . e:y e:q e:x . e:v e:q e:a . e:w e:p e:v .",
    ),
    path(
        "inverse of an inverse",
        "[ sh:inversePath [ sh:inversePath e:p ] ]",
        "^(^e:p)",
        "e:b",
        "e:c",
    ),
    path(
        "alternative in a repetition in an inverse",
        "[ sh:inversePath [ sh:zeroOrMorePath "
        "[ sh:alternativePath ( e:p [ sh:inversePath e:q ] ) ] ] ]",
        "^((e:p|^e:q)*)",
        "e:a",
        "e:c",
        "e:d",
        "_:n",
    ),
    path(
        "repetition of a sequence",
        "( [ sh:oneOrMorePath ( e:p e:q ) ] e:r )",
        "(e:p/e:q)+/e:r",
        '"l"',
    ),
    path(
        "repetition of a repetition",
        "[ sh:oneOrMorePath [ sh:zeroOrOnePath e:p ] ]",
        "(e:p?)+",
        "e:a",
        "e:b",
        "e:c",
    ),
    path("back and forth", "( e:p [ sh:inversePath e:p ] )", "e:p/^e:p", "e:a"),
    case(
        "ways of no length from literals and unknown nodes",
        "e:S sh:targetNode 'x' , e:no ; sh:path [ sh:zeroOrMorePath e:p ] ; " + ALL,
        DATA,
        '"x" ; e:p* ; "x" ; In ; e:S',
        "e:no ; e:p* ; e:no ; In ; e:S",
    ),
    case(
        "inverse from a literal",
        "e:S sh:targetNode 'l' ; sh:path [ sh:inversePath e:r ] ; " + ALL,
        DATA,
        '"l" ; ^e:r ; e:d ; In ; e:S',
    ),
]


@pytest.mark.parametrize(("shapes", "data", "results"), [*TARGETS, *PATHS])
def test_focus_nodes_and_value_nodes(shapes: str, data: str, results: tuple[str, ...]) -> None:
    """Targets select focus nodes, and paths lead to value nodes, each of them once."""
    assert found(shapes, data) == expected(results)
