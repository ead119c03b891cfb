"""Every hygiene rule finds the fault planted for it, and nothing in a clean dataset.

A rule `queries/hygiene/<rule>.rq` has `<rule>-bad.trig` with one fault and, in
`<rule>-bad.expected.json`, the rows it must give (the variables that matter).
"""

import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

HERE = Path(__file__).parent
RULES = sorted((HERE.parent.parent / "queries" / "hygiene").glob("*.rq"))
HEADER = re.compile(r"^# (name|severity|de|en): (.+)$", re.MULTILINE)


def header(rule: Path) -> dict[str, str]:
    return dict(HEADER.findall(rule.read_text()))


def load(file: Path) -> ox.Store:
    store = ox.Store()
    store.load(path=str(file), format=ox.RdfFormat.TRIG)
    return store


def run(rule: Path, store: ox.Store) -> tuple[list[str], list[dict[str, str]]]:
    """The variables and the rows of a rule, each row as plain strings."""
    answer = store.query(rule.read_text(), use_default_graph_as_union=True)
    assert isinstance(answer, ox.QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return names, [{n: row[n].value for n in names if row[n] is not None} for row in answer]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)
def test_rule_finds_its_planted_fault(rule: Path) -> None:
    """The fault planted for a rule gives the expected rows, no more and no fewer."""
    _, rows = run(rule, load(HERE / f"{rule.stem}-bad.trig"))
    expected = json.loads((HERE / f"{rule.stem}-bad.expected.json").read_text())
    shown = [{name: row.get(name) for name in expected[0]} for row in rows]
    assert sorted(shown, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)
def test_clean_dataset_gives_no_finding(rule: Path) -> None:
    """A dataset without a fault gives no row, not even of severity info."""
    assert run(rule, load(HERE / "clean.trig"))[1] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)
def test_header_is_complete(rule: Path) -> None:
    """The name is that of the file, the severity known, and messages use variables there are."""
    head = header(rule)
    assert head["name"] == rule.stem
    assert head["severity"] in {"error", "warning", "info"}
    names, _ = run(rule, load(HERE / "clean.trig"))
    for language in ("de", "en"):
        used = re.findall(r"\{(\w+)\}", head[language])
        assert used
        assert set(used) <= set(names)


def test_every_fixture_has_a_rule() -> None:
    """No fixture is left of a rule that is gone."""
    stems = {file.name.removesuffix("-bad.trig") for file in HERE.glob("*-bad.trig")}
    assert stems == {rule.stem for rule in RULES}
