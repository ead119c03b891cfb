"""Constraints on value nodes, by the recommendation: SHACL sections 4.1 to 4.5 and 4.8.

Where pySHACL 0.40 differs is said at the case.
"""

from __future__ import annotations

import pytest
from tests.validate.case import case, expected, found

ON = "e:S a sh:NodeShape ; sh:targetObjectsOf e:p ; "
OF = "e:S sh:targetSubjectsOf e:p ; sh:property e:P . e:P sh:path e:p ; "


def of(constraint: str, *values: str, bad: str = "") -> tuple[str, str, str, list[str]]:
    """A node shape on values; `bad` are the numbers of those that fail."""
    component = constraint.split(maxsplit=1)[0].removeprefix("sh:")
    name = component[0].upper() + component[1:]
    lines = [
        f"{values[int(each)]} ; - ; {values[int(each)]} ; {name} ; e:S" for each in bad.split()
    ]
    title = constraint.removeprefix("sh:")[:60]
    return title, f"{ON}{constraint} .", " ".join(f"e:a e:p {each} ." for each in values), lines


VALUES = [
    of("sh:class e:C", "e:x", "_:b", '"x"', bad="0 1 2"),
    of("sh:datatype xsd:integer", '"1"^^xsd:integer', '"01"^^xsd:integer', '"-0"^^xsd:integer'),
    of("sh:datatype xsd:integer", '"x"^^xsd:integer', '"1.5"^^xsd:integer', bad="0 1"),
    of("sh:datatype xsd:integer", '"1"', '"1"^^xsd:int', '" 1"^^xsd:integer', "e:x", bad="0 1 2 3"),
    of("sh:datatype xsd:byte", '"127"^^xsd:byte', '"128"^^xsd:byte', bad="1"),
    of("sh:datatype xsd:boolean", '"1"^^xsd:boolean', '"maybe"^^xsd:boolean', bad="1"),
    of(
        "sh:datatype xsd:double",
        '"1"^^xsd:double',
        '"INF"^^xsd:double',
        '"inf"^^xsd:double',
        bad="2",
    ),
    of("sh:datatype xsd:decimal", '"5."^^xsd:decimal', '"1e0"^^xsd:decimal', bad="1"),
    of("sh:datatype xsd:date", '"2020-02-29"^^xsd:date', '"2021-02-29"^^xsd:date', bad="1"),
    of("sh:datatype xsd:date", '"2020-02-28Z"^^xsd:date', '"28.02.2020"^^xsd:date', bad="1"),
    of("sh:datatype xsd:gYear", '"2020"^^xsd:gYear', '"20"^^xsd:gYear', '"2020"', bad="1 2"),
    of("sh:datatype xsd:dateTime", '"2020-01-01T24:00:00"^^xsd:dateTime'),
    of("sh:datatype xsd:dateTime", '"2020-01-01T25:00:00"^^xsd:dateTime', bad="0"),
    of("sh:datatype xsd:dateTime", '"2020-01-01"^^xsd:dateTime', bad="0"),
    of("sh:datatype xsd:string", '"x"', '""', '"x"@de', '"1"^^xsd:integer', "_:b", bad="2 3 4"),
    of("sh:datatype rdf:langString", '"x"@de', '"x"@de-at', '"x"', "e:x", bad="2 3"),
    of("sh:datatype e:own", '"x"^^e:own', '"x"^^e:other', bad="1"),
    of("sh:nodeKind sh:IRI", "e:x", "_:b", '"x"', bad="1 2"),
    of("sh:nodeKind sh:BlankNode", "e:x", "_:b", '"x"', bad="0 2"),
    of("sh:nodeKind sh:Literal", "e:x", "_:b", '"x"', bad="0 1"),
    of("sh:nodeKind sh:BlankNodeOrIRI", "e:x", "_:b", '"x"', bad="2"),
    of("sh:nodeKind sh:BlankNodeOrLiteral", "e:x", "_:b", '"x"', bad="0"),
    of("sh:nodeKind sh:IRIOrLiteral", "e:x", "_:b", '"x"', bad="1"),
    of("sh:in ( e:x 1 'a'@DE )", "e:x", '"1"^^xsd:integer', '"a"@de', '"01"^^xsd:integer', bad="3"),
    of("sh:in ( 1 )", '"1"^^xsd:int', '"1.0"^^xsd:decimal', '"1"', "_:b", bad="0 1 2 3"),
    of("sh:in ()", "e:x", '"a"', bad="0 1"),
    of("sh:in ( '\\t' '\\\"' 'é😀' )", '"\\t"', '"\\""', '"é😀"', '"e"', bad="3"),
]
NUMBERS = [
    of("sh:minInclusive 5", '"5"^^xsd:integer', '"5.0"^^xsd:decimal', '"5"^^xsd:double'),
    of(
        "sh:minInclusive 5",
        '"4"^^xsd:integer',
        '"4.99"^^xsd:decimal',
        '"4.9"^^xsd:float',
        bad="0 1 2",
    ),
    of("sh:minInclusive 5", '"x"^^xsd:integer', '"9"', "e:x", "_:b", '"9"@de', bad="0 1 2 3 4"),
    of("sh:minExclusive 5", '"5"^^xsd:byte', '"5.0"^^xsd:double', '"6"^^xsd:byte', bad="0 1"),
    of("sh:maxInclusive 5.5", '"5.50"^^xsd:decimal', '"6"^^xsd:integer', bad="1"),
    of("sh:maxExclusive 5", '"5"^^xsd:integer', '"-7"^^xsd:integer', bad="0"),
    of("sh:maxInclusive 1", '"NaN"^^xsd:double', '"-INF"^^xsd:double', bad="0"),
    of("sh:minInclusive 1", '"NaN"^^xsd:double', '"INF"^^xsd:double', bad="0"),
    of(
        "sh:minExclusive 12345678901234567890",
        '"12345678901234567890"^^xsd:integer',
        '"12345678901234567891"^^xsd:integer',
        bad="0",
    ),
    of("sh:minExclusive 1.0", '"1.00000000000000000001"^^xsd:decimal'),
    of("sh:minInclusive 0.1", '"0.1"^^xsd:double'),
    of("sh:maxInclusive 1.0e-1", '"0.1"^^xsd:float', '"0.1"^^xsd:double', bad="0"),
    of("sh:minInclusive 'b'", '"b"', '"a"', '"ba"', '"c"@de', '"1"^^xsd:integer', bad="1 3 4"),
    of("sh:minInclusive 'Z'", '"a"', '"Ä"', '"A"', bad="2"),
    of("sh:minInclusive true", '"true"^^xsd:boolean', '"0"^^xsd:boolean', bad="1"),
]
DAY, MOMENT = '"2020-01-0{}"^^xsd:date', '"2020-01-0{}T00:00:00{}"^^xsd:dateTime'
MOMENTS = [
    of(f"sh:minInclusive {DAY.format(2)}", DAY.format(1), DAY.format(2), DAY.format(3), bad="0"),
    of(f"sh:minInclusive {DAY.format(2)}", MOMENT.format(3, "Z"), '"2020"^^xsd:gYear', bad="0 1"),
    of(
        f"sh:maxExclusive {MOMENT.format(2, '')}",
        MOMENT.format(1, ""),
        MOMENT.format(2, ""),
        MOMENT.format(2, "Z"),
        MOMENT.format(1, "Z"),
        bad="1 2",
    ),
    of(
        f"sh:minInclusive {MOMENT.format(2, 'Z')}",
        MOMENT.format(2, "+00:00"),
        MOMENT.format(2, "+02:00"),
        MOMENT.format(2, "-02:00"),
        MOMENT.format(2, ""),
        MOMENT.format(3, ""),
        bad="1 3",
    ),
]
TEXTS = [
    of("sh:minLength 5", '"Größe"', '"Maß"', '"12345"^^xsd:integer', '"abcde"@de', bad="1"),
    of("sh:maxLength 1", '"😀"', '"\\t"', '"\\u00e9"', '"é"', '"\\\\"', '"ab"', bad="5"),
    of("sh:maxLength 21", "e:x", "e:xy", "_:b", bad="1 2"),
    of("sh:minLength 0", '""', "e:x", "_:b", bad="2"),  # pySHACL lets the blank node pass
    of("sh:pattern 'b'", '"abc"', '"ABC"', "e:b", "_:b", '"b"@de', '"1"^^xsd:integer', bad="1 3 5"),
    of("sh:pattern 'ß.*É' ; sh:flags 'i'", '"ẞÉ"', '"ßé"', '"SSE"', bad="2"),
    of("sh:pattern '^a$'", '"a"', '"a\\n"', '"b\\na"', bad="1 2"),  # pySHACL lets "a\n" pass
    of("sh:pattern '^a$' ; sh:flags 'm'", '"b\\na"', '"b\\na\\nc"', '"ba"', bad="2"),
    of("sh:pattern 'a.b'", '"a b"', '"a\\nb"', bad="1"),
    of("sh:pattern 'a.b' ; sh:flags 's'", '"a\\nb"', '"ab"', bad="1"),
    of("sh:pattern 'a b [ ]c' ; sh:flags 'x'", '"ab c"', '"a b c"', bad="1"),
    of("sh:pattern 'a.(b' ; sh:flags 'q'", '"xa.(by"', '"axb"', bad="1"),
    of("sh:pattern 'A.B' ; sh:flags 'iq'", '"a.b"', '"axb"', bad="1"),
    of(r"sh:pattern '^\\d+$'", '"12"', '"٣"', '"x"', '""', bad="2 3"),
    of(r"sh:pattern '^[\\d-]+$'", '"1-2"', '"٣"', '"1_"', bad="2"),
    of(r"sh:pattern '^\\D$'", '"x"', '"٣"', bad="1"),
    of(r"sh:pattern '^\\w$'", '"ß"', '"+"', '"_"', '"-"', '" "', bad="2 3 4"),
    of(r"sh:pattern '^\\p{L}+$'", '"Größe"', '"ab1"', bad="1"),
    of(r"sh:pattern '^\\p{Lu}\\P{Lu}*$'", '"Äb1"', '"äb"', bad="1"),
    of(r"sh:pattern '^\\i\\c*$'", '"_a-1.b"', '"Öl"', '"1a"', '"a b"', bad="2 3"),
    of(r"sh:pattern '^\\S+\\s\\S+$'", '"a b"', '"a\\nb"', '"ab"', bad="2"),
    of(r"sh:pattern '^a\\.b\\-c$'", '"a.b-c"', '"axb-c"', bad="1"),
    of(
        "sh:pattern '^(0[1-9]|1[0-6])[0-9]{6}$'", '"05711000"', '"17711000"', '"0571100"', bad="1 2"
    ),
    of("sh:languageIn ( 'de' 'EN-us' )", '"a"@de', '"a"@DE-at', '"a"@en-US', '"a"@en', bad="3"),
    of("sh:languageIn ( 'd' )", '"a"@de', '"a"', "e:x", '"1"^^xsd:integer', bad="0 1 2 3"),
    of("sh:languageIn ()", '"a"@de', '"a"', bad="0 1"),
    of("sh:languageIn ( '*' )", '"a"@de', '"a"', bad="1"),
]


