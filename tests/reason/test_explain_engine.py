"""Every inferred triple has a proof whose steps are those of the rules, down to what is stated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations
from random import Random

import pytest
from tests.reason.engines import changed, engine_of, equal, named, rows_of
from tests.reason.random_graphs import (
    CLASSES,
    DOMAIN,
    PROFILES,
    PROPERTIES,
    SAME,
    SPACE,
    SUBCLASS,
    SUBPROPERTY,
    THINGS,
    TYPE,
    Row,
    data,
    name,
    ontology,
    owl,
    rule,
    rules,
)

from kg.reason.engine import Engine
from kg.reason.entailed import everything
from kg.reason.explain import Explainer
from kg.reason.owl_rules import BUILT_IN, owl_rules
from kg.reason.proof import STATED, Attempt, Proof
from kg.reason.rule import Rule

GRAPHS = 10
VOCABULARY = "<http://www.w3.org/"
NAMES = {STATED, *BUILT_IN, *(each.name for each in owl_rules())}
NO_PREMISES = {"eq-ref", "dt-eq", "dt-type1", "dt-type2", "prp-ap", "cls-thing", "cls-nothing1"}


def entails(engine: Engine, row: Row) -> bool:
    """Whether the facts hold a triple, also one with a literal as its subject."""
    facts = engine.state.facts
    ids = [facts.terms.find(term) for term in row]
    found = [None if each is None else facts.equality.find(each) for each in ids]
    subject, predicate, value = found
    if row[1] == SAME:
        return row[0] == row[2] or (subject is not None and subject == value)
    if subject is None or predicate is None or value is None:
        return False
    return facts.known(predicate, subject, value)


@dataclass
class Steps:
    """Steps of proofs to be checked together: the names of each are put into a space of its own."""

    number: int = 0
    premises: set[Row] = field(default_factory=set)
    conclusions: list[tuple[Row, Proof]] = field(default_factory=list)
    seen: set[tuple[Row, tuple[Row, ...]]] = field(default_factory=set)

    def add(self, proof: Proof) -> None:
        premises = tuple(each.triple for each in proof.premises)
        if (proof.triple, premises) in self.seen:
            return
        self.seen.add((proof.triple, premises))
        self.number += 1
        self.premises |= {self._own(row) for row in premises}
        self.conclusions.append((self._own(proof.triple), proof))

    def _own(self, row: Row) -> Row:
        subject, predicate, value = (
            each.replace(f"<{SPACE}", f"<{SPACE}s{self.number}/").replace(
                "_:", f"_:s{self.number}x"
            )
            for each in row
        )
        return subject, predicate, value

    def check(self) -> None:
        engine = engine_of(sorted(self.premises), things=True)
        for conclusion, proof in self.conclusions:
            assert entails(engine, conclusion), proof


def inferred(engine: Engine, stated: set[Row]) -> list[Row]:
    """What follows, but for a name being itself and what holds of the vocabulary in any graph."""
    found = named(engine, everything(engine))
    return sorted(
        row for row in found - stated if row[0] != row[2] and not row[0].startswith(VOCABULARY)
    )


def check_proof(proof: Proof, stated: set[Row], names: set[str], steps: Steps) -> None:
    """Leaves are stated, rules have names, nothing stands on itself; `steps` are noted."""
    stack: list[tuple[Proof, frozenset[Row]]] = [(proof, frozenset())]
    while stack:
        one, above = stack.pop()
        assert one.triple not in above, proof
        assert set(one.rule.split("+")) <= names, one
        if one.rule == STATED:
            assert one.triple in stated, one
            assert not one.premises
            continue
        assert one.premises or one.rule in NO_PREMISES, one
        steps.add(one)
        stack += [(each, above | {one.triple}) for each in one.premises]


def explain_all(engine: Engine, stated: set[Row], steps: Steps) -> int:
    """Check a proof of everything that follows; return of how much."""
    explainer = Explainer(engine)
    wanted = inferred(engine, stated)
    for row in wanted:
        found = explainer.explain(row)
        assert found.holds, row
        assert found.proofs[0].triple == row
        check_proof(found.proofs[0], stated, NAMES, steps)
    return len(wanted)


@pytest.mark.parametrize("kind", ["plain", "equal", "literals"])
def test_everything_is_explained(kind: str) -> None:
    """In random graphs, as loaded and as changed: each step follows from its premises alone."""
    steps, number = Steps(), 0
    for seed in range(GRAPHS):
        random = Random(f"explain-{kind}-{seed}")
        axioms = set(ontology(random, PROFILES[kind], least=6))
        pool = data(random, PROFILES[kind], 30)
        stated = axioms | set(random.sample(pool, min(20, len(pool))))
        engine = engine_of(sorted(stated))
        number += explain_all(engine, stated, steps)
        added = set(random.sample(pool, min(4, len(pool))))
        removed = set(random.sample(sorted(stated - axioms), 4)) - added
        changed(engine, added=added, removed=removed)
        number += explain_all(engine, (stated - removed) | added, steps)
    steps.check()
    print(number, len(steps.conclusions))
    assert number > 25 * GRAPHS
    assert len(steps.conclusions) > 10 * GRAPHS


def test_rules_are_explained() -> None:
    """What rule files conclude is explained too, with the patterns that had to be absent."""
    absent = 0
    for seed in range(GRAPHS):
        random = Random(f"explain-rules-{seed}")
        profile = PROFILES["rules"]
        given = rules(random, profile)
        stated = set(ontology(random, profile)) | set(data(random, profile, 20))
        engine = engine_of(sorted(stated), given)
        explainer, own = Explainer(engine), {each.name: each for each in given}
        for row in inferred(engine, stated):
            found = explainer.explain(row).proofs
            assert found, row
            check_proof(found[0], stated, NAMES | own.keys(), Steps())
            for one in found[0].steps():
                if one.rule in own:
                    premises = [each.triple for each in one.premises]
                    assert entails(engine_of(premises, [own[one.rule]]), one.triple)
                    assert len(one.absent) == len(own[one.rule].unless)
                    absent += len(one.absent)
    assert absent > 0


# --- the shortest


def proof_of(engine: Engine, body: str, *, limit: int = 1) -> tuple[Proof, ...]:
    (row,) = rows_of(body)
    return Explainer(engine).explain(row, limit=limit).proofs


SHORTEST = {
    "stated beats inferred": (
        "e:A rdfs:subClassOf e:B . e:x a e:A , e:B .",
        "e:x a e:B .",
        1,
    ),
    "the short way up": (
        "e:A rdfs:subClassOf e:B . e:B rdfs:subClassOf e:C . e:C rdfs:subClassOf e:D . "
        "e:A rdfs:subClassOf e:D . e:x a e:A .",
        "e:x a e:D .",
        3,
    ),
    "the nearer class": (
        "e:A rdfs:subClassOf e:B . e:B rdfs:subClassOf e:C . e:x a e:A . e:p rdfs:domain e:C . "
        "e:x e:p e:y .",
        "e:x a e:C .",
        3,
    ),
    "the short path": (
        "e:p a owl:TransitiveProperty . e:a e:p e:b . e:b e:p e:c . e:c e:p e:d . e:d e:p e:z . "
        "e:q rdfs:subPropertyOf e:p . e:a e:q e:z .",
        "e:a e:p e:z .",
        3,
    ),
    "equal in one step": (
        "e:a owl:sameAs e:b . e:b owl:sameAs e:c . e:a owl:sameAs e:c . e:a e:p e:y .",
        "e:c e:p e:y .",
        3,
    ),
}


@pytest.mark.parametrize("case", SHORTEST)
def test_shortest(case: str) -> None:
    """Of several proofs the one with the fewest triples is given."""
    body, wanted, size = SHORTEST[case]
    found = proof_of(engine_of(rows_of(body)), wanted)
    assert found[0].size == size, found[0]


def sizes(stated: set[Row]) -> dict[Row, int]:
    """The least size of a proof of each triple, by the rules on hierarchies, one by one."""
    best = dict.fromkeys(stated, 1)
    while True:
        found = dict(best)
        for conclusion, *premises in ground_rules(best):
            size = 1 + sum(best[each] for each in premises)
            found[conclusion] = min(found.get(conclusion, size), size)
        if found == best:
            return best
        best = found


def ground_rules(facts: Iterable[Row]) -> Iterator[tuple[Row, Row, Row] | tuple[Row, ...]]:
    """What follows from any two or three of `facts` that match a rule on hierarchies."""
    rows = sorted(facts)
    transitive = [row for row in rows if row[1:] == (TYPE, owl("TransitiveProperty"))]
    for one in rows:
        for other in rows:
            if one[1] == other[1] == SUBCLASS and one[2] == other[0]:
                yield (one[0], SUBCLASS, other[2]), one, other
            if one[1] == other[1] == SUBPROPERTY and one[2] == other[0]:
                yield (one[0], SUBPROPERTY, other[2]), one, other
            if one[1] == SUBCLASS and other[1:] == (TYPE, one[0]):
                yield (other[0], TYPE, one[2]), one, other
            if one[1] == SUBPROPERTY and other[1] == one[0]:
                yield (other[0], one[2], other[2]), one, other
            if one[1] == DOMAIN and other[1] == one[0]:
                yield (other[0], TYPE, one[2]), one, other
            if one[1] == DOMAIN and other[1] == SUBCLASS and one[2] == other[0]:
                yield (one[0], DOMAIN, other[2]), one, other
            if one[1] == DOMAIN and other[1] == SUBPROPERTY and one[0] == other[2]:
                yield (other[0], DOMAIN, one[2]), one, other
            for kind in transitive:
                if one[1] == other[1] == kind[0] and one[2] == other[0]:
                    yield (one[0], one[1], other[2]), kind, one, other


def hierarchies(seed: int) -> set[Row]:
    random = Random(f"shortest-{seed}")
    rows = {(random.choice(CLASSES), SUBCLASS, random.choice(CLASSES)) for _ in range(4)}
    rows |= {(random.choice(PROPERTIES), SUBPROPERTY, random.choice(PROPERTIES)) for _ in range(3)}
    rows |= {(random.choice(PROPERTIES), DOMAIN, random.choice(CLASSES)) for _ in range(2)}
    rows.add((random.choice(PROPERTIES), TYPE, owl("TransitiveProperty")))
    rows |= {(random.choice(THINGS), TYPE, random.choice(CLASSES)) for _ in range(3)}
    for _ in range(6):
        rows.add((random.choice(THINGS), random.choice(PROPERTIES), random.choice(THINGS)))
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_shortest_of_random_graphs(seed: int) -> None:
    """No proof is longer than the shortest that a naive search over all rules finds."""
    stated = hierarchies(seed)
    explainer = Explainer(engine_of(sorted(stated)))
    best = sizes(stated)
    for row, size in best.items():
        found = explainer.explain(row)
        assert found.complete
        assert found.proofs[0].size <= size, (row, found.proofs[0])
    assert len(best) > len(stated)


# --- all minimal ones


def reasons(stated: set[Row], wanted: Row) -> set[frozenset[Row]]:
    """The minimal sets of statements from which a triple follows, by trying all sets."""
    found: list[frozenset[Row]] = []
    subsets = chain.from_iterable(
        combinations(sorted(stated), size) for size in range(1, len(stated) + 1)
    )
    for subset in map(frozenset, subsets):
        if not any(each <= subset for each in found) and entails(engine_of(subset), wanted):
            found.append(subset)
    return set(found)


MINIMAL = {
    "classes": "e:A rdfs:subClassOf e:B . e:B rdfs:subClassOf e:C . e:A rdfs:subClassOf e:C . "
    "e:x a e:A , e:B .",
    "properties": "e:p rdfs:subPropertyOf e:q . e:q rdfs:domain e:C . e:p rdfs:domain e:C . "
    "e:x e:p e:y ; e:q e:z .",
    "equal": "e:x owl:sameAs e:y . e:y a e:C . e:z owl:sameAs e:x . e:z a e:C .",
}


@pytest.mark.parametrize("case", MINIMAL)
def test_all_minimal_proofs(case: str) -> None:
    """On request there is one proof for every minimal set of statements, the shortest first."""
    stated = set(rows_of(MINIMAL[case]))
    (wanted,) = rows_of("e:x a e:C .")
    proofs = Explainer(engine_of(sorted(stated))).explain(wanted, limit=20).proofs
    assert {frozenset(each.leaves()) for each in proofs} == reasons(stated, wanted)
    assert proofs[0].size == min(each.size for each in proofs)


def test_limit() -> None:
    """There are never more proofs than asked for."""
    engine = engine_of(rows_of("e:p rdfs:domain e:C . e:x e:p 1 , 2 , 3 , 4 , 5 , 6 ."))
    assert [len(proof_of(engine, "e:x a e:C .", limit=each)) for each in (1, 3, 20)] == [1, 3, 6]


# --- why not


def attempts(body: str, wanted: str, given: Iterable[Rule] = ()) -> tuple[Attempt, ...]:
    (row,) = rows_of(wanted)
    found = Explainer(engine_of(rows_of(body), given)).explain(row)
    assert not found.holds
    return found.attempts


WHY_NOT = {
    "class": ("e:A rdfs:subClassOf e:B .", "e:x a e:B .", "e:x a e:A .", "cax-sco"),
    "path": (
        "e:p a owl:TransitiveProperty . e:a e:p e:b . e:b a e:C . e:c a e:C .",
        "e:a e:p e:c .",
        "e:b e:p e:c .",
        "prp-trp",
    ),
    "intersection": (
        "e:C owl:intersectionOf ( e:A e:B ) . e:x a e:A .",
        "e:x a e:C .",
        "e:x a e:B .",
        "cls-int1",
    ),
    "inverse": (
        "e:p owl:inverseOf e:q . e:v e:q e:w .",
        "e:x e:p e:y .",
        "e:y e:q e:x .",
        "prp-inv2",
    ),
}


@pytest.mark.parametrize("case", WHY_NOT)
def test_why_not(case: str) -> None:
    """Of a triple that does not hold the rule is named, and the premise that would give it."""
    body, wanted, missing, by = WHY_NOT[case]
    found = attempts(body, wanted)
    assert (found[0].missing, found[0].rule) == (tuple(rows_of(missing)), by)
    assert all(len(each.missing) >= len(found[0].missing) for each in found)
    stated = rows_of(body)
    assert entails(engine_of([*stated, *rows_of(missing)]), rows_of(wanted)[0])


def test_why_not_because_something_is_there() -> None:
    """Where NOT EXISTS or FILTER stand in the way, that is said."""
    free = rule(
        "free", "CONSTRUCT { ?x a e:Free } WHERE { ?x a e:C FILTER NOT EXISTS { ?x e:p ?y } }"
    )
    found = attempts("e:x a e:C ; e:p e:z .", "e:x a e:Free .", [free])[0]
    assert (found.rule, found.missing) == ("free", ())
    assert found.blocked == tuple(rows_of("e:x e:p e:z ."))
    two = rule("two", "CONSTRUCT { ?y e:d ?z } WHERE { ?x e:p ?y , ?z FILTER(?y != ?z) }")
    found = attempts("e:x e:p e:y .", "e:y e:d e:y .", [two])[0]
    assert (found.rule, found.failed) == ("two", ("?y != ?z",))


@pytest.mark.parametrize(
    "row", [(name("x"), name("unknown"), name("y")), equal(name("x"), name("z"))]
)
def test_why_not_without_a_rule(row: Row) -> None:
    """Of terms that the graph does not have nothing is concluded, and nothing is missing."""
    engine = engine_of(rows_of("e:x a e:C ."))
    found = Explainer(engine).explain(row)
    assert (found.holds, found.attempts) == (False, ())
    assert engine.state.facts.terms.find(name("unknown")) is None
