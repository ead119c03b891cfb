"""Shapes within shapes, by the recommendation: SHACL sections 2.1.1, 2.1.4, 4.6, 4.7 and 4.8.1.

Where pySHACL 0.40 differs is said at the case.
"""

from __future__ import annotations

import pytest
from tests.validate.case import case, expected, found

ON = "e:S a sh:NodeShape ; sh:targetObjectsOf e:p ; "
OF = "e:S sh:targetSubjectsOf e:p ; sh:property e:P . e:P sh:path e:p ; "
KINDS = (
    "e:I sh:nodeKind sh:IRI . e:L sh:nodeKind sh:Literal . "
    "e:X sh:in ( e:x ) . e:N sh:nodeKind sh:BlankNode . "
)
VALUES = "e:a e:p e:x , e:y , 'l' ."


def failing(component: str, *values: str) -> list[str]:
    return [f"{value} ; - ; {value} ; {component} ; e:S" for value in values]


X, Y, L = "e:x", "e:y", '"l"'
LOGIC = [
    case("not", ON + "sh:not e:I . " + KINDS, VALUES, *failing("Not", X, Y)),
    case("not twice", ON + "sh:not e:I , e:L . " + KINDS, VALUES, *failing("Not", X, Y, L)),
    case("not not", ON + "sh:not [ sh:not e:X ] . " + KINDS, VALUES, *failing("Not", Y, L)),
    case("and", ON + "sh:and ( e:I e:X ) . " + KINDS, VALUES, *failing("And", Y, L)),
    case("and of none", ON + "sh:and () .", VALUES),  # pySHACL refuses empty lists
    case("or", ON + "sh:or ( e:N e:X ) . " + KINDS, VALUES, *failing("Or", Y, L)),
    case("or of none", ON + "sh:or () .", VALUES, *failing("Or", X, Y, L)),
    case("xone of none", ON + "sh:xone () .", VALUES, *failing("Xone", X, Y, L)),
    case(
        "xone of none one and two",
        ON + "sh:xone ( e:I e:X ) . " + KINDS,
        VALUES,
        *failing("Xone", X, L),
    ),
    case(
        "xone of the same", ON + "sh:xone ( e:I e:I ) . " + KINDS, VALUES, *failing("Xone", X, Y, L)
    ),
    case(
        "two lists",
        ON + "sh:or ( e:I ) , ( e:L ) . " + KINDS,
        VALUES,
        *failing("Or", X, Y, L),
    ),
    case(
        "node gives one result",
        ON + "sh:node [ sh:nodeKind sh:IRI ; sh:class e:C ] .",
        VALUES,
        *failing("Node", X, Y, L),
    ),
    case(
        "four deep",
        ON
        + "sh:not [ sh:or ( [ sh:and ( e:I [ sh:not [ sh:xone ( e:X e:N ) ] ] ) ] e:L ) ] . "
        + KINDS,
        VALUES,
        *failing("Not", Y, L),
    ),
    case(
        "property within not",
        ON + "sh:not [ sh:path e:q ; sh:minCount 1 ] .",
        VALUES + " e:x e:q 1 .",
        *failing("Not", X),
    ),
    case(
        "property within or",
        ON + "sh:or ( [ sh:path e:q ; sh:minCount 1 ] e:L ) . " + KINDS,
        VALUES + " e:x e:q 1 .",
        *failing("Or", Y),
    ),
]
PROPERTIES = [
    case(
        "values by way of a property",
        OF + "sh:node [ sh:property [ sh:path e:q ; sh:maxCount 0 ] ] .",
        "e:a e:p e:x , e:y . e:x e:q 1 , 2 .",
        "e:a ; e:p ; e:x ; Node ; e:P",
    ),
    case(
        "property in a property gives a result a way",
        OF + "sh:property e:Q . e:Q sh:path e:q ; sh:maxCount 0 .",
        "e:a e:p e:x , e:y . e:b e:p e:x . e:x e:q 1 . e:y e:q 1 .",
        "e:x ; e:q ; - ; MaxCount ; e:Q",
        "e:x ; e:q ; - ; MaxCount ; e:Q",
        "e:y ; e:q ; - ; MaxCount ; e:Q",
    ),
    case(
        "ways multiply",
        OF + "sh:property e:Q . e:Q sh:path e:q ; sh:property e:R . e:R sh:path e:r ; sh:in () .",
        "e:a e:p e:x , e:y . e:b e:p e:y . e:x e:q e:z . e:y e:q e:z . e:z e:r 1 .",
        *['e:z ; e:r ; "1"^^xsd:integer ; In ; e:R'] * 3,
    ),
    case(
        "property in a node shape twice",
        "e:S sh:targetNode e:a ; sh:property e:P . e:T sh:targetNode e:a ; sh:property e:P . "
        "e:P sh:path e:p ; sh:minCount 1 .",
        "e:z e:p 1 .",
        *["e:a ; e:p ; - ; MinCount ; e:P"] * 2,
    ),
    case(
        "literal as the focus of a property",
        OF + "sh:property e:Q . e:Q sh:path e:q ; sh:minCount 1 .",
        "e:a e:p 'l' .",
        '"l" ; e:q ; - ; MinCount ; e:Q',
    ),
    case(
        "blank nodes",
        OF + "sh:property e:Q . e:Q sh:path e:q ; sh:minCount 1 .",
        "e:a e:p _:x . _:y e:p _:x .",
        *["_:x ; e:q ; - ; MinCount ; e:Q"] * 2,
    ),
]
DEACTIVATED = [
    case("deactivated target", ON + "sh:deactivated true ; sh:in () .", VALUES),
    case(
        "deactivated false",
        ON + "sh:deactivated false ; sh:in () .",
        VALUES,
        *failing("In", X, Y, L),
    ),
    case("deactivated property", OF + "sh:in () ; sh:deactivated true .", VALUES),
    case("deactivated within node", ON + "sh:node [ sh:in () ; sh:deactivated true ] .", VALUES),
    case(
        "deactivated within not",
        ON + "sh:not [ sh:in () ; sh:deactivated true ] .",
        VALUES,
        *failing("Not", X, Y, L),
    ),
    case(
        "deactivated within or",
        ON + "sh:or ( [ sh:in () ; sh:deactivated true ] e:N ) . " + KINDS,
        VALUES,
    ),
    case(
        "deactivated by a property within",
        ON + "sh:node [ sh:property [ sh:path e:q ; sh:minCount 1 ; sh:deactivated true ] ] .",
        VALUES,
    ),
]
SEVERITY = [
    case(
        "severity is that of the shape itself",
        OF + "sh:minCount 2 ; sh:severity sh:Warning . e:S sh:severity sh:Info ; sh:in () .",
        "e:a e:p 1 .",
        "e:a ; e:p ; - ; MinCount ; e:P ; sh:Warning",
        "e:a ; - ; e:a ; In ; e:S ; sh:Info",
    ),
    case(
        "severity is not handed down",
        OF + "sh:minCount 2 . e:S sh:severity sh:Info .",
        "e:a e:p 1 .",
        "e:a ; e:p ; - ; MinCount ; e:P",
    ),
    case(
        "severity of ones own",
        OF + "sh:minCount 2 ; sh:severity e:Grave .",
        "e:a e:p 1 .",
        "e:a ; e:p ; - ; MinCount ; e:P ; e:Grave",
    ),
    case(
        "severity within node does not count",
        ON + "sh:node [ sh:in () ; sh:severity sh:Info ] .",
        "e:a e:p e:x .",
        *failing("Node", X),
    ),
]
HAND = "e:Thumb sh:class e:T . e:Finger sh:class e:F . "
DISJOINT = (
    "e:S sh:targetSubjectsOf e:p ; sh:property e:P , e:Q . "
    "e:P sh:path e:p ; sh:qualifiedValueShapesDisjoint true ; sh:qualifiedValueShape e:Thumb ; "
    "sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1 . "
    "e:Q sh:path e:p ; sh:qualifiedValueShapesDisjoint true ; sh:qualifiedValueShape e:Finger ; "
    "sh:qualifiedMinCount 2 . "
)
QUALIFIED = [
    case(
        "qualified",
        OF + "sh:qualifiedValueShape [ sh:class e:C ] ; sh:qualifiedMinCount 2 ; "
        "sh:qualifiedMaxCount 2 .",
        "e:a e:p e:x , e:y , 1 . e:x a e:C . e:y a e:C . e:b e:p e:x . e:z a e:C . "
        "e:c e:p e:x , e:y , e:z .",
        "e:b ; e:p ; - ; QualifiedMinCount ; e:P",
        "e:c ; e:p ; - ; QualifiedMaxCount ; e:P",
    ),
    case(
        "qualified max 0",
        OF + "sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMaxCount 0 .",
        "e:a e:p 1 . e:b e:p e:x , 1 .",
        "e:b ; e:p ; - ; QualifiedMaxCount ; e:P",
    ),
    case(
        "disjoint siblings",
        DISJOINT + HAND,
        "e:a e:p e:t , e:f , e:g . e:t a e:T . e:f a e:F . e:g a e:F . "
        "e:b e:p e:t , e:f , e:both . e:both a e:T , e:F . "
        "e:c e:p e:both , e:f , e:g .",
        "e:b ; e:p ; - ; QualifiedMinCount ; e:Q",
        "e:c ; e:p ; - ; QualifiedMinCount ; e:P",
    ),
    case(
        "siblings of all shapes around",
        DISJOINT + HAND + "e:T2 sh:property e:Q , [ sh:path e:q ; sh:qualifiedMinCount 0 ; "
        "sh:qualifiedValueShape [ sh:in ( e:f ) ] ] .",
        "e:a e:p e:t , e:f , e:g . e:t a e:T . e:f a e:F . e:g a e:F .",
        "e:a ; e:p ; - ; QualifiedMinCount ; e:Q",
    ),
    case(
        "siblings with the same shape do not exclude each other",
        "e:S sh:targetSubjectsOf e:p ; sh:property e:P , e:Q . "
        "e:P sh:path e:p ; sh:qualifiedValueShapesDisjoint true ; sh:qualifiedValueShape e:Thumb ; "
        "sh:qualifiedMinCount 1 . e:Q sh:path e:q ; sh:qualifiedValueShape e:Thumb ; "
        "sh:qualifiedMinCount 0 . " + HAND,
        "e:a e:p e:t . e:t a e:T .",
    ),
]
CLOSED = [
    case(
        "closed",
        "e:S sh:targetNode e:a ; sh:closed true ; sh:property [ sh:path e:p ] .",
        "e:a a e:C ; e:p 1 ; e:q 2 , 3 .",
        "e:a ; rdf:type ; e:C ; Closed ; e:S",
        'e:a ; e:q ; "2"^^xsd:integer ; Closed ; e:S',
        'e:a ; e:q ; "3"^^xsd:integer ; Closed ; e:S',
    ),
    case(
        "closed with ignored",
        "e:S sh:targetNode e:a ; sh:closed true ; sh:ignoredProperties ( rdf:type e:q ) ; "
        "sh:property [ sh:path e:p ; sh:deactivated true ] .",
        "e:a a e:C ; e:p 1 ; e:q 2 , 3 .",
    ),
    case(
        "closed counts only plain paths",
        "e:S sh:targetNode e:a ; sh:closed true ; sh:property [ sh:path [ sh:inversePath e:p ] ] , "
        "[ sh:path ( e:p e:q ) ] .",
        "e:a e:p e:a .",
        "e:a ; e:p ; e:a ; Closed ; e:S",
    ),
    case("closed false", "e:S sh:targetNode e:a ; sh:closed false .", "e:a e:p 1 ."),
    case(
        "closed in a property shape looks at the values",
        OF + "sh:closed true ; sh:property [ sh:path e:r ] .",
        "e:a e:p e:x , 'l' . e:b e:p e:x . e:x e:q 1 ; e:r 2 .",
        'e:a ; e:q ; "1"^^xsd:integer ; Closed ; e:P',
        'e:b ; e:q ; "1"^^xsd:integer ; Closed ; e:P',
    ),
    case(
        "closed within node",
        ON + "sh:node [ sh:closed true ] .",
        VALUES + " e:x e:q 1 .",
        *failing("Node", X),
    ),
]


@pytest.mark.parametrize(
    ("shapes", "data", "results"),
    [*LOGIC, *PROPERTIES, *DEACTIVATED, *SEVERITY, *QUALIFIED, *CLOSED],
)
def test_shapes_within_shapes(shapes: str, data: str, results: tuple[str, ...]) -> None:
    """Nested shapes decide about their value nodes; only sh:property gives results of its own."""
    assert found(shapes, data) == expected(results)