@pytest.mark.parametrize(
    ("shapes", "data", "results"),
    [
        pytest.param(shapes, data, results, id=f"{number}-{title}")
        for number, (title, shapes, data, results) in enumerate(
            (*VALUES, *NUMBERS, *MOMENTS, *TEXTS)
        )
    ],
)
def test_value(shapes: str, data: str, results: list[str]) -> None:
    """Each value node fails or passes by itself, and is the value of its result."""
    lowered = [line.replace("@DE", "@de") for line in results]
    assert found(shapes, data) == expected(tuple(_canonical(line) for line in lowered))


def _canonical(line: str) -> str:
    """Escapes as in N-Triples."""
    return line.replace("\\u00e9", "é")


TYPES = "e:D rdfs:subClassOf e:C . e:C rdfs:subClassOf e:B . e:B rdfs:subClassOf e:D . "
PAIRS = [
    case("class of a subclass", ON + "sh:class e:C .", TYPES + "e:a e:p e:x . e:x a e:D ."),
    case("class of a circle", ON + "sh:class e:D .", TYPES + "e:a e:p e:x . e:x a e:B ."),
    case(
        "two classes",
        ON + "sh:class e:C , e:F .",
        TYPES + "e:a e:p e:x . e:x a e:D .",
        "e:x ; - ; e:x ; Class ; e:S",
    ),
    case("minCount 0", OF + "sh:minCount 0 .", "e:a e:p 1 ."),
    case("minCount", OF + "sh:minCount 2 .", "e:a e:p 1 .", "e:a ; e:p ; - ; MinCount ; e:P"),
    case("maxCount 0", OF + "sh:maxCount 0 .", "e:a e:p 1 .", "e:a ; e:p ; - ; MaxCount ; e:P"),
    case(
        "terms are counted not values",
        OF + "sh:maxCount 1 .",
        'e:a e:p 1 , "01"^^xsd:integer .',
        "e:a ; e:p ; - ; MaxCount ; e:P",
    ),
    case(
        "uniqueLang",
        OF + "sh:uniqueLang true .",
        "e:a e:p 'a'@en , 'b'@EN , 'c'@en , 'd'@en-gb , 'e'@de , 'f'@de , 'g' , 'h' .",
        "e:a ; e:p ; - ; UniqueLang ; e:P",
        "e:a ; e:p ; - ; UniqueLang ; e:P",
    ),
    case("uniqueLang false", OF + "sh:uniqueLang false .", "e:a e:p 'a'@en , 'b'@en ."),
    case(
        "uniqueLang 1",
        OF + 'sh:uniqueLang "1"^^xsd:boolean .',
        "e:a e:p 'a'@en , 'b'@en .",
    ),
    case(
        "equals",
        OF + "sh:equals e:q .",
        'e:a e:p 1 , 2 ; e:q 2 , "01"^^xsd:integer .',
        'e:a ; e:p ; "1"^^xsd:integer ; Equals ; e:P',
        'e:a ; e:p ; "01"^^xsd:integer ; Equals ; e:P',
    ),
    case(
        "equals in a node shape",
        "e:S sh:targetSubjectsOf e:p ; sh:equals e:p .",
        "e:a e:p e:a . e:b e:p e:b , e:c . e:c e:p e:d .",
        "e:b ; - ; e:c ; Equals ; e:S",
        "e:c ; - ; e:c ; Equals ; e:S",
        "e:c ; - ; e:d ; Equals ; e:S",
    ),
    case("equals itself", OF + "sh:equals e:p .", "e:a e:p 1 , 2 ."),
    case(
        "disjoint",
        OF + "sh:disjoint e:q , e:r .",
        "e:a e:p 1 , 2 ; e:q 1 , 1.0 ; e:r 1 .",
        'e:a ; e:p ; "1"^^xsd:integer ; Disjoint ; e:P',
        'e:a ; e:p ; "1"^^xsd:integer ; Disjoint ; e:P',
    ),
    case(
        "disjoint in a node shape",
        "e:S sh:targetSubjectsOf e:p ; sh:disjoint e:p .",
        "e:a e:p e:a , e:b . e:b e:p e:a .",
        "e:a ; - ; e:a ; Disjoint ; e:S",
    ),
    case("lessThan nothing", OF + "sh:lessThan e:q .", "e:a e:p 9 ."),
    case(
        "lessThan gives a result a pair",
        OF + "sh:lessThan e:q .",
        "e:a e:p 1 , 5 ; e:q 5.0 , 3 , 9 .",
        'e:a ; e:p ; "5"^^xsd:integer ; LessThan ; e:P',
        'e:a ; e:p ; "5"^^xsd:integer ; LessThan ; e:P',
    ),
    case(
        "lessThan of what has no order",  # pySHACL compares IRIs and tagged texts as strings
        OF + "sh:lessThan e:q .",
        "e:a e:p e:a ; e:q e:b . e:b e:p 'a'@de ; e:q 'b'@de . e:c e:p 1 ; e:q '2' .",
        "e:a ; e:p ; e:a ; LessThan ; e:P",
        'e:b ; e:p ; "a"@de ; LessThan ; e:P',
        'e:c ; e:p ; "1"^^xsd:integer ; LessThan ; e:P',
    ),
    case(
        "lessThanOrEquals",
        OF + "sh:lessThanOrEquals e:q .",
        "e:a e:p 1.0 , 2 ; e:q 1 .",
        'e:a ; e:p ; "2"^^xsd:integer ; LessThanOrEquals ; e:P',
    ),
    case(
        "lessThan itself",
        OF + "sh:lessThan e:p .",
        "e:a e:p 1 .",
        'e:a ; e:p ; "1"^^xsd:integer ; LessThan ; e:P',
    ),
    case(
        "hasValue",
        OF + "sh:hasValue 1 , e:x .",
        'e:a e:p 1 , e:x . e:b e:p "01"^^xsd:integer , e:x .',
        "e:b ; e:p ; - ; HasValue ; e:P",
    ),
    case(
        "hasValue in a node shape",
        "e:S sh:targetSubjectsOf e:p ; sh:hasValue e:a .",
        "e:a e:p 1 . e:b e:p 1 .",
        "e:b ; - ; - ; HasValue ; e:S",
    ),
]


@pytest.mark.parametrize(("shapes", "data", "results"), PAIRS)
def test_values_together(shapes: str, data: str, results: tuple[str, ...]) -> None:
    """What counts or compares the values of a focus node."""
    assert found(shapes, data) == expected(results)
