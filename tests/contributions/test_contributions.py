"""Contributions that a town's clerk would send, each with one fault, and what she must read.

Beside `NAME.ttl` (or .trig, .nt, .jsonld) stands `NAME.expected.json`: whether it is a fault of
the syntax or a finding, its place as line:column, a word of the German sentence, and the term, in
N-Triples form, that must be proposed in place of the wrong one; null when none is due.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from kg.errors import Place, ReadError
from kg.publish.contributions import Checker, checker_of
from kg.rdf.dataset import load, load_file
from kg.settings import Project, read_project
from kg.validate.report import Result

Violations = Callable[[Path], Sequence[Result]]

HERE = Path(__file__).parent
EXPECTED = ".expected.json"
MOST = 2
"""So many violations may one fault have: itself and one that follows from it."""


@dataclass(frozen=True)
class Case:
    """A broken contribution and what must be said of it."""

    file: Path
    kind: str
    place: str
    message: str
    replace: str | None


def case(expected: Path) -> Case:
    stem = expected.name.removesuffix(EXPECTED)
    [file] = (path for path in HERE.glob(f"{stem}.*") if path != expected)
    return Case(file, **json.loads(expected.read_text(encoding="utf-8")))


CASES = [case(path) for path in sorted(HERE.glob(f"*{EXPECTED}"))]
FINDINGS = [each for each in CASES if each.kind == "finding"]
REPLACED = [each for each in FINDINGS if each.replace and each.file.suffix != ".jsonld"]
"""Those where a term can be written over; in JSON-LD a name is a member of an object."""
SYNTAX = [each for each in CASES if each.kind == "syntax"]


def name(each: Case) -> str:
    return each.file.name


@pytest.fixture(scope="session")
def project(repository: Path) -> Project:
    return read_project(repository)


@pytest.fixture(scope="session")
def checker(project: Project) -> Checker:
    """What checks contributions to the files of this repository, loaded once."""
    return checker_of(load(project))


@pytest.fixture(scope="session")
def violations(checker: Checker, project: Project) -> Violations:
    """The violations that a file has as a contribution; a fixture is checked once."""

    @cache
    def found(file: Path) -> tuple[Result, ...]:
        report = checker.check((load_file(project, file),)).report
        return tuple(each for each in report.results if each.severity == "Violation")

    return found


def at(place: Place | None) -> str:
    assert place
    return f"{place.line}:{place.column}"


def sentences(results: Sequence[Result]) -> set[str]:
    return {each.message.de for each in results}


def starts(results: Sequence[Result]) -> list[str]:
    return [at(each.places[0]) if each.places else "nowhere" for each in results]


@pytest.mark.parametrize("expected", FINDINGS, ids=name)
def test_fault_is_found_where_it_stands(expected: Case, violations: Violations) -> None:
    """One violation begins at the very column of the fault and names it in German."""
    found = violations(expected.file)
    there = [each for each in found if each.places and at(each.places[0]) == expected.place]
    assert there, starts(found)
    assert any(expected.message in each.message.de for each in there)
    assert all(each.message.en and each.message.en != each.message.de for each in there)
    assert {each.places[0].file for each in there} == {str(expected.file)}


@pytest.mark.parametrize("expected", FINDINGS, ids=name)
def test_proposal_is_the_right_term(expected: Case, violations: Violations) -> None:
    """What is proposed at the fault is what the clerk meant, and nothing where that is unsure."""
    found = violations(expected.file)
    there = [each for each in found if each.places and at(each.places[0]) == expected.place]
    proposed = {
        each.proposal.replace[1] for each in there if each.proposal and each.proposal.replace
    }
    assert proposed == ({expected.replace} if expected.replace else set())


@pytest.mark.parametrize("expected", FINDINGS, ids=name)
def test_one_fault_is_not_buried(expected: Case, violations: Violations) -> None:
    """Of one fault there are few violations, and none speaks of a file she has not written."""
    found = violations(expected.file)
    assert 1 <= len(found) <= MOST, starts(found)
    assert all(place.file == str(expected.file) for each in found for place in each.places)


@pytest.mark.parametrize("expected", SYNTAX, ids=name)
def test_syntax_fault_is_named(expected: Case, project: Project) -> None:
    """A file that cannot be read is refused with line, column and a sentence in German."""
    with pytest.raises(ReadError) as caught:
        load_file(project, expected.file)
    assert at(caught.value.place) == expected.place
    assert expected.message in caught.value.text.de


@pytest.mark.parametrize("replaced", REPLACED, ids=name)
def test_following_the_proposal_mends_it(
    replaced: Case, violations: Violations, tmp_path: Path
) -> None:
    """With the proposed term at the place of the finding, the finding is gone, and no more come."""
    line, column = (int(number) - 1 for number in replaced.place.split(":"))
    lines = replaced.file.read_text(encoding="utf-8").split("\n")
    before = violations(replaced.file)
    lines[line] = mended(lines[line], column, replaced.replace or "")
    file = tmp_path / replaced.file.name
    file.write_text("\n".join(lines), encoding="utf-8")
    after = violations(file)
    assert before
    assert not [each.message.de for each in after if each.message.de in sentences(before)]
    assert len(after) <= len(before)


def mended(line: str, column: int, term: str) -> str:
    """The line with `term` in place of the term that begins at `column`."""
    rest = line[column:]
    end = rest.index('"', 1) + 1 if rest.startswith('"') else 0
    end += next((at for at, sign in enumerate(rest[end:]) if sign in " ,;"), len(rest) - end)
    return line[:column] + term + rest[end:]


@pytest.mark.parametrize(
    ("encoding", "place"),
    [("cp1252", "21:38"), ("utf-16", "1:1")],
)
def test_other_encoding_is_named(
    encoding: str, place: str, project: Project, tmp_path: Path
) -> None:
    """A file saved in an encoding of Windows is refused at the first sign that is not UTF-8."""
    file = tmp_path / "mitteilung.ttl"
    file.write_bytes((HERE / "ags-ohne-null.ttl").read_text(encoding="utf-8").encode(encoding))
    with pytest.raises(ReadError) as caught:
        load_file(project, file)
    assert at(caught.value.place) == place
    assert "UTF-8" in caught.value.text.de


def test_places_hold_with_mark_and_windows_line_ends(
    violations: Violations, tmp_path: Path
) -> None:
    """With a byte order mark and CR LF, as Windows writes, the fault is at the same place."""
    [expected] = (each for each in FINDINGS if each.file.stem == "ags-ohne-null")
    text = expected.file.read_text(encoding="utf-8")
    file = tmp_path / "mitteilung.ttl"
    file.write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode())
    assert starts(violations(file)) == [expected.place]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kgo:passage "Sachdarstellung, 1. Absatz"', 'kgo:passage "Auskunft: amt{at}example.org"'),
        ('kgo:passage "Sachdarstellung, 1. Absatz"', 'kgo:passage "Auskunft: Tel. 000 000000"'),
    ],
    ids=["mail", "telephone"],
)
def test_contact_data_in_a_text_is_refused(
    old: str, new: str, violations: Violations, tmp_path: Path
) -> None:
    """An address or number in the passage of a membership is found at the text itself."""
    text = (HERE / "einheit-fehlt.ttl").read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if "kgo:actingUnit" not in line]
    text = "\n".join(lines).replace(old, new.format(at="@"))
    file = tmp_path / "mitteilung.ttl"
    file.write_text(text, encoding="utf-8")
    [found] = violations(file)
    number = next(n for n, line in enumerate(text.split("\n"), 1) if "Auskunft" in line)
    assert starts([found]) == [f"{number}:15"]
    assert "E-Mail-Adresse oder Telefonnummer" in found.message.de
