"""What one file is told beside the shapes: hygiene rules, and faults of the file itself.

`contribution.ttl` is valid; each case plants one fault in it.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg.publish.contributions import Checker, checker_of
from kg.rdf.dataset import load, load_file
from kg.settings import read_project
from kg.validate.report import Result

BASE = Path(__file__).with_name("contribution.ttl").read_text(encoding="utf-8")
PUBLISHED = """
@prefix district: <https://w3id.org/kommunalgraph/id/district/> .
@prefix kgo: <https://w3id.org/kommunalgraph/ns#> .
@prefix membership: <https://w3id.org/kommunalgraph/id/membership/> .
@prefix municipality: <https://w3id.org/kommunalgraph/id/municipality/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix state: <https://w3id.org/kommunalgraph/id/state/> .
@prefix wd: <http://www.wikidata.org/entity/> .

membership:netz--ort--seite a org:Membership .
municipality:05711000 a kgo:Municipality ; skos:prefLabel "Bielefeld"@de .
municipality:05711000 skos:exactMatch wd:Q2112 .
municipality:05766008 a kgo:Municipality ; skos:prefLabel "Bad Salzuflen"@de .
municipality:05766020 a kgo:Municipality ; skos:prefLabel "Detmold"@de .
state:05 a kgo:State ; skos:prefLabel "Nordrhein-Westfalen"@de .
"""
MEMBERSHIP = "membership:datennetz-lippe--05766008--detmold-2024-05-14-netz"
DOCUMENT = "document:detmold-2024-05-14-netz\n  a kgo:CouncilPaper ;"


@dataclass(frozen=True)
class Case:
    """A fault: what is written instead of what, the rule that finds it, and where."""

    old: str
    new: str
    rule: str
    place: str
    severity: str = "Violation"


CASES = {
    "derived statement": Case(
        "cooperation-kind:network .",
        "cooperation-kind:network ; kgo:cooperatesWith municipality:05766008 .",
        "derived-stated",
        "48:50",
    ),
    "item of another": Case(
        "cooperation-kind:network .",
        "cooperation-kind:network ; skos:exactMatch <http://www.wikidata.org/entity/Q2112> .",
        "wikidata-item-twice",
        "48:66",
    ),
    "count": Case(
        "kgo:statedCount 2", "kgo:statedCount 5", "list-count", "81:19", severity="Warning"
    ),
    "graph without class": Case("  a void:Dataset ;\n", "", "class-missing", "31:1"),
    "thing without class": Case(
        f"{MEMBERSHIP}\n  a org:Membership ;", MEMBERSHIP, "class-missing", "87:1"
    ),
    "class as text": Case(
        f"{MEMBERSHIP}\n  a org:Membership ;",
        f'{MEMBERSHIP}\n  a "Mitgliedschaft" ;',
        "no-class",
        "88:5",
    ),
    "address of a membership": Case(
        MEMBERSHIP, MEMBERSHIP.removesuffix("-netz"), "membership-address", "87:1"
    ),
    "space at the end": Case(
        '"Datennetz Lippe"@de ;\n  skos:altLabel',
        '"Datennetz Lippe "@de ;\n  skos:altLabel',
        "text-with-spaces",
        "42:18",
        severity="Warning",
    ),
    "two labels": Case(
        'skos:prefLabel "Detmold – Datennetz Lippe"@de',
        'skos:prefLabel "Detmold – Datennetz Lippe"@de , "Detmold"@de',
        "two-labels",
        "102:3",
    ),
    "reference into the void": Case(
        "  dct:subject topic:smart-city ;\n  kgo:documentKind",
        "  dct:subject topic:smart-city ;\n"
        "  <http://www.w3.org/2000/01/rdf-schema#seeAlso> document:112-2024 ;\n"
        "  kgo:documentKind",
        "dangling-reference",
        "59:50",
    ),
    "address without https": Case(
        "<https://example.org/ratsinfo/112-2024>",
        "<www.example.org/ratsinfo/112-2024>",
        "relative-iri",
        "61:14",
    ),
    "key as address": Case(
        "org:member municipality:05766008", "org:member <05766008>", "relative-iri", "93:14"
    ),
}


@pytest.fixture(scope="module")
def checker(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Checker:
    """What checks contributions to our ontology, shapes and rules, with a few bodies as data."""
    root = tmp_path_factory.mktemp("project")
    shutil.copy(repository / "kg.toml", root)
    for folder in ("ontology", "shapes", "queries"):
        shutil.copytree(repository / folder, root / folder)
    (root / "data" / "gazetteer").mkdir(parents=True)
    (root / "data" / "gazetteer" / "few.ttl").write_text(PUBLISHED, encoding="utf-8")
    return checker_of(load(read_project(root)))


def found(checker: Checker, folder: Path, text: str) -> list[Result]:
    file = folder / "beitrag.ttl"
    file.write_text(text, encoding="utf-8")
    project = checker._project
    return list(checker.check([load_file(project, file)]).report.results)


def test_valid_contribution_has_no_finding(checker: Checker, tmp_path: Path) -> None:
    """Rules find nothing, not even a hint, in a file that is right."""
    assert found(checker, tmp_path, BASE) == []


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_fault_is_found_once_where_it_stands(case: Case, checker: Checker, tmp_path: Path) -> None:
    """The planted fault gives its finding at its place, and no consequence beside it."""
    assert case.old in BASE
    results = found(checker, tmp_path, BASE.replace(case.old, case.new))
    first = [each for each in results if each.rule == case.rule]
    assert [each.rule or each.shape for each in results] == [case.rule], results
    place = first[0].places[0]
    assert (f"{place.line}:{place.column}", first[0].severity) == (case.place, case.severity)


def test_missing_class_is_proposed(checker: Checker, tmp_path: Path) -> None:
    """What things with such an address are is proposed, as a statement to paste."""
    text = BASE.replace(f"{MEMBERSHIP}\n  a org:Membership ;", MEMBERSHIP)
    [result] = found(checker, tmp_path, text)
    assert result.proposal
    assert result.proposal.turtle == f"{MEMBERSHIP} a org:Membership ."


def test_relative_address_is_shown_as_written(checker: Checker, tmp_path: Path) -> None:
    """The text names what stands in the file and proposes the whole address."""
    [result] = found(checker, tmp_path, BASE.replace("<https://example.org", "<www.example.org"))
    assert "<www.example.org/ratsinfo/112-2024>" in result.message.de
    assert result.proposal
    assert result.proposal.replace == (
        "<www.example.org/ratsinfo/112-2024>",
        "<https://www.example.org/ratsinfo/112-2024>",
    )


def test_undescribed_document_is_one_finding_with_all_places(
    checker: Checker, tmp_path: Path
) -> None:
    """That a document is described nowhere is said once, with the seven places that need it."""
    start = BASE.index(DOCUMENT)
    end = BASE.index("grant:datennetz-lippe--")
    [result] = found(checker, tmp_path, BASE[:start] + BASE[end:])
    assert result.rule == "dangling-reference"
    assert [place.line for place in result.places] == [35, 56, 72, 83, 94, 103, 110]


def test_blank_node_is_one_finding(checker: Checker, tmp_path: Path) -> None:
    """A bracket is blamed for having no address, not for all that it lacks besides."""
    old = "  dct:subject topic:smart-city ;\n  kgo:cooperationKind"
    new = "  dct:temporal [ a dct:PeriodOfTime ] ;\n  kgo:cooperationKind"
    results = found(checker, tmp_path, BASE.replace(old, new))
    assert [each.focus[:2] for each in results] == ["_:"]


@pytest.mark.parametrize("text", ["", "# nur ein Kommentar\n"])
def test_file_without_statements_is_warned_of(text: str, checker: Checker, tmp_path: Path) -> None:
    """Who saved the wrong file does not read that it is right."""
    [result] = found(checker, tmp_path, text)
    assert (result.rule, result.severity) == ("empty-file", "Warning")


def test_shapes_are_not_data(checker: Checker, repository: Path, tmp_path: Path) -> None:
    """A file of shapes is refused as data, with one finding."""
    text = (repository / "shapes" / "cooperation.ttl").read_text(encoding="utf-8")
    [result] = found(checker, tmp_path, text)
    assert (result.rule, result.severity) == ("shapes-as-data", "Violation")


def test_file_of_the_project_is_held_against_the_rest(checker: Checker, tmp_path: Path) -> None:
    """A file that takes the place of its published state is not compared with that state."""
    project = checker._project
    file = project.root / "data" / "gazetteer" / "few.ttl"
    text = PUBLISHED.replace("municipality:05711000 a", "municipality:05711001 a")
    file.write_text(text, encoding="utf-8")
    try:
        results = checker.check([load_file(project, file)]).report.results
    finally:
        file.write_text(PUBLISHED, encoding="utf-8")
    assert not [each for each in results if each.rule == "wikidata-item-twice"]
