"""A report counts, merges and orders its findings."""

from __future__ import annotations

from kg.errors import Place, Text
from kg.validate.report import Report, Result, Severity


def result(severity: Severity, file: str = "a.ttl", focus: str = "<e:a>") -> Result:
    """A finding in `file`."""
    return Result(severity, Text(de="", en=""), focus=focus, places=(Place(file, 1, 1),))


def test_valid_and_conforms() -> None:
    """Warnings do not make data invalid, but it does not conform in the sense of SHACL."""
    assert (Report().valid, Report().conforms) == (True, True)
    warned = Report((result("Warning"),))
    assert (warned.valid, warned.conforms) == (True, False)
    assert not Report((result("Violation"),)).valid


def test_plus_keeps_both() -> None:
    """Two reports become one with the findings and counts of both."""
    both = Report((result("Info"),), {"triples": 1}).plus(
        Report((result("Warning"),), {"rules": 2})
    )
    assert both.count("Info") == both.count("Warning") == 1
    assert both.checked == {"triples": 1, "rules": 2}


def test_gravest_first() -> None:
    """Findings are ordered by gravity, then by file and focus."""
    found = [result("Info"), result("Violation", "b.ttl"), result("Violation", focus="<e:b>")]
    report = Report((*found, result("Violation"))).sorted()
    assert [(r.severity, r.places[0].file, r.focus) for r in report.results] == [
        ("Violation", "a.ttl", "<e:a>"),
        ("Violation", "a.ttl", "<e:b>"),
        ("Violation", "b.ttl", "<e:a>"),
        ("Info", "a.ttl", "<e:a>"),
    ]
