"""A saved closure explains what the live one explains, and is refused when it is damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.reason.explained import RULES, e, explained, real, small, triple

from kg.errors import StageError
from kg.namespaces import OWL, RDF_TYPE
from kg.publish.explanations import Reasoned
from kg.rdf import column_files
from kg.reason import saved
from kg.reason.engine import Engine
from kg.reason.explain import Explainer
from kg.reason.proof import Triple
from kg.reason.saved import open_closure

SAME = f"<{OWL}sameAs>"
TYPE = f"<{RDF_TYPE}>"
EQUAL = """
e:tax a owl:InverseFunctionalProperty . e:key a owl:FunctionalProperty .
e:a e:tax "1"^^xsd:integer ; e:likes e:x . e:b e:tax "01"^^xsd:integer ; e:key e:k1 , e:k2 .
e:c owl:sameAs e:b . e:Town owl:hasKey ( e:ags e:land ) .
e:t1 a e:Town ; e:ags "05" ; e:land e:nrw . e:t2 a e:Town ; e:ags "05" ; e:land e:nrw ; e:near e:a .
e:near a owl:TransitiveProperty , owl:SymmetricProperty .
e:x a e:Thing2 . e:Thing2 owl:unionOf ( e:Town e:Village ) .
"""
ASKED = [
    triple("a", SAME, "c"),
    triple("c", "likes", "x"),
    triple("k1", SAME, "k2"),
    triple("t1", SAME, "t2"),
    triple("t1", "near", "c"),
    triple("b", "near", "t1"),
    triple("t1", TYPE, "Thing2"),
    triple("x", "near", "a"),
    triple("x", "likes", "t1"),
]


def reopened(reasoned: Reasoned, folder: Path) -> Engine:
    """The engine of `reasoned`, saved and opened again."""
    column_files.save(reasoned.columns, folder / "columns")
    saved.save(reasoned.closure, folder / "closure")
    return open_closure(folder / "closure", column_files.open_columns(folder / "columns"))


def published(reasoned: Reasoned, step: int) -> list[Triple]:
    """Every `step`th inferred triple worth publishing."""
    term = reasoned.columns.dictionary.term
    rows = zip(*(column[::step].tolist() for column in reasoned.closure.published), strict=True)
    return [(term(s), term(p), term(o)) for s, p, o in rows]


def test_equality_is_kept(tmp_path: Path) -> None:
    """Equal things, their reasons and what was found under old names are explained alike."""
    live = small(EQUAL)
    opened = Explainer(reopened(live, tmp_path))
    for asked in ASKED:
        wanted = Explainer(live.closure.engine).explain(asked, limit=3)
        assert opened.explain(asked, limit=3) == wanted
        assert all(step.rule != "?" for proof in wanted.proofs for step in proof.steps())
    assert [opened.explain(asked).holds for asked in ASKED] == [True] * 7 + [False] * 2


def test_real_graph_is_explained_alike(tmp_path: Path) -> None:
    """On the real graph, proofs and failures are the same."""
    live = real()
    column_files.save(live.columns, tmp_path / "columns", orders=("spo",))
    saved.save(live.closure, tmp_path / "closure")
    columns = column_files.open_columns(tmp_path / "columns")
    engine = open_closure(tmp_path / "closure", columns)
    one, other = Explainer(live.closure.engine), Explainer(engine)
    for asked in published(live, 40):
        assert other.explain(asked) == one.explain(asked)
        turned = (asked[2], asked[1], asked[0])
        assert other.explain(turned) == one.explain(turned)


def test_rule_files_are_kept(tmp_path: Path) -> None:
    """Rules with NOT EXISTS and FILTER come back with what they say about themselves."""
    live = small("e:a e:b e:c .", rules=RULES)
    opened = reopened(live, tmp_path)
    assert [rule.text for rule in opened.rules] == [rule.text for rule in live.closure.engine.rules]
    assert [rule.about for rule in opened.rules] == [
        rule.about for rule in live.closure.engine.rules
    ]
    assert str(RULES) not in (tmp_path / "closure" / "header.json").read_text()


def test_questions_do_not_grow_the_dictionary(tmp_path: Path) -> None:
    """Asking for what the graph does not have adds no term, whatever it is."""
    engine = reopened(small(EQUAL, rules=RULES), tmp_path)
    before = len(engine.state.facts.terms)
    for number in range(50):
        assert not Explainer(engine).explain((e(f"new{number}"), e("near"), f'"{number}"')).holds
        engine.state.facts.terms.add(f'"{number}"')
    assert len(engine.state.facts.terms) == before


@pytest.mark.parametrize("name", ["header.json", "pairs", "ranks", "tables", "equality"])
def test_damage_is_found(tmp_path: Path, name: str) -> None:
    """A file that is missing, cut off or altered is named."""
    live = small(EQUAL)
    reopened(live, tmp_path)
    whole = tmp_path / "closure"
    columns = column_files.open_columns(tmp_path / "columns")
    content = (whole / name).read_bytes()
    for number, damage in enumerate((None, content[:-4], content[:-4] + b"\xff\xff\xff\xff")):
        broken = tmp_path / str(number)
        shutil.copytree(whole, broken)
        if damage is None:
            (broken / name).unlink()
        else:
            (broken / name).write_bytes(damage)
        with pytest.raises(StageError) as error:
            open_closure(broken, columns)
        assert name in str(error.value.place)


@pytest.mark.parametrize(
    "change",
    [
        {"layout": 99},
        {"order": "big"},
        {"terms": 1},
        {"files": {}},
        {"rules": [{"name": "x"}]},
        {"files": {"pairs": 5}},
    ],
)
def test_foreign_header_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    """A closure of another layout, or of other columns, does not open."""
    reopened(small(EQUAL), tmp_path)
    path = tmp_path / "closure" / "header.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(StageError):
        open_closure(tmp_path / "closure", column_files.open_columns(tmp_path / "columns"))


def test_account_of_opened_closure_has_labels(tmp_path: Path) -> None:
    """Labels and sources come from the opened files as well."""
    live = small('e:a rdfs:label "Dorf"@de . e:a e:near e:b . e:near a owl:SymmetricProperty .')
    account = explained(live).account(triple("b", "near", "a"), lang="de")
    assert account.labels.sentence(account.triple) == "e:b – e:near – Dorf"
