"""What the rules of this project make of memberships."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from kg.rdf.dataset import rdf_files
from kg.reason.closure import Closure
from kg.reason.rule_files import read_rules
from kg.reason.stage import reason

PREFIXES = """
@prefix e: <https://example.org/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix kgo: <https://w3id.org/kommunalgraph/ns#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix role: <https://w3id.org/kommunalgraph/code/role/> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
PERIODS = {
    "open": ("", "", True),
    "no-start": ('schema:validThrough "2018"^^xsd:gYear', "", True),
    "years-apart": (
        'schema:validThrough "2018"^^xsd:gYear',
        'schema:validFrom "2019"^^xsd:gYear',
        False,
    ),
    "same-year": (
        'schema:validThrough "2018"^^xsd:gYear',
        'schema:validFrom "2018"^^xsd:gYear',
        True,
    ),
    "year-and-day": (
        'schema:validThrough "2018"^^xsd:gYear',
        'schema:validFrom "2019-01-01"^^xsd:date',
        False,
    ),
    "day-within-year": (
        'schema:validThrough "2018"^^xsd:gYear',
        'schema:validFrom "2018-12-31"^^xsd:date',
        True,
    ),
    "year-of-day": (
        'schema:validThrough "2018-01-01"^^xsd:date',
        'schema:validFrom "2018"^^xsd:gYear',
        True,
    ),
    "months-apart": (
        'schema:validThrough "2018-03"^^xsd:gYearMonth',
        'schema:validFrom "2018-04"^^xsd:gYearMonth',
        False,
    ),
    "day-of-next-month": (
        'schema:validThrough "2018-03"^^xsd:gYearMonth',
        'schema:validFrom "2018-04-01"^^xsd:date',
        False,
    ),
    "days-apart": (
        'schema:validThrough "2018-03-30"^^xsd:date',
        'schema:validFrom "2018-03-31"^^xsd:date',
        False,
    ),
    "same-day": (
        'schema:validThrough "2018-03-30"^^xsd:date',
        'schema:validFrom "2018-03-30"^^xsd:date',
        True,
    ),
}
"""What two memberships say of their time, and whether their members then cooperate."""
DATA = """
e:a a kgo:Municipality . e:b a kgo:Municipality . e:c a kgo:Municipality .
e:d a kgo:Municipality . e:f a kgo:Municipality .

e:joint a kgo:Cooperation .
e:joint-a a org:Membership ; org:organization e:joint ; org:member e:a ; org:role role:lead .
e:joint-b a org:Membership ; org:organization e:joint ; org:member e:b .
e:joint-a-too a org:Membership ; org:organization e:joint ; org:member e:a .
e:joint-c a org:Membership ; org:organization e:joint ; org:member e:c ; org:role role:contact .
e:joint-p a org:Membership ; org:organization e:joint ; org:member e:person .
e:person a foaf:Person .
e:other a kgo:Cooperation .
e:other-d a org:Membership ; org:organization e:other ; org:member e:d .

e:asked a kgo:Cooperation .
e:asked-f a org:Membership ; org:organization e:asked ; org:member e:f ; org:role role:contact ;
  kgo:towards e:c .

e:hub a kgo:Municipality . e:spoke1 a kgo:Municipality . e:spoke2 a kgo:Municipality .
e:exchange a kgo:Exchange ; kgo:hub e:hub .
e:exchange-1 a org:Membership ; org:organization e:exchange ; org:member e:spoke1 .
e:exchange-2 a org:Membership ; org:organization e:exchange ; org:member e:spoke2 .
e:exchange-h a org:Membership ; org:organization e:exchange ; org:member e:hub .

e:p1 a kgo:Municipality . e:p2 a kgo:Municipality .
e:programme a kgo:Programme .
e:programme-1 a org:Membership ; org:organization e:programme ; org:member e:p1 .
e:programme-2 a org:Membership ; org:organization e:programme ; org:member e:p2 .

e:mayor a org:Post .
e:office a org:Membership ; org:organization e:a ; org:member e:person ; kgo:post e:mayor .
e:office skos:prefLabel "Amt"@de .
"""


