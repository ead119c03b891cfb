"""JSON and Turtle of explanations: the documented form, without loss, without end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse
from tests.reason.explained import ROOT, RULES, explained, real, small, triple

from kg.namespaces import PROV, RDF
from kg.reason.account import Account
from kg.reason.proof_json import as_json, as_tree
from kg.reason.proof_turtle import as_turtle

SCHEMA = json.loads((ROOT / "docs" / "schemas" / "explanation.schema.json").read_text("utf-8"))
BODY = """
e:near a owl:SymmetricProperty , owl:TransitiveProperty ; rdfs:label "nah bei"@de , "near"@en .
e:a e:near e:b ; rdfs:label "A – Dorf"@de , "A" . e:b e:near e:c .
e:Town owl:intersectionOf ( e:Place e:Big ) . e:a a e:Place , e:Big ; e:size "05"^^xsd:integer .
e:size rdfs:range xsd:integer .
"""
MEMBER = "<http://www.w3.org/ns/org#memberOf>"


def real_account(lang: str) -> Account:
    base = "<https://w3id.org/kommunalgraph/"
    asked = (
        f"{base}id/municipality/05711000>",
        f"{base}ns#cooperatesWith>",
        f"{base}id/municipality/05754008>",
    )
    return explained(real()).account(asked, limit=3, lang=lang)


def accounts() -> list[Account]:
    """Proofs and failures of all kinds."""
    found = explained(small(BODY, rules=RULES))
    type_ = f"<{RDF}type>"
    asked = [
        triple("c", "near", "a"),
        triple("a", type_, "Town"),
        triple("a", "near", "b"),
        triple("c", type_, "Town"),
        triple("a", "nobody", '"knows"@de'),
        ("_:b", MEMBER, '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    ]
    return [
        *(found.account(each, limit=3, lang=lang) for each in asked for lang in ("de", "en")),
        real_account("de"),
    ]


@pytest.mark.parametrize("render", [as_json, as_tree])
def test_form_is_that_of_the_schema(render: Callable[[Account], str]) -> None:
    """Both forms are valid by the schema in docs/, and only as what they are."""
    check = jsonschema.Draft202012Validator(SCHEMA)
    check.check_schema(SCHEMA)
    kinds = set()
    for account in accounts():
        document = json.loads(render(account))
        assert [error.message for error in check.iter_errors(document)] == []
        kinds.add(document["holds"])
        assert not check.is_valid({**document, "more": 1})
        assert not check.is_valid({**document, "holds": "yes"})
    assert kinds == {True, False}


def test_steps_come_after_their_premises() -> None:
    """Premises are steps before the one that needs them; the last is what was asked."""
    document = json.loads(as_json(real_account("en")))
    assert document["statement"] == "Bielefeld – cooperates with – Gütersloh"
    for proof in document["proofs"]:
        steps = proof["steps"]
        assert [step["number"] for step in steps] == list(range(1, len(steps) + 1))
        assert all(premise < step["number"] for step in steps for premise in step["premises"])
        assert steps[-1]["triple"] == document["triple"]
        assert proof["conclusion"] == len(steps)
        assert all(bool(step["sources"]) == (step["rule"]["name"] == "stated") for step in steps)
        needed = {number for step in steps for number in step["premises"]}
        assert needed == set(range(1, len(steps)))


def test_tree_has_every_step_once_in_full() -> None:
    """Nodes with children are those of the steps, each once; repeated ones have none."""

    def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
        return [node, *(one for child in node["children"] for one in nodes(child))]

    account = real_account("de")
    for root, telling in zip(json.loads(as_tree(account))["proofs"], account.tellings, strict=True):
        found = nodes(root)
        full = [node["step"] for node in found if node["children"]]
        assert sorted(full) == sorted(step.number for step in telling.steps if step.premises)
        assert {node["step"] for node in found} == {step.number for step in telling.steps}
        assert all(not node["children"] for node in found if node["repeated"])


def test_labels_with_dashes_are_quoted() -> None:
    """A statement stays readable when a label looks like a statement."""
    account = explained(small(BODY)).account(triple("b", "near", "a"), lang="de")
    assert account.labels.sentence(account.triple) == "e:b – nah bei – „A – Dorf“"
    account = explained(small(BODY)).account(triple("b", "near", "a"), lang="en")
    assert account.labels.sentence(account.triple) == "e:b – near – “A – Dorf”"


def test_turtle_is_provenance() -> None:
    """Each triple is reified once; a concluded one names premises, activity and rule."""
    account = real_account("de")
    text = as_turtle(account)
    found = {quad.triple for quad in parse(text.encode(), RdfFormat.TURTLE)}
    steps = {step.triple: step for telling in account.tellings for step in telling.steps}
    subjects = [t.subject for t in found if t.predicate == NamedNode(f"{RDF}subject")]
    assert len(subjects) == len(set(subjects)) == len(steps)

    def objects(subject: object, name: str) -> set[Any]:
        predicate = NamedNode(PROV + name)
        return {t.object for t in found if t.subject == subject and t.predicate == predicate}

    for node in subjects:
        terms = {
            name: next(
                t.object
                for t in found
                if t.subject == node and t.predicate == NamedNode(f"{RDF}{name}")
            )
            for name in ("subject", "predicate", "object")
        }
        step = steps[str(terms["subject"]), str(terms["predicate"]), str(terms["object"])]
        derived, activities = objects(node, "wasDerivedFrom"), objects(node, "wasGeneratedBy")
        if step.stated:
            assert not activities
            assert {str(one) for one in derived} == {
                one for origin in step.origins for one in (origin.graph, *origin.documents)
            }
        else:
            assert derived <= set(subjects)
            used = {one for activity in activities for one in objects(activity, "used")}
            assert derived == {one for one in used if ":rule:" not in one.value}
            assert len(used) > len(derived)
    assert as_turtle(real_account("de")) == text


def test_turtle_of_a_failure_has_no_triples() -> None:
    """Of what does not hold nothing is stated; comments say what lacks."""
    account = explained(small(BODY)).account(triple("c", "near", "\"x\\n<a> <b> 'c' .\""))
    assert not account.explanation.holds
    text = as_turtle(account)
    assert list(parse(text.encode(), RdfFormat.TURTLE)) == []
    assert "# Does not follow: e:c – near – “x <a> <b> 'c' .”" in text


def test_literals_keep_their_form() -> None:
    """Language and datatype of a literal are members of their own; text shows only the value."""
    body = 'e:p a owl:FunctionalProperty . e:a e:p "Straße\\n1"@de , "2020"^^xsd:gYear .'
    account = explained(small(body)).account(triple("a", "p", '"Straße\\n1"@de'))
    document = json.loads(as_json(account))
    assert document["triple"]["object"] == {
        "type": "literal",
        "value": "Straße\n1",
        "xml:lang": "de",
    }
    assert document["statement"] == "e:a – e:p – “Straße 1”"
    year = triple("a", "p", '"2020"^^<http://www.w3.org/2001/XMLSchema#gYear>')
    document = json.loads(as_json(explained(small(body)).account(year)))
    assert document["statement"] == "e:a – e:p – 2020"
    found = [quad.triple for quad in parse(as_turtle(account).encode(), RdfFormat.TURTLE)]
    value = Literal("Straße\n1", language="de")
    assert Triple(found[0].subject, NamedNode(f"{RDF}object"), value) in found
