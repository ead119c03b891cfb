"""The questions of queries/competency/ have the answers beside them; examples use no own terms.

A question is `NN-<name>.rq` with the rows it must give in `NN-<name>.csv`, as `kg query` writes
them. docs/queries.md says how to write the rows anew after the data has changed.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions

from kg.publish.store import Query, answer, is_graph_query, run
from kg.publish.versions import Version
from kg.rdf.queries import QueryFile, read_queries

ROOT = Path(__file__).parents[1]
COMPETENCY = ROOT / "queries" / "competency"
QUESTIONS = read_queries(COMPETENCY)
EXAMPLES = read_queries(ROOT / "queries" / "examples")
AUDIENCES = {"committee", "platform", "contributor"}
STANDARD = {
    "http://purl.org/dc/terms/",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2004/02/skos/core#",
    "http://www.w3.org/ns/org#",
    "http://www.w3.org/ns/prov#",
    "https://schema.org/",
}
RESOURCES = "https://w3id.org/kommunalgraph/id/"
IRI = re.compile(r"<([a-z]+:[^<>\s]*)>")
PARTNERS = """
PREFIX kgo: <https://w3id.org/kommunalgraph/ns#>
PREFIX municipality: <https://w3id.org/kommunalgraph/id/municipality/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?partner
WHERE {
  municipality:05711000 kgo:cooperatesWith/skos:prefLabel ?partner
  FILTER (LANG(?partner) = "de")
}
"""


def stem(query: QueryFile) -> str:
    return query.path.stem


def rows(content: bytes) -> list[bytes]:
    """The lines of a result without their line ends, which git may have changed."""
    return content.replace(b"\r\n", b"\n").splitlines()


def first_column(version: Version, text: str) -> set[str]:
    result = run(version.store, Query(text))
    assert isinstance(result, QuerySolutions)
    return {solution[0].value for solution in result}


@pytest.mark.parametrize("question", QUESTIONS, ids=stem)
def test_question_says_what_it_asks_and_for_whom(question: QueryFile) -> None:
    """The header names the file, asks in German and in English and says who wants to know."""
    assert question.header["name"] == re.sub(r"^\d\d-", "", stem(question))
    assert question.header["de"].endswith("?")
    assert question.header["en"].endswith("?")
    assert question.header["for"] in AUDIENCES


@pytest.mark.parametrize("question", QUESTIONS, ids=stem)
def test_question_has_exactly_the_expected_answer(question: QueryFile, published: Version) -> None:
    """A question parses without any prefix from outside and gives the rows of its CSV file."""
    expected = rows(question.path.with_suffix(".csv").read_bytes())
    assert rows(answer(published.store, Query(question.text), "csv")) == expected
    assert len(expected) > 1


def test_questions_and_answers_belong_together() -> None:
    """The questions are numbered without a gap; no answer is left of a question that is gone."""
    numbers = [int(stem(question)[:2]) for question in QUESTIONS]
    assert numbers == list(range(1, len(QUESTIONS) + 1))
    assert {file.stem for file in COMPETENCY.glob("*.csv")} == {stem(q) for q in QUESTIONS}


def test_every_audience_has_its_questions() -> None:
    """There are at least 26 questions, and each audience finds some of its own."""
    assert len(QUESTIONS) >= 26
    assert {question.header["for"] for question in QUESTIONS} == AUDIENCES


def test_partners_are_those_that_the_rules_derive(published: Version) -> None:
    """The first question, which reads the memberships, finds whom kgo:cooperatesWith connects."""
    assert first_column(published, QUESTIONS[0].text) == first_column(published, PARTNERS)


@pytest.mark.parametrize("example", EXAMPLES, ids=stem)
def test_example_uses_standard_vocabularies_only(example: QueryFile) -> None:
    """An example names IRIs of standard vocabularies, and of ours only things, never terms."""
    iris = set(IRI.findall(example.text))
    assert {iri for iri in iris if not iri.startswith(RESOURCES)} <= STANDARD


@pytest.mark.parametrize("example", EXAMPLES, ids=stem)
def test_example_finds_something(example: QueryFile, published: Version) -> None:
    """An example has an answer on the published graph, so it can be tried out as it stands."""
    form = "ntriples" if is_graph_query(example.text) else "csv"
    assert len(rows(answer(published.store, Query(example.text), form))) > 10


def test_page_lists_every_query() -> None:
    """docs/queries.md links each question and each example and gives it in both languages."""
    page = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
    for query in (*QUESTIONS, *EXAMPLES):
        assert f"({Path('..') / query.path.relative_to(ROOT)})" in page, query.path
        assert query.about.de in page, query.path
        assert query.about.en in page, query.path