def timed(name: str, first: str, second: str) -> str:
    return (
        f"e:{name}-1 a kgo:Municipality . e:{name}-2 a kgo:Municipality .\n"
        f"e:{name} a kgo:Cooperation .\n"
        f"e:{name}-m1 a org:Membership ; org:organization e:{name} ; org:member e:{name}-1 ; "
        f"{first} .\n"
        f"e:{name}-m2 a org:Membership ; org:organization e:{name} ; org:member e:{name}-2 ; "
        f"{second} .\n"
    )


def read(body: str) -> set[Triple]:
    return {quad.triple for quad in parse((PREFIXES + body).encode(), RdfFormat.TURTLE)}


@pytest.fixture(scope="module")
def closure(repository: Path) -> Closure:
    """What follows from the data above by the ontology and the rules of this repository."""
    given = read(DATA + "".join(timed(name, *ends[:2]) for name, ends in PERIODS.items()))
    for path in rdf_files(repository / "ontology"):
        given |= {quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)}
    return reason(given, read_rules(repository / "queries" / "rules"))


def found_in(closure: Closure) -> frozenset[Triple]:
    return frozenset(closure.inferred())


def pairs(closure: Closure) -> set[tuple[str, str]]:
    found = {
        (str(t.subject), str(t.object))
        for t in found_in(closure)
        if str(t.predicate) == "<https://w3id.org/kommunalgraph/ns#cooperatesWith>"
    }
    start = "<https://example.org/"
    return {(one[len(start) : -1], other[len(start) : -1]) for one, other in found}


def both(*one: tuple[str, str]) -> set[tuple[str, str]]:
    return {*one, *((b, a) for a, b in one)}


def test_data_are_consistent(closure: Closure) -> None:
    """Nothing above contradicts the ontology: nobody cooperates with itself, for instance."""
    assert closure.contradictions == ()


@pytest.mark.parametrize("name", PERIODS)
def test_periods(name: str, closure: Closure) -> None:
    """Members cooperate, both ways, unless one membership ended before the other began."""
    expected = both((f"{name}-1", f"{name}-2")) if PERIODS[name][2] else set()
    assert {pair for pair in pairs(closure) if pair[0].startswith(f"{name}-")} == expected


def test_who_cooperates(closure: Closure) -> None:
    """Besides: joint members, hub with spokes, and whom a source names; nobody else.

    Not contacts, not persons, not spokes with each other, not members of a programme.
    """
    expected = both(("a", "b"), ("c", "f"), ("hub", "spoke1"), ("hub", "spoke2"))
    timed_ones = tuple(f"{name}-{number}" for name in PERIODS for number in (1, 2))
    assert {pair for pair in pairs(closure) if pair[0] not in timed_ones} == expected


def test_roles_and_posts(closure: Closure) -> None:
    """The lead leads, members are members both ways, contacts are not, a post is held."""
    expected = read(
        "e:a kgo:leads e:joint ; org:memberOf e:joint . e:joint org:hasMember e:a , e:person . "
        "e:spoke1 org:memberOf e:exchange . e:p1 org:memberOf e:programme . "
        "e:person org:holds e:mayor ; org:memberOf e:a . e:mayor org:heldBy e:person ."
    )
    assert expected <= found_in(closure)
    assert not read("e:c org:memberOf e:joint . e:joint org:hasMember e:c .") & found_in(closure)
    leads = read("e:b kgo:leads e:joint . e:c kgo:leads e:joint . e:person kgo:leads e:joint .")
    assert not leads & found_in(closure)


def test_names_for_the_web(closure: Closure) -> None:
    """A label is a name in schema.org too, in both spellings of its namespace."""
    assert read('e:office schema:name "Amt"@de .') <= found_in(closure)
    assert read('e:office <http://schema.org/name> "Amt"@de .') <= found_in(closure)
