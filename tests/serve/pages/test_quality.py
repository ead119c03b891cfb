"""/quality says what was checked, what was found and what is known to lack."""

from __future__ import annotations

from pathlib import Path

from tests.serve.helpers import Client
from tests.serve.pages.library_site import LIBRARY, PAGE, Page

from kg.errors import Place, Text
from kg.publish.findings import (
    MOST,
    NAME,
    findings_of,
    read_findings,
    save_findings,
)
from kg.publish.versions import Manifest
from kg.rdf.queries import read_queries
from kg.validate.report import Report, Result

RULES = read_queries(LIBRARY / "queries" / "hygiene")


def manifest(version: str, base_version: str = "") -> Manifest:
    """A manifest of a version that was built of nothing."""
    return Manifest(
        version=version,
        layout=0,
        built="2026-01-01T00:00:00+00:00",
        fingerprint="",
        program="",
        title="",
        base="",
        graphs={},
        triples=0,
        inferred=0,
        findings={},
        seconds={},
        base_version=base_version,
    )


def result(number: int, rule: str | None = "book-without-label") -> Result:
    """One finding."""
    return Result(
        "Warning",
        Text(f"Nr. {number}", f"No. {number}"),
        f"<urn:b{number}>",
        rule=rule,
        component="urn:kg:check:x",
        places=(Place("data/x.ttl", number, 1),),
    )


def test_findings_are_kept(tmp_path: Path) -> None:
    """What was found is read again as it was, also for a version of commits on that build."""
    report = Report((result(2), result(1), result(3, None)), {"shapes": 4})
    (tmp_path / "one").mkdir()
    made = findings_of(report, RULES)
    save_findings(made, tmp_path / "one")
    for version in (manifest("one"), manifest("one-c1", "one")):
        assert read_findings(tmp_path, version) == made
    assert made.counts == {"book-without-label": {"Warning": 2}, "urn:kg:check:x": {"Warning": 1}}
    assert [one.place for one in made.findings][:2] == ["data/x.ttl:1:1", "data/x.ttl:2:1"]
    assert made.rules[0].name == "book-without-label"


def test_many_findings_are_counted(tmp_path: Path) -> None:
    """Of very many findings of a rule not all are kept, but all are counted."""
    made = findings_of(Report(tuple(map(result, range(1, MOST + 6)))), RULES)
    assert len(made.findings) == MOST
    assert made.total("Warning") == MOST + 5


def test_without_findings(tmp_path: Path) -> None:
    """A version without the file, or with a damaged one, has none."""
    (tmp_path / "one").mkdir()
    assert read_findings(tmp_path, manifest("one")) is None
    (tmp_path / "one" / NAME).write_text('{"checked": ')
    assert read_findings(tmp_path, manifest("one")) is None


def test_page(overview: Client) -> None:
    """The page shows what was found with its place, each rule, and what lacks."""
    response = overview.get("/quality?lang=de", headers=PAGE)
    assert response.status_code == 200
    page = Page(response.text)
    assert "Kein Verstoß gegen die Regeln" in page.words
    assert "Das Papier … hat keinen Tag." in page.words
    assert "Das Papier library:paper-3 hat keinen Tag." in page.words
    assert "paper-without-day" in page.words
    assert "Was fehlt" in page.words
    assert [one["href"] for one in page.all("a") if "paper-3" in one["href"]]
    english = Page(overview.get("/quality?lang=en", headers=PAGE).text).words
    assert "The paper … has no day." in english


def test_clean(client: Client) -> None:
    """A project without rules and findings says so."""
    words = Page(client.get("/quality?lang=en", headers=PAGE).text).words
    assert "No rule is violated" in words
    assert "What was noticed Nothing." in words
