"""Hygiene rules on a project: messages, severities, places, and rule files that are no rules."""

from __future__ import annotations

import pytest
from tests.conftest import Tiny
from tests.helpers import HEADER

from kg.errors import Place, QueryError, Text
from kg.publish.hygiene import check_hygiene
from kg.publish.store import memory_store
from kg.rdf.dataset import load
from kg.settings import Project
from kg.validate.report import Report

HEAD = "# severity: error\n# de: {s} ist schlecht.\n# en: {s} is bad.\n"
DATA = {
    "data/one.ttl": HEADER + 'e:a\n  e:p "x" ;\n  e:q e:b .\n',
    "data/two.ttl": HEADER + "\ne:a e:q e:b .\n",
}


def examined(project: Project) -> Report:
    dataset = load(project)
    return check_hygiene(dataset, memory_store(dataset.quads()))


def test_messages(tiny: Tiny) -> None:
    """Variables in braces are filled in both languages: IRIs short, texts plain, nothing as –."""
    rule = (
        "# severity: warning\n# de: {s} hat {o}, {n} und {none}.\n# en: {s} has {o} {unknown}.\n"
        'SELECT ?s ?o ?n ?none { ?s <https://example.org/p> ?o BIND("é"@fr AS ?n) }'
    )
    report = examined(tiny({**DATA, "queries/hygiene/text.rq": rule}))
    (result,) = report.results
    assert result.message == Text(de="e:a hat x, é und –.", en="e:a has x –.")
    assert (result.rule, result.severity) == ("text", "Warning")
    assert result.focus == "<https://example.org/a>"
    assert report.checked == {"hygiene rules": 1}


@pytest.mark.parametrize(
    ("word", "severity"), [("error", "Violation"), ("warning", "Warning"), ("info", "Info")]
)
def test_severities(word: str, severity: str, tiny: Tiny) -> None:
    """The word in the header decides how grave each row is, and whether the report is valid."""
    rule = f"# severity: {word}\n# en: {{s}}\nSELECT DISTINCT ?s {{ ?s ?p ?o }}"
    report = examined(tiny({**DATA, "queries/hygiene/r.rq": rule}))
    assert [result.severity for result in report.results] == [severity]
    assert report.valid is (word != "error")


@pytest.mark.parametrize(
    ("select", "row", "places"),
    [
        ("?s", "", [Place("data/one.ttl", 2, 1), Place("data/two.ttl", 3, 1)]),
        ("?s ?graph", "", [Place("data/two.ttl", 3, 1)]),
        ("?s ?property", "", [Place("data/one.ttl", 4, 3), Place("data/two.ttl", 3, 5)]),
        ("?s ?graph ?property", "", [Place("data/two.ttl", 3, 5)]),
        (
            "?text ?s",
            'BIND("first" AS ?text)',
            [Place("data/one.ttl", 2, 1), Place("data/two.ttl", 3, 1)],
        ),
    ],
)
def test_places(select: str, row: str, places: list[Place], tiny: Tiny) -> None:
    """The first IRI of a row is looked for; ?graph and ?property say more exactly where."""
    bind = (
        "VALUES (?s ?graph ?property) { (<https://example.org/a> "
        f"<https://example.org/graph/two> <https://example.org/q>) }} {row}"
    )
    report = examined(tiny({**DATA, "queries/hygiene/r.rq": f"{HEAD}SELECT {select} {{ {bind} }}"}))
    (result,) = report.results
    assert result.focus == "<https://example.org/a>"
    assert result.path == ("<https://example.org/q>" if "?property" in select else None)
    assert result.graph == ("https://example.org/graph/two" if "?graph" in select else None)
    assert list(result.places) == places


@pytest.mark.parametrize(
    ("rule", "said", "line"),
    [
        ("SELECT * { ?s ?p ?o }", "severity", None),
        ("# severity: grave\nSELECT * { ?s ?p ?o }", "severity", None),
        (HEAD + "ASK { ?s ?p ?o }", "SELECT", None),
        (HEAD + "CONSTRUCT WHERE { ?s ?p ?o }", "SELECT", None),
        (HEAD + "SELECT * { ?s ?p }", "line 4", 4),
        (HEAD + "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE", 4),
        (HEAD + "DELETE WHERE { ?s ?p ?o }", "DELETE", None),
    ],
)
def test_files_that_are_no_rules(rule: str, said: str, line: int | None, tiny: Tiny) -> None:
    """A rule without severity, not a SELECT or not SPARQL is an error at its file and line."""
    project = tiny({**DATA, "queries/hygiene/r.rq": rule})
    with pytest.raises(QueryError, match=said) as caught:
        examined(project)
    place = caught.value.place
    assert place is not None
    assert place.file == str(project.root / "queries" / "hygiene" / "r.rq")
    assert place.line == line


def test_project_without_rules(tiny: Tiny) -> None:
    """A project need not have hygiene rules."""
    assert examined(tiny(DATA)) == Report((), {"hygiene rules": 0})
