"""Every row of OWL 2 Profiles, tables 4 to 9, by cases; owlrl's known faults are right here."""

from __future__ import annotations

import pytest
from tests.reason.case import Case, closure, faults, owlrl_closures, read_cases, row

CASES = read_cases()
TABLES = """
    eq-ref eq-sym eq-trans eq-rep-s eq-rep-p eq-rep-o eq-diff1 eq-diff2 eq-diff3
    prp-ap prp-dom prp-rng prp-fp prp-ifp prp-irp prp-symp prp-asyp prp-trp prp-spo1 prp-spo2
    prp-eqp1 prp-eqp2 prp-pdw prp-adp prp-inv1 prp-inv2 prp-key prp-npa1 prp-npa2
    cls-thing cls-nothing1 cls-nothing2 cls-int1 cls-int2 cls-uni cls-com cls-svf1 cls-svf2
    cls-avf cls-hv1 cls-hv2 cls-maxc1 cls-maxc2 cls-maxqc1 cls-maxqc2 cls-maxqc3 cls-maxqc4
    cls-oo cax-sco cax-eqc1 cax-eqc2 cax-dw cax-adc
    dt-type1 dt-type2 dt-eq dt-diff dt-not-type
    scm-cls scm-sco scm-eqc1 scm-eqc2 scm-op scm-dp scm-spo scm-eqp1 scm-eqp2 scm-dom1 scm-dom2
    scm-rng1 scm-rng2 scm-hv scm-svf1 scm-svf2 scm-avf1 scm-avf2 scm-int scm-uni
"""
RULES = frozenset(TABLES.split())
"""All rules of the recommendation, by table."""
AT_LEAST = 3


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_closure_meets_the_case(case: Case) -> None:
    """What must follow follows, nothing unsound does, and each contradiction has its name."""
    assert faults(case, closure(case.premise)) == []


def test_every_rule_has_cases() -> None:
    """Each rule of the tables is named by at least three cases, and no other rule is named."""
    named = [rule for case in CASES for rule in case.rules]
    assert set(named) == RULES
    assert [rule for rule in sorted(RULES) if named.count(rule) < AT_LEAST] == []


def test_no_case_states_what_it_asks_for() -> None:
    """No conclusion is among the premises, so an engine that does nothing meets none of them."""
    for case in CASES:
        stated = {row(triple) for triple in case.premise}
        assert not case.absent & stated, case.name
        assert not case.conclusion & stated, case.name


def test_owlrl_agrees_but_for_its_faults() -> None:
    """The oracle meets what is not marked as its fault, and fails what is."""
    closures = owlrl_closures({case.name: case.premise for case in CASES})
    failed = {case.name for case in CASES if faults(case, closures[case.name], named=False)}
    assert failed == {case.name for case in CASES if case.owlrl_wrong}
