"""Every rule has a sentence that people understand, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import Text
from kg.reason.owl_rules import BUILT_IN, owl_rules
from kg.reason.proof import STATED
from kg.reason.rule import Group, Rule
from kg.reason.rule_files import read_rules
from kg.reason.rule_names import reference, sentence, table

NAMES = sorted({*(rule.name for rule in owl_rules()), *BUILT_IN})


@pytest.mark.parametrize("name", [*NAMES, STATED, "?"])
def test_every_rule_is_told(name: str) -> None:
    """A rule of OWL 2 RL/RDF, a statement and a broken search have two different sentences."""
    text = sentence(name)
    assert text.de.endswith(".")
    assert text.en.endswith(".")
    assert text.de != text.en
    assert name not in (text.de, text.en)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_its_table(name: str) -> None:
    """Each rule stands in one of the tables 4 to 9 of OWL 2 Profiles."""
    assert table(name) in range(4, 10)
    assert reference(name) == Text(
        de=f"OWL 2 Profiles, Tabelle {table(name)}", en=f"OWL 2 Profiles, table {table(name)}"
    )


def test_what_is_no_rule_has_no_table() -> None:
    """A statement and a rule file are not of the recommendation."""
    assert (table(STATED), table("cooperates-with"), reference("member-of")) == (None, None, None)


def test_combined_names_have_both_sentences() -> None:
    """Replacing subject and object at once says both."""
    text = sentence("eq-rep-s+eq-rep-o")
    assert text.de == f"{sentence('eq-rep-s').de} {sentence('eq-rep-o').de}"
    assert table("eq-rep-s+eq-rep-o") == 4


def test_rule_files_say_it_themselves(repository: Path) -> None:
    """The rules of the project are told in the words of their files."""
    rules = read_rules(repository / "queries" / "rules")
    assert rules
    for rule in rules:
        assert sentence(rule.name, rules) == rule.about
        assert rule.about.de != rule.about.en


def test_unknown_rule_stands_for_itself() -> None:
    """A rule without a sentence is shown by its name, never by nothing."""
    rule = Rule(name="mine", body=Group(()), head=())
    assert sentence("mine", [rule]) == Text(de="mine", en="mine")
