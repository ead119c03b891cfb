"""SARIF, JUnit XML and annotations of GitHub are as those who read them expect."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.validate.reports import ALL, HINT, MANY, PREFIXES, REPORT, WRONG, E

from kg.errors import Place, Text
from kg.validate.render_github import as_github
from kg.validate.render_junit import as_junit
from kg.validate.render_sarif import as_sarif
from kg.validate.report import Report, Result

URI_REFERENCE = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?#]|%[0-9A-F]{2})+\Z")
COMMAND = re.compile(r"::(?:error|warning|notice) [a-z]+=[^,:]*(?:,[a-z]+=[^,:]*)*::[^\r\n]*\Z")


def sarif(report: Report, lang: str = "en") -> dict[str, Any]:
    """The SARIF log of a report."""
    found: dict[str, Any] = json.loads(as_sarif(report, lang, PREFIXES))
    return found


def without_blanks(report: Report, label: str) -> Report:
    """The report with another label for its blank node, as another run would have it."""
    return Report(
        tuple(
            replace(each, focus=f"_:{label}") if each.focus[0] == "_" else each
            for each in report.results
        )
    )


@pytest.mark.parametrize("report", [ALL, REPORT, Report()], ids=["all", "everyday", "none"])
def test_sarif_follows_its_specification(report: Report) -> None:
    """SARIF 2.1.0: section 3.13 log, 3.14 run, 3.19 tool component, 3.27 result, 3.30 region."""
    log = sarif(report)
    assert (log["version"], log["$schema"].rpartition("/")[2]) == (
        "2.1.0",
        "sarif-schema-2.1.0.json",
    )
    (run,) = log["runs"]
    assert set(run) <= {"tool", "columnKind", "results", "properties"}
    driver = run["tool"]["driver"]
    assert driver["name"] == "kg"
    assert re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", driver["language"])
    identifiers = [rule["id"] for rule in driver["rules"]]
    assert len(set(identifiers)) == len(identifiers)
    assert all(rule["shortDescription"]["text"] for rule in driver["rules"])
    assert len(run["results"]) == len(report.results)
    for result in run["results"]:
        assert identifiers[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            _check_location(location)


def _check_location(location: Mapping[str, Any]) -> None:
    assert set(location) <= {"physicalLocation", "logicalLocations"}
    physical = location.get("physicalLocation")
    if physical:
        assert URI_REFERENCE.match(physical["artifactLocation"]["uri"])
        region = physical.get("region", {"startLine": 1})
        assert all(isinstance(number, int) and number > 0 for number in region.values())
        assert set(region) <= {"startLine", "startColumn"}


def test_sarif_result() -> None:
    """A result has rule, level, message, place, node and further places; it names its shape."""
    (run,) = sarif(REPORT, "de")["runs"]
    first, hint = run["results"]
    assert (first["ruleId"], first["level"]) == ("e:PersonShape/MinCount", "error")
    assert first["message"]["text"] == 'Der „Name" fehlt.'
    (location,) = first["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "data/a.ttl"},
        "region": {"startLine": 2, "startColumn": 1},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == f"<{E}ann>"
    (related,) = first["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "data/b.ttl"
    assert (hint["ruleId"], hint["level"]) == ("just-so", "note")
    assert run["tool"]["driver"]["rules"][0]["properties"]["shape"] == f"{E}PersonShape"


def test_sarif_addresses() -> None:
    """File names become relative references with odd bytes escaped, absolute ones file://."""
    places = (Place("a b/ü,:%.ttl", 1, 1), Place("/tmp/x.ttl"), Place("\udcff.ttl"))
    found = tuple(Result("Info", Text("", ""), "<e:a>", places=(place,)) for place in places)
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in sarif(Report(found))["runs"][0]["results"]
    ]
    assert uris == ["a%20b/%C3%BC%2C%3A%25.ttl", "file:///tmp/x.ttl", "%FF.ttl"]


def test_sarif_fingerprints() -> None:
    """A finding is known again on another line and with another blank node; twins differ."""

    def marks(report: Report) -> list[str]:
        results = sarif(report)["runs"][0]["results"]
        return [result["partialFingerprints"]["kgFinding/v1"] for result in results]

    place = Place("data/a.ttl", 500, 9)
    moved = Report(tuple(replace(each, places=(place,)) for each in MANY))
    assert marks(moved) == marks(Report(MANY))
    assert marks(without_blanks(ALL, "other")) == marks(ALL)
    twins = marks(Report((WRONG, WRONG)))
    assert len({*twins, *marks(ALL)}) == len(ALL.results) + 1


def test_junit() -> None:
    """A suite for each file, a case for each shape; one failure with all its violations."""
    warning = Result("Warning", Text("w", "w"), "<e:a>", rule="w", places=(Place("data/a.ttl", 9),))
    report = Report((*MANY, warning, *REPORT.results))
    root = ElementTree.fromstring(as_junit(report, "de", PREFIXES))
    assert [suite.get("name") for suite in root] == ["data/a.ttl", "ohne Datei"]
    assert (root.get("tests"), root.get("failures")) == ("3", "1")
    first, second = root[0]
    assert first.get("name") == "e:PersonShape/MinCount"
    (failure,) = first
    assert (failure.get("message") or "").endswith("(+42)")
    assert (failure.text or "").count("Verstoß: ") == 43
    assert [child.tag for child in second] == ["system-out"]
    assert "Warnung: w" in (second[0].text or "")


def test_junit_without_findings() -> None:
    """A report without findings is one case that passes: no case at all would be a fault."""
    root = ElementTree.fromstring(as_junit(Report(checked={"triples": 3}), "en", {}))
    (case,) = root.findall(".//testcase")
    assert (root.get("tests"), root.get("failures")) == ("1", "0")
    assert "in 3 triples" in (case.findtext("system-out") or "")


@settings(max_examples=60)
@given(st.text(), st.text(min_size=1, max_size=6))
def test_junit_is_xml(text: str, file: str) -> None:
    """Whatever signs there are, the document is XML, and what XML can hold is not changed."""
    found = Result("Violation", Text(text, text), "<e:a>", rule="r", places=(Place(file, 1, 1),))
    root = ElementTree.fromstring(as_junit(Report((found,)), "en", {}))
    (failure,) = root.findall(".//failure")
    if text.isprintable() and "\ufffe" not in text and "\uffff" not in text:
        assert failure.get("message") == " ".join(text.split())


def test_github() -> None:
    """One command a finding: error, warning or notice, at its line, and a line that counts."""
    lines = as_github(ALL, "de", PREFIXES).split("\n")
    assert lines[-1].startswith("Nicht gültig: 44 Verstöße")
    commands = [COMMAND.match(line) for line in lines[:-1]]
    assert all(commands)
    assert lines[0] == (
        "::error file=data/a.ttl,line=1,col=1,title=Verstoß%3A e%3APersonShape/MinCount"
        "::Der Name fehlt; erwartet wird einer.%0Ae:n1  e:name"
        '%0AVorschlag: Ergänzen Sie den Namen.%0A    e:n1 e:name "…"@de .'
    )
    assert as_github(Report((HINT,)), "en", PREFIXES).startswith(
        "::notice title=Info%3A just-so::Just so.%0Ae:bob\n"
    )
    (harmful,) = [line for line in lines if "böse" in line]
    assert harmful.startswith("::error file=data/ü%2C%3A%25\\u000A\\uDCFF.ttl,line=3,col=4,")
    assert "%250A" in harmful
