"""Explanations of the real graph: every inferred triple has a proof, and each proof is one."""

from __future__ import annotations

from collections import defaultdict

import pytest
from pyoxigraph import RdfFormat, parse
from tests.reason.explained import RULES, explained, real, small, triple

from kg.namespaces import DCT, PROV, RDF_TYPE
from kg.reason.account import Account
from kg.reason.explanations import MOST_PROOFS
from kg.reason.proof import STATED, Proof, Triple
from kg.reason.proof_json import as_json, as_tree
from kg.reason.proof_turtle import as_turtle
from kg.reason.render_proof import as_text
from kg.reason.stage import reason

TYPE = f"<{RDF_TYPE}>"
BASE = "https://w3id.org/kommunalgraph/"
KGO = BASE + "ns#"
EACH = 12
"""So many triples of each predicate are looked at."""


def sample() -> list[Triple]:
    """Some inferred triples of every predicate of the real graph."""
    reasoned = real()
    term = reasoned.columns.dictionary.term
    by_predicate: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for s, p, o in zip(*map(list, reasoned.closure.published), strict=True):
        by_predicate[int(p)].append((int(s), int(p), int(o)))
    rows = [
        row
        for found in by_predicate.values()
        for row in found[:: max(1, len(found) // EACH)][:EACH]
    ]
    return [(term(s), term(p), term(o)) for s, p, o in rows]


def follows_from(leaves: list[Triple], wanted: Triple) -> bool:
    """Whether `wanted` follows from `leaves` alone, found by reasoning about nothing else."""
    text = "".join(f"{' '.join(leaf)} .\n" for leaf in leaves)
    found = [quad.triple for quad in parse(text.encode(), RdfFormat.N_TRIPLES)]
    closure = reason(found, real().closure.engine.rules)
    facts = closure.engine.state.facts
    subject, predicate, value = (facts.terms.find(term) for term in wanted)
    if subject is None or predicate is None or value is None:
        return False
    return facts.known(predicate, subject, value)


def stated() -> set[Triple]:
    """All triples that files state."""
    columns = real().columns
    terms = [columns.dictionary.terms(column) for column in (columns.s, columns.p, columns.o)]
    return set(zip(*terms, strict=True))


def test_every_inferred_triple_has_a_proof() -> None:
    """A sample over all predicates is explained; leaves are stated and entail the triple."""
    known = stated()
    asked = sample()
    assert len(asked) >= 300
    assert len({predicate for _, predicate, _ in asked}) == len(
        set(real().closure.published[1].tolist())
    )
    explanations = explained(real())
    for each in asked:
        explanation = explanations.explain(each)
        assert explanation.complete
        (proof,) = explanation.proofs
        assert proof.triple == each
        leaves = list(proof.leaves())
        assert leaves
        assert set(leaves) <= known
        assert follows_from(leaves, each), each


def test_every_step_follows_from_its_premises() -> None:
    """Each step of a proof follows from its premises alone; an end is stated or an axiom."""
    explanations = explained(real())
    steps: dict[tuple[Triple, tuple[Triple, ...]], Proof] = {}
    for each in sample()[::6]:
        for step in explanations.explain(each).proofs[0].steps():
            steps[step.triple, tuple(premise.triple for premise in step.premises)] = step
    assert len(steps) > 50
    for (concluded, premises), step in steps.items():
        if step.rule != STATED:
            assert follows_from(list(premises), concluded), step


def test_further_proofs_stand_on_other_statements() -> None:
    """No proof beyond the first stands on all that another stands on."""
    explanations = explained(real())
    proofs = explanations.explain(bielefeld("cooperatesWith", "05754008"), limit=10).proofs
    assert len(proofs) > 1
    leaves = [frozenset(proof.leaves()) for proof in proofs]
    assert all(not one <= other for one in leaves for other in leaves if one is not other)


def bielefeld(relation: str, partner: str) -> Triple:
    place = f"<{BASE}id/municipality/"
    return f"{place}05711000>", f"<{KGO}{relation}>", f"{place}{partner}>"


@pytest.fixture(params=["de", "en"])
def account(request: pytest.FixtureRequest) -> Account:
    """Why Bielefeld cooperates with Gütersloh, in German and in English."""
    asked = bielefeld("cooperatesWith", "05754008")
    return explained(real()).account(asked, lang=request.param, limit=2)


def test_real_account_is_rendered(account: Account) -> None:
    """Text, JSON, tree and Turtle say the same in both languages, down to document and line."""
    words = {
        "de": ("Bielefeld – kooperiert mit – Gütersloh\nweil: ", "(siehe oben)", "Mitglied"),
        "en": ("Bielefeld – cooperates with – Gütersloh\nbecause: ", "(see above)", "member"),
    }[account.lang]
    text = as_text(account)
    assert all(word in text for word in words)
    assert "Informationsvorlage Austausch zu Smart City (Bielefeld, 23.03.2023); data/" in text
    assert "http" not in text
    for render in (as_json, as_tree):
        assert '"file": "data/documents/' in render(account)
    assert list(parse(as_turtle(account).encode(), RdfFormat.TURTLE))


def test_lines_are_those_of_the_files(account: Account) -> None:
    """The line of a stated triple has its object; it is found for all but a few statements."""
    found = [
        origin.place
        for telling in account.tellings
        for step in telling.steps
        for origin in step.origins
    ]
    assert found
    assert all(place is not None and place.line for place in found)
    lines = real().finding.all().lines
    assert (lines == 0).sum() < len(lines) / 500


MEMBERS = """
@prefix org: <http://www.w3.org/ns/org#> . @prefix kgo: <https://w3id.org/kommunalgraph/ns#> .
@prefix role: <https://w3id.org/kommunalgraph/code/role/> . @prefix s: <https://schema.org/> .
e:alliance a kgo:Cooperation .
e:a a org:Organization . e:b a org:Organization . e:c a org:Organization .
e:d a org:Organization . e:f a org:Organization .
e:ma org:organization e:alliance ; org:member e:a ; s:validFrom "2015"^^xsd:gYear .
e:mb org:organization e:alliance ; org:member e:b ; s:validThrough "2014"^^xsd:gYear .
e:mc org:organization e:alliance ; org:member e:c ; org:role role:contact .
e:md org:organization e:alliance ; org:member e:d .
"""
ORG = "http://www.w3.org/ns/org#"
COOPERATES = f"<{KGO}cooperatesWith>"


def test_why_not_names_the_missing_membership() -> None:
    """A body that is no member lacks a membership in the cooperation, and only that."""
    explanation = explained(small(MEMBERS, rules=RULES)).explain(triple("a", COOPERATES, "f"))
    assert not explanation.holds
    (attempt,) = (one for one in explanation.attempts if one.rule == "cooperates-with")
    assert [(p, o) for _, p, o in attempt.missing] == [
        (f"<{ORG}member>", "<https://example.org/f>")
    ]
    assert triple("alliance", TYPE, f"<{KGO}Cooperation>") in attempt.present


def test_why_not_names_the_contact() -> None:
    """A contact person cooperates with nobody: its role is what rules it out."""
    explanations = explained(small(MEMBERS, rules=RULES))
    (attempt,) = (
        one
        for one in explanations.explain(triple("a", COOPERATES, "c")).attempts
        if one.rule == "cooperates-with"
    )
    contact = triple("mc", f"<{ORG}role>", f"<{BASE}code/role/contact>")
    assert (attempt.missing, attempt.blocked) == ((), (contact,))
    (attempt,) = (
        one
        for one in explanations.explain(triple("c", f"<{ORG}memberOf>", "alliance")).attempts
        if one.rule == "member-of"
    )
    assert attempt.blocked == (contact,)
    text = as_text(explanations.account(triple("c", f"<{ORG}memberOf>", "alliance"), lang="de"))
    assert "⊘ " in text
    assert "(das schließt es aus)" in text


def test_why_not_names_the_periods() -> None:
    """Memberships one after the other do not make a cooperation: start and end are named."""
    explanations = explained(small(MEMBERS, rules=RULES))
    assert explanations.explain(triple("a", COOPERATES, "d")).holds
    (attempt,) = (
        one
        for one in explanations.explain(triple("a", COOPERATES, "b")).attempts
        if one.rule == "cooperates-with"
    )
    assert {p for _, p, _ in attempt.blocked} == {
        "<https://schema.org/validFrom>",
        "<https://schema.org/validThrough>",
    }


def test_terms_that_nobody_knows() -> None:
    """What the graph does not have is said to be unknown, and the rules still say what lacks."""
    account = explained(small("e:near a owl:SymmetricProperty .")).account(
        triple("new", "near", '"x"'), lang="de"
    )
    assert account.unknown == ("<https://example.org/new>", '"x"')
    assert as_text(account).startswith("Das ist nicht gesagt und folgt nicht: e:new – e:near – „x“")


def test_proofs_on_request_end() -> None:
    """A long chain of a transitive property has very many proofs; some are given soon."""
    chain = "e:near a owl:TransitiveProperty . " + " ".join(
        f"e:n{number} e:near e:n{number + 1} ." for number in range(60)
    )
    explanations = explained(small(chain))
    found = explanations.explain(triple("n0", "near", "n60"), limit=MOST_PROOFS)
    assert found.holds
    account = explanations.account(triple("n0", "near", "n60"))
    assert len(account.tellings[0].steps) == 60 + 1 + 59
    assert len(as_text(account).splitlines()) < 1000


def test_a_search_that_would_take_long_is_cut_short() -> None:
    """Where everything follows from everything a proof is found all the same, and is one."""
    chain = "e:near a owl:TransitiveProperty , owl:SymmetricProperty . " + " ".join(
        f"e:n{number} e:near e:n{number + 1} ." for number in range(120)
    )
    reasoned = small(chain)
    explanation = explained(reasoned).explain(triple("n0", "near", "n120"), limit=MOST_PROOFS)
    assert not explanation.complete
    (proof, *_) = explanation.proofs
    leaves = {leaf for leaf in proof.leaves() if "/n" in leaf[2]}
    assert {triple(f"n{number}", "near", f"n{number + 1}") for number in range(120)} <= leaves
    account = explained(reasoned).account(triple("n0", "near", "n120"), lang="de")
    assert as_text(account).endswith("es kann eine kürzere Begründung geben.\n")


def test_documents_of_a_graph() -> None:
    """The source that a graph names stands behind each of its statements."""
    body = (
        f"@prefix dct: <{DCT}> . @prefix prov: <{PROV}> . e:near a owl:SymmetricProperty . "
        'e:g prov:wasDerivedFrom e:doc , e:other . e:doc dct:title "Vorlage 12"@de . '
        "e:a e:near e:b ; prov:wasDerivedFrom e:doc ."
    )
    text = as_text(explained(small(body)).account(triple("b", "near", "a"), lang="de"))
    assert "e:a – e:near – e:b [Vorlage 12]" in text
    assert "e:near – ist – Beziehung in beide Richtungen [Vorlage 12, e:other]" in text
