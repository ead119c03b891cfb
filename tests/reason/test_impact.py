"""What a change newly entails and what it takes back, grouped by predicate."""

from __future__ import annotations

from random import Random

import pytest
from pyoxigraph import BlankNode, NamedNode, Triple
from tests.helpers import triples
from tests.reason.engines import dictionary, encoded, engine_of, published, rows_of
from tests.reason.random_graphs import PROFILES, Row, data, name, ontology, rule, rules

from kg.rdf.bulk import columns_of
from kg.rdf.dictionary import Dictionary
from kg.reason.change import Triples
from kg.reason.clashes import contradictions
from kg.reason.engine import Engine
from kg.reason.impact import Impact, identify, impact
from kg.reason.rule import Rule


def terms_of(engine: Engine) -> Dictionary:
    terms = engine.state.facts.terms
    assert isinstance(terms, Dictionary)
    return terms


def impact_of(engine: Engine, *, added: str = "", removed: str = "") -> Impact:
    terms = terms_of(engine)
    return impact(
        engine,
        added=encoded(terms, rows_of(added)),
        removed=encoded(terms, rows_of(removed)),
    )


def grouped(body: str) -> dict[str, tuple[Row, ...]]:
    found: dict[str, list[Row]] = {}
    for row in sorted(rows_of(body)):
        found.setdefault(row[1], []).append(row)
    return {predicate: tuple(some) for predicate, some in found.items()}


TOWNS = (
    "e:partOf a owl:TransitiveProperty . e:Town rdfs:subClassOf e:Body . "
    "e:mayor rdfs:domain e:Town . e:a e:partOf e:b . e:c e:partOf e:d . e:a e:mayor e:m ."
)


def test_what_an_addition_entails() -> None:
    """One link joins two paths: the paths through it are new, the link itself is not listed."""
    found = impact_of(engine_of(rows_of(TOWNS)), added="e:b e:partOf e:c .")
    assert found.entailed == grouped("e:a e:partOf e:c , e:d . e:b e:partOf e:d .")
    assert (found.retracted, found.appeared, found.resolved, found.recomputed) == ({}, (), (), "")


def test_what_a_removal_takes_back() -> None:
    """With its mayor the town loses what followed from it, class by class."""
    found = impact_of(engine_of(rows_of(TOWNS)), removed="e:a e:mayor e:m .")
    assert found.retracted == grouped("e:a a e:Town , e:Body .")
    assert found.entailed == {}


def test_what_follows_still_is_not_taken_back() -> None:
    """What has another reason stays; what becomes stated is not an entailment that went."""
    engine = engine_of(rows_of(TOWNS))
    found = impact_of(engine, added="e:a a e:Body .", removed="e:a e:mayor e:m .")
    assert found.retracted == grouped("e:a a e:Town .")
    found = impact_of(engine, removed="e:c e:partOf e:d .", added="e:b e:partOf e:d .")
    assert found.entailed == grouped("e:a e:partOf e:d .")
    assert found.retracted == {}


def test_contradictions_come_and_go() -> None:
    """A contradiction that appears, or is resolved, is named with its triples."""
    engine = engine_of(rows_of(TOWNS + " e:Town owl:disjointWith e:Office ."))
    found = impact_of(engine, added="e:a a e:Office .")
    assert [each.rule for each in found.appeared] == ["cax-dw"]
    assert set(rows_of("e:a a e:Town , e:Office .")) <= set(found.appeared[0].triples)
    assert set(rows_of("e:a a e:Office ; e:mayor e:m .")) <= set(found.appeared[0].stated)
    again = impact_of(engine, removed="e:a e:mayor e:m .")
    assert again.resolved == found.appeared
    assert again.appeared == ()


def test_ontology_is_found_anew() -> None:
    """When an axiom goes everything is found anew, and the impact says so."""
    engine = engine_of(rows_of(TOWNS))
    found = impact_of(engine, removed="e:mayor rdfs:domain e:Town .")
    assert found.recomputed == "ontology"
    assert found.retracted["<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"] == tuple(
        sorted(rows_of("e:a a e:Town , e:Body ."))
    )


