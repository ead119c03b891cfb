"""Bad and hostile input: a clear finding, a stated limit or a result; never a hang."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.helpers import triples
from tests.reason.engines import (
    classes,
    dictionary,
    encoded,
    engine_of,
    false,
    known,
    published,
    rows_of,
)
from tests.reason.random_graphs import rule

from kg.errors import QueryError, StageError
from kg.reason.engine import Engine
from kg.reason.explain import Explainer
from kg.reason.stage import reason
from kg.reason.state import Limits

# --- malformed lists

LISTS = {
    "broken": ("e:C owl:intersectionOf _:a . _:a rdf:first e:A . e:x a e:A .", "", "incomplete"),
    "rest-is-a-literal": (
        'e:C owl:unionOf _:a . _:a rdf:first e:A ; rdf:rest "nil" . e:x a e:A .',
        "",
        "incomplete",
    ),
    "endless": (
        "e:p owl:propertyChainAxiom _:a . _:a rdf:first e:q ; rdf:rest _:b . "
        "_:b rdf:first e:r ; rdf:rest _:a . e:x e:q e:y . e:y e:r e:z .",
        "",
        "leads back to itself",
    ),
    "branching": (
        "e:C owl:unionOf _:a . _:a rdf:first e:A , e:B ; rdf:rest () . e:x a e:A . e:y a e:B .",
        "e:x a e:C . e:y a e:C . e:A rdfs:subClassOf e:C . e:B rdfs:subClassOf e:C .",
        "every reading counts",
    ),
    "of-literals": ('e:C owl:unionOf ( "a" "b" ) . e:x a e:C .', "", ""),
    "empty-chain": ("e:p owl:propertyChainAxiom () . e:x e:q e:y .", "", ""),
    "empty-union": ("e:C owl:unionOf () . e:x a e:C .", "", ""),
    "empty-key": ("e:C owl:hasKey () . e:x a e:C . e:y a e:C .", "", ""),
    "chain-of-one": ("e:p owl:propertyChainAxiom ( e:q ) . e:x e:q e:y .", "e:x e:p e:y .", ""),
    "nil-with-members": (
        "rdf:nil rdf:first e:A ; rdf:rest rdf:nil . e:C owl:unionOf rdf:nil . e:x a e:A .",
        "",
        "",
    ),
}


@pytest.mark.parametrize("case", LISTS)
def test_lists(case: str) -> None:
    """A list that is no list is left out with a remark on its node, in both languages."""
    body, follows, remark = LISTS[case]
    closure = reason(triples(body))
    assert set(map(str, closure.inferred())) == set(map(str, triples(follows)))
    assert closure.contradictions == ()
    assert len(closure.remarks) == bool(remark)
    for each in closure.remarks:
        assert remark in each.text.en
        assert each.text.de != each.text.en
        assert each.term.startswith("_:")


def test_list_with_many_readings() -> None:
    """A list of which each node branches has 2^40 readings: so many are not tried."""
    body = "".join(
        f"_:n{number} rdf:first e:A{number} , e:B{number} ; rdf:rest _:n{number + 1} . "
        for number in range(40)
    )
    closure = reason(triples(body + "_:n40 rdf:first e:A ; rdf:rest () . e:C owl:unionOf _:n0 ."))
    assert [each.text.en for each in closure.remarks] == [
        "A node of the list has several rdf:first or rdf:rest; every reading counts."
    ]


# --- odd axioms

ODD = {
    "cycle-of-classes": (
        "e:A rdfs:subClassOf e:B . e:B rdfs:subClassOf e:C . e:C rdfs:subClassOf e:A . e:x a e:A .",
        "e:x a e:C . e:A owl:equivalentClass e:C .",
        set(),
    ),
    "literal-would-be-subject": (
        'e:p rdfs:range e:C ; owl:inverseOf e:q . e:x e:p "a" .',
        "",
        set(),
    ),
    "literal-in-symmetry": ('e:p a owl:SymmetricProperty . e:x e:p "a" .', "", set()),
    "maximum-as-integer": (
        "_:r owl:onProperty e:p ; owl:maxCardinality 1 . e:x a _:r ; e:p e:y , e:z .",
        "e:y owl:sameAs e:z .",
        set(),
    ),
    "maximum-with-a-zero-in-front": (
        '_:r owl:onProperty e:p ; owl:maxCardinality "01"^^xsd:nonNegativeInteger . '
        "e:x a _:r ; e:p e:y , e:z .",
        "e:y owl:sameAs e:z .",
        set(),
    ),
    "maximum-none-as-integer": (
        "_:r owl:onProperty e:p ; owl:maxCardinality 0 . e:x a _:r ; e:p e:y .",
        "",
        {"cls-maxc1"},
    ),
    "maximum-negative": (
        "_:r owl:onProperty e:p ; owl:maxCardinality -1 . e:x a _:r ; e:p e:y , e:z .",
        "",
        set(),
    ),
    "maximum-as-text": (
        '_:r owl:onProperty e:p ; owl:maxCardinality "1" . e:x a _:r ; e:p e:y , e:z .',
        "",
        set(),
    ),
    "type-by-another-name": (
        "e:isA owl:sameAs rdf:type . e:x e:isA e:C . e:C rdfs:subClassOf e:D .",
        "e:x a e:C , e:D ; e:isA e:D .",
        set(),
    ),
    "equal-terms-of-the-vocabulary": (
        "rdfs:subClassOf owl:sameAs rdfs:subPropertyOf . e:p rdfs:subClassOf e:q . e:x e:p e:y .",
        "e:x e:q e:y .",
        set(),
    ),
    "property-below-same-as": (
        "e:is rdfs:subPropertyOf owl:sameAs . e:x e:is e:y . e:x e:p e:z .",
        "e:y e:p e:z ; owl:sameAs e:x .",
        set(),
    ),
    "everything-is-nothing": (
        "owl:Thing owl:sameAs owl:Nothing . e:C rdfs:subClassOf owl:Thing . e:x a e:C .",
        "e:x a owl:Nothing .",
        {"cls-nothing2"},
    ),
    "type-is-functional": (
        "rdf:type a owl:FunctionalProperty . e:x a e:C , e:D .",
        "e:C owl:sameAs e:D .",
        set(),
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_axioms(case: str) -> None:
    """What is unusual and yet RDF means what the rules say, and breaks nothing."""
    body, follows, rules = ODD[case]
    engine = engine_of(rows_of(body))
    assert set(rows_of(follows)) <= known(engine)
    assert false(engine) == rules
    found = published(engine)
    assert not any(row[0].startswith('"') for row in found)
    if not follows:
        assert found == set()


def test_all_contradictions_at_once() -> None:
    """Contradictions do not stop anything: all are found, and so is what follows."""
    engine = engine_of(
        rows_of(
            "e:C owl:disjointWith e:D . e:p a owl:IrreflexiveProperty , owl:AsymmetricProperty . "
            'e:v a owl:FunctionalProperty . e:x a e:C , e:D ; e:p e:x ; e:v "1" , "2" . '
            "e:C rdfs:subClassOf e:E ."
        )
    )
    assert false(engine) == {"cax-dw", "prp-irp", "prp-asyp", "dt-diff"}
    assert classes(engine) == set()
    assert set(rows_of("e:x a e:E .")) <= known(engine)


def test_rules_without_an_order() -> None:
    """A rule that needs the absence of what it concludes is refused with its name and file."""
    paradox = rule(
        "paradox", "CONSTRUCT { ?x a e:B } WHERE { ?x a e:A FILTER NOT EXISTS { ?x a e:B } }"
    )
    with pytest.raises(QueryError, match="paradox") as caught:
        engine_of(rows_of("e:x a e:A ."), [paradox])
    assert caught.value.place
    assert caught.value.place.file == "paradox.rq"


# --- stated limits


def limited(body: str, limits: Limits) -> Engine:
    terms = dictionary()
    engine = Engine(terms, limits=limits)
    engine.load(*encoded(terms, rows_of(body)))
    return engine


PATH = "e:p a owl:TransitiveProperty . " + "".join(
    f"e:x{number} e:p e:x{number + 1} . " for number in range(60)
)


@pytest.mark.parametrize("limits", [Limits(inferred=1000), Limits(intermediate=1000)])
def test_limit_is_said(limits: Limits) -> None:
    """Beyond a limit there is an error that names the limit and the rule, in both languages."""
    with pytest.raises(StageError) as caught:
        limited(PATH, limits)
    for text in (caught.value.text.de, caught.value.text.en):
        assert "prp-trp" in text
        assert "1,000" in text or "1.000" in text
    engine = limited(PATH, Limits(inferred=3000, intermediate=200_000))
    assert len(published(engine)) == 60 * 61 // 2 - 60


# --- blow-ups, each in a process of its own

CHILD = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
from tests.reason.engines import engine_of
from tests.reason.random_graphs import SAME, SUBCLASS, TYPE, name, owl
from kg.errors import StageError
E = name
{rows}
answer = {{}}
try:
    engine = engine_of(rows)
    answer["facts"] = sum(map(len, engine.state.facts.relations.values()))
    answer["equal"] = len(engine.state.facts.equality.replaced())
except StageError as error:
    answer["stopped"] = [error.text.de, error.text.en]
status = open("/proc/self/status").read()  # ru_maxrss begins with what the parent had
answer["mebibytes"] = int(status.split("VmHWM:")[1].split()[0]) >> 10
json.dump(answer, sys.stdout)
"""
CHAIN = "rows = [(E(f'x{n}'), %s, E(f'x{n + 1}')) for n in range(100_000)]"
BLOW_UPS: Mapping[str, tuple[str, int | None, int]] = {
    "subclasses-below-each-other": (
        CHAIN % "SUBCLASS" + " + [(E('x'), TYPE, E('x0'))]",
        None,
        0,
    ),
    "path-under-a-transitive-property": (
        CHAIN % "E('p')" + " + [(E('p'), TYPE, owl('TransitiveProperty'))]",
        None,
        0,
    ),
    "everybody-knows-everybody": (
        "rows = [(E(f'x{n}'), E('p'), E('x0')) for n in range(1, 3000)]\n"
        "rows += [(E('p'), TYPE, owl(f'{kind}Property')) for kind in ('Transitive', 'Symmetric')]",
        3000**2,
        0,
    ),
    "all-classes-are-equivalent": (
        "rows = [(E(f'C{n}'), owl('equivalentClass'), E(f'C{(n + 1) % 200}')) for n in range(200)]"
        "\nrows += [(E(f'x{n}'), TYPE, E('C0')) for n in range(2000)]",
        200 * 2000 + 3 * 200**2 - 200,
        0,
    ),
    "every-member-has-every-value": (
        "rows = [(E(f'x{n}'), TYPE, E('C')) for n in range(1000)]\n"
        "for n in range(1000):\n"
        "    rows += [(f'_:r{n}', owl('hasValue'), E(f'y{n}')), (E('C'), SUBCLASS, f'_:r{n}'),\n"
        "        (f'_:r{n}', owl('onProperty'), E('p'))]",
        1000 * 1000 * 2,
        0,
    ),
    "one-value-with-thousands-of-names": (
        "rows = [(E('x'), E('p'), E(f'y{n}')) for n in range(4000)]\n"
        "rows += [(E('p'), TYPE, owl('FunctionalProperty'))]",
        1,
        3999,
    ),
    "long-chain-of-same-as": (
        "rows = [(E(f'x{n}'), SAME, E(f'x{n + 1}')) for n in range(4000)]",
        1,
        4000,
    ),
}


def run_child(rows: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", CHILD.format(rows=rows)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("case", BLOW_UPS)
def test_blow_up(case: str) -> None:
    """What grows without measure ends: in all that follows or in a stated limit."""
    rows, facts, same = BLOW_UPS[case]
    found = run_child(rows)
    assert found["mebibytes"] < 2500
    if facts is None:
        german, english = found["stopped"]
        assert "60,000,000" in english
        assert german != english
    else:
        assert facts <= found["facts"] < facts * 1.1 + 1000
        assert found["equal"] == same


def test_deep_explanation() -> None:
    """A conclusion at the end of a hundred steps is explained by all of them."""
    steps = 100
    body = "e:r owl:propertyChainAxiom ( e:r e:next ) . e:x0 e:r e:x0 . "
    body += " ".join(f"e:x{number} e:next e:x{number + 1} ." for number in range(steps))
    engine = engine_of(rows_of(body))
    (wanted,) = rows_of(f"e:x0 e:r e:x{steps} .")
    found = Explainer(engine).explain(wanted)
    assert found.holds
    assert len(list(found.proofs[0].leaves())) == steps + 6
