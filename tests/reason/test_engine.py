"""The engine: the cases of the reference, rules and ontology together, names, loading, numbers."""

from __future__ import annotations

from random import Random

import pytest
from pyoxigraph import Triple
from tests.helpers import triples
from tests.reason.engines import classes, engine_of, known, named, published, row, rows_of
from tests.reason.random_graphs import PROFILES, data, ontology, rule, rules
from tests.reason.test_reference import (
    CONSISTENT,
    ENTAILED,
    EQUAL,
    FALSE,
    FALSE_EQUAL,
    batch,
    space,
    within,
)

from kg.reason.closure import Closure
from kg.reason.entailed import everything
from kg.reason.stage import reason


@pytest.fixture(scope="module")
def light() -> Closure:
    """The closure of everything that needs no equality."""
    return reason(batch({**ENTAILED, **FALSE}))


@pytest.fixture(scope="module")
def full() -> Closure:
    """The closure of everything that needs equality."""
    return reason(batch({**EQUAL, **FALSE_EQUAL}))


def within_space(name: str, closure: Closure) -> set[Triple]:
    return {t for t in closure.inferred() if str(t.subject).startswith(f"<{space(name)}")}


@pytest.mark.parametrize("name", ENTAILED)
def test_what_follows(name: str, light: Closure) -> None:
    """Of each construct follows what the recommendation says, and nothing else."""
    assert within_space(name, light) == set(within(name, ENTAILED[name].follows))


@pytest.mark.parametrize("name", EQUAL)
def test_what_is_equal(name: str, full: Closure) -> None:
    """Things are found equal, and what is said of one is said of the other."""
    assert set(within(name, EQUAL[name].follows)) <= within_space(name, full)
    assert not any(str(t.subject) == f"<{space(name)}w>" for t in within_space(name, full))


@pytest.mark.parametrize("name", [*FALSE, *FALSE_EQUAL])
def test_contradiction(name: str, light: Closure, full: Closure) -> None:
    """Each conclusion "false" is found once, with the triples at fault, axioms after them."""
    closure, case = (light, FALSE[name]) if name in FALSE else (full, FALSE_EQUAL[name])
    (found,) = (each for each in closure.contradictions if each.rule == name)
    assert {row(t) for t in within(name, case.follows)} <= set(found.triples)
    planted = batch({**FALSE, **FALSE_EQUAL, **ENTAILED, **EQUAL})
    stated = {each for each in found.stated if "_:" not in each[0] + each[2]}
    assert stated
    assert stated <= {row(t) for t in planted}


def test_no_other_contradictions(light: Closure, full: Closure) -> None:
    """Nothing is reported but what was planted; the same axioms, kept to, contradict nothing."""
    assert sorted(each.rule for each in light.contradictions) == sorted(FALSE)
    assert sorted(each.rule for each in full.contradictions) == sorted(FALSE_EQUAL)
    assert reason(batch(CONSISTENT)).contradictions == ()


def test_nothing_given_is_inferred(light: Closure, full: Closure) -> None:
    """What is published holds none of the input; the whole closure holds all of it."""
    for closure, given in (
        (light, batch({**ENTAILED, **FALSE})),
        (full, batch({**EQUAL, **FALSE_EQUAL})),
    ):
        assert not set(closure.inferred()) & given
        whole = named(closure.engine, closure.rows())
        plain = {row(t) for t in given if "_:" not in str(t.subject) + str(t.object)}
        assert len(plain) > 30
        assert plain <= whole
        assert closure.statistics["triples"] == len(given)


def test_empty_graph() -> None:
    """Nothing worth publishing follows from nothing; axioms on the vocabulary hold all the same."""
    closure = reason([])
    assert list(closure.inferred()) == []
    assert closure.contradictions == ()
    rows = named(closure.engine, closure.rows())
    assert set(rows_of("owl:Thing a owl:Class . rdfs:label a owl:AnnotationProperty .")) <= rows