def test_rules_that_ask_for_absence() -> None:
    """An addition may take back, and a removal entail, what a rule with NOT EXISTS concludes."""
    lonely = rule(
        "lonely", "CONSTRUCT { ?x a e:Lonely } WHERE { ?x a e:T FILTER NOT EXISTS { ?x e:k ?y } }"
    )
    engine = engine_of(rows_of("e:a a e:T ."), [lonely])
    assert impact_of(engine, added="e:a e:k e:b .").retracted == grouped("e:a a e:Lonely .")
    assert impact_of(engine, removed="e:a e:k e:b .").entailed == grouped("e:a a e:Lonely .")


def test_nothing_changes() -> None:
    """Adding what is there and removing what is not has no impact."""
    found = impact_of(engine_of(rows_of(TOWNS)), added=TOWNS, removed="e:x e:y e:z .")
    assert found == Impact({}, {}, (), ())


def test_as_dict() -> None:
    """The form for JSON has the same triples, and contradictions by rule."""
    engine = engine_of(rows_of(TOWNS + " e:Town owl:disjointWith e:Office ."))
    found = impact_of(engine, added="e:a a e:Office . e:b e:partOf e:c .").as_dict()
    assert found == {
        "entailed": {
            each: [list(row) for row in some]
            for each, some in grouped("e:a e:partOf e:c , e:d . e:b e:partOf e:d .").items()
        },
        "retracted": {},
        "contradictions": {"appeared": [found_contradiction(engine)], "resolved": []},
        "recomputed": "",
    }


def found_contradiction(engine: Engine) -> dict[str, object]:
    (one,) = contradictions(engine)
    return {"rule": one.rule, "triples": [list(each) for each in one.triples]}


@pytest.mark.parametrize("kind", ["plain", "equal", "rules"])
@pytest.mark.parametrize("seed", range(6))
def test_difference_of_closures(kind: str, seed: int) -> None:
    """In random graphs the impact is the difference of what is published before and after."""
    random, profile = Random(f"impact-{kind}-{seed}"), PROFILES[kind]
    axioms, pool = ontology(random, profile), data(random, profile, 30)
    given = rules(random, profile)
    stated = set(axioms) | set(random.sample(pool, 15))
    added = set(random.sample(pool, 4))
    removed = set(random.sample(sorted(stated - set(axioms)), 4)) - added
    engine = engine_of(sorted(stated), given)
    found = impact(
        engine, added=encoded(terms_of(engine), added), removed=encoded(terms_of(engine), removed)
    )
    before, after = closure(stated, given), closure((stated - removed) | added, given)
    assert flat(found.entailed) == after - before - added - removed
    assert flat(found.retracted) == before - after - added - removed


def closure(rows: set[Row], given: tuple[Rule, ...]) -> set[Row]:
    return published(engine_of(sorted(rows), given))


def flat(groups: dict[str, tuple[Row, ...]]) -> set[Row]:
    assert all(row[1] == predicate for predicate, some in groups.items() for row in some)
    return {row for some in groups.values() for row in some}


def identified(found: Triples, terms: Dictionary) -> set[Row]:
    return {
        (terms.term(s), terms.term(p), terms.term(o))
        for p, s, o in zip(*(each.tolist() for each in found), strict=True)
    }


def test_identify() -> None:
    """Columns with a dictionary of their own get the identifiers of another one."""
    terms = dictionary()
    old = encoded(terms, rows_of("e:b e:p e:a ."))
    columns = columns_of(triples('e:a e:p e:b , "1" . e:c e:q e:a .'))
    found = identify(columns, terms, blank="n")
    assert identified(found, terms) == set(rows_of('e:a e:p e:b , "1" . e:c e:q e:a .'))
    assert int(old[0][0]) in found[0].tolist()


def test_identify_keeps_blank_nodes_apart() -> None:
    """A blank node of a file is not that of the graph which has the same label."""
    terms = dictionary()
    encoded(terms, [("_:b", name("p"), name("y"))])
    columns = columns_of([Triple(BlankNode("b"), NamedNode(name("p")[1:-1]), BlankNode("b"))])
    assert identified(identify(columns, terms, blank="n"), terms) == {("_:nb", name("p"), "_:nb")}