def test_lexical_forms_are_not_rewritten() -> None:
    """A date with its zone and markup are passed on as they are, and follow from nothing."""
    values = '"2020-01-01Z"^^xsd:date , "<b>x</b>"^^rdf:XMLLiteral , "two\\nlines" , "007"'
    closure = reason(triples(f"e:p rdfs:subPropertyOf e:q . e:x e:p {values} ."))
    assert set(closure.inferred()) == set(triples(f"e:x e:q {values} ."))


def test_rules_and_owl_feed_each_other() -> None:
    """A rule sees what OWL inferred and OWL what rules did, until nothing new follows."""
    given = rows_of(
        "e:p rdfs:subPropertyOf e:start . e:mid owl:inverseOf e:back . e:end rdfs:range e:C . "
        "e:a e:p e:b . e:b e:p e:c . e:d e:loop e:c ."
    )
    found = engine_of(
        given,
        (
            rule("last", "CONSTRUCT { ?x e:end ?y } WHERE { ?y e:back ?x }"),
            rule("first", "CONSTRUCT { ?x e:mid ?y } WHERE { ?x e:start ?y }"),
            rule(
                "again", "CONSTRUCT { ?y e:p ?z } WHERE { ?x e:end ?y . ?y a e:C . ?z e:loop ?y }"
            ),
        ),
    )
    assert published(found) == set(
        rows_of(
            "e:c e:p e:d . e:a e:start e:b . e:b e:start e:c . e:c e:start e:d . "
            "e:a e:mid e:b . e:b e:mid e:c . e:c e:mid e:d . "
            "e:b e:back e:a . e:c e:back e:b . e:d e:back e:c . "
            "e:a e:end e:b . e:b e:end e:c . e:c e:end e:d . e:b a e:C . e:c a e:C . e:d a e:C ."
        )
    )


def test_rule_may_add_an_axiom() -> None:
    """An axiom that a rule adds holds for triples that no axiom spoke of before."""
    twoway = rule("axiom", "CONSTRUCT { ?p a owl:SymmetricProperty } WHERE { ?p e:is e:TwoWay }")
    engine = engine_of(rows_of("e:p e:is e:TwoWay . e:a e:p e:b ."), [twoway])
    assert published(engine) == set(rows_of("e:p a owl:SymmetricProperty . e:b e:p e:a ."))


def test_membership_of_everything() -> None:
    """That a member of a class is an owl:Thing is found when somebody asks for it."""
    body = "e:C a owl:Class . e:x a e:C . e:y e:p e:x . "
    thing = set(rows_of("e:x a owl:Thing ."))
    assert not thing & published(engine_of(rows_of(body)))
    assert thing <= known(engine_of(rows_of(body), things=True), things=True)
    asked = "owl:Thing rdfs:subClassOf e:D . "
    assert set(rows_of("e:x a e:D .")) <= published(engine_of(rows_of(body + asked)))
    every = rule("every", "CONSTRUCT { ?x e:is e:here } WHERE { ?x a owl:Thing }")
    assert set(rows_of("e:x e:is e:here .")) <= published(engine_of(rows_of(body), [every]))


@pytest.mark.parametrize("kind", PROFILES)
def test_order_of_statements_does_not_matter(kind: str) -> None:
    """The same statements, in another order and some of them twice, have the same closure."""
    for seed in range(4):
        random, profile = Random(f"order-{kind}-{seed}"), PROFILES[kind]
        given = rules(random, profile)
        rows = [*ontology(random, profile), *data(random, profile, 20)]
        one = engine_of(sorted(set(rows)), given)
        other = engine_of(random.sample(rows, len(rows)) + rows[:10], given)
        assert known(one) == known(other)
        assert published(one) == published(other)
        assert classes(one) == classes(other)


@pytest.mark.parametrize("kind", PROFILES)
def test_closure_is_closed(kind: str) -> None:
    """From a closure, stated anew, nothing more follows."""
    for seed in range(4):
        random, profile = Random(f"closed-{kind}-{seed}"), PROFILES[kind]
        given = tuple(each for each in rules(random, profile) if not each.unless)
        engine = engine_of([*ontology(random, profile), *data(random, profile, 20)], given)
        again = engine_of(sorted(named(engine, everything(engine))), given)
        assert known(again) == known(engine)
